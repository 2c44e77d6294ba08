"""Taint carried through mixed funds: how much of each transfer is proceeds of crime.

Proportional mixing (the "haircut" of the literature on tracing funds). The rule, in full:

1. An account that ever takes part in laundering is followed; it opens with `OPENING` EUR, clean.
2. Proceeds reach it as cash just before a payment of an instance whose money did not come from the
   instance itself: as much as that payment, all of it tainted.
3. What a followed account pays carries the tainted share of its balance at that moment; the
   balance shrinks in the same proportion. Where the balance does not suffice, money that no
   statement shows helps, all of it clean: an ordinary payment is made of that alone, and for a
   payment of an instance it makes the balance twice what is paid. So no payment empties an account.
4. What comes from an account that is not followed is clean. What leaves for one is not followed on.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.scenario import Flags, Floats

OPENING = 500.0  # EUR


def with_shares(patterns: Patterns, ordinary: Iterator[pd.DataFrame]) -> Patterns:
    """Patterns with a column `share` on their transfers: the tainted share of each amount.

    `ordinary` are blocks of all other transfers (source, target, amount, at); of each only what
    touches a followed account is kept. Innocent instances may carry taint too, where an account
    of theirs was used for both.
    """
    moved = patterns.transfers
    guilty = np.zeros(len(patterns.instances), dtype=bool)
    guilty[patterns.instances["instance"]] = patterns.instances["network"] >= 0
    planted = guilty[moved["instance"].to_numpy(np.int64)]
    followed = np.unique(moved.loc[planted, ["source", "target"]].to_numpy())
    parts = [
        moved.assign(own=np.arange(len(moved)), planted=planted, placed=placed(moved) & planted)
    ]
    for block in ordinary:
        near = np.isin(block["source"], followed) | np.isin(block["target"], followed)
        kept = block.loc[near, ["source", "target", "amount", "at"]]
        parts.append(kept.assign(own=-1, planted=False, placed=False))
    every = pd.concat(parts, ignore_index=True).sort_values("at", kind="stable")
    share = carried(every, followed={int(account) for account in followed})
    own = every["own"].to_numpy(np.int64)
    out = np.zeros(len(moved))
    out[own[own >= 0]] = share[own >= 0]
    return replace(patterns, transfers=moved.assign(share=out))


def placed(moved: pd.DataFrame) -> Flags:
    """Which payments of instances carry money that the instance itself had not brought before."""
    table = moved.reset_index(drop=True)
    first = table.groupby(["instance", "target"])["at"].min().rename("came")
    keyed = table.join(first, on=["instance", "source"])
    return (keyed["came"].isna() | (keyed["came"] >= keyed["at"])).to_numpy(bool)


_CARRIED = ("source", "target", "amount", "placed", "planted")


def carried(transfers: pd.DataFrame, *, followed: set[int]) -> Floats:
    """Tainted share of each transfer (`_CARRIED`), given in order of time."""
    clean = dict.fromkeys(followed, OPENING)
    tainted = dict.fromkeys(followed, 0.0)
    shares = np.zeros(len(transfers))
    columns = (transfers[name].tolist() for name in _CARRIED)
    for i, (source, target, amount, is_placed, is_own) in enumerate(zip(*columns, strict=True)):
        bad = 0.0
        held = clean.get(source, 0.0) + tainted.get(source, 0.0)
        if source in followed and (is_own or held >= amount):
            tainted[source] += amount if is_placed else 0.0
            if clean[source] + tainted[source] < amount:
                clean[source] = 2 * amount - tainted[source]
            shares[i] = tainted[source] / (clean[source] + tainted[source])
            bad = amount * shares[i]
            tainted[source] -= bad
            clean[source] -= amount - bad
        if target in followed:
            tainted[target] += bad
            clean[target] += amount - bad
    return shares
