"""The ordinary story that fits best, and the records on which a finding hangs."""

import itertools
from typing import cast

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
from workbench.analysis.modelling import Candidates, ModelDefinition, asked_anew
from workbench.domain.finding import CounterCase, Keystone

AS_OF = day(100)


def sign(holds: bool | None) -> Sign:
    return Sign(holds, f"shown {holds}", f"lacking {holds}", f"untold {holds}")


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


def test_what_the_records_cannot_tell_counts_neither_way() -> None:
    told = most_ordinary(
        [
            Story("A wage.", (sign(True), sign(True), sign(False)), "Ask the employer."),
            Story("A club.", (sign(True), sign(None), sign(None)), "Ask the club."),
        ]
    )
    assert told.story == "A club."  # all of one, against two of three
    assert (told.fits, told.misfits) == (("shown True",), ())
    assert told.untold == ("untold None", "untold None")


def test_a_story_with_what_it_stands_on_is_told_before_others_where_it_fits_well() -> None:
    lame = Story("A wage.", (sign(False), sign(True), sign(True)), "Ask the employer.")
    stands = Story("A club.", (sign(True), sign(False)), "Ask the club.")
    assert most_ordinary([lame, stands]).story == "A club."  # one of two, against two of three


def test_where_no_story_that_stands_fits_well_the_one_that_fits_best_is_told() -> None:
    lame = Story("A wage.", (sign(False), sign(True), sign(True)), "Ask the employer.")
    stands = Story("A club.", (sign(True), sign(False), sign(False)), "Ask the club.")
    assert most_ordinary([lame, stands]).story == "A wage."  # two of three, against one of three


def case(n_fits: int, n_misfits: int, *keystones: Keystone, n_beneath: int = 9) -> CounterCase:
    return CounterCase(
        story="A wage.",
        fits=("fits",) * n_fits,
        misfits=("does not",) * n_misfits,
        untold=("cannot be told",) * 5,
        keystones=keystones,
        n_tried=7,
        n_beneath=n_beneath,
        enquiry="Ask the bank.",
    )


def test_a_story_fits_well_when_half_of_what_can_be_told_agrees_with_it() -> None:
    assert case(1, 1).fits_well
    assert case(1, 0).fits_well
    assert not case(1, 2).fits_well
    assert not case(0, 0).fits_well


def test_how_many_records_were_left_out_is_said_and_what_holds_without_each() -> None:
    felt = Keystone(record_id="R1", probability=0.4, topples=False)
    topples = Keystone(record_id="R2", probability=None, topples=True)
    assert case(1, 1, felt).tried == (
        "7 of 9 records were left out one at a time; the others carry no tie. Without any single "
        "one of them the model would still put the finding forward."
    )
    assert case(1, 1, topples, felt, n_beneath=7).tried == (
        "7 of 7 records were left out one at a time. Without one of them the model would not put "
        "the finding forward."
    )
    assert "Without any one of 2 of them the model would not" in case(1, 1, topples, topples).tried


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
    found = keystones(HIDDEN_LINK, OfCalls(), graph, asked, 0, named, as_of=AS_OF, seed=1)
    # two shared contacts (0.2); without either call to the bare phone, or Bob's to Cas, one is
    # left (0.1); Ann called Cas twice, so that neither of those two calls matters
    assert found == tuple(
        Keystone(record_id=r, probability=0.1, topples=True) for r in ("R0", "R1", "R4")
    )


def test_every_record_is_tried_and_all_that_topple_are_kept() -> None:
    built = GraphBuilder()
    (ann, a), (bob, b) = (built.person_with_phone(n) for n in ("Ann", "Bob"))
    shared = [built.entity("phone") for _ in range(8)]
    calls = [built.call(p, bare, on=5 + k) for k, bare in enumerate(shared) for p in (a, b)]
    named = {f"R{k}": np.array([link], np.int32) for k, link in enumerate(calls)}
    asked = pairs(np.array([[ann, bob]]))
    strict = OfCalls()
    strict.threshold = 0.75  # eight shared contacts are 0.8, seven 0.7
    found = keystones(HIDDEN_LINK, strict, built.build(), asked, 0, named, as_of=AS_OF, seed=1)
    assert [one.record_id for one in found] == list(named)  # the sixteenth as the first
    assert {(one.probability, one.topples) for one in found} == {(0.7, True)}
    graph = built.build()
    assert keystones(HIDDEN_LINK, strict, graph, asked, 0, {}, as_of=AS_OF, seed=1) == ()


