"""Appending, signing and proving on a real database."""

import base64
import hashlib
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from builders_log import Clock, LogHome, log_home
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select

from workbench.domain.errors import (
    BadInput,
    CheckFailed,
    Conflict,
    NotCleared,
    NotFound,
    Unavailable,
)
from workbench.domain.log import EntryKind, parse
from workbench.domain.tree import EMPTY_ROOT, Frontier, leaf_hash, root_from_inclusion
from workbench.store import tables
from workbench.store.database import Database
from workbench.store.decision_log import DecisionLog
from workbench.store.signer import Signer

SAID = {"account": "P-1", "what": "act", "why": "not_cleared"}


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    return log_home(tmp_path)


def size_of(home: LogHome) -> int:
    with home.database.read() as connection:
        return home.log.head(connection).size


def test_entries_are_numbered_from_0_without_gaps(home: LogHome) -> None:
    home.plain(5)
    with home.database.read() as connection:
        rows = list(home.log.entries(connection))
    assert [row.seq for row in rows] == list(range(len(rows)))
    assert all(row.leaf_hash == leaf_hash(row.body) for row in rows)


def test_an_entry_carries_version_kind_and_the_servers_time(home: LogHome) -> None:
    home.plain()
    with home.database.read() as connection:
        (row,) = home.log.entries(connection, size_of(home) - 1)
    assert row.fields["v"] == 1
    assert row.fields["kind"] == "refused_attempt"
    assert str(row.fields["at"]).startswith("2026-03-03T09:30:")


def test_a_transaction_that_fails_leaves_neither_entry_nor_head(home: LogHome) -> None:
    before = size_of(home)
    with pytest.raises(ZeroDivisionError), home.database.write() as connection:
        home.log.append(connection, EntryKind.REFUSED_ATTEMPT, SAID)
        raise ZeroDivisionError
    assert size_of(home) == before
    home.plain()
    assert size_of(home) == before + 1


def test_an_entry_of_another_form_is_refused_and_nothing_written(home: LogHome) -> None:
    before = size_of(home)
    with pytest.raises(BadInput), home.database.write() as connection:
        home.log.append(connection, EntryKind.REFUSED_ATTEMPT, {"what": "act"})
    assert size_of(home) == before


def test_entries_are_read_across_portions_and_between_two_indexes(home: LogHome) -> None:
    home.plain(3)
    with home.database.read() as connection:
        assert [row.seq for row in home.log.entries(connection, 1, 3)] == [1, 2]


def test_writers_that_compete_lose_and_double_nothing(home: LogHome) -> None:
    before, failures = size_of(home), []

    def write() -> None:
        try:
            home.plain(10)
        except Unavailable as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert size_of(home) == before + 40
    assert home.log.checkpoint().size == before + 40


def test_a_clock_that_jumps_back_is_logged_and_blocks_nothing(home: LogHome) -> None:
    home.plain()
    was = home.now.at
    home.now.at -= timedelta(hours=1)
    home.plain()
    with home.database.read() as connection:
        *_, jump, entry = (parse(row.body) for row in home.log.entries(connection))
    assert jump["kind"] == "clock_anomaly"
    assert jump["before"] == was.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert entry["kind"] == "refused_attempt"


def test_an_entry_far_ahead_or_a_second_of_its_index_is_refused(home: LogHome) -> None:
    home.plain()
    insert = "INSERT INTO log_entry VALUES (?, x'7b7d', zeroblob(32))"
    for seq in (10**9, size_of(home) + 1, size_of(home) - 1, -1):
        with pytest.raises((NotCleared, Conflict)), home.database.write() as connection:
            connection.exec_driver_sql(insert, (seq,))


# Checkpoints ------------------------------------------------------------------------------------


def test_a_checkpoint_is_a_signed_note_over_origin_size_and_root(home: LogHome) -> None:
    home.plain(3)
    signed = home.log.checkpoint()
    text, _, block = signed.note.partition("\n\n")
    origin, size, root = text.split("\n")
    assert (origin, int(size)) == (home.log.origin, size_of(home))
    assert home.log.signer.verifier.open(signed.note) == (
        signed.size,
        bytes.fromhex(signed.root_hash),
    )
    assert len(block.splitlines()) == 1
    assert block.startswith(f"\u2014 {origin} ")
    assert root


