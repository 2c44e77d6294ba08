"""Models whose explainer is one of those of shap's that are known to miss, for what must refuse.

Nothing is faked: the estimator is fitted, and shap's own explainer is asked about it. Each
`Broken` is the small world's model with one such explainer in place of the right one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from builders_modelling import described
from builders_training import Callers

from workbench.analysis.explanation import Attribution, load_shap
from workbench.analysis.fitted_model import FittedModel
from workbench.analysis.graph import CaseGraph
from workbench.analysis.linear_refits import LinearRefits
from workbench.analysis.modelling import Candidates
from workbench.analysis.refits import Refits, checked, refits_of
from workbench.analysis.wording import Matrix

Explain = Callable[[Any, Matrix, Matrix], Attribution]


def with_a_background(estimator: Any, background: Matrix, rows: Matrix) -> Attribution:
    """Trees asked with a background: silently wrong by some tenths."""
    explainer = load_shap().TreeExplainer(
        estimator, background[:100], feature_perturbation="interventional"
    )
    effects = explainer.shap_values(rows, check_additivity=False)
    return Attribution("trees with a background", "", "", float(explainer.expected_value), effects)


def of_probabilities(estimator: Any, background: Matrix, rows: Matrix) -> Attribution:
    """Trees asked for parts of a probability."""
    explainer = load_shap().TreeExplainer(
        estimator,
        background[:100],
        feature_perturbation="interventional",
        model_output="probability",
    )
    effects = explainer.shap_values(rows, check_additivity=False)
    return Attribution("parts of a probability", "", "", float(explainer.expected_value), effects)


def as_trees_read(estimator: Any, background: Matrix, rows: Matrix) -> Attribution:
    """The explainer that is right for numeric trees, asked about native categories."""
    explainer = load_shap().TreeExplainer(estimator)
    base = float(np.ravel(explainer.expected_value)[0])
    return Attribution("native categories", "", "", base, explainer.shap_values(rows))


@dataclass(frozen=True)
class Misread(FittedModel):
    """A fitted model that is explained in a way that is known to miss."""

    explain_by: Explain

    def _served(self, rows: Matrix) -> Attribution:
        return self.explain_by(self.estimator, self.background, rows)


class Broken(Callers):
    """The small world's model, served as boosting and explained by `explain_by`.

    With `categorical`, numbers of calls are learnt as categories. Two fine-grained features make
    the trees deep enough for what shap misses to show.
    """

    described_by = (
        *Callers.described_by,
        described("rhythm", "points", "How evenly the days between their calls are spread."),
        described("reach", "points", "How far the calls of the two reach."),
    )

    def __init__(self, explain_by: Explain, *, categorical: bool = False) -> None:
        self.explain_by = explain_by
        self.categorical = categorical

    def features(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        table = super().features(graph, candidates, as_of=as_of)
        one, other = candidates.members.reshape(-1, 2).T.astype(float)
        fine = {"rhythm": np.sin(12.9898 * one + 78.233 * other), "reach": np.cos(one * other)}
        return table.assign(**fine)

    def _maker(self, name: str, seed: int) -> Callable[[], Any]:
        from sklearn.ensemble import HistGradientBoostingClassifier

        return lambda: HistGradientBoostingClassifier(
            max_iter=40,
            min_samples_leaf=5,
            random_state=seed,
            early_stopping=False,
            categorical_features=[0] if self.categorical else None,
        )

    def restore(self, state: Mapping[str, Any]) -> FittedModel:
        fitted = FittedModel.restore(state)
        kept = {f.name: getattr(fitted, f.name) for f in fields(FittedModel)}
        return Misread(**kept, explain_by=self.explain_by)


@dataclass(frozen=True)
class Misrefitted(FittedModel):
    """A fitted model of whose refits one says 0.001 log-odds more here than it says itself."""

    @property
    def _refits(self) -> Refits:  # type: ignore[override]
        pairs = [(r.estimator, r.background) for r in self.refits]
        found = refits_of(pairs)
        assert isinstance(found, LinearRefits)
        return checked(replace(found, starts=found.starts + 1e-3 * (np.arange(20) == 2)), pairs)


class BadRefits(Callers):
    """The small world's model, one of whose refits came back otherwise than it was kept."""

    def restore(self, state: Mapping[str, Any]) -> FittedModel:
        fitted = FittedModel.restore(state)
        return Misrefitted(**{f.name: getattr(fitted, f.name) for f in fields(FittedModel)})


CATEGORICAL = Broken(as_trees_read, categorical=True)
SERVED: Mapping[str, Broken] = {
    "trees with a background": Broken(with_a_background),
    "probability as the output": Broken(of_probabilities),
}
