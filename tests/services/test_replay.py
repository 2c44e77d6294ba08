"""Any finding comes out the same from what was kept, and shows no number before it is decided."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders
import builders_training as world
import pytest
from builders import Home

from workbench.analysis.modelling import Fitted
from workbench.domain.errors import CheckFailed, NotAllowed, NotFound
from workbench.domain.finding import Assessment, Finding
from workbench.domain.log import EntryKind
from workbench.services import detect, replay
from workbench.services.replay import Result, compared, kept
from workbench.store import findings, releases
from workbench.store.environment import environment_here
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


def sealed_and_fitted(home: Home, finding: Finding) -> tuple[Assessment, Fitted]:
    with home.desk.database.read() as connection:
        release = releases.by_id(connection, home.desk.vault, finding.release_id)
    fitted = home.desk.registry.load(
        home.desk.models[world.MODEL], run_id=release.run_id, digest=release.digest
    )
    return findings.load_assessment(home.desk.vault, finding), fitted


def last_logged(home: Home) -> dict[str, object]:
    """What the newest replay entry says, beside who, of what and when."""
    with home.desk.database.read() as connection:
        entries = [row.fields for row in home.desk.log.entries(connection)]
    said = [entry for entry in entries if entry["kind"] == EntryKind.REPLAY][-1]
    return {word: said[word] for word in ("result", "exact", "environment", "why") if word in said}


def detected(folder: Path) -> Home:
    built = world.home_in_use(folder)
    detect.detect(
        built.desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5, per_case=1
    )
    return built


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
        "differing",
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


def test_every_feature_of_the_model_is_compared(home: Home) -> None:
    sealed, fitted = sealed_and_fitted(home, all_findings(home)[0])
    names = set(kept(sealed))
    for feature in fitted.feature_names:
        each = {f"effect of {feature}", f"low effect of {feature}", f"high effect of {feature}"}
        assert each | {f"stability of {feature}"} <= names
        assert any(feature in name for name in names if name.startswith("low reason of"))


TINY = 1e-12


def explanation_with(sealed: Assessment, **changes: Any) -> Assessment:
    assert sealed.explanation is not None
    return replace(sealed, explanation=replace(sealed.explanation, **changes))


def changed(sealed: Assessment, what: str, **changes: Any) -> Assessment:
    """`sealed` with the last of its effects or reasons changed."""
    *others, last = getattr(sealed.explanation, what)
    return explanation_with(sealed, **{what: (*others, replace(last, **changes))})


def last(sealed: Assessment, what: str) -> Any:
    return getattr(sealed.explanation, what)[-1]


def wider(interval: tuple[float, float], end: int) -> tuple[float, float]:
    return (interval[0] - TINY, interval[1]) if end == 0 else (interval[0], interval[1] + TINY)


CHANGES: dict[str, Callable[[Assessment], Assessment]] = {
    "score": lambda s: replace(s, score=s.score + TINY),
    "probability": lambda s: replace(s, probability=s.probability + TINY),
    "low": lambda s: replace(s, interval=wider(s.interval, 0)),
    "high": lambda s: replace(s, interval=wider(s.interval, 1)),
    "answers": lambda s: replace(
        s, answers=tuple(a for a in (True, False) if (a in s.answers) != a)
    ),
    "flags": lambda s: replace(s, flags=(*s.flags, "Another one.")),
    "base value": lambda s: explanation_with(s, base_value=s.explanation.base_value + TINY),
    "output": lambda s: explanation_with(s, output=s.explanation.output + TINY),
    "background digest": lambda s: explanation_with(s, background_digest="0" * 64),
    "refits": lambda s: explanation_with(s, n_refits=s.explanation.n_refits + 1),
    "effect of": lambda s: changed(s, "effects", effect=last(s, "effects").effect + TINY),
    "low effect of": lambda s: changed(
        s, "effects", interval=wider(last(s, "effects").interval, 0)
    ),
    "high effect of": lambda s: changed(
        s, "effects", interval=wider(last(s, "effects").interval, 1)
    ),
    "stability of": lambda s: changed(
        s, "effects", stable_share=abs(last(s, "effects").stable_share - TINY)
    ),
    "reason of": lambda s: changed(s, "reasons", effect=last(s, "reasons").effect + TINY),
    "low reason of": lambda s: changed(
        s, "reasons", interval=wider(last(s, "reasons").interval, 0)
    ),
    "stability of reason": lambda s: changed(
        s, "reasons", stable_share=abs(last(s, "reasons").stable_share - TINY)
    ),
}


@pytest.mark.parametrize("part", CHANGES)
def test_each_part_that_was_sealed_otherwise_is_found_and_named(home: Home, part: str) -> None:
    finding = all_findings(home)[0]
    sealed, fitted = sealed_and_fitted(home, finding)
    outcome = compared(finding, CHANGES[part](sealed), fitted, tell=False)
    assert outcome.result is Result.DIFFERS
    (name,) = outcome.differing
    assert name == part or name.removeprefix(part).startswith(" ")
    assert f"DIFFERENT from what was sealed, in 1 part: {name}" in outcome.as_text()


def test_an_explanation_that_was_sealed_and_is_withheld_now_differs(home: Home) -> None:
    finding = all_findings(home)[0]
    sealed, fitted = sealed_and_fitted(home, finding)
    withheld = replace(sealed, explanation=None, withheld="It misses the output.")
    outcome = compared(finding, withheld, fitted, tell=False)
    assert outcome.result is Result.DIFFERS
    assert "withheld" in outcome.differing


def test_last_bits_may_differ_in_another_environment_alone_which_is_named(home: Home) -> None:
    finding = all_findings(home)[0]
    sealed, fitted = sealed_and_fitted(home, finding)
    off = replace(sealed, score=sealed.score + 1e-12)
    assert compared(finding, off, fitted, tell=False).result is Result.DIFFERS
    elsewhere = replace(off, versions=off.versions | {"blas": "openblas 0.1 Prescott"})
    outcome = compared(finding, elsewhere, fitted, tell=False)
    assert (outcome.result, outcome.same, outcome.exact) == (Result.NEAR, True, False)
    here = environment_here()["blas"]
    assert outcome.environment == (f"blas openblas 0.1 Prescott -> {here}",)
    assert "the last bits of 1 part differ" in outcome.as_text()
    assert "The environment differs: blas openblas 0.1 Prescott" in outcome.as_text()
    far = replace(elsewhere, probability=sealed.probability + 1e-6)
    outcome = compared(finding, far, fitted, tell=False)
    assert (outcome.result, outcome.differing) == (Result.DIFFERS, ("probability",))


def test_what_was_not_kept_of_an_environment_counts_as_another(home: Home) -> None:
    finding = all_findings(home)[0]
    sealed, fitted = sealed_and_fitted(home, finding)
    early = {k: v for k, v in sealed.versions.items() if k != "cpu"}
    outcome = compared(finding, replace(sealed, versions=early), fitted, tell=False)
    assert outcome.exact
    assert outcome.environment == (f"cpu unknown -> {environment_here()['cpu']}",)


def test_an_erased_finding_says_so(tmp_path: Path) -> None:
    built = detected(tmp_path)
    finding = all_findings(built)[0]
    builders.erased(built, finding.id)
    outcome = replay.replay(built.desk, finding.id, account="analyst-1")
    assert outcome.as_json()["result"] == "erased"
    assert outcome.same is None
    assert "erased" in outcome.as_text()
    assert last_logged(built) == {"result": "erased"}


def test_a_key_that_is_gone_without_an_erasure_is_a_fault_and_logged(tmp_path: Path) -> None:
    built = detected(tmp_path)
    finding, other = all_findings(built)[:2]
    builders.erased(built, other.id)
    built.desk.vault.erase(finding.id)
    with pytest.raises(CheckFailed, match="holds no erasure of it"):
        replay.replay(built.desk, finding.id, account="analyst-1")
    assert last_logged(built) == {"result": "unverifiable", "why": "key"}


def test_content_that_is_gone_while_its_key_is_there_is_a_fault_and_logged(tmp_path: Path) -> None:
    built = detected(tmp_path)
    finding = all_findings(built)[0]
    shutil.rmtree(built.desk.home / "vault" / "content")
    with pytest.raises(CheckFailed, match="restore vault/content from a backup"):
        replay.replay(built.desk, finding.id, account="analyst-1")
    assert last_logged(built) == {"result": "unverifiable", "why": "content"}


def test_an_artifact_that_was_changed_or_is_gone_is_a_fault_and_logged(tmp_path: Path) -> None:
    built = detected(tmp_path)
    finding = all_findings(built)[0]
    (path,) = (built.desk.home / "artifacts").rglob(SERVED)
    path.write_bytes(path.read_bytes() + b"x")
    again = builders.desk(built.desk.home, built.clock)
    again = replace(again, models=built.desk.models)
    with pytest.raises(CheckFailed, match="was changed"):
        replay.replay(again, finding.id, account="analyst-1")
    path.unlink()
    with pytest.raises(CheckFailed, match="restore it from a backup"):
        replay.replay(again, finding.id, account="analyst-1")
    assert last_logged(built) == {"result": "unverifiable", "why": "artifact"}
    assert builders.n_entries(built, EntryKind.REPLAY) == 2


def test_the_log_says_what_came_out_and_where(home: Home) -> None:
    replay.replay(home.desk, all_findings(home)[0].id, account="auditor")
    assert last_logged(home) == {"result": "same", "exact": True, "environment": []}


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
