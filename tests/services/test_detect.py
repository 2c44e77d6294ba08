"""Detection: only with a release in use, sealed and logged, a random share mixed in."""

from pathlib import Path

import builders
import builders_training as world
import pytest
from builders import Home

from workbench.domain.errors import NotAllowed, NotCleared, NotFound
from workbench.domain.finding import Assessment, Claim, Finding
from workbench.domain.log import EntryKind
from workbench.services import detect, release
from workbench.store import findings
from workbench.store.environment import environment_here

pytestmark = pytest.mark.slow


def detected(home: Home, account: str = "analyst-1", **more: float) -> list[str]:
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
    proposed = [a for _, _, a in found if a.proposed]
    random = [a for _, _, a in found if not a.proposed]
    assert len(proposed) == 4 * world.N_CASES
    assert len(random) == world.N_CASES  # a fifth of all
    assert all(a.probability >= a.threshold for a in proposed)
    assert all(a.probability < a.threshold for a in random)


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
    assert sum(a.proposed for _, _, a in first) == world.N_CASES
    detected(built)
    proposed = [f.case_id for f, _, a in content(built) if a.proposed]
    assert sorted(proposed) == sorted(4 * [f"C-{100 + n}" for n in range(world.N_CASES)])
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
