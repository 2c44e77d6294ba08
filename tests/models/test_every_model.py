"""The contract of every model, whatever it is; models are found, none is named."""

import importlib
import pkgutil
import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_graph import GraphBuilder, day, framed

import models
from workbench.analysis.assessing import carried_links
from workbench.analysis.fitted_model import UNSEEN
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import (
    Candidates,
    Fitted,
    ModelDefinition,
    asked_anew,
    sample_at,
    words_by_input,
)
from workbench.analysis.otherwise import Supposing, unless
from workbench.analysis.tables import ENTITIES, LINKS, RECORDS
from workbench.analysis.wording import Peers, Words
from workbench.domain.release import Margin

FOLDER = Path(models.__path__[0])
NAMES = [m.name for m in pkgutil.iter_modules(models.__path__) if m.ispkg]
SECTIONS = (
    "Intended use",
    "Not for",
    "Data",
    "How candidates are made",
    "Features",
    "Training",
    "Measures",
    "Limits",
    "Sensitive features and proxies excluded",
    "References",
)
SENSITIVE = {
    "sex",
    "gender",
    "age",
    "age_band",
    "birth",
    "nationality",
    "community",
    "ethnic",
    "religion",
    "script",
    "district",
    "residence",
    "name",
}
ARGUING = {
    *("because", "therefore", "suggests", "speaks", "reason", "likely", "unlikely", "chance"),
    *("suspicious", "innocent", "harmless", "normal", "ordinary", "unusual", "usual", "typical"),
    *("often", "rarely", "usually", "mostly", "only", "just", "few", "little", "risk"),
    *("evidence", "proof", "hint", "sign", "may", "should", "guilty", "criminal"),
}
AS_OF, UNTIL = day(100), day(200)


def definition(name: str) -> ModelDefinition:
    model: ModelDefinition = importlib.import_module(f"models.{name}.definition").MODEL
    return model


every_model = pytest.mark.parametrize("name", NAMES)


@dataclass(frozen=True)
class Town:
    """Frames of a town in which every model has something to ask about."""

    entities: pd.DataFrame
    links: pd.DataFrame
    records: pd.DataFrame

    def graph(self) -> CaseGraph:
        return CaseGraph.build(self.entities, self.links, self.records)


