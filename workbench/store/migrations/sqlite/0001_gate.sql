-- The gate. What the domain and the services refuse is refused here once more, for whoever comes
-- past them. Every row cites the log entry that says the same; a row without its own entry is
-- refused. The order on a finding, for each person: read the claim, judge, unveil the assessment,
-- decide; and only then, with the decisions that an action needs, act.

-- What the rules speak of -------------------------------------------------------------------------

CREATE VIEW said AS
SELECT seq, CAST(body AS TEXT) AS entry FROM log_entry;

-- who may work on a finding: supervisors, and analysts who are in its case
CREATE VIEW entitled AS
SELECT f.id AS finding_id, a.id AS account_id, a.role AS role
FROM finding f, account a
WHERE a.disabled_at IS NULL
  AND (a.role = 'supervisor'
       OR a.role = 'analyst' AND EXISTS (
           SELECT 1 FROM case_member m WHERE m.case_id = f.case_id AND m.account_id = a.id));

-- who may read one without working on it: auditors, and data scientists where data is synthetic
CREATE VIEW onlooker AS
SELECT f.id AS finding_id, a.id AS account_id
FROM finding f, account a
WHERE a.disabled_at IS NULL
  AND (a.role = 'auditor'
       OR a.role = 'data_scientist' AND EXISTS (
           SELECT 1 FROM case_file c JOIN dataset d ON d.name = c.dataset
           WHERE c.id = f.case_id AND d.synthetic = 1));

CREATE VIEW release_state AS
SELECT r.id AS release_id, r.model AS model, r.digest AS digest, r.trained_by AS trained_by,
       coalesce((SELECT CASE e.kind WHEN 'restarted' THEN 'in_use' ELSE e.kind END
                 FROM release_event e WHERE e.release_id = r.id
                 ORDER BY e.entry_seq DESC LIMIT 1), 'in_use') AS status
FROM release r;

-- the latest decision of each person on each finding
CREATE VIEW current_decision AS
SELECT d.* FROM decision d
WHERE d.entry_seq = (
    SELECT max(x.entry_seq) FROM decision x
    WHERE x.finding_id = d.finding_id AND x.decided_by = d.decided_by);

-- Findings ----------------------------------------------------------------------------------------

CREATE TRIGGER finding_says_what_its_entry_says BEFORE INSERT ON finding
WHEN NOT EXISTS (
    SELECT 1 FROM said
    WHERE seq = NEW.entry_seq
      AND entry ->> '$.kind' = 'finding_sealed'
      AND entry ->> '$.finding' = NEW.id
      AND entry ->> '$.case' = NEW.case_id
      AND entry ->> '$.model' = NEW.model
      AND entry ->> '$.release' = NEW.release_id
      AND entry ->> '$.release_digest' = NEW.release_digest
      AND entry ->> '$.digest' = NEW.digest
      AND entry ->> '$.claim_digest' = NEW.claim_digest
      AND entry ->> '$.assessment_digest' = NEW.assessment_digest
      AND entry ->> '$.about_person' = NEW.about_person
      AND entry ->> '$.n_offence_facts' = NEW.n_offence_facts
)
BEGIN SELECT RAISE(ABORT, 'The log holds no entry that seals this finding.'); END;

CREATE TRIGGER finding_comes_from_a_release_in_use BEFORE INSERT ON finding
WHEN NOT EXISTS (
    SELECT 1 FROM release_state
    WHERE release_id = NEW.release_id AND model = NEW.model AND digest = NEW.release_digest
      AND status = 'in_use'
)
BEGIN
    SELECT RAISE(ABORT, 'No such release is in use, so it can put forward no finding.');
END;

-- Openings ----------------------------------------------------------------------------------------

CREATE TRIGGER opening_says_what_its_entry_says BEFORE INSERT ON opening
WHEN NOT EXISTS (
    SELECT 1 FROM said JOIN finding f ON f.id = NEW.finding_id
    WHERE seq = NEW.entry_seq
      AND entry ->> '$.kind' = 'finding_opened'
      AND entry ->> '$.finding' = NEW.finding_id
      AND entry ->> '$.digest' = f.digest
      AND entry ->> '$.account' = NEW.account_id
      AND entry ->> '$.stage' = NEW.stage
      AND entry ->> '$.session' = NEW.session_hash
      AND entry ->> '$.shown' = NEW.shown_digest
)
BEGIN SELECT RAISE(ABORT, 'The log holds no entry of this opening.'); END;

