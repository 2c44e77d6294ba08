"""What a bias audit says, in sentences: the same ones on the page, in the report and in letters."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.error_rates import DENOMINATOR, GroupRow, rate_of
from workbench.analysis.fairness import ExcludedRow, GapRow, tells_too_little
from workbench.analysis.permutation import wider
from workbench.analysis.verdicts import ShortGroup

METRICS = {"fpr": "Wrongly put forward", "fnr": "Missed"}
MEANINGS = {
    "fpr": "Of those where nothing is to be found, the share that was put forward all the same "
    "(false positive rate).",
    "fnr": "Of those where something is to be found, the share that was not put forward "
    "(false negative rate).",
}
VERDICTS = {
    "pass": "Passed",
    "fail": "Failed",
    "few": "Passed, some too few to tell",  # by its rule; see `shown_verdict`
    "insufficient": "Too little data to tell",
    "hidden": "Hidden, of too few to be told",  # in what leaves alone
}
_SHARED = {
    "nothing": "Rows are independent: the counts of each group are resampled, labels permuted.",
    "cluster": "Rows share people: people are resampled and permuted, not rows.",
    "people": "Errors on people whom several candidates share are not independent: people are "
    "resampled and permuted, not candidates.",
    "groups": "A candidate is about many people, and one error hits them all: for intervals people "
    "are resampled, for tests errors are permuted between candidates whose people stay together.",
}
SHARED_BY_READINGS = {
    "people": "Errors on people whom several readings share are not independent: people are "
    "resampled and permuted, not readings.",
    "groups": "A reading is about many people, and one error hits them all: for intervals people "
    "are resampled, for tests errors are permuted between readings whose people stay together.",
}


def shared_sentence(document: Mapping[str, Any]) -> str:
    """What rows have in common, what is resampled for intervals and what is permuted in tests."""
    return _SHARED[document["shared"]]


TRUTH = ("records", "truth")  # what errors are counted against


def truth_sentence(document: Mapping[str, Any]) -> str:
    """What the audit against the truth of a synthetic world compares, and what it may say."""
    truth = document["against_truth"]
    return (
        "The dataset is synthetic and its truth is known, so the same errors are counted once more "
        f"against what is true rather than recorded: {number_words(truth['positives'])} of "
        f"{number_words(truth['n'])} are true, {number_words(document['positives'])} came to be "
        "recorded. Where the two lie apart, records are unequal, not the model: that is what label "
        "bias hides. This part has no say in the verdict above."
    )


_NAMED = 4  # groups that a sentence names


def points(share: float | None) -> str:
    """A share or a gap in percentage points, two significant digits: ``5``, ``0.38``, ``12``."""
    if share is None:
        return "–"
    return f"{float(f'{100 * share:.2g}'):g}"


HIDDEN = "hidden"  # what stands for a figure that would tell of a few people


def number_words(n: int | None) -> str:
    """A count with its thousands apart, or that it is hidden."""
    return HIDDEN if n is None else f"{n:,}"


def is_hidden(row: GroupRow, metric: str) -> bool:
    """True for a rate that is not shown because it would tell of a few people."""
    of = DENOMINATOR.get(metric)
    if rate_of(row, metric) is not None:
        return False
    if of is not None:
        return row[of] != 0
    return any(is_hidden(row, error) for error in DENOMINATOR)


def suppression_words(suppressed: Mapping[str, Any]) -> str:
    """What a document that left holds back, and why, in sentences."""
    said = (
        f"This copy may be passed on: counts below {suppressed['least']}, and figures from which "
        f"one could be worked out, are hidden ({hidden_words(suppressed)}). Verdicts are those of "
        "the whole audit."
    )
    if suppressed["left_out"]:
        said += f" Left out as well: {_listed([plain(key) for key in suppressed['left_out']])}."
    return said


def hidden_words(suppressed: Mapping[str, Any]) -> str:
    """How much of a document that left is hidden: rates, groups and, where it has one, burden."""
    said = [f"{suppressed['n_hidden']:,} rates of groups"]
    if suppressed.get("n_burden"):
        said.append(f"{suppressed['n_burden']:,} counts of the burden")
    if suppressed["n_groups"]:
        said.append(f"{suppressed['n_groups']:,} groups are not named at all")
    return "; ".join(said)


def suppressed_of(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a document that left says of what it hides, with the hidden counts of its burden as
    `n_burden`; None for a whole one."""
    if "suppressed" not in document:
        return None
    burden = document.get("burden") or {"areas": {}, "groups": []}
    counts = [count for key, count in burden.items() if key.startswith("n_")]
    counts += [*burden["areas"].values(), *(row["n_opened"] for row in burden["groups"])]
    return {**document["suppressed"], "n_burden": sum(count is None for count in counts)}