def test_the_public_key_file_is_one_line_and_opens_the_note_with_plain_ed25519(
    home: LogHome,
) -> None:
    signed = home.log.checkpoint()
    (line,) = (home.keys / "log.pub").read_text().splitlines()
    name, key_id, data = line.split("+", 2)
    raw = base64.b64decode(data)
    assert key_id == hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex()
    text, _, block = signed.note.rpartition("\n\n")
    signature = base64.b64decode(block.strip().rpartition(" ")[2])
    public = Ed25519PublicKey.from_public_bytes(raw[1:])
    public.verify(signature[4:], f"{text}\n".encode())
    with pytest.raises(InvalidSignature):
        public.verify(signature[4:], f"{text}\n\n".encode())


def test_nothing_new_gives_the_same_checkpoint(home: LogHome) -> None:
    assert home.log.checkpoint() == home.log.checkpoint()


def test_an_empty_log_can_be_signed(tmp_path: Path) -> None:
    database = Database(tmp_path / "workbench.db")
    database.migrate()
    log = DecisionLog(database, tmp_path / "keys", now=Clock(), origin="example.org/log")
    signed = log.checkpoint()
    assert (signed.size, signed.root_hash) == (0, EMPTY_ROOT.hex())
    assert signed.note.startswith("example.org/log\n0\n")


def test_at_most_one_checkpoint_is_signed_a_second(tmp_path: Path) -> None:
    home = log_home(tmp_path, interval_s=0.4)
    first = home.log.checkpoint()
    home.plain()
    assert home.log.checkpoint(wait=False) == first
    started = time.monotonic()
    second = home.log.checkpoint()
    assert second.size == first.size + 1
    assert time.monotonic() - started > 0.2


def test_the_signer_refuses_a_log_whose_past_was_changed_since(home: LogHome) -> None:
    home.plain(3)
    home.log.checkpoint()
    home.plain()
    seq = size_of(home) - 1
    body = b'{"v":1}'
    home.tamper("UPDATE log_entry SET body = ? WHERE seq = ?", body, seq)
    with pytest.raises(CheckFailed, match=f"entry {seq} is missing or was changed"):
        home.log.checkpoint()


def test_the_signer_refuses_an_entry_changed_together_with_its_hash(home: LogHome) -> None:
    home.plain(4)
    seq, body = size_of(home) - 2, b'{"v":1}'
    update = "UPDATE log_entry SET body = ?, leaf_hash = ? WHERE seq = ?"
    home.tamper(update, body, leaf_hash(body), seq)
    with pytest.raises(CheckFailed, match="head does not match"):
        home.log.checkpoint()


def test_the_signer_refuses_a_log_that_was_cut_short(home: LogHome) -> None:
    home.plain(4)
    home.log.checkpoint()
    home.tamper("DELETE FROM log_entry WHERE seq = ?", size_of(home) - 1)
    with pytest.raises(CheckFailed, match="No checkpoint was signed"):
        home.reopened().checkpoint()


def test_two_heads_of_one_size_are_never_signed(home: LogHome) -> None:
    """I7: an older copy of the database grows another way; the signer remembers and refuses."""
    home.plain()
    home.database.close()
    older = (home.root / "workbench.db").read_bytes()
    home.plain(2)
    signed = home.log.checkpoint()
    home.database.close()
    for name in ("workbench.db-wal", "workbench.db-shm"):
        (home.root / name).unlink(missing_ok=True)
    (home.root / "workbench.db").write_bytes(older)
    home.plain(2)
    assert size_of(home) == signed.size
    with pytest.raises(CheckFailed, match="head does not match"):
        home.reopened().checkpoint()


def test_a_signer_with_an_older_memory_still_refuses_what_contradicts_a_kept_checkpoint(
    home: LogHome,
) -> None:
    home.log.checkpoint()
    memory = (home.keys / "log.state.json").read_bytes()
    home.plain(3)
    signed = home.log.checkpoint()
    (home.keys / "log.state.json").write_bytes(memory)
    home.tamper("UPDATE checkpoint SET root_hash = ? WHERE size = ?", "0" * 64, signed.size)
    home.plain()
    with pytest.raises(CheckFailed, match=f"the checkpoint of {signed.size} entries"):
        home.log.checkpoint()


def test_without_its_memory_the_signer_signs_nothing(home: LogHome) -> None:
    home.log.checkpoint()
    (home.keys / "log.state.json").unlink()
    with pytest.raises(Unavailable, match=r"log\.state\.json is missing or damaged"):
        home.log.checkpoint()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"size": 1, "frontier": []}', "no JSON"])
