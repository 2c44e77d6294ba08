"""What is true of the world, in tables of their own that no model ever reads."""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.layers import Layers, transfer_ids
from workbench.analysis.synthetic.life import circle_pairs
from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.observation import Ids, instants
from workbench.analysis.synthetic.population import COMMUNITIES, N_DISTRICTS
from workbench.analysis.synthetic.scenario import DAY, Flags, Scenario


def make_truth(
    scenario: Scenario, made: Layers, patterns: Patterns, ids: Ids
) -> dict[str, pd.DataFrame]:
    """Truth tables by name; entities and records under their delivered ids.

    ties: entity_a, entity_b, kind, since, network (empty for partners in everyday crime).
    same_person: entity_a, entity_b. tainted: record, network, pattern. roles: entity, network,
    kind, role. bias: the planted parameters with the gaps to expect.
    """
    n = len(made.people)
    return {
        "ties": _ties(made, ids),
        "same_person": pd.DataFrame(
            {"entity_a": ids.person[ids.duplicate_of], "entity_b": ids.person[n:]}
        ),
        "tainted": _tainted(made, patterns),
        "roles": _roles(made, ids),
        "bias": scenario.bias.table(_units(scenario, made)),
    }


def _ties(made: Layers, ids: Ids) -> pd.DataFrame:
    ties = made.networks.ties
    planted = pd.DataFrame(
        {
            "a": ties["a"],
            "b": ties["b"],
            "kind": ties["kind"],
            "day": ties["since"],
            "network": [f"N-{k + 1:03d}" for k in ties["network"]],
        }
    )
    both = pd.concat([planted, _partners(made)], ignore_index=True)
    low, high = np.minimum(both["a"], both["b"]), np.maximum(both["a"], both["b"])
    both = both.assign(a=low, b=high).drop_duplicates(["a", "b"])
    one, other = ids.person[both["a"]], ids.person[both["b"]]
    frame = pd.DataFrame(
        {
            "entity_a": np.minimum(one, other),
            "entity_b": np.maximum(one, other),
            "kind": both["kind"].to_numpy(dtype=object),
            "since": instants(both["day"].to_numpy() * DAY),
            "network": both["network"].to_numpy(dtype=object),
        }
    )
    return frame.sort_values(["entity_a", "entity_b"], ignore_index=True)


def _units(scenario: Scenario, made: Layers) -> dict[str, tuple[int, int]]:
    """To how many units each rate of the bias applies, in the group and elsewhere."""
    community = made.people.community
    group = COMMUNITIES.index(scenario.bias.group)
    mine = community == group
    ties, pairs = made.networks.ties, circle_pairs(made.circles)
    apart = ~np.isin((community - group) % N_DISTRICTS, (0, 1, N_DISTRICTS - 1))
    people = _split(mine)
    return {
        "recording_rate": _split(mine[ties["a"]] | mine[ties["b"]]),
        "false_label_rate": _split(mine[pairs["a"]] | mine[pairs["b"]]),
        "data_error_rate": people,
        "patrol_rate": people,
        "proxy_pull": (people[0], int(apart.sum())),
    }


def _split(touched: Flags) -> tuple[int, int]:
    return int(touched.sum()), int((~touched).sum())


def _partners(made: Layers) -> pd.DataFrame:
    """People who committed an everyday offence together."""
    involved = made.offences.involved
    suspects = involved.loc[involved["role"] == "suspect", ["offence", "person"]]
    pairs = suspects.merge(suspects, on="offence", suffixes=("_a", "_b"))
    pairs = pairs[pairs["person_a"] < pairs["person_b"]]
    day = made.offences.offences["day"].to_numpy()[pairs["offence"]]
    return pd.DataFrame(
        {
            "a": pairs["person_a"],
            "b": pairs["person_b"],
            "kind": "offended_together",
            "day": day,
            "network": "",
        }
    )


def _tainted(made: Layers, patterns: Patterns) -> pd.DataFrame:
    """Transfers of planted laundering, by their record id."""
    moved = made.transfers
    guilty = patterns.instances[patterns.instances["network"] >= 0].set_index("instance")
    mine = moved["instance"].isin(guilty.index).to_numpy()
    of = guilty.loc[moved.loc[mine, "instance"]]
    frame = pd.DataFrame(
        {
            "record": transfer_ids(moved)[mine],
            "network": [f"N-{k + 1:03d}" for k in of["network"]],
            "pattern": of["pattern"].to_numpy(dtype=object),
        }
    )
    return frame.sort_values("record", ignore_index=True)


def _roles(made: Layers, ids: Ids) -> pd.DataFrame:
    members = made.networks.members
    frame = pd.DataFrame(
        {
            "entity": ids.person[members["person"]],
            "network": [f"N-{k + 1:03d}" for k in members["network"]],
            "kind": [made.networks.kind[k] for k in members["network"]],
            "role": members["role"].to_numpy(dtype=object),
        }
    )
    return frame.sort_values(["entity", "network"], ignore_index=True)
