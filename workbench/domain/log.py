"""The decision log's pure part: canonical entries, leaf hashes, the RFC 6962 tree, commitments."""

import hashlib
from enum import StrEnum


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
    ROLE_CHANGE = "role_change"
    ACCOUNT_DISABLED = "account_disabled"
    CASE_OPENED = "case_opened"
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


def commitment(salt: str, text: str) -> str:
    """SHA-256, as 64 hex digits, over the salt's bytes and then the text in UTF-8.

    `salt` is 32 hex digits or more, kept in the vault beside the text; erasing it leaves a number
    that says nothing.
    """
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()
