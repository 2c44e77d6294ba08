"""Ordinary money: salaries, rent, merchants, dues, firms that pay firms, treasury sweeps, wallets.

Banks deliver statements for some months of each account only, as investigations ask for them. A
few shops and payment processors take payments from thousands, as published transaction graphs
have it; everybody else deals with a handful. The rail says nothing of who pays for what.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import SECTORS, Assets
from workbench.analysis.synthetic.life import USES_HUB, Circles
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import (
    BLOCK,
    DAY,
    DAYS,
    Flags,
    Floats,
    Ints,
    Scenario,
    random_days,
    random_times,
)

RAILS = ("credit transfer", "instant transfer", "card", "direct debit", "cash", "wallet")
RAIL_SHARE = (0.5, 0.3, 0.1, 0.1)  # of the first four, whatever is paid for
_WALLET = RAILS.index("wallet")
_N_MONTHS = 24
_DELIVERED = 0.4  # share of an account's months whose statement was delivered
_EMPLOYED, _RENTING = 0.65, 0.4
_PAYDAYS = np.array([27, 10, 15, 25, 20, 5, 27, 1])  # of the month, by employer
_PURCHASES = 11.0  # delivered per person in two years, on average
_AGAIN = 0.5  # chance that a purchase falls within a day of the one before
_SHOPS = tuple(SECTORS.index(name) for name in ("retail", "transport", "construction", "food"))
_HOUSING = SECTORS.index("housing")
_HEAD = 20.0  # shops of rank k take payments in proportion to 1 / (k + _HEAD)
_SUPPLIES = 14  # firms that a firm pays, on average
_WALLET_PAYMENTS = 6.0  # per wallet in two years, on average


@dataclass(frozen=True, slots=True)
class _Firms:
    """First and second account (-1 none) of every organisation, and who employs whom."""

    first: Ints
    second: Ints
    shops: Ints
    shop_share: Floats
    housing: Ints
    employer: Ints  # account per person
    wallets: Ints


def money_blocks(
    scenario: Scenario, people: Population, assets: Assets, circles: Circles, networks: Networks
) -> Iterator[pd.DataFrame]:
    """Transfers of ordinary life, as `layers.Blocks`: first of people, then of firms, of cells."""
    firms = _firms_of(scenario, people, assets, circles)
    order = np.argsort(circles.person, kind="stable")
    for k in range(scenario.n_blocks):
        rng = scenario.stream("money", k)
        mine = np.arange(k * BLOCK, min(len(people), (k + 1) * BLOCK))
        rows = order[slice(*np.searchsorted(circles.person[order], (mine[0], mine[-1] + 1)))]
        yield _ready(rng, assets, _of_people(rng, people, firms, circles, mine, rows))
    for k in range(-(-len(firms.first) // BLOCK)):
        rng = scenario.stream("firm money", k)
        mine = np.arange(k * BLOCK, min(len(firms.first), (k + 1) * BLOCK))
        yield _ready(rng, assets, [_suppliers(rng, firms, mine), _sweeps(rng, firms, mine)])
    rng = scenario.stream("cell money")
    yield _ready(rng, assets, [_cells(rng, networks)])


def _firms_of(scenario: Scenario, people: Population, assets: Assets, circles: Circles) -> _Firms:
    n, rng = len(people), scenario.stream("employers")
    holder = assets.account_holder[: assets.n_bank_accounts]
    accounts = np.flatnonzero(holder >= n)
    accounts = accounts[np.argsort(holder[accounts], kind="stable")]
    _, at, count = np.unique(holder[accounts], return_index=True, return_counts=True)
    first = accounts[at]
    several = np.minimum(at + 1, len(accounts) - 1)
    shops = first[np.isin(assets.org_sector, _SHOPS)]
    weight = 1.0 / (np.arange(len(shops)) + _HEAD)
    size = 1.0 / (np.arange(len(first)) + 4.0)
    employer = rng.choice(first, size=n, p=size / size.sum())
    teams = np.array([kind == "team" for kind in circles.kind])[circles.circle]
    of_team = rng.choice(first, size=len(circles.kind))
    employer[circles.person[teams]] = of_team[circles.circle[teams]]
    return _Firms(
        first=first,
        second=np.where(count > 1, accounts[several], -1),
        shops=rng.permutation(shops),
        shop_share=weight / weight.sum(),
        housing=first[assets.org_sector == _HOUSING],
        employer=employer,
        wallets=np.flatnonzero(assets.is_wallet),
    )


def _of_people(
    rng: np.random.Generator,
    people: Population,
    firms: _Firms,
    circles: Circles,
    mine: Ints,
    rows: Ints,
) -> list[pd.DataFrame]:
    """What a block of people begins; `rows` are their memberships of circles."""
    shared = circles.account[circles.circle[rows]]
    uses = rng.random(len(rows)) < USES_HUB
    return [
        _salaries(rng, people, firms, mine),
        _rents(rng, len(people), firms, mine),
        _purchases(rng, firms, mine),
        _shared(rng, shared, circles.person[rows], uses, 0.03),
        _families(rng, circles, rows),
        _wallet_payments(rng, firms, mine, len(people)),
    ]


def _frame(source: Ints, target: Ints, at: Ints, amount: Floats) -> pd.DataFrame:
    rounded = np.maximum(0.5, np.round(amount, 2))
    return pd.DataFrame({"source": source, "target": target, "at": at, "amount": rounded})


def _ready(rng: np.random.Generator, assets: Assets, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One block with every column that transfers have; no taint in it."""
    joined = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    inside = (joined["at"] < DAYS * DAY) & (joined["source"] != joined["target"])
    kept = joined[inside]
    n = len(kept)
    source, target = kept["source"].to_numpy(np.int32), kept["target"].to_numpy(np.int32)
    return pd.DataFrame(
        {
            "source": source,
            "target": target,
            "at": kept["at"].to_numpy(np.int32),
            "amount": kept["amount"].to_numpy(np.float64),
            "rail": rails(rng, assets, source, target),
            "instance": np.full(n, -1, np.int32),
            "layer": np.full(n, -1, np.int16),
            "share": np.zeros(n, np.float32),
        }
    )


