"""What a model's behaviour says, in sentences: the same ones on the page and in the report."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.gallery import Example
from workbench.analysis.likelihood import in_so_many
from workbench.analysis.wording import SHARE, YES_OR_NO, shown

DIRECTIONS = {
    "raises": "more of it speaks for",
    "lowers": "more of it speaks against",
    "both": "speaks for some, against others",
    "none": "hardly varies",
}
MEASURES = {
    "average_precision": "Average precision",
    "precision": "Right where put forward (precision)",
    "recall": "Found of what was confirmed (recall)",
}
LEADS = {
    "average_precision": "Average precision is",
    "precision": "The share confirmed of what it put forward (precision) is",
    "recall": "The share put forward of what was confirmed (recall) is",
}
RESTS_ON = {
    "average_precision": ("n_true", "confirmed"),
    "precision": ("n_forward", "put forward"),
    "recall": ("n_true", "confirmed"),
}
NO_TEST = (
    "Each interval is of one line alone. Whether two lines differ beyond chance is not tested here."
)
MEASURE_MEANINGS = {
    "average_precision": "Of what stands high on its list, the share that records came to "
    "confirm, over all lengths of the list. It is higher where more is confirmed, so compare it "
    "with care.",
    "precision": "Of what it puts forward, the share that records came to confirm.",
    "recall": "Of what records came to confirm, the share that it put forward.",
}
KINDS = {
    "false_positive": "Put forward, not confirmed",
    "miss": "Confirmed, not put forward",
}
GALLERY = (
    "Past candidates that it had wrong as far as records go; what no record confirmed may be true "
    "all the same. Whom an example is about is not told, and one that is or was before people as a "
    "finding is left out: no model's word may reach them before their own judgement."
)
TOO_FEW = "too few to tell"
EFFECT = "effect on the score (log-odds)"
SUMMARY = (
    "Each line is a reason, the strongest first; each dot a candidate. To the right it spoke for "
    "the claim, to the left against it. Features that are closely correlated, the same way or "
    "opposite ways, are one reason."
)
DEPENDENCE = (
    "Each dot is a candidate: what the feature was, and what that did to the score. The line joins "
    "medians of tenths of the candidates, ticks at the foot mark those tenths. Ringed: put "
    "forward. Each has a scale of its own, never narrower than one in log-odds, so that flat means "
    "little."
)


def sampled(document: Mapping[str, Any]) -> str:
    """On how many candidates it rests, and what became of those that could not be explained."""
    found = document["behaviour"]
    some = f"{found['n']:,} of the {document['n']:,} candidates it was tested on, drawn at random"
    if found["n"] == document["n"]:
        some = f"All {found['n']:,} candidates it was tested on"
    said = f"{some}, and {found['n_forward']:,} that were put forward."
    gone = found["n_withheld"]
    return f"{said} {gone:,} left out: their explanation is withheld." if gone else said


def label_source(document: Mapping[str, Any]) -> str:
    """What counts as true here."""
    return (
        f"A {document['unit']} counts as true where a record that became known between "
        f"{document['as_of'][:10]} and {document['until'][:10]} confirms it: recorded, which is "
        "not the same as true."
    )


def interactions_sentence(found: Mapping[str, Any]) -> str:
    """Whether reasons act together, and which do most."""
    if found["additive"]:
        return (
            "Nothing acts only together: this model adds its reasons up, so what one does never "
            f"depends on another (measured on {found['n']} candidates: 0 to rounding)."
        )
    if not found["pairs"]:
        return "It has a single reason, so nothing can act together."
    first = found["pairs"][0]
    return (
        f"What {_lower(first['labels'][0])} does depends most on {_lower(first['labels'][1])}: "
        f"together they move the score by {shown(first['strength'])} log-odds beyond the sum of "
        f"each, in the root mean square over {found['n']} candidates."
    )


def beside_head(row: Mapping[str, Any]) -> str:
    """Above what is folded away on an estimator that was compared and not taken."""
    return f"What acts only together in the {estimator_words(row['estimator'])}, not in use"


def beside_sentence(row: Mapping[str, Any]) -> str:
    """What acts only together in an estimator that was compared and not taken."""
    name = estimator_words(row["estimator"])
    return (
        f"{name[:1].upper()}{name[1:]} was compared with it and not taken; it is no part of what "
        f"is put forward. Of that one: {_lower(interactions_sentence(row['interactions']))}"
    )


def estimator_words(name: str) -> str:
    """An estimator's name in words: ``logistic regression``."""
    return name.replace("_", " ")


