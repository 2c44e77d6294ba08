"""What labels hide and what a release may miss: two parts of the page of an audit of deciders."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.audit_words import DECIDERS, METRICS, VERDICTS, plain, points
from workbench.analysis.deciders_words import (
    MEASURES,
    NOT_KEPT,
    basis_words,
    estimate_words,
    gap_verdict,
    label_sentences,
    missed_sentences,
)
from workbench.store.audit_frame import safe, table


def missed_part(document: Mapping[str, Any]) -> str:
    """Sentences, then the groups in a table folded away."""
    if "missed" not in document:
        return f"<p>{NOT_KEPT}</p>"
    found = document["missed"]
    said = "".join(f"<p>{safe(sentence)}</p>" for sentence in missed_sentences(found))
    rows = [] if found is None else found["groups"]
    if not rows:
        return said
    body = [
        (
            safe(plain(row["attribute"])),
            safe(row["group"]),
            f"{row['n_drawn']:,}",
            f"{row['n_forward']:,}",
            *(estimate_words(row[measure]) for measure in MEASURES),
        )
        for row in rows
    ]
    heads = ("attribute", "group", "drawn", "put forward", *(m.lower() for m in MEASURES.values()))
    return (
        f"{said}<details><summary>By group, in per cent with 95 % intervals</summary>"
        f'<div class="wide">{table(heads, body)}</div></details>'
    )


def label_part(document: Mapping[str, Any]) -> str:
    """Rates by records beside rates by truth, over the same readings; empty without both."""
    found = document.get("label_bias")
    if not found:
        return ""
    first, *others = (safe(sentence) for sentence in label_sentences(found))
    listed = "".join(f"<li>{sentence}</li>" for sentence in others)
    return (
        f"<h2>What labels hide</h2><p>{first}</p><ul>{listed}</ul>"
        f'<div class="wide">{_rates(found["rates"])}</div>'
        "<details><summary>Widest gaps between groups, by records and by the truth</summary>"
        f'<div class="wide">{_gaps(found["gaps"])}</div></details>'
    )


def _rates(rows: Sequence[Mapping[str, Any]]) -> str:
    body = [
        (
            DECIDERS[row["decider"]],
            METRICS[row["metric"]],
            basis_words(row["records"]),
            basis_words(row["truth"]),
        )
        for row in rows
    ]
    return table(("decider", "error", "by records", "by the truth"), body)


def _gaps(rows: Sequence[Mapping[str, Any]]) -> str:
    body = [
        (
            DECIDERS[row["decider"]],
            safe(plain(row["attribute"])),
            METRICS[row["metric"]],
            *(
                f'{points(row[basis])} <span class="{gap_verdict(row, basis)}">'
                f"{VERDICTS[gap_verdict(row, basis)].lower()}</span>"
                for basis in ("records", "truth")
            ),
        )
        for row in rows
    ]
    heads = ("decider", "attribute", "error", "by records, points", "by the truth, points")
    return table(heads, body)
