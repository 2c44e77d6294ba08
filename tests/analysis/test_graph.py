import networkx as nx
import numpy as np
import pytest
from builders_graph import GraphBuilder, day, framed

from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import ENTITIES, LINKS, RECORDS
from workbench.analysis.ties import TieKind, co_suspects, only_harmed, recorded_ties
from workbench.domain.errors import BadInput


def pairs(graph: CaseGraph, *kinds: TieKind) -> set[tuple[int, int]]:
    ties = recorded_ties(graph).of(*(kinds or tuple(TieKind)))
    return {(min(a, b), max(a, b)) for a, b in zip(ties.a.tolist(), ties.b.tolist(), strict=True)}


def test_a_view_holds_only_what_was_known_and_keeps_row_numbers() -> None:
    built = GraphBuilder()
    _, one = built.person_with_phone()
    _, other = built.person_with_phone()
    early = built.call(one, other, on=5)
    late = built.call(one, other, on=6, known=30)
    latecomer = built.entity("phone", known=40)
    unseen = built.call(one, latecomer, on=7)  # known before its end is
    graph = built.build()

    view = graph.as_of(day(10))
    assert early in view.links.index
    assert late not in view.links.index
    assert unseen not in view.links.index
    assert latecomer not in view.entities.index
    assert view.incident([one]).tolist() == [0, early]
    assert graph.as_of(day(35)).incident([one]).tolist() == [0, early, late]
    assert view.records["known_at"].max() <= day(10)


def test_a_view_of_a_view_never_knows_more() -> None:
    built = GraphBuilder()
    built.entity("phone", known=20)
    early = built.build().as_of(day(10))
    assert early.as_of(day(30)) is early
    assert len(early.entities) == 0


def test_the_same_view_is_made_once() -> None:
    built = GraphBuilder()
    built.entity("phone")
    graph = built.build()
    assert graph.as_of(day(3)) is graph.as_of(day(3))


def test_what_is_derived_is_made_once_for_each_view() -> None:
    built = GraphBuilder()
    built.entity("phone")
    made: list[object] = []

    def count(graph: CaseGraph) -> int:
        made.append(graph)
        return len(graph.entities)

    graph = built.build()
    assert graph.derived(count) == graph.derived(count) == 1
    assert len(made) == 1


def test_a_link_whose_end_does_not_exist_is_refused() -> None:
    built = GraphBuilder()
    built.entity("phone")
    built.link(0, "called", 7)
    with pytest.raises(BadInput, match="1 ends of links") as caught:
        built.build()
    assert caught.value.code == "dangling"


def test_a_table_that_breaks_its_declaration_is_refused() -> None:
    entities = framed(ENTITIES, []).drop(columns="label")
    with pytest.raises(BadInput, match="column label is missing"):
        CaseGraph.build(entities, LINKS.empty(), RECORDS.empty())


def test_an_empty_graph_answers() -> None:
    graph = CaseGraph.build(ENTITIES.empty(), LINKS.empty(), RECORDS.empty())
    assert graph.n_entities == graph.n_links == 0
    assert len(recorded_ties(graph).a) == 0
    assert len(graph.as_of(day(1)).links) == 0


def test_a_neighbourhood_takes_whole_steps_and_the_best_linked_at_the_cap() -> None:
    built = GraphBuilder()
    a, b, c, d, e = (built.entity("phone") for _ in range(5))
    ab, ac, ac2, cd, de = (
        built.call(s, t, on=1) for s, t in ((a, b), (a, c), (a, c), (c, d), (d, e))
    )
    graph = built.build()

    entities, links = graph.neighbourhood([a], 1, 10)
    assert entities.tolist() == [a, b, c]
    assert links.tolist() == [ab, ac, ac2]
    entities, links = graph.neighbourhood([a], 3, 10)
    assert entities.tolist() == [a, b, c, d, e]
    assert links.tolist() == [ab, ac, ac2, cd, de]
    entities, links = graph.neighbourhood([a], 1, 2)
    assert entities.tolist() == [a, c]  # two links beat one
    assert links.tolist() == [ac, ac2]


def test_networkx_gets_the_chosen_entities_and_links_alone() -> None:
    built = GraphBuilder()
    a, b, _ = (built.entity("account") for _ in range(3))
    paid = built.transfer(a, b, 250.0, on=3)
    shown = built.build().to_networkx([a, b], [paid])

    assert isinstance(shown, nx.MultiDiGraph)
    assert sorted(shown.nodes) == [a, b]
    assert shown.edges[a, b, paid]["amount"] == 250.0
    assert shown.nodes[a]["kind"] == "account"


def test_calls_and_transfers_tie_the_persons_behind_them() -> None:
    built = GraphBuilder()
    ann, ann_phone = built.person_with_phone()
    bob, bob_phone = built.person_with_phone()
    nobodys = built.entity("phone")
    cas, cas_account = built.person_with_account()
    dan, dan_account = built.person_with_account()
    built.call(ann_phone, bob_phone, on=1)
    built.call(ann_phone, nobodys, on=2)
    built.transfer(cas_account, dan_account, 10.0, on=3)
    graph = built.build()

    assert pairs(graph, TieKind.CALL) == {(ann, bob), (ann, nobodys)}
    assert pairs(graph, TieKind.MONEY) == {(cas, dan)}


def test_an_organisation_stands_behind_its_account_and_is_tied_to_its_director() -> None:
    built = GraphBuilder()
    ann, account = built.person_with_account()
    firm, firm_account = built.entity("organisation"), built.entity("account")
    director = built.entity("person")
    built.link(firm, "holds", firm_account)
    built.link(director, "directs", firm)
    built.transfer(account, firm_account, 10.0, on=3)
    graph = built.build()

    assert pairs(graph, TieKind.MONEY) == {(ann, firm)}
    assert pairs(graph, TieKind.ORGANISATION) == {(firm, director)}