CREATE TRIGGER opening_shows_what_was_sealed BEFORE INSERT ON opening
WHEN NEW.shown_digest IS NOT (
    SELECT CASE NEW.stage WHEN 'claim' THEN f.claim_digest ELSE f.assessment_digest END
    FROM finding f WHERE f.id = NEW.finding_id
)
BEGIN SELECT RAISE(ABORT, 'What was shown is not what was sealed.'); END;

CREATE TRIGGER opening_is_by_one_who_may_read BEFORE INSERT ON opening
WHEN NOT EXISTS (
        SELECT 1 FROM entitled
        WHERE finding_id = NEW.finding_id AND account_id = NEW.account_id
          AND NEW.stage IN ('claim', 'assessment'))
    AND NOT EXISTS (
        SELECT 1 FROM onlooker
        WHERE finding_id = NEW.finding_id AND account_id = NEW.account_id
          AND NEW.stage IN ('claim', 'review'))
BEGIN SELECT RAISE(ABORT, 'This account may not open this finding.'); END;

CREATE TRIGGER opening_of_the_assessment_comes_after_own_judgement BEFORE INSERT ON opening
WHEN NEW.stage = 'assessment' AND NOT EXISTS (
    SELECT 1 FROM judgement
    WHERE finding_id = NEW.finding_id AND judged_by = NEW.account_id
)
BEGIN
    SELECT RAISE(ABORT, 'Score and explanation are shown after one''s own judgement is sealed.');
END;

CREATE TRIGGER opening_for_review_comes_after_a_decision BEFORE INSERT ON opening
WHEN NEW.stage = 'review' AND NOT EXISTS (
    SELECT 1 FROM decision WHERE finding_id = NEW.finding_id
)
BEGIN
    SELECT RAISE(ABORT, 'Score and explanation of an undecided finding are shown to nobody else.');
END;

-- Judgements --------------------------------------------------------------------------------------

CREATE TRIGGER judgement_says_what_its_entry_says BEFORE INSERT ON judgement
WHEN NOT EXISTS (
    SELECT 1 FROM said
    WHERE seq = NEW.entry_seq
      AND entry ->> '$.kind' = 'judgement'
      AND entry ->> '$.judgement' = NEW.id
      AND entry ->> '$.finding' = NEW.finding_id
      AND entry ->> '$.digest' = NEW.finding_digest
      AND entry ->> '$.account' = NEW.judged_by
      AND entry ->> '$.verdict' = NEW.verdict
      AND entry ->> '$.confidence' = NEW.confidence
      AND entry ->> '$.reason' = NEW.reason_commitment
)
BEGIN SELECT RAISE(ABORT, 'The log holds no entry of this judgement.'); END;

CREATE TRIGGER judgement_is_on_what_was_sealed BEFORE INSERT ON judgement
WHEN NEW.finding_digest IS NOT (SELECT digest FROM finding WHERE id = NEW.finding_id)
BEGIN SELECT RAISE(ABORT, 'The judgement is on another content than was sealed.'); END;

CREATE TRIGGER judgement_is_by_one_entitled BEFORE INSERT ON judgement
WHEN NOT EXISTS (
    SELECT 1 FROM entitled WHERE finding_id = NEW.finding_id AND account_id = NEW.judged_by
)
BEGIN SELECT RAISE(ABORT, 'This account may not judge this finding.'); END;

CREATE TRIGGER judgement_comes_after_own_reading BEFORE INSERT ON judgement
WHEN NOT EXISTS (
    SELECT 1 FROM opening
    WHERE finding_id = NEW.finding_id AND account_id = NEW.judged_by AND stage = 'claim'
)
BEGIN SELECT RAISE(ABORT, 'Claim and records are read before they are judged.'); END;

CREATE TRIGGER judgement_comes_before_the_score BEFORE INSERT ON judgement
WHEN EXISTS (
    SELECT 1 FROM opening
    WHERE finding_id = NEW.finding_id AND account_id = NEW.judged_by AND stage <> 'claim'
)
BEGIN SELECT RAISE(ABORT, 'Who has seen the score can no longer judge from the records.'); END;

-- Decisions ---------------------------------------------------------------------------------------

