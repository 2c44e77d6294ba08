"""`money_flow`: groups of transfers in the shape of laundering; see card.md."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.money_flow.causes import causes
from models.money_flow.features import FEATURES, GroupContext, all_transfers
from models.money_flow.kinds import account_kinds
from models.money_flow.left_out import left_out
from models.money_flow.stories import ordinary
from models.money_flow.usual import usual
from workbench.analysis.counter_case import on_day
from workbench.analysis.feature_model import FeatureModel
from workbench.analysis.features import feature_table
from workbench.analysis.graph import CaseGraph, microsecond
from workbench.analysis.group_measures import group_measures
from workbench.analysis.modelling import Candidates, OrdinaryStory
from workbench.analysis.patterns import PATTERNS, merge
from workbench.analysis.tables import IntArray
from workbench.analysis.transfers import DAY, Groups, Rule, Transfers
from workbench.domain.entity import EntityKind, InvolvementRole, LinkKind

RULE = Rule()
LOOK_BACK = 180 * DAY  # only what happened in this time before is looked at
LEAST_ACCOUNTS = 3
NEAR = 30 * DAY  # between a group and the offence that a record ties its accounts to
LAUNDERING = "money_laundering"
HUB_CAP = 15  # an account with more counterparties leads nowhere from an anchor
HOPS = 2


def laundering_uses(graph: CaseGraph) -> pd.DataFrame:
    """Accounts that a record states were used in laundering: account, at (microseconds)."""
    offences = graph.entities[graph.entities["kind"] == EntityKind.OFFENCE]
    laundering = offences.index[offences["attributes"].str.contains(LAUNDERING, regex=False)]
    rows = graph.link_rows(LinkKind.INVOLVED_IN)
    used = graph.links.loc[rows, "role"].to_numpy(object) == InvolvementRole.USED
    rows = rows[used & np.isin(graph.targets[rows], laundering)]
    return pd.DataFrame({"account": graph.sources[rows], "at": graph.times[rows]})


def accounts_near(graph: CaseGraph, anchors: IntArray) -> IntArray:
    """Accounts of a case's entities, and those within two transfers of them.

    An account is theirs when it is among them, held by them or by an organisation they direct,
    or used in an offence among them.
    """
    directed = _far_ends(graph, anchors, LinkKind.DIRECTS)
    involved = _near_ends(graph, anchors, LinkKind.INVOLVED_IN)
    held = _far_ends(graph, np.union1d(anchors, directed), LinkKind.HOLDS)
    near = np.unique(np.concatenate([anchors, held, involved]))
    near = near[graph.entity_kinds[near] == EntityKind.ACCOUNT]
    for _ in range(HOPS):
        rows = graph.incident_of(near, LinkKind.TRANSFERRED)
        ends = np.union1d(graph.sources[rows], graph.targets[rows])
        near = np.union1d(near, ends[_n_counterparties(graph)[ends] <= HUB_CAP])
    return near.astype(np.int32)


def _far_ends(graph: CaseGraph, sources: IntArray, kind: LinkKind) -> IntArray:
    rows = graph.incident_of(sources, kind)
    return graph.targets[rows][np.isin(graph.sources[rows], sources)]


def _near_ends(graph: CaseGraph, targets: IntArray, kind: LinkKind) -> IntArray:
    rows = graph.incident_of(targets, kind)
    return graph.sources[rows][np.isin(graph.targets[rows], targets)]


def n_counterparties(graph: CaseGraph) -> IntArray:
    """How many other accounts each entity has transfers with."""
    known = graph.derived(all_transfers)
    ends = np.stack([known.source, known.target])
    pairs = np.unique(np.sort(ends, axis=0), axis=1)
    return np.bincount(pairs.reshape(-1), minlength=graph.n_entities).astype(np.int32)


def _n_counterparties(graph: CaseGraph) -> IntArray:
    return graph.derived(n_counterparties)


def proposed(transfers: Transfers) -> Groups:
    """Groups that any pattern finds, overlapping ones merged."""
    return merge(transfers, RULE, [pattern.find(transfers, RULE) for pattern in PATTERNS])


def groups_looked_back_on(graph: CaseGraph) -> Candidates:
    """Every candidate of the time before the view's instant (before its last transfer where it is
    the whole), those already recorded left out."""
    until = microsecond(graph.at) if graph.at is not None else int(graph.times.max(initial=0))
    transfers = Transfers.of(graph, since=until - LOOK_BACK, until=until, floor=RULE.floor)
    groups = proposed(transfers)
    flows = [groups[i] for i in range(len(groups))]
    accounts = [np.union1d(transfers.source[flow], transfers.target[flow]) for flow in flows]
    enough = [i for i, found in enumerate(accounts) if len(found) >= LEAST_ACCOUNTS]
    members = Groups.of([accounts[i] for i in enough])
    links = Groups.of([transfers.link[flows[i]] for i in enough])
    every = Candidates(members.flat, members.offsets, links.flat, links.offsets)
    return every.take(np.flatnonzero(~_recorded(graph, every)))


class MoneyFlow(FeatureModel):
    """Implements `ModelDefinition`; a candidate is a group of transfers, its members accounts."""

    name = "money_flow"
    title = "Money flow"
    unit = "group of transfers"
    margin = 0.05
    harm = (
        "Every holder in a group of transfers that is wrongly put forward has the account read and "
        "everyday payments questioned; laundering that is missed goes on at the cost of those it "
        "feeds on. At five in a hundred more, the holders of one group bear that noticeably more "
        "often than those of another, above all where families and shops pay in shared ways."
    )
    about_person = False
    outcome = "records come to state that at least half of its accounts were used in laundering"
    described_by = FEATURES
    fixed = frozenset(
        {
            "accounts",  # what the group is made of, and the amounts that its banks booked
            "transfers",
            "typical_amount",
            "span",
            "layers",
            "comes_back",
            "most_payers",
            "most_payees",
            "just_below_threshold",
            "between_states",  # may follow nationality
            "held_by_organisations",
        }
    )
    at_most = MappingProxyType({"used_in_an_offence_before": "accounts"})
    own = "usual for these accounts in as long a time before"

    def candidates(
        self, graph: CaseGraph, *, as_of: datetime, anchors: IntArray | None, seed: int
    ) -> Candidates:
        known = graph.as_of(as_of)
        every = known.derived(groups_looked_back_on)
        if anchors is None:
            return every
        touching = np.isin(every.members, accounts_near(known, anchors))
        group = np.repeat(np.arange(len(every)), np.diff(every.member_offsets))
        return every.take(np.unique(group[touching]))

    def features(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        return feature_table(FEATURES, _context(graph.as_of(as_of), candidates))

    def categories(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        """States that record the accounts, and kinds of what holds them."""
        return account_kinds(_context(graph.as_of(as_of), candidates))

    def history(self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime) -> pd.DataFrame:
        """What the same accounts did before the group began; empty for what has no usual."""
        found = usual(_context(graph.as_of(as_of), candidates))
        return found.reindex(columns=[f.name for f in FEATURES])

    def without(
        self,
        graph: CaseGraph,
        candidates: Candidates,
        i: int,
        each: Sequence[IntArray],
        *,
        as_of: datetime,
        seed: int,
    ) -> pd.DataFrame:
        """Only what touches the accounts is computed anew, and only the group searched again."""
        known, group = graph.as_of(as_of), (candidates.members_of(i), candidates.links_of(i))
        others = known.derived(groups_looked_back_on)
        return left_out(known, group, each, others, proposed, least=LEAST_ACCOUNTS)

    def ordinary(
        self, graph: CaseGraph, candidates: Candidates, i: int, *, as_of: datetime
    ) -> OrdinaryStory:
        alone = candidates.take(np.array([i], np.int64))
        return ordinary(_context(graph.as_of(as_of), alone))

    def causes(
        self, graph: CaseGraph, candidates: Candidates, truth: Mapping[str, pd.DataFrame]
    ) -> list[frozenset[str]]:
        true, _ = self.truth(graph, candidates, truth)
        return causes(graph, candidates, true, truth["tainted"])

    def labels(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime, until: datetime
    ) -> IntArray:
        """By `until`, at least half of the accounts, and two of them, were recorded as used in
        laundering of the time of the group (30 days before to 30 days after); candidates of which
        that was known at `as_of` are never made."""
        return _recorded(graph.as_of(until), candidates).astype(np.int32)

    def truth(
        self, graph: CaseGraph, candidates: Candidates, truth: Mapping[str, pd.DataFrame]
    ) -> tuple[IntArray, int]:
        """A group is true when at least half of its transfers are tainted.

        True cases: true groups, and planted instances of which no true group holds a transfer. An
        instance is tainted transfers of one network and pattern without a gap above 12 days; when
        `graph` is a view, only those that it has not recorded yet and that happened in the time
        looked back on.
        """
        instances = _instances(graph, truth["tainted"])
        of_link = pd.Series(instances["instance"].to_numpy(), index=instances["link"])
        marks = of_link.reindex(candidates.links).to_numpy(np.float64)
        dirty, n_links = ~np.isnan(marks), np.diff(candidates.link_offsets)
        group = np.repeat(np.arange(len(candidates)), n_links)
        true = np.bincount(group, dirty, minlength=len(candidates)) >= np.maximum(n_links / 2, 1)
        found = np.unique(marks[true[group] & dirty]).astype(np.int32)
        lost = np.setdiff1d(np.unique(_open(graph, instances)), found)
        return true.astype(np.int32), int(true.sum()) + len(lost)

    def people(self, graph: CaseGraph, candidates: Candidates) -> pd.DataFrame:
        rows = graph.link_rows(LinkKind.HOLDS)
        persons = graph.entity_kinds[graph.sources[rows]] == EntityKind.PERSON
        holds = pd.DataFrame(
            {"account": graph.targets[rows][persons], "entity": graph.sources[rows][persons]}
        )
        n = np.diff(candidates.member_offsets)
        members = pd.DataFrame(
            {
                "candidate": np.repeat(np.arange(len(candidates), dtype=np.int32), n),
                "account": candidates.members,
            }
        )
        held = members.merge(holds, on="account")[["candidate", "entity"]]
        return held.drop_duplicates().sort_values(["candidate", "entity"], ignore_index=True)

    def claim(self, graph: CaseGraph, candidates: Candidates, i: int) -> str:
        links, members = candidates.links_of(i), candidates.members_of(i)
        first, last = (
            on_day(int(at)) for at in (graph.times[links].min(), graph.times[links].max())
        )
        when = f"on {first}" if first == last else f"between {first} and {last}"
        return (
            f"{len(links)} transfers through {len(members)} accounts {when} "
            f"({shape_of(graph, links)}) may be in the shape of laundering."
        )

    def subgraph(
        self, graph: CaseGraph, candidates: Candidates, i: int, *, as_of: datetime
    ) -> tuple[IntArray, IntArray]:
        """The accounts, who holds them, and the transfers."""
        known = graph.as_of(as_of)
        members = candidates.members_of(i)
        held = known.incident_of(members, LinkKind.HOLDS)
        entities = np.union1d(members, known.sources[held])
        links = np.union1d(candidates.links_of(i), held)
        return entities.astype(np.int32), links.astype(np.int32)


def _context(graph: CaseGraph, c: Candidates) -> GroupContext:
    return GroupContext(graph, c.links, c.link_offsets, c.members, c.member_offsets)


def _recorded(
    graph: CaseGraph, candidates: Candidates
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which candidates' accounts, half of them and two at least, are recorded in laundering."""
    at = graph.times[candidates.links]
    n_members = np.diff(candidates.member_offsets)
    first, last = (
        pick.reduceat(at, candidates.link_offsets[:-1]) if len(candidates) else at
        for pick in (np.minimum, np.maximum)
    )
    members = pd.DataFrame(
        {
            "candidate": np.repeat(np.arange(len(candidates)), n_members),
            "account": candidates.members,
        }
    )
    uses = members.merge(graph.derived(laundering_uses), on="account")
    start, end = first[uses["candidate"]], last[uses["candidate"]]
    of_its_time = uses[(uses["at"] >= start - NEAR) & (uses["at"] <= end + NEAR)]
    hit = of_its_time.drop_duplicates(["candidate", "account"])["candidate"]
    n_hit = np.bincount(hit, minlength=len(candidates))
    return (n_hit >= 2) & (n_hit >= n_members / 2)


