"""The page of an audit of deciders: people before the score, the release, people after."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Template
from typing import Any

from workbench.analysis.audit_words import (
    DECIDERS,
    HIDDEN,
    METRICS,
    SHARED_BY_READINGS,
    VERDICTS,
    number_words,
    plain,
    points,
    shown_verdict,
    shown_whole,
    suppressed_of,
)
from workbench.analysis.deciders_words import (
    CHANGE_HEADS,
    CHANGE_NOTE,
    change_cells,
    deciders_sentence,
)
from workbench.analysis.fairness import GapRow
from workbench.analysis.group_dots import group_dots, shared_reach
from workbench.store.audit_frame import TEMPLATES, facts, framed, safe, table
from workbench.store.dot_plot import dot_plot
from workbench.store.missed_page import label_part, missed_part

BASES = {
    "truth": "Against the truth",
    "records": "Against what records came to confirm",
}


def render(document: Mapping[str, Any], *, digest: str, made_at: datetime) -> bytes:
    """The page as UTF-8 HTML; everything that came from data is escaped."""
    basis = "records" if document["truth"] is None else "truth"
    found = document[basis]
    by = found["by"] if found else None
    body = Template((TEMPLATES / "deciders_audit.html").read_text(encoding="utf-8")).substitute(
        bases="\n".join(_basis(document, name) for name in BASES if document[name] is not None),
        absent="" if document["records"] else _ABSENT,
        verdicts=_verdicts(found) if found else "",
        labels=label_part(document),
        missed=missed_part(document),
        shared=_shared(found) if found else "",
        harm=_harm(document),
        burden=_burden(document["burden"]),
        margin=points(document["margin"]),
    )
    return framed(
        kind="Audit of deciders",
        title=f"{document['title']}, version {document['version']}",
        verdict=shown_whole(by["after"]) if by else "insufficient",
        sentence=deciders_sentence(document, basis),
        facts=_facts(document, basis),
        body=body,
        digest=digest,
        made_at=made_at,
        suppressed=suppressed_of(document),
    )


_NOBODY = '<p class="said">Nobody to count.</p>'
_FEW = '<p class="said">Hidden: too few in each group to be told of.</p>'
_ABSENT = (
    "<p>No record became known later than these findings, so nothing but the truth of a synthetic "
    "world can be compared with what people said. Look back (workbench detect --as-of DAY) and let "
    "people read what is found, and records that came since will tell.</p>"
)


def _facts(document: Mapping[str, Any], basis: str) -> str:
    found = document[basis] or {"n_readings": 0, "n_comparable": 0, "n_findings": 0}
    return facts(
        {
            "Dataset": document["dataset"],
            "Readings": (
                f"{number_words(found['n_readings'])} of {number_words(found['n_findings'])} "
                "findings"
            ),
            "Left out, read again in another case": number_words(document.get("n_repeats", 0)),
            "Yes or no both times": number_words(found["n_comparable"]),
            "Margin": f"{points(document['margin'])} points",
            "SHA-256 of what is served": document["release_digest"][:16] + "…",
        }
    )


def _basis(document: Mapping[str, Any], basis: str) -> str:
    found = document[basis]
    if not found["by"]:
        return f"<h2>{BASES[basis]}</h2><p>No reading can be compared yet.</p>"
    pairs = [(row["attribute"], row["metric"]) for row in document["gaps"][basis]]
    if "suppressed" in document:
        pairs = [pair for pair in pairs if _any_shown(found["by"], *pair)]
    drawn = "\n".join(_three(found["by"], *pair, document["margin"]) for pair in pairs)
    return (
        f"<h2>{BASES[basis]}</h2><p>{safe(deciders_sentence(document, basis))}</p>{drawn}"
        f'<h3>All gaps side by side</h3><div class="wide">{_gaps(document, basis)}</div>'
        f"{_changes(found.get('changes', []))}"
    )


def _changes(changes: Sequence[Mapping[str, Any]]) -> str:
    """What seeing the score did to each gap; empty where nothing may be told of it."""
    if not changes:
        return ""
    body = [tuple(map(safe, change_cells(change))) for change in changes]
    return (
        "<h3>What changed once people saw the score</h3>"
        f'<div class="wide">{table(CHANGE_HEADS, body, words=(1, 2))}</div><p>{CHANGE_NOTE}</p>'
    )


def _any_shown(by: Mapping[str, Any], attribute: str, metric: str) -> bool:
    """True when some decider's rate of some group is not hidden."""
    return any(
        row[metric] is not None
        for audit in by.values()
        for row in audit["groups"]
        if row["attribute"] == attribute
    )


