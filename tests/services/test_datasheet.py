"""A datasheet is read of what was ingested and of what was not, by whoever may."""

import json
from pathlib import Path

import pytest
from builders import Home, home
from builders_demo import run_workbench
from builders_world import folder

from workbench.analysis.datasheet import datasheet_of
from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.services import catalogue, datasheet, ingest


@pytest.fixture
def built(tmp_path: Path) -> Home:
    return home(tmp_path / "home")


def test_the_datasheet_of_a_folder_and_of_what_was_ingested_from_it_are_one(
    built: Home, tmp_path: Path
) -> None:
    path = folder(tmp_path / "d")
    before = datasheet.read(built.desk, str(path), account="auditor")
    ingest.ingest(built.desk, path, account="analyst-1")
    after = datasheet.read(built.desk, "harbour", account="auditor")
    assert after == before
    assert after.files[0].size == len((path / "persons.csv").read_bytes())


def test_an_administrator_reads_neither_datasheets_nor_the_list(built: Home) -> None:
    with pytest.raises(NotAllowed, match="may not read datasheets"):
        datasheet.read(built.desk, "harbour", account="administrator")
    with pytest.raises(NotAllowed, match="may not read datasheets"):
        catalogue.catalogue(built.desk, account="administrator")


def test_what_is_not_there_is_not_found(built: Home) -> None:
    with pytest.raises(NotFound):
        datasheet.read(built.desk, "nowhere", account="auditor")


def test_a_dataset_ingested_before_there_were_datasheets_has_one_that_says_little() -> None:
    told = datasheet_of({"name": "old", "title": "Old records"})
    assert told.files == ()
    assert "No purpose is stated." in told.not_stated


def test_a_dataset_whose_files_are_missing_is_listed_and_said_so(built: Home) -> None:
    (one,) = catalogue.catalogue(built.desk, account="auditor")  # of `home`, a row and no files
    assert not one.is_there
    assert one.n_rows == 0


def test_the_list_counts_rows_and_says_what_waits(built: Home, tmp_path: Path) -> None:
    uses = "person,phone,known_at\nP1,T1,2024-02-30\nP2,T2,2024-01-05\n"
    ingest.ingest(built.desk, folder(tmp_path / "d", uses=uses), account="analyst-1")
    listed = catalogue.catalogue(built.desk, account="analyst-1")
    first = next(one for one in listed if one.is_there)
    assert (first.name, first.n_rows, first.n_rejected) == ("harbour", 6, 1)
    assert first.counts == {"person": 2, "phone": 2}
    assert first.ingested_by == built.id_of("analyst-1")
    assert first.accepted_at is None


def test_rejected_rows_are_saved_without_a_formula_in_any_cell() -> None:
    rows = [{"file": "=cmd|' /C calc'!A0.csv", "row": 3, "code": "date", "reason": "@no date"}]
    saved = catalogue.rejected_table(rows).decode("utf-8-sig")
    assert saved == (
        '"file","row","code","reason"\r\n"\'=cmd|\' /C calc\'!A0.csv","3","date","\'@no date"\r\n'
    )


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        datasheet.write("x", tmp_path / "no" / "such" / "place.json")


@pytest.mark.slow
def test_the_command_writes_croissant_and_says_what_it_asks_for_beyond(tmp_path: Path) -> None:
    path, out = folder(tmp_path / "d"), tmp_path / "croissant.json"
    run = ("datasheet", str(path), "--croissant", "--out", str(out))
    done = run_workbench(tmp_path / "home", *run)
    assert done.returncode == 0
    assert done.stdout == ""
    assert "published_on" in done.stderr
    assert json.loads(out.read_text())["name"] == "harbour"
    missing = run_workbench(tmp_path / "home", "datasheet", "nowhere")
    assert missing.returncode == 2
    assert len(missing.stderr.strip().splitlines()) == 1
