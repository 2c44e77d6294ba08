"""What is true of the world, in tables of their own that no model ever reads."""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.delivered_crime import report_ids
from workbench.analysis.synthetic.layers import Layers, known_order, offence_ids
from workbench.analysis.synthetic.life import circle_pairs
from workbench.analysis.synthetic.modus_operandi import NEW_WAYS
from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.names import COMMUNITIES
from workbench.analysis.synthetic.observation import Ids, instants
from workbench.analysis.synthetic.scenario import DAY, DAYS, Flags, Ints, Scenario, Texts


def make_truth(
    scenario: Scenario, made: Layers, patterns: Patterns, ids: Ids
) -> dict[str, pd.DataFrame]:
    """Truth tables by name, but for those of `record_truth`; everything under its delivered id.

    ties: entity_a, entity_b, kind, since, network (empty for partners in everyday crime).
    same_person: entity_a, entity_b. networks: network, kind, area, fused (no channel alone shows
    it), n_members. roles: entity, network, kind, role, since, until (empty when still in).
    series: offence, series. offence_places: offence, place. patterns: instance, network (empty for
    an innocent look-alike), pattern, start, n_transfers. new_modi_operandi: offence_type, column,
    value, first_day, kind. reports: report, origin_report (another's, when it only repeats that).
    bias: the planted parameters with the gaps to expect.
    """
    return {
        "ties": _ties(made, ids),
        "same_person": _same_person(ids),
        "networks": _networks(made),
        "roles": _roles(made, ids),
        "series": _series(scenario, made),
        "offence_places": _places(made, ids),
        "patterns": _patterns(patterns),
        "new_modi_operandi": _new_ways(scenario),
        "reports": _reports(scenario, made),
        "bias": scenario.bias.table(_units(scenario, made)),
    }


