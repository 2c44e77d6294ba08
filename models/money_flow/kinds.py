"""The words that features rest on: the states of a group's accounts, and what holds them."""

import numpy as np
import pandas as pd

from models.money_flow.features import GroupContext, member_states
from workbench.domain.entity import LinkKind

STATE = "state of an account"
HOLDER = "kind of an account's holder"


def account_kinds(groups: GroupContext) -> pd.DataFrame:
    """Columns candidate, input, word; each once."""
    graph = groups.graph
    members = pd.DataFrame(
        {"candidate": groups.member_group.astype(np.int32), "account": groups.members}
    )
    rows = graph.link_rows(LinkKind.HOLDS)
    holders = pd.DataFrame(
        {"account": graph.targets[rows], "word": graph.entity_kinds[graph.sources[rows]]}
    )
    parts = [
        members.assign(input=STATE, word=graph.derived(member_states)[groups.members]),
        members.merge(holders.drop_duplicates(), on="account").assign(input=HOLDER),
    ]
    columns = ["candidate", "input", "word"]
    return pd.concat([part[columns] for part in parts]).drop_duplicates(ignore_index=True)