def plain(attribute: str) -> str:
    """An attribute's column name as words."""
    return attribute.replace("_", " ")


def verdict_sentence(document: Mapping[str, Any]) -> str:
    """The verdict of a whole audit in one or two sentences."""
    tests: Sequence[GapRow] = document["tests"]
    margin = points(document["margin"])
    failed = [t for t in tests if t["verdict"] == "fail"]
    singles = [t for t in tests if "×" not in t["attribute"]]
    short = [t for t in singles if t["verdict"] == "insufficient"]
    if failed:
        worst = foremost(document)
        more = len(failed) - 1
        others = f" {more} more of {len(tests)} tests failed." if more else ""
        shown = _outermost_shown(worst, document) if "foremost" in document else ""
        return f"By {plain(worst['attribute'])}, {_who_is_worse_off(worst, margin)}{shown}{others}"
    if short:
        return f"No gap beyond the margin of {margin} points was shown, {_why_not(document, short)}"
    if any(t["verdict"] == "hidden" for t in tests):
        return (
            f"No gap beyond the margin of {margin} points was shown; what is of too few to be told "
            "is hidden."
        )
    said = f"No two groups differ by more than the margin of {margin} points beyond chance"
    few = [t for t in singles if shown_verdict(t, document) == "few"]
    if few:
        return f"{said}, but some groups {_by(few)} are too small to tell ({_errors(few)})."
    if all("n_short" in t for t in singles):
        return f"{said}, and every group of a single attribute is large enough to tell."
    return f"{said}."


def shown_verdict(test: GapRow, document: Mapping[str, Any]) -> str:
    """The verdict of a test to be shown, a key of `VERDICTS`: `few` where it is a pass although
    the rate of some group is not known to within the margin, as its rule allows."""
    if test["verdict"] != "pass":
        return test["verdict"]
    told = [
        row
        for row in document["groups"]
        if row["attribute"] == test["attribute"] and rate_of(row, test["metric"]) is not None
    ]
    few = any(tells_too_little(row, test, document["margin"]) for row in told)
    return "few" if few or test.get("n_short") else "pass"


def shown_whole(document: Mapping[str, Any]) -> str:
    """The verdict of a whole audit to be shown, as that of a test: by single attributes alone."""
    singles = [t for t in document["tests"] if "×" not in t["attribute"]]
    if document["verdict"] == "pass" and "few" in {shown_verdict(t, document) for t in singles}:
        return "few"
    return str(document["verdict"])


def _why_not(document: Mapping[str, Any], short: Sequence[GapRow]) -> str:
    """Why nothing was shown: an attribute has one group, or groups are too small."""
    groups = Counter(row["attribute"] for row in document["groups"])
    alone = [t for t in short if groups[t["attribute"]] == 1 and not t.get("hidden")]
    small = [t for t in short if t not in alone]
    said = []
    if alone:
        said.append(f"since there is only one group {_by(alone)}, and nothing to compare it with")
    if small:
        said.append(
            f"but groups {_by(small)} are too small to show one of that size ({_errors(small)})"
        )
    return f"{'; '.join(said)}."


def _by(tests: Sequence[GapRow]) -> str:
    return f"by {_listed(list(dict.fromkeys(plain(t['attribute']) for t in tests)))}"


def _errors(tests: Sequence[GapRow]) -> str:
    return _listed(sorted({METRICS[t["metric"]].lower() for t in tests}))


