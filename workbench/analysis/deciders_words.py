"""What an audit of deciders says, in sentences: the same on page and report.

Who added to a gap, what labels hide and what a release may miss.
"""

from collections.abc import Mapping
from typing import Any

from workbench.analysis.audit_words import DECIDERS, METRICS, number_words, plain, points, quoted
from workbench.analysis.changes import LEAST
from workbench.analysis.wording import listed

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


def deciders_sentence(document: Mapping[str, Any], basis: str) -> str:
    """The surest gap of those that are beyond chance for some decider, and whether people who saw
    the score added to it; or that none is."""
    rows = document["gaps"][basis]
    found = document[basis]["n_comparable"] if document[basis] else 0
    n = "the" if found is None else f"{found:,}"
    if not rows:
        return "No reading says yes or no both before and after the score, so nobody is compared."
    failed = [row for row in rows if "fail" in row["verdicts"].values()]
    if not failed:
        short = any("insufficient" in row["verdicts"].values() for row in rows)
        return f"Over {n} readings no decider shows a gap beyond the margin and beyond chance" + (
            "; most groups are too small to show one." if short else "."
        )
    tests = {(row["attribute"], row["metric"]): row for row in failed}
    known = document[basis].get("changes", [])
    change = next((c for c in known if (c["attribute"], c["metric"]) in tests), None)
    if change is None:
        worst = max(failed, key=lambda row: len(_sure(row)))
        return f"{_failed_for(worst)} {_untold(document, basis)}"
    row = tests[change["attribute"], change["metric"]]
    said = ", ".join(f"{DECIDERS[who].lower()} {points(change[who])}" for who in DECIDERS)
    return (
        f"{_failed_for(row)} Here {quoted(change['worse'])} less {quoted(change['better'])} is, "
        f"in points: {said}. {change_sentence(change)}"
    )


def _sure(row: Mapping[str, Any]) -> list[str]:
    return [who for who in DECIDERS if row["verdicts"][who] == "fail"]


def _failed_for(row: Mapping[str, Any]) -> str:
    return (
        f"By {plain(row['attribute'])}, {METRICS[row['metric']].lower()} differs between groups "
        f"beyond the margin and beyond chance for: "
        f"{listed([DECIDERS[who].lower() for who in _sure(row)])}."
    )


def _untold(document: Mapping[str, Any], basis: str) -> str:
    what = "Whether people added to it or took from it once they saw the score"
    if "changes" not in document[basis]:
        return f"{what} was not measured when this audit was made; audit again."
    if "suppressed" in document:
        return f"{what} is hidden: it is of too few."
    return f"{what} cannot be told: fewer than two groups have {LEAST} readings to count."


def change_sentence(change: Mapping[str, Any]) -> str:
    """What people did to one contrast once they saw the score, and how it then lies beside that of
    the release; spoken of as a change only where the interval leaves out 0."""
    before, release = change["after_less_before"], change["after_less_release"]
    by = points(abs(before["value"]))
    match _direction(before):
        case 1:
            said = f"Once they saw the score people added {by} points to it ({ends(before)})."
        case -1:
            said = f"Once they saw the score people took {by} points from it ({ends(before)})."
        case _:
            said = (
                "Whether people added to it or took from it once they saw the score cannot be told:"
                f" after less before is {moved_words(before)}."
            )
    beside = {1: "above", -1: "below"}.get(_direction(release))
    if beside is None:
        return f"{said} After less the release is {moved_words(release)}, which may be chance."
    return (
        f"{said} It then lies {points(abs(release['value']))} points {beside} that of the release "
        f"({ends(release)})."
    )


def _direction(moved: Mapping[str, Any]) -> int:
    """1 or -1 where the interval lies wholly above or below 0, else 0."""
    low, high = moved["interval"]
    return int(low > 0) - int(high < 0)


def ends(moved: Mapping[str, Any]) -> str:
    """``95 % -2 to 5``, in points."""
    low, high = moved["interval"]
    return f"95 % {points(low)} to {points(high)}"


def moved_words(moved: Mapping[str, Any]) -> str:
    """A difference in points with its interval: ``1.5 points (95 % -2 to 5)``."""
    return f"{points(moved['value'])} points ({ends(moved)})"


CHANGE_HEADS = (
    *("By", "Error", "Groups"),
    *(f"{name}, points" for name in DECIDERS.values()),
    *("After less before (95 %)", "After less release (95 %)"),
)
CHANGE_NOTE = (
    "One contrast of two groups for each, chosen by what people said both times together and by "
    "the release, so that it cannot favour a change; beside a group, how many readings it rests "
    "on. Differences are paired over the same readings, with people resampled. Each interval is "
    "95 % by itself: of twenty, one may leave out 0 though nothing changed."
)


def change_cells(change: Mapping[str, Any]) -> tuple[str, ...]:
    """One row beneath `CHANGE_HEADS`."""
    worse, better = change["n"]
    return (
        plain(change["attribute"]),
        METRICS[change["metric"]],
        f"{quoted(change['worse'])} ({worse:,}) less {quoted(change['better'])} ({better:,})",
        *(points(change[who]) for who in DECIDERS),
        *(moved_words(change[f"after_less_{who}"]) for who in ("before", "release")),
    )


def estimate_words(found: Mapping[str, Any]) -> str:
    """A share in per cent with its interval, and whether it says anything."""
    if found["value"] is None:
        return "–"
    said = f"{points(found['value'])} %"
    if found["interval"] is not None:
        low, high = found["interval"]
        said += f" ({points(low)} to {points(high)})"
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
