"""People as the unit leave for an attribute whole, or not at all."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.depth import depth
from workbench.analysis.fairness import about_people, audit
from workbench.analysis.suppression import suppressed


def document(*, n: int = 600, few: int = 0) -> dict[str, Any]:
    """One candidate per person; two groups of equal errors, and `few` people of a third."""
    each = np.arange(n, dtype=np.int32)
    group = np.where(each % 2 == 0, "one", "two").astype(object)
    group[:few] = "three"
    label = each % 5 == 0
    said = (each % 10 == 1) | (label & (each % 4 == 0))
    outcomes, attributes = about_people(
        label,
        said,
        people=pd.DataFrame({"candidate": each, "entity": each}),
        sensitive=pd.DataFrame({"entity": each, "group": group, "half": each % 20 < 10}),
    )
    scores = np.linspace(0.0, 1.0, n)
    found = depth(outcomes, attributes, scores, threshold=0.5, capacity=None, seed=1)
    return {**audit(outcomes, attributes, margin=0.05, seed=1), **found}


def shown(out: dict[str, Any]) -> set[str]:
    return {row["attribute"] for row in out["per_person"]["rows"]}


def test_attributes_of_which_all_may_be_told_leave_beside_the_sum_over_everybody() -> None:
    full = document()
    out = suppressed(full)
    assert shown(out) == {"", "group", "half"}
    assert out["per_person"] == full["per_person"]


def test_a_small_group_keeps_its_whole_attribute_here() -> None:
    assert shown(suppressed(document(few=6))) == {"", "half"}


def test_few_in_all_keep_everything_here() -> None:
    assert suppressed(document(n=60))["per_person"] is None


def test_calibration_and_curves_stay_and_that_is_told() -> None:
    out = suppressed(document())
    assert out["suppressed"]["left_out"] == ["calibration", "curves"]
    assert "curves" not in out