def opening(document: Mapping[str, Any]) -> str:
    """What it goes by most, and how well it does on the whole, in two sentences."""
    whole, first = document["slices"][0]["rows"], document["behaviour"]["summary"][:1]
    said = f"Most of all it goes by this: {_lower(first[0]['label'])}." if first else ""
    if not whole:
        return said
    return (
        f"{said} Of what it put forward, {value_words(whole[0], 'precision')} was confirmed; of "
        f"what was confirmed it had put forward {value_words(whole[0], 'recall')}."
    ).strip()


def basis(document: Mapping[str, Any]) -> dict[str, str]:
    """On what it rests, as terms and values: dataset, days, candidates, what was confirmed."""
    return {
        "Dataset": str(document["dataset"]),
        "Asked, then checked until": f"{document['as_of'][:10]}, {document['until'][:10]}",
        "Candidates": f"{document['n']:,}, each a {document['unit']}",
        "Confirmed by later records": f"{document['n_true']:,}",
        "Put forward from": f"{shown(100 * document['threshold'])} %",
        "Kind of model": estimator_words(str(document["estimator"])),
    }


def likely(example: Example) -> str:
    """The unit of an example and its calibrated probability, said as one."""
    said = in_so_many(example.probability, example.interval)
    return f"A {example.unit}: of claims like it, {said} are confirmed"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def unit_words(unit: str) -> str:
    """What stands beside an axis."""
    return {SHARE: "share, per cent", YES_OR_NO: "0 no, 1 yes", "points": "sum of weights"}.get(
        unit, unit
    )


def factor(unit: str) -> float:
    """What values of a unit are multiplied with before they are drawn."""
    return 100.0 if unit == SHARE else 1.0


def value_words(row: Mapping[str, Any], measure: str) -> str:
    """A slice's measure with its interval in per cent, or that too few are there."""
    found: Sequence[float] | None = row[measure]
    if found is None:
        return TOO_FEW
    value, low, high = (shown(100 * share) for share in found)
    return f"{value} % ({low} to {high})"


def slice_sentence(slicing: Mapping[str, Any], measure: str) -> str:
    """Where a measure is highest and where lowest, unless the interval of each holds the other's
    value; whether a difference is more than chance is not said: where intervals meet is no test."""
    told = [row for row in slicing["rows"] if row[measure] is not None]
    if len(told) < 2:
        return "Too few are in these groups to compare them."
    best, worst = (pick(told, key=lambda row: row[measure][0]) for pick in (max, min))
    if shown(100 * best[measure][0]) == shown(100 * worst[measure][0]):
        return f"{LEADS[measure]} {shown(100 * best[measure][0])} % in each that can be told."
    if all(
        one[measure][1] <= other[measure][0] <= one[measure][2]
        for one, other in ((best, worst), (worst, best))
    ):
        low, high = (shown(100 * row[measure][0]) for row in (worst, best))
        return (
            f"{LEADS[measure]} between {low} and {high} %; even the outermost lie within one "
            "another's intervals, so no order is told."
        )
    return (
        f"{LEADS[measure]} highest for {best['label']} ({value_words(best, measure)}), lowest for "
        f"{worst['label']} ({value_words(worst, measure)})."
    )


def rests_on(row: Mapping[str, Any], measure: str) -> str:
    """The denominator of a measure: ``44 confirmed``."""
    key, words = RESTS_ON[measure]
    return f"{row[key]:,} {words}"


def excluded_sentence(slicing: Mapping[str, Any]) -> str:
    """Slices that are not shown; empty text where all are."""
    names = slicing["excluded"]
    if slicing["key"] == "place" and names:
        return f"Not shown, fewer than 10 candidates: {len(names)} of the squares."
    return f"Not shown, fewer than 10 candidates: {', '.join(names)}." if names else ""


def calibration_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """Where said and seen part beyond their intervals."""
    if not rows:
        return "No candidate could be compared."
    off = [row for row in rows if not row["low"] <= row["said"] <= row["high"]]
    if not off:
        return (
            f"In every group of candidates ({len(rows)}) the probability lies within the 95 % "
            "interval of the share that records came to confirm."
        )
    worst = max(off, key=lambda row: abs(row["said"] - row["seen"]))
    return (
        f"In {len(off)} of {len(rows)} groups of candidates the probability lies outside the 95 % "
        f"interval of the share confirmed; most where it says {shown(100 * worst['said'])} % and "
        f"{shown(100 * worst['seen'])} % were."
    )


def left_out_sentence(n_left_out: int) -> str:
    """How many examples are missing; empty text where none is."""
    return f"Left out for that reason: {n_left_out}." if n_left_out else ""


def unnamed(example: Example) -> str:
    """What stands where no reason is named."""
    if example.withheld:
        return example.withheld
    return "No single reason stands out."