CREATE TRIGGER decision_says_what_its_entry_says BEFORE INSERT ON decision
WHEN NOT EXISTS (
    SELECT 1 FROM said JOIN finding f ON f.id = NEW.finding_id
    WHERE seq = NEW.entry_seq
      AND entry ->> '$.kind' = 'decision'
      AND entry ->> '$.decision' = NEW.id
      AND entry ->> '$.finding' = NEW.finding_id
      AND entry ->> '$.digest' = NEW.finding_digest
      AND entry ->> '$.account' = NEW.decided_by
      AND entry ->> '$.role' = NEW.role
      AND entry ->> '$.session' = NEW.session_hash
      AND entry ->> '$.verdict' = NEW.verdict
      AND entry ->> '$.reason' = NEW.reason_commitment
      AND entry ->> '$.shown' = NEW.shown_digest
      AND entry ->> '$.release' = f.release_id
      AND entry ->> '$.release_digest' = f.release_digest
)
BEGIN SELECT RAISE(ABORT, 'The log holds no entry of this decision.'); END;

CREATE TRIGGER decision_is_on_what_was_sealed BEFORE INSERT ON decision
WHEN NEW.finding_digest IS NOT (SELECT digest FROM finding WHERE id = NEW.finding_id)
BEGIN SELECT RAISE(ABORT, 'The decision is on another content than was sealed.'); END;

CREATE TRIGGER decision_is_by_one_entitled BEFORE INSERT ON decision
WHEN NOT EXISTS (
    SELECT 1 FROM entitled
    WHERE finding_id = NEW.finding_id AND account_id = NEW.decided_by AND role = NEW.role
)
BEGIN SELECT RAISE(ABORT, 'This account may not decide on this finding.'); END;

CREATE TRIGGER decision_is_not_by_the_trainer BEFORE INSERT ON decision
WHEN EXISTS (
    SELECT 1 FROM finding f JOIN release r ON r.id = f.release_id
    WHERE f.id = NEW.finding_id AND r.trained_by = NEW.decided_by
)
BEGIN SELECT RAISE(ABORT, 'Nobody decides on what a model that they trained has found.'); END;

-- each decision uses up one unveiling: to decide anew, one looks again
CREATE TRIGGER decision_comes_after_own_unveiling BEFORE INSERT ON decision
WHEN NOT EXISTS (
    SELECT 1 FROM opening o
    JOIN judgement j ON j.finding_id = o.finding_id AND j.judged_by = o.account_id
    WHERE o.finding_id = NEW.finding_id AND o.account_id = NEW.decided_by
      AND o.stage = 'assessment' AND o.shown_digest = NEW.shown_digest
      AND o.entry_seq > j.entry_seq
      AND o.entry_seq > (
          SELECT coalesce(max(d.entry_seq), -1) FROM decision d
          WHERE d.finding_id = NEW.finding_id AND d.decided_by = NEW.decided_by)
)
BEGIN
    SELECT RAISE(ABORT, 'One decides after one''s own judgement, once the assessment was shown.');
END;

-- Actions -----------------------------------------------------------------------------------------

CREATE TRIGGER action_says_what_its_entry_says BEFORE INSERT ON action
WHEN NOT EXISTS (
    SELECT 1 FROM said
    WHERE seq = NEW.entry_seq
      AND entry ->> '$.kind' = 'action'
      AND entry ->> '$.action' = NEW.id
      AND entry ->> '$.finding' = NEW.finding_id
      AND entry ->> '$.digest' = NEW.finding_digest
      AND entry ->> '$.kind_of_action' = NEW.kind
      AND entry ->> '$.subject' = NEW.subject
      AND entry ->> '$.account' = NEW.acted_by
      AND entry ->> '$.cites' = '["' || replace(NEW.cites, ' ', '","') || '"]'
)
BEGIN SELECT RAISE(ABORT, 'The log holds no entry of this action.'); END;

CREATE TRIGGER action_is_on_what_was_sealed BEFORE INSERT ON action
WHEN NEW.finding_digest IS NOT (SELECT digest FROM finding WHERE id = NEW.finding_id)
BEGIN SELECT RAISE(ABORT, 'The action is on another content than was sealed.'); END;

