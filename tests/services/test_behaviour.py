"""How a trained model behaves, and that no model's word goes ahead of a reader's own judgement."""

import hashlib
from pathlib import Path

import builders
import builders_behaviour as made
import builders_training as world
import pytest
from builders import Home

from workbench.analysis.behaviour_words import likely
from workbench.analysis.gallery import FALSE_POSITIVE
from workbench.domain.errors import BadInput, CheckFailed, NotAllowed, NotFound
from workbench.domain.log import EntryKind
from workbench.services import behaviour, detect, train
from workbench.store import behaviours, findings

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return world.home_in_use(tmp_path)


def run_of(home: Home) -> str:
    (version,) = home.desk.registry.versions(world.MODEL)
    return version.run_id


def kept_in(home: Home) -> Path:
    return home.desk.home / "artifacts" / world.MODEL / run_of(home) / "artifacts"


def viewed(home: Home) -> behaviour.BehaviourView:
    view = behaviour.behaviour(home.desk, world.MODEL, run_of(home), account="analyst-1")
    assert view is not None
    return view


def test_training_keeps_what_moves_the_model_and_where_it_errs(home: Home) -> None:
    document = viewed(home).document
    directions = {row["follows"]: row["direction"] for row in document["behaviour"]["summary"]}
    assert directions["calls"] == "raises"
    assert document["behaviour"]["interactions"]["additive"]
    assert [s["key"] for s in document["slices"]][:2] == ["whole", "time"]
    run = home.desk.registry.run(run_of(home))
    (whole,) = document["slices"][0]["rows"]
    assert whole["precision"] is not None
    assert whole["precision"][0] == pytest.approx(run.measures["precision"])
    assert whole["recall"][0] == pytest.approx(run.measures["recall"])
    assert whole["average_precision"][0] == pytest.approx(run.measures["average_precision"])


def test_a_measure_has_one_interval_wherever_it_stands(home: Home) -> None:
    (whole,) = viewed(home).document["slices"][0]["rows"]
    measures = home.desk.registry.run(run_of(home)).measures
    for name in ("average_precision", "precision", "recall"):
        ends = [measures[f"{name}_low"], measures[f"{name}_high"]]
        assert whole[name][1:] == pytest.approx(ends, abs=1e-12)


def test_the_estimator_that_was_not_taken_tells_what_acts_only_together(home: Home) -> None:
    (beside,) = viewed(home).document["beside"]
    assert beside["estimator"] == "gradient_boosting"
    labels = {row["label"] for row in viewed(home).document["behaviour"]["summary"]}
    assert {one["labels"][0] for one in beside["interactions"]["each"]} == labels


def test_by_how_much_the_model_is_better_than_one_feature_is_kept_with_its_interval(
    home: Home,
) -> None:
    said = home.desk.registry.run(run_of(home)).measures
    gain = said["average_precision"] - said["baseline_average_precision"]
    assert said["baseline_gain"] == pytest.approx(gain)
    assert said["baseline_gain_low"] <= gain <= said["baseline_gain_high"]


def test_the_log_carries_the_digest_of_what_was_kept(home: Home) -> None:
    digest = hashlib.sha256((kept_in(home) / behaviours.DOCUMENT).read_bytes()).hexdigest()
    with home.desk.database.read() as connection:
        entries = [row.fields for row in home.desk.log.entries(connection)]
    said = [e for e in entries if e["kind"] == EntryKind.MODEL_TRAINED and "what" not in e]
    assert [e["behaviour_digest"] for e in said] == [digest]


def test_the_same_training_keeps_the_same(tmp_path: Path) -> None:
    desk = world.home(tmp_path).desk
    one, other = (
        train.train(desk, world.MODEL, dataset=world.WORLD, seed=5, account="data-scientist")
        for _ in range(2)
    )
    kept = behaviours.load(desk.registry, world.MODEL, one)
    assert kept is not None
    assert kept == behaviours.load(desk.registry, world.MODEL, other)
    examples = behaviours.load_examples(desk.vault, one)
    assert examples == behaviours.load_examples(desk.vault, other)


