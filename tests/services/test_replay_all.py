"""Every finding of the demonstration comes out bit for bit, and a changed snapshot is found."""

import json
from dataclasses import replace

import pytest
from builders_demo import DemoHome, run_workbench

from workbench import bootstrap
from workbench.services import replay
from workbench.store import findings
from workbench.store.desk import Desk

pytestmark = pytest.mark.slow


def ids(desk: Desk) -> list[str]:
    with desk.database.read() as connection:
        return [finding.id for finding in findings.list_findings(connection)]


def test_all_findings_of_the_demonstration_replay_bit_for_bit(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    every = ids(desk)
    assert len(every) >= 50
    outcomes = [replay.replay(desk, finding, account="operator") for finding in every]
    assert [o.finding_id for o in outcomes if not o.exact] == []
    told = [o for o in outcomes if o.numbers]
    assert told  # some are decided, so that their numbers are given
    for outcome in told:
        names = [name for name in outcome.numbers if name.startswith(("effect of", "reason of"))]
        assert {f"low {name}" for name in names} <= set(outcome.numbers)


def test_a_changed_snapshot_is_found(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    finding_id = ids(desk)[0]
    content = json.loads(desk.vault.get(finding_id, findings.ASSESSMENT))
    name = next(iter(content["snapshot"]))
    content["snapshot"][name] = repr(float(content["snapshot"][name]) + 1.0)
    desk.vault.put(finding_id, findings.ASSESSMENT, json.dumps(content).encode())
    done = run_workbench(demo_home.path, "replay", finding_id)
    assert done.returncode == 1
    assert "not what was sealed" in done.stderr


def test_a_snapshot_that_was_sealed_with_other_numbers_differs(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    with desk.database.read() as connection:
        finding = findings.list_findings(connection)[0]
    sealed = findings.load_assessment(desk.vault, finding)
    name = max(sealed.position, key=lambda n: sealed.position[n])
    other = sealed.snapshot | {name: repr(float(sealed.snapshot[name]) + 1.0)}
    fitted = desk.registry.load(
        desk.models[finding.model],
        run_id=desk.registry.versions(finding.model)[-1].run_id,
        digest=finding.release_digest,
    )
    changed = replace(sealed, snapshot=other)
    outcome = replay.compared(finding, changed, fitted, tell=False)
    assert not outcome.same
    assert outcome.as_json()["result"] == "differs"