def rails(rng: np.random.Generator, assets: Assets, source: Ints, target: Ints) -> Ints:
    """Position in `RAILS` of each transfer: a wallet's at either end, else drawn for all alike."""
    drawn = rng.choice(len(RAIL_SHARE), size=len(source), p=RAIL_SHARE)
    wallet = np.maximum(source, target) >= assets.first_wallet
    return np.where(wallet, _WALLET, drawn).astype(np.int8)


def _monthly(
    rng: np.random.Generator, source: Ints, target: Ints, day: Ints | int, amount: Floats
) -> pd.DataFrame:
    """A standing payment around a day of the month, never on a Sunday, in delivered months."""
    row, month = np.nonzero(rng.random((len(source), _N_MONTHS)) < _DELIVERED)
    due = np.broadcast_to(np.asarray(day), source.shape)[row]
    days = np.floor(month * 30.4 + due + rng.integers(-1, 2, len(row)))
    days = np.clip(days + (days % 7 == 0), 0, DAYS - 1)  # the world's first day is a Sunday
    at = random_times(rng, days)
    return _frame(source[row], target[row], at, amount[row] * rng.normal(1, 0.02, len(row)))


def _salaries(
    rng: np.random.Generator, people: Population, firms: _Firms, mine: Ints
) -> pd.DataFrame:
    """A team's members share an employer, who has a payday; firms' sizes have a heavy tail."""
    paid = mine[(rng.random(len(mine)) < _EMPLOYED) & (people.age[mine] < 5)]
    employer, amount = firms.employer[paid], rng.lognormal(7.5, 0.5, len(paid))
    return _monthly(rng, employer, paid, _PAYDAYS[employer % len(_PAYDAYS)], amount)


def _rents(rng: np.random.Generator, n_people: int, firms: _Firms, mine: Ints) -> pd.DataFrame:
    """Tenants pay a housing firm or a private landlord."""
    tenant = mine[rng.random(len(mine)) < _RENTING]
    landlord = rng.integers(0, n_people, len(tenant))
    if len(firms.housing):
        to_firm = rng.random(len(tenant)) < 0.5
        landlord = np.where(to_firm, rng.choice(firms.housing, size=len(tenant)), landlord)
    day = np.where(rng.random(len(tenant)) < 0.6, 3, 16)
    return _monthly(rng, tenant, landlord, day, rng.lognormal(6.6, 0.4, len(tenant)))


def _purchases(rng: np.random.Generator, firms: _Firms, mine: Ints) -> pd.DataFrame:
    """Few shops take most of them; half come within a day of the one before."""
    if not len(firms.shops):
        return _frame(mine[:0], mine[:0], mine[:0], np.zeros(0))
    count = np.minimum(60, rng.geometric(1 / _PURCHASES, len(mine)))
    buyer = np.repeat(mine, count)
    seller = rng.choice(firms.shops, size=len(buyer), p=firms.shop_share)
    days = _in_bursts(rng, buyer, random_days(rng, len(buyer)))
    amount = rng.lognormal(4.3, 1.25, len(buyer))
    return _frame(buyer, seller, random_times(rng, days), amount)


def _in_bursts(rng: np.random.Generator, who: Ints, days: Floats) -> Floats:
    """Days on which things happen, half of them on or after the day of the one before."""
    again = rng.random(len(who)) < _AGAIN
    again[1:] &= who[1:] == who[:-1]
    again[:1] = False
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(who))))
    later = rng.integers(0, 2, len(who))
    return np.minimum(DAYS - 1.0, days[first] + np.where(again, later, 0))


