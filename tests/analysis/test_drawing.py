"""What is put before people is drawn as often as the sealed probability says."""

import numpy as np
import pytest

from workbench.analysis.drawing import drawn
from workbench.analysis.modelling import Candidates
from workbench.domain.errors import BadInput
from workbench.domain.finding import Drawn


def pairs(n: int) -> Candidates:
    """n pairs of people of their own."""
    each = np.arange(2 * n, dtype=np.int32)
    offsets = np.arange(n + 1, dtype=np.int64)
    return Candidates(each, offsets * 2, np.empty(0, np.int32), offsets * 0)


def once(
    seed: int, *, per_case: int = 2, random_share: float = 0.4
) -> list[tuple[int, Drawn | None]]:
    """Of ten candidates three lie above the threshold, 7, 8 and 9 in rising order."""
    return drawn(
        pairs(10),
        np.array([0.1] * 7 + [0.6, 0.7, 0.8]),
        threshold=0.5,
        per_case=per_case,
        random_share=random_share,
        before=[],
        rng=np.random.default_rng(seed),
    )


def test_the_rest_above_the_threshold_is_drawn_from_like_all_others() -> None:
    # two put forward at a share of 0.4: 2 * 0.4 / 0.6 = 4/3 wanted of eight, so 1/6 each
    n, often = 3_000, np.zeros(10)
    for seed in range(n):
        found = once(seed)
        assert [row for row, _ in found[:2]] == [9, 8]
        for row, how in found[2:]:
            assert how is not None
            assert (how.at_random, how.n_left) == (True, 8)
            assert how.probability == pytest.approx(1 / 6)
            often[row] += 1
    error = np.sqrt(n * (1 / 6) * (5 / 6))
    assert np.all(np.abs(often[:8] - n / 6) < 4 * error)


def test_a_case_is_filled_up_and_the_probability_follows() -> None:
    found = drawn(
        pairs(5),
        np.full(5, 0.1),
        threshold=0.5,
        per_case=4,
        random_share=0.2,
        before=[],
        rng=np.random.default_rng(1),
    )
    assert [how for _, how in found] == [Drawn(at_random=True, probability=0.4, n_left=5)] * 2


def test_candidates_that_are_the_same_count_once_in_what_is_drawn_from() -> None:
    # {0,1,2} is put forward; {0,1,2,3} shares three of four members with it; {5,6,7} and {5,6,7,8}
    # are one; {9,10,11} is another: two are left to draw from
    groups = [[0, 1, 2], [0, 1, 2, 3], [5, 6, 7], [5, 6, 7, 8], [9, 10, 11]]
    members = np.array([m for group in groups for m in group], np.int32)
    offsets = np.cumsum([0, *(len(group) for group in groups)]).astype(np.int64)
    found = drawn(
        Candidates(members, offsets, np.empty(0, np.int32), offsets * 0),
        np.array([0.9, 0.8, 0.1, 0.1, 0.1]),
        threshold=0.5,
        per_case=1,
        random_share=0.5,
        before=[],
        rng=np.random.default_rng(1),
    )
    assert found[0] == (0, Drawn(at_random=False, probability=1.0, n_left=2))
    assert found[1][0] in {2, 4}
    assert found[1][1] == Drawn(at_random=True, probability=0.5, n_left=2)


def test_without_a_random_share_nothing_is_drawn() -> None:
    assert [row for row, _ in once(1, random_share=0.0)] == [9, 8]


def test_nothing_is_drawn_with_a_probability_that_is_none() -> None:
    for probability in (0.0, 1.1):
        with pytest.raises(BadInput, match="above 0 up to 1"):
            Drawn(at_random=True, probability=probability, n_left=3)
    with pytest.raises(BadInput, match="not empty"):
        Drawn(at_random=True, probability=0.5, n_left=0)
