"""The page of a model's behaviour: one HTML file with everything inside, to read, print or keep."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Template
from types import MappingProxyType
from typing import Any

from workbench.analysis import palette
from workbench.analysis.behaviour_words import (
    DEPENDENCE,
    DIRECTIONS,
    GALLERY,
    KINDS,
    MEASURE_MEANINGS,
    MEASURES,
    NO_TEST,
    RESTS_ON,
    SUMMARY,
    basis,
    beside_head,
    beside_sentence,
    calibration_sentence,
    excluded_sentence,
    interactions_sentence,
    label_source,
    left_out_sentence,
    likely,
    opening,
    sampled,
    slice_sentence,
    unnamed,
    value_words,
)
from workbench.analysis.gallery import Example
from workbench.analysis.wording import shown
from workbench.store.audit_frame import TEMPLATES, facts, framed, safe, table
from workbench.store.behaviour_figures import bars, square_map
from workbench.store.behaviour_plots import dependence, said_against_seen, slice_dots, swarms

_TOO_FEW = '<p class="said">Too few to tell.</p>'


def render(
    document: Mapping[str, Any],
    *,
    examples: Sequence[Example] | None,
    made_at: datetime,
    n_left_out: int = 0,
    of: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The page as UTF-8 HTML; everything that came from data is escaped.

    Parameters
    ----------
    examples : sequence of Example, optional
        Those that may be shown; None where the page is kept with the run, which holds none.
    n_left_out : int
        How many examples may not be shown.
    of : mapping
        What is described, as terms and values: run, version, release.
    """
    found = document["behaviour"]
    digest = hashlib.sha256(
        json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
    ).hexdigest()
    body = Template((TEMPLATES / "model_behaviour.html").read_text(encoding="utf-8")).substitute(
        label_source=safe(label_source(document)),
        summary_meaning=SUMMARY,
        sampled=safe(sampled(document)),
        swarms=swarms(found["summary"]),
        summary=_summary(found["summary"]),
        interactions_sentence=safe(interactions_sentence(found["interactions"])),
        interactions=_interactions(found["interactions"]),
        beside="".join(map(_beside, document.get("beside", []))),
        dependence_meaning=DEPENDENCE,
        dependence="\n".join(map(_dependence, found["dependence"])),
        calibration=safe(calibration_sentence(document["said_and_seen"])),
        said_and_seen=said_against_seen(document["said_and_seen"]),
        slices="\n".join(_slicing(document, s) for s in document["slices"] if s["key"] != "whole"),
        gallery=_gallery(examples, n_left_out),
        no_test=NO_TEST,
        seed=str(document["seed"]),
    )
    return framed(
        kind="Behaviour of a model",
        title=str(document["title"]),
        sentence=opening(document),
        facts=facts({**of, **basis(document)}),
        body=body,
        style=_colours() + (TEMPLATES / "model_behaviour.css").read_text(encoding="utf-8"),
        digest=digest,
        made_at=made_at,
    )


def _colours() -> str:
    """The colours of what is drawn, as CSS variables for light and dark ground."""
    named = {
        "high": palette.HIGH,
        "middle": palette.MIDDLE,
        "low": palette.LOW,
        "none": palette.NO_VALUE,
    }
    light, dark = (
        " ".join(f"--{name}: {ink.on(dark=on)};" for name, ink in named.items())
        for on in (False, True)
    )
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    return table(
        ("reason", "mean size of effect", "95 %", "direction", "by the value of"),
        [
            (
                safe(row["label"]),
                shown(row["mean"]),
                f"{shown(row['low'])} to {shown(row['high'])}",
                DIRECTIONS[row["direction"]],
                safe(row["follows"]),
            )
            for row in rows
        ],
    )


