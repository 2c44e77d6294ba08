-- The tables of workbench.db. They hold digests, commitments and pseudonyms; content lies in the
-- vault. Instants are text in UTC with microseconds, so that text order is time order. `entry_seq`
-- names the log entry that says the same as the row. No table that is written once has a hidden
-- rowid, which INSERT OR REPLACE could aim at.

-- The decision log ------------------------------------------------------------------------------

CREATE TABLE log_entry (
    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 0),
    body BLOB NOT NULL CHECK (length(body) BETWEEN 2 AND 16384),
    leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
) STRICT;

CREATE TABLE log_head (
    one INTEGER NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL CHECK (size >= 0),
    frontier TEXT NOT NULL
) STRICT;

CREATE TABLE checkpoint (
    size INTEGER NOT NULL PRIMARY KEY CHECK (size >= 0),
    root_hash TEXT NOT NULL,
    note TEXT NOT NULL,
    signed_at TEXT NOT NULL CHECK (signed_at GLOB '????-??-??T??:??:??.??????Z')
) STRICT;

-- Who -------------------------------------------------------------------------------------------

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN (
        'analyst', 'supervisor', 'data_scientist', 'auditor', 'administrator', 'operator')),
    password_hash TEXT NOT NULL,
    must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
    disabled_at TEXT CHECK (disabled_at GLOB '????-??-??T??:??:??.??????Z'),
    created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z')
) STRICT, WITHOUT ROWID;

