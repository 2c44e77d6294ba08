"""Samples, a fitted model and a small world with a model of its own, for what learns and infers."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from workbench.analysis.feature_model import FeatureModel
from workbench.analysis.features import Feature
from workbench.analysis.fitted_model import FittedModel
from workbench.analysis.modelling import Candidates, Sample

AT = datetime(2024, 1, 1, tzinfo=UTC)
COLUMNS = ("calls", "meetings", "distance")


def pairs(members: np.ndarray) -> Candidates:
    """Candidates of two members each, resting on no link."""
    n = len(members)
    offsets = np.arange(n + 1, dtype=np.int64)
    flat = members.reshape(-1).astype(np.int32)
    return Candidates(flat, offsets * 2, np.empty(0, np.int32), offsets * 0)


def sample(n: int = 400, *, seed: int, curved: bool = False, signal: float = 2.0) -> Sample:
    """Pairs among n // 4 people whose truth follows the first column (or its distance from 0)."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 3))
    drive = np.abs(rows[:, 0]) - 1 if curved else rows[:, 0]
    chance = 1 / (1 + np.exp(-signal * (drive - 0.5)))
    labels = (rng.random(n) < chance).astype(np.int32)
    rows[rng.random(n) < 0.05, 2] = np.nan
    members = rng.integers(0, n // 4, (n, 2))
    people = pd.DataFrame(
        {"candidate": np.repeat(np.arange(n, dtype=np.int32), 2), "entity": members.reshape(-1)}
    ).drop_duplicates(ignore_index=True)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return Sample(pairs(members), frame, labels, people, AT, AT + timedelta(days=90))


def described(name: str, unit: str, meaning: str) -> Feature[object]:
    """A feature with words; it computes nothing."""
    return Feature(name, name.replace("_", " "), unit, meaning, lambda context: np.empty(0))


class Toy(FeatureModel):
    """Three features."""

    fixed = frozenset({"distance"})
    described_by = (
        described("calls", "calls", "How many calls the two had."),
        described("meetings", "days", "How many days both were seen at one place."),
        described("distance", "km", "How far apart their usual places are."),
    )


def settled(learnt: Sample, later: Sample, *, seed: int) -> dict[str, FittedModel]:
    """Both estimators with their refits."""
    toy = Toy()
    compared = toy.fit(learnt, later, seed=seed)
    return {n: toy.settle(f, learnt, later, seed=seed) for n, f in compared.items()}
