"""Data quality: which rows break a rule, and what a delivery holds, told before it is used.

Nothing is guessed and nothing silently dropped: a row that breaks a rule is listed with file, row,
code and reason, and kept out. Reasons never repeat the cell's content.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.mapping import TableMapping

Flags = npt.NDArray[np.bool_]

ID_LENGTH = 128
LARGEST = 1e15  # beyond it a float64 no longer tells cents apart
FIRST_YEAR, LAST_YEAR = 1900, 2100
COMBINING_RUN = 8

_CONTROL_OR_BIDI = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_COMBINING = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
    f"{{{COMBINING_RUN + 1},}}"
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})[-/](\d{2})[-/](\d{2})"
    r"([T ](\d{2}):(\d{2})(:(\d{2})(\.\d{1,9})?)?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?",
    re.ASCII,
)
_LOOKS_LATIN = frozenset("АВЕЅІЈКМНОРСТУХаеорсухіјѕԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονικ")
_VALUES = {
    "source_grade": frozenset("ABCX"),
    "information_grade": frozenset("1234"),
}
_HANDLING = re.compile(r"H0|H[123](\+H[123])*")
_SENTENCES = {
    "missing": "Column {c} is empty; every row needs it.",
    "control_or_bidi": "Column {c} holds a control character or one that turns the direction of "
    "reading; take it out.",
    "combining_flood": f"Column {{c}} stacks more than {COMBINING_RUN} combining marks; "
    "take them out.",
    "id_characters": "Column {c} is no id: it is too long, unprintable, or mixes letters that "
    "look alike; write it in one script.",
    "duplicate_id": "Column {c} repeats an id of an earlier row; ids are unique.",
    "number_format": "Column {c} is no plain number such as -1234.56; write it so.",
    "range": "Column {c} is outside what is possible (0 to 1e15); check the unit.",
    "date": "Column {c} is no date of the calendar as 2026-01-31 or 2026-01-31T09:30:00Z; "
    "write it so.",
    "date_range": f"Column {{c}} lies outside {FIRST_YEAR} to {LAST_YEAR}, or was known before "
    "it happened; check it.",
    "grade": "Column {c} is no grade or handling code (A B C X; 1 to 4; H0 or H1+H2+H3).",
    "self_loop": "Column {c} links an entity with itself; a link needs two.",
}


@dataclass(frozen=True, slots=True, order=True)
class Rejected:
    """A row that was kept out. `row` counts data rows from 1, the header not counted."""

    file: str
    row: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """What a delivery holds. `accepted` and rejected count rows; `counts` entities per kind.

    `mapped` says per table what it was read as, `mapping` which of its columns means what; `empty`
    the share of empty cells per column that has any (0 to 1), as ``table.column``.
    """

    accepted: int
    rejected: tuple[Rejected, ...]
    counts: Mapping[str, int]
    mapped: Mapping[str, str] = field(default_factory=dict)
    empty: Mapping[str, float] = field(default_factory=dict)
    mapping: tuple[Mapping[str, Any], ...] = ()

    @property
    def n_rows(self) -> int:
        return self.accepted + len(self.rejected)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "accepted": self.accepted,
            "rejected": [
                {"file": r.file, "row": r.row, "code": r.code, "reason": r.reason}
                for r in self.rejected
            ],
            "counts": dict(self.counts),
            "mapped": dict(self.mapped),
            "empty": dict(self.empty),
            "mapping": [dict(table) for table in self.mapping],
        }

    def as_text(self) -> str:
        """What a person reads, the first twenty rejected rows included."""
        held = ", ".join(f"{n} × {kind}" for kind, n in self.counts.items()) or "nothing"
        lines = [f"{self.accepted} rows accepted, {len(self.rejected)} rejected; {held}."]
        lines += [f"{table}: {what}" for table, what in self.mapped.items()]
        lines += [f"{r.file}, row {r.row}: {r.code}. {r.reason}" for r in self.rejected[:20]]
        if len(self.rejected) > 20:
            lines.append(f"... and {len(self.rejected) - 20} more; --json lists them all.")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Checked:
    """One table after its check: good rows with their numbers (from 1), times and amounts read.

    `frame` holds text as delivered; `occurred_at`, `known_at` and `amount` are per good row, empty
    (NaT, NaN) where the table has no such column.
    """

    mapping: TableMapping
    frame: pd.DataFrame
    row: npt.NDArray[np.int64]
    occurred_at: "pd.Series[Any]"
    known_at: "pd.Series[Any]"
    amount: npt.NDArray[np.float64]
    rejected: tuple[Rejected, ...]

    def without(self, rows: npt.NDArray[np.int64]) -> "Checked":
        """The same without these rows, which another reading of the file rejected."""
        kept = ~np.isin(self.row, rows)
        return replace(
            self,
            frame=self.frame[kept].reset_index(drop=True),
            row=self.row[kept],
            occurred_at=self.occurred_at[kept].reset_index(drop=True),
            known_at=self.known_at[kept].reset_index(drop=True),
            amount=self.amount[kept],
        )


def check_table(mapping: TableMapping, frame: pd.DataFrame) -> Checked:
    """Check every row of `frame` (all columns text, empty cells "") against the rules.

    A row is listed once, with the first rule that it breaks.
    """
    number = np.arange(1, len(frame) + 1)
    if mapping.optional:
        filled = (frame[mapping.to_column] != "").to_numpy()
        frame, number = frame[filled].reset_index(drop=True), number[filled]
    faults = _Faults(number)
    for column in frame.columns:
        _check_text(faults, column, frame[column])
    for column in mapping.required:
        faults.add("missing", column, (frame[column] == "").to_numpy())
    for column in mapping.id_columns:
        faults.add("id_characters", column, _each(frame[column], _is_no_id))
    occurred = _times(faults, frame, mapping.provenance.get("occurred_at", ""))
    known = _times(faults, frame, mapping.provenance.get("known_at", ""))
    faults.add("date_range", mapping.provenance.get("known_at", ""), (known < occurred).to_numpy())
    amount = _amounts(faults, frame, mapping.amount)
    _check_grades(faults, mapping, frame)
    if mapping.is_link:
        same = frame[mapping.from_column] == frame[mapping.to_column]
        faults.add("self_loop", mapping.to_column, same.to_numpy())
    for column in (mapping.record if mapping.is_link else mapping.id,):
        if column:
            present = frame[column].where(~faults.bad & (frame[column] != ""))
            faults.add("duplicate_id", column, (present.duplicated() & present.notna()).to_numpy())
    good = ~faults.bad
    return Checked(
        mapping=mapping,
        frame=frame[good].reset_index(drop=True),
        row=number[good],
        occurred_at=occurred[good].reset_index(drop=True),
        known_at=known[good].reset_index(drop=True),
        amount=amount[good],
        rejected=faults.listed(mapping.file),
    )


class _Faults:
    """The first fault of each row."""

    def __init__(self, number: npt.NDArray[np.int64]) -> None:
        self._number = number
        self.bad: Flags = np.zeros(len(number), dtype=np.bool_)
        self._found: list[tuple[int, str, str]] = []

    def add(self, code: str, column: str, flags: Flags) -> None:
        fresh = flags & ~self.bad
        if fresh.any():
            self._found += [(int(row), code, column) for row in np.flatnonzero(fresh)]
            self.bad = self.bad | fresh

    def listed(self, file: str) -> tuple[Rejected, ...]:
        return tuple(
            Rejected(file, int(self._number[row]), code, _SENTENCES[code].format(c=column))
            for row, code, column in sorted(self._found)
        )


def _each(series: "pd.Series[Any]", rule: Callable[[str], bool]) -> Flags:
    """`rule` for each cell, worked out once per distinct text."""
    codes, texts = pd.factorize(series)
    verdicts = np.fromiter((rule(str(text)) for text in texts), dtype=np.bool_, count=len(texts))
    return verdicts[codes] if len(verdicts) else np.zeros(len(series), dtype=np.bool_)


def _check_text(faults: _Faults, column: str, series: "pd.Series[Any]") -> None:
    joined = "\n".join(series.unique().tolist())
    if joined.isascii() and joined.replace("\n", "").replace("\t", "").isprintable():
        return
    faults.add("control_or_bidi", column, _each(series, lambda t: bool(_CONTROL_OR_BIDI.search(t))))
    faults.add("combining_flood", column, _each(series, lambda t: bool(_COMBINING.search(t))))


def _is_no_id(text: str) -> bool:
    if len(text) > ID_LENGTH or not text.isprintable() or text != text.strip():
        return bool(text)
    if text.isascii():
        return False
    letters = [c for c in text if c.isalpha()]
    scripts = {unicodedata.name(c, "?").split()[0] for c in letters}
    mixed = len(scripts & {"LATIN", "GREEK", "CYRILLIC", "FULLWIDTH", "MATHEMATICAL"}) > 1
    disguised = bool(letters) and all(c in _LOOKS_LATIN for c in letters)
    return mixed or disguised or unicodedata.normalize("NFC", text) != text


def is_number(text: str) -> bool:
    """A plain decimal number of at most 18 digits; NaN, inf and 1.234,56 are none."""
    return bool(_NUMBER.fullmatch(text)) and sum(c.isdigit() for c in text) <= 18


def is_time(text: str) -> bool:
    """A date or instant written year first, whether or not the calendar has it."""
    return bool(_DATE.fullmatch(text))


def _amounts(faults: _Faults, frame: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    if not column:
        return np.full(len(frame), np.nan)
    text = frame[column]
    faults.add("number_format", column, _each(text, lambda t: bool(t) and not is_number(t)))
    fits = _each(text, is_number)
    values = pd.to_numeric(text.where(fits), errors="coerce").to_numpy(dtype=np.float64)
    faults.add("range", column, fits & ~((values >= 0) & (values <= LARGEST)))
    return np.asarray(values, dtype=np.float64)


def _times(faults: _Faults, frame: pd.DataFrame, column: str) -> "pd.Series[Any]":
    """Instants in UTC; a time without zone is taken as UTC, a date as its first moment."""
    if not column:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
    codes, texts = pd.factorize(frame[column])
    distinct = pd.Series(texts, dtype="str")
    shaped = distinct.map(is_time).to_numpy(dtype=np.bool_)
    slashed = distinct.str.replace("/", "-", regex=False).str.replace(" UTC", "Z", regex=False)
    read = pd.to_datetime(
        slashed.where(shaped), format="ISO8601", utc=True, errors="coerce"
    ).astype("datetime64[us, UTC]")
    filled = (distinct != "").to_numpy()
    year = pd.to_numeric(distinct.str.slice(0, 4), errors="coerce").to_numpy(dtype=np.float64)
    outside = shaped & ~((year >= FIRST_YEAR) & (year <= LAST_YEAR))
    no_date = filled & ~outside & read.isna().to_numpy()
    if len(distinct):
        faults.add("date", column, no_date[codes])
        faults.add("date_range", column, outside[codes])
    return read.iloc[codes].set_axis(frame.index)


def _check_grades(faults: _Faults, mapping: TableMapping, frame: pd.DataFrame) -> None:
    for meaning, allowed in _VALUES.items():
        if column := mapping.provenance.get(meaning, ""):
            faults.add("grade", column, ~frame[column].isin([*allowed, ""]).to_numpy())
    if column := mapping.provenance.get("handling", ""):
        wrong = _each(frame[column], lambda t: bool(t) and not _HANDLING.fullmatch(t))
        faults.add("grade", column, wrong)


def keep_recognised(mapping: TableMapping, frame: pd.DataFrame) -> dict[str, str]:
    """Time and amount columns of a bare file whose cells mostly are none: to be kept as text."""
    doubtful = {
        **{m: c for m, c in mapping.provenance.items() if m in ("occurred_at", "known_at")},
        **({"amount": mapping.amount} if mapping.amount else {}),
    }
    unfit: dict[str, str] = {}
    for meaning, column in doubtful.items():
        cells = [t for t in frame[column].head(200).tolist() if t]
        rule = is_number if meaning == "amount" else is_time
        if cells and sum(map(rule, cells)) * 2 < len(cells):
            unfit[meaning] = column
    return unfit
