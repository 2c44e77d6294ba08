"""Which features would name the true cause of a laundering pattern: its shape, and how fast and
how whole the money moves on.

A pattern of one layer shows in who pays whom; where money is passed on, it shows in speed and in
what is kept as well. What has no shape shows in these alone.
"""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates
from workbench.analysis.tables import IntArray

PASSED_ON = frozenset({"passed_on_in_48_hours", "hours_at_rest", "share_kept"})
CAUSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "fan_in": frozenset({"most_payers"}),
        "fan_out": frozenset({"most_payees"}),
        "cycle": PASSED_ON | {"comes_back", "layers"},
        "mirror": PASSED_ON | {"comes_back"},
        "scatter_gather": PASSED_ON | {"most_payers", "most_payees", "layers"},
        "gather_scatter": PASSED_ON | {"most_payers", "most_payees", "layers"},
        "bipartite": frozenset({"most_payers", "most_payees"}),
        "stack": PASSED_ON | {"layers"},
        "layered": PASSED_ON | {"layers"},
        "structuring": frozenset({"just_below_threshold"}),
        "random": PASSED_ON,
    }
)


def causes(
    graph: CaseGraph,
    candidates: Candidates,
    true: IntArray,
    tainted: pd.DataFrame,
) -> list[frozenset[str]]:
    """Per group what names the pattern that most of its tainted transfers belong to; empty for an
    untrue group, or a pattern that is not in `CAUSES`.

    Parameters
    ----------
    true : int array, n
        1 where the group is true.
    tainted : DataFrame
        Columns record, pattern.
    """
    pattern_of = dict(zip(tainted["record"], tainted["pattern"], strict=True))
    names = graph.records["id"]
    found = []
    for i in range(len(candidates)):
        carrying = graph.links["record"].loc[candidates.links_of(i).tolist()]
        patterns = pd.Series([pattern_of.get(r) for r in names.loc[list(carrying)]]).dropna()
        counted = patterns.value_counts().index
        known = bool(true[i]) and len(counted) > 0
        found.append(CAUSES.get(str(counted[0]), frozenset()) if known else frozenset())
    return found
