"""What goes into the back half beside the model's own numbers."""

import builders_training as world

from workbench.analysis.assessing import group_rates, limits_of


def test_limits_are_the_points_under_that_heading() -> None:
    card = "# A\n- no\n## Known limits\n- one\n  and more\n- two\n\ntext\n## Data\n- no\n"
    assert limits_of(card) == ("one and more", "two")
    assert limits_of("") == ()


def test_rates_without_a_denominator_have_no_interval() -> None:
    (rate,) = group_rates(world.REPORT)
    assert (rate.fpr, rate.fpr_interval) == (0.1, (0.05, 0.2))
    assert (rate.fnr, rate.fnr_interval) == (None, None)
