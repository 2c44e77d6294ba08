"""Sizes, streams of chance and the rhythm of the week."""

import numpy as np
import pytest
from builders_world import small

from workbench.analysis.synthetic.scenario import DAY, random_days, random_times, scenario
from workbench.domain.errors import BadInput


def test_a_layer_has_its_own_stream_and_always_the_same() -> None:
    made = small(seed=3)
    assert made.stream("calls").random() == small(seed=3).stream("calls").random()
    assert made.stream("calls").random() != made.stream("money").random()
    assert made.stream("calls").random() != small(seed=4).stream("calls").random()


@pytest.mark.parametrize(
    ("size", "bias", "seed", "code"),
    [("xl", "none", 1, "size"), ("s", "some", 1, "bias"), ("s", "none", -1, "seed")],
)
def test_an_unknown_scenario_is_refused(size: str, bias: str, seed: int, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        scenario(size=size, bias=bias, seed=seed)
    assert refused.value.code == code


def test_sundays_are_quieter_than_fridays_and_nights_than_evenings() -> None:
    rng = np.random.default_rng(1)
    days = random_days(rng, 20_000)
    weekday = (days.astype(int) + 6) % 7  # 2023-01-01 was a Sunday
    assert np.sum(weekday == 6) < 0.65 * np.sum(weekday == 4)
    hour = random_times(rng, days) % DAY // 3_600
    assert np.sum(hour == 3) < 0.1 * np.sum(hour == 18)