def test_mlflow_holds_nothing_of_a_single_candidate(home: Home) -> None:
    """T10: neither an id nor an example's words lie with the run."""
    examples = behaviours.load_examples(home.desk.vault, run_of(home))
    assert examples
    kept = b"".join((kept_in(home) / n).read_bytes() for n in ("behaviour.json", "behaviour.html"))
    for example in examples:
        assert not any(subject.encode() + b'"' in kept for subject in example.subjects)
        assert not any(sentence.encode() in kept for sentence in example.reasons_for)


def test_an_example_goes_as_soon_as_it_is_put_before_people(home: Home) -> None:
    """T10: detection seals findings about examples; none of them is shown from then on."""
    desk = home.desk
    before = viewed(home)
    assert before.examples is not None
    assert before.n_left_out == 0
    kept = behaviours.load_examples(desk.vault, run_of(home))
    assert kept is not None
    detect.detect(desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=1)
    with desk.database.read() as connection:
        found = findings.list_findings(connection, model=world.MODEL)
    subjects = [frozenset(findings.load_claim(desk.vault, f).subject_ids) for f in found]
    met = [e for e in kept if any(e.subjects & about for about in subjects)]
    assert met
    after = viewed(home)
    assert after.examples is not None
    assert after.n_left_out == len(met)
    assert not [e for e in after.examples if any(e.subjects & about for about in subjects)]


def test_no_more_than_eight_of_a_kind_are_shown(home: Home) -> None:
    many = [made.example(FALSE_POSITIVE, f"P-{900 + i}") for i in range(12)]
    behaviours.keep_examples(home.desk.vault, run_of(home), many)
    assert len(viewed(home).of_kind(FALSE_POSITIVE)) == 8


def test_a_home_without_examples_shows_the_rest(home: Home) -> None:
    behaviours.erase_examples(home.desk.vault, run_of(home))
    assert viewed(home).examples is None
    page = behaviour.page(home.desk, world.MODEL, run_of(home), account="auditor")
    assert b"What moves the score" in page


def test_a_changed_document_is_not_shown(home: Home) -> None:
    path = kept_in(home) / behaviours.DOCUMENT
    path.write_text(path.read_text().replace('"raises"', '"lowers"'))
    with pytest.raises(CheckFailed, match="was changed"):
        viewed(home)


def test_who_takes_the_page_is_logged_with_its_digest(home: Home) -> None:
    """T29"""
    page = behaviour.page(home.desk, world.MODEL, run_of(home), account="analyst-1")
    with home.desk.database.read() as connection:
        said = [row.fields for row in home.desk.log.entries(connection)][-1]
    assert (said["kind"], said["what"]) == (EntryKind.CONSULTATION, "behaviour page")
    assert said["account"] == home.id_of("analyst-1")
    assert said["digest"] == hashlib.sha256(page).hexdigest()
    for example in viewed(home).of_kind(FALSE_POSITIVE):
        assert likely(example).encode() in page


def test_the_page_of_the_release_in_use_is_written(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    said = behaviour.write(home.desk, world.MODEL, out=out, account="operator")
    assert said["run_id"] == run_of(home)
    assert said["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert b"Where it erred" in out.read_bytes()
    with pytest.raises(BadInput):
        behaviour.write(home.desk, world.MODEL, out=tmp_path / "no" / "x.html", account="operator")
    with pytest.raises(NotFound, match="no model nothing"):
        behaviour.write(home.desk, "nothing", out=out, account="operator")


def test_a_model_that_was_never_trained_says_so(tmp_path: Path) -> None:
    desk = world.home(tmp_path / "home").desk
    with pytest.raises(NotFound, match="never trained"):
        behaviour.write(desk, world.MODEL, out=tmp_path / "page.html", account="operator")


def test_a_run_from_before_has_no_page(home: Home) -> None:
    with home.desk.registry._mlflow() as mlflow:
        mlflow.MlflowClient().delete_tag(run_of(home), "digest.behaviour.json")
    assert behaviour.behaviour(home.desk, world.MODEL, run_of(home), account="auditor") is None
    with pytest.raises(NotFound, match="train it again"):
        behaviour.page(home.desk, world.MODEL, run_of(home), account="auditor")


def test_who_may_not_read_models_is_refused(home: Home) -> None:
    with pytest.raises(NotAllowed):
        behaviour.behaviour(home.desk, world.MODEL, run_of(home), account="administrator")


def test_training_is_logged_once_all_the_same(home: Home) -> None:
    assert builders.n_entries(home, EntryKind.MODEL_TRAINED) == 2  # trained, registered
