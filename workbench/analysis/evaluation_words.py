"""What an evaluation against the truth says, a line for each measure."""

from collections.abc import Mapping, Sequence
from typing import Any

MEASURES = ("auc", "average_precision", "precision", "recall", "f1", "calibration_error")


def evaluation_lines(document: Mapping[str, Any]) -> list[str]:
    """The document of `workbench evaluate --json` in lines: against what, on which candidates, what
    the missed are counted among, and every measure with its interval."""
    rows = [
        ("true cases", _true_cases(document)),
        ("put forward", f"from a probability of {number(document['threshold'])} on"),
        *((name.replace("_", " "), _measure(document, name)) for name in MEASURES),
        ("simplest rule", _baseline(document["baseline"])),
        *_reasons(document["reasons_right"]),
    ]
    return [*_on_what(document), *(f"{name:<20}{said}" for name, said in rows)]


def number(value: float | None) -> str:
    """Three significant digits, a dash where there is none."""
    return "-" if value is None else f"{value:.3g}"


def _on_what(document: Mapping[str, Any]) -> list[str]:
    n_out = document["n_left_out"]
    out = f"; {n_out:,} that it learnt from or was calibrated on are left out" if n_out else ""
    return [
        f"{document['model']} ({document['estimator']}, run {document['run_id']}) on dataset "
        f"{document['dataset']}",
        f"Against the truth, on {document['n_candidates']:,} candidates (each a "
        f"{document['unit']}) as of {document['as_of'][:10]}{out}.",
        "The run's own measures are against records, on its later test slice: other candidates and "
        "other labels, so the two are not to be compared.",
    ]


def _true_cases(document: Mapping[str, Any]) -> str:
    n, n_lost = document["n_true"], document["n_lost"]
    return f"{n:,}, of which {n_lost:,} never became candidates (n_lost, among the missed)"


def _measure(document: Mapping[str, Any], name: str) -> str:
    said = f"{number(document[name])}{_between(document['intervals'].get(name))}"
    if name != "recall" or not document["n_lost"]:
        return said
    n_found, n_asked = document["reasons_right"]["n_found"], document["n_true"] - document["n_lost"]
    return f"{said}: {n_found:,} found of {document['n_true']:,}; {n_asked:,} were candidates"


def _between(interval: Sequence[float] | None) -> str:
    return f" ({number(interval[0])} to {number(interval[1])})" if interval else ""


def _baseline(rule: Mapping[str, Any]) -> str:
    if not rule:
        return "not measured: the run does not keep it, or there are no candidates"
    ranks = "more" if rule["sign"] > 0 else "less"
    return (
        f"{ranks} {rule['feature']} ranks higher: auc {number(rule['auc'])}, average precision "
        f"{number(rule['average_precision'])}"
    )


def _reasons(right: Mapping[str, Any]) -> list[tuple[str, str]]:
    beside = [
        f"{name} {number(right[name]['f1'])} (stated: {over['verdict']})"
        for name, over in right["f1_over"].items()
    ]
    return [
        (
            "reasons",
            f"{right['n_right']:,} of {right['n_mapped']:,} found name a true cause: "
            f"{number(right['share'])}{_between(right['interval'])}",
        ),
        (
            "reasons, f1",
            f"{number(right['stated']['f1'])}, beside reasons that explain nothing: "
            f"{', '.join(beside)}",
        ),
        (
            "reasons told apart",
            f"{number(right['told_apart']['value'])}{_between(right['told_apart']['interval'])}, "
            "where one half is chance",
        ),
    ]