@cache
def town() -> Town:
    """Sixty persons with phone, account, home and car; they call and pay their neighbours."""
    rng = np.random.default_rng(11)
    built = GraphBuilder()
    places = [built.entity("place", district="North") for _ in range(30)]
    persons, phones, accounts = [], [], []
    for i in range(60):
        person = built.entity("person", state="AA" if i % 2 else "BB")
        phone, account, car = (built.entity(kind) for kind in ("phone", "account", "vehicle"))
        for kind, thing in (("uses", phone), ("holds", account), ("owns", car)):
            built.link(person, kind, thing)
        built.link(person, "lives_at", places[i // 2])
        persons.append(person)
        phones.append(phone)
        accounts.append(account)

    def near() -> tuple[int, int]:
        one = int(rng.integers(0, 60))
        return one, (one + int(rng.integers(1, 4))) % 60

    for _ in range(250):
        one, other = near()
        built.call(phones[one], phones[other], on=float(rng.uniform(0, 90)))
    for _ in range(400):
        one, other = near()
        amount = float(rng.uniform(80, 120))
        built.transfer(accounts[one], accounts[other], amount, on=float(rng.uniform(30, 90)))
    for k in range(12):
        one, other = near()
        built.offence(persons[one], persons[other], known=20 + 10 * k)
    return Town(
        framed(ENTITIES, built.entities),
        framed(LINKS, built.links),
        framed(RECORDS, built.records),
    )


def asked(name: str, graph: CaseGraph, as_of: datetime = AS_OF) -> Candidates:
    return definition(name).candidates(graph, as_of=as_of, anchors=None, seed=1)


def keys(candidates: Candidates) -> list[bytes]:
    """What each candidate is about, in bytes."""
    return [
        candidates.members_of(i).tobytes() + b"|" + candidates.links_of(i).tobytes()
        for i in range(len(candidates))
    ]


def features(name: str, graph: CaseGraph) -> pd.DataFrame:
    return definition(name).features(graph, asked(name, graph), as_of=AS_OF)


@every_model
def test_each_word_that_features_rest_on_is_flagged_where_training_never_saw_it(name: str) -> None:
    """T9: a feature is a number and cannot say that a state or a kind of tie is new."""
    graph, model = town().graph(), definition(name)
    found = model.categories(graph, asked(name, graph), as_of=AS_OF)
    assert list(found.columns) == ["candidate", "input", "word"]
    assert not found.duplicated().any()
    declared = words_by_input(found)
    assert declared
    fitted = taught(name)
    row = features(name, graph).iloc[[0]]
    assert [f for f in fitted.flags(row, declared) if f.startswith(UNSEEN)] == []
    for given in declared:
        (flag,) = (f for f in fitted.flags(row, {given: ("Atlantis",)}) if f.startswith(UNSEEN))
        assert flag.startswith(f"Unseen category: {given} is Atlantis; training saw")


def taught(name: str) -> Fitted:
    """The simplest estimator on the town, with labels that follow the first feature."""
    graph, model = town().graph(), definition(name)
    drawn = sample_at(model, graph, as_of=AS_OF, until=UNTIL, seed=1)
    order = np.argsort(np.argsort(drawn.features.iloc[:, 0].fillna(0).to_numpy(), kind="stable"))
    told = replace(drawn, labels=(order >= len(drawn) - 12).astype(np.int32))
    return next(iter(model.fit(told, told, seed=1).values()))


@every_model
def test_what_the_label_means_is_said_as_what_records_come_to_state(name: str) -> None:
    assert definition(name).outcome.startswith("records come to")


def test_models_are_found() -> None:
    assert len(NAMES) >= 2


@every_model
def test_a_model_is_called_as_its_folder(name: str) -> None:
    model = definition(name)
    assert model.name == name
    assert model.title
    assert model.unit


@every_model
def test_the_margin_of_its_audit_comes_with_a_reason_of_harm(name: str) -> None:
    """A gap matters for what it does to whom; the four-fifths rule says nothing of that."""
    model = definition(name)
    assert 0 < model.margin <= 0.05
    assert Margin.chosen(model.margin, model.harm).own
    assert "four" not in model.harm.lower()
    same = [other for other in NAMES if other != name and definition(other).harm == model.harm]
    assert not same, f"{name} has the harm of {same[0]}; say whom a gap of {name} harms, and why."


@every_model
def test_its_card_has_every_section_and_names_every_feature(name: str) -> None:
    """T8"""
    card = (FOLDER / name / "card.md").read_text()
    assert card.startswith("# ")
    headings = [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]
    assert headings == list(SECTIONS)
    assert [f"`{c}`" for c in features(name, town().graph()) if f"`{c}`" not in card] == []


@every_model
def test_every_feature_has_words_and_a_unit_of_its_own_and_names_nothing_sensitive(
    name: str,
) -> None:
    """T5"""
    declared = getattr(definition(name), "described_by", ())
    assert {f.name for f in declared} == set(features(name, town().graph()).columns)
    assert all(f.unit and len(f.meaning) > 20 for f in declared)
    assert len({f.meaning for f in declared}) == len(declared)
    words = {word for f in declared for word in f.name.split("_")}
    assert words & SENSITIVE == set()


@every_model
def test_the_words_of_a_feature_state_what_it_measures_and_argue_for_neither_side(
    name: str,
) -> None:
    """They stand among the reasons for as well as those against: which one the effect says."""
    for f in getattr(definition(name), "described_by", ()):
        assert f.meaning[0].isupper(), f.meaning
        assert f.meaning.find(".") == len(f.meaning) - 1, f.meaning  # one sentence
        assert len(f.meaning) <= 120, f.meaning
        assert not set(":;()") & set(f.meaning), f.meaning  # value and comparison follow a colon
        words = set(f.meaning.lower().replace(",", " ").rstrip(".").split())
        assert words & ARGUING == set(), f.meaning
        assert f.label[0].islower(), f.label
        assert len(f.label) <= 45, f.label


@every_model
def test_what_may_be_supposed_otherwise_is_said_in_a_clause_and_the_rest_is_fixed(
    name: str,
) -> None:
    model = definition(name)
    declared = {f.name: f for f in getattr(model, "described_by", ())}
    fixed, at_most = getattr(model, "fixed", frozenset()), getattr(model, "at_most", {})
    assert fixed <= declared.keys()
    assert {*at_most, *at_most.values()} <= declared.keys()
    for f in declared.values():
        assert bool(f.supposed) is (f.name not in fixed), f.name
        assert not f.supposed or f.supposed.count("{}") == 1, f.supposed
    assert len({f.supposed for f in declared.values() if f.supposed}) == len(declared) - len(fixed)


@every_model
def test_a_part_never_exceeds_its_whole_in_the_town(name: str) -> None:
    table = features(name, town().graph())
    for part, whole in getattr(definition(name), "at_most", {}).items():
        assert (table[part] <= table[whole]).all()


@every_model
def test_no_sentence_on_what_would_change_it_supposes_what_is_fixed(name: str) -> None:
    """Whatever the reasons are: what cannot turn out otherwise, or may follow a sensitive trait,
    is in none; and no part exceeds its whole."""
    model, table = definition(name), features(name, town().graph())
    words = tuple(
        Words(f.name, f.label, f.unit, f.meaning, f.supposed or f"FIXED {f.name} {{}}")
        for f in getattr(model, "described_by", ())
    )
    rows = table.to_numpy(np.float64)
    groups = tuple((j,) for j in range(len(words)))
    supposing = Supposing(
        words=words,
        peers=Peers.of(rows),
        groups=groups,
        signs=tuple((1,) for _ in groups),
        background=rows,
        fixed=getattr(model, "fixed", frozenset()),
        at_most=getattr(model, "at_most", {}),
    )
    for row in rows[:5]:
        said = unless(
            lambda asked, here=row: (asked != here).any(axis=1).astype(np.float64),
            row,
            0.5,
            supposing=supposing,
            explanation=None,
        )
        assert said
        assert not any("FIXED" in sentence or "{}" in sentence for sentence in said)


@every_model
def test_the_town_gives_it_candidates_whose_features_are_finite_or_missing(name: str) -> None:
    table = features(name, town().graph())
    assert len(table) >= 10
    assert set(map(str, table.dtypes)) == {"float64"}
    assert not np.isinf(table.to_numpy()).any()


@every_model
def test_names_traits_and_addresses_cannot_change_what_it_sees(name: str) -> None:
    """T5: labels, attributes, delivered content and homes shuffled or blanked: same features."""
    plain = town()
    rng = np.random.default_rng(3)
    people = plain.entities["kind"] == "person"
    entities, links, records = plain.entities.copy(), plain.links.copy(), plain.records.copy()
    entities.loc[people, "label"] = rng.permutation(entities.loc[people, "label"])
    entities.loc[people, "attributes"] = '{"sex": "x", "community": "y", "district": "z"}'
    entities.loc[entities["kind"] == "place", ["label", "attributes"]] = ["", "{}"]
    records["content"] = ""
    homes = links["kind"] == "lives_at"
    changed = Town(entities, links, records).graph()

    before, after = asked(name, plain.graph()), asked(name, changed)
    assert keys(before) == keys(after)
    pd.testing.assert_frame_equal(features(name, plain.graph()), features(name, changed))

    moved = links.copy()  # where people live decides no feature
    moved.loc[homes, "target"] = rng.permutation(moved.loc[homes, "target"].to_numpy())
    elsewhere, model = Town(entities, moved, records).graph(), definition(name)
    pd.testing.assert_frame_equal(
        model.features(plain.graph(), before, as_of=AS_OF),
        model.features(elsewhere, before, as_of=AS_OF),
    )


@every_model
def test_it_cannot_reach_a_sensitive_column(name: str) -> None:
    """T5: the graph that a model is handed carries none."""
    graph = town().graph()
    columns = {*graph.entities.columns, *graph.links.columns, *graph.records.columns}
    assert columns & SENSITIVE == set()
    source = "".join(p.read_text() for p in sorted((FOLDER / name).glob("*.py")))
    assert "sensitive" not in source


@every_model
def test_it_abstains_when_only_profile_is_left(name: str) -> None:
    """T2: who people are, where they live and what they own: no candidates."""
    plain = town()
    profile = plain.links["kind"].isin(["lives_at", "owns", "uses", "holds"])
    links = plain.links[profile].reset_index(drop=True)
    links["link"] = np.arange(len(links), dtype=np.int32)
    assert len(asked(name, Town(plain.entities, links, plain.records).graph())) == 0


@every_model
def test_an_empty_dataset_gives_an_empty_table_with_every_feature(name: str) -> None:
    empty = CaseGraph.build(ENTITIES.empty(), LINKS.empty(), RECORDS.empty())
    table = features(name, empty)
    assert len(table) == 0
    assert list(table.columns) == list(features(name, town().graph()).columns)


@every_model
def test_what_becomes_known_later_changes_nothing(name: str) -> None:
    plain = town()
    n_links, n_records = len(plain.links), len(plain.records)
    later = plain.records.tail(200).assign(
        record=np.arange(n_records, n_records + 200, dtype=np.int32),
        id=[f"later-{i}" for i in range(200)],
        known_at=pd.Timestamp(day(101)).as_unit("us"),
    )
    again = plain.links[plain.links["kind"].isin(["called", "transferred"])].tail(200)
    more = again.assign(
        link=np.arange(n_links, n_links + 200, dtype=np.int32),
        record=later["record"].to_numpy(),
        known_at=pd.Timestamp(day(101)).as_unit("us"),
        source=again["target"].to_numpy()[::-1],
    )
    grown = Town(
        plain.entities,
        pd.concat([plain.links, more], ignore_index=True),
        pd.concat([plain.records, later], ignore_index=True),
    ).graph()

    assert keys(asked(name, grown)) == keys(asked(name, plain.graph()))
    pd.testing.assert_frame_equal(features(name, grown), features(name, plain.graph()))


@every_model
def test_it_says_the_same_twice(name: str) -> None:
    one, other = asked(name, town().graph()), asked(name, town().graph())
    for part in ("members", "member_offsets", "links", "link_offsets"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


@every_model
def test_features_do_not_depend_on_which_other_candidates_are_asked_about(name: str) -> None:
    graph, model = town().graph(), definition(name)
    every = asked(name, graph)
    some = np.array([7, 2], np.int64)
    pd.testing.assert_frame_equal(
        model.features(graph, every.take(some), as_of=AS_OF),
        model.features(graph, every, as_of=AS_OF).iloc[some].reset_index(drop=True),
    )


@every_model
def test_anchors_choose_among_the_same_candidates(name: str) -> None:
    graph, model = town().graph(), definition(name)
    every = set(keys(asked(name, graph)))
    anchors = graph.rows_of("person")[:2]
    near = model.candidates(graph, as_of=AS_OF, anchors=anchors, seed=1)
    assert 0 < len(near) < len(every)
    assert set(keys(near)) <= every
    nobody = np.empty(0, np.int32)
    assert len(model.candidates(graph, as_of=AS_OF, anchors=nobody, seed=1)) == 0


@every_model
def test_labels_come_only_from_what_became_known_in_between(name: str) -> None:
    graph, model = town().graph(), definition(name)
    every = asked(name, graph)
    assert model.labels(graph, every, as_of=AS_OF, until=AS_OF).sum() == 0
    labels = model.labels(graph, every, as_of=AS_OF, until=UNTIL)
    assert len(labels) == len(every)
    assert set(labels.tolist()) <= {0, 1}


@every_model
def test_the_people_of_a_candidate_are_persons_each_once(name: str) -> None:
    graph, model = town().graph(), definition(name)
    every = asked(name, graph)
    people = model.people(graph, every)
    assert set(people["candidate"]) == set(range(len(every)))
    assert not people.duplicated().any()
    assert (graph.entity_kinds[people["entity"]] == "person").all()


@every_model
def test_a_claim_says_may_and_a_subgraph_holds_what_it_is_about(name: str) -> None:
    graph, model = town().graph(), definition(name)
    every = asked(name, graph)
    for i in range(5):
        claim = model.claim(graph, every, i)
        assert " may " in claim
        assert claim.endswith(".")
        entities, links = model.subgraph(graph, every, i, as_of=AS_OF)
        assert set(every.members_of(i)) <= set(entities)
        assert set(every.links_of(i)) <= set(links)
        ends = np.union1d(graph.sources[links], graph.targets[links])
        assert set(ends) <= set(entities)
        assert set(links) <= set(graph.as_of(AS_OF).links.index)


@every_model
def test_it_tells_an_ordinary_story_of_each_candidate_with_an_enquiry(name: str) -> None:
    """The enquiry names what to ask about by id, asks nobody the claim is about, and says what
    each answer would mean."""
    graph, model = town().graph(), definition(name)
    every = asked(name, graph)
    ids = set(graph.entities["id"])
    for i in range(len(every)):
        told = model.ordinary(graph, every, i, as_of=AS_OF)
        assert told is not None
        assert told.story.endswith(".")
        said = (*told.fits, *told.misfits, *told.untold)
        assert len(set(said)) == len(said) >= 3
        assert all(sentence.endswith(".") for sentence in said)
        assert set(re.findall(r"\(([^() ]+)\)", told.enquiry)) & ids
        assert told.enquiry.startswith(("Look up in ", "Ask the "))
        assert "If " in told.enquiry
        assert "the claim gains" in told.enquiry


@every_model
def test_leaving_a_record_out_gives_what_the_model_would_say_without_it(name: str) -> None:
    """Against the slow way: the whole graph built anew without the record, the model asked anew.

    A model may keep what it asks about apart from what the rest would then be merged with, which
    happens to one in a hundred here.
    """
    graph, model = town().graph(), definition(name)
    known, every = graph.as_of(AS_OF), asked(name, graph)
    n_compared, differing = 0, []
    for i in range(0, len(every), max(len(every) // 8, 1)):
        entities, links = model.subgraph(graph, every, i, as_of=AS_OF)
        beneath = known.records_beneath(every.members_of(i), entities, links)
        each = [np.empty(0, np.int32), *carried_links(known, links, beneath).values()]
        fast = model.without(graph, every, i, each, as_of=AS_OF, seed=1)
        slow = asked_anew(model, graph, every, i, each, as_of=AS_OF, seed=1)
        plain = model.features(graph, every.take(np.array([i])), as_of=AS_OF)
        pd.testing.assert_frame_equal(fast.loc[[0]], plain)
        for k in range(len(each)):
            n_compared += 1
            one, other = (rows.loc[rows.index == k] for rows in (fast, slow))
            if len(one) != len(other) or not np.allclose(one, other, equal_nan=True):
                differing.append((i, k))
    assert n_compared > 60
    assert len(differing) <= n_compared // 100 + 1


@every_model
def test_a_candidate_that_is_gone_without_a_record_has_no_row(name: str) -> None:
    graph, model = town().graph(), definition(name)
    every = asked(name, graph)
    all_links = graph.as_of(AS_OF).links.index.to_numpy(np.int32)
    each = [all_links, np.empty(0, np.int32)]
    left = model.without(graph, every, 3, each, as_of=AS_OF, seed=1)
    assert list(left.index) == [1]
    plain = model.features(graph, every.take(np.array([3])), as_of=AS_OF)
    pd.testing.assert_frame_equal(left.reset_index(drop=True), plain)
    assert len(model.without(graph, every, 3, each[:1], as_of=AS_OF, seed=1)) == 0


@pytest.mark.parametrize("name", [name for name in NAMES if definition(name).about_person])
def test_persons_recorded_only_as_harmed_are_never_what_a_person_finding_is_about(
    name: str,
) -> None:
    """T23"""
    plain = town()
    victims = plain.links.loc[plain.links["kind"] == "involved_in"].copy()
    links = plain.links.copy()
    links.loc[victims.index, "role"] = "victim"
    graph = Town(plain.entities, links, plain.records).graph()
    known = graph.as_of(AS_OF)
    harmed = set(known.sources[known.link_rows("involved_in")].tolist())
    assert harmed
    assert harmed & set(asked(name, graph).members.tolist()) == set()