def _interactions(found: Mapping[str, Any]) -> str:
    if found["additive"] or not found["pairs"]:
        return ""
    body = [
        (
            safe(" × ".join(pair["labels"])),
            shown(pair["strength"]),
            "–" if pair["share"] is None else f"{shown(100 * pair['share'])} %",
        )
        for pair in found["pairs"]
    ]
    head = ("two reasons", "beyond their sum (log-odds)", "H: share of all they do")
    drawn = f'<div class="wide"><div class="figure">{bars(found["pairs"])}</div></div>'
    return f'{drawn}<div class="wide">{table(head, body)}</div>'


def _beside(row: Mapping[str, Any]) -> str:
    return (
        f"<details><summary>{safe(beside_head(row))}</summary><p>{safe(beside_sentence(row))}</p>"
        f"{_interactions(row['interactions'])}</details>"
    )


def _dependence(row: Mapping[str, Any]) -> str:
    empty = ""
    if row["missing"]:
        empty = (
            f" No value in {shown(100 * row['missing'])} % of them"
            f" (median effect {shown(row['missing_effect'])})."
        )
    label = row["label"][:1].upper() + row["label"][1:]
    return (
        f"<figure><figcaption><b>{safe(label)}</b>{safe(row['meaning'])}{empty}</figcaption>"
        f"{dependence(row)}</figure>"
    )


def _slicing(document: Mapping[str, Any], slicing: Mapping[str, Any]) -> str:
    whole = document["slices"][0]["rows"]
    plots = []
    for measure, name in MEASURES.items():
        comparable = whole and whole[0][measure] and slicing["key"] != "time"
        of_all = whole[0][measure][0] if comparable else None
        drawn = (
            f'<div class="wide">{square_map(slicing["rows"], measure)}</div>'
            if slicing["key"] == "place"
            else slice_dots(slicing["rows"], measure, of_all)
        )
        plots.append(
            f'<div><h4 title="{safe(MEASURE_MEANINGS[measure])}">{name}</h4>'
            f'<p class="quiet">with the number {RESTS_ON[measure][1]}</p>{drawn or _TOO_FEW}</div>'
        )
    body = [
        (
            *(safe(r["label"]), f"{r['n']:,}", f"{r['n_true']:,}", f"{r['n_forward']:,}"),
            *(value_words(r, measure) for measure in MEASURES),
        )
        for r in slicing["rows"]
    ]
    head = ("group", "candidates", "confirmed", "put forward", *MEASURES.values())
    return (
        f"<h3>{safe(slicing['title'])}</h3><p>{safe(slicing['about'])} "
        f"{safe(slice_sentence(slicing, 'recall'))}</p>"
        f'<div class="three">{"".join(plots)}</div><div class="wide">{table(head, body)}</div>'
        f'<p class="quiet">{safe(excluded_sentence(slicing))}</p>'
    )


def _gallery(examples: Sequence[Example] | None, n_left_out: int) -> str:
    if examples is None:
        return (
            "<p>Single examples are not kept with the run: one of today may be a finding of "
            "tomorrow, and nobody is to know a model's word before their own judgement. The Models "
            "page shows those that may be shown.</p>"
        )
    return f"<p>{GALLERY} {left_out_sentence(n_left_out)}</p>" + "".join(
        f'<h3>{name}</h3><div class="examples">{"".join(map(_example, mine))}</div>'
        if (mine := [e for e in examples if e.kind == kind])
        else f'<h3>{name}</h3><p class="said">None that may be shown.</p>'
        for kind, name in KINDS.items()
    )


def _example(example: Example) -> str:
    return (
        f"<article><p><b>{safe(likely(example))}</b></p>"
        f"{_reasons('For', example.reasons_for)}{_reasons('Against', example.against)}"
        f"{'' if example.reasons_for or example.against else f'<p>{safe(unnamed(example))}</p>'}"
        f"{_reasons('What would change it', example.unless)}"
        f'<p class="quiet">{safe(example.label_source)}</p></article>'
    )


def _reasons(title: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    return f"{title}:<ul>{''.join(f'<li>{safe(s)}</li>' for s in sentences)}</ul>"
