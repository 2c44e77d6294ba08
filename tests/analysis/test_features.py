"""What a feature is, and every feature of both models on a few records worked out by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from builders_graph import GraphBuilder, day

from models.hidden_link.definition import MODEL as HIDDEN_LINK
from models.money_flow.definition import MODEL as MONEY_FLOW
from workbench.analysis.features import feature, feature_table
from workbench.analysis.modelling import Candidates
from workbench.analysis.tables import FloatArray
from workbench.domain.errors import BadInput


def test_a_feature_keeps_its_name_unit_and_words() -> None:
    @feature(unit="days", label="a label")
    def waiting(context: int) -> FloatArray:
        """Days
        waited."""
        return np.array([context])

    assert (waiting.name, waiting.unit, waiting.meaning) == ("waiting", "days", "Days waited.")
    table = feature_table((waiting,), 3)
    assert table["waiting"].tolist() == [3.0]
    assert table.dtypes.tolist() == [np.dtype("float64")]


def test_a_feature_without_words_or_unit_is_refused() -> None:
    def bare(context: int) -> FloatArray:
        return np.array([context])

    with pytest.raises(BadInput, match="bare says not what it means"):
        feature(unit="days", label="a label")(bare)

    def told(context: int) -> FloatArray:
        """Words."""
        return np.array([context])

    with pytest.raises(BadInput, match="told says not"):
        feature(unit="", label="a label")(told)


def pair_features(built: GraphBuilder, a: int, b: int, *, on: float = 100) -> "pd.Series[float]":
    graph, as_of = built.build(), day(on)
    asked = Candidates(
        np.array([a, b], np.int32),
        np.array([0, 2], np.int64),
        np.empty(0, np.int32),
        np.zeros(2, np.int64),
    )
    return HIDDEN_LINK.features(graph, asked, as_of=as_of).iloc[0]


def test_pair_features_of_two_who_share_a_caller_and_an_unattributed_phone() -> None:
    """Ann and Bob both call Cas (who also knows Dan) and a phone nobody is known behind."""
    built = GraphBuilder()
    ann, ann_phone = built.person_with_phone()
    bob, bob_phone = built.person_with_phone()
    cas, cas_phone = built.person_with_phone()
    _, dan_phone = built.person_with_phone()
    prepaid = built.entity("phone")
    built.call(ann_phone, cas_phone, on=10)
    built.call(ann_phone, cas_phone, on=20)
    built.call(cas_phone, bob_phone, on=20.5)
    built.call(ann_phone, prepaid, on=30)
    built.call(bob_phone, prepaid, on=50)
    built.call(dan_phone, cas_phone, on=1)
    built.call(dan_phone, ann_phone, on=2)
    built.offence(ann, cas, known=40)
    found = pair_features(built, ann, bob)

    assert found["shared_contacts"] == 2  # Cas and the prepaid phone
    assert found["contact_overlap"] == 2 / 3  # of Cas, the phone and Dan
    assert found["contact_rarity"] == pytest.approx(1 / math.log(3) + 1 / math.log(2))
    assert found["contact_exclusivity"] == pytest.approx(1 / 3 + 1 / 2)
    assert found["shared_call_contacts"] == 2
    assert found["shared_money_contacts"] == 0
    assert found["call_and_money_contacts"] == 0
    assert found["co_suspect_contacts"] == 1  # Cas, with Ann
    assert found["ties_among_shared"] == 0
    assert found["same_day_contacts"] == 1  # Ann on day 20, Bob half a day later, with Cas
    assert found["contacts_of_rarest"] == 2
    assert found["shared_unattributed"] == 1
    assert found["contact_volume"] == 2  # one with Cas, one with the phone
    assert found["days_since_shared_contact"] == 70  # both with the phone by day 30
    assert found["fewer_contacts"] == 2


def test_pair_features_see_money_and_the_circle_of_shared_contacts() -> None:
    built = GraphBuilder()
    ann, ann_phone = built.person_with_phone()
    bob, _ = built.person_with_phone()
    both = []
    for person in (ann, bob):
        account = built.entity("account")
        built.link(person, "holds", account)
        both.append(account)
    cas, cas_phone = built.person_with_phone()
    cas_account = built.entity("account")
    built.link(cas, "holds", cas_account)
    dan, dan_account = built.person_with_account()
    built.call(ann_phone, cas_phone, on=5)
    built.transfer(both[1], cas_account, 50.0, on=6)
    built.transfer(both[0], dan_account, 50.0, on=7)
    built.transfer(dan_account, both[1], 50.0, on=8)
    built.link(cas, "associated_with", dan, on=9)
    found = pair_features(built, ann, bob)

    assert found["shared_money_contacts"] == 1  # Dan
    assert found["call_and_money_contacts"] == 1  # Cas: Ann calls, Bob pays
    assert found["shared_call_contacts"] == 0
    assert found["ties_among_shared"] == 1  # Cas and Dan
    assert found["co_suspect_contacts"] == 0
    assert found["shared_unattributed"] == 0


def test_a_shop_that_everybody_pays_is_no_contact() -> None:
    built = GraphBuilder()
    shop, till = built.entity("organisation"), built.entity("account")
    built.link(shop, "holds", till)
    customers = [built.person_with_account() for _ in range(41)]
    for _, account in customers:
        built.transfer(account, till, 10.0, on=5)
    found = pair_features(built, customers[0][0], customers[1][0])
    assert found["shared_contacts"] == 0
    assert math.isnan(found["days_since_shared_contact"])


def test_living_at_one_address_is_no_contact() -> None:
    built = GraphBuilder()
    ann, bob, place = built.entity("person"), built.entity("person"), built.entity("place")
    built.link(ann, "lives_at", place)
    built.link(bob, "lives_at", place)
    found = pair_features(built, ann, bob)
    assert found["shared_contacts"] == found["fewer_contacts"] == 0


def group_features(built: GraphBuilder, links: list[int]) -> "pd.Series[float]":
    graph = built.build()
    accounts = np.union1d(graph.sources[links], graph.targets[links]).astype(np.int32)
    asked = Candidates(
        accounts,
        np.array([0, len(accounts)], np.int64),
        np.array(links, np.int32),
        np.array([0, len(links)], np.int64),
    )
    return MONEY_FLOW.features(graph, asked, as_of=day(200)).iloc[0]


def test_group_features_of_a_split_payment_that_comes_back_in_part() -> None:
    """0 pays 1 on day 100; 1 pays 2 a day later and 3 after three days; 2 pays 0 on day 105."""
    built = GraphBuilder()
    people = [built.person_with_account() for _ in range(4)]
    accounts = [account for _, account in people]
    before = built.transfer(accounts[0], accounts[1], 300.0, on=40)
    links = [
        built.transfer(accounts[0], accounts[1], 10_000.0, on=100),
        built.transfer(accounts[1], accounts[2], 6_000.0, on=101),
        built.transfer(accounts[1], accounts[3], 2_000.0, on=103),
        built.transfer(accounts[2], accounts[0], 3_000.0, on=105),
    ]
    built.offence(accounts[3], known=90, role="used")
    built.link(people[0][0], "associated_with", people[1][0], known=1)
    found = group_features(built, links)

    assert before == 0 + 4  # links 0 to 3 say who holds what
    assert found["accounts"] == 4
    assert found["transfers"] == 4
    assert found["typical_amount"] == 5_250
    assert found["span"] == 5
    assert found["layers"] == 3
    # 1 received 10,000 and sent 6,000 within a day; 2 received 6,000 and sent 3,000 in four days
    assert found["passed_on_in_48_hours"] == pytest.approx(6_000 / 16_000)
    rested = 6_000 * 24 + 2_000 * 72 + 3_000 * 96
    assert found["hours_at_rest"] == pytest.approx(rested / 11_000)
    assert found["share_kept"] == pytest.approx(1 - 11_000 / 16_000)
    assert found["comes_back"] == 1
    assert found["most_payers"] == 1
    assert found["most_payees"] == 2
    assert found["just_below_threshold"] == 0
    assert found["between_states"] == 0
    assert found["first_dealings"] == pytest.approx(3 / 4)
    assert found["new_accounts"] == pytest.approx(2 / 4)
    # accounts 0 and 1 moved 300 each in the 60 days before: 150 in a usual 30 days, each
    assert found["against_own_history"] == pytest.approx(2 * 21_000 / 300)
    assert found["held_by_organisations"] == 0
    assert found["used_in_an_offence_before"] == 1
    assert found["holders_in_contact"] == pytest.approx(1 / 4)


def test_group_features_of_payments_just_below_the_threshold_between_states_to_a_firm() -> None:
    built = GraphBuilder()
    firm, target = built.entity("organisation"), built.entity("account", state="BB")
    built.link(firm, "holds", target)
    links = [
        built.transfer(built.person_with_account()[1], target, amount, on=100)
        for amount in (9_000.0, 9_999.0, 10_000.0)
    ]
    found = group_features(built, links)

    assert found["just_below_threshold"] == pytest.approx(2 / 3)
    assert found["between_states"] == 1
    assert found["most_payers"] == 3
    assert found["held_by_organisations"] == pytest.approx(1 / 4)
    assert found["layers"] == 1
    assert math.isnan(found["passed_on_in_48_hours"])
    assert math.isnan(found["hours_at_rest"])
    assert math.isnan(found["share_kept"])
    assert math.isnan(found["against_own_history"])


def usual_of(built: GraphBuilder, links: list[int]) -> "pd.Series[float]":
    graph = built.build()
    accounts = np.union1d(graph.sources[links], graph.targets[links]).astype(np.int32)
    asked = Candidates(
        accounts,
        np.array([0, len(accounts)], np.int64),
        np.array(links, np.int32),
        np.array([0, len(links)], np.int64),
    )
    found = MONEY_FLOW.history(graph, asked, as_of=day(300))
    assert found is not None
    return found.iloc[0]


def test_what_was_usual_is_measured_as_the_group_is() -> None:
    """A group of two days, and five transfers of its first account in the half year before."""
    built = GraphBuilder()
    people = [built.person_with_account() for _ in range(6)]
    first, second, third, payer, payee, other = (account for _, account in people)
    for source, target, amount, on in (
        (payer, first, 400.0, 30.5),
        (first, payee, 300.0, 31.0),
        (other, first, 500.0, 60.5),
        (payer, first, 200.0, 61.0),
        (first, payee, 9_500.0, 90.0),
    ):
        built.transfer(source, target, amount, on=on)
    group = [
        built.transfer(first, second, 1_000.0, on=200),
        built.transfer(second, third, 900.0, on=202),
    ]
    built.link(people[0][0], "associated_with", people[4][0], known=1)
    found = usual_of(built, group)

    assert found["transfers"] == pytest.approx(5 / 180 * 2)
    assert found["typical_amount"] == pytest.approx(10_900 / 5)
    # within two days once: of 400 received 300 left, after twelve hours
    assert found["passed_on_in_48_hours"] == pytest.approx(300 / 400)
    assert found["hours_at_rest"] == pytest.approx(12)
    # of 90 times of two days, one with a payer, one with two; two with a payee
    assert found["most_payers"] == pytest.approx(3 / 90)
    assert found["most_payees"] == pytest.approx(2 / 90)
    assert found["just_below_threshold"] == pytest.approx(1 / 5)
    assert found["between_states"] == 0
    assert found["first_dealings"] == pytest.approx(
        3 / 5
    )  # the two of day 61 and 90 knew each other
    assert found["holders_in_contact"] == pytest.approx(2 / 5)
    without = ["accounts", "span", "layers", "comes_back", "held_by_organisations"]
    assert found[without].isna().all()  # what has no usual


def test_nothing_is_usual_for_accounts_of_fewer_than_five_earlier_transfers() -> None:
    built = GraphBuilder()
    one, other = (built.person_with_account()[1] for _ in range(2))
    for on in (50, 60, 70, 80):
        built.transfer(one, other, 100.0, on=on)
    assert usual_of(built, [built.transfer(one, other, 100.0, on=200)]).isna().all()
