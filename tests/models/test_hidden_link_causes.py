"""The true cause of a hidden tie: the way by which most of its bridges carry it."""

import numpy as np
import pandas as pd
from builders_graph import GraphBuilder, day
from builders_modelling import pairs

from models.hidden_link.definition import MODEL

AS_OF = day(100)


class Network:
    """Ann and Bob, tied in truth and in no record, and whom and what they share."""

    def __init__(self) -> None:
        self.built = GraphBuilder()
        self.ann, self.ann_phone = self.built.person_with_phone("Ann")
        self.bob, self.bob_phone = self.built.person_with_phone("Bob")
        self.members = [self.ann, self.bob]

    def called_by_both(self) -> None:
        """A phone of nobody known, which a third member calls too."""
        hub, (third, phone) = self.built.entity("phone"), self.built.person_with_phone()
        for one in (self.ann_phone, self.bob_phone, phone):
            self.built.call(one, hub, on=10.5)
        self.members.append(third)

    def suspected_with_both(self) -> None:
        third = self.built.entity("person")
        for one in (self.ann, self.bob):
            self.built.offence(one, third)
        self.members.append(third)

    def suspected_with_ann_called_by_bob(self) -> None:
        third, phone = self.built.person_with_phone()
        self.built.offence(self.ann, third)
        self.built.call(self.bob_phone, phone, on=12.5)
        self.members.append(third)

    def suspected_with_ann_called_by_both(self) -> None:
        third, phone = self.built.person_with_phone()
        self.built.offence(self.ann, third)
        for one in (self.ann_phone, self.bob_phone):
            self.built.call(one, phone, on=12.5)
        self.members.append(third)

    def cause(self) -> set[str]:
        graph = self.built.build().as_of(AS_OF)
        names = graph.entities["id"]
        ties = pd.DataFrame({"entity_a": [names[self.ann]], "entity_b": [names[self.bob]]})
        roles = pd.DataFrame({"entity": [names[m] for m in self.members], "network": "N-1"})
        asked = pairs(np.array([[self.ann, self.bob]]))
        (found,) = MODEL.causes(graph, asked, {"ties": ties, "roles": roles})
        return set(found)


def test_a_third_person_suspected_with_both_is_a_tie_by_crime() -> None:
    network = Network()
    network.suspected_with_both()
    assert network.cause() == {"co_suspect_contacts"}


def test_of_two_ways_the_one_that_carries_more_is_the_cause() -> None:
    """An accomplice of one of them does not make crime the cause of what calls carry."""
    network = Network()
    network.suspected_with_both()
    network.called_by_both()
    network.called_by_both()
    assert network.cause() == {"shared_call_contacts", "shared_unattributed"}


def test_ways_that_carry_as_much_are_both_the_cause() -> None:
    network = Network()
    network.suspected_with_both()
    network.called_by_both()
    assert network.cause() == {
        *("co_suspect_contacts", "shared_call_contacts", "shared_unattributed")
    }


def test_what_no_other_way_counts_is_by_crime_and_what_calls_carry_is_by_calls() -> None:
    network = Network()
    network.suspected_with_ann_called_by_bob()
    assert network.cause() == {"co_suspect_contacts"}
    network = Network()
    network.suspected_with_ann_called_by_both()
    assert network.cause() == {"shared_call_contacts"}


def test_what_their_network_does_not_share_is_no_cause() -> None:
    network = Network()
    shop = network.built.entity("phone")
    for one in (network.ann_phone, network.bob_phone):
        network.built.call(one, shop, on=10.5)
    assert network.cause() == set()