def _instances(graph: CaseGraph, tainted: pd.DataFrame) -> pd.DataFrame:
    """Tainted transfers that the graph knows: link, instance (numbered), at (microseconds)."""
    link_of = pd.Series(graph.links.index, index=graph.links["record"])
    record_of = pd.Series(graph.records.index, index=graph.records["id"])
    link = link_of.reindex(record_of.reindex(tainted["record"])).to_numpy(np.float64)
    known = tainted[~np.isnan(link)].assign(link=link[~np.isnan(link)].astype(np.int32))
    known = known.assign(at=graph.times[known["link"]])
    known = known.sort_values(["network", "pattern", "at", "link"], kind="stable")
    same = ["network", "pattern"]
    gap = known["at"].diff().fillna(0) > RULE.merged
    changed = (known[same] != known[same].shift()).any(axis=1)
    numbered = known.assign(instance=(gap | changed).cumsum())
    chosen: pd.DataFrame = numbered.filter(["link", "instance", "at"])
    return chosen


def _open(graph: CaseGraph, instances: pd.DataFrame) -> IntArray:
    """Instances that a candidate could have been made of: recent, and not yet recorded."""
    if graph.at is not None:
        instances = instances[instances["at"] >= microsecond(graph.at) - LOOK_BACK]
    links = [g.to_numpy(np.int32) for _, g in instances.groupby("instance")["link"]]
    accounts = [np.union1d(graph.sources[g], graph.targets[g]) for g in links]
    members, flows = Groups.of(accounts), Groups.of(links)
    each = Candidates(members.flat, members.offsets, flows.flat, flows.offsets)
    numbers = np.unique(instances["instance"].to_numpy(np.int32))
    return numbers[~_recorded(graph, each)] if graph.at is not None else numbers


