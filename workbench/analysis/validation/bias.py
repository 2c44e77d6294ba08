"""The planted bias measured again, from what records say and what is true."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.validation.estimates import wilson
from workbench.analysis.validation.networks import planted_ties
from workbench.analysis.validation.rows import Measured
from workbench.analysis.validation.world import Flags, NotInWorld, WrittenWorld

PETTY = ("disorder", "theft", "drug possession")


@dataclass(frozen=True, slots=True)
class Gap:
    """Rate in the group minus rate elsewhere: planted, measured, and its interval."""

    parameter: str
    planted: float
    measured: float
    low: float
    high: float
    wide_low: float
    wide_high: float

    @property
    def holds(self) -> bool:
        return self.low <= self.planted <= self.high


def bias(world: WrittenWorld) -> dict[str, Measured]:
    """In a biased world: are the planted gaps found; in a null world: is any gap found."""
    gaps = measured_gaps(world)
    if not gaps:
        raise NotInWorld("no parameter of truth/bias.csv can be measured again")
    told = "; ".join(
        f"{g.parameter}: {g.measured:+.3f} ({g.wide_low:+.3f} to {g.wide_high:+.3f}), "
        f"planted {g.planted:+.3f}"
        for g in gaps
    )
    if any(g.planted for g in gaps):
        held = sum(g.wide_low <= g.planted <= g.wide_high for g in gaps)
        return {"bias_planted": Measured(value=held / len(gaps), n=len(gaps), note=told)}
    alarms = sum(not g.wide_low <= 0 <= g.wide_high for g in gaps)
    return {"bias_null": Measured(value=float(alarms), n=len(gaps), note=told)}


def measured_gaps(world: WrittenWorld) -> list[Gap]:
    """Each parameter that can be measured; `low` and `high` at 95 %, the wide ones at 95 % for
    all parameters together (Bonferroni)."""
    table = world.table("truth/bias", "parameter", "attribute", "group", "value", "value_elsewhere")
    first = table.iloc[0]
    group = _in_group(world, str(first["attribute"]), str(first["group"]))
    planted = (table["value"] - table["value_elsewhere"]).set_axis(table["parameter"])
    counts: dict[str, Callable[[WrittenWorld, pd.Series], Shares | Means]] = {
        "recording_rate": _recording,
        "false_label_rate": _false_labels,
        "patrol_rate": _patrols,
        "proxy_pull": _proxy,
    }
    names = [name for name in planted.index if name in counts]
    wide = _z(0.05 / max(1, len(names)))
    gaps = []
    for name in names:
        sides = counts[name](world, group)
        value, low, high = sides.gap(_z(0.05))
        _, wide_low, wide_high = sides.gap(wide)
        gaps.append(Gap(name, float(planted[name]), value, low, high, wide_low, wide_high))
    return gaps


def _z(alpha: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(1 - alpha / 2))


@dataclass(frozen=True, slots=True)
class Shares:
    """k of n in the group, k of n elsewhere."""

    k: int
    n: int
    k_elsewhere: int
    n_elsewhere: int

    def gap(self, z: float) -> tuple[float, float, float]:
        """Difference of shares with Newcombe's (1998, method 10) interval at `z`."""
        a, b = self.k / max(1, self.n), self.k_elsewhere / max(1, self.n_elsewhere)
        a_low, a_high = wilson(self.k, self.n, z)
        b_low, b_high = wilson(self.k_elsewhere, self.n_elsewhere, z)
        gap = a - b
        low = gap - float(np.hypot(a - a_low, b_high - b))
        return gap, low, gap + float(np.hypot(a_high - a, b - b_low))


@dataclass(frozen=True, slots=True)
class Means:
    """Counts per person in the group and elsewhere."""

    group: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    elsewhere: "np.ndarray[tuple[int], np.dtype[np.float64]]"

    def gap(self, z: float) -> tuple[float, float, float]:
        """Difference of means with its normal interval at `z`."""
        gap = float(self.group.mean() - self.elsewhere.mean())
        error = np.sqrt(
            self.group.var(ddof=1) / len(self.group)
            + self.elsewhere.var(ddof=1) / len(self.elsewhere)
        )
        return gap, gap - z * float(error), gap + z * float(error)


def pair_counts(world: WrittenWorld) -> tuple[Shares, Shares]:
    """Ties that records confirm, and innocent close pairs that they name all the same; in the
    group and elsewhere.

    Raises
    ------
    NotInWorld
        When truth/bias.csv or the tables it speaks of are not there.
    """
    first = world.table("truth/bias", "attribute", "group").iloc[0]
    group = _in_group(world, str(first["attribute"]), str(first["group"]))
    return _recording(world, group), _false_labels(world, group)


def _in_group(world: WrittenWorld, attribute: str, group: str) -> pd.Series:
    """Whether each true person belongs to the group, by what is delivered of it first."""
    rows = world.table("persons", "id", attribute)
    true = rows["id"].map(world.true_person)
    return (rows[attribute] == group).groupby(true.to_numpy()).first()


