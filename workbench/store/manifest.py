"""dataset.toml: what a dataset folder says of itself, checked all at once."""

import tomllib
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from workbench.analysis.fitness import limits
from workbench.analysis.mapping import PROVENANCE, TableMapping
from workbench.analysis.quality import is_time
from workbench.domain.entity import LinkKind
from workbench.domain.errors import BadInput
from workbench.domain.record import HandlingCode, InformationGrade, SourceGrade
from workbench.store.formats.delivered import SUFFIXES

FILE = "dataset.toml"
MAX_BYTES = 1_000_000
MAX_POINTS = 1_000  # of one line: a key of very many parts takes very long to read
MAX_FAULTS = 50
_Kind = Literal[
    "person", "organisation", "account", "phone", "vehicle", "place", "offence", "entity"
]
_LinkKind = Annotated[str, AfterValidator(lambda kind: LinkKind(kind).value)]
_Share = Annotated[float, Field(ge=0, le=1)]


def _day(given: object) -> object:
    if isinstance(given, date | str):
        return given
    raise ValueError("write a day as 2026-01-31")


def _note(given: object) -> object:
    return {"meaning": given} if isinstance(given, str) else given


def require_inside(file: str) -> str:
    """`file` when it is empty or a plain relative path of a known format, else ValueError."""
    path = PurePosixPath(file)
    if file and (path.is_absolute() or ".." in path.parts or "\\" in file or "\x00" in file):
        raise ValueError("a file lies outside the folder; name files inside it")
    if file and path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"a file is none of {', '.join(SUFFIXES)}")
    return file


