"""Many refitted lines at once give what shap gives for each."""

import numpy as np
from builders_modelling import sample, settled

from workbench.analysis.explanation import explainer_of
from workbench.analysis.linear_refits import LinearRefits


def test_effects_are_those_of_shaps_linear_explainer_for_every_refit() -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"]
    rows = sample(seed=5).features.to_numpy()[:50]  # with missing values
    at_once = LinearRefits.of([(r.estimator, r.background) for r in fitted.refits])
    assert at_once is not None
    found = at_once.effects(rows)
    assert len(found) == len(fitted.refits) == 20
    for refit, effects in zip(fitted.refits, found, strict=True):
        by_shap = explainer_of(refit.estimator, refit.background)(rows)
        np.testing.assert_allclose(effects, by_shap.effects, atol=1e-9)


def test_trees_and_nothing_at_all_are_not_for_it() -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)["gradient_boosting"]
    assert LinearRefits.of([(r.estimator, r.background) for r in fitted.refits]) is None
    assert LinearRefits.of([]) is None
