"""What a feature is: a named column with a unit and a sentence that an analyst reads.

A feature is a function of what its model prepared (`Context`, for all candidates at once) to one
float64 per candidate; NaN where it has no value. Its docstring is shown as the reason, for a claim
as well as against it: it states what is measured, in plain words, and argues for neither side. A
test keeps it unique.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray
from workbench.domain.errors import BadInput

Context = TypeVar("Context")


@dataclass(frozen=True, slots=True)
class Feature(Generic[Context]):
    """`name` is the column, `unit` what one counts ("days", "EUR", "share"), `meaning` the words.

    `meaning` is the docstring of the function, on one line; `label` the short name that stands in
    a chart, in lower case so that several read as a list; `supposed` the clause that says it were
    otherwise, with ``{}`` for the value ("the two shared {}"), empty where nothing could.
    """

    name: str
    label: str
    unit: str
    meaning: str
    compute: Callable[[Context], FloatArray]
    supposed: str = ""


def feature(
    *, unit: str, label: str, supposed: str = ""
) -> Callable[[Callable[[Context], FloatArray]], Feature[Context]]:
    """Make a documented function a feature; it keeps its name and its docstring.

    Raises
    ------
    BadInput
        When the function has no docstring, or unit or label is empty.
    """

    def declare(function: Callable[[Context], FloatArray]) -> Feature[Context]:
        meaning = " ".join((inspect.getdoc(function) or "").split())
        if not (meaning and unit and label):
            raise BadInput(
                f"Feature {function.__name__} says not what it means, in which unit, or its short "
                "name; give it a docstring in plain words, a unit and a label."
            )
        return Feature(function.__name__, label, unit, meaning, function, supposed)

    return declare


def feature_table(features: Sequence[Feature[Context]], context: Context) -> pd.DataFrame:
    """One float64 column per feature, in their order; one row per candidate."""
    return pd.DataFrame(
        {f.name: np.asarray(f.compute(context), dtype=np.float64) for f in features}
    )
