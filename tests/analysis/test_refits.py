"""All refits at once say what each refit says itself, or nothing is said."""

from dataclasses import replace

import numpy as np
import pytest
from builders_modelling import sample, settled

from workbench.analysis.fitted_model import decision
from workbench.analysis.linear_refits import LinearRefits
from workbench.analysis.refits import NoRefits, checked, refits_of
from workbench.domain.errors import BadInput, Withheld


@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting"])
def test_scores_are_what_each_refit_says(name: str) -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)[name]
    rows = sample(seed=5).features.to_numpy()[:50]  # with missing values
    asked = refits_of([(r.estimator, r.background) for r in fitted.refits])
    each = [decision(r.estimator, rows) for r in fitted.refits]
    np.testing.assert_allclose(asked.scores(rows), each, rtol=0, atol=1e-12)
    assert asked.effects(rows).shape == (20, 50, 3)


def test_a_refit_that_says_something_else_itself_withholds_explanations() -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"]
    pairs = [(r.estimator, r.background) for r in fitted.refits]
    found = LinearRefits.of(pairs)
    assert found is not None
    assert checked(found, pairs) is found
    broken = replace(found, starts=found.starts + 1e-3 * (np.arange(20) == 2))
    with pytest.raises(Withheld, match=r"said of refit 3 misses its own output by 0\.001"):
        checked(broken, pairs)


def test_a_model_without_refits_has_none_to_ask() -> None:
    asked = refits_of([])
    assert isinstance(asked, NoRefits)
    assert asked.effects(np.zeros((4, 2))).shape == (0, 4, 2)
    assert asked.scores(np.zeros((4, 2))).shape == (0, 4)


def test_a_mixture_of_kinds_is_refused() -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)
    pairs = [(r.estimator, r.background) for f in fitted.values() for r in f.refits]
    with pytest.raises(BadInput, match="cannot be asked all at once"):
        refits_of(pairs)
