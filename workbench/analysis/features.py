"""What a feature is: a named column with a unit and a sentence that an analyst reads.

A feature is a function of what its model prepared (`Context`, for all candidates at once) to one
float64 per candidate; NaN where it has no value. Its docstring is shown as the reason, so it is
in plain words, and a test keeps it unique.
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

    `meaning` is the docstring of the function, on one line.
    """

    name: str
    unit: str
    meaning: str
    compute: Callable[[Context], FloatArray]


def feature(*, unit: str) -> Callable[[Callable[[Context], FloatArray]], Feature[Context]]:
    """Make a documented function a feature; it keeps its name and its docstring.

    Raises
    ------
    BadInput
        When the function has no docstring or the unit is empty.
    """

    def declare(function: Callable[[Context], FloatArray]) -> Feature[Context]:
        meaning = " ".join((inspect.getdoc(function) or "").split())
        if not meaning or not unit:
            raise BadInput(
                f"Feature {function.__name__} says not what it means or in which unit; "
                "give it a docstring in plain words and a unit."
            )
        return Feature(function.__name__, unit, meaning, function)

    return declare


def feature_table(features: Sequence[Feature[Context]], context: Context) -> pd.DataFrame:
    """One float64 column per feature, in their order; one row per candidate."""
    return pd.DataFrame(
        {f.name: np.asarray(f.compute(context), dtype=np.float64) for f in features}
    )
