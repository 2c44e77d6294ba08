"""Explanations add up to the served model's own output, or are withheld (duty T12)."""

import numpy as np
import pandas as pd
import pytest
from builders_modelling import COLUMNS, sample, settled

from workbench.analysis.explanation import (
    Attribution,
    Peers,
    Words,
    explainer_of,
    explanations,
    load_shap,
    reasons_against,
    reasons_for,
    shown,
    stable_shares,
    unless,
)
from workbench.analysis.feature_model import logistic
from workbench.analysis.fitted_model import FittedModel, learn
from workbench.domain.errors import BadInput, Withheld
from workbench.domain.finding import Explanation, Space

WORDS = (
    Words("calls", "calls", "How many calls the two had."),
    Words("places", "places", "How many places both were at."),
)


@pytest.fixture(scope="module")
def fitted() -> dict[str, FittedModel]:
    return settled(sample(800, seed=1), sample(800, seed=2), seed=3)


def through_the_contract(attribution: Attribution, outputs: np.ndarray) -> tuple[Explanation, ...]:
    """The same check that every explanation passes, on plain rows."""
    n, wide = attribution.effects.shape
    rows = np.zeros((n, wide))
    return explanations(
        attribution,
        outputs,
        rows,
        words=[Words(f"f{j}", "points", "A feature.") for j in range(wide)],
        peers=Peers.of(rows),
        stable=np.zeros((n, wide)),
        n_refits=0,
    )


@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting"])
def test_base_and_effects_are_the_served_models_own_output(
    fitted: dict[str, FittedModel], name: str
) -> None:
    rows = sample(800, seed=5).features  # with missing values
    scores = fitted[name].score(rows)
    for explanation, score in zip(fitted[name].explain(rows), scores, strict=True):
        parts = explanation.base_value + sum(e.effect for e in explanation.effects)
        assert abs(parts - score) <= 1e-6
        assert explanation.output == score
        assert explanation.space is Space.LOG_ODDS


def test_method_and_background_are_stated(fitted: dict[str, FittedModel]) -> None:
    rows = sample(seed=5).features.head(1)
    linear = fitted["logistic_regression"].explain(rows)[0]
    trees = fitted["gradient_boosting"].explain(rows)[0]
    assert "LinearExplainer" in linear.method
    assert len(linear.background_digest) == 64
    assert "TreeExplainer, tree_path_dependent" in trees.method
    assert trees.background_digest == ""
    assert trees.n_refits == 5


def test_a_row_alone_is_explained_as_among_others(fitted: dict[str, FittedModel]) -> None:
    rows = sample(seed=5).features.head(20)
    for model in fitted.values():
        together = model.explain(rows)
        for i in range(20):
            alone = model.explain(rows.iloc[[i]])[0]
            for one, other in zip(alone.effects, together[i].effects, strict=True):
                assert abs(one.effect - other.effect) < 1e-12
                assert one.stable_share == other.stable_share


