"""People as the unit of an audit, without small cells: whole attributes leave, or nothing of them.

How many people of a group were wrongly drawn in bounds its false positives from below, and the
other way round, so that an attribute leaves only where neither table hides anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.audit_cells import hidden_groups
from workbench.analysis.scored import WHOLE
from workbench.analysis.small_cells import hidden_cells, small
from workbench.analysis.subgroups import BOTH

Row = Mapping[str, Any]
_KEYS = ("capacity", "capacity_of", "put_forward", "said")
_PLACES = ("at_threshold", "at_capacity")
_ERRORS = ("wronged", "missed")
_SHARE = ("n", "n_hit", "share", "interval")


def people_without_small_cells(document: Mapping[str, Any], *, least: int) -> dict[str, Any] | None:
    """What `workbench.analysis.per_person` found, for the attributes of which all may be told.

    None where even the sum over everybody may not.
    """
    found = document["per_person"]
    whole = [row for row in found["rows"] if row["attribute"] == WHOLE[0]]
    forward = [n for n in found["put_forward"] if n is not None]
    if len(whole) != 1 or any(small(n, least=least) for n in forward):
        return None
    if _hidden(whole, whole[0], least):
        return None
    open_ones = {
        name
        for name, sides in hidden_groups(document, least=least).items()
        if BOTH not in name and not any(side.blank for side in sides.values())
    }
    named = dict.fromkeys(row["attribute"] for row in found["rows"])
    out = {key: found[key] for key in _KEYS} | {"rows": [_row(whole[0])]}
    for name in named:
        rows = [row for row in found["rows"] if row["attribute"] == name]
        if name in open_ones and not _hidden(rows, whole[0], least):
            out["rows"] += [_row(row) for row in rows]
    return out


def _hidden(rows: Sequence[Row], whole: Row, least: int) -> bool:
    """True when something of an attribute would be hidden; people without a group are a row."""
    for place in _PLACES:
        for error in _ERRORS:
            if whole[place] is None:
                continue
            said = [row[place][error] for row in rows]
            n, hit = [one["n"] for one in said], [one["n_hit"] for one in said]
            rest = max(0, whole[place][error]["n"] - sum(n))
            hits = min(rest, max(0, whole[place][error]["n_hit"] - sum(hit)))
            if hidden_cells([*n, rest], [*hit, hits], least=least).blank:
                return True
    return False


def _row(row: Row) -> dict[str, Any]:
    out = {key: row[key] for key in ("attribute", "group", "candidates_per_person")}
    for place in _PLACES:
        errors = row[place]
        out[place] = (
            None
            if errors is None
            else {error: {key: errors[error][key] for key in _SHARE} for error in _ERRORS}
        )
    return out
