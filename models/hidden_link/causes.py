"""Which features would name the true cause of a tie: the way by which its network ties these two.

In a synthetic world it is known who belongs to which network. Two members are tied where both are
in touch with a thing or a person of that same network: a bridge. Each bridge is of the ways in
which both of them reach it (by calls, by money, by calls and money crossed, by crime), and the
cause is the way that carries most bridges, or the ways where several carry as many. Ways that carry
fewer are there, too, but are not what ties the two. Features of shape alone (how many, how rare)
name no way.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.hidden_link.features import call_csr, contact_csr, crime_csr, money_csr
from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import IntArray
from workbench.domain.entity import EntityKind

MEMBERS = 3  # of one network that are in touch with what it shares, at least


def causes(
    graph: CaseGraph, a: IntArray, b: IntArray, truth: Mapping[str, pd.DataFrame]
) -> list[frozenset[str]]:
    """Per pair the features that would name its true cause; empty for an untrue or unmapped one.

    Parameters
    ----------
    truth : mapping
        ``ties`` (entity_a, entity_b) and ``roles`` (entity, network).
    """
    rows = pd.Series(graph.entities.index, index=graph.entities["id"])
    ties = truth["ties"]
    ends = [ties[end].map(rows) for end in ("entity_a", "entity_b")]
    known = ends[0].notna() & ends[1].notna()
    true = {frozenset(pair) for pair in zip(*(end[known].astype(int) for end in ends), strict=True)}
    networks = _networks(rows, truth.get("roles"))
    return [
        _cause(graph, int(one), int(other), networks) if {one, other} in true else frozenset()
        for one, other in zip(a, b, strict=True)
    ]


def _networks(rows: "pd.Series[int]", roles: pd.DataFrame | None) -> dict[int, frozenset[int]]:
    """Per person, everybody of the person's networks."""
    if roles is None:
        return {}
    placed = roles.assign(row=roles["entity"].map(rows)).dropna(subset=["row"])
    found: dict[int, frozenset[int]] = {}
    for _, members in placed.groupby("network")["row"]:
        everybody = frozenset(int(m) for m in members)
        for member in everybody:
            found[member] = found.get(member, frozenset()) | everybody
    return found


def _cause(
    graph: CaseGraph, a: int, b: int, networks: Mapping[int, frozenset[int]]
) -> frozenset[str]:
    contacts = graph.derived(contact_csr)
    everybody = networks.get(a, frozenset()) & networks.get(b, frozenset())
    shared = np.intersect1d(contacts.neighbours(a), contacts.neighbours(b))
    ways: Counter[str] = Counter()
    bare: Counter[str] = Counter()  # of these, by a phone or account of which nobody is known
    for thing in shared.tolist():
        touching = everybody.intersection(contacts.neighbours(thing).tolist())
        if thing in everybody or len(touching) >= MEMBERS:
            mine = _ways(graph, a, b, thing)
            ways.update(mine)
            if graph.entity_kinds[thing] in (EntityKind.PHONE, EntityKind.ACCOUNT):
                bare.update(mine)
    most = max(ways.values(), default=0)
    found = {way for way, n in ways.items() if n == most}
    if any(2 * bare[way] > most for way in found):
        found.add("shared_unattributed")
    return frozenset(found)


def _ways(graph: CaseGraph, a: int, b: int, thing: int) -> set[str]:
    """The ways in which both reach the thing, each by the feature that counts it.

    By crime where both are recorded with it in an offence or association, or where one is and the
    other reaches it by nothing that the other ways count.
    """
    called, paid, suspected = (
        [thing in graph.derived(csr).neighbours(one) for one in (a, b)]
        for csr in (call_csr, money_csr, crime_csr)
    )
    found = set()
    if all(called):
        found.add("shared_call_contacts")
    if all(paid):
        found.add("shared_money_contacts")
    if (called[0] and paid[1]) or (paid[0] and called[1]):
        found.add("call_and_money_contacts")
    if all(suspected) or (any(suspected) and not found):
        found.add("co_suspect_contacts")
    return found
