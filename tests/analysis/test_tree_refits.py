"""Many refitted ensembles of trees at once give what shap gives for each, missing values too."""

import numpy as np
import pytest
from builders_modelling import sample, settled

from workbench.analysis.explanation import explainer_of
from workbench.analysis.feature_model import boosting
from workbench.analysis.fitted_model import learn
from workbench.analysis.tree_refits import TreeRefits


def forest(seed: int, *, n_rows: int, n_features: int, missing: float):
    """A boosted ensemble on rows of which a share is missing, and other such rows."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(2 * n_rows, n_features)).round(1)  # ties at the cuts
    rows[rng.random(rows.shape) < missing] = np.nan
    drive = np.nansum(rows[:, : n_features // 2 + 1] ** 2, axis=1) + np.isnan(rows[:, 0])
    labels = (drive + rng.normal(size=len(rows)) > np.median(drive)).astype(np.int32)
    return learn(boosting(seed), rows[:n_rows], labels[:n_rows]), rows[n_rows:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "n_rows", "n_features", "missing"),
    [(1, 300, 1, 0.3), (2, 800, 3, 0.0), (3, 800, 6, 0.2), (4, 1500, 15, 0.5), (5, 900, 19, 0.05)],
)
def test_effects_are_those_of_shaps_tree_explainer_on_random_forests(
    seed: int, n_rows: int, n_features: int, missing: float
) -> None:
    made = [
        forest(10 * seed + i, n_rows=n_rows, n_features=n_features, missing=missing)
        for i in range(3)
    ]
    at_once = TreeRefits.of([(estimator, np.empty((0, 0))) for estimator, _ in made])
    assert at_once is not None
    rows = made[0][1][:200]
    effects, scores = at_once.effects(rows), at_once.scores(rows)
    assert effects.shape == (3, len(rows), n_features)
    for i, (estimator, _) in enumerate(made):
        by_shap = explainer_of(estimator, rows)(rows)
        np.testing.assert_allclose(effects[i], by_shap.effects, rtol=0, atol=1e-9)
        np.testing.assert_allclose(scores[i], estimator.decision_function(rows), rtol=0, atol=1e-9)
        assert np.abs(effects[i]).max() > 0.1  # there was something to compare


def test_a_tree_without_any_cut_says_its_one_leaf_beside_trees_that_cut() -> None:
    rows = np.repeat([[0.0], [1.0]], 50, axis=0)
    cut = learn(boosting(1), rows, np.repeat([0, 1], 50).astype(np.int32))
    flat = learn(boosting(1), np.zeros((100, 1)), np.tile([0, 1], 50).astype(np.int32))
    refits = TreeRefits.of([(cut, rows), (flat, rows)])
    assert refits is not None
    effects, scores = refits.effects(rows), refits.scores(rows)
    assert (effects[1] == 0.0).all()
    np.testing.assert_allclose(scores[1], 0.0, atol=1e-12)  # half of them: even odds
    np.testing.assert_allclose(scores[0], cut.decision_function(rows), rtol=0, atol=1e-12)


def test_a_row_alone_gets_what_it_gets_among_others() -> None:
    estimator, rows = forest(7, n_rows=400, n_features=5, missing=0.2)
    refits = TreeRefits.of([(estimator, rows)])
    assert refits is not None
    among = refits.effects(rows[:20])
    for i in range(20):
        assert (refits.effects(rows[i : i + 1])[0, 0] == among[0, i]).all()


def test_a_stump_by_hand() -> None:
    # half the rows are at 0 with label 0, half at 1 with label 1: one cut, two leaves of ±v
    rows = np.repeat([[0.0, 5.0], [1.0, 5.0]], 50, axis=0)
    estimator = learn(boosting(1), rows, np.repeat([0, 1], 50).astype(np.int32))
    refits = TreeRefits.of([(estimator, rows)])
    assert refits is not None
    low, high = estimator.decision_function(np.array([[0.0, 5.0], [1.0, 5.0]]))
    # the mean of the two is the base value; the first feature carries the whole difference
    effects = refits.effects(np.array([[0.0, 5.0], [1.0, 5.0]]))[0]
    np.testing.assert_allclose(effects, [[(low - high) / 2, 0.0], [(high - low) / 2, 0.0]])


def test_native_categories_lines_and_nothing_at_all_are_not_for_it() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows = np.random.default_rng(1).integers(0, 5, (300, 2)).astype(np.float64)
    labels = (rows[:, 0] % 2).astype(np.int32)
    native = learn(HistGradientBoostingClassifier(categorical_features=[0]), rows, labels)
    line = settled(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"].refits[0]
    assert TreeRefits.of([(native, rows)]) is None
    assert TreeRefits.of([(line.estimator, line.background)]) is None
    assert TreeRefits.of([]) is None
