"""What the benchmarks measure gives the values that its peer gives; times are nobody's business."""

import pytest
from benchmarks.measuring import Row, exponent
from benchmarks.run import SUBJECTS, lines


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_work_and_its_peer_give_the_same_values(subject: str) -> None:
    found = SUBJECTS[subject]("small")
    assert {row.work: row.agrees for row in found if row.agrees is not True} == {
        row.work: None for row in found if row.peer.startswith(("itself", "reading"))
    }


def test_a_row_that_misses_its_goal_says_so() -> None:
    row = Row(work="a", peer="b", measured=2.0, reach=4, agrees=True)
    assert row.reached is False
    assert "NO" in next(lines(row))


def test_a_size_reaches_its_goal_when_it_is_no_larger() -> None:
    assert Row(work="a", peer="b", measured=8, reach=12, agrees=True, unit="B").reached
    assert not Row(work="a", peer="b", measured=32, reach=12, agrees=True, unit="B").reached


def test_twice_the_size_in_four_times_the_time_grows_with_exponent_2() -> None:
    assert exponent([1, 2, 4], [3.0, 12.0, 48.0]) == pytest.approx(2.0)
