"""How hard it is to tell that two offences belong to one series."""

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.validation.estimates import auc
from workbench.analysis.validation.offences import offence_places
from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.world import DAY, Flags, Matrix, NotInWorld, WrittenWorld

_MO = ("mo_entry", "mo_target", "mo_tool", "mo_window")
_LEAST, _MOST_PAIRS = 40, 40_000


def series_linkage(world: WrittenWorld, rng: np.random.Generator) -> dict[str, Measured]:
    """AUC of a logistic regression on modus operandi, distance and days between two offences.

    Linked pairs are of one series, unlinked ones of one type of offence, both of the types in
    which there are series. Half of the series (and of the other offences) teach, the rest test.
    """
    rows = _offences(world)
    a, b, linked = sampled_pairs(rows, rng)
    if linked.sum() < _LEAST:
        raise NotInWorld(f"fewer than {_LEAST} pairs of offences are of one series")
    features = alike(rows, a, b)
    half = rows["half"].to_numpy()
    learn, test = (half[a] == 0) & (half[b] == 0), (half[a] == 1) & (half[b] == 1)
    scores = _scored(features, linked, learn, test)
    of = np.where(
        linked, rows["series"].to_numpy()[a], rows["series"].max() + 1 + np.arange(len(a))
    )
    value, low, high = auc(scores, linked[test], of[test])
    plot = _curve(scores, linked[test])
    n = int(linked[test].sum())
    return {"series_auc": Measured(value=value, low=low, high=high, n=n, plot=plot)}


def _offences(world: WrittenWorld) -> pd.DataFrame:
    """Offences of the types in which there are series: series (-1 none), half, mo, place, day."""
    rows = world.table("offences", "id", "offence_type", "occurred_at", *_MO)
    series = world.table("truth/series", "offence", "series").drop_duplicates("offence")
    of = series.set_index("offence")["series"]
    places = world.table("places", "id", "x_km", "y_km").dropna().drop_duplicates("id")
    recorded = "happened_at" if world.has("happened_at", "offence", "place") else ""
    at = world.table(recorded, "offence", "place") if recorded else offence_places(world)
    at = at.drop_duplicates("offence").merge(places, left_on="place", right_on="id")
    rows = rows.merge(at[["offence", "x_km", "y_km"]], left_on="id", right_on="offence")
    types = rows.loc[rows["id"].isin(of.index), "offence_type"].unique()
    rows = rows[rows["offence_type"].isin(types)].reset_index(drop=True)
    codes = pd.factorize(rows["id"].map(of))[0]
    half = np.where(codes >= 0, codes % 2, np.arange(len(rows)) % 2)
    return rows.assign(series=codes, half=half, type=pd.factorize(rows["offence_type"])[0])


def sampled_pairs(
    rows: pd.DataFrame, rng: np.random.Generator
) -> tuple[Int64Array, Int64Array, Flags]:
    """Linked pairs (at most 20 per series) and unlinked ones of one type, by row number."""
    found: list[tuple[int, int]] = []
    numbered = rows.reset_index(drop=True)
    inside = numbered[numbered["series"] >= 0]
    for members in inside.groupby("series").indices.values():
        at = inside.index.to_numpy()[members]
        pairs = [(int(x), int(y)) for i, x in enumerate(at) for y in at[i + 1 :]]
        chosen = rng.permutation(len(pairs))[:20]
        found += [pairs[k] for k in np.sort(chosen)]
    others: list[Int64Array] = []
    for members in numbered.groupby("type").indices.values():
        share = len(members) / len(numbered)
        others.append(rng.choice(members, size=(round(_MOST_PAIRS * share), 2)))
    drawn = np.concatenate(others) if others else np.empty((0, 2), dtype=np.int64)
    code = numbered["series"].to_numpy()
    one, other = drawn[:, 0], drawn[:, 1]
    apart = (one != other) & ((code[one] != code[other]) | (code[one] < 0))
    linked = np.array(found, dtype=np.int64).reshape(-1, 2)
    both = np.concatenate([linked, drawn[apart]])
    return both[:, 0], both[:, 1], np.arange(len(both)) < len(linked)


def alike(rows: pd.DataFrame, a: Int64Array, b: Int64Array) -> Matrix:
    """Per pair: each part of the modus operandi equal, log kilometres, log days apart."""
    parts = []
    for name in _MO:
        values = rows[name].fillna("").to_numpy(dtype=object)
        parts.append(((values[a] == values[b]) & (values[a] != "")).astype(np.float64))
    xy = rows[["x_km", "y_km"]].to_numpy(np.float64)
    parts.append(np.log1p(np.hypot(*(xy[a] - xy[b]).T)))
    day = rows["occurred_at"].to_numpy(np.float64) / DAY
    parts.append(np.log1p(np.abs(day[a] - day[b])))
    return np.column_stack(parts)


def _scored(
    features: Matrix,
    linked: Flags,
    learn: Flags,
    test: Flags,
) -> FloatArray:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if not linked[learn].any() or linked[learn].all() or not linked[test].any():
        raise NotInWorld("too few series to learn from and to test on")
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    model.fit(features[learn], linked[learn])
    return np.asarray(model.decision_function(features[test]), dtype=np.float64)


def _curve(scores: FloatArray, positive: Flags) -> Plot:
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(positive[order]) / positive.sum()
    false = np.cumsum(~positive[order]) / (~positive).sum()
    at = np.unique(np.linspace(0, len(order) - 1, 150).astype(int))
    return Plot(
        title="Linking offences of one series",
        x_label="false positive rate",
        y_label="true positive rate",
        series=(
            Series(name="this world", x=tuple(false[at].tolist()), y=tuple(hits[at].tolist())),
            Series(name="chance", x=(0.0, 1.0), y=(0.0, 1.0), kind="dashes", ours=False),
        ),
    )