-- the owner of this home at the command line; holds no role and cannot sign in
INSERT INTO account VALUES (
    'P-OPERATOR', 'operator', 'operator', '', 0, 0, NULL,
    strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z');

CREATE TABLE session (
    id_hash TEXT NOT NULL PRIMARY KEY CHECK (length(id_hash) = 64),
    account_id TEXT NOT NULL REFERENCES account (id),
    created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.??????Z'),
    seen_at TEXT NOT NULL CHECK (seen_at GLOB '????-??-??T??:??:??.??????Z'),
    revoked_at TEXT CHECK (revoked_at GLOB '????-??-??T??:??:??.??????Z')
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_in_attempt (
    id INTEGER NOT NULL PRIMARY KEY,
    name_hash TEXT NOT NULL,
    at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
    succeeded INTEGER NOT NULL CHECK (succeeded IN (0, 1))
) STRICT;

CREATE INDEX sign_in_attempt_by_name ON sign_in_attempt (name_hash, at);

-- What they work on -----------------------------------------------------------------------------

CREATE TABLE dataset (
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    ingested_at TEXT NOT NULL CHECK (ingested_at GLOB '????-??-??T??:??:??.??????Z'),
    ingested_by TEXT NOT NULL,
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE dataset_acceptance (
    dataset TEXT NOT NULL REFERENCES dataset (name),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    accepted_by TEXT NOT NULL,
    accepted_at TEXT NOT NULL CHECK (accepted_at GLOB '????-??-??T??:??:??.??????Z'),
    reason_commitment TEXT NOT NULL CHECK (length(reason_commitment) = 64),
    data_audit TEXT NOT NULL CHECK (length(data_audit) = 64),
    breached TEXT NOT NULL,
    excuse_commitment TEXT NOT NULL CHECK (length(excuse_commitment) IN (0, 64)),
    idempotency_key TEXT NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0),
    PRIMARY KEY (dataset, sha256),
    CHECK ((breached = '') = (excuse_commitment = '')) -- what is breached is excused in writing
) STRICT, WITHOUT ROWID;

CREATE TABLE case_file (
    id TEXT NOT NULL PRIMARY KEY,
    dataset TEXT NOT NULL REFERENCES dataset (name),
    content TEXT NOT NULL,
    opened_at TEXT NOT NULL CHECK (opened_at GLOB '????-??-??T??:??:??.??????Z'),
    opened_by TEXT NOT NULL,
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE case_member (
    case_id TEXT NOT NULL REFERENCES case_file (id),
    account_id TEXT NOT NULL REFERENCES account (id),
    added_at TEXT NOT NULL CHECK (added_at GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY (case_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE case_note (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL CHECK (kind IN ('note', 'tentative_link')),
    content TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL CHECK (written_at GLOB '????-??-??T??:??:??.??????Z')
) STRICT, WITHOUT ROWID;

-- Models in use ---------------------------------------------------------------------------------

CREATE TABLE release (
    id TEXT NOT NULL PRIMARY KEY,
    model TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    digest TEXT NOT NULL CHECK (length(digest) = 64),
    run_id TEXT NOT NULL,
    dataset TEXT NOT NULL,
    audit_verdict TEXT NOT NULL CHECK (audit_verdict IN ('pass', 'fail', 'insufficient')),
    audit_digest TEXT NOT NULL CHECK (length(audit_digest) = 64),
    trained_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at TEXT NOT NULL CHECK (approved_at GLOB '????-??-??T??:??:??.??????Z'),
    reason_commitment TEXT NOT NULL CHECK (length(reason_commitment) = 64),
    idempotency_key TEXT NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0),
    UNIQUE (model, version),
    CHECK (trained_by <> approved_by)
) STRICT, WITHOUT ROWID;

CREATE TABLE release_event (
    id TEXT NOT NULL PRIMARY KEY,
    release_id TEXT NOT NULL REFERENCES release (id),
    kind TEXT NOT NULL CHECK (kind IN ('suspended', 'restarted', 'retired')),
    by TEXT NOT NULL,
    at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.??????Z'),
    reason_commitment TEXT NOT NULL CHECK (length(reason_commitment) = 64),
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX release_event_by_release ON release_event (release_id, entry_seq);

-- The gate --------------------------------------------------------------------------------------

CREATE TABLE finding (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    model TEXT NOT NULL,
    release_id TEXT NOT NULL REFERENCES release (id),
    release_digest TEXT NOT NULL CHECK (length(release_digest) = 64),
    digest TEXT NOT NULL CHECK (length(digest) = 64),
    claim_digest TEXT NOT NULL CHECK (length(claim_digest) = 64),
    assessment_digest TEXT NOT NULL CHECK (length(assessment_digest) = 64),
    about_person INTEGER NOT NULL CHECK (about_person IN (0, 1)),
    n_offence_facts INTEGER NOT NULL CHECK (n_offence_facts >= 0),
    sealed_at TEXT NOT NULL CHECK (sealed_at GLOB '????-??-??T??:??:??.??????Z'),
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX finding_by_case ON finding (case_id, id);

CREATE TABLE opening (
    entry_seq INTEGER NOT NULL PRIMARY KEY REFERENCES log_entry (seq) CHECK (entry_seq >= 0),
    finding_id TEXT NOT NULL REFERENCES finding (id),
    account_id TEXT NOT NULL REFERENCES account (id),
    stage TEXT NOT NULL CHECK (stage IN ('claim', 'assessment', 'review')),
    shown_digest TEXT NOT NULL CHECK (length(shown_digest) = 64),
    session_hash TEXT NOT NULL CHECK (length(session_hash) IN (0, 64)),
    opened_at TEXT NOT NULL CHECK (opened_at GLOB '????-??-??T??:??:??.??????Z')
) STRICT;

CREATE INDEX opening_by_finding ON opening (finding_id, account_id, stage, entry_seq);

CREATE TABLE judgement (
    id TEXT NOT NULL PRIMARY KEY,
    finding_id TEXT NOT NULL REFERENCES finding (id),
    finding_digest TEXT NOT NULL CHECK (length(finding_digest) = 64),
    verdict TEXT NOT NULL CHECK (verdict IN (
        'supported', 'not_supported', 'already_known', 'not_relevant', 'cannot_tell')),
    confidence INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
    reason_commitment TEXT NOT NULL CHECK (length(reason_commitment) = 64),
    judged_by TEXT NOT NULL REFERENCES account (id),
    judged_at TEXT NOT NULL CHECK (judged_at GLOB '????-??-??T??:??:??.??????Z'),
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0),
    UNIQUE (finding_id, judged_by)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision (
    id TEXT NOT NULL PRIMARY KEY,
    finding_id TEXT NOT NULL REFERENCES finding (id),
    finding_digest TEXT NOT NULL CHECK (length(finding_digest) = 64),
    verdict TEXT NOT NULL CHECK (verdict IN (
        'supported', 'not_supported', 'already_known', 'not_relevant', 'cannot_tell')),
    reason_commitment TEXT NOT NULL CHECK (length(reason_commitment) = 64),
    shown_digest TEXT NOT NULL CHECK (length(shown_digest) = 64),
    decided_by TEXT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL CHECK (role IN ('analyst', 'supervisor')),
    session_hash TEXT NOT NULL CHECK (length(session_hash) IN (0, 64)),
    decided_at TEXT NOT NULL CHECK (decided_at GLOB '????-??-??T??:??:??.??????Z'),
    idempotency_key TEXT NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX decision_by_finding ON decision (finding_id, decided_by, entry_seq);

CREATE TABLE action (
    id TEXT NOT NULL PRIMARY KEY,
    finding_id TEXT NOT NULL REFERENCES finding (id),
    finding_digest TEXT NOT NULL CHECK (length(finding_digest) = 64),
    kind TEXT NOT NULL CHECK (kind IN ('assessed_link', 'lead', 'dossier')),
    subject TEXT NOT NULL CHECK (length(subject) IN (0, 64)),
    cites TEXT NOT NULL CHECK (cites <> ''),
    acted_by TEXT NOT NULL REFERENCES account (id),
    acted_at TEXT NOT NULL CHECK (acted_at GLOB '????-??-??T??:??:??.??????Z'),
    idempotency_key TEXT NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    entry_seq INTEGER NOT NULL UNIQUE REFERENCES log_entry (seq) CHECK (entry_seq >= 0),
    UNIQUE (finding_id, kind, subject)
) STRICT, WITHOUT ROWID;
