"""What the layers made, ready to be observed, and the ids that observation and truth share."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.life import Circles
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.offences import Offences
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import Ints, Texts


@dataclass(frozen=True, slots=True)
class Layers:
    """Everything that was made, ready to be observed."""

    people: Population
    assets: Assets
    circles: Circles
    networks: Networks
    calls: pd.DataFrame
    transfers: pd.DataFrame
    offences: Offences


def holder_states(made: Layers) -> Ints:
    """State of every holder; position -1, nobody known, reads as the last organisation's."""
    return np.concatenate([made.people.state, made.assets.org_state])


def offence_ids(n: int) -> Texts:
    """Ids of offences, numbered as they became known (see `known_order`)."""
    return np.array([f"E-{k + 1:06d}" for k in range(n)], dtype=object)


def known_order(offences: Offences) -> Ints:
    """Rank of each offence by the day it became known: its number in the delivered world."""
    order = np.argsort(offences.offences["known"].to_numpy(), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def transfer_ids(transfers: pd.DataFrame) -> Texts:
    """Record ids of transfers, numbered by time."""
    order = np.argsort(transfers["at"].to_numpy(), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.array([f"M-{k + 1:07d}" for k in rank.tolist()], dtype=object)
