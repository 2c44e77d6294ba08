"""A dataset's datasheet: what it is, where it comes from, what each column means, what is untold.

After Gebru et al. (2021), Datasheets for datasets, as far as a machine can hold it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NO_MEANING = "no meaning stated"
NO_UNIT = "no unit stated"
UNITLESS = "none"  # written where a number is a pure one, so that nobody forgot its unit
_NUMBERS = ("number", "integer")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSheet:
    """One column. `type` is one of text, number, integer, date, time, boolean.

    `refers_to` is the file of entities whose ids stand in it; a `sensitive` one is sealed.
    """

    name: str
    meaning: str = ""
    unit: str = ""
    type: str = "text"
    refers_to: str = ""
    sensitive: bool = False

    @property
    def meaning_in_words(self) -> str:
        return self.meaning or NO_MEANING

    @property
    def unit_in_words(self) -> str:
        """The unit, ``no unit stated`` for a number without, empty where none is needed."""
        if not self.unit:
            return NO_UNIT if self.type in _NUMBERS else ""
        return "" if self.unit == UNITLESS else self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSheet:
    """One delivered file. `part` is table, cases or truth; `size` counts bytes.

    `key` is the column with ids of its rows, empty where there is none; `rows` is None for truth,
    of which nothing is told that a model could learn from. `inside` is the file that a table
    stands in where one file holds several, else empty.
    """

    file: str
    part: str
    size: int
    sha256: str
    columns: tuple[ColumnSheet, ...]
    about: str = ""
    read_as: tuple[str, ...] = ()
    key: str = ""
    rows: int | None = None
    inside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Datasheet:
    """A dataset's datasheet. Days are ISO text, empty where nothing is said."""

    name: str
    title: str
    sha256: str = ""
    licence: str = ""
    synthetic: bool = False
    description: str = ""
    version: str = ""
    published_on: str = ""
    purpose: str = ""
    not_for: str = ""
    origin: str = ""
    known_problems: tuple[str, ...] = ()
    known_biases: tuple[str, ...] = ()
    creator: str = ""
    url: str = ""
    citation: str = ""
    sensitive: tuple[str, ...] = ()
    sensitive_reason: str = ""
    first_day: str = ""
    last_day: str = ""
    generator: Mapping[str, Any] | None = None
    files: tuple[FileSheet, ...] = ()

    @property
    def made_by(self) -> str:
        """The generator in words, empty where the data was collected."""
        if not self.generator:
            return ""
        said = dict(self.generator)
        name = " ".join(str(said.pop(key)) for key in ("name", "version") if said.get(key))
        said.pop("version", None)
        said |= said.pop("parameters", {})
        parts = [f"{key} {value}" for key, value in said.items() if value not in (None, "")]
        return ", ".join([name, *parts])

    @property
    def not_stated(self) -> tuple[str, ...]:
        """What a reader would look for and does not find, a sentence each."""
        asked = {
            "description": self.description,
            "purpose": self.purpose,
            "origin": self.origin or self.made_by,
            "licence": "" if self.licence == "unknown" else self.licence,
            "version": self.version,
            "day of publication": self.published_on,
            "creator": self.creator,
            "known problem": self.known_problems,
        }
        said = [f"No {what} is stated." for what, given in asked.items() if not given]
        if self.sensitive and not self.sensitive_reason:
            said.append("No reason is stated for holding sensitive columns.")
        columns = [column for file in self.files for column in file.columns]
        said += [
            _count(sum(not file.about for file in self.files), "file", "description"),
            _count(sum(not column.meaning for column in columns), "column", "meaning"),
            _count(sum(c.unit_in_words == NO_UNIT for c in columns), "number column", "unit"),
        ]
        return tuple(sentence for sentence in said if sentence)

    def as_json(self) -> dict[str, Any]:
        """The whole sheet, and what it leaves out."""
        return {**asdict(self), "made_by": self.made_by, "not_stated": list(self.not_stated)}

    def as_text(self) -> str:
        """What a person reads."""
        facts = {
            "Version": " of ".join(part for part in (self.version, self.published_on) if part),
            "Licence": self.licence,
            "Data": "synthetic" if self.synthetic else "collected",
            "Made by": self.made_by,
            "Origin": self.origin,
            "Covers": " to ".join(day for day in (self.first_day, self.last_day) if day),
            "Purpose": self.purpose,
            "Not for": self.not_for,
            "Sensitive": ", ".join(self.sensitive),
            "Creator": self.creator,
            "SHA-256": self.sha256,
        }
        lines = [f"{self.title} ({self.name})", *self.description.split("\n")]
        lines += [f"{what + ':':<12}{said}" for what, said in facts.items() if said]
        lines += [f"Known problem: {one}" for one in self.known_problems]
        lines += [f"Known bias: {one}" for one in self.known_biases]
        for file in self.files:
            rows = "" if file.rows is None else f", {file.rows} rows"
            lines.append(f"\n{file.file}{rows}: {file.about or 'not described'}")
            lines += [f"  {_column_line(column)}" for column in file.columns]
        lines += ["", *self.not_stated]
        return "\n".join(lines).strip()


def _count(n: int, thing: str, what: str) -> str:
    """How many lack what, empty where none does."""
    if not n:
        return ""
    return f"{n} {thing} has no {what}." if n == 1 else f"{n} {thing}s have no {what}."


def _column_line(column: ColumnSheet) -> str:
    more = [column.type, column.unit_in_words, "sensitive, sealed" if column.sensitive else ""]
    return f"{column.name}: {column.meaning_in_words} ({', '.join(m for m in more if m)})"


def datasheet_of(meta: Mapping[str, Any]) -> Datasheet:
    """The datasheet that a dataset's meta data holds; what an older one lacks stays unsaid."""
    said = dict(meta.get("datasheet", {}))
    files = tuple(
        FileSheet(
            **{
                **file,
                "columns": tuple(ColumnSheet(**column) for column in file["columns"]),
                "read_as": tuple(file["read_as"]),
            }
        )
        for file in said.pop("files", ())
    )
    for listed in ("known_problems", "known_biases"):
        said[listed] = tuple(said.get(listed, ()))
    return Datasheet(
        name=str(meta.get("name", "")),
        title=str(meta.get("title", "")),
        sha256=str(meta.get("sha256", "")),
        licence=str(meta.get("licence", "")),
        synthetic=bool(meta.get("synthetic", False)),
        description=str(meta.get("description", "")),
        sensitive=tuple(meta.get("sensitive", ())),
        files=files,
        **said,
    )


def units_of(sheet: Datasheet) -> dict[str, str]:
    """The unit of each column, by name, where all files that have the column state the same."""
    stated: dict[str, set[str]] = {}
    for file in sheet.files:
        for column in file.columns:
            stated.setdefault(column.name, set()).add(column.unit)
    alone = {name: min(units) for name, units in stated.items() if len(units) == 1}
    return {name: unit for name, unit in alone.items() if unit not in ("", "none")}
