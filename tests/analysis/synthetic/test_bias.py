"""The gaps that a planted bias must leave, worked out by hand."""

import pytest
from builders_world import small

from workbench.analysis.synthetic.bias import written_up

PLANTED, NONE = small().bias, small(bias="none").bias
UNITS = {
    "recording_rate": (20, 80),  # 100 ties among 400 close pairs: a quarter
    "false_label_rate": (50, 250),
    "data_error_rate": (30, 120),
    "patrol_rate": (30, 120),
    "proxy_pull": (30, 120),
}


def test_each_gap_follows_from_the_rates() -> None:
    table = PLANTED.table(UNITS).set_index("parameter")
    recording = table.loc["recording_rate"]
    assert recording["expected_gap"] == pytest.approx(0.14)  # 0.72 - 0.58
    assert recording["expected_fnr_gap"] == pytest.approx(-0.14)
    assert recording["expected_fpr_gap"] == 0
    assert recording["expected_selection_gap"] == pytest.approx(0.035)  # a quarter of 0.14
    false = table.loc["false_label_rate"]
    assert false["expected_fpr_gap"] == pytest.approx(0.07)  # 0.08 - 0.01
    assert false["expected_selection_gap"] == pytest.approx(0.0525)  # three quarters of it
    assert table.loc["data_error_rate", "expected_fnr_gap"] == pytest.approx(0.06)  # 0.09 - 0.03
    proxy = table.loc["proxy_pull"]
    assert proxy["value"] == pytest.approx(0.64)  # 0.55 + 0.45 / 5
    assert proxy["value_elsewhere"] == pytest.approx(0.09)  # 0.45 / 5
    assert table.loc["patrol_rate", "n"] == 30


def test_being_written_up_at_all_is_less_likely_than_twice_half_the_rate() -> None:
    assert written_up(0.4) == pytest.approx(0.36)  # 1 - 0.8 ** 2
    assert written_up(0.1) == pytest.approx(0.0975)
    table = PLANTED.table(UNITS).set_index("parameter")
    assert table.loc["patrol_rate", "expected_fpr_gap"] == pytest.approx(0.2625)


def test_the_null_world_has_every_row_and_no_gap() -> None:
    null, planted = NONE.table(UNITS), PLANTED.table(UNITS)
    assert list(null["parameter"]) == list(planted["parameter"])
    gaps = [column for column in null.columns if column.startswith("expected")]
    assert (null[gaps] == 0).all(axis=None)
    assert (planted[gaps] != 0).any(axis=1).all()