CREATE TRIGGER action_is_by_one_entitled BEFORE INSERT ON action
WHEN NOT EXISTS (
    SELECT 1 FROM entitled WHERE finding_id = NEW.finding_id AND account_id = NEW.acted_by
)
BEGIN SELECT RAISE(ABORT, 'This account may not act on this finding.'); END;

CREATE TRIGGER action_needs_a_release_in_use BEFORE INSERT ON action
WHEN NOT EXISTS (
    SELECT 1 FROM finding f JOIN release_state s ON s.release_id = f.release_id
    WHERE f.id = NEW.finding_id AND s.status = 'in_use'
)
BEGIN
    SELECT RAISE(ABORT, 'The release that found this is stopped; nothing is done on it meanwhile.');
END;

CREATE TRIGGER action_is_refused_while_contested BEFORE INSERT ON action
WHEN EXISTS (
    SELECT 1 FROM current_decision
    WHERE finding_id = NEW.finding_id AND verdict = 'not_supported'
)
BEGIN SELECT RAISE(ABORT, 'Somebody found this not supported; it is contested.'); END;

CREATE TRIGGER action_needs_its_deciders BEFORE INSERT ON action
WHEN (
    SELECT count(DISTINCT d.decided_by) FROM current_decision d
    JOIN finding f ON f.id = d.finding_id
    JOIN release r ON r.id = f.release_id
    WHERE d.finding_id = NEW.finding_id AND d.finding_digest = f.digest
      AND d.verdict = 'supported' AND d.decided_by <> r.trained_by
) < CASE NEW.kind WHEN 'assessed_link' THEN 1 ELSE 2 END
BEGIN
    SELECT RAISE(ABORT, 'Too few people found this supported for what is to be done with it.');
END;

CREATE TRIGGER action_cites_what_clears_it BEFORE INSERT ON action
WHEN NEW.cites IS NOT (
    SELECT group_concat(id, ' ') FROM (
        SELECT id FROM current_decision
        WHERE finding_id = NEW.finding_id AND verdict = 'supported'
        ORDER BY entry_seq)
)
BEGIN SELECT RAISE(ABORT, 'The action cites other decisions than those that clear it.'); END;

CREATE TRIGGER action_that_leaves_is_by_one_who_decided BEFORE INSERT ON action
WHEN NEW.kind = 'dossier' AND NOT EXISTS (
    SELECT 1 FROM decision WHERE finding_id = NEW.finding_id AND decided_by = NEW.acted_by
)
BEGIN
    SELECT RAISE(ABORT, 'A dossier shows why it was found; one who decided the finding exports it.');
END;

CREATE TRIGGER action_on_a_person_needs_an_offence_fact BEFORE INSERT ON action
WHEN EXISTS (
    SELECT 1 FROM finding f
    WHERE f.id = NEW.finding_id AND f.n_offence_facts = 0
      AND (f.about_person = 1 OR NEW.kind = 'lead')
)
BEGIN
    SELECT RAISE(ABORT, 'No verified fact tied to an offence lies beneath, as duty T1 asks.');
END;

-- Releases and data -------------------------------------------------------------------------------

CREATE TRIGGER release_says_what_its_entry_says BEFORE INSERT ON release
WHEN NOT EXISTS (
    SELECT 1 FROM said
    WHERE seq = NEW.entry_seq
      AND entry ->> '$.kind' = 'release_promoted'
      AND entry ->> '$.release' = NEW.id
      AND entry ->> '$.model' = NEW.model
      AND entry ->> '$.version' = NEW.version
      AND entry ->> '$.release_digest' = NEW.digest
      AND entry ->> '$.run' = NEW.run_id
      AND entry ->> '$.dataset' = NEW.dataset
      AND entry ->> '$.audit' = NEW.audit_verdict
      AND entry ->> '$.audit_digest' = NEW.audit_digest
      AND entry ->> '$.trained_by' = NEW.trained_by
      AND entry ->> '$.account' = NEW.approved_by
      AND entry ->> '$.reason' = NEW.reason_commitment
)
BEGIN SELECT RAISE(ABORT, 'The log holds no entry that promotes this release.'); END;

CREATE TRIGGER release_is_approved_by_a_supervisor BEFORE INSERT ON release
WHEN NOT EXISTS (
    SELECT 1 FROM account
    WHERE id = NEW.approved_by AND role = 'supervisor' AND disabled_at IS NULL
)
BEGIN SELECT RAISE(ABORT, 'This account may not approve a release.'); END;

