"""What findings asked about first is no label to learn from, counted and said (duty T15)."""

from pathlib import Path

import builders
import builders_training as world
import numpy as np
import pytest
from builders_graph import day

from workbench.analysis.modelling import sample_at
from workbench.analysis.prompted import first_asked, prompted
from workbench.analysis.suppression import suppressed
from workbench.domain.log import EntryKind
from workbench.domain.release import ReleaseStatus
from workbench.services import act, browse, detect, review, train
from workbench.services.audit import audit_release
from workbench.store import findings

pytestmark = pytest.mark.slow
EARLY = "first-delivery"
SAID = {"account": "analyst-1", "verdict": "supported", "reason": builders.REASON}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> builders.Home:
    """A release put findings before people on the 450 days that were delivered first."""
    made = world.home_in_use(tmp_path_factory.mktemp("home"))
    world.add_world(made, EARLY, world.shorter(world.world(), until=450, name=EARLY))
    found = detect.detect(
        made.desk, world.MODEL, dataset=EARLY, account="analyst-1", seed=5, per_case=3
    )
    assert len(found) > 8
    return made


@pytest.fixture(scope="module")
def run_id(home: builders.Home) -> str:
    """Training again on all 730 days."""
    return train.train(
        home.desk, world.MODEL, dataset=world.WORLD, seed=5, account="data-scientist"
    )


def claims(home: builders.Home) -> tuple[object, ...]:
    with home.desk.database.read() as connection:
        found, n_erased = findings.claims_of_model(connection, home.desk.vault, world.MODEL)
    assert n_erased == 0
    return found


def test_what_findings_asked_about_is_left_out_of_every_slice_it_is_in_t15(
    home: builders.Home, run_id: str
) -> None:
    asked = {frozenset(claim.subject_ids) for claim in claims(home)}
    graph = home.desk.datasets.graph(world.WORLD)
    told = graph.links[graph.links["kind"] == "associated_with"]
    known: dict[frozenset[str], object] = {}
    for link in told.to_dict("records"):
        pair = frozenset(graph.entities["id"].loc[[link["source"], link["target"]]])
        known[pair] = min(known.get(pair, link["known_at"]), link["known_at"])
    said = home.desk.registry.run(run_id).parameters
    for name, (start, end) in {
        "train": (365, 487),
        "calibrate": (487, 608),
        "test": (608, 730),
    }.items():
        as_of, until = (np.datetime64(said[f"{name}_{of}"][:19]) for of in ("as_of", "until"))
        assert abs(as_of - np.datetime64(day(start).replace(tzinfo=None))) < np.timedelta64(2, "D")
        candidates = [
            pair
            for pair in asked
            if pair not in known or known[pair].tz_localize(None) > as_of  # else no candidate
        ]
        ahead = [
            pair
            for pair in candidates
            if pair not in known
            or known[pair].tz_localize(None) > until
            or known[pair].tz_localize(None) > np.datetime64(day(450).replace(tzinfo=None))
        ]
        assert int(said[f"{name}_prompted"]) == len(ahead) > 0, (name, end)


def test_without_the_tag_they_would_be_learnt_from_t15(home: builders.Home, run_id: str) -> None:
    said = home.desk.registry.run(run_id).parameters
    graph, definition = home.desk.datasets.graph(world.WORLD), home.desk.models[world.MODEL]
    as_of, until = (
        np.datetime64(said[f"train_{of}"][:26]).item().replace(tzinfo=day(0).tzinfo)
        for of in ("as_of", "until")
    )
    whole = sample_at(definition, graph, as_of=as_of, until=until, seed=5)
    rows = prompted(definition, graph, whole, claims(home), dataset=world.WORLD)
    assert whole.labels[rows].sum() > 0  # true ones among them
    assert len(whole) == int(said["train_candidates"]) + int(said["train_prompted"])
    assert whole.labels.sum() == int(said["train_true"]) + whole.labels[rows].sum()


def test_a_label_known_before_the_finding_stays_t15(home: builders.Home, run_id: str) -> None:
    """Control: on the delivery that findings were made of, nothing became known after them."""
    graph, definition = home.desk.datasets.graph(EARLY), home.desk.models[world.MODEL]
    sample = sample_at(definition, graph, as_of=day(300), until=day(449), seed=5)
    found = claims(home)
    asked = first_asked(graph, sample.candidates, found)
    assert (asked < np.iinfo(np.int64).max).any()
    assert not prompted(definition, graph, sample, found, dataset=EARLY).any()


