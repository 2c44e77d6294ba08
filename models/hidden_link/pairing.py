"""Which pairs of persons `hidden_link` asks about: those two steps apart that no record ties."""

import numpy as np

from models.hidden_link.features import close_csr, contact_csr
from workbench.analysis.graph import CaseGraph
from workbench.analysis.kernels import Csr, two_hop_pairs
from workbench.analysis.tables import Int64Array, IntArray
from workbench.analysis.ties import only_harmed, recorded_ties
from workbench.domain.entity import EntityKind

HUB_CAP = 60  # a contact with more contacts than this leads nowhere
BEST = 10  # pairs kept per person and way of finding them
Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]


def recorded_csr(graph: CaseGraph) -> Csr:
    return graph.derived(recorded_ties).csr(graph.n_entities)


def eligible(graph: CaseGraph) -> Bools:
    """By entity: persons, but for those recorded only as harmed (duty T23)."""
    found = graph.entity_kinds == EntityKind.PERSON
    found[only_harmed(graph)] = False
    return np.asarray(found, np.bool_)


def keys(a: IntArray, b: IntArray) -> Int64Array:
    """One number per unordered pair."""
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    return low << 32 | high


def pairs_from(graph: CaseGraph, roots: IntArray) -> Int64Array:
    """`keys` of the best pairs of each of `roots`, ascending, each once."""
    found = [
        keys(
            *two_hop_pairs(
                graph.derived(contacts),
                graph.derived(recorded_csr),
                roots=roots,
                eligible=graph.derived(eligible),
                hub_cap=HUB_CAP,
                k=BEST,
            )
        )
        for contacts in (contact_csr, close_csr)
    ]
    return np.union1d(*found)