class TestControls:
    """Explainers of the same shap library that are known to miss; each must be refused."""

    def classified(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        rows = rng.normal(size=(600, 4))
        labels = (rows[:, 0] * rows[:, 1] + rows[:, 2] + rng.normal(size=600) > 0).astype(np.int32)
        return rows, labels

    def test_boosting_with_a_background_is_withheld(self) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        rows, labels = self.classified()
        model = learn(HistGradientBoostingClassifier(max_iter=40, random_state=0), rows, labels)
        explainer = load_shap().TreeExplainer(
            model, rows[:100], feature_perturbation="interventional"
        )
        effects = explainer.shap_values(rows[:50], check_additivity=False)
        broken = Attribution("interventional", "", float(explainer.expected_value), effects)
        with pytest.raises(Withheld, match="misses the model's output"):
            through_the_contract(broken, model.decision_function(rows[:50]))

    def test_probabilities_as_the_output_are_withheld(self) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        rows, labels = self.classified()
        model = learn(HistGradientBoostingClassifier(max_iter=40, random_state=0), rows, labels)
        explainer = load_shap().TreeExplainer(
            model,
            rows[:100],
            feature_perturbation="interventional",
            model_output="probability",
        )
        effects = explainer.shap_values(rows[:50], check_additivity=False)
        broken = Attribution("probability", "", float(explainer.expected_value), effects)
        with pytest.raises(Withheld):
            through_the_contract(broken, model.predict_proba(rows[:50])[:, 1])

    def test_native_categories_are_withheld(self) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        rng = np.random.default_rng(1)
        rows = np.column_stack([rng.integers(0, 12, 800), rng.normal(size=800)]).astype(float)
        labels = (np.isin(rows[:, 0], [1, 4, 6, 11]) ^ (rng.random(800) < 0.1)).astype(np.int32)
        model = learn(
            HistGradientBoostingClassifier(max_iter=40, categorical_features=[0], random_state=0),
            rows,
            labels,
        )
        attribution = explainer_of(model, rows)(rows[:50])
        with pytest.raises(Withheld):
            through_the_contract(attribution, model.decision_function(rows[:50]))

    def test_the_same_model_without_a_background_passes(self) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        rows, labels = self.classified()
        model = learn(HistGradientBoostingClassifier(max_iter=40, random_state=0), rows, labels)
        found = through_the_contract(
            explainer_of(model, rows)(rows[:50]), model.decision_function(rows[:50])
        )
        assert max(e.residual for e in found) < 1e-9

    def test_an_explanation_of_another_model_is_withheld(self) -> None:
        rows, labels = self.classified()
        one, other = (learn(logistic(), rows[:n], labels[:n]) for n in (600, 300))
        with pytest.raises(Withheld):
            through_the_contract(
                explainer_of(one, rows[:100])(rows[:50]), other.decision_function(rows[:50])
            )

    def test_what_is_not_a_number_is_withheld(self) -> None:
        nothing = Attribution("none", "", float("nan"), np.zeros((1, 2)))
        with pytest.raises(Withheld):
            through_the_contract(nothing, np.zeros(1))


def test_an_estimator_without_a_proven_explainer_is_refused() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    with pytest.raises(BadInput, match="KNeighborsClassifier") as refused:
        explainer_of(KNeighborsClassifier(), np.zeros((1, 1)))
    assert refused.value.code == "no_explainer"


def test_a_reason_is_stable_by_its_share_of_refits_near_the_top() -> None:
    # two refits of one row with four features; the top two are 0,1 and then 0,3
    one, other = np.array([[9.0, -8.0, 1.0, 2.0]]), np.array([[5.0, 0.1, 0.2, -4.0]])
    assert stable_shares([one, other], top=2).tolist() == [[1.0, 0.5, 0.0, 0.5]]


def test_an_effect_of_nothing_is_never_a_top_reason() -> None:
    assert stable_shares([np.array([[1.0, 0.0]])], top=2).tolist() == [[1.0, 0.0]]


def test_a_value_is_compared_with_peers_in_words() -> None:
    peers = Peers.of(np.column_stack([np.arange(101.0), np.full(101, 2.0)]))
    assert peers.compared(0, 97.0) == "higher than in 97 of 100 other candidates"
    assert peers.compared(0, 3.0) == "lower than in 97 of 100 other candidates"
    assert peers.compared(0, 1e9) == "higher than in 99 of 100 other candidates"
    assert peers.compared(1, 2.0) == "as in most other candidates (2)"
    assert peers.compared(0, 50.0) == "as in many other candidates (half lie between 25 and 75)"


def test_a_sentence_is_the_features_own_words_with_value_and_unit() -> None:
    said = WORDS[0].sentence(7.0, "higher than in 97 of 100 other candidates")
    assert said == (
        "How many calls the two had: 7 calls, higher than in 97 of 100 other candidates."
    )
    assert WORDS[0].sentence(float("nan"), "") == "How many calls the two had: no value."


@pytest.mark.parametrize(
    ("value", "text"), [(7.0, "7"), (0.123, "0.12"), (-1.55, "-1.6"), (12345.6, "12,346")]
)
def test_numbers_are_shown_short(value: float, text: str) -> None:
    assert shown(value) == text


def test_reasons_for_and_against_are_kept_apart(fitted: dict[str, FittedModel]) -> None:
    row = pd.DataFrame([[2.5, 0.0, 0.0]], columns=list(COLUMNS))
    explanation = fitted["logistic_regression"].explain(row)[0]
    assert explanation.stands_out
    assert reasons_for(explanation)[0].startswith("How many calls the two had: 2.5 calls")
    low = fitted["logistic_regression"].explain(row - [5.0, 0.0, 0.0])[0]
    assert reasons_against(low)[0].startswith("How many calls the two had: -2.5 calls")


def test_what_would_change_the_result_is_the_nearest_value_that_crosses() -> None:
    peers = Peers.of(np.column_stack([np.arange(101.0), np.arange(101.0)]))

    def probability(rows: np.ndarray) -> np.ndarray:
        return np.where(rows[:, 0] >= 40, 0.9, 0.1)

    row = np.array([60.0, 3.0])
    said = unless(probability, row, 0.5, words=WORDS, peers=peers, fixed=frozenset())
    assert said == (
        "It would no longer be put forward if this were 39 calls instead of 60 calls: "
        "How many calls the two had.",
    )


def test_what_cannot_be_checked_is_no_way_to_another_result() -> None:
    peers = Peers.of(np.column_stack([np.arange(101.0), np.arange(101.0)]))
    said = unless(
        lambda rows: rows[:, 0] / 100,
        np.array([60.0, 3.0]),
        0.5,
        words=WORDS,
        peers=peers,
        fixed=frozenset({"calls"}),
    )
    assert said == ("No change of one feature alone would change the result.",)


def test_what_was_not_put_forward_says_what_would_bring_it_forward() -> None:
    peers = Peers.of(np.column_stack([np.arange(101.0), np.arange(101.0)]))
    said = unless(
        lambda rows: rows[:, 0] / 100,
        np.array([10.0, 3.0]),
        0.5,
        words=WORDS,
        peers=peers,
        fixed=frozenset(),
    )
    assert said[0].startswith("It would be put forward if this were 50 calls instead of 10 calls")
