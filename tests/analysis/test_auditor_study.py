"""The study of the auditor: its bounds, its controls, and one seed from end to end."""

from dataclasses import replace

import numpy as np
import pytest
from builders_audit import table

from workbench.analysis.auditor_study import (
    GROUP_SIZES,
    Trial,
    bootstrap_excludes_zero,
    kept,
    study,
    trial,
)

QUIET = Trial(
    null_alarm=False,
    shared_alarm=False,
    counted_alarm=False,
    bootstrap_alarm=False,
    covered=True,
    found=(False,) * len(GROUP_SIZES),
    family_alarm=False,
    owners_alarm=False,
    scattered_alarm=False,
    transfers_alarm=False,
    unlike_alarm=False,
    fewer_alarm=False,
    often_alarm=False,
    owners_found=False,
    pairs_found=False,
    transfers_found=False,
)


def test_the_bounds_are_those_of_a_binomial() -> None:
    rows = study([QUIET] * 100)
    # of 100 trials at 5 %, more than 11 come once in a hundred studies; at 95 %, fewer than 89
    assert [row["most"] for row in rows[:2]] == [11, 11]
    assert [row["least"] for row in rows[2:5]] == [12, 12, 89]
    assert [row["most"] for row in rows[5:12]] == [11] * 7
    assert all(row["least"] is None is row["most"] for row in rows[12:])  # power is no promise


def test_a_promise_is_kept_or_not_by_its_bounds() -> None:
    alarmed = replace(QUIET, null_alarm=True)
    assert kept(study([alarmed] * 11 + [QUIET] * 89)[0])
    assert not kept(study([alarmed] * 12 + [QUIET] * 88)[0])
    missed = replace(QUIET, covered=False)
    assert kept(study([missed] * 11 + [QUIET] * 89)[4])
    assert not kept(study([missed] * 12 + [QUIET] * 88)[4])
    assert not kept(study([QUIET] * 100)[2])  # a control that raises no alarm is no control


def test_a_bootstrap_of_the_largest_difference_alarms_where_nothing_differs() -> None:
    even = table(one=(800, 200, 0, 0), two=(800, 200, 0, 0), three=(800, 200, 0, 0))
    assert bootstrap_excludes_zero(*even, seed=1)


@pytest.mark.slow
def test_a_seed_gives_the_same_trial_and_a_large_gap_in_a_large_group_is_found() -> None:
    one = trial(1)
    assert one == trial(1)
    assert one.found[-1]
    assert np.array(one.found).dtype == bool
