-- What was written stays as it was written. Each of these tables refuses UPDATE, DELETE and, over a
-- connection that set no pragma too, INSERT OR REPLACE: the row that would be replaced is looked for
-- before the insert. A log entry vouches for one row of a table and never for a second.

-- finding ----------------------------------------------------------------------------------------

CREATE TRIGGER finding_is_never_changed BEFORE UPDATE ON finding
BEGIN SELECT RAISE(ABORT, 'A finding is written once and never changed.'); END;

CREATE TRIGGER finding_is_never_deleted BEFORE DELETE ON finding
BEGIN SELECT RAISE(ABORT, 'A finding is written once and never deleted.'); END;

CREATE TRIGGER finding_is_written_once BEFORE INSERT ON finding
WHEN EXISTS (
    SELECT 1 FROM finding
    WHERE id = NEW.id OR entry_seq = NEW.entry_seq
)
BEGIN
    SELECT RAISE(ABORT, 'This finding is written once: its id, key, place or log entry is taken.');
END;

-- opening ----------------------------------------------------------------------------------------

CREATE TRIGGER opening_is_never_changed BEFORE UPDATE ON opening
BEGIN SELECT RAISE(ABORT, 'An opening is written once and never changed.'); END;

CREATE TRIGGER opening_is_never_deleted BEFORE DELETE ON opening
BEGIN SELECT RAISE(ABORT, 'An opening is written once and never deleted.'); END;

CREATE TRIGGER opening_is_written_once BEFORE INSERT ON opening
WHEN EXISTS (
    SELECT 1 FROM opening
    WHERE entry_seq = NEW.entry_seq
)
BEGIN
    SELECT RAISE(ABORT, 'This opening is written once: its id, key, place or log entry is taken.');
END;

-- judgement --------------------------------------------------------------------------------------

CREATE TRIGGER judgement_is_never_changed BEFORE UPDATE ON judgement
BEGIN SELECT RAISE(ABORT, 'A judgement is written once and never changed.'); END;

CREATE TRIGGER judgement_is_never_deleted BEFORE DELETE ON judgement
BEGIN SELECT RAISE(ABORT, 'A judgement is written once and never deleted.'); END;

CREATE TRIGGER judgement_is_written_once BEFORE INSERT ON judgement
WHEN EXISTS (
    SELECT 1 FROM judgement
    WHERE id = NEW.id OR entry_seq = NEW.entry_seq
       OR (finding_id = NEW.finding_id AND judged_by = NEW.judged_by)
)
BEGIN
    SELECT RAISE(ABORT, 'This judgement is written once: its id, key, place or log entry is taken.');
END;

-- decision ---------------------------------------------------------------------------------------

CREATE TRIGGER decision_is_never_changed BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'A decision is written once and never changed.'); END;

CREATE TRIGGER decision_is_never_deleted BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'A decision is written once and never deleted.'); END;

CREATE TRIGGER decision_is_written_once BEFORE INSERT ON decision
WHEN EXISTS (
    SELECT 1 FROM decision
    WHERE id = NEW.id OR entry_seq = NEW.entry_seq
       OR idempotency_key = NEW.idempotency_key
)
BEGIN
    SELECT RAISE(ABORT, 'This decision is written once: its id, key, place or log entry is taken.');
END;

-- action -----------------------------------------------------------------------------------------

CREATE TRIGGER action_is_never_changed BEFORE UPDATE ON action
BEGIN SELECT RAISE(ABORT, 'An action is written once and never changed.'); END;

CREATE TRIGGER action_is_never_deleted BEFORE DELETE ON action
BEGIN SELECT RAISE(ABORT, 'An action is written once and never deleted.'); END;

CREATE TRIGGER action_is_written_once BEFORE INSERT ON action
WHEN EXISTS (
    SELECT 1 FROM action
    WHERE id = NEW.id OR entry_seq = NEW.entry_seq
       OR idempotency_key = NEW.idempotency_key
       OR (finding_id = NEW.finding_id AND kind = NEW.kind AND subject = NEW.subject)
)
BEGIN
    SELECT RAISE(ABORT, 'This action is written once: its id, key, place or log entry is taken.');
END;

-- release ----------------------------------------------------------------------------------------

CREATE TRIGGER release_is_never_changed BEFORE UPDATE ON release
BEGIN SELECT RAISE(ABORT, 'A release is written once and never changed.'); END;

CREATE TRIGGER release_is_never_deleted BEFORE DELETE ON release
BEGIN SELECT RAISE(ABORT, 'A release is written once and never deleted.'); END;

CREATE TRIGGER release_is_written_once BEFORE INSERT ON release
WHEN EXISTS (
    SELECT 1 FROM release
    WHERE id = NEW.id OR entry_seq = NEW.entry_seq
       OR idempotency_key = NEW.idempotency_key
       OR (model = NEW.model AND version = NEW.version)
)
BEGIN
    SELECT RAISE(ABORT, 'This release is written once: its id, key, place or log entry is taken.');
END;

-- release event ----------------------------------------------------------------------------------

CREATE TRIGGER release_event_is_never_changed BEFORE UPDATE ON release_event
BEGIN SELECT RAISE(ABORT, 'A release event is written once and never changed.'); END;

CREATE TRIGGER release_event_is_never_deleted BEFORE DELETE ON release_event
BEGIN SELECT RAISE(ABORT, 'A release event is written once and never deleted.'); END;