def record_truth(patterns: Patterns, told: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Truth of transfers by record id, from delivered rows: record, instance, layer, share.

    tainted: record, network, pattern, instance, layer, share (of the amount that is proceeds, by
    the rule of `taint`); planted laundering only. pattern_transfers: instance, record; innocent
    look-alikes too.
    """
    of = patterns.instances.set_index("instance").loc[told["instance"].to_numpy(np.int64)]
    table = pd.DataFrame(
        {
            "record": told["record"].to_numpy(object),
            "network": _network_ids(of["network"].to_numpy(np.int64)),
            "pattern": of["pattern"].to_numpy(object),
            "instance": _instance_ids(told["instance"].to_numpy(np.int64)),
            "layer": told["layer"].to_numpy(np.int64),
            "share": np.round(told["share"].to_numpy(np.float64), 9),
        }
    )
    planted = (of["network"] >= 0).to_numpy(bool)
    return {
        "tainted": table[planted].reset_index(drop=True),
        "pattern_transfers": table[["instance", "record"]],
    }


def _network_ids(number: Ints) -> Texts:
    return np.array([f"N-{k + 1:03d}" if k >= 0 else "" for k in number.tolist()], dtype=object)


def _instance_ids(number: Ints) -> Texts:
    return np.array([f"I-{k + 1:06d}" for k in number.tolist()], dtype=object)


def _ties(made: Layers, ids: Ids) -> pd.DataFrame:
    ties = made.networks.ties
    planted = pd.DataFrame(
        {
            "a": ties["a"],
            "b": ties["b"],
            "kind": ties["kind"],
            "day": ties["since"],
            "network": _network_ids(ties["network"].to_numpy(np.int64)),
        }
    )
    both = pd.concat([planted, _partners(made)], ignore_index=True)
    a, b = both["a"].to_numpy(np.int64), both["b"].to_numpy(np.int64)
    both = both.assign(a=np.minimum(a, b), b=np.maximum(a, b)).drop_duplicates(["a", "b"])
    one, other = ids.person[both["a"].to_numpy()], ids.person[both["b"].to_numpy()]
    frame = pd.DataFrame(
        {
            "entity_a": np.minimum(one, other),
            "entity_b": np.maximum(one, other),
            "kind": both["kind"].to_numpy(dtype=object),
            "since": instants(both["day"].to_numpy(np.int64) * DAY),
            "network": both["network"].to_numpy(dtype=object),
        }
    )
    return frame.sort_values(["entity_a", "entity_b"], ignore_index=True)


def _partners(made: Layers) -> pd.DataFrame:
    """People who committed an offence together, whether anybody was named for it or not."""
    offenders, table = made.offences.offenders, made.offences.offences
    pairs = offenders.merge(offenders, on="offence", suffixes=("_a", "_b"))
    pairs = pairs[pairs["person_a"] < pairs["person_b"]]
    at = table["at"].to_numpy(np.int64)[pairs["offence"].to_numpy(np.int64)]
    frame = pd.DataFrame(
        {
            "a": pairs["person_a"],
            "b": pairs["person_b"],
            "kind": "offended_together",
            "day": at // DAY,
            "network": "",
        }
    )
    return frame.sort_values("day", kind="stable")


def _same_person(ids: Ids) -> pd.DataFrame:
    """Every two records of one person."""
    n = ids.n_people
    table = pd.DataFrame(
        {
            "person": np.concatenate([np.arange(n), ids.duplicate_of]),
            "row": np.arange(len(ids.person)),
        }
    )
    table = table[np.isin(table["person"], ids.duplicate_of)]
    pairs = table.merge(table, on="person", suffixes=("_a", "_b"))
    pairs = pairs[pairs["row_a"] < pairs["row_b"]]
    return pd.DataFrame(
        {"entity_a": ids.person[pairs["row_a"]], "entity_b": ids.person[pairs["row_b"]]}
    )


def _networks(made: Layers) -> pd.DataFrame:
    networks = made.networks
    size = networks.members.groupby("network").size()
    number = np.arange(len(networks.kind))
    return pd.DataFrame(
        {
            "network": _network_ids(number),
            "kind": np.array(networks.kind, dtype=object),
            "area": np.array(networks.areas(), dtype=object),
            "fused": np.where(networks.fused, "yes", "no"),
            "n_members": size.reindex(number, fill_value=0).to_numpy(np.int64),
        }
    )


def _roles(made: Layers, ids: Ids) -> pd.DataFrame:
    members = made.networks.members
    network = members["network"].to_numpy(np.int64)
    until = members["until"].to_numpy(np.int64)
    last = instants(np.minimum(until, DAYS - 1) * DAY)
    frame = pd.DataFrame(
        {
            "entity": ids.person[members["person"].to_numpy(np.int64)],
            "network": _network_ids(network),
            "kind": np.array([made.networks.kind[k] for k in network], dtype=object),
            "role": members["role"].to_numpy(dtype=object),
            "since": instants(members["since"].to_numpy(np.int64) * DAY),
            "until": np.where(until >= DAYS, "", last),
        }
    )
    return frame.sort_values(["entity", "network"], ignore_index=True)


def _offences(made: Layers) -> Texts:
    """Delivered id of each offence."""
    return offence_ids(len(made.offences.offences))[known_order(made.offences)]


def _series(scenario: Scenario, made: Layers) -> pd.DataFrame:
    series = made.offences.offences["series"].to_numpy(np.int64)
    order = scenario.stream("series ids").permutation(int(series.max(initial=-1)) + 1)
    mine = series >= 0
    named = [f"S-{k + 1:06d}" for k in order[series[mine]].tolist()]
    frame = pd.DataFrame(
        {"offence": _offences(made)[mine], "series": np.array(named, dtype=object)}
    )
    return frame.sort_values("offence", ignore_index=True)


def _places(made: Layers, ids: Ids) -> pd.DataFrame:
    place = made.offences.offences["place"].to_numpy(np.int64)
    frame = pd.DataFrame({"offence": _offences(made), "place": ids.place[place]})
    return frame.sort_values("offence", ignore_index=True)


def _patterns(patterns: Patterns) -> pd.DataFrame:
    made = patterns.instances
    first = patterns.transfers.groupby("instance")["at"].agg(["min", "size"])
    first = first.loc[made["instance"].to_numpy(np.int64)]
    return pd.DataFrame(
        {
            "instance": _instance_ids(made["instance"].to_numpy(np.int64)),
            "network": _network_ids(made["network"].to_numpy(np.int64)),
            "pattern": made["pattern"].to_numpy(object),
            "start": instants(first["min"].to_numpy(np.int64)),
            "n_transfers": first["size"].to_numpy(np.int64),
        }
    )


def _new_ways(scenario: Scenario) -> pd.DataFrame:
    ways = NEW_WAYS if scenario.switches.new_modi_operandi else ()
    rows = [
        (kind, way.column, way.value, str(np.datetime64("2023-01-01") + way.first_day), way.kind)
        for way in ways
        for kind in way.types
    ]
    return pd.DataFrame(rows, columns=["offence_type", "column", "value", "first_day", "kind"])


def _reports(scenario: Scenario, made: Layers) -> pd.DataFrame:
    seen, named = made.offences.seen, report_ids(scenario, made)
    frame = pd.DataFrame(
        {
            "report": named[seen["report"].to_numpy(np.int64)],
            "origin_report": named[seen["origin_report"].to_numpy(np.int64)],
        }
    )
    return frame.sort_values("report", ignore_index=True)


def _units(scenario: Scenario, made: Layers) -> dict[str, tuple[int, int]]:
    """To how many units each rate of the bias applies, in the group and elsewhere."""
    mine = made.people.community == COMMUNITIES.index(scenario.bias.group)
    ties, pairs = made.networks.ties, circle_pairs(made.circles)
    a, b = ties["a"].to_numpy(np.int64), ties["b"].to_numpy(np.int64)
    people = _split(mine)
    return {
        "recording_rate": _split(mine[a] | mine[b]),
        "false_label_rate": _split(mine[pairs["a"]] | mine[pairs["b"]]),
        "data_error_rate": people,
        "patrol_rate": people,
        "proxy_pull": people,
    }


def _split(touched: Flags) -> tuple[int, int]:
    return int(touched.sum()), int((~touched).sum())
