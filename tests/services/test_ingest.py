"""Check, ingest, accept: nothing dropped silently, nothing learned from before a person says so."""

import sqlite3
from pathlib import Path

import pytest
from builders import Home, home, n_entries
from builders_world import FILES, MANIFEST, folder

from workbench.domain.errors import (
    BadInput,
    CheckFailed,
    Conflict,
    NotAllowed,
    NotCleared,
    NotFound,
    WorkbenchError,
)
from workbench.domain.log import EntryKind, commitment
from workbench.services import ingest
from workbench.store.acceptances import digest_of, is_accepted, require_accepted

REASON = "Read the quality report; two empty cells, nothing rejected."


@pytest.fixture
def built(tmp_path: Path) -> Home:
    return home(tmp_path / "home")


def accepted(built: Home, dataset: str) -> bool:
    with built.desk.database.read() as connection:
        return is_accepted(connection, dataset, built.desk.datasets.sha256(dataset))


def last_fields(built: Home) -> dict[str, object]:
    with built.desk.database.read() as connection:
        return dict(list(built.desk.log.entries(connection))[-1].fields)


def test_check_counts_entities_and_rows_and_writes_nothing(tmp_path: Path) -> None:
    made = folder(tmp_path / "d")
    before = sorted(tmp_path.rglob("*"))
    report = ingest.check(made)
    assert report.accepted == 6
    assert report.rejected == ()
    assert report.counts == {"person": 2, "phone": 2}
    assert report.empty == {"persons.trade": 0.5}
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bad_row_is_listed_with_file_row_code_and_reason(tmp_path: Path) -> None:
    uses = "person,phone,known_at\nP1,T1,2024-02-30\nP2,T2,2024-01-05\n"
    report = ingest.check(folder(tmp_path / "d", uses=uses))
    (one,) = report.rejected
    assert (one.file, one.row, one.code) == ("uses.csv", 1, "date")
    assert "2024-02-30" not in one.reason
    assert report.accepted == 5


def test_a_row_that_two_mappings_read_is_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("person_id,name,phone\nP1,Ada,1\nP2,Ben\x07,2\nP3,Cy,\n,Di,3\n")
    report = ingest.check(path)
    assert [(r.row, r.code) for r in report.rejected] == [(2, "control_or_bidi"), (4, "missing")]
    assert report.accepted == 2
    assert report.counts == {"person": 2, "phone": 1}


def test_ingesting_writes_tables_a_log_entry_and_a_pending_row(built: Home, tmp_path: Path) -> None:
    report = ingest.ingest(built.desk, folder(tmp_path / "d"), account="analyst-1")
    assert report.dataset == "harbour"
    assert report.as_json()["counts"] == {"person": 2, "phone": 2}
    assert not accepted(built, "harbour")
    entry = last_fields(built)
    assert (entry["kind"], entry["dataset"]) == ("dataset_ingested", "harbour")
    assert (entry["n_entities"], entry["n_links"], entry["n_rejected"]) == (4, 4, 0)
    assert len(built.desk.datasets.graph("harbour").links) == 4


def test_ingesting_the_same_again_changes_nothing(built: Home, tmp_path: Path) -> None:
    before = n_entries(built, EntryKind.DATASET_INGESTED)
    for _ in range(2):
        ingest.ingest(built.desk, folder(tmp_path / f"d{_}"), account="analyst-1")
    assert n_entries(built, EntryKind.DATASET_INGESTED) == before + 1
    other = folder(tmp_path / "other", uses="person,phone\nP1,T1\n")
    with pytest.raises(Conflict):
        ingest.ingest(built.desk, other, account="analyst-1")
    ingest.ingest(built.desk, other, account="analyst-1", name="harbour-2")
    assert n_entries(built, EntryKind.DATASET_INGESTED) == before + 2


def test_more_bad_rows_than_the_dataset_allows_refuse_it(built: Home, tmp_path: Path) -> None:
    manifest = MANIFEST.replace("max_rejected_share = 0.5", "max_rejected_share = 0.1")
    uses = "person,phone,known_at\nP1,T1,never\nP2,T2,2024-01-05\n"
    made = folder(tmp_path / "d", manifest=manifest, uses=uses)
    with pytest.raises(BadInput, match="1 of 6 rows") as refused:
        ingest.ingest(built.desk, made, account="analyst-1")
    assert refused.value.code == "too_many_rejected"
    assert built.desk.datasets.names() == ()
    assert len(ingest.check(made).rejected) == 1


