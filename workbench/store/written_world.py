"""A world's folder read for the validation: the columns that it looks at, and no others."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workbench.analysis.validation.world import WrittenWorld
from workbench.domain.errors import BadInput
from workbench.store.manifest import read_manifest

_PROVENANCE = ("member_state", "source", "source_grade", "information_grade", "handling")
_WHEN = ("occurred_at", "known_at")
_READ: dict[str, tuple[str, ...]] = {
    "persons": (
        *("id", "name", "also_known_as", "birth_date", "sex", "age_band", "nationality"),
        *("community", "script", "district", *_PROVENANCE),
    ),
    "accounts": ("id", "bank", "account_type", *_PROVENANCE),
    "places": ("id", "segment", "x_km", "y_km"),
    "offences": (
        *("id", "offence_type", "area", "shield_level", "mo_entry", "mo_target", "mo_tool"),
        *("mo_window", *_PROVENANCE, *_WHEN),
    ),
    "uses": ("holder", "phone"),
    "lives_at": ("person", "place"),
    "holds": ("holder", "account"),
    "involved_in": ("person", "offence", "role"),
    "happened_at": ("offence", "place"),
    "associated_with": ("person_a", "person_b"),
    "calls": ("caller", "occurred_at"),
    "transfers": ("id", "payer", "payee", "amount", "currency", "rail", *_PROVENANCE, *_WHEN),
    "truth/ties": ("entity_a", "entity_b", "network"),
    "truth/same_person": ("entity_a", "entity_b"),
    "truth/tainted": ("record", "network", "pattern", "instance", "share"),
    "truth/roles": ("entity", "network"),
    "truth/series": ("offence", "series"),
    "truth/patterns": ("instance", "network", "pattern", "n_transfers"),
    "truth/pattern_transfers": ("instance", "record"),
    "truth/offence_places": ("offence", "place"),
    "truth/bias": (
        "parameter",
        "attribute",
        "group",
        "value",
        "value_elsewhere",
        "n",
        "n_elsewhere",
    ),
}
BIAS_TABLES = frozenset(
    (
        *("persons", "lives_at", "involved_in", "associated_with", "offences"),
        *("truth/ties", "truth/same_person", "truth/bias"),
    )
)
_NUMBERS = frozenset(
    (
        "amount",
        "x_km",
        "y_km",
        "share",
        "n_transfers",
        "value",
        "value_elsewhere",
        "n",
        "n_elsewhere",
    )
)


def read_world(
    folder: Path, *, again: Path | None = None, only: frozenset[str] | None = None
) -> WrittenWorld:
    """The tables of a world that a validation looks at; `again` is the same world made twice.

    `only` names the tables to read, where a few will do.

    Memory: about 0.5 GB at a million transfers and as many calls.

    Raises
    ------
    BadInput
        When the folder is no dataset folder, holds no truth, or a file of it cannot be read.
    """
    manifest, _ = read_manifest(folder)
    if not (folder / "truth").is_dir():
        raise BadInput("The folder holds no truth/; only a synthetic world can be validated.")
    tables = {
        name: _table(folder / f"{name}.csv", columns)
        for name, columns in _READ.items()
        if (folder / f"{name}.csv").is_file() and (only is None or name in only)
    }
    if again is None:
        return WrittenWorld(name=manifest.name, tables=tables)
    same, differing = _compared(folder, again)
    return WrittenWorld(name=manifest.name, tables=tables, n_same=same, differing=differing)


def _table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Texts as texts, numbers as float64, instants as float64 seconds since 1970."""
    from pyarrow import ArrowInvalid, csv
    from pyarrow import string as text

    with path.open(encoding="utf-8") as opened:
        header = opened.readline().strip().split(",")
    wanted = [name for name in columns if name in header]
    options = csv.ConvertOptions(
        include_columns=wanted,
        column_types={name: text() for name in wanted},
        strings_can_be_null=False,
    )
    try:
        read = csv.read_csv(
            path, convert_options=options, parse_options=csv.ParseOptions(newlines_in_values=True)
        )
    except ArrowInvalid as error:
        raise BadInput(f"{path.name} is no well-formed CSV; make the world anew.") from error
    made = {}
    for name in wanted:
        if name in _NUMBERS:
            made[name] = _floats(read.column(name))
        elif name in _WHEN:
            made[name] = _seconds(read.column(name))
        else:
            made[name] = read.column(name).to_pandas().astype("str")
    return pd.DataFrame(made)


def _floats(column: object) -> "pd.Series[float]":
    import pyarrow.compute as pc
    from pyarrow import float64

    cast = pc.cast(_no_blanks(column), float64())
    return pd.Series(cast.to_pandas(), dtype="float64")


def _seconds(column: object) -> "pd.Series[float]":
    import pyarrow.compute as pc
    from pyarrow import int64, timestamp

    instants = pc.cast(_no_blanks(column), timestamp("s", tz="UTC"))
    return pd.Series(pc.cast(instants, int64()).to_pandas(), dtype="float64")


def _no_blanks(column: object) -> object:
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(column, ""), None, column)


def _compared(folder: Path, again: Path) -> tuple[int, tuple[str, ...]]:
    """How many files have the same bytes in both folders, and the names of the others."""
    names = {
        path.relative_to(root).as_posix()
        for root in (folder, again)
        for path in root.rglob("*")
        if path.is_file()
    }
    digests = {name: (_digest(folder / name), _digest(again / name)) for name in sorted(names)}
    differing = tuple(name for name, (one, other) in digests.items() if one != other or not one)
    return len(names) - len(differing), differing


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
