"""Counts over many worlds, and the table that the bias audit is given."""

import numpy as np

from workbench.analysis.validation.bias import Gap, Shares
from workbench.analysis.validation.rows import Verdict
from workbench.analysis.validation.study import SEEDS, Seen, label_table, rows


def gap(planted: float, measured: float) -> Gap:
    return Gap(
        "recording_rate", planted, measured,
        measured - 0.02, measured + 0.02, measured - 0.03, measured + 0.03,
    )  # fmt: skip


def seen(*, n_off: int, n_alarms: int) -> list[Seen]:
    """A hundred seeds: `n_off` miss the planted gap, `n_alarms` see one where there is none."""
    return [
        Seen(
            seed=seed,
            planted=(gap(0.2, 0.2 if i >= n_off else 0.25),),
            null=(gap(0.0, 0.0 if i >= n_alarms else 0.05),),
            audit_found=True,
            audit_alarmed=i < n_alarms,
        )
        for i, seed in enumerate(SEEDS)
    ]


def verdicts(of: list[Seen]) -> dict[str, Verdict]:
    return {row.key: row.verdict for row in rows(of)}


def test_a_hundred_seeds_are_declared() -> None:
    assert len(set(SEEDS)) == 100


def test_ninety_of_a_hundred_hold_and_eighty_nine_do_not() -> None:
    assert verdicts(seen(n_off=10, n_alarms=0))["held_recording_rate"] is Verdict.HOLDS
    assert verdicts(seen(n_off=11, n_alarms=0))["held_recording_rate"] is Verdict.MISSES


def test_ten_alarms_in_a_hundred_null_worlds_hold_and_eleven_do_not() -> None:
    few, many = verdicts(seen(n_off=0, n_alarms=10)), verdicts(seen(n_off=0, n_alarms=11))
    assert (few["null_gaps"], few["null_audit"]) == (Verdict.HOLDS, Verdict.HOLDS)
    assert (many["null_gaps"], many["null_audit"]) == (Verdict.MISSES, Verdict.MISSES)


def test_the_table_of_labels_has_a_row_per_close_pair() -> None:
    label, prediction, group = label_table(Shares(3, 5, 2, 4), Shares(1, 10, 0, 7))
    table = list(zip(label.tolist(), prediction.tolist(), group, strict=True))
    assert len(table) == 5 + 4 + 10 + 7
    assert table.count((True, True, "touched")) == 3
    assert table.count((True, False, "others")) == 2
    assert table.count((False, True, "touched")) == 1
    assert table.count((False, True, "others")) == 0
    assert np.sum(label) == 9