def test_the_log_counts_what_was_left_out_t15(home: builders.Home, run_id: str) -> None:
    said = home.desk.registry.run(run_id).parameters
    with home.desk.database.read() as connection:
        entries = [row.fields for row in home.desk.log.entries(connection)]
    trained = [e for e in entries if e["kind"] == EntryKind.MODEL_TRAINED and "what" not in e]
    assert trained[-1]["run"] == run_id
    for name in ("train", "calibrate", "test"):
        assert trained[-1][f"n_{name}_prompted"] == int(said[f"{name}_prompted"])
        assert trained[0][f"n_{name}_prompted"] == 0  # before there were findings


def test_the_test_slice_is_measured_with_and_without_t15(home: builders.Home, run_id: str) -> None:
    measures = home.desk.registry.run(run_id).measures
    assert measures["with_prompted_average_precision"] != measures["average_precision"]
    first = home.desk.registry.runs(world.MODEL)[-1]
    assert "with_prompted_average_precision" not in first.measures


def test_the_models_page_is_told_how_many_t15(home: builders.Home, run_id: str) -> None:
    train.register(home.desk, run_id, account="data-scientist")
    (model,) = browse.browse(home.desk, account="analyst-1")
    newest, first = model.versions
    assert newest.prompted["train"] == int(
        home.desk.registry.run(run_id).parameters["train_prompted"]
    )
    assert set(first.prompted.values()) == {0}
    assert model.in_use is None or model.in_use.release.status is ReleaseStatus.IN_USE


def test_an_audit_leaves_out_what_the_release_may_have_brought_about_t15(
    home: builders.Home, run_id: str
) -> None:
    version = train.register(home.desk, run_id, account="data-scientist")
    said = home.desk.registry.run(run_id).parameters
    report = audit_release(
        home.desk, world.MODEL, dataset=world.WORLD, account="auditor", version=version
    )
    document, n = report.document, int(said["test_prompted"])
    assert document["n_prompted"] == n > 1
    assert document["n"] == int(said["test_candidates"])  # without those
    assert document["positives"] == int(said["test_true"])
    assert document["against_truth"]["n"] == document["n"]
    page = report.html_path.read_text()
    assert f"{n} candidates are left out: a finding had asked about them before" in page
    with home.desk.database.read() as connection:
        last = [row.fields for row in home.desk.log.entries(connection)][-1]
    assert (last["kind"], last["n_prompted"]) == (EntryKind.AUDIT, n)
    assert suppressed(document)["n_prompted"] == (n if n >= 10 else None)


def test_an_erased_finding_is_counted_since_nobody_can_match_it(tmp_path: Path) -> None:
    home = world.home_in_use(tmp_path)
    world.add_world(home, EARLY, world.shorter(world.world(), until=450, name=EARLY))
    found = detect.detect(
        home.desk, world.MODEL, dataset=EARLY, account="analyst-1", seed=5, per_case=2
    )
    builders.erased(home, found[0])
    with home.desk.database.read() as connection:
        held, n_erased = findings.claims_of_model(connection, home.desk.vault, world.MODEL)
    assert (len(held), n_erased) == (len(found) - 1, 1)


def test_a_link_that_people_assessed_is_neither_label_nor_feature_t15(tmp_path: Path) -> None:
    home = world.home_in_use(tmp_path)
    desk, definition = home.desk, home.desk.models[world.MODEL]
    found = detect.detect(desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5)
    facts = {row.id: row.n_offence_facts for row in review.list_findings(desk)}
    finding = max(found, key=lambda one: facts[one])
    before = sample_at(
        definition, desk.datasets.graph(world.WORLD), as_of=day(600), until=day(729), seed=5
    )
    for reader in ("analyst-1", "supervisor"):
        said = SAID | {"account": reader}
        review.read(desk, finding, account=reader)
        review.judge(desk, finding, confidence=70, **said)
        review.unveil(desk, finding, account=reader)
        review.decide(desk, finding, key=builders.key(), **said)
    act.act(desk, finding, account="analyst-1", action="assessed_link", key=builders.key())
    with desk.database.read() as connection:
        (taken,) = findings.actions_of(connection, desk.vault, finding)
    assert taken.kind == "assessed_link"
    desk.datasets._tables.clear()  # so that the dataset is read again
    desk.datasets._graphs.clear()
    graph = desk.datasets.graph(world.WORLD)
    after = sample_at(definition, graph, as_of=day(600), until=day(729), seed=5)
    assert after.labels.tolist() == before.labels.tolist()
    assert after.features.equals(before.features)
    with desk.database.read() as connection:
        (claim,) = [
            c
            for c in findings.claims_of_model(connection, desk.vault, world.MODEL)[0]
            if c.finding_id == finding
        ]
    ends = graph.entities.index[graph.entities["id"].isin(claim.subject_ids)]
    between = graph.links[graph.links["source"].isin(ends) & graph.links["target"].isin(ends)]
    assert "associated_with" not in set(between["kind"])
