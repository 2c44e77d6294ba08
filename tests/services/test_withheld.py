"""An explanation that misses the model is withheld from end to end, said and logged (T12)."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import builders
import builders_training as world
import pytest
from builders import Home
from builders_withheld import CATEGORICAL, SERVED, BadRefits, Misread

from workbench.analysis.assessing import explained
from workbench.analysis.fitted_model import FittedModel
from workbench.analysis.modelling import TimeSplit, sample_at
from workbench.domain.errors import BadInput
from workbench.domain.finding import Assessment, Finding
from workbench.domain.log import EntryKind
from workbench.services import detect, release, replay, review, train
from workbench.store import findings

pytestmark = pytest.mark.slow


def with_model(built: Home, model: world.Callers) -> Home:
    return replace(built, desk=replace(built.desk, models={world.MODEL: model}))


@pytest.fixture(params=list(SERVED))
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """The small world with a release of a model that is explained wrongly, and its findings."""
    built = with_model(world.home(tmp_path), SERVED[request.param])
    in_use(built)
    detect.detect(built.desk, world.MODEL, dataset=world.WORLD, account="supervisor", seed=5)
    yield built


def in_use(built: Home) -> None:
    desk = built.desk
    run = train.train(desk, world.MODEL, dataset=world.WORLD, seed=5, account="data-scientist")
    number = train.register(desk, run, account="data-scientist")
    desk.registry.record_audit(world.MODEL, number, verdict="pass", report=world.REPORT)
    release.approve(
        desk,
        f"{world.MODEL}/{number}",
        account="supervisor",
        reason="The audit passed and the card is complete.",
        key=builders.key(),
    )


def sealed_in(built: Home) -> tuple[list[Finding], list[Assessment], list[Mapping[str, Any]]]:
    """Findings, their back halves, and what was logged of each detection."""
    with built.desk.database.read() as connection:
        sealed = findings.list_findings(connection, model=world.MODEL)
        log = [e.fields for e in built.desk.log.entries(connection)]
    backs = [findings.load_assessment(built.desk.vault, f) for f in sealed]
    told = [e for e in log if e["kind"] == EntryKind.CONSULTATION and e["what"] == "detection"]
    return sealed, backs, told


def test_a_bad_refit_withholds_explanation_and_interval_and_nothing_crashes(
    tmp_path: Path,
) -> None:
    built = with_model(world.home(tmp_path), BadRefits())
    in_use(built)
    detect.detect(built.desk, world.MODEL, dataset=world.WORLD, account="supervisor", seed=5)
    sealed, backs, told = sealed_in(built)
    assert backs
    for back in backs:
        assert "refit 3 misses its own output by 0.001 log-odds" in back.withheld
        assert (back.explanation, back.interval) == (None, None)
        assert back.calibration is not None  # the probability rests on no refit
    assert sum(e["n_withheld"] for e in told) == len(backs)
    for entry in told:
        assert entry["missed_by"] == ["refits on resampled people"]
        assert (entry["residual"], entry["residual_bound"]) == ("0.001", "1e-06")
    assert all(replay.replay(built.desk, f.id, account="operator").exact for f in sealed)
    (run,) = built.desk.registry.runs(world.MODEL)
    bad = built.desk.registry.load(BadRefits(), run_id=run.id, digest=run.digest)
    mended = FittedModel(**{f.name: getattr(bad, f.name) for f in fields(FittedModel)})
    assert not replay.compared(sealed[0], backs[0], mended, tell=False).same


def test_what_misses_the_model_is_never_shown_but_said_and_logged(home: Home) -> None:
    sealed, backs, told = sealed_in(home)
    withheld = [b for b in backs if b.explanation is None]
    assert withheld
    for back in withheld:
        assert "misses the model's output by" in back.withheld
        assert back.reasons_for == back.against == ()
    assert sum(e["n_withheld"] for e in told) == len(withheld)
    (largest,) = sorted((b.miss for b in withheld if b.miss), key=lambda m: float(m.residual))[-1:]
    logged = [e for e in told if e["n_withheld"]]
    assert max((e["residual"] for e in logged), key=float) == largest.residual
    assert all(e["missed_by"] == [largest.method] for e in logged)
    assert all("residual" not in e for e in told if not e["n_withheld"])

    finding = next(f for f, b in zip(sealed, backs, strict=True) if b.explanation is None)
    builders.judged(home, finding, "supervisor")
    shown = review.unveil(home.desk, finding.id, account="supervisor")
    assert shown.explanation is None
    assert "withheld" in shown.withheld
    outcome = replay.replay(home.desk, finding.id, account="operator")
    assert outcome.exact  # withheld again, and the score is the same


def test_native_categories_are_withheld_and_never_come_to_be_served(tmp_path: Path) -> None:
    """What shap misreads worst is refused twice: when it is trained, and when it is explained."""
    built = with_model(world.home(tmp_path), CATEGORICAL)
    with pytest.raises(BadInput, match="gradient boosting without native categories"):
        train.train(built.desk, world.MODEL, dataset=world.WORLD, seed=5, account="data-scientist")
    graph = built.desk.datasets.graph(world.WORLD)
    split = TimeSplit.of_graph(graph)
    learnt, later = (
        sample_at(CATEGORICAL, graph, as_of=at, until=until, seed=5)
        for at, until in (
            (split.train_at, split.calibrate_at),
            (split.calibrate_at, split.test_at),
        )
    )
    fitted = next(iter(CATEGORICAL.fit(learnt, later, seed=5).values()))
    kept = {f.name: getattr(fitted, f.name) for f in fields(FittedModel)} | {"refits": ()}
    misread = Misread(**kept, explain_by=CATEGORICAL.explain_by)
    said = [explained(misread, later.features.iloc[[i]]) for i in range(60)]
    assert all(made is None for made, _ in said)
    assert any("misses the model's output" in why for _, why in said)
    assert any(
        "no second computation" in why for _, why in said
    )  # where the sum is right by chance


def test_none_of_the_entries_names_a_finding_whose_explanation_was_withheld(home: Home) -> None:
    with home.desk.database.read() as connection:
        entries = [e.fields for e in home.desk.log.entries(connection)]
    for entry in entries:
        if "n_withheld" in entry:
            assert "finding" not in entry
