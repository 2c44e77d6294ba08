"""The page of a bias audit: one HTML file that stands alone, for a reader with no other file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Template
from typing import Any

from workbench.analysis.audit_words import (
    HIDDEN,
    MEANINGS,
    METRICS,
    VERDICTS,
    gap_sentence,
    is_hidden,
    number_words,
    p_words,
    plain,
    points,
    prompted_sentence,
    shared_sentence,
    shown_verdict,
    shown_whole,
    truth_sentence,
    verdict_sentence,
)
from workbench.analysis.depth_words import depth_notes
from workbench.analysis.error_rates import GroupRow, Interval, rate_of
from workbench.analysis.fairness import ExcludedRow, GapRow
from workbench.analysis.group_dots import group_dots, truth_pairs, undrawn_words
from workbench.analysis.proxies import ProxyRow, proxies_sentence
from workbench.store.audit_frame import TEMPLATES, facts, framed, safe, table
from workbench.store.depth_page import depth_page
from workbench.store.dot_plot import dot_plot, pair_plot


def render(document: Mapping[str, Any], *, digest: str, made_at: datetime) -> bytes:
    """The page as UTF-8 HTML; everything that came from data is escaped."""
    singles = list(dict.fromkeys(t["attribute"] for t in document["tests"] if _is_single(t)))
    values = {
        "margin": points(document["margin"]),
        "harm": _harm(document),
        "attributes": "\n".join(_attribute(document, name) for name in singles),
        "intersections": _intersections(document),
        "truth": _against_truth(document),
        "depth": depth_page(document),
        "proxies": _proxies(document.get("proxies", [])),
        "prompted": f"<p>{prompted_sentence(document)}</p>",
        "excluded": _excluded(document["excluded"], [*document["notes"], *depth_notes(document)]),
        "tests": _tests(document),
        "shared": shared_sentence(document),
        "n_replicates": f"{document['n_replicates']:,}",
        "n_permutations": f"{document['n_permutations']:,}",
        "seed": str(document["seed"]),
    }
    body = Template((TEMPLATES / "bias_audit.html").read_text(encoding="utf-8"))
    return framed(
        kind="Bias audit",
        title=f"{document['title']}, version {document['version']}",
        verdict=shown_whole(document),
        sentence=verdict_sentence(document),
        facts=_facts(document),
        body=body.substitute(values),
        digest=digest,
        made_at=made_at,
        suppressed=document.get("suppressed"),
    )


def _harm(document: Mapping[str, Any]) -> str:
    """Why this margin, and whether it is the model's own."""
    if not document.get("harm"):
        return ""
    chosen = "" if document["margin_own"] else " Chosen for this audit, not the model's own."
    return (
        f"<p><b>Why {points(document['margin'])} points.</b> {safe(document['harm'])}{chosen}</p>"
    )


def _is_single(test: GapRow) -> bool:
    return "×" not in test["attribute"]


def _facts(document: Mapping[str, Any]) -> str:
    shown = {
        "Dataset": document["dataset"],
        "Counted": f"{number_words(document['n'])}, each a {document['unit']}",
        "Confirmed by later records": number_words(document["positives"]),
        "People": number_words(document["n_people"]),
        "Known by": f"{document['as_of'][:10]}, confirmed until {document['until'][:10]}",
        "Put forward from": f"probability {document['threshold']:.2g}",
        "Margin": f"{points(document['margin'])} points",
        "SHA-256 of what is served": document["release_digest"][:16] + "…",
    }
    return facts(shown)


def _attribute(document: Mapping[str, Any], name: str) -> str:
    """Both plots of an attribute side by side, and all its figures folded away."""
    rows = [g for g in document["groups"] if g["attribute"] == name]
    tests = [t for t in document["tests"] if t["attribute"] == name]
    plots = "".join(_plot(rows, test, document) for test in tests)
    head = f'<h3>{safe(plain(name)).capitalize()}</h3><div class="plots">{plots}</div>'
    if not rows:
        return head
    return (
        f"{head}<details><summary>All {len(rows)} groups by {safe(plain(name))}, every measure"
        "</summary>"
        f'<div class="wide">{_groups(rows)}</div></details>'
    )


def _plot(rows: Sequence[GroupRow], test: GapRow, document: Mapping[str, Any]) -> str:
    metric, margin, verdict = test["metric"], document["margin"], shown_verdict(test, document)
    dots, band = group_dots(rows, test, margin)
    words = undrawn_words(rows, test, len(dots))
    undrawn = f'<p class="quiet">{words}</p>' if words else ""
    drawn = dot_plot(dots, title=f"{METRICS[metric]} by {test['attribute']}", band=band)
    if "suppressed" in document and not any(dot.value for dot in dots):
        drawn = f'<p class="said">{_NO_ERRORS}</p>'  # dots at 0 would read as if nobody erred
    return (
        f'<div><h4>{METRICS[metric]} · <span class="{verdict}">'
        f"{VERDICTS[verdict].lower()}</span></h4>"
        f'<p class="said">{MEANINGS[metric]}</p>{drawn if dots else ""}'
        f'<p class="said">{safe(gap_sentence(test, margin))}</p>{undrawn}</div>'
    )


_NO_ERRORS = "Only groups without an error may be told of here, so nothing is drawn."


