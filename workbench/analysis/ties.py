"""The person projection: which persons records tie together, by what, and when.

Phones, accounts, vehicles, addresses, organisations and offences are taken out from between
persons. What has no known person behind it (an unattributed phone, the account of a company)
stands in for itself, so that two persons can share it as a contact.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import Int64Array, IntArray
from workbench.domain.entity import EntityKind, InvolvementRole, LinkKind

if TYPE_CHECKING:
    from workbench.analysis.kernels import Csr

OWNERS_CAP = 25  # an asset with more persons behind it (a hotel, a call centre) ties nobody
BEHIND = (LinkKind.USES, LinkKind.HOLDS, LinkKind.OWNS)


class TieKind(IntEnum):
    CALL = 0
    MONEY = 1
    SHARED_ASSET = 2  # the same phone, account or vehicle
    ADDRESS = 3
    ORGANISATION = 4
    OFFENCE = 5
    ASSOCIATION = 6


@dataclass(frozen=True, eq=False, slots=True)
class Ties:
    """Each row: `a` and `b` (entity rows; at least one a person) tied by `kind` at `at`.

    `link` is the link that carries it, `other_link` the second one where two are needed (each
    owner's link to a shared asset), else the same. `by_a` and `by_b` are the links by which the
    two stand behind the phone or account at either end of an exchange, -1 where they need none.
    `at` is in microseconds.
    """

    a: IntArray
    b: IntArray
    kind: IntArray
    link: IntArray
    other_link: IntArray
    by_a: IntArray
    by_b: IntArray
    at: Int64Array

    def of(self, *kinds: TieKind) -> "Ties":
        return self.take(np.flatnonzero(np.isin(self.kind, [int(k) for k in kinds])))

    def take(self, rows: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> "Ties":
        return Ties(
            self.a[rows], self.b[rows], self.kind[rows],
            self.link[rows], self.other_link[rows], self.by_a[rows], self.by_b[rows], self.at[rows],
        )  # fmt: skip

    def without(self, graph: CaseGraph, links: IntArray) -> "Ties":
        """The ties as they are when `links` are not there.

        What somebody was behind by a lost link stands for itself, unless somebody else is behind
        it too: then those ties are another's and only theirs here are lost.
        """
        stays = ~np.isin(self.link, links) & ~np.isin(self.other_link, links)
        kept = self if stays.all() else self.take(np.flatnonzero(stays))
        lost = [np.isin(by, links) for by in (kept.by_a, kept.by_b)]
        if not (lost[0].any() or lost[1].any()):
            return kept
        ends, gone = [], np.zeros(len(kept.a), bool)
        for end, by, which in zip((kept.a, kept.b), (kept.by_a, kept.by_b), lost, strict=True):
            asset = graph.targets[np.maximum(by, 0)]
            others = graph.incident_of(np.unique(asset[which]).tolist(), *BEHIND)
            others = others[~np.isin(others, links)]
            shared = np.isin(asset, graph.targets[others])
            gone |= which & shared
            ends.append(np.where(which & ~shared, asset, end).astype(np.int32))
        moved = replace(kept, a=ends[0], b=ends[1])
        return _with_a_person(graph, moved.take(np.flatnonzero(~gone)))

    def csr(self, n: int) -> "Csr":
        from workbench.analysis.kernels import build_csr

        return build_csr(n, self.a, self.b, self.at)


@dataclass(frozen=True, eq=False, slots=True)
class _Behind:
    """Who stands behind each entity: `who[offsets[e]:offsets[e + 1]]`, and by which link."""

    offsets: Int64Array
    who: IntArray
    link: IntArray


def _behind(asset: IntArray, who: IntArray, link: IntArray, n: int) -> _Behind:
    order = np.lexsort((link, who, asset))
    asset, who, link = asset[order], who[order], link[order]
    first = np.ones(len(asset), bool)
    first[1:] = (asset[1:] != asset[:-1]) | (who[1:] != who[:-1])
    asset, who, link = asset[first], who[first], link[first]
    offsets = np.searchsorted(asset, np.arange(n + 1)).astype(np.int64)
    return _Behind(offsets, who, link)


def _stand_ins(graph: CaseGraph) -> _Behind:
    """Persons behind phones, accounts and vehicles; what has none stands for itself.

    An account held by an organisation stands for the organisation.
    """
    rows = graph.link_rows(*BEHIND)
    asset, who = graph.targets[rows], graph.sources[rows]
    bare = np.setdiff1d(np.arange(graph.n_entities, dtype=np.int32), asset)
    return _behind(
        np.concatenate([asset, bare]),
        np.concatenate([who, bare]),
        np.concatenate([rows, np.full(len(bare), -1, np.int32)]),
        graph.n_entities,
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Crossing:
    """Every (who behind x[i], who behind y[i]), by which links, and i."""

    a: IntArray
    b: IntArray
    by_a: IntArray
    by_b: IntArray
    i: Int64Array


def _crossed(behind: _Behind, x: IntArray, y: IntArray) -> _Crossing:
    n_x = behind.offsets[x + 1] - behind.offsets[x]
    n_y = behind.offsets[y + 1] - behind.offsets[y]
    total = np.where((n_x <= OWNERS_CAP) & (n_y <= OWNERS_CAP), n_x * n_y, 0)
    i = np.repeat(np.arange(len(x), dtype=np.int64), total)
    turn = np.arange(len(i), dtype=np.int64) - np.repeat(np.cumsum(total) - total, total)
    p = behind.offsets[x[i]] + turn // np.maximum(n_y[i], 1)
    q = behind.offsets[y[i]] + turn % np.maximum(n_y[i], 1)
    return _Crossing(behind.who[p], behind.who[q], behind.link[p], behind.link[q], i)


def _exchanges(graph: CaseGraph, link_kind: LinkKind, kind: TieKind, behind: _Behind) -> Ties:
    rows = graph.link_rows(link_kind)
    met = _crossed(behind, graph.sources[rows], graph.targets[rows])
    link = rows[met.i]
    kinds = np.full(len(link), kind, np.int32)
    return Ties(met.a, met.b, kinds, link, link, met.by_a, met.by_b, graph.times[link])


def _shared(
    graph: CaseGraph, kind: TieKind, asset: IntArray, who: IntArray, link: IntArray
) -> Ties:
    """Every two persons behind the same asset."""
    behind = _behind(asset, who, link, graph.n_entities)
    every = np.unique(asset)
    n_who = behind.offsets[every + 1] - behind.offsets[every]
    several = every[(n_who > 1) & (n_who <= OWNERS_CAP)]
    n_who = behind.offsets[several + 1] - behind.offsets[several]
    i = np.repeat(np.arange(len(several)), n_who * n_who)
    turn = np.arange(len(i)) - np.repeat(np.cumsum(n_who**2) - n_who**2, n_who**2)
    p = behind.offsets[several[i]] + turn // n_who[i]
    q = behind.offsets[several[i]] + turn % n_who[i]
    p, q = p[p < q], q[p < q]
    at = np.maximum(graph.times[behind.link[p]], graph.times[behind.link[q]])
    kinds = np.full(len(p), kind, np.int32)
    none = np.full(len(p), -1, np.int32)
    return Ties(behind.who[p], behind.who[q], kinds, behind.link[p], behind.link[q], none, none, at)


def _shared_by(graph: CaseGraph, kind: TieKind, *link_kinds: LinkKind) -> Ties:
    rows = graph.link_rows(*link_kinds)
    return _shared(graph, kind, graph.targets[rows], graph.sources[rows], rows)


def _roles(graph: CaseGraph, rows: IntArray) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return graph.links.loc[rows, "role"].to_numpy(object)


def _direct(graph: CaseGraph, kind: TieKind, link_kind: LinkKind) -> Ties:
    rows = graph.link_rows(link_kind)
    kinds = np.full(len(rows), kind, np.int32)
    none = np.full(len(rows), -1, np.int32)
    ends = graph.sources[rows], graph.targets[rows]
    return Ties(*ends, kinds, rows, rows, none, none, graph.times[rows])


def joined(parts: list[Ties]) -> Ties:
    """All ties of `parts` in one table, in their order."""
    return Ties(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("a", "b", "kind", "link", "other_link", "by_a", "by_b", "at")
        )
    )


def _with_a_person(graph: CaseGraph, ties: Ties) -> Ties:
    person = graph.entity_kinds == EntityKind.PERSON
    return ties.take(np.flatnonzero((person[ties.a] | person[ties.b]) & (ties.a != ties.b)))


def recorded_ties(graph: CaseGraph) -> Ties:
    """Every tie between two persons, or a person and a stand-in, that a record states.

    Calls between their phones; transfers between their accounts; the same phone, account or
    vehicle; the same address; the same organisation (directors with each other and with it); the
    same offence in any role, or an account of theirs used in it; a recorded association.
    """
    behind = _stand_ins(graph)
    return _with_a_person(
        graph,
        joined(
            [
                _exchanges(graph, LinkKind.CALLED, TieKind.CALL, behind),
                _exchanges(graph, LinkKind.TRANSFERRED, TieKind.MONEY, behind),
                _shared_by(
                    graph, TieKind.SHARED_ASSET, LinkKind.USES, LinkKind.HOLDS, LinkKind.OWNS
                ),
                _shared_by(graph, TieKind.ADDRESS, LinkKind.LIVES_AT),
                _shared_by(graph, TieKind.ORGANISATION, LinkKind.DIRECTS),
                _direct(graph, TieKind.ORGANISATION, LinkKind.DIRECTS),
                _offence_ties(graph, behind),
                _direct(graph, TieKind.ASSOCIATION, LinkKind.ASSOCIATED_WITH),
            ]
        ),
    )


def _offence_ties(graph: CaseGraph, behind: _Behind) -> Ties:
    rows = graph.link_rows(LinkKind.INVOLVED_IN)
    met = _crossed(behind, graph.sources[rows], graph.sources[rows])
    return _shared(graph, TieKind.OFFENCE, graph.targets[rows][met.i], met.a, rows[met.i])


def co_suspects(graph: CaseGraph) -> Ties:
    """Every two persons recorded as suspects in the same offence."""
    rows = graph.link_rows(LinkKind.INVOLVED_IN)
    rows = rows[_roles(graph, rows) == InvolvementRole.SUSPECT]
    ties = _shared(graph, TieKind.OFFENCE, graph.targets[rows], graph.sources[rows], rows)
    return _with_a_person(graph, ties)


def associations(graph: CaseGraph) -> Ties:
    """Every two persons whom an `associated_with` record names."""
    return _direct(graph, TieKind.ASSOCIATION, LinkKind.ASSOCIATED_WITH)


def only_harmed(graph: CaseGraph) -> IntArray:
    """Persons recorded as victims or witnesses and in no other role (duty T23), ascending."""
    return _only_harmed(graph, graph.link_rows(LinkKind.INVOLVED_IN))


def only_harmed_without(graph: CaseGraph, links: IntArray) -> IntArray:
    """Of those whom `links` tie to an offence, who would be `only_harmed` without them."""
    rows = links[graph.link_kinds[links] == LinkKind.INVOLVED_IN]
    if not len(rows):
        return np.empty(0, np.int32)
    others = graph.incident_of(np.unique(graph.sources[rows]).tolist(), LinkKind.INVOLVED_IN)
    harmed = _only_harmed(graph, others[~np.isin(others, links)])
    return np.intersect1d(harmed, graph.sources[rows]).astype(np.int32)


def _only_harmed(graph: CaseGraph, rows: IntArray) -> IntArray:
    harmed = np.isin(_roles(graph, rows), [InvolvementRole.VICTIM, InvolvementRole.WITNESS])
    sources = graph.sources[rows]
    return np.setdiff1d(sources[harmed], sources[~harmed]).astype(np.int32)