def foremost(document: Mapping[str, Any]) -> GapRow:
    """The test that a verdict rests on, with which a reader begins: of those that failed the one
    that is named, else the first that cannot tell, else the first. A document that left names it,
    since it has no p-values to tell by."""
    tests: Sequence[GapRow] = document["tests"]
    failed = [test for test in tests if test["verdict"] == "fail"]
    if "foremost" in document:
        asked = document["foremost"]
        return next(t for t in tests if (t["attribute"], t["metric"]) == tuple(asked))
    if failed:
        return max(failed, key=_surest)
    singles = [test for test in tests if "×" not in test["attribute"]]
    untold = [t for t in singles if shown_verdict(t, document) in ("insufficient", "few")]
    return (untold or tests)[0]


def _surest(test: GapRow) -> tuple[bool, float, float]:
    """Single attributes come first, then the lowest p-value, then the contrast that is wider."""
    p = test["p_corrected"]
    return "×" not in test["attribute"], -1.0 if p is None else -p, _apart(test)


def _apart(test: GapRow) -> float:
    contrast = test.get("contrast")
    return contrast["worse"]["rate"] - contrast["better"]["rate"] if contrast else 0.0


def _outermost_shown(test: GapRow, document: Mapping[str, Any]) -> str:
    """Between which groups the rates that a document shows lie furthest apart: it tells nothing
    that its own table does not."""
    metric = test["metric"]
    of = DENOMINATOR[metric]
    shown = [
        (rate, row)
        for row in document["groups"]
        if row["attribute"] == test["attribute"]
        for rate in [rate_of(row, metric)]
        if rate is not None and row[of]
    ]
    if len(shown) < 2:
        return ""
    (low, lowest), (high, highest) = (pick(shown, key=_first) for pick in (min, max))
    if low == high:
        return ""
    return (
        f" Of the groups shown, {quoted(highest['group'])} has most, {points(high)} % of "
        f"{highest[of]:,} {of}, and {quoted(lowest['group'])} least, {points(low)} % of "
        f"{lowest[of]:,}."
    )


def _first(pair: tuple[float, GroupRow]) -> float:
    return pair[0]


def _who_is_worse_off(test: GapRow, margin: str) -> str:
    """The two groups that a failed test rests on; without them only that groups differ."""
    what, contrast = METRICS[test["metric"]].lower(), test.get("contrast")
    beyond = f"more than the margin of {margin} and more than chance explains."
    if not contrast:
        return f"{what} differs between groups: {beyond}"
    worse, better = contrast["worse"], contrast["better"]
    return (
        f"{quoted(worse['group'])} is {what} more often: {points(worse['rate'])} % of "
        f"{worse['n']:,} {DENOMINATOR[test['metric']]}, against {points(better['rate'])} % of "
        f"{better['n']:,} in {quoted(better['group'])}. These {points(_apart(test))} "
        f"points are {beyond}"
    )


def prompted_sentence(document: Mapping[str, Any]) -> str:
    """How many candidates were left out because a finding had asked about them (duty T15)."""
    if "n_prompted" not in document:
        return ""
    n = document["n_prompted"]
    if n == 0:
        said = "No candidate is left out because a finding had asked about it before its label."
    else:
        many = "candidate is" if n == 1 else "candidates are"
        said = (
            f"{number_words(n)} {many} left out: a finding had asked about them before their label "
            "became known, so the release itself may have brought it about."
        )
    n_erased = document["n_erased"]
    if n_erased == 0:
        return said
    return f"{said} Erased findings cannot be matched any more: {number_words(n_erased)}."


