"""The page of a comparison of mitigations: one HTML file that stands alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workbench.analysis.audit_words import plain, points
from workbench.analysis.mitigation_words import (
    MeasureRow,
    MethodRow,
    audit_words,
    between_words,
    columns,
    compared_words,
    drawn,
    drawn_words,
    pooled_words,
    told_words,
    unit,
)
from workbench.store.audit_frame import facts, framed, safe, table
from workbench.store.mitigation_plot import mitigation_plot


def render(document: Mapping[str, Any], *, digest: str, made_at: datetime) -> bytes:
    """The page as UTF-8 HTML; everything that came from data is escaped."""
    methods: Sequence[MethodRow] = document["methods"]
    shown = columns(document)
    body = (
        "<h2>Error against gap</h2><p>Each point is one way to decide, on the same candidates; "
        "further left the groups are more alike, further down there are fewer errors. Lines are "
        "95 % intervals, people drawn anew. Where two methods overlap, look at the difference "
        f"below: it is taken on the same draws.</p>{_pictures(document)}"
        f'<h2>Figures</h2><div class="wide">{_measures(methods, shown)}</div>'
        "<h2>Against nothing done</h2><p>Differences in points; an interval without 0 is a "
        f'difference beyond chance.</p><div class="wide">{_differences(methods, shown)}</div>'
        f"<h2>What each does, and whether it may be used</h2>{_about(methods)}"
        f"<h2>Groups</h2>{_groups(document)}"
    )
    return framed(
        kind="Comparison of mitigations",
        title=f"{document['title']}, by {plain(document['by'])}",
        verdict="",
        label="An experiment, not for use",
        sentence=document["sentence"],
        facts=_facts(document),
        body=body,
        digest=digest,
        made_at=made_at,
    )


def _facts(document: Mapping[str, Any]) -> str:
    test = document["slices"]["test"]
    return facts(
        {
            "Dataset": document["dataset"],
            "Run": document["run"],
            "Its audit": audit_words(document),
            "Estimator": plain(document["estimator"]),
            "Measured on": f"{test['candidates']:,}, each a {document['unit']}; "
            f"{test['true']:,} confirmed",
            "Known by": f"{document['as_of'][:10]}, confirmed until {document['until'][:10]}",
            "People": f"{document['n_people']:,}, drawn anew {document['n_replicates']:,} times",
        }
    )


def _pictures(document: Mapping[str, Any]) -> str:
    return "".join(
        f"<p>{safe(drawn_words(document, gap))}</p>{mitigation_plot(document['methods'], gap)}"
        for gap in drawn(document)
    )


def _measures(methods: Sequence[MethodRow], shown: Mapping[str, str]) -> str:
    body = [
        (safe(row["label"]), *(_share(row["measures"][name], unit(name)) for name in shown))
        for row in methods
    ]
    return table(("method", *(name.lower() for name in shown.values())), body)


def _share(found: MeasureRow, unit: str) -> str:
    if found["value"] is None:
        return "–"
    low_high = found["interval"]
    reach = f"{points(low_high[0])} to {points(low_high[1])}" if low_high else ""
    return f'{points(found["value"])}{unit}<br><span class="quiet">{reach}</span>'


def _differences(methods: Sequence[MethodRow], shown: Mapping[str, str]) -> str:
    body = [
        (safe(row["label"]), *(_difference(row["measures"][name]) for name in shown))
        for row in methods[1:]
    ]
    return table(("method", *(name.lower() for name in shown.values())), body)


def _difference(found: MeasureRow) -> str:
    if found["difference"] is None:
        return "–"
    low_high = found["difference_interval"]
    reach = f"{points(low_high[0])} to {points(low_high[1])}" if low_high else ""
    return f'{points(found["difference"])}<br><span class="quiet">{reach}</span>'


def _about(methods: Sequence[MethodRow]) -> str:
    return "".join(
        f"<h3>{safe(row['label'])}</h3><p>{safe(row['does'])} {safe(row['why'])}</p>"
        f'<p class="quiet">{safe(told_words(row))}</p>'
        for row in methods
    )


def _groups(document: Mapping[str, Any]) -> str:
    body = [
        (
            safe(row["group"]),
            f"{row['positives']:,}",
            f"{row['negatives']:,}",
            safe(compared_words(row)),
        )
        for row in document["groups"]
    ]
    said = f"<p>{safe(between_words(document))} {safe(pooled_words(document))}</p>"
    return said + table(("group", "positives", "negatives", "compared"), body)
