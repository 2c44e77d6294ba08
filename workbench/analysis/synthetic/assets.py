"""What people have and use: phones, accounts, vehicles, organisations, places.

Spare phones and spare accounts are one pool for clubs and for gangs alike, so that having one
says nothing. Organisations come after people in one space of holders: holder `n_people + k` is
organisation `k`; holder -1 is nobody known (a prepaid phone).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.geography import BUSINESS, HOME, PUBLIC, Geography, make_geography
from workbench.analysis.synthetic.online import Online, make_online
from workbench.analysis.synthetic.population import N_DISTRICTS, STATES, Population
from workbench.analysis.synthetic.scenario import Flags, Ints, Scenario

SECTORS = ("retail", "transport", "construction", "food", "club", "housing", "trade", "services")
_SECTOR_SHARE = (0.2, 0.1, 0.12, 0.16, 0.14, 0.06, 0.12, 0.1)
BANKS = tuple(f"{state}{letter}" for state in STATES for letter in "KLM")
WALLETS = ("Coinpurse", "Driftpay")  # invented wallet services
PROVIDERS = (*BANKS, *WALLETS)
_STATE_SHARE = (0.42, 0.33, 0.25)


@dataclass(frozen=True, slots=True)
class Assets:
    """Parallel arrays per kind; holders as the module says.

    `account_bank` is a position in `PROVIDERS`. Accounts are numbered: bank accounts of holders
    (account i is person i's for the first n_people) up to `n_bank_accounts`, then one cash desk
    per bank (holder -1), then wallets from `first_wallet` on (holder -1 where nobody is known).
    `vehicle_holder` and `director` (per organisation) are people; `owners` lists organisation and
    person of every beneficial owner. `home_place` gives each person's place, `org_place` each
    organisation's; public places lie from `n_private` up to `n_open`, border posts after them.
    """

    phone_holder: Ints
    account_holder: Ints
    account_bank: Ints
    n_bank_accounts: int
    first_wallet: int
    vehicle_holder: Ints
    org_state: Ints
    org_sector: Ints
    org_words: Ints
    director: Ints
    owners: pd.DataFrame
    home_place: Ints
    org_place: Ints
    n_private: int
    n_open: int
    geography: Geography
    online: Online

    @property
    def place_state(self) -> Ints:
        """State of every place, border posts included."""
        return self.geography.state

    @property
    def public_places(self) -> Ints:
        """Positions of public places."""
        return np.arange(self.n_private, self.n_open, dtype=np.int32)

    @property
    def border_posts(self) -> Ints:
        """Positions of border posts."""
        return np.arange(self.n_open, len(self.geography.state), dtype=np.int32)

    @property
    def is_wallet(self) -> Flags:
        """Which accounts are wallets."""
        return np.arange(len(self.account_holder)) >= self.first_wallet

    def cash_desk(self, account: Ints) -> Ints:
        """The cash desk of the bank of each bank account."""
        return self.n_bank_accounts + self.account_bank[account].astype(np.int64)

    def of_holder(self, kind: str) -> dict[int, Ints]:
        """Phones (``phone``), bank accounts (``account``) or wallets (``wallet``) of each holder.

        -1 holds the prepaid phones and the wallets of nobody known.
        """
        start = self.first_wallet if kind == "wallet" else 0
        holder = {
            "phone": self.phone_holder,
            "account": self.account_holder[: self.n_bank_accounts],
            "wallet": self.account_holder[self.first_wallet :],
        }[kind]
        order = np.argsort(holder, kind="stable")
        keys, starts = np.unique(holder[order], return_index=True)
        return dict(zip(keys.tolist(), np.split(order + start, starts[1:]), strict=True))


def make_assets(scenario: Scenario, people: Population) -> Assets:
    """Assets of everybody, none of them yet used by anyone."""
    rng = scenario.stream("assets")
    n = len(people)
    n_orgs = max(12, n // 10)
    org_state = rng.choice(len(STATES), size=n_orgs, p=_STATE_SHARE)
    everyone, orgs = np.arange(n), n + np.arange(n_orgs)
    held = np.concatenate([everyone, _some(rng, n, 0.35), orgs, _some(rng, n_orgs, 0.5) + n])
    wallet_holder = _wallet_holders(scenario, people)
    desks = len(BANKS)
    bank = np.concatenate(
        [
            _banks(rng, np.concatenate([people.state, org_state])[held]),
            np.arange(desks),
            desks + scenario.stream("wallets").integers(0, len(WALLETS), len(wallet_holder)),
        ]
    )
    prepaid = np.full(max(8, n // 3), -1)
    phone_holder = np.concatenate([everyone, _some(rng, n, 0.2), orgs, prepaid])
    geography, n_homes, n_private = _places(scenario, people, org_state)
    director = _directors(rng, n, n_orgs)
    return Assets(
        phone_holder=phone_holder.astype(np.int32),
        account_holder=np.concatenate([held, np.full(desks, -1), wallet_holder]).astype(np.int32),
        account_bank=bank.astype(np.int16),
        n_bank_accounts=len(held),
        first_wallet=len(held) + desks,
        vehicle_holder=_some(rng, n, 0.5),
        org_state=org_state.astype(np.int16),
        org_sector=rng.choice(len(SECTORS), size=n_orgs, p=_SECTOR_SHARE).astype(np.int16),
        org_words=rng.integers(0, 1 << 16, n_orgs).astype(np.int32),
        director=director,
        owners=_owners(scenario, n, director),
        home_place=people.household,
        org_place=(n_homes + np.arange(n_orgs)).astype(np.int32),
        n_private=n_private,
        n_open=len(geography.state) - len(geography.of_type(3)),
        geography=geography,
        online=make_online(scenario, people, phone_holder),
    )


def _some(rng: np.random.Generator, n: int, share: float) -> Ints:
    return np.flatnonzero(rng.random(n) < share).astype(np.int32)


def _banks(rng: np.random.Generator, state: Ints) -> Ints:
    """Mostly a bank of one's own state, now and then another's."""
    abroad = rng.random(len(state)) < 0.08
    where = np.where(abroad, rng.integers(0, len(STATES), len(state)), state)
    return where * 3 + rng.integers(0, 3, len(state))


def _wallet_holders(scenario: Scenario, people: Population) -> Ints:
    """The young hold wallets more often; of a third of all nobody knows whose they are."""
    if not scenario.switches.online:
        return np.zeros(0, np.int32)
    rng, n = scenario.stream("wallet holders"), len(people)
    own = np.flatnonzero(rng.random(n) < np.where(people.age <= 2, 0.22, 0.06))
    return np.concatenate([own, np.full(max(6, len(own) // 2), -1)]).astype(np.int32)


def _directors(rng: np.random.Generator, n: int, n_orgs: int) -> Ints:
    """Most direct one firm; a few, nominees among them, direct many."""
    nominees = rng.integers(0, n, max(2, n_orgs // 40))
    many = rng.random(n_orgs) < 0.12
    weight = 1.0 / (np.arange(len(nominees)) + 2.0)
    which = rng.choice(nominees, size=n_orgs, p=weight / weight.sum())
    return np.where(many, which, rng.integers(0, n, n_orgs)).astype(np.int32)


def _owners(scenario: Scenario, n: int, director: Ints) -> pd.DataFrame:
    """One to three beneficial owners per organisation; mostly its director is one of them."""
    rng = scenario.stream("owners")
    organisation = np.repeat(np.arange(len(director)), rng.integers(1, 4, len(director)))
    first = np.concatenate([[True], organisation[1:] != organisation[:-1]])
    directs = first & (rng.random(len(organisation)) < 0.7)
    person = np.where(directs, director[organisation], rng.integers(0, n, len(organisation)))
    table = pd.DataFrame({"organisation": organisation, "person": person})
    return table.drop_duplicates(ignore_index=True).astype(np.int32)


def _places(scenario: Scenario, people: Population, org_state: Ints) -> tuple[Geography, int, int]:
    """Homes in the district of their people, businesses and public places all over a state."""
    rng = scenario.stream("places")
    _, first = np.unique(people.household, return_index=True)
    n_homes, n_orgs = len(first), len(org_state)
    n_public = max(20, len(people) // 6)
    state = np.concatenate(
        [people.state[first], org_state, rng.choice(len(STATES), size=n_public, p=_STATE_SHARE)]
    )
    elsewhere = rng.integers(0, N_DISTRICTS, n_orgs + n_public)
    district = np.concatenate([people.district[first], elsewhere])
    kind = np.repeat([HOME, BUSINESS, PUBLIC], [n_homes, n_orgs, n_public])
    return make_geography(rng, state, district, kind), n_homes, n_homes + n_orgs
