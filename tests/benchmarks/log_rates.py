"""Appends to the decision log beside the disk's own rate, and verification beside hashing."""

import hashlib
import os
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measuring import Row, times_as_fast
from builders_log import LogHome, log_home

from workbench.domain.log import EntryKind
from workbench.domain.tree import Frontier
from workbench.store.log_check import verify

N_SYNCS = {"small": 5, "full": 50}
N_ENTRIES = {"small": 500, "full": 20_000}
GROUP = 100
_SAID = {"account": "P-1", "what": "act", "why": "not_cleared"}


def rows(size: str) -> list[Row]:
    """Durable appends one by one and in groups; one pass of verification."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "home"
        root.mkdir()
        home = log_home(root)
        found = [*_appends(home, size), *_verification(home, size)]
        home.database.close()
        return found


def _appends(home: LogHome, size: str) -> list[Row]:
    n, before = N_SYNCS[size], _size(home)
    disk = os.open(home.root / "disk", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    syncs = partial(_sync, disk, n)
    single = times_as_fast(partial(home.plain, n), syncs, rounds=5)
    grouped = times_as_fast(partial(_append_group, home), partial(_sync, disk, GROUP), rounds=5)
    os.close(disk)
    agrees = _size(home) - before == 6 * (n + GROUP) and not verify(home.log, home.vault).n_faults
    peer = "fdatasync of 4 KiB"
    return [
        Row(work="log: durable appends", peer=peer, measured=single, reach=0.35, agrees=agrees),
        Row(
            work=f"log: appends, {GROUP} in one transaction",
            peer=peer,
            measured=grouped,
            reach=3,
            agrees=agrees,
            note="one caller's; several callers do not share a commit",
        ),
    ]


def _sync(disk: int, n: int) -> None:
    for _ in range(n):
        os.write(disk, bytes(4096))
        os.fdatasync(disk)


def _append_group(home: LogHome) -> None:
    with home.database.write() as connection:
        for _ in range(GROUP):
            home.log.append(connection, EntryKind.REFUSED_ATTEMPT, _SAID)


def _size(home: LogHome) -> int:
    with home.database.read() as connection:
        return home.log.head(connection).size


def _verification(home: LogHome, size: str) -> list[Row]:
    while _size(home) < N_ENTRIES[size]:
        _append_group(home)
    home.whole_review("F-VERIFIED01")
    home.log.checkpoint()
    with home.database.read() as connection:
        bodies = [row.body for row in home.log.entries(connection)]
    report = verify(home.log, home.vault)
    agrees = not report.n_faults and report.root_hash == _hashed(bodies)
    work, peer = partial(verify, home.log, home.vault), partial(_hashed, bodies)
    return [
        Row(
            work=f"log: verification of {len(bodies):,} entries",
            peer="hashing them alone",
            measured=times_as_fast(work, peer, rounds=3),
            reach=0.4,
            agrees=agrees,
            note="reads the rows, parses every entry, compares it with its row, replays the gate",
        )
    ]


def _hashed(bodies: list[bytes]) -> str:
    """The tree's root, from leaves and inner nodes, nothing else looked at."""
    tree = Frontier()
    for body in bodies:
        tree = tree.append(hashlib.sha256(b"\x00" + body).digest())
    return tree.root.hex()
