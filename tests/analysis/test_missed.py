"""What a release leaves out, estimated from findings drawn with known probabilities."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.deciders_words import estimate_words
from workbench.analysis.missed import Judged, Missed, MissedRow, missed
from workbench.domain.finding import Drawn


def drawn(
    draw: str, probability: float, n_left: int, *, yes: float, no: float | None = None
) -> Judged:
    return Judged(
        draw=draw,
        drawn=Drawn(at_random=True, probability=probability, n_left=n_left),
        supported=yes,
        not_supported=1 - yes if no is None else no,
    )


def forward(draw: str, n_left: int, *, yes: float) -> Judged:
    put = Drawn(at_random=False, probability=1.0, n_left=n_left)
    return Judged(draw=draw, drawn=put, supported=yes, not_supported=1 - yes)


def estimated(
    judged: list[Judged], sealed: dict[str, int], groups: list[str] | None = None
) -> Missed:
    """Each finding is about one person of its own."""
    each = np.arange(len(judged), dtype=np.int32)
    found = missed(
        judged,
        sealed,
        people=pd.DataFrame({"candidate": each, "entity": each}),
        sensitive=pd.DataFrame({"entity": each, "group": groups or ["one"] * len(judged)}),
        margin=0.05,
        n_unweighted=3,
        seed=1,
    )
    assert found is not None
    return found


def test_rates_are_weighted_by_how_seldom_each_was_drawn() -> None:
    # A: 4 of 40 drawn, one supported; B: 2 of 200, none; forward: 3 supported, 1 not.
    # Weights 10 and 100: of 40 + 200 left 10 are missed. FNR 10/(10+3), FPR 1/(1+230).
    judged = [
        *(drawn("A", 0.1, 40, yes=y) for y in (1, 0, 0, 0)),
        *(drawn("B", 0.01, 200, yes=0) for _ in range(2)),
        *(forward("A", 40, yes=y) for y in (1, 1, 1, 0)),
    ]
    found = estimated(judged, {"A": 8, "B": 2})
    assert (found["n_draws"], found["n_left"], found["n_unread"]) == (2, 240, 0)
    assert found["n_missed"] == pytest.approx(10)
    assert (found["n_supported"], found["n_unweighted"]) == (1, 3)
    row = found["overall"]
    assert (row["n_drawn"], row["n_forward"]) == (6, 4)
    assert row["share"]["value"] == pytest.approx(10 / 240)
    assert row["fnr"]["value"] == pytest.approx(10 / 13)
    assert row["fpr"]["value"] == pytest.approx(1 / 231)
    assert not row["fnr"]["enough"]  # one found among six says little


def test_what_nobody_has_read_of_a_case_is_stood_for_by_what_was_read_of_it() -> None:
    # of A's eight findings four were read, so each stands for two: 4 supported of 5 put forward;
    # two drawn of 20 at 0.1 stand for all 20, half of them supported
    judged = [
        *(drawn("A", 0.1, 20, yes=y) for y in (1, 0)),
        *(forward("A", 20, yes=y) for y in (1, 0)),
    ]
    found = estimated(judged, {"A": 8})
    assert found["n_unread"] == 4
    assert found["overall"]["fnr"]["value"] == pytest.approx(10 / (10 + 2))
    assert found["overall"]["fpr"]["value"] == pytest.approx(2 / (2 + 10))


def test_a_finding_counts_once_by_the_share_of_its_readers() -> None:
    once = estimated([drawn("A", 0.5, 4, yes=0.5), drawn("A", 0.5, 4, yes=0.0)], {"A": 2})
    assert once["overall"]["n_drawn"] == 2
    assert once["overall"]["share"]["value"] == pytest.approx(0.25)
    neither = estimated([drawn("A", 0.5, 4, yes=0.0, no=0.0), drawn("A", 0.5, 4, yes=1)], {"A": 2})
    assert neither["n_missed"] == pytest.approx(2)
    assert neither["overall"]["fpr"]["value"] is None  # nobody said that one does not hold


def test_none_found_among_a_few_is_not_none_missed() -> None:
    # 0 of 7 drawn alike: Clopper and Pearson's upper bound is 1 - 0.025 ** (1/7) = 0.4096
    judged = [*(drawn("A", 0.07, 100, yes=0) for _ in range(7)), forward("A", 100, yes=1)]
    found = estimated(judged, {"A": 8})
    assert found["interval"] == pytest.approx([0, 40.96], abs=0.01)
    assert found["overall"]["fnr"]["interval"] == pytest.approx([0, 40.96 / 41.96], abs=0.001)
    assert not found["overall"]["fnr"]["enough"]


def test_each_group_has_its_own_denominators_and_none_where_nobody_was_drawn() -> None:
    judged = [
        drawn("A", 0.1, 40, yes=1),
        drawn("A", 0.1, 40, yes=0),
        drawn("A", 0.1, 40, yes=0),
        drawn("A", 0.1, 40, yes=0),
        forward("A", 40, yes=1),
        forward("A", 40, yes=0),
        forward("A", 40, yes=1),
    ]
    found = estimated(judged, {"A": 7}, ["a", "a", "b", "b", "a", "b", "c"])
    rows: dict[str, MissedRow] = {row["group"]: row for row in found["groups"]}
    assert [rows[g]["n_drawn"] for g in "abc"] == [2, 2, 0]
    assert [rows[g]["n_left"] for g in "abc"] == pytest.approx([20, 20, 0])
    assert rows["a"]["fnr"]["value"] == pytest.approx(10 / 11)
    assert rows["b"]["fpr"]["value"] == pytest.approx(1 / 21)
    assert rows["c"]["fnr"] == {"value": None, "interval": None, "enough": False}


def test_without_a_judged_finding_there_is_no_estimate() -> None:
    nobody = pd.DataFrame({"candidate": [], "entity": []}, dtype=np.int32)
    assert (
        missed(
            [], {}, people=nobody, sensitive=nobody[["entity"]], margin=0.05, n_unweighted=0, seed=1
        )
        is None
    )


@pytest.mark.slow
def test_the_weighted_estimate_is_right_in_the_mean_and_the_unweighted_one_is_not() -> None:
    """Twenty cases, one drawn in each: those of 500 candidates miss 4 in 100, those of 20 half."""
    rng = np.random.default_rng(3)
    sizes = [20] * 10 + [500] * 10
    rates = [0.5] * 10 + [0.04] * 10
    truth = sum(n * rate for n, rate in zip(sizes, rates, strict=True))  # 300 of 5,200
    weighted, plain, covered = [], [], 0
    for _ in range(200):
        said = [
            float(rng.random() < rate)
            for rate in rates  # one drawn evenly: a supported one or not
        ]
        judged = [
            drawn(str(i), 1 / n, n, yes=y) for i, (n, y) in enumerate(zip(sizes, said, strict=True))
        ]
        found = estimated(judged, {str(i): 1 for i in range(20)})
        assert found["n_missed"] is not None
        assert found["interval"] is not None
        weighted.append(found["n_missed"])
        plain.append(sum(sizes) * float(np.mean(said)))
        covered += found["interval"][0] <= truth <= found["interval"][1]
    error = 3 * np.std(weighted) / np.sqrt(200)
    assert abs(np.mean(weighted) - truth) < error
    assert abs(np.mean(plain) - truth) > 10 * 3 * np.std(plain) / np.sqrt(200)  # the control
    assert covered >= 185  # 95 % of 200, less three standard errors of that


def test_where_nothing_put_forward_was_judged_an_error_rate_says_nothing() -> None:
    # one drawn of a, found supported, and one of b, not; what was put forward is all of c
    judged = [
        drawn("A", 0.1, 20, yes=1),
        drawn("A", 0.1, 20, yes=0),
        *(forward("A", 20, yes=i % 2) for i in range(30)),
    ]
    found = estimated(judged, {"A": 32}, ["a", "b"] + ["c"] * 30)
    rows: dict[str, MissedRow] = {row["group"]: row for row in found["groups"]}
    assert rows["a"]["fnr"] == {"value": 1.0, "interval": None, "enough": False}
    assert rows["b"]["fpr"] == {"value": 0.0, "interval": None, "enough": False}
    assert estimate_words(rows["a"]["fnr"]) == "100 %, too few to tell"


def test_an_error_rate_that_rests_on_fewer_than_ten_findings_is_too_few_to_tell() -> None:
    # one drawn of 5,000 and supported: at least 0.025 of 5,000 are, against 3 put forward, so the
    # rate of misses is known to be 125 / 128 at least; of one finding nothing is concluded
    judged = [drawn("A", 1 / 5_000, 5_000, yes=1), *(forward("A", 5_000, yes=1) for _ in range(3))]
    few = estimated(judged, {"A": 4})["overall"]["fnr"]
    assert few["interval"] == pytest.approx([125 / 128, 1.0], abs=1e-3)
    assert not few["enough"]
    ten = [*judged, *(forward("A", 5_000, yes=1) for _ in range(6))]
    assert estimated(ten, {"A": 10})["overall"]["fnr"]["enough"]
    assert not estimated(ten[:-1], {"A": 9})["overall"]["fnr"]["enough"]
