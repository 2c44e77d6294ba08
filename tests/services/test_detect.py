"""Detection: only with a release in use, sealed and logged, a random share mixed in."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import builders
import builders_training as world
import numpy as np
import pytest
from builders import Home

from workbench.analysis.picture import rows_of_ids
from workbench.domain.errors import BadInput, NotAllowed, NotCleared, NotFound
from workbench.domain.finding import Assessment, Claim, Finding
from workbench.domain.log import EntryKind
from workbench.services import detect, release
from workbench.store import cases, findings
from workbench.store.environment import environment_here

pytestmark = pytest.mark.slow


def detected(home: Home, account: str = "analyst-1", **more: Any) -> list[str]:
    return detect.detect(
        home.desk, world.MODEL, dataset=world.WORLD, account=account, seed=5, **more
    )


def content(home: Home) -> list[tuple[Finding, Claim, Assessment]]:
    with home.desk.database.read() as connection:
        found = findings.list_findings(connection, model=world.MODEL)
    vault = home.desk.vault
    return [(f, findings.load_claim(vault, f), findings.load_assessment(vault, f)) for f in found]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    built = world.home_in_use(tmp_path_factory.mktemp("home"))
    detected(built)
    return built


def test_findings_are_sealed_in_every_case_with_a_random_share(home: Home) -> None:
    found = content(home)
    assert {f.case_id for f, _, _ in found} == {f"C-{100 + n}" for n in range(world.N_CASES)}
    forward = [a for _, _, a in found if a.drawn and not a.drawn.at_random]
    random = [a for _, _, a in found if a.drawn and a.drawn.at_random]
    assert len(forward) == 4 * world.N_CASES
    assert len(random) == world.N_CASES  # a fifth of all
    assert all(a.probability >= a.threshold for a in forward)
    assert all(a.proposed == (a.probability >= a.threshold) for a in (*forward, *random))


def test_each_finding_is_sealed_with_how_likely_it_was_to_come_before_people(home: Home) -> None:
    graph = home.desk.datasets.graph(world.WORLD)
    for finding, claim, assessment in content(home):
        drawn = assessment.drawn
        assert drawn is not None
        assert "drawn" not in repr(claim)
        with home.desk.database.read() as connection:
            ids = cases.entity_ids(connection, home.desk.vault, finding.case_id)
        n = len(
            world.Callers().candidates(
                graph,
                as_of=claim.as_of,
                anchors=np.array(rows_of_ids(graph, ids), np.int32),
                seed=5,
            )
        )
        assert drawn.n_left == n - 4  # all but the four put forward, likely ones among them
        assert drawn.probability == (1 / (n - 4) if drawn.at_random else 1)


def test_the_claim_says_nothing_of_the_model(home: Home) -> None:
    for _, claim, assessment in content(home):
        said = repr(claim)
        for number in (assessment.score, assessment.probability, assessment.threshold):
            assert repr(number) not in said
        assert "may be connected" in claim.text
        assert world.MODEL not in said
        assert claim.records
        assert len(claim.subject_ids) == 2


def test_the_order_of_findings_follows_their_random_ids_not_their_scores(home: Home) -> None:
    scores = [a.score for f, _, a in content(home) if f.case_id == "C-100"]
    by_case = [[a.score for f, _, a in content(home) if f.case_id == c] for c in ("C-101", "C-102")]
    ranked = [s == sorted(s, reverse=True) for s in (scores, *by_case)]
    assert not all(ranked)


def test_an_assessment_holds_what_replay_and_reader_need(home: Home) -> None:
    for finding, _, assessment in content(home):
        assert assessment.release_id == finding.release_id == "callers/1"
        assert set(assessment.snapshot) == {"calls", "calls_of_both"}
        assert assessment.versions == environment_here()
        assert assessment.seed == 5
        assert assessment.interval[0] <= assessment.probability <= assessment.interval[1]
        assert assessment.explanation is not None
        assert assessment.explanation.n_refits == 20
        assert assessment.explanation.output == assessment.score
        assert assessment.unless
        assert assessment.limits == (
            "Calls of one network only.",
            "People who never call are not seen.",
        )
        assert [r.group for r in assessment.group_rates] == ["one"]


def test_verified_facts_tied_to_an_offence_are_counted(home: Home) -> None:
    # only P-0, P-1 and P-2 are recorded as suspects, one record each
    suspects = {"P-0", "P-1", "P-2"}
    for finding, claim, _ in content(home):
        assert finding.about_person
        assert finding.n_offence_facts == len(suspects & set(claim.subject_ids))


def test_detecting_again_seals_nothing_twice(home: Home) -> None:
    before = len(content(home))
    assert detected(home) == []
    assert len(content(home)) == before


def test_earlier_findings_take_no_place_of_other_candidates(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path)
    detected(built, per_case=1, random_share=0.8)  # one put forward, four at random in each case
    first = content(built)
    assert sum(not a.drawn.at_random for _, _, a in first if a.drawn) == world.N_CASES
    joined = set(detected(built))
    later = [(f, a) for f, _, a in content(built) if f.id in joined]
    assert all(a.drawn is None for _, a in later)  # the first draw stands for the case
    in_case = [f.case_id for f, _, a in content(built) if a.proposed]
    assert all(in_case.count(f"C-{100 + n}") >= 4 for n in range(world.N_CASES))
    pairs = [(f.case_id, frozenset(c.subject_ids)) for f, c, _ in content(built)]
    assert len(pairs) == len(set(pairs))
    assert detected(built) == []


def test_every_inference_is_logged_even_where_it_found_nothing(home: Home) -> None:
    n_before = builders.n_entries(home, EntryKind.CONSULTATION)
    assert n_before >= world.N_CASES
    detected(home)
    assert builders.n_entries(home, EntryKind.CONSULTATION) == n_before + world.N_CASES


def test_findings_are_never_the_same_pair_twice_in_a_case(home: Home) -> None:
    pairs = [(f.case_id, frozenset(c.subject_ids)) for f, c, _ in content(home)]
    assert len(pairs) == len(set(pairs))


def test_no_random_share_is_possible_only_on_request(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path)
    found = detected(built, random_share=0.0, per_case=2)
    assert len(found) == 2 * world.N_CASES
    assert all(a.proposed for _, _, a in content(built))


def test_one_can_look_back_with_what_was_known_on_a_day_and_nothing_later(home: Home) -> None:
    run = home.desk.registry.runs(world.MODEL)[0]
    day = datetime.fromisoformat(run.parameters["test_as_of"])
    now = {f.id for f, _, _ in content(home)}
    found = detected(home, as_of=day)
    sealed = [(c, a) for f, c, a in content(home) if f.id in set(found)]
    assert found
    assert not now & set(found)
    last = max(c.as_of for f, c, _ in content(home) if f.id in now)
    for claim, assessment in sealed:
        assert (claim.as_of, claim.known_until, claim.asked_at) == (day, last, last)
        assert all(record.known_at <= day for record in claim.records)
        assert assessment.drawn is not None  # a draw of its own
    assert detected(home, as_of=day) == []
    assert all(c.known_until is None for f, c, _ in content(home) if f.id in now)


def test_looking_back_is_refused_where_the_release_learnt_from_what_came_later(home: Home) -> None:
    run = home.desk.registry.runs(world.MODEL)[0]
    learnt = datetime.fromisoformat(run.parameters["calibrate_until"])
    before = len(content(home))
    with pytest.raises(BadInput, match=f"learnt from records .* until {learnt:%Y-%m-%d}"):
        detected(home, as_of=learnt - timedelta(seconds=1))
    with pytest.raises(BadInput, match="Nothing became known after"):
        detected(home, as_of=learnt + timedelta(days=4000))
    assert len(content(home)) == before


def test_a_stopped_release_infers_no_more(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path)
    release.suspend(
        built.desk, "callers/1", account="analyst-1", reason="Drift in the call records."
    )
    with pytest.raises(NotCleared, match="No release of callers is in use"):
        detected(built)
    assert content(built) == []


def test_without_a_release_nothing_is_inferred(tmp_path: Path) -> None:
    with pytest.raises(NotCleared, match="No release of callers is in use"):
        detected(world.home(tmp_path))


def test_an_analyst_detects_in_cases_of_their_own_alone(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path)
    assert detected(built, account="analyst-3") == []
    assert detected(built, account="supervisor") != []


def test_detection_can_keep_to_one_case_and_says_what_it_is_doing(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path)
    told: list[tuple[str, float]] = []
    found = detect.detect(
        built.desk,
        world.MODEL,
        dataset=world.WORLD,
        account="analyst-1",
        seed=5,
        case="C-101",
        progress=lambda text, share: told.append((text, share)),
    )
    assert found
    assert {f.case_id for f, _, _ in content(built)} == {"C-101"}
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any("C-101, sealing" in text for text, _ in told)
    again = detect.detect(
        built.desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5, case="C-101"
    )
    assert again == []


def test_one_case_is_refused_where_it_is_anothers_or_of_no_such_dataset(home: Home) -> None:
    def in_case(case: str, account: str) -> list[str]:
        return detect.detect(
            home.desk, world.MODEL, dataset=world.WORLD, account=account, seed=5, case=case
        )

    with pytest.raises(NotAllowed, match="is not in case C-100"):
        in_case("C-100", "analyst-3")
    with pytest.raises(NotFound, match="has no case C-999"):
        in_case("C-999", "supervisor")


def test_an_auditor_may_not_detect(home: Home) -> None:
    with pytest.raises(NotAllowed):
        detected(home, account="auditor")