def gap_sentence(test: GapRow, margin: float) -> str:
    """One test in a sentence."""
    if test.get("hidden"):
        return (
            f"{VERDICTS[test['verdict']]}. How far groups lie apart is hidden: some are too small "
            "to be told of."
        )
    if test["gap"] is None:
        said = "Fewer than two groups have anyone to count, so nothing can be compared."
        return f"{said} {needs_sentence(test, margin)}" if test.get("n_short") else said
    said = f"Widest gap {points(test['gap'])} points"
    if test["between"]:
        lowest, highest = test["between"]
        said += f": {quoted(highest)} highest, {quoted(lowest)} lowest"
    said += f"; over all groups p = {p_words(test['p_corrected'])} after correction. "
    match test["verdict"]:
        case "fail":
            return _failed(test, margin)
        case "insufficient":
            return f"{said}{needs_sentence(test, margin)}"
        case _ if wider(test["gap"], margin):
            beyond = f"{said}Beyond the margin of {points(margin)}, but not beyond chance."
            return f"{beyond} {needs_sentence(test, margin)}" if test.get("n_short") else beyond
        case _ if test.get("n_short"):
            return f"{said}Within the margin of {points(margin)}. {needs_sentence(test, margin)}"
        case _:
            return f"{said}Within the margin of {points(margin)}."


def _failed(test: GapRow, margin: float) -> str:
    """Whom a failed test rests on, and how far apart the outermost groups are beside that."""
    contrast, p = test.get("contrast"), p_words(test["p_corrected"])
    beyond = f"Beyond the margin of {points(margin)} and beyond chance"
    if not contrast:
        return f"{beyond}; p = {p} after correction."
    worse, better = contrast["worse"], contrast["better"]
    said = (
        f"{quoted(worse['group'])} {points(worse['rate'])} % of {worse['n']:,}, "
        f"{quoted(better['group'])} {points(better['rate'])} % of {better['n']:,}: "
        f"{points(_apart(test))} points; p = {p} after correction. {beyond}."
    )
    if not wider(test["gap"] or 0.0, _apart(test)):
        return said
    lowest, highest = test["between"]
    return (
        f"{said} Widest of all, sure or not: {points(test['gap'])} points, {quoted(highest)} "
        f"highest, {quoted(lowest)} lowest."
    )


def excluded_sentence(row: ExcludedRow) -> str:
    """What of an attribute is left out, and why; its count may be hidden."""
    return f"By {plain(row['attribute'])}, {number_words(row['n'])} left out: {row['reason']}."


def margin_sentence(document: Mapping[str, Any]) -> str:
    """The margin with its reason, or that it is the default and nobody gave one."""
    said = f"Margin {points(document['margin'])} points"
    if document.get("harm"):
        return f"{said}: {document['harm']}"
    usual = ", the default" if document.get("margin_own") else ""
    return f"{said}{usual}: no reason was given, that is whom a wider gap harms and why."


def needs_sentence(test: GapRow, margin: float) -> str:
    """From which denominator on a rate is known well enough, and which groups have how many."""
    of = DENOMINATOR[test["metric"]]
    if "short" not in test:
        few = "too few for its rate to be known to within"
        return f"The smallest group rests on {test['smallest']}, {few} {points(margin)} points."
    if test["needed"] is None:
        return f"No number of {of} makes a rate known to within {points(margin)} points."
    named = [_of_few(row) for row in test["short"][:_NAMED]]
    more = test["n_short"] - len(named)
    if more > 0:
        named.append(f"{more} more {'group' if more == 1 else 'groups'} too few")
    have = f"; {_listed(named)}" if named else ""
    return (
        f"A group's rate is known to within {points(margin)} points (95 %) from "
        f"{test['needed']:,} {of} on{have}."
    )


def _of_few(row: ShortGroup) -> str:
    said = f"{quoted(row['group'])} {row['n']:,}"
    return (
        f"{said} (at most {row['apart']:,} without a person in common)" if "apart" in row else said
    )


def p_words(value: float | None) -> str:
    """A p-value in two significant digits: ``below 0.001``, ``0.031``, ``–`` where none is."""
    if value is None:
        return "–"
    return "below 0.001" if value < 0.001 else f"{value:.2g}"


def quoted(group: str) -> str:
    """A group's name within a sentence, in quotes where it could be taken for a figure."""
    figure = re.fullmatch(r"[-+]?[\d.,]*\d", group.rpartition(" × ")[2])
    return f"'{group}'" if figure else group


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


DECIDERS = {
    "before": "People, before the score",
    "release": "The release",
    "after": "People, after the score",
}
