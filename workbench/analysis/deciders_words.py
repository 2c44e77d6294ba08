"""What labels hide and what a release may miss, in sentences: the same on page and report."""

from collections.abc import Mapping
from typing import Any

from workbench.analysis.audit_words import DECIDERS, METRICS, number_words, points

MEASURES = {
    "share": "Would be found supported",
    "fnr": METRICS["fnr"],
    "fpr": METRICS["fpr"],
}
OF = {
    "share": "candidates that were not put forward",
    "fnr": "candidates that people would find supported",
    "fpr": "candidates that people would not find supported",
}
TOO_FEW = "too few to tell"
NOT_KEPT = (
    "This audit was made before a finding was sealed with how likely it was to be drawn, so what "
    "was left out cannot be estimated from it; audit again."
)


def estimate_words(found: Mapping[str, Any]) -> str:
    """A share in per cent with its interval, and whether it says anything."""
    if found["value"] is None:
        return "–"
    low, high = found["interval"]
    said = f"{points(found['value'])} % ({points(low)} to {points(high)})"
    return said if found["enough"] else f"{said}, {TOO_FEW}"


def missed_sentences(found: Mapping[str, Any] | None) -> list[str]:
    """How much of what was not put forward would be found supported, and what that rests on."""
    if found is None:
        return ["Nobody has judged a finding that was sealed with how likely it was to be drawn."]
    row, n_left = found["overall"], found["n_left"]
    if row["n_drawn"] is None or (row["n_drawn"] and row["share"]["value"] is None):
        return ["What was said of the random share is hidden: it is of too few."]
    if not row["n_drawn"]:
        return [
            f"None of {n_left:,} candidates not put forward before people was judged, so nothing "
            "can be said of them."
        ]
    low, high = found["interval"]
    unsure = "" if row["share"]["enough"] else f" That is {TOO_FEW}."
    out = [
        f"Of {n_left:,} candidates not put forward before people, an estimated "
        f"{found['n_missed']:,.0f} ({low:,.0f} to {high:,.0f}) would be found supported.{unsure}",
        f"It rests on {row['n_drawn']:,} of them, drawn at random and judged before anybody saw a "
        f"score ({found['n_supported']:,} found supported), each weighed by how seldom it was "
        f"drawn, and on {row['n_forward']:,} that were put forward.",
        f"Of all that people would find supported, the release does not put forward "
        f"{estimate_words(row['fnr'])}; of all that they would not, it does put forward "
        f"{estimate_words(row['fpr'])}.",
    ]
    return out + _left_out(found)


def _left_out(found: Mapping[str, Any]) -> list[str]:
    said = []
    if found["n_unread"]:
        said.append(
            "Findings of the same cases that nobody has judged, for which those that were stand: "
            f"{number_words(found['n_unread'])}."
        )
    if found["n_unweighted"]:
        said.append(
            "Judged findings left out, since they were sealed without the probability of a draw: "
            f"{number_words(found['n_unweighted'])}."
        )
    return said


def label_sentences(found: Mapping[str, Any]) -> list[str]:
    """What records confirmed of what is true, and what that does to each decider's errors."""
    labels = found["labels"]
    n_true = labels["both"] + labels["truth_only"]
    recorded = f"records came to confirm {labels['both']:,} of these"
    if labels["records_only"]:
        recorded += f" and {labels['records_only']:,} that are not true"
    out = [
        f"Of {found['n_findings']:,} findings after which records could still come, {n_true:,} are "
        f"true; {recorded}. Over the same {found['n_comparable']:,} readings:"
    ]
    return out + [
        f"{DECIDERS[row['decider']]}: yes to {points(row['records']['rate'])} % of what records "
        f"did not confirm, to {points(row['truth']['rate'])} % of what is not true."
        for row in found["rates"]
        if row["metric"] == "fpr" and None not in (row["records"]["rate"], row["truth"]["rate"])
    ]


def gap_verdict(row: Mapping[str, Any], basis: str) -> str:
    """The verdict of a gap by one kind of label, a key of `VERDICTS`, as `shown_verdict` has it."""
    verdict = str(row["verdicts"][basis])
    return "few" if verdict == "pass" and row.get("n_short", {}).get(basis) else verdict


def basis_words(found: Mapping[str, Any]) -> str:
    """An error rate by one kind of label, with its interval and denominator."""
    if found["rate"] is None:
        return "–"
    low, high = found["interval"]
    return f"{points(found['rate'])} % ({points(low)} to {points(high)}; of {found['n']:,})"
