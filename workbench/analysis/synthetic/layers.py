"""What the layers made, ready to be observed, and how bulk events pass from layer to layer.

The backbone (people, assets, networks, offences) is whole and in compact arrays. Bulk events
(calls, transfers, crossings, logins) are never whole: a layer yields them in `Blocks`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.life import Circles
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.offences import Offences
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import Ints, Texts

Blocks = Iterator[pd.DataFrame]
"""Bulk events of one table, block after block of `scenario.BLOCK` people.

Block k holds the events that people k * BLOCK to (k + 1) * BLOCK - 1 begin, drawn from
`scenario.stream(layer, k)` alone, so that neither memory nor machine changes a byte. Events of
planted networks, few and known as a whole, come as one block more. Columns are numbers: positions
of entities int32, `at` int32 seconds since the epoch, codes int8 or int16, amounts float64 EUR
rounded to cents. Every block has the same columns. Rows need no order: they are written by the
second in which they became known, and rows of one second in an order drawn at random. An event at
or after `DAYS * DAY` or before 0 is left out by whoever makes it. Nobody keeps a block.
"""


@dataclass(frozen=True, slots=True)
class Layers:
    """The backbone, ready to be observed."""

    people: Population
    assets: Assets
    circles: Circles
    networks: Networks
    offences: Offences


def holder_states(people: Population, assets: Assets) -> Ints:
    """State of every holder; position -1, nobody known, reads as the last organisation's."""
    return np.concatenate([people.state, assets.org_state])


def offence_ids(n: int) -> Texts:
    """Ids of offences, numbered as they became known (see `known_order`)."""
    return np.array([f"E-{k + 1:07d}" for k in range(n)], dtype=object)


def known_order(offences: Offences) -> Ints:
    """Rank of each offence by when it became known: its number in the delivered world.

    Of two known in one second the one that happened later comes later, whoever made it.
    """
    order = np.lexsort((offences.offences["at"], offences.offences["known"]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank
