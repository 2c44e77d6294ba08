"""A finding whose explanation was withheld, and one on which the model cannot tell, as people see
them."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from builders_withheld import Misread
from playwright.sync_api import expect

from workbench import bootstrap
from workbench.analysis.fitted_model import FittedModel
from workbench.domain.finding import FindingStatus
from workbench.services import detect
from workbench.store import cases, findings
from workbench.store.desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]

MODEL = "money_flow"
REASON = "Dates and counterparts in the records agree with the claim."


def explained_by_a_copy(definition: Any) -> Any:
    """The model, explained by shap's own explainer of a refit instead of what is served: the
    mistake of checking an explanation against a copy of the model."""

    class Copied(type(definition)):
        def restore(self, state: Mapping[str, Any]) -> FittedModel:
            fitted = FittedModel.restore(state)
            kept = {f.name: getattr(fitted, f.name) for f in fields(FittedModel)}
            explain = replace(fitted, estimator=fitted.refits[0].estimator).explainer
            return Misread(**kept, explain_by=lambda estimator, background, rows: explain(rows))

    return Copied()


def unread(desk: Desk, wanted: Callable[[Any], bool]) -> str:
    """The first finding of the model that nobody has judged and whose assessment is as wanted;
    empty where there is none."""
    with desk.database.read() as connection:
        every = findings.list_findings(connection, model=MODEL, status=FindingStatus.UNDECIDED)
        found = [f for f in every if not findings.judgements_of(connection, desk.vault, f.id)]
    wanted_ones = (f.id for f in found if wanted(findings.load_assessment(desk.vault, f)))
    return next(wanted_ones, "")


def seal_one_that_misses(home: Path) -> str:
    """Seal findings by the misread release in a copy of the demonstration, case after case until
    one of them is withheld."""
    desk = bootstrap.open(home)
    misread = replace(desk, models={MODEL: explained_by_a_copy(desk.models[MODEL])})
    with desk.database.read() as connection:
        every = cases.of_dataset(connection, "world")
    for case in every:
        detect.detect(
            misread, MODEL, dataset="world", account="data-scientist", seed=99, case=case,
            per_case=9, random_share=0.2,
        )  # fmt: skip
        if found := unread(desk, lambda back: back.explanation is None):
            return found
    raise AssertionError("the copy missed the model nowhere")


def unveiled(person: Any, finding: str) -> None:
    person.go(f"finding?finding={finding}")
    person.choose("supported")
    person.page.get_by_label("How sure").fill("70")
    person.page.get_by_label("Why, in a line").fill(REASON)
    person.press("Seal my view")
    person.press("Show why it was found")
    expect(person.page.get_by_label("Reason, in a sentence or two").first).to_be_visible(
        timeout=45_000
    )


def test_a_withheld_explanation_and_a_model_that_cannot_tell_are_said(
    sign_in: Callable, served: Any
) -> None:
    """T12, T9"""
    home = served.home.path
    unsure = unread(
        bootstrap.open(home), lambda back: back.cannot_tell and back.explanation is not None
    )
    assert unsure
    withheld = seal_one_that_misses(home)
    person = sign_in("analyst-1")
    unveiled(person, withheld)
    person.see("The explanation is withheld")
    person.see("misses the model")
    assert person.page.get_by_text("effect on the score").count() == 0
    person.keep("finding-withheld")
    unveiled(person, unsure)
    person.see("cannot tell")
    person.see("Neither answer can be ruled out")
    person.keep("finding-cannot-tell")
    person.leave()
