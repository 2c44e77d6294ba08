"""Somebody with the whole of an audit of deciders that left learns nothing of a few readings."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders_attack_deciders import NO, SAID, YES, Cell, Reader, small_forms

from workbench.analysis.deciders import Reading, audit_deciders, gaps
from workbench.analysis.small_cells import small
from workbench.analysis.suppression import LEAST, suppressed
from workbench.domain.decision import Verdict

GROUPS = ("a", "b", "c")
SEEDS = range(14)
LARGE = range(40, 52)  # of readings that are many

pytestmark = pytest.mark.slow


class Drawn:
    """An audit of deciders, of 30 to 700 readings unless told, and how many a form counts."""

    def __init__(self, seed: int, *, least: int = 30, most: int = 700) -> None:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(least, most))
        self.group = rng.choice(GROUPS, n, p=rng.dirichlet([3.0, 2.0, 0.5]))
        self.truth = rng.random(n) < rng.choice([0.05, 0.3])
        self.records = self.truth & (rng.random(n) < rng.choice([0.6, 0.97]))
        self.forward = rng.random(n) < np.where(self.truth, 0.8, 0.4)
        self.before = self.say(rng, self.truth)
        moved = rng.random(n) < rng.choice([0.02, 0.3])
        self.after = np.where(moved, self.say(rng, self.forward), self.before)
        self.document = self.audited(n, int(rng.integers(0, 60)))

    @staticmethod
    def say(rng: np.random.Generator, yes: np.ndarray) -> np.ndarray:
        said = np.where(rng.random(len(yes)) < np.where(yes, 0.8, 0.25), YES, NO)
        unsure = rng.random(len(yes)) < rng.choice([0.0, 0.02, 0.1])
        return np.where(unsure, SAID[2], said)

    def audited(self, n: int, undecided: int) -> dict[str, Any]:
        each = np.arange(n, dtype=np.int32)
        said = [
            Reading(
                finding=i,
                before=Verdict(self.before[i]),
                put_forward=bool(self.forward[i]),
                after=Verdict(self.after[i]),
            )
            for i in range(n)
        ]
        bases = {
            name: audit_deciders(
                said,
                label,
                people=pd.DataFrame({"candidate": each, "entity": each}),
                sensitive=pd.DataFrame({"entity": each, "group": self.group}),
                margin=0.05,
                seed=1,
            )
            for name, label in (("truth", self.truth), ("records", self.records))
        }
        supported = int((self.after == YES).sum())
        return {
            "kind": "deciders",
            "margin": 0.05,
            **bases,
            "gaps": {name: gaps(found["by"]) for name, found in bases.items() if found["by"]},
            "burden": {
                "n_findings": n + undecided,
                "n_decided": n,
                "n_supported": supported,
                "n_people": n,
                "people_per_supported": n / max(supported, 1),
                "minutes": 3.0 * n,
                "median_minutes": 3.0,
                "minutes_per_supported": 3.0 * n / max(supported, 1),
                "areas": {"drugs": n + undecided},
                "groups": [],
            },
        }

    def counts(self, form: Any) -> int:
        rows = zip(
            self.group.tolist(), self.before.tolist(), self.after.tolist(), self.forward.tolist(),
            self.truth.tolist(), self.records.tolist(), strict=True,
        )  # fmt: skip
        return sum(form(Cell(*row)) for row in rows)


def learnt(drawn: Drawn, *copies: dict[str, Any]) -> list[tuple[object, ...]]:
    """Sums of a few readings that the reader knows to within fewer than are small."""
    reader = Reader(GROUPS, turned=drawn.counts)
    for copy in copies:
        reader.read(copy)
    found = []
    for name, form in small_forms(GROUPS).items():
        n = drawn.counts(form)
        if small(n, least=LEAST):
            low, high = reader.may_be(reader.row(form))
            assert low - 1e-6 <= n <= high + 1e-6
            if high - low < LEAST - 1.001:
                found.append((name, n, round(low, 2), round(high, 2)))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reader_of_what_left_learns_nothing_of_a_few_readings(seed: int) -> None:
    drawn = Drawn(seed)
    assert learnt(drawn, suppressed(drawn.document)) == []


@pytest.mark.parametrize("seed", LARGE)
def test_nor_does_one_who_reads_how_many_changed_from_an_interval(seed: int) -> None:
    drawn = Drawn(seed, least=3_000, most=4_500)
    assert learnt(drawn, suppressed(drawn.document)) == []


def test_changes_leave_where_all_that_they_count_is_many() -> None:
    left = [suppressed(Drawn(seed, least=3_000, most=4_500).document) for seed in LARGE]
    assert any(copy["truth"]["changes"] for copy in left)
    assert not any(copy["records"]["changes"] for copy in left)  # groups leave for one basis
    for copy in left:
        for change in copy["truth"]["changes"]:
            assert set(change["after_less_before"]) == {"value", "interval"}


def test_the_reader_finds_what_a_whole_document_gives_away() -> None:
    found = [cell for seed in SEEDS for cell in learnt(Drawn(seed), Drawn(seed).document)]
    assert sum(low == high for *_, low, high in found) > 20