def _pairs(world: WrittenWorld, a: pd.Series, b: pd.Series) -> "pd.Index[str]":
    """Unordered pairs of true people as texts."""
    one = a.map(world.true_person).fillna(a).to_numpy(dtype=object)
    other = b.map(world.true_person).fillna(b).to_numpy(dtype=object)
    swap = one > other
    low, high = np.where(swap, other, one), np.where(swap, one, other)
    return pd.Index(low + "|" + high)


def _touched(pairs: "pd.Index[str]", group: pd.Series) -> Flags:
    ends = pd.Series(pairs).str.split("|", expand=True)
    inside = [ends[k].map(group).eq(True).to_numpy(bool) for k in (0, 1)]
    return np.asarray(inside[0] | inside[1], dtype=bool)


def _suspect_pairs(world: WrittenWorld) -> "pd.Index[str]":
    rows = world.table("involved_in", "person", "offence", "role")
    rows = rows.loc[rows["role"] == "suspect", ["person", "offence"]]
    both = rows.merge(rows, on="offence")
    both = both[both["person_x"] < both["person_y"]]
    return _pairs(world, both["person_x"], both["person_y"])


def _seen_pairs(world: WrittenWorld) -> "pd.Index[str]":
    seen = world.table("associated_with", "person_a", "person_b")
    return _pairs(world, seen["person_a"], seen["person_b"])


def _recording(world: WrittenWorld, group: pd.Series) -> Shares:
    """Planted ties that a joint offence or a report of two people together confirms."""
    ties = planted_ties(world)
    pairs = _pairs(world, ties["entity_a"], ties["entity_b"]).unique()
    recorded = pairs.isin(_seen_pairs(world).union(_suspect_pairs(world)))
    touched = _touched(pairs, group)
    return Shares(
        int(recorded[touched].sum()), int(touched.sum()),
        int(recorded[~touched].sum()), int((~touched).sum()),
    )  # fmt: skip


def _false_labels(world: WrittenWorld, group: pd.Series) -> Shares:
    """Pairs reported together that no truth ties, of as many innocent pairs as truth/bias tells."""
    table = world.table("truth/bias", "parameter", "n", "n_elsewhere").set_index("parameter")
    ties = world.table("truth/ties", "entity_a", "entity_b")
    true = _pairs(world, ties["entity_a"], ties["entity_b"])
    false = _seen_pairs(world).unique().difference(true)
    touched = _touched(false, group)
    return Shares(
        int(touched.sum()),
        int(table["n"]["false_label_rate"]),
        int((~touched).sum()),
        int(table["n_elsewhere"]["false_label_rate"]),
    )


def _patrols(world: WrittenWorld, group: pd.Series) -> Means:
    """Petty offences per person, all of them: those of no patrol are the same everywhere."""
    offences = world.table("offences", "id", "offence_type")
    petty = offences.loc[offences["offence_type"].isin(PETTY), "id"]
    rows = world.table("involved_in", "person", "offence", "role")
    rows = rows[(rows["role"] == "suspect") & rows["offence"].isin(petty)]
    person = rows["person"].map(world.true_person)
    listed = pd.DataFrame({"person": person, "offence": rows["offence"]}).drop_duplicates()
    count = listed.groupby("person").size().reindex(group.index, fill_value=0)
    values = count.to_numpy(np.float64)
    inside = group.to_numpy(bool)
    return Means(values[inside], values[~inside])


def _proxy(world: WrittenWorld, group: pd.Series) -> Shares:
    """Living in the group's own two districts of a state, against communities with others.

    Districts of one number count as one in all states. Which two are a community's own is learnt
    from every other home and measured on the rest, one person per home: otherwise chance alone,
    and families that live together, would look like a pull.
    """
    first = world.table("truth/bias", "attribute", "group").iloc[0]
    attribute, mine = str(first["attribute"]), str(first["group"])
    homes = _one_per_home(world, attribute)
    learnt, asked = homes.iloc[::2], homes.iloc[1::2]
    own = {str(name): _own(learnt, attribute, str(name)) for name in homes[attribute].unique()}
    others = [name for name, theirs in own.items() if not theirs & own[mine]]
    inside = asked["number"].isin(own[mine])
    is_mine, is_other = asked[attribute] == mine, asked[attribute].isin(others)
    return Shares(
        int((inside & is_mine).sum()), int(is_mine.sum()),
        int((inside & is_other).sum()), int(is_other.sum()),
    )  # fmt: skip


def _one_per_home(world: WrittenWorld, attribute: str) -> pd.DataFrame:
    """The first true person of each home, with the number of its district (``AV-3`` is 3)."""
    rows = world.table("persons", "id", attribute, "district").dropna()
    rows = rows[rows["id"] == rows["id"].map(world.true_person)]
    lives = world.table("lives_at", "person", "place").drop_duplicates("person")
    rows = rows.merge(lives, left_on="id", right_on="person").drop_duplicates("place")
    return rows.assign(number=rows["district"].str.rsplit("-", n=1).str[-1])


def _own(rows: pd.DataFrame, attribute: str, name: str) -> set[str]:
    """The two districts in which a community is most over-represented."""
    share = rows.groupby("number")[attribute].agg(lambda of: float((of == name).mean()))
    return {str(one) for one in share.nlargest(2).index}
