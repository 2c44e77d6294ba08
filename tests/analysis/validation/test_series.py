"""Series are as hard to link as their traces are alike."""

import numpy as np
import pytest
from builders_validation import MONDAY, written

from workbench.analysis.validation.series import series_linkage
from workbench.analysis.validation.world import DAY, NotInWorld, WrittenWorld

N_SERIES, SIZE, N_ALONE = 30, 5, 300


def world(*, habit: float) -> WrittenWorld:
    """Burglaries; in a series `habit` of the modus operandi is kept, else it is drawn anew."""
    rng = np.random.default_rng(7)
    n = N_SERIES * SIZE + N_ALONE
    series = np.repeat(np.arange(N_SERIES), SIZE)
    parts: dict[str, list[str]] = {}
    for name in ("mo_entry", "mo_target", "mo_tool", "mo_window"):
        own = rng.integers(0, 6, n)
        kept = rng.integers(0, 6, N_SERIES)[series]
        own[: len(series)] = np.where(rng.random(len(series)) < habit, kept, own[: len(series)])
        parts[name] = [f"v{k}" for k in own]
    ids = [f"E-{k}" for k in range(n)]
    xy = rng.uniform(0, 50, (2, n)).tolist()
    return written(
        offences={
            "id": ids, "offence_type": ["burglary"] * n,
            "occurred_at": list(MONDAY + DAY * rng.uniform(0, 600, n)), **parts,
        },
        places={"id": ids, "x_km": xy[0], "y_km": xy[1]},
        happened_at={"offence": ids, "place": ids},
        truth__series={"offence": ids[: len(series)], "series": [f"S-{k}" for k in series]},
    )  # fmt: skip


def test_a_kept_habit_is_linked_and_none_is_chance() -> None:
    rng = np.random.default_rng(1)
    assert series_linkage(world(habit=0.9), rng)["series_auc"].value > 0.95
    low = series_linkage(world(habit=0.0), rng)["series_auc"]
    assert low.low is not None and low.low < 0.5 < (low.high or 0.0)


def test_a_world_without_series_says_so() -> None:
    made = world(habit=0.5)
    with pytest.raises(NotInWorld):
        series_linkage(
            written(
                **{
                    k.replace("/", "__"): t.to_dict("list")
                    for k, t in made.tables.items()
                    if k != "truth/series"
                }
            ),
            np.random.default_rng(1),
        )
