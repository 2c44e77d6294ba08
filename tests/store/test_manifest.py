"""dataset.toml as a datasheet: what it may say, and every mistake told at once."""

from pathlib import Path

import pytest
from builders_world import MANIFEST, folder
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.datasheet import Datasheet, datasheet_of
from workbench.analysis.mapping import TableMapping
from workbench.domain.errors import BadInput
from workbench.store.deliveries import read_delivery
from workbench.store.manifest import Manifest, read_manifest
from workbench.store.manifest_text import manifest_text

HEAD = """
version = "1.2"
published_on = 2026-01-31
purpose = "To try models out"
origin = "Written by hand"
known_problems = ["Only two persons", "Only three days"]
creator = "The harbour"
covers = { from = 2024-01-01, until = "2024-02-03" }
generator = { name = "by hand", seed = 7, parameters = { bias = "none" } }
columns = { known_at = { meaning = "when the harbour knew", unit = "UTC" } }
"""
NOTES = """
[files."calls.csv"]
about = "One call a row."
columns = { caller = "who called", callee = { meaning = "who was called" } }

[files."persons.csv".columns]
trade = { meaning = "years in the trade", type = "number" }
"""


def written(root: Path, *, head: str = HEAD, notes: str = NOTES) -> Path:
    return folder(root, manifest=MANIFEST.replace("\n[truth]", f"{head}\n[truth]") + notes)


def sheet(path: Path) -> Datasheet:
    delivery = read_delivery(path)
    own = {"name": delivery.name, "sensitive": list(delivery.sensitive)}
    return datasheet_of({**delivery.meta, **own})


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_delivery(path)
    return str(caught.value)


def test_a_datasheet_says_what_dataset_toml_says(tmp_path: Path) -> None:
    told = sheet(written(tmp_path / "d"))
    assert (told.version, told.published_on) == ("1.2", "2026-01-31")
    assert (told.first_day, told.last_day) == ("2024-01-01", "2024-02-03")
    assert told.known_problems == ("Only two persons", "Only three days")
    assert told.made_by == "by hand, seed 7, bias none"
    files = {file.file: file for file in told.files}
    assert list(files) == ["persons.csv", "calls.csv", "uses.csv", "cases.csv", "truth/ties.csv"]
    calls = {column.name: column for column in files["calls.csv"].columns}
    assert calls["caller"].meaning == "who called"
    assert calls["known_at"].meaning == "when the harbour knew"
    assert calls["known_at"].type == "time"
    assert files["calls.csv"].read_as == ("one link a row: phone called phone",)


def test_ids_are_known_to_refer_to_the_table_of_their_kind(tmp_path: Path) -> None:
    told = sheet(written(tmp_path / "d"))
    uses = next(file for file in told.files if file.file == "uses.csv")
    assert {c.name: c.refers_to for c in uses.columns} == {
        "person": "persons.csv",
        "phone": "",
        "known_at": "",
    }


def test_sealed_columns_are_marked_and_truth_is_not_counted(tmp_path: Path) -> None:
    told = sheet(written(tmp_path / "d"))
    files = {file.file: file for file in told.files}
    sealed = [c.name for c in files["persons.csv"].columns if c.sensitive]
    assert sealed == ["sex", "district"]
    assert files["persons.csv"].rows == 2
    assert files["truth/ties.csv"].rows is None


def test_what_nobody_stated_is_said_so(tmp_path: Path) -> None:
    told = sheet(written(tmp_path / "d"))
    trade = next(c for file in told.files for c in file.columns if c.name == "trade")
    assert trade.unit_in_words == "no unit stated"
    assert told.not_stated == (
        "No description is stated.",
        "No reason is stated for holding sensitive columns.",
        "4 files have no description.",
        "11 columns have no meaning.",
        "1 number column has no unit.",
    )


def test_a_folder_that_says_nothing_of_itself_is_read_all_the_same(tmp_path: Path) -> None:
    told = sheet(folder(tmp_path / "d"))
    assert "No purpose is stated." in told.not_stated
    assert told.made_by == ""


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    head = """
published_on = "31.1.2026"
known_problems = "one"
covers = { from = 2024-01-01, to = 2024-02-03 }
generator = { seed = 7 }
columns = { known_at = { meaning = "when", type = "moment" } }
purpos = "typo"
"""
    notes = '\n[files."diary.csv"]\nabout = "x"\n[files."uses.csv".columns]\n' + (
        'phone = { refers_to = "calls.csv" }\n'
    )
    said = refused(written(tmp_path / "d", head=head, notes=notes))
    for part in (
        "published_on",
        "known_problems",
        "covers.to",
        "generator.name",
        "columns.known_at.type",
        "purpos",
        "diary.csv is described and no table, cases or truth names it",
        "a column refers to calls.csv, which is no file of entities",
    ):
        assert part in said


def test_a_day_is_no_number(tmp_path: Path) -> None:
    said = refused(written(tmp_path / "d", head="published_on = 86400\n"))
    assert "published_on: Value error, write a day as 2026-01-31" in said


def test_a_column_that_is_described_and_not_there_is_told_beside_other_mistakes(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "d", notes=NOTES.replace("trade =", "trades ="))
    (path / "uses.csv").write_text("")
    said = refused(path)
    assert "File persons.csv was refused (columns): it has no column trades" in said
    assert "uses.csv was refused (empty)" in said


def test_an_optional_link_is_made_only_where_its_end_is_filled(tmp_path: Path) -> None:
    manifest = MANIFEST.replace(
        'file = "uses.csv"\nkind', 'file = "uses.csv"\noptional = true\nkind'
    )
    uses = "person,phone,known_at\nP1,T1,2024-01-05\nP2,,2024-01-05\n"
    delivery = read_delivery(folder(tmp_path / "d", manifest=manifest, uses=uses))
    assert len(delivery.tables[2].frame) == 1
    assert delivery.tables[2].rejected == ()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(title=TEXTS, column=TEXTS.filter(bool), sealed=st.lists(TEXTS, max_size=3))
def test_a_dataset_toml_that_we_write_reads_back_as_what_was_meant(
    title: str, column: str, sealed: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    mapping = TableMapping(
        name="rows",
        file="rows.csv",
        kind="uses",
        is_link=True,
        from_column=column,
        from_kind="person",
        to_column="phone",
        to_kind="phone",
        optional=True,
        provenance={"known_at": column},
    )
    said = {"name": "rows", "title": title, "licence": "x", "synthetic": True}
    root = tmp_path_factory.mktemp("d")
    (root / "dataset.toml").write_text(
        manifest_text({**said, "description": title}, [mapping], sealed), encoding="utf-8"
    )
    manifest: Manifest = read_manifest(root)[0]
    assert manifest.description == title
    assert manifest.sensitive == tuple(sealed)
    (read,) = manifest.mappings()
    assert (read.from_column, read.optional) == (column, True)
    assert {k: v for k, v in read.provenance.items() if v} == {"known_at": column}
