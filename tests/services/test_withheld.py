"""An explanation that misses the model is withheld from end to end, said and logged (T12)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import builders
import builders_training as world
import pytest
from builders import Home
from builders_withheld import EVERY_BROKEN, Broken

from workbench.domain.log import EntryKind
from workbench.services import detect, release, replay, review, train
from workbench.store import findings

pytestmark = pytest.mark.slow


def with_model(built: Home, model: Broken) -> Home:
    return replace(built, desk=replace(built.desk, models={world.MODEL: model}))


@pytest.fixture(params=list(EVERY_BROKEN))
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """The small world with a release of a model that is explained wrongly, and its findings."""
    built = with_model(world.home(tmp_path), EVERY_BROKEN[request.param])
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
    detect.detect(desk, world.MODEL, dataset=world.WORLD, account="supervisor", seed=5)
    yield built


def test_what_misses_the_model_is_never_shown_but_said_and_logged(home: Home) -> None:
    with home.desk.database.read() as connection:
        sealed = findings.list_findings(connection, model=world.MODEL)
        log = [e.fields for e in home.desk.log.entries(connection)]
    backs = [findings.load_assessment(home.desk.vault, f) for f in sealed]
    withheld = [b for b in backs if b.explanation is None]
    assert withheld
    for back in withheld:
        assert "misses the model's output by" in back.withheld
        assert back.reasons_for == back.against == ()
    counted = [
        e["n_withheld"]
        for e in log
        if e["kind"] == EntryKind.CONSULTATION and e["what"] == "detection"
    ]
    assert sum(counted) == len(withheld)

    finding = next(f for f, b in zip(sealed, backs, strict=True) if b.explanation is None)
    builders.judged(home, finding, "supervisor")
    shown = review.unveil(home.desk, finding.id, account="supervisor")
    assert shown.explanation is None
    assert "withheld" in shown.withheld
    outcome = replay.replay(home.desk, finding.id, account="operator")
    assert outcome.exact  # withheld again, and the score is the same


def test_none_of_the_entries_names_a_finding_whose_explanation_was_withheld(home: Home) -> None:
    with home.desk.database.read() as connection:
        entries = [e.fields for e in home.desk.log.entries(connection)]
    for entry in entries:
        if "n_withheld" in entry:
            assert "finding" not in entry
