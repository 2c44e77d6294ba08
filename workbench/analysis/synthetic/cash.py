"""Takings that shops, kitchens and clubs pay in over their bank's cash desk, week after week."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import SECTORS, Assets
from workbench.analysis.synthetic.money import RAILS
from workbench.analysis.synthetic.scenario import BLOCK, DAYS, Scenario, random_times

_SECTORS = tuple(SECTORS.index(name) for name in ("retail", "food", "club"))
_WEEKS = DAYS // 7
_DELIVERED = 0.4  # share of the weeks whose statement was delivered


def cash_blocks(scenario: Scenario, assets: Assets) -> Iterator[pd.DataFrame]:
    """Payments in, as `layers.Blocks` of transfers, from a cash desk to a business's account."""
    if not scenario.switches.cash:
        return
    n = scenario.n_people
    accounts = np.flatnonzero(assets.account_holder[: assets.n_bank_accounts] >= n)
    holders, first = np.unique(assets.account_holder[accounts], return_index=True)
    account, sector = accounts[first], assets.org_sector[holders - n]
    for k in range(-(-len(account) // BLOCK)):
        rng = scenario.stream("cash", k)
        mine = account[k * BLOCK : (k + 1) * BLOCK]
        pays = np.isin(sector[k * BLOCK : (k + 1) * BLOCK], _SECTORS)
        pays &= rng.random(len(mine)) < scenario.life.cash_businesses
        usual = rng.lognormal(7.2, 0.7, len(mine))
        delivered = (rng.random((len(mine), _WEEKS)) < _DELIVERED) & pays[:, None]
        row, week = np.nonzero(delivered)
        weekday = rng.choice(np.array([1, 1, 2, 5]), size=len(row))
        at = random_times(rng, np.minimum(DAYS - 1, week * 7 + weekday).astype(np.float64))
        amount = usual[row] * rng.lognormal(0, 0.35, len(row))
        yield pd.DataFrame(
            {
                "source": assets.cash_desk(mine)[row].astype(np.int32),
                "target": mine[row].astype(np.int32),
                "at": at.astype(np.int32),
                "amount": np.round(amount, 2),
                "rail": np.full(len(row), RAILS.index("cash"), np.int8),
                "instance": np.full(len(row), -1, np.int32),
                "layer": np.full(len(row), -1, np.int16),
                "share": np.zeros(len(row), np.float32),
            }
        )
