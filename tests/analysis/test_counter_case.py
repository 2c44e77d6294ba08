"""The ordinary story that fits best, and the records on which a finding hangs."""

import numpy as np
import pandas as pd
import pytest
from builders_graph import GraphBuilder, day
from builders_modelling import pairs

from models.hidden_link.definition import MODEL as HIDDEN_LINK
from models.money_flow.definition import MODEL as MONEY_FLOW
from workbench.analysis.assessing import carried_links
from workbench.analysis.counter_case import Sign, Story, keystones, most_ordinary
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, ModelDefinition
from workbench.domain.finding import Keystone

AS_OF = day(100)


def sign(holds: bool) -> Sign:
    return Sign(holds, f"shown {holds}", f"lacking {holds}")


def test_the_story_of_which_most_signs_hold_is_told_with_what_does_not_fit() -> None:
    told = most_ordinary(
        [
            Story("A wage.", (sign(True), sign(False)), "Ask the employer."),
            Story("A club.", (sign(True), sign(True), sign(False)), "Ask the club."),
            Story("A sweep.", (sign(True), sign(True), sign(False)), "Ask the bank."),
        ]
    )
    assert told.story == "A club."  # the first of two that fit as well
    assert told.fits == ("shown True", "shown True")
    assert told.misfits == ("lacking False",)
    assert told.enquiry == "Ask the club."


class OfCalls:
    """A fitted model whose probability is a tenth of the shared call contacts."""

    threshold = 0.15

    def probability(self, features: pd.DataFrame) -> np.ndarray:
        return features["shared_call_contacts"].to_numpy() / 10


def ann_and_bob() -> tuple[CaseGraph, list[int], list[int]]:
    """Ann and Bob both call a bare phone once, and both call Cas, Ann twice."""
    built = GraphBuilder()
    ann, ann_phone = built.person_with_phone("Ann")
    bob, bob_phone = built.person_with_phone("Bob")
    _, cas_phone = built.person_with_phone("Cas")
    bare = built.entity("phone", "+99 5")
    calls = [
        built.call(ann_phone, bare, on=10.5),
        built.call(bob_phone, bare, on=11.5),
        built.call(ann_phone, cas_phone, on=20.5),
        built.call(cas_phone, ann_phone, on=21.5),
        built.call(bob_phone, cas_phone, on=22.5),
    ]
    return built.build(), [ann, bob], calls


def test_records_without_which_it_falls_below_the_threshold_topple_it() -> None:
    graph, pair, calls = ann_and_bob()
    asked = pairs(np.array([pair]))
    named = {f"R{k}": np.array([link], np.int32) for k, link in enumerate(calls)}
    found, n_tried = keystones(HIDDEN_LINK, OfCalls(), graph, asked, 0, named, as_of=AS_OF)
    # two shared contacts (0.2); without either call to the bare phone, or Bob's to Cas, one is
    # left (0.1); Ann called Cas twice, so that neither of those two calls matters
    assert n_tried == 5
    assert found == tuple(
        Keystone(record_id=r, probability=0.1, topples=True) for r in ("R0", "R1", "R4")
    )


def test_only_so_many_records_are_tried() -> None:
    graph, pair, calls = ann_and_bob()
    named = {f"R{k}": np.array([link], np.int32) for k, link in enumerate(calls)}
    asked = pairs(np.array([pair]))
    found, n_tried = keystones(HIDDEN_LINK, OfCalls(), graph, asked, 0, named, as_of=AS_OF, most=1)
    assert (n_tried, len(found)) == (1, 1)
    assert keystones(HIDDEN_LINK, OfCalls(), graph, asked, 0, {}, as_of=AS_OF) == ((), 0)


def busy_town() -> CaseGraph:
    rng = np.random.default_rng(4)
    built = GraphBuilder()
    held = [built.person_with_phone() for _ in range(14)]
    accounts = []
    for person, _ in held:
        accounts.append(built.entity("account"))
        built.link(person, "holds", accounts[-1])
    built.link(held[1][0], "uses", held[0][1])  # one phone, two users
    bare = [built.entity("phone") for _ in range(3)]
    phones = [phone for _, phone in held] + bare
    for _ in range(60):
        one, other = rng.choice(len(phones), 2, replace=False)
        built.call(phones[one], phones[other], on=float(rng.uniform(1, 90)))
    for _ in range(60):
        one, other = rng.choice(len(accounts), 2, replace=False)
        built.transfer(
            accounts[one],
            accounts[other],
            float(rng.uniform(90, 130)),
            on=float(rng.uniform(60, 90)),
        )
    built.offence(held[2][0], held[3][0], known=5)
    return built.build()


