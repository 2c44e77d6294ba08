"""What a later slice showed: what cannot be said of it, and when a promise falls short."""

from dataclasses import replace
from typing import Any

import pytest

from workbench.domain.checked import Calibration, Kept
from workbench.domain.errors import Withheld

CALIBRATION = Calibration(said=0.02, seen=0.04, interval=(0.03, 0.06), n=300, days=120)
KEPT = Kept(answer=True, share=0.9, interval=(0.82, 0.94), n=80)


@pytest.mark.parametrize(
    ("said", "off"), [(0.02, True), (0.03, False), (0.05, False), (0.07, True)]
)
def test_a_probability_is_off_outside_the_interval_of_what_was_seen(said: float, off: bool) -> None:
    assert replace(CALIBRATION, said=said).is_off is off


@pytest.mark.parametrize(("high", "short"), [(0.94, True), (0.95, False), (0.99, False)])
def test_a_coverage_falls_short_where_its_whole_interval_lies_below(
    high: float, short: bool
) -> None:
    assert replace(KEPT, interval=(0.82, high)).falls_short(0.95) is short


@pytest.mark.parametrize(
    "changed", [{"said": 1.2}, {"seen": -0.1}, {"interval": (0.5, 0.1)}, {"n": 0}]
)
def test_a_calibration_of_no_sense_cannot_be_built(changed: dict[str, Any]) -> None:
    with pytest.raises(Withheld, match="A calibration cannot be shown"):
        replace(CALIBRATION, **changed)


@pytest.mark.parametrize("changed", [{"share": 9.0}, {"interval": (0.5, 0.1)}, {"n": 0}])
def test_a_coverage_of_no_sense_cannot_be_built(changed: dict[str, Any]) -> None:
    with pytest.raises(Withheld, match="A coverage cannot be shown"):
        replace(KEPT, **changed)
