"""A table that a user brings to be audited: labels, predictions and groups, read strictly."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.analysis.subgroups import Attribute, Bools, Floats, Outcomes
from workbench.domain.errors import BadInput
from workbench.store.formats.delivered import read_delivered

_TRUE, _FALSE = ("1", "1.0", "true"), ("0", "0.0", "false")


class OutcomeTable:
    """The columns of one file (CSV, JSON lines, Parquet, XLSX), every cell text.

    Raises
    ------
    BadInput
        When the file cannot be read as what it claims; codes of `store.formats`.
    """

    def __init__(self, path: Path) -> None:
        self._frame, _ = read_delivered(path)

    def cells(self, column: str) -> "pd.Series[str]":
        """The cells of a column, blanks stripped.

        Raises
        ------
        BadInput
            Code ``columns``: there is none of that name; the message names those there are.
        """
        if column not in self._frame.columns:
            there = ", ".join(map(str, self._frame.columns[:30]))
            raise BadInput(
                f"There is no column {column!a} in the table; it has: {there}.", code="columns"
            )
        return self._frame[column].str.strip()

    def outcomes(
        self,
        *,
        label: str,
        prediction: str | None,
        score: str | None,
        threshold: float | None,
        positive: str,
    ) -> Outcomes:
        """Labels beside predictions, or scores cut at the threshold (at it counts as positive).

        Raises
        ------
        BadInput
            When no label is named, or neither or both of the others, when cells are empty, values
        cannot be told apart, or the threshold lies outside the scores.
        """
        if not label:
            raise BadInput("Name the column of what was true with --label.", code="columns")
        if prediction is not None and score is not None:
            raise BadInput("Name a column of predictions or one of scores, not both.")
        known = [self._complete(label)]
        if prediction is not None:
            known.append(self._complete(prediction))
            said = _predicted(prediction, known[1], positive, known)
        elif score is not None:
            said = self._numbers(score) >= self._within(score, threshold)
        else:
            raise BadInput(
                "Name the column of what was predicted with --prediction, or one of scores with "
                "--score and --threshold.",
                code="columns",
            )
        return Outcomes.of(_positives(label, known[0], positive, known), said)

    def scores(self, column: str) -> Floats:
        """The numbers of a column; raises BadInput where a cell is none."""
        return self._numbers(column)

    def attributes(self, columns: Sequence[str]) -> tuple[Attribute, ...]:
        """Sensitive features; empty cells become missing."""
        return tuple(Attribute.of(name, self.cells(name).to_numpy()) for name in columns)

    def people(self, column: str) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """The person that each row belongs to, numbered from 0; no cell may be empty."""
        codes = pd.factorize(self._complete(column))[0]
        return codes.astype(np.int32)

    def _within(self, score: str, threshold: float | None) -> float:
        """The threshold, once seen to lie within the scores: outside them it would cut nothing."""
        if threshold is None:
            raise BadInput("A column of scores needs a threshold; give one, such as 0.5.")
        if not np.isfinite(threshold):
            raise BadInput(f"{threshold} is no threshold; give a number, such as 0.5.")
        scores = self._numbers(score)
        low, high = scores.min(), scores.max()
        if not low <= threshold <= high:
            raise BadInput(
                f"A threshold of {threshold} lies outside the scores in column {score!a}, which "
                f"run from {low} to {high}; give one within."
            )
        return threshold

    def _complete(self, column: str) -> "pd.Series[str]":
        cells = self.cells(column)
        empty = np.flatnonzero((cells == "").to_numpy())
        if len(empty):
            raise BadInput(
                f"Column {column!a} has {len(empty)} empty cells of {len(cells)}, the first in "
                f"row {empty[0] + 1}; fill them or leave those rows out.",
                code="missing",
                place=column,
            )
        return cells

    def _numbers(self, column: str) -> Floats:
        cells = self._complete(column)
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64)
        bad = np.flatnonzero(~np.isfinite(numbers))
        if len(bad):
            raise BadInput(
                f"Column {column!a} has {len(bad)} cells that are no finite number, the first in "
                f"row {bad[0] + 1}; write numbers with a point, such as 0.25.",
                code="number_format",
                place=column,
            )
        return numbers


def _predicted(
    name: str, cells: "pd.Series[str]", positive: str, known: Sequence["pd.Series[str]"]
) -> Bools:
    """`_positives` of a column of predictions; where it refuses one of scores, it says so."""
    try:
        return _positives(name, cells, positive, known)
    except BadInput as error:
        values = cells.unique()
        if len(values) < 3 or pd.to_numeric(pd.Series(values), errors="coerce").isna().any():
            raise
        raise BadInput(
            f"Column {name!a} holds {len(values):,} different numbers, which look like scores; "
            "name it with --score and give a --threshold, or, if one of the numbers means yes, "
            "name that with --positive.",
            code=error.code,
            place=error.place,
        ) from error


def _positives(
    name: str, cells: "pd.Series[str]", positive: str, known: Sequence["pd.Series[str]"]
) -> Bools:
    """Where a cell says `positive`; 1, 1.0 and true are one value, and so are 0, 0.0 and false.

    A column in which nothing says so is all negative only where that is sure: it holds nothing but
    0 and 1, or nothing but what the other of the `known` columns, which has the positive value,
    holds too. A value that is `positive` but for its spelling is refused, never read as negative.
    """
    values = sorted(cells.unique())
    wanted = positive.strip()
    plain = {v.lower() for v in values} <= {*_TRUE, *_FALSE}
    meant = _same_as(wanted, values)
    told = any(_same_as(wanted, column.unique()) for column in known)
    in_digits = wanted.lower() in (*_TRUE, *_FALSE)
    if not meant and plain and told and not in_digits:
        meant = _same_as("1", values)  # labels in words beside predictions in 0 and 1
    others = {v for column in known if column is not cells for v in column.unique()}
    known_negative = (plain and (told or in_digits)) or (told and set(values) <= others)
    guessed = not plain and len(values) > 2 and wanted.lower() in _TRUE
    spelt = [v for v in values if v not in meant and _alike(v, wanted)]
    if (meant or known_negative) and not guessed and not spelt:
        return np.asarray(cells.isin(meant).to_numpy(), dtype=np.bool_)
    shown = ", ".join(f"{v!a}" for v in values[:5]) + (" ..." if len(values) > 5 else "")
    hint = (
        f"spell {spelt[0]!a} as it is spelt elsewhere"
        if spelt
        else "name it with --positive, spelt as both columns spell it"
    )
    raise BadInput(
        f"Column {name!a} holds {len(values)} {'value' if len(values) == 1 else 'values'} "
        f"({shown}) and {positive!a} does not tell which is the positive one; {hint}.",
        code="positive",
        place=name,
    )


def _same_as(wanted: str, values: Iterable[str]) -> list[str]:
    for spellings in (_TRUE, _FALSE):
        if wanted.lower() in spellings:
            return [v for v in values if v.lower() in spellings]
    return [v for v in values if v == wanted]


def _alike(one: str, other: str) -> bool:
    """True for two spellings of one word or one number."""
    if one.casefold() == other.casefold():
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False
