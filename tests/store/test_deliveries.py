"""Dataset folders and bare files: everything that is wrong is told at once."""

from pathlib import Path

import pytest
from builders_world import MANIFEST, folder

from workbench.analysis.assembly import assemble
from workbench.domain.errors import BadInput
from workbench.store.deliveries import read_delivery


def refused(path: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_delivery(path)
    return caught.value


def test_a_folder_is_read_by_its_manifest(tmp_path: Path) -> None:
    delivery = read_delivery(folder(tmp_path / "d"))
    assert [table.mapping.name for table in delivery.tables] == ["persons", "calls", "uses"]
    assert delivery.sensitive == ("sex", "district")
    calls = delivery.tables[1]
    assert calls.mapping.provenance == {
        "source_grade": "source_grade",
        "occurred_at": "occurred_at",
        "known_at": "known_at",
    }
    assert str(calls.occurred_at[1]) == "2024-02-02 10:30:00+00:00"


def test_the_digest_changes_with_any_file_and_not_with_the_folders_name(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one"), folder(tmp_path / "two")
    other = folder(tmp_path / "three", uses="person,phone\nP1,T1\n")
    assert read_delivery(one).sha256 == read_delivery(two).sha256
    assert read_delivery(one).sha256 != read_delivery(other).sha256


def test_every_unreadable_file_is_named_in_one_message(tmp_path: Path) -> None:
    error = refused(
        folder(tmp_path / "d", calls="caller,callee\nT1\n", uses="person,person\nx,y\n")
    )
    assert error.code == "ragged"
    assert "File calls.csv was refused (ragged:line 2)" in str(error)
    assert "File uses.csv was refused (dup_header:column 2)" in str(error)


def test_a_column_that_is_named_and_not_there_is_told(tmp_path: Path) -> None:
    error = refused(folder(tmp_path / "d", calls="caller,to\nT1,T2\n"))
    assert (error.code, error.place) == ("columns", "calls.csv")
    assert "no column callee" in str(error)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('licence = "CC0-1.0"', "", "licence: Field required"),
        ('kind = "person"', 'kind = "human"', "entities.0.kind"),
        ('kind = "called"', 'kind = "phoned"', "links.0.kind"),
        ('file = "persons.csv"', 'file = "../persons.csv"', "outside the folder"),
        ('file = "persons.csv"', 'file = "/etc/passwd"', "outside the folder"),
        ('file = "persons.csv"', 'file = "persons.pkl"', "is none of .csv"),
        ('title = "Harbour records"', 'titel = "x"', "titel: Extra inputs"),
        ('title = "Harbour records"', "title = ", "no TOML"),
        ("max_rejected_share = 0.5", "max_rejected_share = 5", "max_rejected_share"),
    ],
)
def test_a_manifest_that_is_wrong_says_where(
    before: str, after: str, says: str, tmp_path: Path
) -> None:
    error = refused(folder(tmp_path / "d", manifest=MANIFEST.replace(before, after)))
    assert error.code == "manifest"
    assert says in str(error)


def test_all_faults_of_a_manifest_are_told_at_once(tmp_path: Path) -> None:
    manifest = MANIFEST.replace('licence = "CC0-1.0"', "").replace("true", '"perhaps"')
    message = str(refused(folder(tmp_path / "d", manifest=manifest)))
    assert "licence" in message
    assert "synthetic" in message


def test_a_folder_without_manifest_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).code == "manifest"
    assert refused(tmp_path / "nothing.csv").code == "not_found"
    assert refused(tmp_path / "nothing").code == "not_found"


def test_a_link_that_leads_outside_is_not_followed(tmp_path: Path) -> None:
    made = folder(tmp_path / "d")
    (tmp_path / "outside.csv").write_text("person,phone\nP1,T1\n")
    (made / "uses.csv").unlink()
    (made / "uses.csv").symlink_to(tmp_path / "outside.csv")
    assert refused(made).code == "path"


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    made = folder(tmp_path / "d")
    (made / "model.pkl").write_bytes(b"\x80\x04")
    assert len(read_delivery(made).tables) == 3


def test_a_bare_file_needs_no_mapping_and_keeps_traits_apart(tmp_path: Path) -> None:
    path = tmp_path / "Call Export (1).csv"
    path.write_text("Caller,Called,Start time,cell,sex\n1,2,2024-01-01 10:00,X,female\n")
    delivery = read_delivery(path)
    assert delivery.name == "call-export-1"
    assert delivery.sensitive == ("sex",)
    assert delivery.meta["synthetic"] is False
    (calls,) = delivery.tables
    assert calls.mapping.kind == "called"


def test_a_time_column_of_a_bare_file_that_holds_no_dates_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("caller,called,timestamp\n1,2,1700000000\n")
    (calls,) = read_delivery(path).tables
    assert calls.rejected == ()
    assert calls.frame["timestamp"].tolist() == ["1700000000"]


def test_an_entity_that_only_links_name_rests_on_the_link_that_was_known_first(
    tmp_path: Path,
) -> None:
    delivered = tmp_path / "late_first"
    delivered.mkdir()
    (delivered / "dataset.toml").write_text(
        'name = "late-first"\ntitle = "t"\nlicence = "CC0-1.0"\nsynthetic = true\n'
        '[defaults]\nhandling = "H0"\n[[links]]\nfile = "involved.csv"\nkind = "involved_in"\n'
        'from = "person"\nfrom_kind = "person"\nto = "offence"\nto_kind = "offence"\n'
    )
    (delivered / "involved.csv").write_text(
        "person,offence,occurred_at\nP1,O1,2024-02-28\nP2,O1,2024-02-03\n"
    )
    tables = assemble(read_delivery(delivered).tables, None, ())
    offence = tables.entities[tables.entities["id"] == "O1"].iloc[0]
    record = tables.records.loc[offence["record"]]
    assert str(offence["known_at"].date()) == "2024-02-03"
    assert record["known_at"] == offence["known_at"]  # the record that named it first, not row 1