def test_a_damaged_memory_is_refused(home: LogHome, text: str) -> None:
    (home.keys / "log.state.json").write_text(text)
    with pytest.raises(Unavailable, match="damaged"):
        home.log.checkpoint()


def test_a_kept_checkpoint_that_was_changed_is_not_handed_out(home: LogHome) -> None:
    signed = home.log.checkpoint()
    note = signed.note.replace(signed.note.split("\n")[2], "A" * 43 + "=")
    home.tamper("UPDATE checkpoint SET note = ?", note)
    with pytest.raises(CheckFailed):
        home.log.checkpoint()


# Keys -------------------------------------------------------------------------------------------


def test_the_signing_key_is_for_its_owner_alone(home: LogHome) -> None:
    assert (home.keys / "log.key").stat().st_mode & 0o777 == 0o600
    assert (home.keys / "log.state.json").stat().st_mode & 0o777 == 0o600
    assert home.keys.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_signing_key_that_others_can_read_is_refused_with_its_mode(
    home: LogHome, mode: int
) -> None:
    (home.keys / "log.key").chmod(mode)
    with pytest.raises(Unavailable, match=f"has mode {mode:04o}"):
        home.reopened()
    home.plain()
    with pytest.raises(Unavailable, match="chmod 600"):
        home.log.checkpoint()


def test_a_swapped_key_signs_nothing(home: LogHome, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = LogHome(tmp_path / "other")
    (home.keys / "log.key").write_bytes((other.keys / "log.key").read_bytes())
    with pytest.raises(CheckFailed, match="not signed by the key"):
        home.log.checkpoint()


def test_a_missing_key_is_not_replaced_in_silence(home: LogHome) -> None:
    home.log.checkpoint()
    for name in ("log.key", "log.pub", "log.state.json"):
        (home.keys / name).unlink()
    with pytest.raises(CheckFailed, match="restore keys/ from a backup"):
        home.reopened()


@pytest.mark.parametrize("line", ["", "a+b+c", "name+00000000+AQID", "x+12345678+" + "A" * 44])
def test_a_public_key_that_is_none_is_refused(home: LogHome, line: str) -> None:
    (home.keys / "log.pub").write_text(line)
    with pytest.raises(BadInput, match="no Ed25519 verifier key"):
        home.log.checkpoint()


def test_many_new_keys_are_read_back_whatever_their_base64(tmp_path: Path) -> None:
    for n in range(20):
        signer = Signer(tmp_path / str(n))
        signer.make("")
        assert signer.verifier.open(signer.sign(Frontier())) == (0, EMPTY_ROOT)


# Receipts ---------------------------------------------------------------------------------------


def test_a_receipt_proves_the_entry_under_the_signed_root(home: LogHome) -> None:
    home.plain(9)
    for seq in (0, 4, size_of(home) - 1):
        receipt = home.log.receipt(seq)
        size, root = home.log.signer.verifier.open(receipt.note)
        leaf = bytes.fromhex(receipt.leaf_hash)
        path = [bytes.fromhex(node) for node in receipt.path]
        assert receipt.size == size
        assert root_from_inclusion(leaf, receipt.index, size, path) == root


def test_a_receipt_within_the_second_is_still_without_proof(tmp_path: Path) -> None:
    home = log_home(tmp_path, interval_s=30)
    home.log.checkpoint()
    home.plain()
    receipt = home.log.receipt(size_of(home) - 1)
    assert (receipt.note, receipt.path, receipt.size) == ("", (), 0)
    assert receipt.index == size_of(home) - 1


@pytest.mark.parametrize("seq", [-1, 10**6])
def test_there_is_no_receipt_for_what_is_not_there(home: LogHome, seq: int) -> None:
    with pytest.raises(NotFound, match="has no entry"):
        home.log.receipt(seq)


def test_a_receipt_is_refused_where_the_stored_hashes_lead_elsewhere(home: LogHome) -> None:
    home.plain(3)
    home.log.checkpoint()
    home.tamper("UPDATE log_entry SET leaf_hash = zeroblob(32) WHERE seq = 1")
    with pytest.raises(CheckFailed, match="does not stand under the checkpoint"):
        home.reopened().receipt(0)


def test_checkpoints_are_kept_in_their_table(home: LogHome) -> None:
    home.log.checkpoint()
    home.plain()
    home.log.checkpoint()
    with home.database.read() as connection:
        query = select(func.count()).select_from(tables.checkpoint)
        assert connection.execute(query).scalar_one() == 2
