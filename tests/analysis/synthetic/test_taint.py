"""Taint carried through mixed funds, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.taint import OPENING, carried, placed, with_shares


def moved(rows: list[tuple[int, int, float, int]], **more: list[object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["source", "target", "amount", "at"]).assign(**more)


def test_proceeds_mix_with_what_is_there_and_leave_in_the_same_proportion() -> None:
    assert OPENING == 500
    rows = moved(
        [(1, 2, 1_500.0, 10), (9, 2, 1_000.0, 20), (2, 3, 800.0, 30), (2, 3, 400.0, 40)],
        placed=[True, False, False, False],
        planted=[True, False, True, True],
    )
    share = carried(rows, followed={1, 2, 3})
    # account 1: 500 clean and 1,500 brought in: three quarters; 1,125 tainted reach account 2,
    # which then holds 500 + 375 + 1,000 clean beside them: 1,125 of 3,000.
    assert share == pytest.approx([0.75, 0.0, 0.375, 0.375])


def test_a_balance_that_does_not_suffice_becomes_twice_what_is_paid_by_clean_money() -> None:
    rows = moved(
        [(1, 2, 500.0, 1), (2, 9, 5_000.0, 2), (2, 3, 4_000.0, 3)],
        placed=[True, False, False],
        planted=[True, False, True],
    )
    share = carried(rows, followed={1, 2, 3})
    assert share[0] == pytest.approx(0.5)  # 500 of 1,000
    assert share[1] == 0  # an ordinary payment beyond the balance leaves it as it is
    assert share[2] == pytest.approx(250 / 8_000)  # 1,000 in the account, made up to 8,000


def test_what_comes_from_an_account_that_is_not_followed_is_clean() -> None:
    rows = moved([(7, 1, 500.0, 1), (1, 8, 600.0, 2)], placed=[False] * 2, planted=[False] * 2)
    assert carried(rows, followed={1}) == pytest.approx([0, 0])


def test_only_payments_that_the_instance_did_not_bring_are_placed() -> None:
    rows = moved(
        [(1, 2, 9.0, 1), (2, 3, 8.0, 2), (3, 1, 7.0, 3), (5, 6, 1.0, 2)],
        instance=[0, 0, 0, 1],
    )
    assert placed(rows).tolist() == [True, False, False, True]


def test_every_planted_transfer_is_tainted_in_part_and_clean_money_thins_it() -> None:
    transfers = moved([(1, 2, 100.0, 1), (2, 3, 90.0, 5), (6, 7, 50.0, 2)], instance=[0, 0, 1])
    instances = pd.DataFrame({"instance": [0, 1], "network": [4, -1]})
    ordinary = moved([(9, 2, 300.0, 3), (8, 9, 70.0, 4)])
    out = with_shares(Patterns(transfers, instances), iter([ordinary]))
    share = out.transfers["share"].to_numpy()
    first = 100 / 600  # brought in beside an opening of 500
    assert share[0] == pytest.approx(first)
    assert share[1] == pytest.approx(100 * first / 900)  # of 500 + 100 + 300 in account 2
    assert share[2] == 0
    assert np.array_equal(out.transfers["source"], transfers["source"])
