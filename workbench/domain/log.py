"""The decision log's pure part: entry fields, canonical bytes, commitments. Its tree is `tree`'s.

An entry is one JSON object ``{"v": 1, "kind": ..., "at": ..., **fields}`` in the form of RFC 8785
(JCS), stricter: strings, integers, booleans, null, arrays and objects, no floats (a score is a
decimal string), ASCII keys, NFC text, depth 6 at most, 16 KiB at most, integers within ±(2^53 - 1).

Which fields a kind must carry stands in `REQUIRED`; what each word means and holds in `WORDS`. A
word has one meaning in every kind, and any kind may carry any of them (``simulated``, ``session``,
``case`` ...) beside its own. Other words are refused, so that nothing slips into a log that never
forgets. Every field is a digest, a commitment, a pseudonym, a code or a number, never content.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from workbench.domain.errors import BadInput

VERSION = 1
MAX_BYTES = 16 * 1024
MAX_DEPTH = 6
MAX_INTEGER = 2**53 - 1
MAX_TEXT = 200

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]


class EntryKind(StrEnum):
    FINDING_SEALED = "finding_sealed"
    FINDING_OPENED = "finding_opened"
    JUDGEMENT = "judgement"
    DECISION = "decision"
    ACTION = "action"
    EXPORT = "export"
    RELEASE_PROMOTED = "release_promoted"
    RELEASE_SUSPENDED = "release_suspended"
    RELEASE_RESTARTED = "release_restarted"
    RELEASE_RETIRED = "release_retired"
    DATASET_INGESTED = "dataset_ingested"
    DATASET_ACCEPTED = "dataset_accepted"
    MODEL_TRAINED = "model_trained"
    AUDIT = "audit"
    SENSITIVE_READ = "sensitive_read"
    POLICY_CHANGE = "policy_change"
    SCHEMA_CHANGE = "schema_change"
    ROLE_CHANGE = "role_change"
    ACCOUNT_DISABLED = "account_disabled"
    CASE_OPENED = "case_opened"
    CASE_JOINED = "case_joined"
    CONSULTATION = "consultation"
    COMBINATION = "combination"
    DISCLOSURE = "disclosure"
    ERASURE = "erasure"
    KEY_ROTATION = "key_rotation"
    RESTORE = "restore"
    CLOCK_ANOMALY = "clock_anomaly"
    WITNESS_GAP = "witness_gap"
    REFUSED_ATTEMPT = "refused_attempt"
    REPLAY = "replay"


CONSULTED = {
    "case": "consulted the case for its stated purpose",
    "log": "read what the decision log says of it",
    "reasons": "read what others said of the finding",
}  # a consultation by its `what`, for those that are no reading of records


# What each kind must carry, beside v, kind and at. `account` is who did it, always a pseudonym.
REQUIRED: Mapping[EntryKind, str] = {
    EntryKind.FINDING_SEALED: "finding case model release release_digest digest claim_digest "
    "assessment_digest about_person n_offence_facts account",
    EntryKind.FINDING_OPENED: "finding digest account stage shown",
    EntryKind.JUDGEMENT: "finding digest judgement account verdict confidence reason",
    EntryKind.DECISION: "finding digest decision account role session verdict reason shown "
    "shown_for_s release release_digest policy",
    EntryKind.ACTION: "finding digest action kind_of_action account cites subject",
    EntryKind.EXPORT: "what digest account",
    EntryKind.RELEASE_PROMOTED: "release model version release_digest run dataset audit "
    "audit_digest trained_by account reason",
    EntryKind.RELEASE_SUSPENDED: "release event account reason",
    EntryKind.RELEASE_RESTARTED: "release event account reason",
    EntryKind.RELEASE_RETIRED: "release event account reason",
    EntryKind.DATASET_INGESTED: "dataset sha256 synthetic account",
    EntryKind.DATASET_ACCEPTED: "dataset sha256 account reason data_audit breached excuse",
    EntryKind.MODEL_TRAINED: "model run dataset account",
    EntryKind.AUDIT: "what audit audit_digest account",
    EntryKind.SENSITIVE_READ: "dataset what account",
    EntryKind.POLICY_CHANGE: "policy digest account reason",
    EntryKind.SCHEMA_CHANGE: "version digest account",
    EntryKind.ROLE_CHANGE: "holder role account",
    EntryKind.ACCOUNT_DISABLED: "holder account",
    EntryKind.CASE_OPENED: "case dataset purpose members account",
    EntryKind.CASE_JOINED: "case holder account",
    EntryKind.CONSULTATION: "what account",
    EntryKind.COMBINATION: "what sources account",
    EntryKind.DISCLOSURE: "finding digest what account",
    EntryKind.ERASURE: "what account",
    EntryKind.KEY_ROTATION: "old_key new_key account",
    EntryKind.RESTORE: "size root account",
    EntryKind.CLOCK_ANOMALY: "before",
    EntryKind.WITNESS_GAP: "hours",
    EntryKind.REFUSED_ATTEMPT: "what why account",
    EntryKind.REPLAY: "finding account",  # and its result; early entries say `same` instead
}


class Shape(StrEnum):
    """What a field may hold."""

    TEXT = "an id or a code of 1 to 200 printable characters"
    DIGEST = "a SHA-256 digest of 64 lower-case hex digits"
    DIGEST_OR_NONE = "a SHA-256 digest of 64 lower-case hex digits, or an empty string"
    COUNT = "a whole number from 0 on"
    FLAG = "true or false"
    TEXTS = "a list of ids, possibly empty"
    INSTANT = "an instant such as 2026-01-31T09:30:00.000000Z"


# Every word that an entry may use. Commitments (`reason`, `subject` ...) are made by `commitment`.
_WORDS: Mapping[Shape, str] = {
    Shape.TEXT: (
        "finding judgement decision action event case dataset model release run policy account "
        "holder role role_before trained_by confirmed_by kind_of_action "  # holder: who it befell
        "stage "  # claim, assessment, or review (all of it, by one who will not decide)
        "verdict audit what why old_key new_key place "  # what, why: a code, never a sentence
        "result "  # of a replay: same, near, differs, erased, unverifiable
        "margin "  # a share, such as 0.05
        "residual residual_bound"  # decimal strings, log-odds: the largest miss, its bound
    ),
    Shape.DIGEST: (
        "digest claim_digest assessment_digest release_digest audit_digest dataset_digest sha256 "
        "behaviour_digest data_audit "  # of the document that quality.json keeps
        "shown root key "  # key: SHA-256 of the idempotency key
        "reason purpose recipient legal_basis"  # commitments
    ),
    Shape.DIGEST_OR_NONE: (
        "session subject "  # none on the command line; none for a dossier
        "excuse"  # a commitment; none where nothing was breached
    ),
    Shape.COUNT: (
        "confidence shown_for_s n_offence_facts version n n_records n_entities n_links n_rejected "
        "n_findings n_hits n_flagged n_unseen n_drifted n_withheld size seed hours "
        "least n_readings "
        "n_prompted "  # of an audit
        "n_train_prompted n_calibrate_prompted n_test_prompted"  # labels born of prompting (T15)
    ),
    Shape.FLAG: "about_person synthetic same simulated single_person emergency proposed late "
    "margin_own exact",  # exact: bit for bit
    Shape.TEXTS: "cites sources members groups breached missed_by "  # missed_by: methods
    "environment",  # names of what differs from where a finding was sealed
    Shape.INSTANT: "before since due as_of",
}
WORDS: Mapping[str, Shape] = {w: shape for shape, words in _WORDS.items() for w in words.split()}

_DIGEST = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def instant(at: datetime) -> str:
    """`at` (aware) as entries and tables write it: ``2026-01-31T09:30:00.000000Z``."""
    if at.tzinfo is None:
        raise BadInput("The log was given a time without zone; give it in UTC.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT and value.isprintable()


def _fits(value: object, shape: Shape) -> bool:
    match shape:
        case Shape.TEXT:
            return _is_text(value)
        case Shape.TEXTS:
            return isinstance(value, list | tuple) and all(_is_text(item) for item in value)
        case Shape.DIGEST | Shape.DIGEST_OR_NONE:
            empty = value == "" and shape is Shape.DIGEST_OR_NONE
            return empty or (isinstance(value, str) and bool(_DIGEST.fullmatch(value)))
        case Shape.COUNT:
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case Shape.FLAG:
            return isinstance(value, bool)
        case Shape.INSTANT:
            return isinstance(value, str) and bool(_INSTANT.fullmatch(value))


def entry(kind: EntryKind, at: datetime, fields: Mapping[str, object]) -> bytes:
    """The canonical bytes of one entry of `kind` that happened `at` (aware).

    Raises
    ------
    BadInput
        With code ``log_entry``: a required field is missing, a word is unknown, or a value has
        another shape than the word's. The message names the field, never its value.
    """
    missing = [word for word in REQUIRED[kind].split() if word not in fields]
    if missing:
        raise BadInput(
            f"A log entry of kind {kind} lacks {', '.join(missing)}; give every field of "
            "workbench/domain/log.py: REQUIRED.",
            code="log_entry",
        )
    for word, value in fields.items():
        if word not in WORDS:
            raise BadInput(
                f"A log entry of kind {kind} carries the unknown field {word!a}; use a word of "
                "workbench/domain/log.py: WORDS, or add it there.",
                code="log_entry",
            )
        if not _fits(value, WORDS[word]):
            raise BadInput(
                f"Field {word} of a log entry of kind {kind} must be {WORDS[word]}.",
                code="log_entry",
            )
    return canonical({**fields, "v": VERSION, "kind": kind.value, "at": instant(at)})


def _plain(value: object, depth: int) -> Json:
    """`value` in plain types, once it was seen to keep the rules."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise BadInput("A log entry holds an integer beyond 2^53 - 1; give it as text.")
        return int(value)
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise BadInput("A log entry holds text that is not NFC; normalise it first.")
        return str(value)
    if depth >= MAX_DEPTH:
        raise BadInput(f"A log entry is nested deeper than {MAX_DEPTH}; flatten it.")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) and key.isascii() for key in value):
            raise BadInput("A log entry has a key that is not ASCII text; rename it.")
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    raise BadInput(
        f"A log entry holds a {type(value).__name__}; give text, integers, booleans, null, lists "
        "and objects only (a score as a decimal string)."
    )


