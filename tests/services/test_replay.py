"""Any finding comes out the same from what was kept, and shows no number before it is decided."""

import json
from dataclasses import replace
from pathlib import Path

import builders
import builders_training as world
import pytest
from builders import Home

from workbench.domain.errors import CheckFailed, NotAllowed, NotFound
from workbench.domain.finding import Finding
from workbench.domain.log import EntryKind
from workbench.services import detect, replay
from workbench.services.replay import compared
from workbench.store import findings, releases
from workbench.store.registry import SERVED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    built = world.home_in_use(tmp_path_factory.mktemp("home"))
    detect.detect(
        built.desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5, per_case=2
    )
    return built


def all_findings(home: Home) -> list[Finding]:
    with home.desk.database.read() as connection:
        return findings.list_findings(connection, model=world.MODEL)


def test_every_finding_replays_bit_for_bit(home: Home) -> None:
    for finding in all_findings(home):
        outcome = replay.replay(home.desk, finding.id, account="analyst-1")
        assert outcome.same
        assert outcome.exact
        assert outcome.environment == ()


def test_an_undecided_finding_replays_without_a_number(home: Home) -> None:
    finding = all_findings(home)[0]
    outcome = replay.replay(home.desk, finding.id, account="analyst-1")
    assert outcome.numbers == {}
    assert set(outcome.as_json()) == {
        "finding",
        "result",
        "same",
        "erased",
        "exact",
        "environment",
    }
    sealed = findings.load_assessment(home.desk.vault, finding)
    shown = json.dumps(outcome.as_json()) + outcome.as_text()
    assert repr(sealed.score) not in shown
    assert repr(sealed.probability) not in shown


def test_a_decided_finding_replays_with_its_numbers(home: Home) -> None:
    finding = all_findings(home)[1]
    builders.decided(home, finding, "analyst-1")
    outcome = replay.replay(home.desk, finding.id, account="analyst-1")
    sealed = findings.load_assessment(home.desk.vault, finding)
    assert outcome.as_json()["score"] == sealed.score


def test_who_has_yet_to_decide_replays_without_a_number_t10(home: Home) -> None:
    finding = all_findings(home)[2]
    builders.decided(home, finding, "analyst-1")
    for name in ("supervisor-2", "supervisor"):
        outcome = replay.replay(home.desk, finding.id, account=name)
        assert (outcome.same, outcome.numbers) == (True, {})
    assert replay.replay(home.desk, finding.id, account="operator").numbers
    assert replay.replay(home.desk, finding.id, account="auditor").numbers
    builders.judged(home, finding, "supervisor")
    assert not replay.replay(home.desk, finding.id, account="supervisor").numbers
    builders.decided(home, finding, "supervisor")
    assert replay.replay(home.desk, finding.id, account="supervisor").numbers


def test_a_number_that_comes_out_otherwise_is_found(home: Home) -> None:
    finding = all_findings(home)[0]
    sealed = findings.load_assessment(home.desk.vault, finding)
    with home.desk.database.read() as connection:
        release = releases.by_id(connection, home.desk.vault, finding.release_id)
    fitted = home.desk.registry.load(
        home.desk.models[world.MODEL], run_id=release.run_id, digest=release.digest
    )
    off = replace(sealed, score=sealed.score + 1e-12)
    assert not compared(finding, off, fitted, tell=False).same
    elsewhere = replace(off, versions=off.versions | {"numpy": "0.0.1"})
    outcome = compared(finding, elsewhere, fitted, tell=False)
    assert outcome.same
    assert not outcome.exact
    assert outcome.environment[0].startswith("numpy 0.0.1 -> ")
    far = replace(elsewhere, probability=sealed.probability + 1e-6)
    assert not compared(finding, far, fitted, tell=False).same
    assert "DIFFERENT" in compared(finding, far, fitted, tell=False).as_text()


def test_an_erased_finding_says_so(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path)
    detect.detect(
        built.desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5, per_case=1
    )
    finding = all_findings(built)[0]
    built.desk.vault.erase(finding.id)
    outcome = replay.replay(built.desk, finding.id, account="analyst-1")
    assert outcome.as_json()["result"] == "erased"
    assert outcome.same
    assert "erased" in outcome.as_text()


def test_a_changed_artifact_is_not_replayed(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path)
    detect.detect(
        built.desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5, per_case=1
    )
    (path,) = (built.desk.home / "artifacts").rglob(SERVED)
    path.write_bytes(path.read_bytes() + b"x")
    again = builders.desk(built.desk.home, built.clock)
    again = replace(again, models=built.desk.models)
    with pytest.raises(CheckFailed, match="was changed"):
        replay.replay(again, all_findings(built)[0].id, account="analyst-1")


def test_each_replay_is_logged(home: Home) -> None:
    before = builders.n_entries(home, EntryKind.REPLAY)
    replay.replay(home.desk, all_findings(home)[0].id, account="auditor")
    assert builders.n_entries(home, EntryKind.REPLAY) == before + 1


def test_only_who_may_see_the_case_replays_it(home: Home) -> None:
    finding = all_findings(home)[0]
    with pytest.raises(NotAllowed):
        replay.replay(home.desk, finding.id, account="analyst-3")
    assert builders.refusals(home)[-1] == ("replay", "not_allowed", home.id_of("analyst-3"))
    with pytest.raises(NotAllowed):
        replay.replay(home.desk, finding.id, account="data-scientist")
    with pytest.raises(NotFound):
        replay.replay(home.desk, "F-NOTHING", account="analyst-1")
