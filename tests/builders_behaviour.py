"""A model's behaviour as it is kept with a run, small and made by hand."""

from typing import Any

from workbench.analysis.gallery import FALSE_POSITIVE, MISS, Example


def row(
    label: str, n: int, n_true: int, n_forward: int, **values: list[float] | None
) -> dict[str, Any]:
    """A slice; what is not given is too few to tell."""
    none = dict.fromkeys(("average_precision", "precision", "recall"))
    said = {"label": label, "n": n, "n_true": n_true, "n_forward": n_forward}
    return said | none | values


def moved(label: str, mean: float, direction: str = "raises") -> dict[str, Any]:
    return {
        "label": label,
        "features": [label.lower()],
        "mean": mean,
        "low": 0.9 * mean,
        "high": 1.1 * mean,
        "direction": direction,
        "follows": label.lower(),
        "points": [[mean, 0.0, 0.9], [-mean, 0.5, 0.1], [0.0, -0.5, None]],
    }


def depends(label: str, unit: str, *, missing: float = 0.0) -> dict[str, Any]:
    return {
        "feature": label.replace(" ", "_"),
        "label": label,
        "unit": unit,
        "meaning": f"How much there is of {label}.",
        "logarithmic": False,
        "points": [[0.1, -0.4], [0.5, 0.2], [0.9, 0.8]],
        "forward": [[0.9, 0.8]],
        "bins": [
            {"n": 1, "value": 0.1, "median": -0.4, "low": -0.4, "high": -0.4},
            {"n": 2, "value": 0.7, "median": 0.5, "low": 0.2, "high": 0.8},
        ],
        "deciles": [0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9],
        "missing": missing,
        "missing_effect": -0.1 if missing else None,
    }


def document(model: str = "toy", **changed: Any) -> dict[str, Any]:
    """A model that adds up, with one slicing of two states."""
    told = {"average_precision": [0.3, 0.2, 0.4], "precision": [0.5, 0.4, 0.6]}
    return {
        "model": model,
        "title": "Toy",
        "unit": "pair",
        "estimator": "logistic_regression",
        "threshold": 0.2,
        "dataset": "town",
        "as_of": "2024-05-01T00:00:00+00:00",
        "until": "2024-08-01T00:00:00+00:00",
        "n": 400,
        "n_true": 40,
        "seed": 7,
        "behaviour": {
            "n": 390,
            "n_withheld": 0,
            "n_forward": 60,
            "summary": [moved("Calls", 0.8), moved("Distance", 0.2, "lowers")],
            "dependence": [depends("calls", "share"), depends("distance", "km", missing=0.25)],
            "interactions": {"n": 64, "additive": True, "each": [], "pairs": []},
        },
        "slices": [
            {
                "key": "whole",
                "title": "All candidates",
                "about": "",
                "excluded": [],
                "rows": [row("all", 400, 40, 60, recall=[0.75, 0.6, 0.9], **told)],
            },
            {
                "key": "state",
                "title": "By Member State",
                "about": "The state that recorded it.",
                "excluded": ["CC"],
                "rows": [
                    row("AA", 300, 30, 50, recall=[0.9, 0.8, 0.95], **told),
                    row("BB", 90, 10, 8, recall=[0.3, 0.1, 0.5]),
                ],
            },
        ],
        "said_and_seen": [
            {"n": 300, "said": 0.02, "seen": 0.0, "low": 0.0, "high": 0.01},
            {"n": 100, "said": 0.4, "seen": 0.38, "low": 0.3, "high": 0.5},
        ],
        **changed,
    }


def example(kind: str = FALSE_POSITIVE, *subjects: str, **changed: Any) -> Example:
    fields: dict[str, Any] = {
        "kind": kind,
        "unit": "pair",
        "probability": 0.62,
        "interval": (0.5, 0.7),
        "reasons_for": ("How many calls the two had: 9 calls.",),
        "against": ("How far apart they live: 4 km.",),
        "unless": ("It would no longer be put forward if this were 2.",),
        "withheld": "",
        "label_source": "Asked in May 2024; no record known by August 2024 confirms it.",
        "subjects": frozenset(subjects or ("P-1", "P-2")),
    }
    return Example(**(fields | changed))


def examples() -> tuple[Example, ...]:
    """One of each kind, about four people."""
    return example(), example(MISS, "P-3", "P-4", probability=0.04, interval=(0.01, 0.1))
