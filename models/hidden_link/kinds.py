"""The words that features rest on: kinds of what two persons share, and of the ties to it."""

import numpy as np
import pandas as pd

from models.hidden_link.features import contact_csr, contact_ties
from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import IntArray
from workbench.analysis.ties import TieKind

SHARED = "kind of what they share"
TIED_BY = "kind of tie to it"


def kinds_of_ties(graph: CaseGraph) -> pd.DataFrame:
    """Columns one, other, word: by what each two are tied, from either side, each once."""
    ties = graph.derived(contact_ties)
    words = np.array([kind.name.lower().replace("_", " ") for kind in TieKind], object)
    ends = np.concatenate([ties.a, ties.b]), np.concatenate([ties.b, ties.a])
    found = pd.DataFrame({"one": ends[0], "other": ends[1], "word": np.tile(ties.kind, 2)})
    found = found.drop_duplicates(ignore_index=True)
    return found.assign(word=words[found["word"]])


def shared_kinds(graph: CaseGraph, a: IntArray, b: IntArray) -> pd.DataFrame:
    """Columns candidate, input, word, for the pairs (a[i], b[i]); each once."""
    contacts = graph.derived(contact_csr)
    shared = [
        np.intersect1d(contacts.neighbours(int(one)), contacts.neighbours(int(other)))
        for one, other in zip(a, b, strict=True)
    ]
    candidate = np.repeat(np.arange(len(a), dtype=np.int32), [len(each) for each in shared])
    thing = np.concatenate([np.empty(0, np.int32), *shared]).astype(np.int32)
    kinds = pd.DataFrame(
        {"candidate": candidate, "input": SHARED, "word": graph.entity_kinds[thing]}
    )
    ends = pd.DataFrame(
        {
            "candidate": np.tile(candidate, 2),
            "one": np.concatenate([a[candidate], b[candidate]]),
            "other": np.tile(thing, 2),
        }
    )
    tied = ends.merge(graph.derived(kinds_of_ties), on=["one", "other"])
    by = tied[["candidate", "word"]].assign(input=TIED_BY)
    return pd.concat([kinds, by[kinds.columns]]).drop_duplicates(ignore_index=True)
