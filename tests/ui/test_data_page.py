"""The Data page: who may read and bring, what is seen before it is written, one acceptance."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders_casework import person, signed_in
from builders_pages import field, plain, press
from builders_pages import words as text
from builders_web import MAIN, Clock, desk
from builders_world import MANIFEST, folder
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from workbench.domain.account import Role
from workbench.services import ingest
from workbench.store.desk import Desk
from workbench.store.tables import dataset_acceptance
from workbench.ui.bringing import _INGESTING, _LOOKING

CALLS = b"caller,callee,timestamp,tower\nT1,T2,2024-02-01,north\nT2,T3,2024-02-02,south\n"
REASON = "I read the report: six rows, two people, fit for trying things out."
EXCUSE = "It is a practice set of six rows, so shares of it say nothing."
READS = (Role.ANALYST, Role.SUPERVISOR, Role.DATA_SCIENTIST, Role.AUDITOR)

pytestmark = pytest.mark.slow


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    made = desk(tmp_path / "home", clock=Clock(datetime.now(UTC)))
    for role in (*READS, Role.ADMINISTRATOR):
        person(made, role.value, role)
    yield made
    made.database.close()


def words(page: AppTest) -> str:
    return text(page) + plain(" ".join(str(line.value) for line in page.subheader))


def shown_to(at: Desk, role: Role, **query: str) -> AppTest:
    from workbench.store import accounts

    with at.database.read() as connection:
        who = accounts.by_name(connection, role.value)
    page = AppTest.from_file(MAIN, default_timeout=60)
    page.user = signed_in(at, who)
    page.switch_page("../pages/data.py")
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def harbour(at: Desk, tmp_path: Path, **changed: str) -> None:
    ingest.ingest(at, folder(tmp_path / "d", **changed), account="analyst")


def uploaded(at: Desk, role: Role, *files: tuple[str, bytes]) -> AppTest:
    page = shown_to(at, role, bring="1")
    for name, data in files:
        page.file_uploader[0].upload(name, data, "text/csv")
    page.run()
    return settled(press(page, "Look at it"))


def settled(page: AppTest) -> AppTest:
    """The page once its work in the background is over."""
    for _ in range(5):
        jobs = [page.session_state[k] for k in (_LOOKING, _INGESTING) if k in page.session_state]
        waiting = [job for job in jobs if not job.done]
        if not waiting:
            return page.run() if jobs else page
        over = threading.Event()
        waiting[0].when_done(over.set)
        assert over.wait(30)
        page.run()
    raise AssertionError("the work goes on and on")


def acceptances(at: Desk) -> int:
    with at.database.read() as connection:
        return len(connection.execute(select(dataset_acceptance)).all())


@pytest.mark.parametrize("role", READS)
def test_who_may_read_data_sees_it_and_is_told_who_brings_and_who_accepts_it(
    at: Desk, tmp_path: Path, role: Role
) -> None:
    harbour(at, tmp_path)
    page = shown_to(at, role)
    assert not page.exception
    assert page.title[0].value == "Data"
    assert "Harbour records" in words(page)
    assert "waits for acceptance" in words(page)
    brings = [button.label for button in page.button if button.label == "Bring data"]
    assert bool(brings) == (role is not Role.AUDITOR)
    assert ("Analysts and supervisors bring data" in words(page)) == (role is Role.AUDITOR)
    page = page.button(key="go_harbour").click().run()
    assert ("It waits for a supervisor" in words(page)) == (role is not Role.SUPERVISOR)
    assert bool(page.text_area) == (role is Role.SUPERVISOR)


def test_where_there_is_no_data_the_page_says_what_to_do(at: Desk) -> None:
    assert "There is no data yet." in words(shown_to(at, Role.ANALYST))


def test_an_auditor_who_types_the_address_of_bringing_is_shown_the_list(at: Desk) -> None:
    page = shown_to(at, Role.AUDITOR, bring="1")
    assert page.title[0].value == "Data"
    assert not page.file_uploader


def test_nothing_is_written_before_the_person_says_so(at: Desk) -> None:
    page = uploaded(at, Role.ANALYST, ("calls.csv", CALLS))
    assert not page.exception
    seen = words(page)
    assert "2 of 2 rows can be used" in seen
    assert "3 × phone" in seen
    assert "caller is read as from" in seen
    assert "Kept as text: tower" in seen
    assert at.datasets.names() == ()
    field(page, "Name").set_value("my-calls")
    field(page, "What it is").set_value(True)
    page = settled(press(page, "Ingest it"))
    assert at.datasets.names() == ("my-calls",)
    assert at.datasets.meta("my-calls")["synthetic"] is True
    assert "waits for acceptance" in words(page)
    assert list((at.home / "incoming").iterdir()) == []


def test_a_bad_upload_is_told_in_one_sentence_and_leaves_nothing_behind(at: Desk) -> None:
    page = uploaded(at, Role.ANALYST, ("calls.csv", b"PK\x03\x04 not a table"))
    assert not page.exception
    (told,) = page.error
    assert "zip archive" in told.value
    assert "(magic)" in plain(told.value)
    page = press(page, "Discard it")
    assert page.file_uploader
    assert list((at.home / "incoming").iterdir()) == []
    assert at.datasets.names() == ()


def test_two_files_without_a_manifest_are_refused_and_stay_chosen(at: Desk) -> None:
    page = uploaded(at, Role.ANALYST, ("a.csv", CALLS), ("b.csv", CALLS))
    assert "dataset.toml" in plain(page.error[0].value)
    assert len(page.file_uploader[0].value) == 2


def test_a_person_reads_the_columns_otherwise_and_that_is_what_is_written(at: Desk) -> None:
    page = uploaded(at, Role.ANALYST, ("rows.csv", b"who,what\nAda,1\nBen,2\n"))
    assert "One entity a row" in words(page)
    field(page, "who").set_value("person")
    field(page, "what").set_value("phone")
    page = settled(press(page, "Look at it so"))
    assert "One link a row: person uses phone" in words(page)
    field(page, "What it is").set_value(True)
    field(page, "Title").set_value("Who calls")
    settled(press(page, "Ingest it"))
    assert at.datasets.meta("rows")["counts"] == {"person": 2, "phone": 2}
    assert at.datasets.meta("rows")["title"] == "Who calls"


def test_a_data_scientist_brings_synthetic_data_only_and_keeps_the_form(at: Desk) -> None:
    page = uploaded(at, Role.DATA_SCIENTIST, ("calls.csv", CALLS))
    field(page, "Name").set_value("field-calls")
    field(page, "What it is").set_value(False)
    page = settled(press(page, "Ingest it"))
    assert "synthetic data only" in page.error[0].value
    assert field(page, "Name").value == "field-calls"
    assert at.datasets.names() == ()


def test_whether_it_is_synthetic_is_not_preset(at: Desk) -> None:
    page = uploaded(at, Role.ANALYST, ("calls.csv", CALLS))
    assert field(page, "What it is").value is None
    page = press(page, "Ingest it")
    assert "Say whether it is synthetic" in page.error[0].value
    assert at.datasets.names() == ()


def accept(page: AppTest) -> AppTest:
    field(page, "Why it may be used").set_value(REASON)
    for area in page.text_area:
        if "although" in area.label:
            area.set_value(EXCUSE)
    return press(page, "Accept the dataset")


def test_a_supervisor_accepts_once_from_two_windows(at: Desk, tmp_path: Path) -> None:
    harbour(at, tmp_path)
    one, two = (shown_to(at, Role.SUPERVISOR, dataset="harbour") for _ in range(2))
    assert "waits for acceptance" not in words(accept(one))
    assert acceptances(at) == 1
    assert "waits for acceptance" not in words(accept(two))
    assert acceptances(at) == 1


def test_a_reason_that_says_nothing_is_refused_and_stays_in_the_form(
    at: Desk, tmp_path: Path
) -> None:
    harbour(at, tmp_path)
    page = shown_to(at, Role.SUPERVISOR, dataset="harbour")
    field(page, "Why it may be used").set_value("ok")
    page = press(page, "Accept the dataset")
    assert "needs at least" in page.error[0].value
    assert field(page, "Why it may be used").value == "ok"
    assert acceptances(at) == 0


def test_what_breaches_a_threshold_is_accepted_with_an_excuse_in_writing_alone(
    at: Desk, tmp_path: Path
) -> None:
    rows = [f"P{n},{'' if n % 2 else f'Person {n}'}" for n in range(60)]
    (tmp_path / "persons.csv").write_text("\n".join(["id,name", *rows]))
    ingest.ingest(at, tmp_path / "persons.csv", account="analyst")
    page = shown_to(at, Role.SUPERVISOR, dataset="persons")
    assert "1 breached" in words(page)
    assert "Missing meaning." in words(page)
    field(page, "Why it may be used").set_value(REASON)
    page = press(page, "Accept the dataset")
    assert "excuse it in writing" in page.error[0].value
    assert acceptances(at) == 0
    page = accept(page)
    assert acceptances(at) == 1
    assert "waits for acceptance" not in words(page)


def test_rejected_rows_are_listed_searched_and_saved(at: Desk, tmp_path: Path) -> None:
    uses = "person,phone,known_at\nP1,T1,2024-02-30\n,T2,2024-01-05\nP2,T2,2024-01-05\n"
    harbour(at, tmp_path, uses=uses)
    page = shown_to(at, Role.ANALYST, dataset="harbour")
    page.segmented_control[0].set_value("Rejected rows").run()
    assert page.dataframe[0].value["Code"].tolist() == ["date", "missing"]
    assert page.download_button[0].label == "Save them all (CSV)"
    field(page, "Search").set_value("missing")
    page.run()
    assert page.dataframe[0].value["Row"].tolist() == [2]


def test_the_datasheet_says_what_each_column_means_and_what_nobody_stated(
    at: Desk, tmp_path: Path
) -> None:
    told = '[files."persons.csv".columns]\ntrade = "what a person lives by"\n'
    path = folder(tmp_path / "d", manifest=MANIFEST + told)
    ingest.ingest(at, path, account="analyst")
    page = shown_to(at, Role.AUDITOR, dataset="harbour")
    page.segmented_control[0].set_value("Datasheet").run()
    assert "what a person lives by" in words(page)
    assert "no meaning stated" in words(page)
    assert "No purpose is stated." in words(page)
    sex = page.dataframe[0].value.set_index("Column").loc["sex"]
    assert sex["Sensitive"] == "sealed"


def test_markup_in_what_a_file_says_of_itself_is_shown_as_text(at: Desk, tmp_path: Path) -> None:
    title = "<img src=x onerror=alert(1)> **bold** [link](x.example)"
    manifest = MANIFEST.replace("Harbour records", title)
    ingest.ingest(at, folder(tmp_path / "d", manifest=manifest), account="analyst")
    page = shown_to(at, Role.ANALYST, dataset="harbour")
    assert title in plain(page.title[0].value)
    assert "**bold**" not in page.title[0].value


def test_a_dataset_that_is_not_there_is_said_so_with_a_way_back(at: Desk) -> None:
    page = shown_to(at, Role.ANALYST, dataset="../../etc")
    assert "There is no dataset of that name." in words(page)
    assert press(page, "All data").title[0].value == "Data"
