"""Rows put aside by part come back part by part."""

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.store.spill import Spill


def block(*known: int) -> pd.DataFrame:
    at = np.array(known, dtype=np.int32)
    return pd.DataFrame({"known": at, "amount": at / 4, "grade": (at % 3).astype(np.int8)})


def test_parts_come_back_in_order_with_their_types_and_leave_nothing(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "aside", n_parts=5)
    spill.add(block(9, 2, 8), np.array([4, 0, 4]))
    spill.add(block(1, 7), np.array([0, 4]))
    parts = list(spill.batches(least=1))
    assert [part["known"].tolist() for part in parts] == [[2, 1], [9, 8, 7]]
    assert parts[1]["amount"].tolist() == [2.25, 2.0, 1.75]
    assert parts[0].dtypes.tolist() == block(1).dtypes.tolist()
    assert list((tmp_path / "aside").iterdir()) == []


def test_nothing_put_aside_comes_back_as_nothing(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "aside", n_parts=3)
    spill.add(block(), np.zeros(0, np.int64))
    assert list(spill.batches(least=1)) == []


def test_small_parts_come_back_together(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "aside", n_parts=6)
    spill.add(block(0, 1, 2, 3, 5), np.array([0, 1, 2, 3, 4]))
    assert [b["known"].tolist() for b in spill.batches(least=2)] == [[0, 1], [2, 3], [5]]
