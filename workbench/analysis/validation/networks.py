"""Planted groups beside published covert networks."""

import numpy as np
import pandas as pd

from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.world import NotInWorld, WrittenWorld

PUBLISHED = ((101, 256), (100, 124))  # nodes and ties


def groups(world: WrittenWorld) -> dict[str, Measured]:
    """Members of each planted network, and ties per member."""
    roles = world.table("truth/roles", "entity", "network").drop_duplicates()
    members = roles.groupby("network").size()
    if members.empty:
        raise NotInWorld("no network was planted")
    within = (members >= 10) & (members <= 200)
    ties = planted_ties(world).groupby("network").size().reindex(members.index, fill_value=0)
    dense = ties / members
    low, high = np.quantile(dense, [0.25, 0.75])
    plot = Plot(
        title="Planted networks",
        x_label="members",
        y_label="ties",
        series=(
            Series(name="this world", x=_t(members), y=_t(ties), kind="points"),
            Series(
                name="published",
                x=tuple(float(n) for n, _ in PUBLISHED),
                y=tuple(float(t) for _, t in PUBLISHED),
                kind="points",
                ours=False,
            ),
        ),
        x_log=True,
        y_log=True,
    )
    return {
        "group_size": Measured(
            value=float(within.mean()),
            n=len(members),
            note=f"{len(members)} networks of {members.min()} to {members.max()} members.",
            plot=plot,
        ),
        "group_density": Measured(
            value=float(ties.sum() / members.sum()),
            n=len(members),
            note=f"Half of the networks lie between {low:.2f} and {high:.2f}.",
        ),
    }


def planted_ties(world: WrittenWorld) -> pd.DataFrame:
    """Ties within planted networks: entity_a, entity_b, network; each pair once."""
    ties = world.table("truth/ties", "entity_a", "entity_b", "network")
    ties = ties[ties["network"].fillna("") != ""]
    return ties.drop_duplicates(["entity_a", "entity_b"])


def _t(values: "pd.Series[int]") -> tuple[float, ...]:
    return tuple(float(v) for v in values)