def shape_of(graph: CaseGraph, links: IntArray) -> str:
    """The shape of a group of transfers in words, such as "fan-in then fan-out over 2 layers"."""
    ordered = links[np.lexsort((links, graph.times[links]))]
    offsets = np.array([0, len(links)], np.int64)
    layers, _, _, _, returns, payers, payees, _ = group_measures(
        offsets, graph.sources[ordered], graph.targets[ordered],
        graph.amounts[ordered], graph.times[ordered], 2 * DAY,
    )[0]  # fmt: skip
    fans = [name for name, n in (("fan-in", payers), ("fan-out", payees)) if n >= RULE.least]
    if len(fans) == 2 and _spreads_first(graph, ordered):
        fans.reverse()
    parts = [" then ".join(fans)] if fans else []
    parts += ["a round that closes"] if returns else []
    parts += [f"passed on over {int(layers)} layers"] if layers >= 2 else []
    return ", ".join(parts) or "a few payments"


def _spreads_first(graph: CaseGraph, ordered: IntArray) -> bool:
    """Whether the account with most payees sends before the one with most payers receives."""
    sources, targets = graph.sources[ordered], graph.targets[ordered]
    sender = np.bincount(sources).argmax()
    receiver = np.bincount(targets).argmax()
    return bool(np.flatnonzero(sources == sender)[0] < np.flatnonzero(targets == receiver)[0])


MODEL = MoneyFlow()
