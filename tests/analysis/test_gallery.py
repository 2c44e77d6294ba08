"""Examples of errors: which, in what order, and who is left out."""

from typing import cast

import numpy as np
import pytest
from builders_graph import GraphBuilder
from builders_modelling import Toy, sample, settled
from builders_withheld import Misread, with_a_background

from workbench.analysis.fitted_model import FittedModel
from workbench.analysis.gallery import FALSE_POSITIVE, KEPT, MISS, Example, gallery, unseen
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import ModelDefinition, Sample

pytestmark = pytest.mark.slow


class Named(Toy):
    name, title, unit = "toy", "Toy", "pair"


@pytest.fixture(scope="module")
def later() -> Sample:
    return sample(seed=4)


@pytest.fixture(scope="module")
def graph() -> CaseGraph:
    made = GraphBuilder()
    for _ in range(100):
        made.entity("person")
    return made.build()


@pytest.fixture(scope="module")
def fitted() -> dict[str, FittedModel]:
    return settled(sample(seed=1), sample(seed=2), seed=3)


def made(fitted: FittedModel, graph: CaseGraph, later: Sample) -> tuple[Example, ...]:
    return gallery(cast(ModelDefinition, Named()), fitted, graph, later)


def test_the_most_probable_unconfirmed_and_the_least_probable_missed_come_first(
    fitted: dict[str, FittedModel], graph: CaseGraph, later: Sample
) -> None:
    model = fitted["logistic_regression"]
    probability = model.probability(later.features)
    found = made(model, graph, later)
    wrong = [e.probability for e in found if e.kind == FALSE_POSITIVE]
    missed = [e.probability for e in found if e.kind == MISS]
    ahead = probability >= model.threshold
    assert wrong == sorted(probability[ahead & (later.labels == 0)], reverse=True)[:KEPT]
    assert missed == sorted(probability[~ahead & (later.labels == 1)])[:KEPT]
    assert wrong
    assert missed


def test_an_example_says_no_name_and_no_id_but_to_leave_it_out(
    fitted: dict[str, FittedModel], graph: CaseGraph, later: Sample
) -> None:
    """T10"""
    example = made(fitted["logistic_regression"], graph, later)[0]
    assert len(example.subjects) in (1, 2)
    shown = f"{example.reasons_for}{example.against}{example.unless}{example.label_source}"
    assert not any(subject in shown for subject in example.subjects)
    assert "person" not in shown
    assert "Asked in January 2024" in example.label_source


def test_what_misses_the_model_is_withheld_in_the_gallery_too(
    fitted: dict[str, FittedModel], graph: CaseGraph, later: Sample
) -> None:
    """T12, the control: shap's trees asked with a background."""
    trees = fitted["gradient_boosting"]
    broken = Misread(
        **{name: getattr(trees, name) for name in trees.__dataclass_fields__},
        explain_by=with_a_background,
    )
    later = later.take(np.arange(60))  # each that is withheld is asked on its own
    found = made(broken, graph, later)
    held = [e for e in found if e.withheld]
    assert len(held) > len(found) / 2
    assert all(not e.reasons_for and not e.against for e in held)
    assert not [e for e in made(trees, graph, later) if e.withheld]


def example(*subjects: str) -> Example:
    return Example(
        kind=MISS,
        unit="pair",
        probability=0.1,
        interval=(0.05, 0.2),
        reasons_for=("How many: 3.",),
        against=(),
        unless=("It would.",),
        withheld="",
        label_source="Asked in May.",
        subjects=frozenset(subjects),
    )


@pytest.mark.parametrize(
    ("about", "finding", "stays"),
    [
        (("P-1", "P-2"), ("P-1", "P-2"), False),
        (("P-1", "P-2"), ("P-2", "P-3"), False),  # half of a pair is one person
        (("P-1", "P-2"), ("P-3", "P-4"), True),
        (("A-1", "A-2", "A-3", "A-4", "A-5"), ("A-1", "A-2", "A-6", "A-7", "A-8"), True),
        (("A-1", "A-2", "A-3", "A-4", "A-5"), ("A-1", "A-2"), False),  # half of the finding
        (("A-1", "A-2", "A-3", "A-4"), ("A-1", "A-2", "A-6", "A-7", "A-8"), False),
    ],
)
def test_what_is_before_people_is_left_out(
    about: tuple[str, ...], finding: tuple[str, ...], stays: bool
) -> None:
    """T10"""
    one = example(*about)
    assert unseen((one,), [frozenset(finding)]) == ((one,) if stays else ())


def test_it_reads_back_as_it_was_kept() -> None:
    one = example("P-1", "P-2")
    assert Example.of_json(one.as_json()) == one