def _three(by: Mapping[str, Any], attribute: str, metric: str, margin: float) -> str:
    """One attribute and error: a plot for each decider, on one axis and in one order of groups."""
    tests, found = {}, {}
    for who in DECIDERS:
        rows = [g for g in by[who]["groups"] if g["attribute"] == attribute]
        tests[who] = next(
            t for t in by[who]["tests"] if (t["attribute"], t["metric"]) == (attribute, metric)
        )
        found[who] = group_dots(rows, tests[who], margin, most=8, by_name=True)
    reach = shared_reach(found.values())
    plots = []
    for who, name in DECIDERS.items():
        test, (dots, band) = tests[who], found[who]
        title = f"{METRICS[metric]} by {attribute}: {name}"
        drawn = dot_plot(dots, title=title, band=band, reach=reach)
        plots.append(
            f'<div><h4>{name}</h4><p class="said">{_verdict(by[who], test)}</p>'
            f"{drawn if dots else _FEW if test.get('hidden') else _NOBODY}</div>"
        )
    return (
        f"<h3>{METRICS[metric]} by {safe(plain(attribute))}</h3>"
        f'<div class="three">{"".join(plots)}</div>'
    )


def _verdict(audit: Mapping[str, Any], test: GapRow) -> str:
    verdict = shown_verdict(test, audit)
    return f'<span class="{verdict}">{VERDICTS[verdict].lower()}</span>'


def _gaps(document: Mapping[str, Any], basis: str) -> str:
    by, rows = document[basis]["by"], document["gaps"][basis]
    if all(row.get("hidden") for row in rows):
        return "<p>All are hidden: groups are too small for how far they lie apart to be told.</p>"
    body = [
        (
            safe(plain(row["attribute"])),
            METRICS[row["metric"]],
            *(
                f"{_gap(row, who)} {_verdict(by[who], by[who]['tests'][position])}"
                for who in DECIDERS
            ),
        )
        for position, row in enumerate(rows)
    ]
    return table(
        ("attribute", "error", *(f"{name}, points" for name in DECIDERS.values())), body, words=(1,)
    )


def _gap(row: Mapping[str, Any], who: str) -> str:
    """In points; nothing where it is hidden, which the verdict beside it says."""
    return "" if row[who] is None and row.get("hidden") else points(row[who])


def _verdicts(found: Mapping[str, Any]) -> str:
    before, after = found["verdicts"]["before"], found["verdicts"]["after"]
    body = [(safe(plain(v)), number_words(before[v]), number_words(after[v])) for v in before]
    return table(("verdict", "before the score", "after the score"), body) + (
        f"<p>Of those who said yes or no both times, "
        f"{number_words(found['changed_to_the_release'])} changed to what the release said and "
        f"{number_words(found['changed_away'])} away from it.</p>"
    )


def _shared(found: Mapping[str, Any]) -> str:
    """What is resampled and permuted, which hangs on how many people a reading is about."""
    return SHARED_BY_READINGS[found["by"]["after"]["shared"]] if found["by"] else ""


def _harm(document: Mapping[str, Any]) -> str:
    """Why this margin, and whether it is the model's own."""
    if not document.get("harm"):
        return ""
    chosen = "" if document["margin_own"] else " Chosen for this audit, not the model's own."
    return (
        f"<p><b>Why {points(document['margin'])} points.</b> {safe(document['harm'])}{chosen}</p>"
    )


def _minutes(spent: float) -> str:
    return "less than a minute" if spent < 1 else f"{spent:.2g} minutes"


def _burden(burden: Mapping[str, Any]) -> str:
    per = burden["people_per_supported"]
    spent = burden["minutes_per_supported"]
    said = (
        f"<p>{number_words(burden['n_findings'])} findings were opened, with the records of "
        f"{number_words(burden['n_people'])} people in them; "
        f"{number_words(burden.get('n_decided', burden['n_findings']))} were taken to a decision, "
        f"{number_words(burden['n_supported'])} were found supported"
        + (
            ".</p>"
            if per is None
            else f": {per:.2g} people opened and {_minutes(spent)} read for each.</p>"
        )
    )
    areas = table(
        ("area of the offences among the records", "findings opened"),
        [(safe(area), number_words(n)) for area, n in burden["areas"].items()],
    )
    groups = table(
        ("attribute", "group", "people in the data", "opened", "share"),
        [
            (
                safe(plain(row["attribute"])),
                safe(row["group"]),
                number_words(row["n"]),
                number_words(row["n_opened"]),
                HIDDEN if row["share"] is None else f"{points(row['share'])} %",
            )
            for row in burden["groups"]
        ],
    )
    return f'{said}<div class="plots"><div>{areas}</div><div class="wide">{groups}</div></div>'