CREATE TRIGGER release_event_is_written_once BEFORE INSERT ON release_event
WHEN EXISTS (
    SELECT 1 FROM release_event
    WHERE id = NEW.id OR entry_seq = NEW.entry_seq
)
BEGIN
    SELECT RAISE(ABORT, 'This release event is written once: its id, key, place or log entry is taken.');
END;

-- dataset acceptance -----------------------------------------------------------------------------

CREATE TRIGGER dataset_acceptance_is_never_changed BEFORE UPDATE ON dataset_acceptance
BEGIN SELECT RAISE(ABORT, 'A dataset acceptance is written once and never changed.'); END;

CREATE TRIGGER dataset_acceptance_is_never_deleted BEFORE DELETE ON dataset_acceptance
BEGIN SELECT RAISE(ABORT, 'A dataset acceptance is written once and never deleted.'); END;

CREATE TRIGGER dataset_acceptance_is_written_once BEFORE INSERT ON dataset_acceptance
WHEN EXISTS (
    SELECT 1 FROM dataset_acceptance
    WHERE (dataset = NEW.dataset AND sha256 = NEW.sha256)
       OR idempotency_key = NEW.idempotency_key
       OR entry_seq = NEW.entry_seq
)
BEGIN
    SELECT RAISE(ABORT, 'This dataset acceptance is written once: its id, key, place or log entry is taken.');
END;

-- dataset -----------------------------------------------------------------------------------------

CREATE TRIGGER dataset_is_never_changed BEFORE UPDATE ON dataset
BEGIN SELECT RAISE(ABORT, 'A dataset is written once and never changed.'); END;

CREATE TRIGGER dataset_is_never_deleted BEFORE DELETE ON dataset
BEGIN SELECT RAISE(ABORT, 'A dataset is written once and never deleted.'); END;

CREATE TRIGGER dataset_is_written_once BEFORE INSERT ON dataset
WHEN EXISTS (
    SELECT 1 FROM dataset
    WHERE name = NEW.name OR entry_seq = NEW.entry_seq
)
BEGIN
    SELECT RAISE(ABORT, 'This dataset is written once: its id, key, place or log entry is taken.');
END;

-- case file ---------------------------------------------------------------------------------------

CREATE TRIGGER case_file_is_never_changed BEFORE UPDATE ON case_file
BEGIN SELECT RAISE(ABORT, 'A case file is written once and never changed.'); END;

CREATE TRIGGER case_file_is_never_deleted BEFORE DELETE ON case_file
BEGIN SELECT RAISE(ABORT, 'A case file is written once and never deleted.'); END;

CREATE TRIGGER case_file_is_written_once BEFORE INSERT ON case_file
WHEN EXISTS (
    SELECT 1 FROM case_file
    WHERE id = NEW.id OR entry_seq = NEW.entry_seq
)
BEGIN
    SELECT RAISE(ABORT, 'This case file is written once: its id, key, place or log entry is taken.');
END;

-- case member -------------------------------------------------------------------------------------

CREATE TRIGGER case_member_is_never_changed BEFORE UPDATE ON case_member
BEGIN SELECT RAISE(ABORT, 'A case member is written once and never changed.'); END;

CREATE TRIGGER case_member_is_never_deleted BEFORE DELETE ON case_member
BEGIN SELECT RAISE(ABORT, 'A case member is written once and never deleted.'); END;

CREATE TRIGGER case_member_is_written_once BEFORE INSERT ON case_member
WHEN EXISTS (
    SELECT 1 FROM case_member
    WHERE case_id = NEW.case_id AND account_id = NEW.account_id
)
BEGIN
    SELECT RAISE(ABORT, 'This case member is written once: its id, key, place or log entry is taken.');
END;

-- the log ----------------------------------------------------------------------------------------

CREATE TRIGGER log_entry_is_never_changed BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'A log entry is written once and never changed.'); END;

CREATE TRIGGER log_entry_is_never_deleted BEFORE DELETE ON log_entry
BEGIN SELECT RAISE(ABORT, 'A log entry is written once and never deleted.'); END;

CREATE TRIGGER log_entry_follows_the_last BEFORE INSERT ON log_entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM log_entry)
BEGIN
    SELECT RAISE(ABORT, 'A log entry is written once, at the end: its number follows the last.');
END;

CREATE TRIGGER checkpoint_is_never_changed BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'A checkpoint is written once and never changed.'); END;

CREATE TRIGGER checkpoint_is_never_deleted BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'A checkpoint is written once and never deleted.'); END;

CREATE TRIGGER checkpoint_grows BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size)
    OR NEW.size > (SELECT coalesce(max(seq) + 1, 0) FROM log_entry)
BEGIN
    SELECT RAISE(ABORT, 'A checkpoint is written once, for more entries than the last one.');
END;

-- accounts: rows on which everything above names somebody ----------------------------------------

CREATE TRIGGER account_is_never_deleted BEFORE DELETE ON account
BEGIN SELECT RAISE(ABORT, 'An account is disabled, never deleted: entries name it.'); END;

CREATE TRIGGER account_is_made_once BEFORE INSERT ON account
WHEN EXISTS (SELECT 1 FROM account WHERE id = NEW.id OR name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'This account is written once: its id or name is taken.'); END;

CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE OF id, name, created_at ON account
BEGIN SELECT RAISE(ABORT, 'The id and name of an account are written once and never changed.'); END;