def test_a_record_without_which_the_two_share_nothing_topples_though_nothing_is_scored() -> None:
    built = GraphBuilder()
    (ann, a), (bob, b) = (built.person_with_phone(n) for n in ("Ann", "Bob"))
    bare = built.entity("phone")
    named = {
        name: np.array([built.call(phone, bare, on=5)], np.int32)
        for name, phone in (("R0", a), ("R1", b))
    }
    sure = OfCalls()
    sure.threshold = 0.0  # would put forward whatever it is asked about
    asked = pairs(np.array([[ann, bob]]))
    found = keystones(HIDDEN_LINK, sure, built.build(), asked, 0, named, as_of=AS_OF, seed=1)
    assert found == tuple(
        Keystone(record_id=r, probability=None, topples=True) for r in ("R0", "R1")
    )


class WithoutEach:
    """A model that shares three calls of Ann and Bob out over three records: without R0 nothing is
    asked, without R1 one call is left, without R2 two."""

    def without(self, *_: object, **__: object) -> pd.DataFrame:
        return pd.DataFrame({"shared_call_contacts": [3, 1, 2]}, index=[0, 2, 3])


def test_records_that_sink_the_score_come_before_those_without_which_nothing_is_asked() -> None:
    graph, pair, _ = ann_and_bob()
    named = {f"R{k}": np.array([k], np.int32) for k in range(3)}
    model = cast(ModelDefinition, WithoutEach())
    asked = pairs(np.array([pair]))
    found = keystones(model, OfCalls(), graph, asked, 0, named, as_of=AS_OF, seed=1)
    assert found == (
        Keystone(record_id="R1", probability=0.1, topples=True),
        Keystone(record_id="R0", probability=None, topples=True),
        Keystone(record_id="R2", probability=0.2, topples=False),
    )


class OfTransfers:
    """A fitted model that is sure of everything."""

    threshold = 0.0

    def probability(self, features: pd.DataFrame) -> np.ndarray:
        return np.ones(len(features))


def test_transfers_of_fewer_than_three_accounts_are_no_group_any_more() -> None:
    """Two payments in a chain: without either, two accounts are left."""
    built = GraphBuilder()
    accounts = [built.person_with_account()[1] for _ in range(3)]
    flow = [
        built.transfer(one, other, 900, on=80 + k)
        for k, (one, other) in enumerate(itertools.pairwise(accounts))
    ]
    named = {f"R{k}": np.array([link], np.int32) for k, link in enumerate(flow)}
    graph = built.build()
    found = keystones(
        MONEY_FLOW, OfTransfers(), graph, one_group(flow, accounts), 0, named, as_of=AS_OF, seed=1
    )
    assert found == tuple(
        Keystone(record_id=r, probability=None, topples=True) for r in ("R0", "R1")
    )


def test_a_fact_about_holders_and_who_holds_an_account_count_in_a_group_of_transfers() -> None:
    """Against the slow way, for links that are no transfers: who holds, what was used, who is a
    suspect together with whom."""
    built = GraphBuilder()
    held = [built.person_with_account() for _ in range(4)]
    persons, accounts = [p for p, _ in held], [a for _, a in held]
    for k in range(3):
        built.transfer(accounts[k], accounts[3], 500, on=80 + k)
    built.offence(persons[0], persons[3], known=5)
    built.offence(accounts[1], known=5, role="used")
    twice = built.offence(accounts[2], known=5, role="used")
    built.link(accounts[2], "involved_in", twice, known=6, role="used")
    graph = built.build()
    every = MONEY_FLOW.candidates(graph, as_of=AS_OF, anchors=None, seed=1)
    each = [np.array([link], np.int32) for link in graph.links.index]
    fast = MONEY_FLOW.without(graph, every, 0, each, as_of=AS_OF, seed=1)
    slow = asked_anew(MONEY_FLOW, graph, every, 0, each, as_of=AS_OF, seed=1)
    pd.testing.assert_frame_equal(fast, slow)
    assert set(fast["holders_in_contact"].round(6)) == {0.0, round(1 / 3, 6)}
    assert set(fast["used_in_an_offence_before"]) == {1.0, 2.0}


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
        "Ask the operator, by the ordinary legal request and without word to the customer, who "
        f"subscribed to +99 77 (P-{bare}) between 3 January 2023 and 4 January 2023. If it is a "
        "club"
    )


def test_two_whose_contacts_know_each_other_read_as_a_family() -> None:
    built = GraphBuilder()
    (ann, a), (bob, b), (_, c), (_, d) = (
        built.person_with_phone(n) for n in ("Ann", "Bob", "Cas", "Dan")
    )
    for phone in (a, b):
        for friend in (c, d):
            built.call(phone, friend, on=2.9)  # in the evening
    built.call(c, d, on=3.9)
    told = HIDDEN_LINK.ordinary(built.build(), pairs(np.array([[ann, bob]])), 0, as_of=AS_OF)
    assert told.story.startswith("They are of one family or household")
    assert told.misfits == ()
    cas = built.build().entities.loc[2 * 2, "id"]
    assert told.enquiry.startswith(
        f"Look up in the population register of AA whether Cas ({cas}) is a relative"
    )


