"""What people have and use: phones, accounts at several banks, vehicles, organisations, places.

Spare phones and spare accounts are one pool for clubs and for gangs alike, so that having one
says nothing. Organisations come after people in one space of holders: holder `n_people + k` is
organisation `k`; holder -1 is nobody known (a prepaid phone).
"""

from dataclasses import dataclass

import numpy as np

from workbench.analysis.synthetic.population import STATES, Population
from workbench.analysis.synthetic.scenario import Ints, Scenario, Texts

SECTORS = ("retail", "transport", "construction", "food", "club", "housing", "trade", "services")
_SECTOR_SHARE = (0.2, 0.1, 0.12, 0.16, 0.14, 0.06, 0.12, 0.1)
_ORGANISATION_WORDS = ("Ostra", "Velum", "Karda", "Mirno", "Tolva", "Brenn", "Ulkar", "Sevra")
_SECTOR_WORDS = ("Market", "Haulage", "Build", "Kitchen", "Club", "Homes", "Trading", "Works")
BANKS = tuple(f"{state}{letter}" for state in STATES for letter in "KLM")


@dataclass(frozen=True, slots=True)
class Assets:
    """Parallel arrays per kind; holders and homes as the module says.

    `vehicle_holder` and `director` (per organisation) are people; `home_place` gives each person's
    place; `org_place` each organisation's; places from `n_private` on are public.
    """

    phone_holder: Ints
    account_holder: Ints
    account_bank: Texts
    vehicle_holder: Ints
    org_state: Ints
    org_sector: Ints
    org_name: Texts
    director: Ints
    place_state: Ints
    home_place: Ints
    org_place: Ints
    n_private: int

    def of_holder(self, kind: str) -> dict[int, Ints]:
        """Phones (``phone``) or accounts (``account``) of each holder, -1 for the prepaid."""
        holder = self.phone_holder if kind == "phone" else self.account_holder
        order = np.argsort(holder, kind="stable")
        keys, starts = np.unique(holder[order], return_index=True)
        return dict(zip(keys.tolist(), np.split(order, starts[1:]), strict=True))


def make_assets(scenario: Scenario, people: Population) -> Assets:
    """Assets of everybody, none of them yet used by anyone."""
    rng = scenario.stream("assets")
    n = len(people)
    n_orgs = max(12, n // 10)
    org_state = rng.choice(len(STATES), size=n_orgs, p=(0.42, 0.33, 0.25))
    sector = rng.choice(len(SECTORS), size=n_orgs, p=_SECTOR_SHARE)
    everyone, orgs = np.arange(n), n + np.arange(n_orgs)
    account_holder = np.concatenate(
        [everyone, _some(rng, n, 0.35), orgs, _some(rng, n_orgs, 0.5) + n]
    )
    n_homes = int(people.household[-1]) + 1
    n_public = max(20, n // 6)
    home_state = np.zeros(n_homes, dtype=np.int64)
    home_state[people.household] = people.state
    return Assets(
        phone_holder=np.concatenate(
            [everyone, _some(rng, n, 0.2), orgs, np.full(max(8, n // 3), -1)]
        ),
        account_holder=account_holder,
        account_bank=_banks(rng, np.concatenate([people.state, org_state])[account_holder]),
        vehicle_holder=_some(rng, n, 0.5),
        org_state=org_state,
        org_sector=sector,
        org_name=_org_names(rng, sector),
        director=rng.integers(0, n, n_orgs),
        place_state=np.concatenate(
            [home_state, org_state, rng.choice(len(STATES), size=n_public, p=(0.42, 0.33, 0.25))]
        ),
        home_place=people.household,
        org_place=n_homes + np.arange(n_orgs),
        n_private=n_homes + n_orgs,
    )


def _some(rng: np.random.Generator, n: int, share: float) -> Ints:
    return np.flatnonzero(rng.random(n) < share).astype(np.int64)


def _banks(rng: np.random.Generator, state: Ints) -> Texts:
    """Mostly a bank of one's own state, now and then another's."""
    abroad = rng.random(len(state)) < 0.08
    where = np.where(abroad, rng.integers(0, len(STATES), len(state)), state)
    return np.array(BANKS, dtype=object)[where * 3 + rng.integers(0, 3, len(state))]


def _org_names(rng: np.random.Generator, sector: Ints) -> Texts:
    first = rng.integers(0, len(_ORGANISATION_WORDS), (len(sector), 2))
    return np.array(
        [
            f"{_ORGANISATION_WORDS[a]}{_ORGANISATION_WORDS[b].lower()} {_SECTOR_WORDS[s]}"
            for (a, b), s in zip(first.tolist(), sector.tolist(), strict=True)
        ],
        dtype=object,
    )
