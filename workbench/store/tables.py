"""The tables of workbench.db as Python names them; migrations/ makes them, with their guards.

They hold digests, commitments and pseudonyms; content lies in the vault. Instants are TEXT in
RFC 3339 UTC with microseconds (``2026-01-31T09:30:00.000000Z``), so that text order is time order.
"""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy import UniqueConstraint as Unique

metadata = MetaData()


def _table(name: str, *columns: Column[object] | Unique) -> Table:
    return Table(name, metadata, *columns)


def _text(name: str, *, key: bool = False, null: bool = False, to: str = "") -> Column[object]:
    refers = [ForeignKey(to)] if to else []
    return Column(name, Text, *refers, primary_key=key, nullable=null)


def _int(name: str, *, key: bool = False, null: bool = False, to: str = "") -> Column[object]:
    refers = [ForeignKey(to)] if to else []
    return Column(name, Integer, *refers, primary_key=key, nullable=null, autoincrement=False)


def _seq() -> Column[object]:
    """The log entry that says the same as the row; the gate refuses a row without it."""
    return _int("entry_seq", to="log_entry.seq")


# The decision log
log_entry = _table(
    "log_entry",
    _int("seq", key=True),
    Column("body", LargeBinary, nullable=False),  # canonical bytes, never re-serialised
    Column("leaf_hash", LargeBinary, nullable=False),  # SHA-256(0x00 || body)
)
log_head = _table(  # one row: the frontier, so that an append costs O(log n)
    "log_head",
    _int("one", key=True),
    _int("size"),
    _text("frontier"),  # JSON list of hex digests, largest subtree first
)
checkpoint = _table(
    "checkpoint",
    _int("size", key=True),
    _text("root_hash"),
    _text("note"),  # the signed note, as C2SP writes it
    _text("signed_at"),
)

# Who
account = _table(
    "account",
    _text("id", key=True),  # pseudonym
    _text("name"),
    _text("role"),
    _text("password_hash"),
    _int("must_change"),
    _int("simulated"),
    _text("disabled_at", null=True),
    _text("created_at"),
    Unique("name"),
)
session = _table(
    "session",
    _text("id_hash", key=True),  # SHA-256 of the cookie
    _text("account_id", to="account.id"),
    _text("created_at"),
    _text("seen_at"),
    _text("revoked_at", null=True),
)
sign_in_attempt = _table(
    "sign_in_attempt",
    Column("id", Integer, primary_key=True),  # numbered by the database
    _text("name_hash"),
    _text("at"),
    _int("succeeded"),
)

# What they work on
dataset = _table(
    "dataset",
    _text("name", key=True),
    _text("title"),
    _text("sha256"),
    _int("synthetic"),
    _text("ingested_at"),
    _text("ingested_by"),
    _seq(),
)
dataset_acceptance = _table(
    "dataset_acceptance",
    _text("dataset", key=True, to="dataset.name"),
    _text("sha256", key=True),
    _text("accepted_by"),
    _text("accepted_at"),
    _text("reason_commitment"),
    _text("data_audit"),  # digest of the audit that was accepted
    _text("breached"),  # thresholds that were excused, one blank between
    _text("excuse_commitment"),  # empty when nothing was breached
    _text("idempotency_key"),
    _seq(),
    Unique("idempotency_key"),
)
case_file = _table(
    "case_file",
    _text("id", key=True),
    _text("dataset", to="dataset.name"),
    _text("content"),  # vault key of title, purpose, legal basis and entities
    _text("opened_at"),
    _text("opened_by"),
    _seq(),
)
case_member = _table(
    "case_member",
    _text("case_id", key=True, to="case_file.id"),
    _text("account_id", key=True, to="account.id"),
    _text("added_at"),
)
case_note = _table(
    "case_note",
    _text("id", key=True),
    _text("case_id", to="case_file.id"),
    _text("kind"),  # note or tentative_link
    _text("content"),  # vault key
    _text("written_by"),
    _text("written_at"),
)

# Models in use
release = _table(
    "release",
    _text("id", key=True),
    _text("model"),
    _int("version"),
    _text("digest"),
    _text("run_id"),
    _text("dataset"),
    _text("audit_verdict"),
    _text("audit_digest"),
    _text("trained_by"),
    _text("approved_by"),
    _text("approved_at"),
    _text("reason_commitment"),
    _text("idempotency_key"),
    _seq(),
    Unique("model", "version"),
    Unique("idempotency_key"),
)
release_event = _table(
    "release_event",
    _text("id", key=True),
    _text("release_id", to="release.id"),
    _text("kind"),  # suspended, restarted, retired
    _text("by"),
    _text("at"),
    _text("reason_commitment"),
    _seq(),
)

# The gate
finding = _table(
    "finding",
    _text("id", key=True),
    _text("case_id", to="case_file.id"),
    _text("model"),
    _text("release_id", to="release.id"),
    _text("release_digest"),
    _text("digest"),
    _text("claim_digest"),
    _text("assessment_digest"),
    _int("about_person"),
    _int("n_offence_facts"),
    _text("sealed_at"),
    _seq(),
)
opening = _table(  # the latest of a person, finding and stage counts
    "opening",
    _int("entry_seq", key=True, to="log_entry.seq"),
    _text("finding_id", to="finding.id"),
    _text("account_id", to="account.id"),
    _text("stage"),  # claim; assessment; review: all of it, by one who does not decide
    _text("shown_digest"),
    _text("session_hash"),
    _text("opened_at"),
)
judgement = _table(
    "judgement",
    _text("id", key=True),
    _text("finding_id", to="finding.id"),
    _text("finding_digest"),
    _text("verdict"),
    _int("confidence"),
    _text("reason_commitment"),
    _text("judged_by", to="account.id"),
    _text("judged_at"),
    _seq(),
    Unique("finding_id", "judged_by"),
)
decision = _table(
    "decision",
    _text("id", key=True),
    _text("finding_id", to="finding.id"),
    _text("finding_digest"),
    _text("verdict"),
    _text("reason_commitment"),
    _text("shown_digest"),
    _text("decided_by", to="account.id"),
    _text("role"),
    _text("session_hash"),
    _text("decided_at"),
    _text("idempotency_key"),
    _seq(),
    Unique("idempotency_key"),
)
action = _table(
    "action",
    _text("id", key=True),
    _text("finding_id", to="finding.id"),
    _text("finding_digest"),
    _text("kind"),
    _text("subject"),  # commitment to the entity that a lead is about, else empty
    _text("cites"),  # ids of the current supporting decisions, oldest first, one blank between
    _text("acted_by", to="account.id"),
    _text("acted_at"),
    _text("idempotency_key"),
    _seq(),
    Unique("finding_id", "kind", "subject"),
    Unique("idempotency_key"),
)

PROTECTED = (
    "finding",
    "opening",
    "judgement",
    "decision",
    "action",
    "release",
    "release_event",
    "dataset_acceptance",
    "dataset",
    "case_file",
    "case_member",
    "log_entry",
    "checkpoint",
)