def one_group(links: list[int], members: list[int]) -> Candidates:
    return Candidates(
        np.array(sorted(members), np.int32),
        np.array([0, len(members)], np.int64),
        np.array(links, np.int32),
        np.array([0, len(links)], np.int64),
    )


def payroll(*days: int) -> tuple[CaseGraph, Candidates]:
    """A mill pays three people on each of `days`; the group is the payments of the last."""
    built = GraphBuilder()
    firm, account = built.entity("organisation", "Mill"), built.entity("account", "mill account")
    built.link(firm, "holds", account)
    people = [built.person_with_account()[1] for _ in range(3)]
    for day_paid in days:
        paid = [
            built.transfer(account, p, 2000 + 10 * k, on=day_paid + k / 24)
            for k, p in enumerate(people)
        ]
    return built.build(), one_group(paid, [account, *people])


def test_an_employer_who_paid_the_same_people_a_month_before_reads_as_a_payroll() -> None:
    told = MONEY_FLOW.ordinary(*payroll(10, 40, 70), 0, as_of=AS_OF)
    assert told.story == "A wage or a payroll: an employer pays its people."
    assert told.misfits == told.untold == ()
    assert "Of the 3 accounts it pays, it also paid 3 about a month before." in told.fits
    # the day 70 of 2023 is 12 March
    assert (
        "for the statement of mill account (A-1) from 12 March 2022 to 12 March 2023 (6 transfers "
        "of that time on record). If the same accounts are paid at regular intervals"
        in told.enquiry
    )


def test_every_month_is_said_only_of_what_was_paid_about_a_month_before() -> None:
    fortnight = MONEY_FLOW.ordinary(*payroll(20, 56, 70), 0, as_of=AS_OF)
    assert "Of the 3 accounts it pays, it paid none about a month before." in fortnight.misfits
    first = MONEY_FLOW.ordinary(*payroll(40, 70), 0, as_of=AS_OF)  # 30 days back, not 35
    assert first.untold == (
        "Whether it pays every month: its transfers on record do not reach back so far.",
    )


def test_an_account_nobody_is_known_to_hold_is_asked_about_at_the_bank() -> None:
    built = GraphBuilder()
    held = [built.person_with_account()[1] for _ in range(3)]
    bare = built.entity("account", "ZZ99")
    paid = [built.transfer(a, bare, 500, on=80 + k) for k, a in enumerate(held)]
    told = MONEY_FLOW.ordinary(built.build(), one_group(paid, [*held, bare]), 0, as_of=AS_OF)
    assert told.story.startswith("Dues or a collection")
    assert (
        "without word to the customer, who holds ZZ99 (A-6) and what the payments" in told.enquiry
    )
    assert told.untold == (
        "Whether payers and payees had dealings before: no earlier transfer of theirs is on "
        "record.",
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (950, "Next to nothing stays with the go-between; a reseller would keep a margin."),
        (750, "About 25 % stays with the go-between, as a margin would."),
        (380, "About 62 % stays with the go-between, more than a margin would."),
    ],
)
def test_a_margin_is_neither_nothing_nor_most_of_it(sent: float, said: str) -> None:
    built = GraphBuilder()
    one, between, other = (built.person_with_account()[1] for _ in range(3))
    flow = [built.transfer(one, between, 1000, on=80), built.transfer(between, other, sent, on=81)]
    told = MONEY_FLOW.ordinary(
        built.build(), one_group(flow, [one, between, other]), 0, as_of=AS_OF
    )
    assert told.story.startswith("A reseller or a go-between")
    assert said in (*told.fits, *told.misfits)


def test_when_nobody_called_or_paid_the_time_of_day_cannot_be_told_and_suspects_are_not_asked() -> (
    None
):
    built = GraphBuilder()
    ann, bob, cas = (built.entity("person", n) for n in ("Ann", "Bob", "Cas"))
    built.offence(ann, cas)
    built.offence(bob, cas)
    told = HIDDEN_LINK.ordinary(built.build(), pairs(np.array([[ann, bob]])), 0, as_of=AS_OF)
    assert told.story.startswith("They are of one family or household")
    assert told.untold == (
        "Whether the shared contacts know each other: there is only one.",
        "At which times they are in touch: no call or transfer with what they share is on record.",
    )
    assert told.enquiry.startswith("Look up in the earlier case file on Cas (P-2)")
