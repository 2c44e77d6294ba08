"""The choice between estimators that were compared."""

import pytest
from builders_modelling import Toy, sample

from workbench.analysis.choice import choose


def test_the_simplest_is_taken_when_nothing_is_better_beyond_its_interval() -> None:
    compared = Toy().fit(sample(seed=1), sample(seed=2), seed=3)
    choice = choose(compared, sample(seed=2), seed=4)
    assert choice.name == "logistic_regression"
    assert choice.sentence.startswith(
        "Taken: logistic regression. Against the simplest, gradient boosting has an average "
        "precision lower by 5.3 percentage points (95 %: lower by "
    )


@pytest.mark.slow
def test_boosting_is_taken_where_a_line_cannot_follow() -> None:
    learnt, later = sample(1200, seed=1, curved=True, signal=4), sample(1200, seed=2, curved=True)
    choice = choose(Toy().fit(learnt, later, seed=3), later, seed=4)
    assert choice.name == "gradient_boosting"
    gain, low, high = choice.gains["gradient_boosting"]
    assert 0 < low < gain < high