def test_a_file_without_a_usable_row_is_refused(built: Home, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("caller,called\n1,1\n")
    with pytest.raises(BadInput) as refused:
        ingest.ingest(built.desk, path, account="analyst-1")
    assert refused.value.code == "no_rows"


def test_a_data_scientist_ingests_synthetic_data_only(built: Home, tmp_path: Path) -> None:
    real = folder(tmp_path / "real", manifest=MANIFEST.replace("true", "false"))
    with pytest.raises(NotAllowed, match="synthetic data only"):
        ingest.ingest(built.desk, real, account="data-scientist")
    ingest.ingest(built.desk, folder(tmp_path / "d"), account="data-scientist")
    with pytest.raises(NotAllowed):
        ingest.ingest(built.desk, real, account="auditor")


def test_a_supervisor_accepts_with_a_reason_that_stays_out_of_the_log(
    built: Home, tmp_path: Path
) -> None:
    ingest.ingest(built.desk, folder(tmp_path / "d"), account="analyst-1")
    ingest.accept(built.desk, "harbour", account="supervisor", reason=REASON, key="k-accept")
    assert accepted(built, "harbour")
    entry = last_fields(built)
    assert entry["kind"] == "dataset_accepted"
    assert REASON not in str(entry)
    database = sqlite3.connect(built.desk.database.path)
    (row,) = database.execute("SELECT reason_commitment FROM dataset_acceptance WHERE dataset = "
                              "'harbour'").fetchall()  # fmt: skip
    database.close()
    assert row == (entry["reason"],)


def test_the_same_key_accepts_once_and_never_something_else(built: Home, tmp_path: Path) -> None:
    ingest.ingest(built.desk, folder(tmp_path / "d"), account="analyst-1")
    before = n_entries(built, EntryKind.DATASET_ACCEPTED)
    for _ in range(2):
        ingest.accept(built.desk, "harbour", account="supervisor", reason=REASON, key="k-accept")
    assert n_entries(built, EntryKind.DATASET_ACCEPTED) == before + 1
    with pytest.raises(Conflict, match="idempotency key"):
        ingest.accept(
            built.desk, "harbour", account="supervisor", reason=REASON + " Or not.", key="k-accept"
        )
    with pytest.raises(Conflict, match="accepted by"):
        ingest.accept(built.desk, "harbour", account="supervisor-2", reason=REASON, key="k-other")


@pytest.mark.parametrize(
    ("account", "reason", "key", "error"),
    [
        ("analyst-1", REASON, "k", NotAllowed),
        ("data-scientist", REASON, "k", NotAllowed),
        ("supervisor", "ok", "k", BadInput),
        ("supervisor", REASON, "", BadInput),
    ],
)
def test_accepting_without_the_right_role_reason_or_key_is_refused(
    account: str, reason: str, key: str, error: type[WorkbenchError], built: Home, tmp_path: Path
) -> None:
    ingest.ingest(built.desk, folder(tmp_path / "d"), account="analyst-1")
    with pytest.raises(error):
        ingest.accept(built.desk, "harbour", account=account, reason=reason, key=key)
    assert not accepted(built, "harbour")


def test_what_was_not_ingested_cannot_be_accepted(built: Home) -> None:
    with pytest.raises(NotFound):
        ingest.accept(built.desk, "nothing", account="supervisor", reason=REASON, key="k")


# The data audit, and what it takes to accept what it breached


def lacking(root: Path, *, limits: str = "") -> Path:
    """Sixty persons, half of them women, of whom ten have no trade; everybody else has one."""
    header = FILES["persons.csv"].splitlines()[0]
    rows = [
        f"P{i},Person {i},{'female' if i % 2 else 'male'},N-1,"
        f"{'' if i % 2 and i < 20 else 'baker'},2024-01-01"
        for i in range(1, 61)
    ]
    return folder(root, manifest=MANIFEST + limits, persons="\n".join([header, *rows]) + "\n")


EXCUSE = "The trade is not used by any model here; the register is asked to complete it."


def test_what_was_audited_is_kept_logged_and_printed_t4(built: Home, tmp_path: Path) -> None:
    made = lacking(tmp_path / "d")
    report = ingest.ingest(built.desk, made, account="analyst-1")
    assert report.audit.breached == ("missing_gap",)
    kept = built.desk.datasets.quality("harbour")
    assert kept["data_audit"] == report.as_json()["data_audit"]
    entry = last_fields(built)
    assert (entry["data_audit"], entry["breached"]) == (digest_of(kept), ["missing_gap"])
    assert set(ingest.check(made).as_json()) >= {"accepted", "rejected", "counts", "data_audit"}
    assert "breached: missing_gap." in ingest.check(made).as_text()


def test_reading_sensitive_columns_for_the_data_audit_is_logged_with_its_need_t5(
    built: Home, tmp_path: Path
) -> None:
    ingest.ingest(built.desk, folder(tmp_path / "d"), account="analyst-1")
    with built.desk.database.read() as connection:
        read = [dict(e.fields) for e in built.desk.log.entries(connection)][-2]
    assert (read["kind"], read["dataset"]) == ("sensitive_read", "harbour")
    assert read["why"] == "data audit before acceptance"
    before = n_entries(built, EntryKind.SENSITIVE_READ)
    plain = tmp_path / "calls.csv"
    plain.write_text("caller,called\n1,2\n")
    ingest.ingest(built.desk, plain, account="analyst-1")
    assert n_entries(built, EntryKind.SENSITIVE_READ) == before


def test_an_unfit_batch_is_refused_with_its_reason_t17(built: Home, tmp_path: Path) -> None:
    ingest.ingest(built.desk, lacking(tmp_path / "d"), account="analyst-1")
    with pytest.raises(NotCleared, match="breached missing_gap"):
        ingest.accept(built.desk, "harbour", account="supervisor", reason=REASON, key="k")
    assert not accepted(built, "harbour")
    refused = last_fields(built)
    assert (refused["kind"], refused["what"]) == ("refused_attempt", "accept_data")
    with pytest.raises(NotCleared), built.desk.database.read() as connection:
        require_accepted(connection, "harbour", built.desk.datasets.sha256("harbour"))


def test_a_breach_is_excused_in_writing_and_the_words_stay_out_of_the_log_t4(
    built: Home, tmp_path: Path
) -> None:
    ingest.ingest(built.desk, lacking(tmp_path / "d"), account="analyst-1")
    for _ in range(2):
        ingest.accept(
            built.desk, "harbour", account="supervisor", reason=REASON, key="k", excuse=EXCUSE
        )
    assert accepted(built, "harbour")
    entry = last_fields(built)
    assert (entry["kind"], entry["breached"]) == ("dataset_accepted", ["missing_gap"])
    assert entry["excuse"] == commitment(built.desk.vault.salt("dataset harbour"), EXCUSE)
    assert EXCUSE not in str(entry)
    kept = built.desk.vault.get("dataset harbour", f"excuse {entry['sha256']}")
    assert kept.decode() == EXCUSE
    with pytest.raises(Conflict, match="idempotency key"):
        ingest.accept(
            built.desk, "harbour", account="supervisor", reason=REASON, key="k", excuse=EXCUSE * 2
        )


def test_an_excuse_says_something_and_only_for_what_was_breached(
    built: Home, tmp_path: Path
) -> None:
    ingest.ingest(built.desk, lacking(tmp_path / "d"), account="analyst-1")
    with pytest.raises(BadInput, match="excuse"):
        ingest.accept(
            built.desk, "harbour", account="supervisor", reason=REASON, key="k", excuse=" .. "
        )
    ingest.ingest(built.desk, folder(tmp_path / "e"), account="analyst-1", name="sound")
    with pytest.raises(BadInput, match="breaches no threshold"):
        ingest.accept(
            built.desk, "sound", account="supervisor", reason=REASON, key="k", excuse=EXCUSE
        )
    assert not accepted(built, "harbour")
    assert not accepted(built, "sound")


def test_a_quality_report_changed_after_ingestion_is_found(built: Home, tmp_path: Path) -> None:
    ingest.ingest(built.desk, lacking(tmp_path / "d"), account="analyst-1")
    path = built.desk.datasets.root / "harbour" / "quality.json"
    path.write_text(path.read_text().replace('"missing_gap"', '"none_at_all"'))
    with pytest.raises(CheckFailed, match="quality report"):
        ingest.accept(
            built.desk, "harbour", account="supervisor", reason=REASON, key="k", excuse=EXCUSE
        )
    assert not accepted(built, "harbour")


def test_a_dataset_moves_a_limit_or_names_its_population_in_dataset_toml(tmp_path: Path) -> None:
    own = "\n[quality.limits]\nmissing_gap = 0.5\n[quality.population.sex]\nfemale = 0.9\n"
    audit = ingest.check(lacking(tmp_path / "d", limits=own)).audit
    by_name = {one.name: one for one in audit.outcomes}
    assert (by_name["missing_gap"].verdict, by_name["missing_gap"].limit) == ("holds", 0.5)
    assert by_name["under_represented"].value == pytest.approx(0.5 / 0.9, abs=1e-6)
    wrong = lacking(tmp_path / "e", limits="\n[quality.limits]\nmissing_gab = 0.5\n")
    with pytest.raises(BadInput, match="missing_gab"):
        ingest.check(wrong)
