"""A leak that was planted is found, in the right place; a world without leaks raises no alarm."""

import numpy as np
import pytest
from builders_validation import MONDAY, written

from workbench.analysis.validation.leaks import leaks
from workbench.analysis.validation.references import REFERENCES
from workbench.analysis.validation.rows import Verdict, row
from workbench.analysis.validation.world import DAY, WrittenWorld

N = 4_000


def world(*, leak: str = "") -> WrittenWorld:
    """Transfers of which every fortieth is laundering, and told by one thing if `leak`."""
    rng = np.random.default_rng(4)
    positive = rng.random(N) < 1 / 40
    at = MONDAY + rng.uniform(0, 300, N) * DAY
    number, rail = rng.permutation(N), rng.choice(["card", "transfer", "cash"], N)
    amount = rng.lognormal(4, 1, N)
    if leak == "id":
        number = np.where(positive, number + N, number)
    if leak == "rail":
        rail = np.where(positive, "wallet", rail)
    if leak == "hour":
        at = np.where(positive, at // DAY * DAY + 3_600 * 3, at)
    if leak == "amount":
        amount = np.where(positive, amount * 5, amount)
    ids = [f"M-{k:06d}" for k in number]
    return written(
        transfers={
            "id": ids, "payer": [f"A-{k % 97}" for k in range(N)], "payee": ["A-0"] * N,
            "amount": amount, "rail": rail, "occurred_at": at, "known_at": at + DAY,
        },
        truth__tainted={
            "record": [i for i, p in zip(ids, positive, strict=True) if p],
            "network": [f"N-{k}" for k in range(int(positive.sum()))],
            "pattern": ["random"] * int(positive.sum()),
        },
    )  # fmt: skip


def verdicts(made: WrittenWorld) -> dict[str, Verdict]:
    found = leaks(made, np.random.default_rng(1))
    return {key: row(key, REFERENCES[key], value).verdict for key, value in found.items()}


@pytest.mark.parametrize(
    ("leak", "key"),
    [
        ("id", "order_auc"),
        ("rail", "rail_auc"),
        ("hour", "calendar_auc"),
        ("amount", "column_auc"),
    ],
)
def test_a_planted_leak_misses(leak: str, key: str) -> None:
    assert verdicts(world(leak=leak))[key] is Verdict.MISSES


def test_without_a_leak_every_row_holds() -> None:
    assert set(verdicts(world()).values()) == {Verdict.HOLDS}