_Day = Annotated[date, BeforeValidator(_day)]
_File = Annotated[str, AfterValidator(require_inside)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ColumnNote(_Strict):
    """What a column holds. `refers_to` is the file of entities whose ids stand in it."""

    meaning: str = ""
    unit: str = ""
    type: Literal["", "text", "number", "integer", "date", "time", "boolean"] = ""
    refers_to: str = ""


_Notes = dict[str, Annotated[ColumnNote, BeforeValidator(_note)]]


class FileNote(_Strict):
    """What a file holds, and its columns by name."""

    about: str = ""
    columns: _Notes = {}


class Covers(_Strict):
    """First and last day that the data speaks of."""

    first: _Day | None = Field(default=None, alias="from")
    last: _Day | None = Field(default=None, alias="until")


class Generator(_Strict):
    """What made the data, when nobody collected it: the same again gives the same data."""

    name: str
    version: str = ""
    scenario: str = ""
    size: str = ""
    seed: int | None = None
    parameters: dict[str, str | int | float | bool] = {}


class Quality(_Strict):
    """Own limits of the data audit by threshold, and groups' shares in the population meant."""

    limits: dict[str, float] = {}
    population: dict[str, dict[str, Annotated[float, Field(gt=0, le=1)]]] = {}

    @field_validator("limits")
    @classmethod
    def _check(cls, given: dict[str, float]) -> dict[str, float]:
        try:
            limits(given)
        except BadInput as error:
            raise ValueError(str(error)) from error
        return given


def _checked_defaults(defaults: dict[str, str]) -> dict[str, str]:
    """What stands in for an empty cell keeps the rules of a filled one."""
    graded = {"source_grade": SourceGrade, "information_grade": InformationGrade}
    wrong = [m for m, grade in graded.items() if m in defaults and defaults[m] not in {*grade}]
    handling = {h.value for h in HandlingCode}
    if not {*defaults.get("handling", "H0").split("+")} <= handling:
        wrong.append("handling")
    times = ("occurred_at", "known_at")
    wrong += [m for m in times if m in defaults and not _is_instant(defaults[m])]
    if wrong:
        raise ValueError(f"the default of {', '.join(wrong)} is not what such a column may hold")
    return defaults


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return is_time(text)


_Defaults = Annotated[dict[str, str], AfterValidator(_checked_defaults)]


class _Table(_Strict):
    file: _File
    columns: dict[str, str] = {}
    defaults: _Defaults = {}

    @model_validator(mode="after")
    def _check(self) -> "_Table":
        unknown = sorted({*self.columns, *self.defaults} - {*PROVENANCE})
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is none of {', '.join(PROVENANCE)}")
        return self


class EntityTable(_Table):
    """A table whose rows are entities of one kind."""

    kind: _Kind
    id: str = ""
    label: str = ""
    record: str = ""


class LinkTable(_Table):
    """A table whose rows are links of one kind, from one entity to another.

    An `optional` one is made only where `to` is filled.
    """

    kind: _LinkKind
    from_column: str = Field(alias="from")
    from_kind: _Kind
    to_column: str = Field(alias="to")
    to_kind: _Kind
    label: str = ""
    record: str = ""
    amount: str = ""
    role: str = ""
    fixed_role: str = ""
    optional: bool = False


class Manifest(_Strict):
    """A dataset folder's own description. See datasets/README.md for each line.

    What is cross-checked stands last, so that one reading finds every mistake.
    """

    name: str
    title: str
    licence: str
    synthetic: bool
    description: str = ""
    separator: Literal[",", ";", "\t", "|", ":", "~", "^", "\x1f"] = ","
    inert_cells: bool = False
    max_rejected_share: _Share = 0.05
    sensitive: tuple[str, ...] = ()
    defaults: _Defaults = {}
    entities: tuple[EntityTable, ...] = ()
    links: tuple[LinkTable, ...] = ()
    cases: _File = ""
    truth: dict[str, _File] = {}
    version: str = ""
    published_on: _Day | None = None
    purpose: str = ""
    not_for: str = ""
    origin: str = ""
    known_problems: tuple[str, ...] = ()
    known_biases: tuple[str, ...] = ()
    creator: str = ""
    url: str = ""
    citation: str = ""
    sensitive_reason: str = ""
    covers: Covers = Covers()
    generator: Generator | None = None
    quality: Quality = Quality()
    columns: _Notes = {}
    files: dict[str, FileNote] = Field(default={}, validate_default=True)

    @field_validator("files")
    @classmethod
    def _check(cls, files: dict[str, FileNote], info: ValidationInfo) -> dict[str, FileNote]:
        given = info.data
        if not {"entities", "links", "cases", "truth"} <= given.keys():
            return files  # what is wrong there is told already
        entities = {table.file for table in given["entities"]}
        tables = entities | {table.file for table in given["links"]}
        known = tables | {given["cases"], *given["truth"].values()}
        faults = [] if tables else ["it names no table; add [[entities]] or [[links]]"]
        faults += [
            f"{name} is described and no table, cases or truth names it"
            for name in files
            if name not in known
        ]
        notes = [given.get("columns", {}), *(note.columns for note in files.values())]
        ends = {note.refers_to for part in notes for note in part.values()} - {""}
        faults += [
            f"a column refers to {name}, which is no file of entities"
            for name in sorted(ends - entities)
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return files

    def mappings(self) -> tuple[TableMapping, ...]:
        """The tables' mappings; where a file is used twice, the second is named after its kind."""
        made: list[TableMapping] = []
        tables: tuple[EntityTable | LinkTable, ...] = (*self.entities, *self.links)
        for table in tables:
            stem = PurePosixPath(table.file).stem
            taken = {mapping.name for mapping in made}
            shared: dict[str, Any] = {
                "name": stem if stem not in taken else f"{stem}.{table.kind}",
                "provenance": table.columns,
                "defaults": {**self.defaults, **table.defaults},
                **table.model_dump(exclude={"columns", "defaults"}),
            }
            made.append(TableMapping(is_link=isinstance(table, LinkTable), **shared))
        return tuple(made)


def read_manifest(folder: Path) -> tuple[Manifest, bytes]:
    """The manifest of a dataset folder, and its bytes.

    Raises
    ------
    BadInput
        Code ``manifest``; the message lists everything that is wrong with it.
    """
    path = folder / FILE
    if not path.is_file():
        raise BadInput(
            f"The folder holds no {FILE}; write one as datasets/README.md shows.",
            code="manifest",
            place=FILE,
        )
    with path.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _wrong("it is above 1 MB")
    if max(line.count(b".") for line in data.split(b"\n")) > MAX_POINTS:
        raise _wrong(f"a line has above {MAX_POINTS} points; break it up")
    try:
        return Manifest.model_validate(tomllib.loads(data.decode("utf-8-sig"))), data
    except UnicodeDecodeError as error:
        raise _wrong("it is not UTF-8") from error
    except ValidationError as error:
        raise _wrong(_faults(error)) from error
    except ValueError as error:  # TOMLDecodeError, and numbers that Python does not read
        raise _wrong(f"it is no TOML: {error}") from error
    except RecursionError as error:
        raise _wrong("it nests too deep") from error


def _faults(error: ValidationError) -> str:
    """All that is wrong, of very many the first."""
    found = error.errors(include_input=False, include_url=False)
    told = [
        f"{'.'.join(str(part) for part in fault['loc'])[:200] or 'the file'}: {fault['msg'][:500]}"
        for fault in found[:MAX_FAULTS]
    ]
    rest = [f"and {len(found) - MAX_FAULTS} more"] if len(found) > MAX_FAULTS else []
    return "; ".join([*told, *rest])


def _wrong(what: str) -> BadInput:
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in what)
    return BadInput(f"{FILE} cannot be used: {shown}.", code="manifest", place=FILE)
