"""Who is related to whom, as registers of persons would have it."""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import Ints, Scenario

RELATIONS = ("partner", "parent", "sibling")  # the first is the second's ...
_NEAR = 60  # parents of grown children live among so many neighbours in number
_GENERATION = (20 * 365.25, 42 * 365.25)  # days between a parent's birth and a child's


def make_kinship(scenario: Scenario, people: Population) -> pd.DataFrame:
    """Pairs of relatives: a, b (people), relation (position in `RELATIONS`).

    Partners, parents and siblings at one address, and a set share of the parents who live at
    another. Empty where the scenario leaves the layer out.
    """
    if not scenario.switches.kinship:
        nothing = np.zeros(0, np.int32)
        return pd.DataFrame({"a": nothing, "b": nothing, "relation": nothing})
    n = len(people)
    _, first = np.unique(people.household, return_index=True)
    head = first[people.household]
    place = np.arange(n) - head
    generation = people.birth_day - people.birth_day[head]
    low, high = _GENERATION
    grown = (place > 0) & ~people.is_partner & (generation >= low) & (generation <= high)
    child, partner = np.flatnonzero(grown), np.flatnonzero(people.is_partner)
    second = np.minimum(head[child] + 1, n - 1)
    both = people.is_partner[second] & (people.household[second] == people.household[child])
    after = people.birth_day[child] - people.birth_day[second]
    both &= (after >= low) & (after <= high)
    sisters = child[1:][people.household[child[1:]] == people.household[child[:-1]]]
    parent, elsewhere = _parents_elsewhere(scenario, people, first)
    a = [head[partner], head[child], second[both], sisters - 1, parent]
    b = [partner, child, child[both], sisters, elsewhere]
    relation = np.repeat([0, 1, 1, 2, 1], [len(part) for part in a])
    table = pd.DataFrame({"a": np.concatenate(a), "b": np.concatenate(b), "relation": relation})
    table = table[table["a"] != table["b"]]
    return table.drop_duplicates(["a", "b"], ignore_index=True).astype(np.int32)


def _parents_elsewhere(scenario: Scenario, people: Population, heads: Ints) -> tuple[Ints, Ints]:
    """Parent and child of different homes: of one tongue, a generation apart, near in number."""
    rng, n = scenario.stream("kin elsewhere"), len(people)
    child = heads[rng.random(len(heads)) < scenario.people.kin_elsewhere]
    found = np.full(len(child), -1)
    low, high = _GENERATION
    for _ in range(8):  # so many neighbours are looked at
        other = (child + rng.integers(1, _NEAR, len(child))) % n
        older = people.birth_day[child] - people.birth_day[other]
        fits = (older >= low) & (older <= high) & (people.tongue[other] == people.tongue[child])
        fits &= people.household[other] != people.household[child]
        found = np.where((found < 0) & fits, other, found)
    return found[found >= 0], child[found >= 0]