def _shared(
    rng: np.random.Generator, account: Ints, person: Ints, uses: Flags, paid_out: float
) -> pd.DataFrame:
    """Dues into an account that a circle or cell shares, and now and then money back out."""
    row = np.flatnonzero((account >= 0) & uses)
    row = np.repeat(row, 1 + rng.geometric(0.35, len(row)))
    out = rng.random(len(row)) < paid_out
    source = np.where(out, account[row], person[row])
    target = np.where(out, person[row], account[row])
    at = random_times(rng, random_days(rng, len(row)))
    return _frame(source, target, at, rng.lognormal(5.2, 1.1, len(row)))


def _families(rng: np.random.Generator, circles: Circles, rows: Ints) -> pd.DataFrame:
    """Members of a family lend and give to those who stand next in it."""
    family = np.array([kind == "family" for kind in circles.kind])[circles.circle[rows]]
    giver = np.repeat(rows[family], 3)
    receiver = np.minimum(len(circles.person) - 1, giver + rng.integers(1, 3, len(giver)))
    same = circles.circle[giver] == circles.circle[receiver]
    at = random_times(rng, random_days(rng, int(same.sum())))
    amount = rng.lognormal(4.9, 1.0, int(same.sum()))
    return _frame(circles.person[giver[same]], circles.person[receiver[same]], at, amount)


def _wallet_payments(
    rng: np.random.Generator, firms: _Firms, mine: Ints, n_people: int
) -> pd.DataFrame:
    """Wallets filled from bank accounts, emptied into them, and paying each other."""
    share = len(mine) / n_people
    n = rng.poisson(_WALLET_PAYMENTS * len(firms.wallets) * share) if len(firms.wallets) else 0
    who = rng.choice(mine, size=n)
    wallet = firms.wallets[(who + rng.integers(0, 3, n)) % len(firms.wallets)] if n else who
    other = firms.wallets[rng.integers(0, len(firms.wallets), n)] if n else who
    turn = rng.random(n)
    source = np.where(turn < 0.4, who, np.where(turn < 0.7, wallet, other))
    target = np.where(turn < 0.4, wallet, np.where(turn < 0.7, who, wallet))
    at = random_times(rng, random_days(rng, n))
    return _frame(source, target, at, rng.lognormal(5.3, 1.2, n))


def _suppliers(rng: np.random.Generator, firms: _Firms, mine: Ints) -> pd.DataFrame:
    """Suppliers are paid; the biggest firms have the most of them."""
    n_firms = len(firms.first)
    weight = 1.0 / (np.arange(n_firms) + 2.0)
    pulled = weight[mine] / weight.sum() * n_firms * _SUPPLIES
    payer = np.repeat(mine, rng.poisson(pulled))
    payee = rng.choice(n_firms, size=len(payer), p=weight / weight.sum())
    row = np.repeat(np.arange(len(payer)), 1 + rng.geometric(0.5, len(payer)))
    at = random_times(rng, random_days(rng, len(row)))
    amount = rng.lognormal(7.0, 1.2, len(row))
    return _frame(firms.first[payer[row]], firms.first[payee[row]], at, amount)


def _sweeps(rng: np.random.Generator, firms: _Firms, mine: Ints) -> pd.DataFrame:
    """A firm with two accounts sweeps one into the other at the month's end, and back."""
    paired = mine[firms.second[mine] >= 0]
    one, other = firms.first[paired], firms.second[paired]
    amount = rng.lognormal(8.0, 0.9, len(paired))
    there = _monthly(rng, one, other, 28, amount)
    back = _monthly(rng, other, one, 5, amount * 0.6)
    return pd.concat([there, back], ignore_index=True)


def _cells(rng: np.random.Generator, networks: Networks) -> pd.DataFrame:
    """What members pay into the account that their cell shares, while they are in."""
    members = networks.members
    cell = members["cell"].to_numpy(np.int64)
    person = members["person"].to_numpy(np.int64)
    account = networks.shared["account"].to_numpy(np.int64)[cell]
    made = _shared(rng, account, person, members["pays"].to_numpy(bool), 0.18)
    day = made["at"].to_numpy() // DAY
    who = np.where(np.isin(made["source"], account), made["target"], made["source"])
    row = pd.Series(np.arange(len(person)), index=person).reindex(who).to_numpy()
    known = ~np.isnan(row)
    at = row[known].astype(np.int64)
    since, until = members["since"].to_numpy(np.int64), members["until"].to_numpy(np.int64)
    kept = known.copy()
    kept[known] = (day[known] >= since[at]) & (day[known] < until[at])
    left: pd.DataFrame = made[kept].reset_index(drop=True)
    return left