CREATE TRIGGER release_learned_from_accepted_data BEFORE INSERT ON release
WHEN NOT EXISTS (SELECT 1 FROM dataset_acceptance WHERE dataset = NEW.dataset)
BEGIN SELECT RAISE(ABORT, 'Nobody accepted the data audit of what this release learned from.'); END;

CREATE TRIGGER release_event_says_what_its_entry_says BEFORE INSERT ON release_event
WHEN NOT EXISTS (
    SELECT 1 FROM said
    WHERE seq = NEW.entry_seq
      AND entry ->> '$.kind' = 'release_' || NEW.kind
      AND entry ->> '$.event' = NEW.id
      AND entry ->> '$.release' = NEW.release_id
      AND entry ->> '$.account' = NEW.by
      AND entry ->> '$.reason' = NEW.reason_commitment
)
BEGIN SELECT RAISE(ABORT, 'The log holds no entry of this stop or restart.'); END;

CREATE TRIGGER release_event_is_by_one_who_may BEFORE INSERT ON release_event
WHEN NOT EXISTS (
    SELECT 1 FROM account
    WHERE id = NEW.by AND disabled_at IS NULL
      AND (role = 'supervisor'
           OR NEW.kind = 'suspended' AND role IN ('analyst', 'data_scientist', 'auditor'))
)
BEGIN SELECT RAISE(ABORT, 'This account may not do that to a release.'); END;

CREATE TRIGGER release_is_not_restarted_by_who_stopped_it BEFORE INSERT ON release_event
WHEN NEW.kind = 'restarted' AND NEW.by = (
    SELECT e.by FROM release_event e
    WHERE e.release_id = NEW.release_id AND e.kind = 'suspended'
    ORDER BY e.entry_seq DESC LIMIT 1
)
BEGIN SELECT RAISE(ABORT, 'Another person than who stopped a release restarts it.'); END;

CREATE TRIGGER release_event_fits_the_state BEFORE INSERT ON release_event
WHEN NOT EXISTS (
    SELECT 1 FROM release_state
    WHERE release_id = NEW.release_id
      AND status IN ('in_use', 'suspended')
      AND (NEW.kind <> 'suspended' OR status = 'in_use')
      AND (NEW.kind <> 'restarted' OR status = 'suspended')
)
BEGIN SELECT RAISE(ABORT, 'The release is not in a state in which that can be done.'); END;

CREATE TRIGGER dataset_acceptance_says_what_its_entry_says BEFORE INSERT ON dataset_acceptance
WHEN NOT EXISTS (
    SELECT 1 FROM said
    WHERE seq = NEW.entry_seq
      AND entry ->> '$.kind' = 'dataset_accepted'
      AND entry ->> '$.dataset' = NEW.dataset
      AND entry ->> '$.sha256' = NEW.sha256
      AND entry ->> '$.account' = NEW.accepted_by
      AND entry ->> '$.reason' = NEW.reason_commitment
      AND entry ->> '$.data_audit' = NEW.data_audit
      AND entry ->> '$.excuse' = NEW.excuse_commitment
)
BEGIN SELECT RAISE(ABORT, 'The log holds no entry that accepts this dataset.'); END;

CREATE TRIGGER dataset_acceptance_is_of_the_data_audit_made BEFORE INSERT ON dataset_acceptance
WHEN NOT EXISTS (
    SELECT 1 FROM dataset d JOIN said ON said.seq = d.entry_seq
    WHERE d.name = NEW.dataset
      AND entry ->> '$.data_audit' = NEW.data_audit
      AND entry ->> '$.breached'
          = CASE NEW.breached WHEN '' THEN '[]'
            ELSE '["' || replace(NEW.breached, ' ', '","') || '"]' END
)
BEGIN SELECT RAISE(ABORT, 'This is not the data audit that was made when it was ingested.'); END;

CREATE TRIGGER dataset_is_accepted_by_a_supervisor BEFORE INSERT ON dataset_acceptance
WHEN NOT EXISTS (
    SELECT 1 FROM account
    WHERE id = NEW.accepted_by AND role = 'supervisor' AND disabled_at IS NULL
)
BEGIN SELECT RAISE(ABORT, 'This account may not accept a dataset.'); END;
