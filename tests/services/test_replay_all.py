"""Every finding of the demonstration comes out bit for bit, and a changed snapshot is found."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest
from builders_demo import DemoHome, run_workbench

from workbench import bootstrap
from workbench.services import replay
from workbench.store import accounts, findings
from workbench.store.desk import Desk
from workbench.store.erasure import erase_finding

pytestmark = pytest.mark.slow


def ids(desk: Desk) -> list[str]:
    with desk.database.read() as connection:
        return [finding.id for finding in findings.list_findings(connection)]


def moved(environment: Sequence[str]) -> list[str]:
    """What differs, but for the commit: a home kept between two runs of the tests is of an earlier
    one."""
    return [part for part in environment if not part.startswith("commit ")]


def test_all_findings_of_the_demonstration_replay_bit_for_bit(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    every = ids(desk)
    assert len(every) >= 50
    outcomes = [replay.replay(desk, finding, account="operator") for finding in every]
    assert [o.finding_id for o in outcomes if not o.exact or moved(o.environment)] == []


def test_every_effect_with_its_interval_and_stability_is_among_what_replays(
    demo_home: DemoHome,
) -> None:
    desk = bootstrap.open(demo_home.path)
    with desk.database.read() as connection:
        every = findings.list_findings(connection)
    explained = set()
    for finding in every:
        sealed = findings.load_assessment(desk.vault, finding)
        if sealed.explanation is None:
            continue
        explained.add(finding.model)
        names = set(replay.kept(sealed))
        for feature in sealed.snapshot:
            effect = {f"effect of {feature}", f"low effect of {feature}"}
            assert effect | {f"stability of {feature}"} <= names
    assert explained == set(desk.models)


ELSEWHERE = """
import json, sys
from pathlib import Path
from workbench import bootstrap
from workbench.services import replay
desk = bootstrap.open(Path(sys.argv[1]))
found = [replay.replay(desk, name, account="operator") for name in sys.argv[2:]]
print(json.dumps([[o.result, list(o.environment)] for o in found]))
"""
KERNELS = """
import numpy, threadpoolctl
print(*(f.get("architecture") for f in threadpoolctl.threadpool_info()))
"""


def run_python(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
    return done.stdout


def another_kernel(monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel that OpenBLAS does not choose here and takes when told, set for what is run next."""
    here = run_python(KERNELS)
    for core in ("Haswell", "Nehalem", "ARMV8", "NEOVERSEN1"):
        monkeypatch.setenv("OPENBLAS_CORETYPE", core)
        if run_python(KERNELS) != here:
            return core
    pytest.skip("OpenBLAS has one kernel only on this machine.")


def test_on_another_kernel_of_openblas_findings_replay_within_the_bound_and_it_is_named(
    demo_home: DemoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = ids(bootstrap.open(demo_home.path))[::4]
    core = another_kernel(monkeypatch)
    outcomes = json.loads(run_python(ELSEWHERE, str(demo_home.path), *some))
    assert len(outcomes) == len(some)
    assert {result for result, _ in outcomes} <= {"same", "near"}
    for _, environment in outcomes:
        (part,) = moved(environment)
        assert part.startswith("blas ")
        assert core.lower() in part.split(" -> ")[1].lower()
    done = run_workbench(demo_home.path, "replay", some[0])
    assert done.returncode == 0
    assert "The environment differs: blas openblas" in done.stdout


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


def test_a_key_that_was_deleted_by_hand_is_no_erasure(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    finding = ids(desk)[0]
    desk.vault.erase(finding)
    done = run_workbench(demo_home.path, "replay", finding)
    assert done.returncode == 1
    assert "the log holds no erasure of it" in done.stderr
    done = run_workbench(demo_home.path, "log", "verify")
    assert done.returncode == 1
    assert f"The key of finding {finding} is gone" in done.stdout


def test_an_erased_finding_says_so_and_leaves_the_log_sound(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    finding = ids(desk)[0]
    with desk.database.read() as connection:
        operator = accounts.by_name(connection, "operator")
    erase_finding(desk.log, desk.vault, finding, account=operator)
    done = run_workbench(demo_home.path, "replay", finding, "--json")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert (said["result"], said["same"], said["erased"]) == ("erased", None, True)
    assert run_workbench(demo_home.path, "log", "verify").returncode == 0
