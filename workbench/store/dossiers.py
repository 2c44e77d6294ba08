"""Dossiers: what leaves the workbench about a decided finding, as one HTML file that stands alone.

The rendered bytes are kept in the vault with the action, and written to ``exports/`` once the
action is in the log. Everything that came from records or people is escaped.
"""

import html
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from workbench.domain.action import ActionTaken
from workbench.domain.decision import Decision, Judgement
from workbench.domain.finding import Assessment, Claim, CounterCase, Finding
from workbench.domain.record import HandlingCode, InformationGrade, Record, SourceGrade
from workbench.domain.release import Release
from workbench.store.vault import Vault

TEMPLATE = Path(__file__).resolve().parents[2] / "reports" / "dossier.html"

SHOWN = 3  # records that topple it


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a dossier is made of. `simulated` marks an export of the demonstration."""

    finding: Finding
    claim: Claim
    assessment: Assessment
    judgements: Sequence[Judgement]
    decisions: Sequence[Decision]
    release: Release
    action: ActionTaken
    simulated: bool

    @property
    def leaving(self) -> tuple[Record, ...]:
        """Records that may leave: those without H2."""
        return tuple(r for r in self.claim.records if HandlingCode.H2 not in r.handling)


def render(contents: Contents) -> bytes:
    """The dossier as UTF-8 HTML: information apart from evidence, views for and against.

    Records with handling code H2 are left out, with the links that rest on them, and their
    number is said.
    """
    finding, said, action = contents.finding, contents.assessment, contents.action
    informing = [r for r in contents.leaving if HandlingCode.H1 in r.handling]
    evidence = [r for r in contents.leaving if HandlingCode.H1 not in r.handling]
    values = {
        "finding": _safe(finding.id),
        "case": _safe(finding.case_id),
        "action": _safe(action.id),
        "exported_at": f"{action.acted_at:%Y-%m-%d %H:%M}",
        "exported_by": _safe(action.acted_by),
        "banner": _banner(contents),
        "claim": _safe(contents.claim.text),
        "evidence": _records(evidence),
        "information": _records(informing),
        "left_out": _left_out(len(contents.claim.records) - len(contents.leaving)),
        "links": _links(contents),
        "model_said": _model_said(contents),
        "reasons_for": _list(said.reasons_for, empty=_unnamed(said, "raised")),
        "reasons_against": _list(said.against, empty=_unnamed(said, "lowered")),
        "counter_case": _counter_case(contents),
        "unless": _list(said.unless, empty="Nothing was tried."),
        "limits": _list((*said.limits, *said.flags, *said.drift), empty="None were stated."),
        "people": _people(contents),
        "cites": _safe(", ".join(action.cites)),
        "digest": finding.digest,
        "release": _safe(contents.release.id),
        "release_digest": contents.release.digest,
        "codes": _codes(),
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(values).encode()


def keep(vault: Vault, action: ActionTaken, content: bytes) -> None:
    """Keep the rendered bytes in the vault, under the finding, so that erasure reaches them."""
    vault.put(action.finding_id, action.export, content)


def kept(vault: Vault, action: ActionTaken) -> bytes:
    """The rendered bytes as they were kept.

    Raises
    ------
    NotFound
        When they were erased.
    """
    return vault.get(action.finding_id, action.export)


def publish(home: Path, vault: Vault, action: ActionTaken) -> Path:
    """Write the kept dossier to ``exports/`` and return its path; writing it twice is harmless.

    Raises
    ------
    NotFound
        When it was erased.
    """
    content = kept(vault, action)
    folder = home / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    part = folder / f".{action.export}"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return part.replace(folder / action.export)


def _banner(contents: Contents) -> str:
    if not contents.simulated:
        return ""
    return '<p class="note">Simulated: made by the demonstration on synthetic data.</p>'


def _records(records: Sequence[Record]) -> str:
    rows = [
        (
            f"<code>{_safe(r.id)}</code><br>{_safe(r.grade)}",
            f"{_safe(r.member_state)}<br>{_safe(r.source)}",
            f"{r.occurred_at:%Y-%m-%d %H:%M}" if r.occurred_at else "not dated",
            "<br>".join(f"{_safe(k)}: {_safe(v)}" for k, v in r.said.items()),
        )
        for r in records
    ]
    return _table(("Record, grade", "Delivered by", "When", "What it says"), rows)


def _left_out(n: int) -> str:
    if not n:
        return "No record was left out."
    return (
        f"{n} {'record was' if n == 1 else 'records were'} left out: handling code H2, no "
        "dissemination without the provider's permission. Ask the provider for it."
    )


def _links(contents: Contents) -> str:
    labels = {e.id: e.label for e in contents.claim.subgraph.entities}
    kept_back = {r.id for r in contents.claim.records} - {r.id for r in contents.leaving}
    rows = [
        (
            _safe(labels.get(x.source_id, x.source_id)),
            _safe(x.kind.replace("_", " ") + (f" ({x.role})" if x.role else "")),
            _safe(labels.get(x.target_id, x.target_id)),
            f"{x.occurred_at:%Y-%m-%d %H:%M}" if x.occurred_at else "",
            f"{x.amount:,.2f}" if x.amount is not None else "",
            f"<code>{_safe(x.basis)}</code>",
        )
        for x in contents.claim.subgraph.links
        if x.basis not in kept_back
    ]
    return _table(("From", "Link", "To", "When", "Amount", "Rests on"), rows)


def _model_said(contents: Contents) -> str:
    said = contents.assessment
    chance = f"{_chance(said)} It puts forward what reaches {said.threshold:.3f}."
    origin = (
        ""
        if said.proposed
        else " The model did not put this one forward: it belongs to the random share that people "
        "read as a check."
    )
    withheld = f" {_safe(said.withheld)}" if said.withheld else ""
    unsure = (
        f" At a coverage of {said.coverage:.0%} the model cannot tell." if said.cannot_tell else ""
    )
    return f"Model {_safe(said.model)}. {chance}{unsure}{origin}{withheld}"


def _chance(said: Assessment) -> str:
    """The probability beside what came of such probabilities; none where that is not known."""
    found = said.calibration
    if found is None:
        return "No probability is told: whether such hold was not checked on a later slice."
    bounds = "" if said.interval is None else " ({:.3f} to {:.3f})".format(*said.interval)
    off = " That is beyond its interval: read what was seen." if found.is_off else ""
    return (
        f"A calibrated probability of {said.probability:.3f}{bounds} that {_safe(said.outcome)} "
        f"within {found.days} days. On a later slice, among the {found.n} next to it, "
        f"{found.said:.3f} was said and {found.seen:.3f} ({found.interval[0]:.3f} to "
        f"{found.interval[1]:.3f}) seen.{off}"
    )


def _unnamed(said: Assessment, moved: str) -> str:
    """What stands where no reason is named that `moved` the score."""
    if said.explanation is None:
        return "The explanation is withheld."
    none = (
        f"Nothing of weight that outlasts refits {moved} the score."
        if said.explanation.stands_out
        else "No single reason stands out: refits of the model rank them anew."
    )
    if moved == "raised" or said.counter_case is None:
        return none
    return f"{none} What else speaks against the claim is in the ordinary story below."


def _counter_case(contents: Contents) -> str:
    """The ordinary story; what it says of records stays behind where one of them does."""
    case = contents.assessment.counter_case
    if case is None:
        return "<p>The model knows none.</p>"
    poor = "" if case.fits_well else "No ordinary story fits these records well; the nearest is: "
    story = f"<p>{poor}{_safe(case.story)}</p>"
    if len(contents.leaving) < len(contents.claim.records):
        return (
            f"{story}<p>What fits it rests on records that were left out, and is left out too.</p>"
        )
    untold = (
        f"<p>What the records cannot tell:</p>{_list(case.untold, empty='')}" if case.untold else ""
    )
    return (
        f"{story}<p>What fits it:</p>{_list(case.fits, empty='Nothing.')}"
        f"<p>What does not:</p>{_list(case.misfits, empty='Nothing.')}{untold}"
        f"<p>{_hangs_on(case)}</p><p>{_safe(case.enquiry)}</p>"
    )


def _hangs_on(case: CounterCase) -> str:
    if not case.n_tried:
        return ""
    toppling = " or ".join(f"<code>{_safe(k.record_id)}</code>" for k in case.toppling[:SHOWN])
    said = f"Without record {toppling} the model would not have put this forward. "
    return f"{said if toppling else ''}{_safe(case.tried)}"


def _people(contents: Contents) -> str:
    before = {j.judged_by: j for j in contents.judgements}
    rows = []
    for decision in contents.decisions:
        first = before.get(decision.decided_by)
        rows.append(
            (
                _safe(decision.decided_by),
                f"{first.verdict.label}, {first.confidence} % sure<br>{_safe(first.reason)}"
                if first
                else "",
                f"{decision.verdict.label}<br>{_safe(decision.reason)}",
                f"{decision.decided_at:%Y-%m-%d %H:%M}<br><code>{_safe(decision.id)}</code>",
            )
        )
    return _table(("Who", "Before, from the records", "After, having seen all", "Decision"), rows)


def _codes() -> str:
    meanings = [
        *(f"{code.value}: {code.meaning}" for code in SourceGrade),
        *(f"{code.value}: {code.meaning}" for code in InformationGrade),
        *(f"{code.value}: {code.meaning}" for code in HandlingCode),
    ]
    return _list(meanings, empty="")


def _list(sentences: Iterable[str], *, empty: str) -> str:
    items = "".join(f"<li>{_safe(s)}</li>" for s in sentences)
    return f"<ul>{items}</ul>" if items else f"<p>{empty}</p>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "<p>None.</p>"
    top = "".join(f"<th>{h}</th>" for h in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _safe(text: str) -> str:
    return html.escape(str(text), quote=True)