@pytest.mark.parametrize(
    ("kind", "link", "tie"),
    [
        ("phone", "uses", TieKind.SHARED_ASSET),
        ("account", "holds", TieKind.SHARED_ASSET),
        ("vehicle", "owns", TieKind.SHARED_ASSET),
        ("place", "lives_at", TieKind.ADDRESS),
        ("organisation", "directs", TieKind.ORGANISATION),
    ],
)
def test_who_shares_a_thing_is_tied_by_it(kind: str, link: str, tie: TieKind) -> None:
    built = GraphBuilder()
    ann, bob, thing = built.entity("person"), built.entity("person"), built.entity(kind)
    built.link(ann, link, thing)
    built.link(bob, link, thing)
    assert (ann, bob) in pairs(built.build(), tie)


def test_a_thing_that_very_many_share_ties_nobody() -> None:
    built = GraphBuilder()
    hotel = built.entity("place")
    for _ in range(26):
        built.link(built.entity("person"), "lives_at", hotel)
    assert pairs(built.build()) == set()


def test_an_offence_ties_all_roles_and_the_holders_of_accounts_used_in_it() -> None:
    built = GraphBuilder()
    suspect, victim = built.entity("person"), built.entity("person")
    holder, account = built.person_with_account()
    offence = built.offence(suspect)
    built.link(victim, "involved_in", offence, role="victim")
    built.link(account, "involved_in", offence, role="used")
    graph = built.build()

    assert pairs(graph, TieKind.OFFENCE) == {
        (suspect, victim),
        (suspect, holder),
        (victim, holder),
    }
    assert len(co_suspects(graph).a) == 0


def test_only_victims_and_witnesses_are_only_harmed() -> None:
    """T23"""
    built = GraphBuilder()
    victim, both, suspect, nobody = (built.entity("person") for _ in range(4))
    built.offence(victim, both, role="victim")
    built.offence(both, suspect)
    graph = built.build()
    assert only_harmed(graph).tolist() == [victim]
    assert nobody not in only_harmed(graph)


@pytest.mark.parametrize(
    ("grade", "role", "counts"),
    [
        ("A1", "suspect", True),
        ("B2", "suspect", True),
        ("C1", "suspect", False),
        ("X1", "suspect", False),
        ("A3", "suspect", False),
        ("A4", "suspect", False),
        ("A1", "victim", False),
        ("A1", "witness", False),
        ("A1", "undetermined", False),
    ],
)
def test_a_verified_record_of_being_a_suspect_is_an_offence_fact(
    grade: str, role: str, counts: bool
) -> None:
    """T1"""
    built = GraphBuilder()
    person = built.entity("person")
    built.offence(person, grade=grade, role=role)
    assert len(built.build().offence_facts([person])) == int(counts)


def test_offence_facts_on_an_account_are_its_own_and_its_holders() -> None:
    """T1"""
    built = GraphBuilder()
    holder, account = built.person_with_account()
    other = built.entity("person")
    built.offence(account, role="used")
    built.offence(holder)
    built.offence(other)
    graph = built.build()

    stated = graph.links.loc[graph.link_rows("involved_in"), "record"].tolist()
    assert graph.offence_facts([account]).tolist() == stated[:2]
    assert graph.offence_facts([holder]).tolist() == stated[1:2]


def test_traits_calls_and_residence_are_no_offence_facts() -> None:
    """T1"""
    built = GraphBuilder()
    person, phone = built.person_with_phone()
    other, other_phone = built.person_with_phone()
    built.offence(other)
    built.call(phone, other_phone, on=1)
    built.link(person, "lives_at", built.entity("place"))
    built.link(person, "associated_with", other)
    assert len(built.build().offence_facts([person])) == 0


def test_records_beneath_begin_with_offence_facts_and_take_turns_among_links() -> None:
    built = GraphBuilder()
    ann, ann_phone = built.person_with_phone()
    bob, bob_phone = built.person_with_phone()
    cas, cas_phone = built.person_with_phone()
    with_bob = [built.call(ann_phone, bob_phone, on=day_) for day_ in range(1, 9)]
    with_cas = built.call(ann_phone, cas_phone, on=1)
    built.offence(ann)
    graph = built.build()
    fact = int(graph.links.loc[graph.link_rows("involved_in")[0], "record"])

    links = [*with_bob, with_cas]
    rows = graph.records_beneath([ann, bob], [ann, bob, cas], links, cap=4).tolist()
    of_link = graph.links["record"]
    assert rows[0] == fact
    assert set(rows[1:3]) == {of_link[with_bob[-1]], of_link[with_cas]}
    assert rows[3] == of_link[with_bob[-2]]
    every = graph.records_beneath([ann], [ann, bob, cas], links)
    assert len(every) == len(np.unique(every)) == 1 + 9 + 3


def test_every_offence_fact_is_beneath_and_none_takes_the_place_of_a_link() -> None:
    built = GraphBuilder()
    _, payer_account = built.person_with_account()
    _, payee_account = built.person_with_account()
    for _ in range(25):
        built.offence(payer_account, role="used")
    paid = [built.transfer(payer_account, payee_account, 100.0, on=n) for n in range(1, 4)]
    graph = built.build()
    facts = graph.offence_facts([payer_account]).tolist()
    carried = graph.links.loc[paid, "record"].tolist()

    members = [payer_account, payee_account]
    every = graph.records_beneath(members, members, paid).tolist()
    assert len(facts) == 25
    assert {*facts, *carried} <= set(every)
    cut = graph.records_beneath(members, members, paid, cap=23).tolist()
    assert set(cut[:20]) < set(facts)
    assert set(cut[20:]) == set(carried)