def canonical(value: object) -> bytes:
    """`value` as the one sequence of bytes that stands for it.

    Raises
    ------
    BadInput
        When `value` breaks one of the rules at the top of this module.
    """
    text = json.dumps(
        _plain(value, 0), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    )
    try:
        body = text.encode()
    except UnicodeEncodeError as error:
        raise BadInput("A log entry holds half a surrogate pair; give whole characters.") from error
    if len(body) > MAX_BYTES:
        raise BadInput(f"A log entry has {len(body)} bytes; {MAX_BYTES} is the most.")
    return body


def parse(body: bytes) -> dict[str, Json]:
    """The object that `body` is the canonical form of.

    Raises
    ------
    BadInput
        With code ``not_canonical``: the bytes are not UTF-8, not JSON, not one object, or not in
        the one form that stands for it.
    """
    try:
        value: Json = json.loads(body.decode()) if len(body) <= MAX_BYTES else None
        if isinstance(value, dict) and canonical(value) == body:
            return value
    except (ValueError, RecursionError, BadInput):
        pass
    raise BadInput("The bytes of a log entry are not in canonical form.", code="not_canonical")


def commitment(salt: str, text: str) -> str:
    """SHA-256, as 64 hex digits, over the salt's bytes and then the text in UTF-8.

    `salt` is 32 hex digits or more, kept in the vault beside the text; erasing it leaves a number
    that says nothing.
    """
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def finding_digest(claim_digest: str, assessment_digest: str) -> str:
    """What decisions cite: SHA-256 over the two halves' digests, each as 64 hex digits in ASCII."""
    return hashlib.sha256((claim_digest + assessment_digest).encode("ascii")).hexdigest()
