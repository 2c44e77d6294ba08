"""The forms in which the log and a finding leave, line by line."""

import json
from pathlib import Path

import pytest
from builders_log import REASON, RELEASE, LogHome, log_home

from workbench.domain.errors import BadInput, NotFound
from workbench.store import findings
from workbench.store.erasure import erase_finding
from workbench.store.packs import build_pack, draft, export_lines


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    return log_home(tmp_path)


def exported(home: LogHome, size: int) -> list[dict[str, object]]:
    with home.database.read() as connection:
        return [json.loads(line) for line in export_lines(connection, home.log, size)]


def packed(home: LogHome, finding: str = "F-1") -> dict[str, object]:
    signed = home.log.checkpoint()
    with home.database.read() as connection:
        row = findings.by_id(connection, finding)
        document = json.loads(build_pack(connection, home.log, home.vault, row, signed))
    assert isinstance(document, dict)
    return document


def kinds(pack: dict[str, object]) -> list[str]:
    entries = pack["entries"]
    assert isinstance(entries, list)
    return [json.loads(entry["body"])["kind"] for entry in entries]


def test_an_export_has_a_header_the_entries_with_their_checkpoints_and_an_end(
    home: LogHome,
) -> None:
    home.log.checkpoint()
    home.plain(2)
    signed = home.log.checkpoint()
    header, *items, end = exported(home, signed.size)
    assert header == {"format": "workbench-log", "origin": home.log.origin, "size": 12, "v": 1}
    assert [sorted(item) for item in items] == [
        *[["body", "index", "leaf"]] * 10,
        ["checkpoint"],
        *[["body", "index", "leaf"]] * 2,
        ["checkpoint"],
    ]
    assert end == {"end": 12}


def test_an_export_holds_the_stored_bytes_as_they_are(home: LogHome) -> None:
    signed = home.log.checkpoint()
    with home.database.read() as connection:
        rows = list(home.log.entries(connection))
    given = [item for item in exported(home, signed.size) if "body" in item]
    assert [str(item["body"]).encode() for item in given] == [row.body for row in rows]
    assert [item["leaf"] for item in given] == [row.leaf_hash.hex() for row in rows]


def test_bytes_that_are_no_text_are_exported_too(home: LogHome) -> None:
    signed = home.log.checkpoint()
    home.tamper("UPDATE log_entry SET body = x'fffe' WHERE seq = 1")
    assert exported(home, signed.size)[2]["body_base64"] == "//4="


def test_a_pack_holds_what_the_gate_needs_for_its_finding_and_nothing_of_another(
    home: LogHome,
) -> None:
    home.whole_review("F-1")
    home.whole_review("F-10")
    pack = packed(home)
    assert kinds(pack) == [
        *["role_change"] * 2,
        "release_promoted",
        "finding_sealed",
        *["finding_opened", "judgement", "finding_opened", "decision"] * 2,
        "action",
    ]
    assert "F-10" not in json.dumps(pack)
    assert RELEASE in json.dumps(pack)


def test_a_pack_opens_the_commitments_to_the_reasons_in_words(home: LogHome) -> None:
    home.whole_review("F-1")
    reasons = packed(home)["reasons"]
    assert isinstance(reasons, list)
    assert [reason["text"] for reason in reasons] == [REASON] * 4
    assert {reason["salt"] for reason in reasons} == {home.vault.salt("F-1")}


def handled(home: LogHome, *codes: list[str]) -> None:
    """F-1 sealed on records of these handling codes, decided by two."""
    home.seal("F-1", records=[{"id": f"R-{at}", "handling": code} for at, code in enumerate(codes)])
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([["H2"], ["H0"], ["H1"]], {"handling": ["H2"], "n_held": 1, "n_records": 3}),
        ([["H1", "H3"], ["H2"]], {"handling": ["H2", "H3"], "n_held": 2, "n_records": 2}),
    ],
)
def test_content_that_rests_on_records_not_to_be_passed_on_stays_here(
    home: LogHome, codes: list[list[str]], said: dict[str, object]
) -> None:
    handled(home, *codes)
    pack = packed(home)
    assert (pack["claim"], pack["assessment"], pack["reasons"]) == (None, None, [])
    assert pack["withheld"] == said
    assert REASON not in json.dumps(pack)
    assert "R-0" not in json.dumps(pack)


def test_records_not_for_court_leave_whole(home: LogHome) -> None:
    handled(home, ["H0"], ["H1"])
    pack = packed(home)
    assert "withheld" not in pack
    assert "R-1" in str(pack["claim"])


def test_refused_attempts_and_consultations_stay_at_home(home: LogHome) -> None:
    home.whole_review("F-1")
    home.plain(3)
    assert "refused_attempt" not in kinds(packed(home))


def test_what_was_erased_cannot_be_packed(home: LogHome) -> None:
    home.whole_review("F-1")
    erase_finding(home.log, home.vault, "F-1", account=home.people["operator"])
    with pytest.raises(NotFound):
        packed(home)


def test_a_file_is_written_beside_its_place_and_appears_at_the_end(tmp_path: Path) -> None:
    with draft(tmp_path / "out", [b"a", b"bc"]) as digest:
        assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert [path.name for path in tmp_path.iterdir()] == ["out.part"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_bytes() == b"abc"


def test_nothing_of_a_file_stays_when_what_was_to_follow_failed(tmp_path: Path) -> None:
    with pytest.raises(NotFound), draft(tmp_path / "out", [b"a"]):
        raise NotFound("The log could not say so.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["none/out", "folder", "."])
def test_a_place_that_cannot_be_written_is_refused_before_anything(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput, match="cannot be written"), draft(tmp_path / name, [b"a"]):
        raise AssertionError("entered")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