@pytest.mark.parametrize("model", [HIDDEN_LINK, MONEY_FLOW], ids=lambda m: m.name)
def test_leaving_links_out_nearby_gives_what_leaving_them_out_of_the_whole_gives(
    model: ModelDefinition,
) -> None:
    """Against the slow way: the whole graph built anew without the link."""
    graph = busy_town()
    known = graph.as_of(AS_OF)
    every = model.candidates(graph, as_of=AS_OF, anchors=None, seed=1)
    n_compared = 0
    for i in range(min(len(every), 6)):
        entities, links = model.subgraph(graph, every, i, as_of=AS_OF)
        beneath = known.records_beneath(every.members_of(i), entities, links)
        each = [np.empty(0, np.int32), *carried_links(known, links, beneath).values()]
        nearby = model.without(graph, every, i, each, as_of=AS_OF)
        for lost, left in zip(each, nearby, strict=True):
            fast = model.features(*left, as_of=AS_OF)
            slow = model.features(known.without(lost), every.without(i, lost), as_of=AS_OF)
            pd.testing.assert_frame_equal(fast, slow)
            n_compared += 1
    assert n_compared > 20


def test_links_are_listed_by_record_those_of_the_picture_first() -> None:
    graph, _, calls = ann_and_bob()
    rows = graph.links["record"].loc[calls].to_numpy(np.int32)
    named = carried_links(graph, np.array(calls[1:2], np.int32), rows)
    assert list(named) == [f"R-{rows[k]}" for k in (1, 0, 2, 3, 4)]
    assert named[f"R-{rows[1]}"].tolist() == [calls[1]]


def test_a_pair_that_shares_a_number_of_many_reads_as_a_club_and_asks_who_used_it() -> None:
    built = GraphBuilder()
    bare = built.entity("phone", "+99 77")
    people = [built.person_with_phone(f"person {k}") for k in range(6)]
    for k, (_, phone) in enumerate(people):
        built.call(phone, bare, on=2 + 0.5 + k)  # noon; day 2 of 2023 is a Tuesday
    told = HIDDEN_LINK.ordinary(
        built.build(), pairs(np.array([[people[0][0], people[1][0]]])), 0, as_of=AS_OF
    )
    assert told.story.startswith("Both call a number or use an account that a team, a club")
    assert "6 contacts are known of it, more than two people with a secret would need." in told.fits
    assert told.enquiry.startswith(
        "Ask the operator who used +99 77 between 3 January 2023 and 4 January 2023: a club"
    )


def test_two_who_share_friends_of_each_other_read_as_a_circle() -> None:
    built = GraphBuilder()
    (ann, a), (bob, b), (_, c), (_, d) = (
        built.person_with_phone(n) for n in ("Ann", "Bob", "Cas", "Dan")
    )
    for phone in (a, b):
        for friend in (c, d):
            built.call(phone, friend, on=2.9)  # in the evening
    built.call(c, d, on=3.9)
    told = HIDDEN_LINK.ordinary(built.build(), pairs(np.array([[ann, bob]])), 0, as_of=AS_OF)
    assert told.story.startswith("They move in one circle")
    assert told.misfits == ()
    assert told.enquiry.startswith("Ask what Cas is to both")


def one_group(links: list[int], members: list[int]) -> Candidates:
    return Candidates(
        np.array(sorted(members), np.int32),
        np.array([0, len(members)], np.int64),
        np.array(links, np.int32),
        np.array([0, len(links)], np.int64),
    )


def test_an_employer_who_paid_the_same_people_before_reads_as_a_payroll() -> None:
    built = GraphBuilder()
    firm, account = built.entity("organisation", "Mill"), built.entity("account", "mill account")
    built.link(firm, "holds", account)
    people = [built.person_with_account()[1] for _ in range(3)]
    for month in (10, 40):
        paid = [
            built.transfer(account, p, 2000 + 10 * k, on=month + k / 24)
            for k, p in enumerate(people)
        ]
    told = MONEY_FLOW.ordinary(built.build(), one_group(paid, [account, *people]), 0, as_of=AS_OF)
    assert told.story.startswith("A wage or a payroll")
    assert told.misfits == ()
    assert told.enquiry.startswith(
        "Ask mill account for the contract or invoice behind the 2,020 EUR"
    )


def test_accounts_nobody_is_known_to_hold_and_months_nobody_delivered_are_asked_for_first() -> None:
    built = GraphBuilder()
    held = [built.person_with_account()[1] for _ in range(3)]
    bare = built.entity("account", "ZZ99")
    paid = [built.transfer(a, bare, 500, on=80 + k) for k, a in enumerate(held)]
    told = MONEY_FLOW.ordinary(built.build(), one_group(paid, [*held, bare]), 0, as_of=AS_OF)
    assert told.enquiry.startswith("Ask the bank who holds ZZ99")
    built.link(built.entity("person"), "holds", bare)
    told = MONEY_FLOW.ordinary(built.build(), one_group(paid, [*held, bare]), 0, as_of=AS_OF)
    # the day 80 of 2023 is 22 March; sixty days before, 21 January
    assert "for the statement of ZZ99 from 21 January 2023 to 22 March 2023" in told.enquiry