def _groups(rows: Sequence[GroupRow]) -> str:
    head = (
        *("group", "counted", "positives", "negatives", "wrongly put forward", "missed"),
        *("put forward", "precision", "accuracy"),
    )
    body = [
        (
            safe(row["group"]),
            number_words(row["n"]),
            number_words(row["positives"]),
            number_words(row["negatives"]),
            *(
                HIDDEN
                if is_hidden(row, metric)
                else _share(rate_of(row, metric), row["intervals"][metric])
                for metric in ("fpr", "fnr", "selection_rate", "precision", "accuracy")
            ),
        )
        for row in rows
    ]
    return table(head, body)


def _share(value: float | None, interval: Interval) -> str:
    """``2.9 %`` with its interval, all escaped."""
    if value is None:
        return "–"
    reach = f" {points(interval[0])} to {points(interval[1])}" if interval else ""
    return f'{points(value)} %<span class="quiet">{reach}</span>'


def _intersections(document: Mapping[str, Any]) -> str:
    """Plots of the intersections that failed; the others in a sentence."""
    tests = [t for t in document["tests"] if not _is_single(t)]
    if not tests:
        return "<p>One attribute alone was audited, so none meet.</p>"
    failed = list(dict.fromkeys(t["attribute"] for t in tests if t["verdict"] == "fail"))
    n_short = sum(t["verdict"] == "insufficient" for t in tests)
    n_passed = sum(t["verdict"] == "pass" for t in tests)
    n_failed = sum(t["verdict"] == "fail" for t in tests)
    n_few = sum(shown_verdict(t, document) == "few" for t in tests)
    few = f" (in {n_few} of them some groups are too few to tell)" if n_few else ""
    told = {g["attribute"] for g in document["groups"]}
    drawn = [name for name in failed if name in told]
    below = "Those that failed are drawn below, all stand" if drawn else "All stand"
    said = (
        f"<p>{len(tests)} tests over {len({t['attribute'] for t in tests})} intersections: "
        f"{n_failed} failed, {n_passed} passed{few}, {n_short} had too little "
        f"data to tell. {below} in the table of tests.</p>"
    )
    return said + "\n".join(_attribute(document, name) for name in drawn)


def _against_truth(document: Mapping[str, Any]) -> str:
    truth = document.get("against_truth")
    if truth is None:
        return ""
    return (
        f"<h2>Against the truth</h2><p>{safe(truth_sentence(document))}</p>"
        f'<p><b class="{shown_whole(truth)}">{VERDICTS[shown_whole(truth)]}.</b> '
        f"{safe(verdict_sentence(truth))}</p>{_pairs(document, truth)}"
        f'<div class="wide">{_tests(truth)}</div>'
    )


def _pairs(document: Mapping[str, Any], truth: Mapping[str, Any]) -> str:
    """Per attribute and error the rates against records and against truth, side by side."""
    out = []
    for name in dict.fromkeys(t["attribute"] for t in truth["tests"]):
        drawn = [
            f"<div><h4>{what}</h4>"
            + pair_plot(pairs, title=f"{what} by {name}, against records and against the truth")
            + "</div>"
            for metric, what in METRICS.items()
            if (pairs := truth_pairs(document, name, metric))
        ]
        if drawn:
            out.append(
                f"<h3>{safe(plain(name)).capitalize()}</h3>"
                f'<div class="plots">{"".join(drawn)}</div>'
            )
    if not out:
        return ""
    return (
        '<p class="said">Above, in blue: against records. Below, in orange: against the truth. '
        "Hollow: too few to tell.</p>" + "".join(out)
    )


def _proxies(rows: Sequence[ProxyRow]) -> str:
    said = f"<p>{safe(proxies_sentence(rows))}</p>"
    if not rows:
        return said
    head = ("attribute", "group", "candidates", "AUC", "95 % interval", "best feature alone", "AUC")
    body = [
        (
            safe(plain(row["attribute"])),
            safe(row["group"]),
            number_words(row["n"]),
            f"{row['auc']:.2f}",
            f"{row['interval'][0]:.2f} to {row['interval'][1]:.2f}",
            safe(plain(row["strongest"])),
            f"{row['strongest_auc']:.2f}",
        )
        for row in rows
    ]
    return f'{said}<div class="wide">{table(head, body, words=(1, 5))}</div>'


def _excluded(rows: Sequence[ExcludedRow], notes: Sequence[str]) -> str:
    said = "".join(f"<p>{safe(note)}</p>" for note in notes)
    if not rows:
        return f"<p>Every row has a group in every attribute; none is left out.</p>{said}"
    body = [
        (safe(plain(r["attribute"])), safe(r["group"]), number_words(r["n"]), safe(r["reason"]))
        for r in rows
    ]
    head = ("attribute", "group", "left out", "why")
    return f'<div class="wide">{table(head, body, words=(1, 3))}</div>{said}'


def _unit(gap: float | None) -> str:
    return "" if gap is None else " points"


def _tests(document: Mapping[str, Any]) -> str:
    head = ("attribute", "measure", "widest gap", "between", "smallest group", "p", "p corrected")
    body = [
        (
            safe(plain(t["attribute"])),
            METRICS[t["metric"]],
            HIDDEN if t.get("hidden") else points(t["gap"]) + _unit(t["gap"]),
            safe(" and ".join(t["between"])) or "–",
            number_words(t["smallest"]),
            p_words(t["p_value"]),
            p_words(t["p_corrected"]),
            f'<b class="{verdict}">{VERDICTS[verdict].lower()}</b>',
        )
        for t in document["tests"]
        for verdict in [shown_verdict(t, document)]
    ]
    return table((*head, "verdict"), body, words=(1, 3, 7))
