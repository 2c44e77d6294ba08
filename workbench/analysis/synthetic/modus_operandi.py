"""How an offence was done: entry, target, tool and time window, as four columns of metadata.

One offender or crew keeps to a way of its own and drifts away from it step by step; what it does
differs from its own way now and then, and the ways of different offenders overlap. Some ways are
new: absent before a date, then taken up. Child sexual abuse has none of these columns.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.offence_types import SHIELDED
from workbench.analysis.synthetic.scenario import Flags, Floats, Ints, Scenario, Texts

COLUMNS = ("mo_entry", "mo_target", "mo_tool", "mo_window")
WINDOWS = {  # hours, from and to
    "night": (0, 6),
    "morning": (6, 12),
    "afternoon": (12, 18),
    "evening": (18, 24),
}
KEEPS = 0.70  # chance that an offence follows its offender's way in one column
_DRIFTS = 0.10  # chance per offence and column that the way changes for good
_DECAY = 0.72  # of the shares of a column's values, from one to the next
_TAKES_UP = 0.3  # offenders who take up a new way once it exists
_USES_NEW = 0.8  # of their offences
_SHIFTED = 0.45  # of offences after a date of drift

_PROPERTY = (
    ("front door", "window", "patio door", "roof", "cellar", "garage"),
    ("flat", "house", "shop", "office", "building site", "parked car"),
    ("crowbar", "screwdriver", "bare hands", "glass cutter", "drill", "copied key"),
)
_STREET = (
    ("from behind", "by trick", "in a crowd", "from a moped", "at a cash machine", "at the door"),
    ("phone", "handbag", "cash", "jewellery", "goods", "bicycle"),
    ("none", "knife", "cutter", "spray", "accomplice", "imitation weapon"),
)
_NET = (
    ("e-mail", "text message", "phone call", "stolen password", "open port", "supplier"),
    ("bank customer", "pensioner", "small firm", "hospital", "council", "school"),
    ("copied page", "kit A", "kit B", "remote access", "SIM swap", "macro"),
)
_MARKET = (
    ("street", "flat", "messenger", "post", "courier", "club"),
    ("resin", "powder", "pills", "plants", "mixed", "medicine"),
    ("phone", "car", "dead drop", "parcel", "runner", "locker"),
)
_WORK = (
    ("advert", "acquaintance", "agency", "debt", "romance", "street"),
    ("farm", "building site", "kitchen", "laundry", "flat", "nail bar"),
    ("withheld papers", "debt", "threat", "isolation", "withheld pay", "watch"),
)
_PAPER = (
    ("false invoice", "shell firm", "false order", "letterbox", "advance fee", "charity box"),
    ("tax office", "supplier", "bank", "insurer", "donors", "investors"),
    ("forged paper", "straw man", "cash desk", "foreign account", "wallet", "chain of firms"),
)
_WAYS = {
    "burglary": _PROPERTY,
    "vehicle theft": _PROPERTY,
    "theft": _STREET,
    "robbery": _STREET,
    "disorder": _STREET,
    "phishing": _NET,
    "ransomware": _NET,
    "drug possession": _MARKET,
    "drug trafficking": _MARKET,
    "labour exploitation": _WORK,
    "sexual exploitation": _WORK,
}  # all others: _PAPER


@dataclass(frozen=True, slots=True)
class NewWay:
    """A value of a column for some types of offence: absent before `first_day`, or shifted to."""

    types: tuple[str, ...]
    column: str
    value: str
    first_day: int
    kind: str  # "absent before" or "drift"


NEW_WAYS = (
    NewWay(("vehicle theft",), "mo_tool", "key relay", 395, "absent before"),
    NewWay(("phishing",), "mo_entry", "cloned voice", 430, "absent before"),
    NewWay(("ransomware",), "mo_tool", "rented locker kit", 360, "absent before"),
    NewWay(("drug trafficking",), "mo_tool", "drone", 450, "absent before"),
    NewWay(("labour exploitation",), "mo_entry", "delivery app", 410, "absent before"),
    NewWay(("fraud", "carousel fraud"), "mo_tool", "mirrored invoice", 380, "absent before"),
    NewWay(("terrorism financing",), "mo_tool", "gift cards", 420, "absent before"),
    NewWay(("burglary",), "mo_window", "morning", 470, "drift"),
    NewWay(("theft",), "mo_target", "bicycle", 350, "drift"),
)


def modi_operandi(scenario: Scenario, types: Texts, days: Ints, offender: Ints) -> pd.DataFrame:
    """The four columns of each offence.

    Parameters
    ----------
    types, days : arrays of one row per offence
    offender : array
        Number of who did it: offences of one number and type share a way; all are 0 or more.
    """
    rng = scenario.stream("modi operandi")
    n = len(types)
    frame = pd.DataFrame({"type": types, "day": days, "offender": offender})
    order = frame.sort_values(["offender", "type", "day"], kind="stable").index.to_numpy()
    table = {}
    for i, column in enumerate(COLUMNS):
        own = _own_way(rng, frame, order)
        chance = rng.random(n)
        usual = np.where(rng.random(n) < KEEPS, own, chance)
        table[column] = _values(types, i, usual)
    made = pd.DataFrame(table)
    if scenario.switches.new_modi_operandi:
        _renew(scenario, made, frame)
    made.loc[types == SHIELDED, list(COLUMNS)] = ""
    return made


def _own_way(rng: np.random.Generator, frame: pd.DataFrame, order: Ints) -> Floats:
    """Per offence a number in [0, 1) that stays the same along a series until it drifts."""
    ranked = frame.loc[order]
    key = ranked[["offender", "type"]]
    starts = (key != key.shift()).any(axis=1).to_numpy()
    changes = starts | (rng.random(len(order)) < _DRIFTS)
    number = np.cumsum(changes) - 1
    out = np.empty(len(order))
    out[order] = rng.random(len(order))[number]
    return out


def _values(types: Texts, column: int, chance: Floats) -> Texts:
    """The value that a number in [0, 1) stands for, in the order of a type's own usage."""
    out = np.empty(len(types), dtype=object)
    for kind in sorted(set(types.tolist())):
        mine = types == kind
        words = tuple(WINDOWS) if column == 3 else _WAYS.get(kind, _PAPER)[column]
        turn = len(kind) % len(words)  # types that share words use them differently
        share = _DECAY ** np.arange(len(words))
        at = np.searchsorted(np.cumsum(share) / share.sum(), chance[mine], side="right")
        out[mine] = np.roll(np.array(words, dtype=object), turn)[np.minimum(at, len(words) - 1)]
    return out


def _renew(scenario: Scenario, made: pd.DataFrame, frame: pd.DataFrame) -> None:
    """Write new ways over usual ones, from their first day on; changes `made`."""
    rng, offenders = scenario.stream("new modi operandi"), frame["offender"].to_numpy(np.int64)
    for way in NEW_WAYS:
        who = rng.random(int(offenders.max(initial=-1)) + 1)
        chance = rng.random(len(frame))
        late = np.isin(frame["type"], way.types) & (frame["day"] >= way.first_day).to_numpy()
        taken: Flags = chance < _SHIFTED
        if way.kind == "absent before":
            taken = (who[offenders] < _TAKES_UP) & (chance < _USES_NEW)
        made.loc[late & taken, way.column] = way.value


def seconds_in(rng: np.random.Generator, window: Texts) -> Ints:
    """Seconds into the day inside each time window; anywhere where there is none."""
    low = np.array([WINDOWS.get(name, (0, 24))[0] for name in window])
    high = np.array([WINDOWS.get(name, (0, 24))[1] for name in window])
    return np.asarray(np.floor((low + rng.random(len(low)) * (high - low)) * 3_600), np.int64)
