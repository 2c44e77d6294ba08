"""An audit is passed on: without its small cells, to read, to print or as figures; logged first.

Whoever may see an audit sees it whole on its page; what leaves never holds a small cell, and names
the digest of the whole, which the decision log has had since the audit was made (duty T29).
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.analysis.suppression import LEAST, suppressed
from workbench.domain.account import Account, Operation
from workbench.domain.case import require_words
from workbench.domain.errors import BadInput, NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.store import accounts, audit_reports, handed
from workbench.store.audit_reports import AuditReport, DecidersReport
from workbench.store.desk import Desk
from workbench.store.handed import Handed
from workbench.store.packs import draft

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Form(StrEnum):
    PDF = "pdf"
    HTML = "html"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return "text/html" if self is Form.HTML else f"application/{self}"


class Part(StrEnum):
    """Which audit of a version: of the release itself, or of the people who decide."""

    RELEASE = "release"
    DECIDERS = "deciders"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    """What left. `whole` is the digest of the audit in full; `n_hidden` counts rates left out,
    `hidden` says in words what all is."""

    content: bytes
    name: str
    form: Form
    digest: str
    whole: str
    least: int
    n_hidden: int
    hidden: str

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "file": self.name,
            "form": self.form.value,
            "sha256": self.digest,
            "audit_digest": self.whole,
            "least": self.least,
            "n_hidden": self.n_hidden,
        }


def form_of(path: Path) -> Form:
    """The form that a file's name asks for; raises BadInput for another."""
    try:
        return Form(path.suffix.lower().lstrip("."))
    except ValueError:
        raise BadInput(
            f"An audit is passed on as .pdf, .html or .json; name the file so, not {path.suffix!a}."
        ) from None


def pass_on(
    desk: Desk,
    version_id: str,
    *,
    part: Part = Part.RELEASE,
    form: Form,
    recipient: str,
    purpose: str,
    account: str,
    least: int | None = None,
    out: Path | None = None,
) -> PassedOn:
    """The latest audit of a version to give away, without small cells.

    `version_id` is ``model/1``, or a model alone for its newest version that was audited.
    Cells are small below `least`, by default `LEAST` of `workbench.analysis.suppression`, or what
    it was when audits of this model on this dataset left before: two copies that hide other cells
    would give back what each hides, so it leaves with the same forms again.

    Written to `out` too where that is given. The log has the digests of what leaves and of the
    whole, and commitments to receiver and purpose, whose words the vault keeps.

    Raises
    ------
    BadInput
        When recipient or purpose say nothing, `least` is too low or another than before, one that
        differs in a few readings left before, or `out` cannot be written.
    NotAllowed
        When the account may not pass an audit on.
    NotFound
        When that version was not audited.
    CheckFailed
        When the audit was changed since it was made.
    """
    said = _said(recipient, purpose)
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.PASS_ON_AUDIT)
    report = _report(desk, version_id, part)
    with desk.database.read() as connection:
        least = handed.least_of(_earlier(connection, report, part), least, usual=LEAST)
    left = _left(report, part, form, least, desk.now())
    with ExitStack() as going:
        if out is not None:
            going.enter_context(draft(out, [left.content]))
        _log(desk, report, part, left, account, said)
    return left


def _said(recipient: str, purpose: str) -> dict[str, str]:
    return {
        "recipient": require_words(recipient, of="receiver", at_least=4),
        "purpose": require_words(purpose, of="purpose of passing an audit on"),
    }


def _report(desk: Desk, version_id: str, part: Part) -> AuditReport | DecidersReport:
    kept: dict[str, AuditReport | DecidersReport] = {}
    if part is Part.DECIDERS:
        kept.update(audit_reports.kept_deciders(desk.home))
    else:
        kept.update({report.version_id: report for report in audit_reports.kept(desk.home)})
    named = [v for v in kept if version_id in (v, v.partition("/")[0])]
    if not named:
        raise NotFound(
            f"No audit of the {part} is kept for {version_id!a}; run: workbench audit MODEL "
            "--dataset NAME."
        )
    return kept[max(named, key=lambda v: int(v.rpartition("/")[2]))]


def _earlier(
    connection: "Connection", report: AuditReport | DecidersReport, part: Part
) -> list[Handed]:
    found = handed.of_model(connection, str(report.document["model"]))
    return handed.alike(found, part=part.value, dataset=str(report.document["dataset"]))


def _left(
    report: AuditReport | DecidersReport, part: Part, form: Form, least: int, now: datetime
) -> PassedOn:
    from workbench.analysis.audit_words import hidden_words, suppressed_of

    document = suppressed(report.document, least=least, whole=report.digest)
    content = _content(document, report.digest, part, form, now)
    return PassedOn(
        content=content,
        name=f"{report.json_path.stem}_to_pass_on.{form}",
        form=form,
        digest=hashlib.sha256(content).hexdigest(),
        whole=report.digest,
        least=least,
        n_hidden=document["suppressed"]["n_hidden"],
        hidden=hidden_words(suppressed_of(document) or {}),
    )


def _content(
    document: Mapping[str, Any], whole: str, part: Part, form: Form, now: datetime
) -> bytes:
    from workbench.store import audit_page, deciders_page

    if form is Form.JSON:
        text = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
        return text.encode() + b"\n"
    render = deciders_page.render if part is Part.DECIDERS else audit_page.render
    page = render(document, digest=whole, made_at=now)
    if form is Form.HTML:
        return page
    from workbench.store.pdf_page import pdf

    return pdf(page, foot=f"SHA-256 of the whole audit: {whole}")


def _log(
    desk: Desk,
    report: AuditReport | DecidersReport,
    part: Part,
    left: PassedOn,
    name: str,
    said: Mapping[str, str],
) -> None:
    with desk.database.write() as connection:
        who = accounts.by_name(connection, name)
        who.require(Operation.PASS_ON_AUDIT)
        fields = _fields(desk, report, part, left, who)
        earlier = _earlier(connection, report, part)  # once more, now that nobody else may write
        handed.least_of(earlier, left.least, usual=left.least)
        handed.require_apart(earlier, fields)
        subject = f"passed on {left.digest}"
        salt = desk.vault.salt(subject)
        fields |= {word: commitment(salt, words) for word, words in said.items()}
        desk.log.append(connection, EntryKind.EXPORT, fields)
        for word, words in said.items():
            desk.vault.put(subject, word, words.encode())


def _fields(
    desk: Desk, report: AuditReport | DecidersReport, part: Part, left: PassedOn, who: Account
) -> dict[str, object]:
    return {
        "what": f"audit of the {part} as {left.form}",
        "digest": left.digest,
        "audit_digest": left.whole,
        "model": str(report.document["model"]),
        "version": int(report.document["version"]),
        "dataset": str(report.document["dataset"]),
        "least": left.least,
        **_counts(report, part),
        "account": who.id,
        "role": who.role.value,
        "session": desk.session_hash,
        "simulated": who.simulated,
    }


def _counts(report: AuditReport | DecidersReport, part: Part) -> dict[str, object]:
    """How much an audit of deciders rests on, so that a later one can be told apart from it."""
    if part is Part.RELEASE:
        return {}
    found = report.document["truth"] or report.document["records"]
    return {key: found[key] if found else 0 for key in ("n_readings", "n_findings")}
