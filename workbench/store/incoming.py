"""Files that a person brought and that are no dataset yet, each delivery in a folder of its own.

``incoming/<id>/`` under WORKBENCH_HOME: ids are ours, and a name that somebody gave a file
becomes a path only with all but a-z, 0-9, - and _ taken out. What is not ingested is removed, at
the latest after `KEPT_HOURS`.
"""

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from workbench.domain.errors import NotFound

KEPT_HOURS = 8
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A delivery that waits. `owner` is a pseudonym; `name` (a-z, 0-9, - and _) what it may be
    called as a dataset, and what its one file is called here.

    `left_out` counts files that dataset.toml does not name. `path` is what is read: the folder of
    a dataset.toml, else the one file.
    """

    id: str
    owner: str
    name: str
    is_folder: bool
    suffix: str
    left_out: int
    path: Path


def keep(
    home: Path,
    files: Mapping[str, bytes],
    *,
    owner: str,
    name: str,
    suffix: str,
    left_out: int,
    now: datetime,
) -> Incoming:
    """Write `files` by their names, which are ours or those that a checked dataset.toml gives."""
    _sweep(home / "incoming", now)
    made = secrets.token_hex(16)
    folder = home / "incoming" / made
    (folder / "delivery").mkdir(parents=True, mode=0o700)
    for file, data in files.items():
        place = folder / "delivery" / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    said = {
        "owner": owner,
        "name": name,
        "is_folder": not suffix,
        "suffix": suffix,
        "left_out": left_out,
    }
    (folder / "said.json").write_text(json.dumps({**said, "at": now.isoformat()}))
    return find(home, made, owner=owner)


def find(home: Path, incoming_id: str, *, owner: str) -> Incoming:
    """The delivery of that id, for whoever brought it.

    Raises
    ------
    NotFound
        When there is none, it was removed, or somebody else brought it.
    """
    folder = home / "incoming" / incoming_id
    if _ID.fullmatch(incoming_id) and (folder / "said.json").is_file():
        said = dict(json.loads((folder / "said.json").read_text()))
        said.pop("at")
        if said["owner"] == owner:
            path = folder / "delivery"
            path = path if said["is_folder"] else path / f"{said['name']}{said['suffix']}"
            return Incoming(id=incoming_id, path=path, **said)
    raise NotFound("What was uploaded is not there any more; upload it again.")


def remove(home: Path, found: Incoming) -> None:
    """Remove the delivery's files."""
    shutil.rmtree(home / "incoming" / found.id, ignore_errors=True)


def described(home: Path, found: Incoming, text: str) -> Path:
    """Put a dataset.toml beside a single file; the folder that is now a dataset's."""
    folder = home / "incoming" / found.id / "delivery"
    (folder / "dataset.toml").write_text(text, encoding="utf-8")
    return folder


def _sweep(root: Path, now: datetime) -> None:
    for said in root.glob("*/said.json"):
        at = datetime.fromisoformat(json.loads(said.read_text())["at"])
        if now - at > timedelta(hours=KEPT_HOURS):
            shutil.rmtree(said.parent, ignore_errors=True)
