"""Background life: families, teams and clubs, and who calls whom.

A circle of innocent people has the same contact shapes as a cell of a gang: a phone that all call,
an account that all pay, now and then a shared car or room. It is what a model must tell apart.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import Ints, Scenario

KINDS = ("family", "team", "club")
_DIRECT = {"family": 0.7, "team": 0.25, "club": 0.2}  # share of pairs that call each other
_SIZE = {"family": (3, 7), "team": (4, 10), "club": (6, 14)}
_PER_PERSON = {"family": 0.09, "team": 0.10, "club": 0.08}  # circles per person
USES_HUB = 0.65  # share of members, in circles and cells alike, who use what is shared
HUB_SHARE = 0.75  # share of circles and cells that share a phone


@dataclass(frozen=True, slots=True)
class Circles:
    """`kind` per circle; `circle` and `person` list memberships.

    `phone`, `account`, `place` and `vehicle` are what a circle shares, -1 where nothing.
    """

    kind: tuple[str, ...]
    circle: Ints
    person: Ints
    phone: Ints
    account: Ints
    place: Ints
    vehicle: Ints


def make_circles(scenario: Scenario, people: Population, assets: Assets) -> Circles:
    """Families of neighbouring households, teams of one employer, clubs across a state."""
    rng = scenario.stream("circles")
    kinds, lists = [], []
    for kind in KINDS:
        for _ in range(round(_PER_PERSON[kind] * len(people))):
            kinds.append(kind)
            lists.append(_members(rng, people, kind))
    n = len(kinds)
    prepaid = spare_phones(scenario, assets)[::-1]  # gangs take from the other end
    phone = np.full(n, -1, dtype=np.int64)
    with_phone = np.flatnonzero(rng.random(n) < HUB_SHARE)
    phone[with_phone] = hub_phones(rng, prepaid, len(people), len(with_phone))
    return Circles(
        kind=tuple(kinds),
        circle=np.repeat(np.arange(n), [len(m) for m in lists]),
        person=np.concatenate(lists),
        phone=phone,
        account=_shared(rng, n, 0.5, np.arange(assets.n_bank_accounts)),
        place=_shared(rng, n, 0.04, assets.public_places),
        vehicle=_shared(rng, n, 0.04, np.arange(len(assets.vehicle_holder))),
    )


def hub_phones(rng: np.random.Generator, prepaid: Ints, n_people: int, n: int) -> Ints:
    """Phones that circles or cells share: two of three prepaid ones, else somebody's own."""
    own = rng.integers(0, n_people, n)
    spare = prepaid[np.arange(n) % len(prepaid)]
    return np.where(rng.random(n) < 0.65, spare, own)


def passers_by(rng: np.random.Generator, phones: Ints, n_people: int) -> tuple[Ints, Ints]:
    """People outside who call a shared phone now and then, and which: customers, neighbours."""
    called = np.repeat(phones, rng.poisson(2.0, len(phones)))
    return rng.integers(0, n_people, len(called)), called


def _members(rng: np.random.Generator, people: Population, kind: str) -> Ints:
    """Neighbours in number share home, state and community; clubs draw from a wider stretch."""
    low, high = _SIZE[kind]
    size = int(rng.integers(low, high + 1))
    reach = {"family": 6, "team": 150, "club": 400}[kind]
    start = int(rng.integers(0, max(1, len(people) - reach)))
    stretch = np.arange(start, min(len(people), start + max(reach, size)))
    if kind == "family":
        return stretch[:size]
    same = stretch[people.state[stretch] == people.state[start]]
    return rng.choice(same, size=min(size, len(same)), replace=False)


def _shared(rng: np.random.Generator, n: int, share: float, pool: Ints) -> Ints:
    out = np.full(n, -1, dtype=np.int64)
    chosen = np.flatnonzero(rng.random(n) < share)
    out[chosen] = rng.choice(pool, size=len(chosen))
    return out


def spare_phones(scenario: Scenario, assets: Assets) -> Ints:
    """Prepaid phones in a fixed random order: cells take from the front, circles from the back."""
    prepaid = np.flatnonzero(assets.phone_holder == -1)
    return scenario.stream("spare phones").permutation(prepaid)


def circle_pairs(circles: Circles) -> pd.DataFrame:
    """Every pair within a circle, once per circle: circle, a, b with a < b."""
    table = pd.DataFrame({"circle": circles.circle, "person": circles.person})
    both = table.merge(table, on="circle", suffixes=("_a", "_b"))
    both = both[both["person_a"] < both["person_b"]]
    return both.rename(columns={"person_a": "a", "person_b": "b"}).reset_index(drop=True)


def contacts(
    scenario: Scenario, people: Population, assets: Assets, circles: Circles
) -> pd.DataFrame:
    """Who has each other's number: phone_a, phone_b, n calls in two years, circle (-1 none)."""
    rng = scenario.stream("contacts")
    pairs = circle_pairs(circles)
    direct = np.array([_DIRECT[k] for k in circles.kind])[pairs["circle"]]
    pairs = pairs[rng.random(len(pairs)) < direct]
    a, b = _friends(rng, people)
    hub_member = np.flatnonzero(
        (circles.phone[circles.circle] >= 0) & (rng.random(len(circles.circle)) < USES_HUB)
    )
    n_people = len(people)
    passing, passed = passers_by(rng, circles.phone[circles.phone >= 0], n_people)
    services = np.flatnonzero(assets.phone_holder >= n_people)
    n_service = round(scenario.life.service_lines * n_people)
    weight = 1.0 / (np.arange(len(services)) + 2.0)
    caller = np.concatenate(
        [pairs["a"], a, circles.person[hub_member], passing, rng.integers(0, n_people, n_service)]
    )
    called = np.concatenate(
        [
            pairs["b"],
            b,
            circles.phone[circles.circle[hub_member]],
            passed,
            rng.choice(services, size=n_service, p=weight / weight.sum()),
        ]
    )
    circle = np.full(len(caller), -1, dtype=np.int64)
    start = len(pairs) + len(a)
    circle[start : start + len(hub_member)] = circles.circle[hub_member]
    count = 1 + rng.geometric(0.3, len(caller))
    frame = pd.DataFrame({"phone_a": caller, "phone_b": called, "n": count, "circle": circle})
    return frame[frame["phone_a"] != frame["phone_b"]].reset_index(drop=True)


def _friends(rng: np.random.Generator, people: Population) -> tuple[Ints, Ints]:
    """Heavy-tailed acquaintance near home, a third of its open triangles closed."""
    n = len(people)
    appetite = np.minimum(40, rng.zipf(2.1, n))
    a = np.repeat(np.arange(n), appetite)
    step = np.rint(rng.standard_cauchy(len(a)) * 25).astype(np.int64)
    b = (a + np.where(step == 0, 1, step)) % n
    first = pd.DataFrame({"a": np.concatenate([a, b]), "b": np.concatenate([b, a])})
    closed = first.sample(n=min(len(first), n // 2), random_state=rng).merge(
        first.groupby("a", sort=True).head(3).rename(columns={"a": "b", "b": "c"}), on="b"
    )
    closed = closed[(closed["a"] != closed["c"]) & (rng.random(len(closed)) < 0.33)]
    return np.concatenate([a, closed["a"]]), np.concatenate([b, closed["c"]])
