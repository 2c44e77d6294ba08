"""Ordinary money: salaries, rent, merchants, dues, firms that pay firms, treasury sweeps.

Banks deliver statements for some months of each account only, as investigations ask for them.
"""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.life import USES_HUB, Circles
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import (
    DAY,
    DAYS,
    Floats,
    Ints,
    Scenario,
    random_days,
    random_times,
)

_N_MONTHS = 24
_DELIVERED = 0.4  # share of an account's months whose statement was delivered
_EMPLOYED, _RENTING = 0.65, 0.4
_SECTOR_RETAIL, _SECTOR_HOUSING = 0, 5


def make_money(
    scenario: Scenario, people: Population, assets: Assets, circles: Circles, networks: Networks
) -> pd.DataFrame:
    """Transfers of ordinary life: source, target (accounts), at (seconds), amount (EUR)."""
    rng = scenario.stream("money")
    parts = [
        _salaries(rng, people, assets, circles),
        _rents(rng, people, assets),
        _merchants(rng, people, assets),
        _shared_accounts(rng, people, circles.account[circles.circle], circles.person, 0.03),
        _shared_accounts(
            scenario.stream("cell money"),
            people,
            networks.shared["account"].to_numpy()[networks.members["cell"]],
            networks.members["person"].to_numpy(),
            0.18,
        ),
        _families(rng, circles),
        _firms(rng, people, assets),
        _sweeps(rng, assets, len(people)),
    ]
    joined = pd.concat(parts, ignore_index=True)
    inside = (joined["at"] < DAYS * DAY) & (joined["source"] != joined["target"])
    return joined[inside].reset_index(drop=True)


def _frame(source: Ints, target: Ints, at: Ints, amount: Floats) -> pd.DataFrame:
    rounded = np.maximum(0.5, np.round(amount, 2))
    return pd.DataFrame({"source": source, "target": target, "at": at, "amount": rounded})


def _monthly(
    rng: np.random.Generator, source: Ints, target: Ints, day: int, amount: Floats
) -> pd.DataFrame:
    """A standing payment around a day of the month, in the months that were delivered."""
    delivered = rng.random((len(source), _N_MONTHS)) < _DELIVERED
    row, month = np.nonzero(delivered)
    days = month * 30.4 + day + rng.integers(-1, 2, len(row))
    jitter = rng.normal(1, 0.02, len(row))
    at = random_times(rng, np.clip(days, 0, DAYS - 1))
    return _frame(source[row], target[row], at, amount[row] * jitter)


def _org_account(assets: Assets, n_people: int) -> Ints:
    """The first account of each organisation."""
    first = np.flatnonzero(assets.account_holder >= n_people)
    _, at = np.unique(assets.account_holder[first], return_index=True)
    return first[at]


def _salaries(
    rng: np.random.Generator, people: Population, assets: Assets, circles: Circles
) -> pd.DataFrame:
    """A team's members share an employer; firms' sizes have a heavy tail."""
    n = len(people)
    firms = _org_account(assets, n)
    weight = 1.0 / (np.arange(len(firms)) + 4.0)
    employer = rng.choice(firms, size=n, p=weight / weight.sum())
    teams = np.array([kind == "team" for kind in circles.kind])[circles.circle]
    of_team = rng.choice(firms, size=len(circles.kind))
    employer[circles.person[teams]] = of_team[circles.circle[teams]]
    paid = np.flatnonzero((rng.random(n) < _EMPLOYED) & (people.age < 5))
    return _monthly(rng, employer[paid], paid, 27, rng.lognormal(7.6, 0.4, len(paid)))


def _rents(rng: np.random.Generator, people: Population, assets: Assets) -> pd.DataFrame:
    """Tenants pay a housing firm or a private landlord."""
    n = len(people)
    firms = _org_account(assets, n)[assets.org_sector == _SECTOR_HOUSING]
    tenant = np.flatnonzero(rng.random(n) < _RENTING)
    landlord = rng.integers(0, n, len(tenant))
    if len(firms):
        to_firm = rng.random(len(tenant)) < 0.5
        landlord = np.where(to_firm, rng.choice(firms, size=len(tenant)), landlord)
    return _monthly(rng, tenant, landlord, 3, rng.lognormal(6.6, 0.35, len(tenant)))


def _merchants(rng: np.random.Generator, people: Population, assets: Assets) -> pd.DataFrame:
    """Purchases: few shops take most of them."""
    n = len(people)
    shops = _org_account(assets, n)[assets.org_sector <= 3]
    weight = 1.0 / (np.arange(len(shops)) + 2.0)
    buyer = np.repeat(np.arange(n), np.minimum(60, rng.geometric(0.1, n)))
    seller = rng.choice(shops, size=len(buyer), p=weight / weight.sum())
    at = random_times(rng, random_days(rng, len(buyer)))
    return _frame(buyer, seller, at, rng.lognormal(3.6, 0.9, len(buyer)))


def _shared_accounts(
    rng: np.random.Generator, people: Population, account: Ints, person: Ints, paid_out: float
) -> pd.DataFrame:
    """Dues into an account that a circle or cell shares, and now and then money back out."""
    uses = np.flatnonzero((account >= 0) & (rng.random(len(account)) < USES_HUB))
    row = np.repeat(uses, 1 + rng.geometric(0.35, len(uses)))
    out = rng.random(len(row)) < paid_out
    source = np.where(out, account[row], person[row])
    target = np.where(out, person[row], account[row])
    at = random_times(rng, random_days(rng, len(row)))
    return _frame(source, target, at, rng.lognormal(5.2, 1.0, len(row)))


def _families(rng: np.random.Generator, circles: Circles) -> pd.DataFrame:
    """Members of a family lend and give."""
    family = np.array([kind == "family" for kind in circles.kind])[circles.circle]
    who, circle = circles.person[family], circles.circle[family]
    giver = np.repeat(np.arange(len(who)), 3)
    receiver = np.minimum(len(who) - 1, giver + rng.integers(1, 3, len(giver)))
    same = circle[giver] == circle[receiver]
    giver, receiver = giver[same], receiver[same]
    at = random_times(rng, random_days(rng, len(giver)))
    return _frame(who[giver], who[receiver], at, rng.lognormal(4.9, 0.9, len(giver)))


def _firms(rng: np.random.Generator, people: Population, assets: Assets) -> pd.DataFrame:
    """Suppliers are paid; the biggest firms have the most of them."""
    firms = _org_account(assets, len(people))
    n = len(firms) * 14
    weight = 1.0 / (np.arange(len(firms)) + 2.0)
    pairs = rng.choice(len(firms), size=(n, 2), p=weight / weight.sum())
    row = np.repeat(np.arange(n), 1 + rng.geometric(0.5, n))
    at = random_times(rng, random_days(rng, len(row)))
    amount = rng.lognormal(7.0, 0.9, len(row))
    return _frame(firms[pairs[row, 0]], firms[pairs[row, 1]], at, amount)


def _sweeps(rng: np.random.Generator, assets: Assets, n_people: int) -> pd.DataFrame:
    """A firm with two accounts sweeps one into the other at the month's end, and back."""
    firms = [a for h, a in assets.of_holder("account").items() if h >= n_people and len(a) > 1]
    pairs = np.array([a[:2] for a in firms], dtype=np.int64).reshape(-1, 2)
    amount = rng.lognormal(8.0, 0.8, len(pairs))
    there = _monthly(rng, pairs[:, 0], pairs[:, 1], 28, amount)
    back = _monthly(rng, pairs[:, 1], pairs[:, 0], 5, amount * 0.6)
    return pd.concat([there, back], ignore_index=True)
