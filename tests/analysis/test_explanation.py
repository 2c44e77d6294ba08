"""Explanations add up to the served model's own output, or are withheld (duty T12)."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders_modelling import COLUMNS, sample, settled

from workbench.analysis.explanation import (
    Attribution,
    Refitted,
    Speech,
    explainer_of,
    explanations,
    load_shap,
    reasons_against,
    reasons_for,
)
from workbench.analysis.feature_model import logistic
from workbench.analysis.fitted_model import FittedModel, learn
from workbench.analysis.wording import Peers, Words
from workbench.domain.errors import BadInput, Withheld
from workbench.domain.finding import Explanation, Space

WORDS = (
    Words("calls", "calls", "calls", "How many calls the two had."),
    Words("places", "places", "places", "How many places both were at."),
)


@pytest.fixture(scope="module")
def fitted() -> dict[str, FittedModel]:
    return settled(sample(800, seed=1), sample(800, seed=2), seed=3)


def through_the_contract(attribution: Attribution, outputs: np.ndarray) -> tuple[Explanation, ...]:
    """The same check that every explanation passes, on plain rows."""
    n, wide = attribution.effects.shape
    rows = np.zeros((n, wide))
    words = [Words(f"f{j}", f"f {j}", "points", "A feature.") for j in range(wide)]
    alone = tuple((j,) for j in range(wide))
    speech = Speech(words, Peers.of(rows), alone, alone)
    return explanations(
        attribution, outputs, rows, speech=speech, refitted=Refitted(np.empty((0, n, wide)))
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
    assert trees.n_refits == 20


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
        broken = Attribution("interventional", "", "", float(explainer.expected_value), effects)
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
        broken = Attribution("probability", "", "", float(explainer.expected_value), effects)
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

    @pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting"])
    def test_credit_that_moved_between_features_is_withheld_though_it_adds_up(
        self, fitted: dict[str, FittedModel], name: str
    ) -> None:
        model, rows = fitted[name], sample(seed=5).features.head(6)
        honest = model.explainer

        def swapped(of: np.ndarray) -> Attribution:
            said = honest(of)
            return replace(said, effects=said.effects[:, ::-1])

        moved = replace(model)
        moved.__dict__["explainer"] = swapped
        with pytest.raises(Withheld, match="second computation differ"):
            moved.explain(rows)
        (part,) = moved.explain_in_bulk(rows)
        assert part.withheld.all()
        assert np.isnan(part.effects).all()
        assert not next(iter(model.explain_in_bulk(rows))).withheld.any()

    def test_what_is_not_a_number_is_withheld(self) -> None:
        nothing = Attribution("none", "", "", float("nan"), np.zeros((1, 2)))
        with pytest.raises(Withheld):
            through_the_contract(nothing, np.zeros(1))


def test_an_estimator_without_a_proven_explainer_is_refused() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    with pytest.raises(BadInput, match="KNeighborsClassifier") as refused:
        explainer_of(KNeighborsClassifier(), np.zeros((1, 1)))
    assert refused.value.code == "no_explainer"


def two_rows(
    effects: list[list[float]],
    refits: list[list[list[float]]],
    groups: tuple[tuple[int, ...], ...],
    *,
    history: list[list[float]] | None = None,
    signs: tuple[tuple[int, ...], ...] | None = None,
    slopes: tuple[float, ...] = (),
) -> tuple[Explanation, ...]:
    """Explanations of rows of three counted features, by effects written down by hand."""
    served = np.array(effects)
    words = [Words(n, n, n, f"How many {n} there were.") for n in ("calls", "places", "days")]
    rows = np.tile([3.0, 1.0, np.nan], (len(served), 1))
    return explanations(
        Attribution("by hand", "", "", 0.5, served),
        0.5 + served.sum(axis=1),
        rows,
        speech=Speech(
            words,
            Peers.of(np.full((10, 3), 0.5)),
            groups,
            signs or tuple((1,) * len(group) for group in groups),
            own="a year earlier",
            slopes=slopes,
        ),
        refitted=Refitted(np.array(refits, np.float64).reshape(-1, *served.shape)),
        history=None if history is None else np.array(history),
    )


def test_features_that_go_together_are_summed_ranked_and_named_as_one() -> None:
    refits = [[[1.0, 2.0, 0.1]], [[2.0, 1.0, 0.2]]] * 10
    (explanation,) = two_rows([[1.0, 2.0, 0.1]], refits, ((0, 1), (2,)))
    together, alone = explanation.reasons
    assert together.features == ("calls", "places")
    assert together.label == "Calls and places"
    assert together.effect == 3.0
    assert together.sentence == (
        "Calls and places, which rise and fall together, count as one reason. Places: 1 place "
        "(higher than in 99 of 100 candidates that it learnt from); calls: 3 calls (higher than "
        "in 99 of 100 candidates that it learnt from)."
    )
    assert alone.label == "Days"
    # the sum is 3 in all refits: it does not scatter, though each of the two does by
    # 1.96 · sd(ten of 1, ten of 2) = 1.96 · sqrt(20 · 0.25 / 19) = 1.96 · 0.5130 = 1.005
    assert together.interval == (3.0, 3.0)
    low, high = explanation.effects[0].interval or (0.0, 0.0)
    assert (round(low, 3), round(high, 3)) == (-0.005, 2.005)


@pytest.mark.parametrize(
    ("group", "signs", "said"),
    [
        ((0, 1), (1, -1), "Calls and places, of which one rises as the other falls, count as one"),
        ((0, 1, 2), (1, 1, -1), "Calls, places and days, of which some rise as others fall, count"),
        ((0, 1, 2), (1, 1, 1), "Calls, places and days, which rise and fall together, count"),
    ],
)
def test_what_moves_in_opposite_ways_is_not_said_to_rise_together(
    group: tuple[int, ...], signs: tuple[int, ...], said: str
) -> None:
    others = tuple((j,) for j in range(3) if j not in group)
    signed = (signs, *((1,) for _ in others))
    (made,) = two_rows([[1.0, 2.0, 0.1]], [], (group, *others), signs=signed)
    assert made.reasons[0].sentence.startswith(said)


def test_only_what_outlasts_four_of_five_refits_is_a_reason() -> None:
    # calls stays on top, on the same side, in 16 of 20 refits; places turns round in eight
    refits = ([[[2.0, -1.0, 0.0]]] * 3 + [[[2.0, 1.0, 0.0]], [[-2.0, 1.0, 0.0]]]) * 4
    (explanation,) = two_rows([[2.0, -1.0, 0.0]], refits, ((0,), (1,), (2,)))
    assert [r.stable_share for r in explanation.reasons] == [0.8, 0.6, 0.0]
    assert [s.split(":")[0] for s in reasons_for(explanation)] == ["How many calls there were"]
    assert reasons_against(explanation) == ()


def test_without_a_stable_reason_none_is_named() -> None:
    refits = [[[2.0, -1.0, 0.0]], [[-2.0, 1.0, 0.0]]]
    (explanation,) = two_rows([[2.0, -1.0, 0.0]], refits, ((0,), (1,), (2,)))
    assert not explanation.stands_out
    assert reasons_for(explanation) == reasons_against(explanation) == ()


def test_what_speaks_against_is_stated_however_much_speaks_for() -> None:
    (explanation,) = two_rows(
        [[9.0, -0.2, 0.0]], [[[9.0, -0.2, 0.0]]] * 20, ((0,), (1,), (2,))
    )  # 0.2 is less than a twentieth of all, and all that speaks against
    assert reasons_against(explanation) == (
        "How many places there were: 1 place, higher than in 99 of 100 candidates that it learnt "
        "from.",
    )


@pytest.mark.parametrize(("slope", "said"), [(-1.0, "More"), (1.0, "Less")])
def test_what_speaks_against_says_whether_more_of_it_does_as_the_served_line_has_it(
    slope: float, said: str
) -> None:
    # 1 place is above most, and may lie below the mean of a few that have very many
    (explanation,) = two_rows(
        [[2.0, -1.0, 0.0]],
        [[[2.0, -1.0, 0.0]]] * 20,
        ((0,), (1,), (2,)),
        slopes=(1.0, slope, 1.0),
    )
    (against,) = reasons_against(explanation)
    assert against.endswith(f"{said} of it speaks against.")
    assert "speaks against" not in reasons_for(explanation)[0]


def test_the_served_lines_slopes_are_those_that_its_effects_follow(
    fitted: dict[str, FittedModel],
) -> None:
    line, rows = fitted["logistic_regression"], pd.DataFrame(np.eye(4, 3), columns=list(COLUMNS))
    effects = [[e.effect for e in made.effects] for made in line.explain(rows)]
    moved = np.diag(np.array(effects[:3]) - np.array(effects[3]))  # each feature from 0 to 1
    assert np.allclose(line._speech.slopes, moved)
    assert fitted["gradient_boosting"]._speech.slopes == ()  # more may speak either way there


def test_that_refits_disagree_on_how_much_a_reason_counts_is_said() -> None:
    # 1 in 16 refits, 11 in three and -9 in one: on top of its side in 19 of 20, and they scatter
    refits = [[[1.0, 0.0, 0.0]]] * 16 + [[[11.0, 0.0, 0.0]]] * 3 + [[[-9.0, 0.0, 0.0]]]
    (explanation,) = two_rows([[1.0, 0.0, 0.0]], refits, ((0,), (1,), (2,)))
    (said,) = reasons_for(explanation)
    assert said.endswith("Refits disagree on how much it counts.")
    (sure,) = two_rows([[1.0, 0.0, 0.0]], [[[1.0, 0.0, 0.0]]] * 20, ((0,), (1,), (2,)))
    assert "disagree" not in reasons_for(sure)[0]


def test_a_value_is_set_against_its_own_history_where_there_is_one() -> None:
    history = [[1.0, np.nan, 4.0]]
    (explanation,) = two_rows([[1.0, 0.5, 0.1]], [], ((0,), (1,), (2,)), history=history)
    calls, places, days = explanation.effects
    assert (calls.usual, places.usual, days.usual) == (1.0, None, 4.0)
    assert calls.sentence == (
        "How many calls there were: 3 calls, higher than in 99 of 100 candidates that it learnt "
        "from, a year earlier: 1 call."
    )
    assert "earlier" not in places.sentence
    assert days.sentence == "How many days there were: no value, a year earlier: 4 days."


def test_reasons_for_and_against_are_kept_apart(fitted: dict[str, FittedModel]) -> None:
    row = pd.DataFrame([[2.5, 0.0, 0.0]], columns=list(COLUMNS))
    explanation = fitted["logistic_regression"].explain(row)[0]
    assert explanation.stands_out
    assert reasons_for(explanation)[0].startswith("How many calls the two had: 2.5 calls")
    assert reasons_against(explanation) == ()
    low = fitted["logistic_regression"].explain(row - [5.0, 0.0, 0.0])[0]
    assert reasons_against(low)[0].startswith("How many calls the two had: -2.5 calls")
