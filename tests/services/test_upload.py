"""Uploaded files: looked at before anything is ingested, named by us, removed afterwards."""

from datetime import timedelta
from pathlib import Path

import pytest
from builders import Home, home
from builders_world import FILES, MANIFEST, silent

from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.services import ingest, upload
from workbench.services.upload import Look

CALLS = b"caller,callee,timestamp,tower\nT1,T2,2024-02-01,north\nT2,T3,2024-02-02,south\n"
GEXF = b"""<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" version="1.3"><graph defaultedgetype="directed">
<nodes><node id="a" label="Ada"/><node id="b" label="Ben"/></nodes>
<edges><edge id="0" source="a" target="b"/></edges></graph></gexf>"""


@pytest.fixture
def built(tmp_path: Path) -> Home:
    return home(tmp_path / "home")


def looked(built: Home, *files: tuple[str, bytes], account: str = "analyst-1") -> Look:
    held = upload.take_in(built.desk, files, account=account)
    return upload.look(built.desk, held.id, account=account, progress=silent)


def folder() -> list[tuple[str, bytes]]:
    files = [(Path(name).name, content.encode()) for name, content in FILES.items()]
    return [("dataset.toml", MANIFEST.encode()), *files]


def kept(built: Home) -> list[str]:
    root = built.desk.home / "incoming"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_look_counts_maps_and_shows_rows_and_writes_no_dataset(built: Home) -> None:
    before = built.desk.datasets.names()
    seen = looked(built, ("My Calls.CSV", CALLS))
    assert seen.report.accepted == 2
    assert seen.report.counts == {"phone": 3}
    (table,) = seen.tables
    assert table.in_words == "one link a row: phone called phone"
    assert table.read_as == {"caller": "from", "callee": "to", "timestamp": "occurred at"}
    assert table.head["tower"].tolist() == ["north", "south"]
    assert seen.proposed == {"caller": "caller", "callee": "callee", "timestamp": "occurred_at"}
    assert built.desk.datasets.names() == before


def test_sensitive_cells_are_not_in_the_first_rows_that_are_shown(built: Home) -> None:
    seen = looked(built, ("persons.csv", b"id,name,sex\nP1,Ada,female\n"))
    (table,) = seen.tables
    assert table.in_words == "one person a row"
    assert table.head["sex"].tolist() == ["sealed"]
    assert seen.proposed["sex"] == "sealed"


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/x.csv", "..\\..\\x.csv", "/x.csv", "\u202egnp.x.csv", "CON.csv"]
)
def test_a_name_never_leads_out_of_the_folder_that_is_ours(built: Home, name: str) -> None:
    held = upload.take_in(built.desk, [(name, CALLS)], account="analyst-1")
    (delivered, said) = kept(built)
    assert said == f"{held.id}/said.json"
    assert delivered.startswith(f"{held.id}/delivery/")
    assert delivered.count("/") == 2
    assert delivered.isascii()


def test_a_dataset_folder_is_put_together_by_its_manifest(built: Home) -> None:
    held = upload.take_in(built.desk, [*folder(), ("diary.csv", b"x\n1\n")], account="analyst-1")
    assert held.is_folder
    assert held.left_out == 1
    seen = upload.look(built.desk, held.id, account="analyst-1", progress=silent)
    assert seen.report.counts == {"person": 2, "phone": 2}
    assert seen.columns == ()
    assert f"{held.id}/delivery/truth/ties.csv" in kept(built)
    assert not any("diary" in file for file in kept(built))


def test_a_file_that_the_manifest_names_and_nobody_brought_is_told(built: Home) -> None:
    files = [file for file in folder() if file[0] != "calls.csv"]
    with pytest.raises(BadInput, match=r"calls\.csv was refused \(not_found\)"):
        looked(built, *files)


def test_a_manifest_that_leads_outside_is_refused_before_a_file_is_written(built: Home) -> None:
    wrong = MANIFEST.replace('"calls.csv"', '"../calls.csv"').encode()
    with pytest.raises(BadInput, match="outside the folder"):
        upload.take_in(built.desk, [("dataset.toml", wrong), *folder()[1:]], account="analyst-1")
    assert not (built.desk.home / "incoming").exists()


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "empty"),
        ([("a.pkl", b"x")], "format"),
        ([("a", b"x")], "format"),
        ([("a.csv", CALLS), ("b.csv", CALLS)], "manifest"),
        ([("a.csv", b"x" * (upload.MAX_MB * 1_000_000 + 1))], "too_large"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_with_its_code(
    built: Home, files: list[tuple[str, bytes]], code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        upload.take_in(built.desk, files, account="analyst-1")
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["auditor", "administrator"])
def test_who_may_not_ingest_may_not_upload(built: Home, name: str) -> None:
    with pytest.raises(NotAllowed, match="may not ingest records"):
        upload.take_in(built.desk, [("a.csv", CALLS)], account=name)


def test_what_one_person_uploaded_another_neither_sees_nor_removes(built: Home) -> None:
    held = upload.take_in(built.desk, [("a.csv", CALLS)], account="analyst-1")
    with pytest.raises(NotFound):
        upload.look(built.desk, held.id, account="analyst-2", progress=silent)
    with pytest.raises(NotFound):
        upload.discard(built.desk, held.id, account="analyst-2")
    upload.discard(built.desk, held.id, account="analyst-1")
    assert kept(built) == []


def test_what_was_left_lying_is_removed_after_eight_hours(built: Home) -> None:
    old = upload.take_in(built.desk, [("a.csv", CALLS)], account="analyst-1")
    built.clock.at += timedelta(hours=9)
    new = upload.take_in(built.desk, [("a.csv", CALLS)], account="analyst-2")
    assert {file.split("/")[0] for file in kept(built)} == {new.id} != {old.id}


def test_columns_are_read_as_a_person_chose_and_the_datasheet_says_what_they_said(
    built: Home,
) -> None:
    data = b'"who ""x""",where,known_at\nAda,Arv,soon\nBen,Bel,later\n'
    held = upload.take_in(built.desk, [("rows.csv", data)], account="analyst-1")
    seen = upload.look(
        built.desk,
        held.id,
        account="analyst-1",
        said={"title": 'Who \\ is "where"\n\x7f', "synthetic": True, "purpose": "To try it"},
        chosen={'who "x"': "person"},
        sensitive=("where",),
        progress=silent,
    )
    assert seen.report.counts == {"person": 2}  # known_at stays text, as nobody chose it
    report = ingest.ingest(built.desk, seen.path, account="analyst-1", name="chosen")
    meta = built.desk.datasets.meta(report.dataset)
    assert meta["title"] == 'Who \\ is "where"\n\x7f'
    assert meta["sensitive"] == ["where"]
    assert meta["datasheet"]["purpose"] == "To try it"


def test_two_columns_cannot_mean_the_same(built: Home) -> None:
    held = upload.take_in(built.desk, [("a.csv", CALLS)], account="analyst-1")
    with pytest.raises(BadInput, match="Two columns are chosen to mean the same"):
        upload.look(
            built.desk,
            held.id,
            account="analyst-1",
            chosen={"caller": "phone", "callee": "phone"},
            progress=silent,
        )


def test_a_graph_file_is_looked_at_as_its_tables(built: Home) -> None:
    seen = looked(built, ("net.gexf", GEXF))
    assert sum(seen.report.counts.values()) == 2
    assert seen.columns == ()
    assert seen.refusal == ""


def test_what_would_be_refused_says_so_before(built: Home) -> None:
    seen = looked(built, ("a.csv", b"caller,callee\nT1,\n,T2\n"))
    assert "None of 2 rows can be used" in seen.refusal
