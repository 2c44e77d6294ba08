"""Offences: what happened, where, who was recorded in it in which role, and who was seen with whom.

Few people commit many; a quarter of offences has several suspects; a few places hold about half.
The areas are those of paragraph 25 of the Council Conclusions. Child sexual abuse is a type with
a shield level and nothing else: metadata only.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.life import Circles, circle_pairs
from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.population import COMMUNITIES, Population
from workbench.analysis.synthetic.scenario import DAYS, Floats, Scenario, Texts

# By type of offence: its area and its shield level, 0 to 3.
AREAS = {
    "burglary": ("property crime", 0),
    "theft": ("property crime", 0),
    "vehicle theft": ("property crime", 0),
    "robbery": ("property crime", 1),
    "disorder": ("public order", 0),
    "drug possession": ("drugs", 0),
    "drug trafficking": ("drugs", 0),
    "phishing": ("cybercrime", 0),
    "ransomware": ("cybercrime", 0),
    "labour exploitation": ("trafficking in human beings", 2),
    "sexual exploitation": ("trafficking in human beings", 3),
    "child sexual abuse": ("child sexual abuse (metadata only)", 3),
    "fraud": ("economic crime", 0),
    "carousel fraud": ("economic crime", 0),
    "money_laundering": ("economic crime", 0),
    "terrorism financing": ("terrorism", 1),
}
_EVERYDAY = (
    "burglary",
    "theft",
    "vehicle theft",
    "robbery",
    "fraud",
    "phishing",
    "drug possession",
)
_PETTY = ("disorder", "theft", "drug possession")
_RARE = ("ransomware", "sexual exploitation", "child sexual abuse", "terrorism financing")
_OF_NETWORK = {
    "hierarchical": ("drug trafficking", "robbery", "fraud"),
    "cell": ("terrorism financing", "ransomware", "drug trafficking"),
    "mule_ring": ("phishing", "fraud"),
    "burglary_crew": ("burglary", "vehicle theft"),
    "trafficking_chain": ("labour exploitation", "sexual exploitation"),
    "carousel": ("carousel fraud", "fraud"),
}
_HARMS = (
    "burglary",
    "theft",
    "vehicle theft",
    "robbery",
    "fraud",
    "phishing",
    "labour exploitation",
)
_SOLO = 0.35  # share of members whom an offence of their own made known
_BACKGROUND = 0.25  # offences of ordinary people, per person, in two years


@dataclass(frozen=True, slots=True)
class Offences:
    """offences: type, day, place, known (days).

    involved: offence, person, role, known. used: offence, account, known.
    seen: a, b, day, known, reason; two people recorded together.
    """

    offences: pd.DataFrame
    involved: pd.DataFrame
    used: pd.DataFrame
    seen: pd.DataFrame


class _Book:
    """Offences as they are written up, one after the other."""

    def __init__(self) -> None:
        self.types: list[str] = []
        self.days: list[int] = []
        self.known: list[int] = []
        self.people: list[tuple[int, int, str, int]] = []
        self.accounts: list[tuple[int, int, int]] = []

    def add(self, kind: str, day: int, known: int, suspects: list[int]) -> int:
        """Write up one offence, its suspects known on day `known`; returns its number."""
        number = len(self.types)
        self.types.append(kind)
        self.days.append(max(0, day))
        self.known.append(known)
        self.people += [(number, person, "suspect", known) for person in suspects]
        return number


def make_offences(
    scenario: Scenario,
    people: Population,
    assets: Assets,
    circles: Circles,
    networks: Networks,
    patterns: Patterns,
) -> Offences:
    """Offences of everyday life, of patrols, of networks and of laundering that came to light."""
    book = _Book()
    _everyday(scenario.stream("offences"), people, book)
    _patrols(scenario, people, book)
    _joint(scenario.stream("joint offences"), networks, book)
    _own(scenario.stream("own offences"), networks, book)
    _laundering(scenario.stream("laundering offences"), assets, len(people), patterns, book)
    rng = scenario.stream("offence places")
    _others(rng, len(people), book)
    places = rng.choice(
        np.arange(assets.n_private, len(assets.place_state)),
        size=len(book.types),
        p=_hotspots(rng, len(assets.place_state) - assets.n_private),
    )
    return Offences(
        offences=pd.DataFrame(
            {"type": book.types, "day": book.days, "place": places, "known": book.known}
        ),
        involved=pd.DataFrame(book.people, columns=["offence", "person", "role", "known"]),
        used=pd.DataFrame(book.accounts, columns=["offence", "account", "known"]),
        seen=_seen(scenario, people, circles, networks),
    )


def _hotspots(rng: np.random.Generator, n: int) -> Floats:
    weight = rng.permutation(1.0 / (np.arange(n) + 1.0) ** 1.05)
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def _pick(rng: np.random.Generator, kinds: tuple[str, ...], n: int) -> Texts:
    return rng.choice(np.array(kinds, dtype=object), size=n)


def _everyday(rng: np.random.Generator, people: Population, book: _Book) -> None:
    """A heavy-tailed few offend often; a third of offences stays without a suspect."""
    n = len(people)
    appetite = rng.pareto(1.3, n) * (people.age < 4)
    count = round(_BACKGROUND * n)
    main = rng.choice(n, size=count, p=appetite / appetite.sum())
    partner = (main + rng.integers(1, 12, count)) % n
    joint, solved = rng.random(count) < 0.35, rng.random(count) < 0.65
    kinds = np.where(
        rng.random(count) < 0.05, _pick(rng, _RARE, count), _pick(rng, _EVERYDAY, count)
    )
    day = rng.integers(0, DAYS - 20, count)
    known = np.minimum(DAYS - 1, day + rng.geometric(0.05, count))
    for i in range(count):
        suspects = [int(main[i]), int(partner[i])] if joint[i] else [int(main[i])]
        book.add(str(kinds[i]), int(day[i]), int(known[i]), suspects if solved[i] else [])


def _patrols(scenario: Scenario, people: Population, book: _Book) -> None:
    """Petty offences that patrols write up, more of them where they patrol more (planted bias).

    Every draw is made whatever the bias, so that the two worlds differ in these rows alone.
    """
    rng, bias, n = scenario.stream("patrols"), scenario.bias, len(people)
    group = people.community == COMMUNITIES.index(bias.group)
    rate = np.where(group, bias.patrol_rate_group, bias.patrol_rate)
    for _ in range(2):
        draw, day = rng.random(n), rng.integers(0, DAYS - 5, n)
        kinds = _pick(rng, _PETTY, n)
        for person in np.flatnonzero(draw < rate / 2).tolist():
            book.add(str(kinds[person]), int(day[person]), int(day[person]) + 1, [person])


def _joint(rng: np.random.Generator, networks: Networks, book: _Book) -> None:
    """Ties that a joint offence brings to light, on the day set for them."""
    ties = networks.ties[(networks.ties["known"] >= 0) & networks.ties["by_offence"]]
    for network, a, b, known in zip(
        ties["network"], ties["a"], ties["b"], ties["known"], strict=True
    ):
        kinds = _OF_NETWORK[networks.kind[network]]
        kind = kinds[int(rng.integers(0, len(kinds)))]
        book.add(kind, int(known) - int(rng.geometric(0.03)), int(known), [int(a), int(b)])


def _own(rng: np.random.Generator, networks: Networks, book: _Book) -> None:
    """Offences of single members, which make them known and say nothing of the network."""
    members = networks.members
    chosen = np.flatnonzero(rng.random(len(members)) < _SOLO)
    kinds = np.where(
        rng.random(len(chosen)) < 0.5,
        _pick(rng, _EVERYDAY, len(chosen)),
        np.array(
            [_OF_NETWORK[networks.kind[k]][0] for k in members["network"].iloc[chosen]], object
        ),
    )
    day = rng.integers(0, DAYS - 60, len(chosen))
    for i, person in enumerate(members["person"].iloc[chosen].tolist()):
        book.add(str(kinds[i]), int(day[i]), int(day[i]) + int(rng.integers(1, 60)), [person])


def _laundering(
    rng: np.random.Generator, assets: Assets, n_people: int, patterns: Patterns, book: _Book
) -> None:
    """Laundering that came to light: most of its accounts are recorded as used, one or two holders.

    Holders who are firms are not suspects.
    """
    moved = patterns.transfers
    ends = pd.concat(
        [
            moved[["instance", "source"]].rename(columns={"source": "account"}),
            moved[["instance", "target"]].rename(columns={"target": "account"}),
        ]
    )
    accounts = ends.drop_duplicates().groupby("instance")["account"].agg(sorted)
    found = patterns.instances[patterns.instances["known"] >= 0]
    for number, start, known in zip(found["instance"], found["start"], found["known"], strict=True):
        mine = np.array(accounts.get(number, []), dtype=np.int64)
        used = mine[rng.random(len(mine)) < 0.85]
        holders = assets.account_holder[used]
        people = np.unique(holders[holders < n_people])
        n_suspects = min(len(people), int(rng.integers(0, 2)))
        suspects = rng.choice(people, size=n_suspects, replace=False).tolist()
        offence = book.add("money_laundering", int(start), int(known), suspects)
        book.accounts += [(offence, int(account), int(known)) for account in used]


def _others(rng: np.random.Generator, n_people: int, book: _Book) -> None:
    """Victims and witnesses, recorded in those categories and in no other (duty T23)."""
    for number, kind in enumerate(book.types):
        known = book.known[number]
        if kind in _HARMS and rng.random() < 0.7:
            book.people.append((number, int(rng.integers(0, n_people)), "victim", known))
        if rng.random() < 0.15:
            book.people.append((number, int(rng.integers(0, n_people)), "witness", known))
    listed = dict.fromkeys(book.people)
    named: set[tuple[int, int]] = set()
    book.people = []
    for row in listed:  # one role per person and offence, the first written up
        if row[:2] not in named:
            named.add(row[:2])
            book.people.append(row)


def _seen(
    scenario: Scenario, people: Population, circles: Circles, networks: Networks
) -> pd.DataFrame:
    """Two people recorded together: true ties that surface, and false ones (planted bias)."""
    rng = scenario.stream("seen together")
    ties = networks.ties[(networks.ties["known"] >= 0) & ~networks.ties["by_offence"]]
    day = np.maximum(0, ties["known"] - rng.integers(1, 10, len(ties)))
    true = pd.DataFrame({"a": ties["a"], "b": ties["b"], "day": day, "known": ties["known"]})
    both = pd.concat([true, _false_pairs(scenario, people, circles)], ignore_index=True)
    reasons = ("seen together", "checked at a border together", "in one vehicle at a control")
    return both.assign(reason=_pick(rng, reasons, len(both)))


def _false_pairs(scenario: Scenario, people: Population, circles: Circles) -> pd.DataFrame:
    rng, bias = scenario.stream("false labels"), scenario.bias
    pairs = circle_pairs(circles)
    group = people.community == COMMUNITIES.index(bias.group)
    touched = group[pairs["a"]] | group[pairs["b"]]
    draw, day = rng.random(len(pairs)), rng.integers(0, DAYS - 10, len(pairs))
    rate = np.where(touched, bias.false_label_rate_group, bias.false_label_rate)
    known = day + rng.integers(1, 10, len(pairs))
    table = pd.DataFrame({"a": pairs["a"], "b": pairs["b"], "day": day, "known": known})
    return table[draw < rate]
