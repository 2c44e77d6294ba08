"""The rhythm of calls, and the times between them."""

import numpy as np
import pandas as pd
from builders_world import small

from workbench.analysis.synthetic.calls import call_blocks, make_calls
from workbench.analysis.synthetic.scenario import BLOCK, DAY, DAYS

NO_SESSIONS = np.zeros((0, 24), dtype=np.int16)


def contacts(n: int, calls: int, **more: int) -> pd.DataFrame:
    table = pd.DataFrame({"phone_a": np.arange(n), "phone_b": np.arange(n) + n, "n": calls})
    return table.assign(circle=-1, **more)


def calls(table: pd.DataFrame) -> pd.DataFrame:
    return make_calls(np.random.default_rng(4), table, NO_SESSIONS, burstiness=1.2)


def test_calls_of_a_contact_come_in_bursts() -> None:
    """Goh and Barabási 2008: B = (s - m) / (s + m) is 0 for a Poisson process, 1 at most."""
    made = calls(contacts(300, 40))
    made["pair"] = np.minimum(made["caller"], made["called"])
    gaps = made.sort_values(["pair", "at"]).groupby("pair")["at"].diff().dropna()
    assert (gaps.std() - gaps.mean()) / (gaps.std() + gaps.mean()) > 0.15


def test_a_contact_calls_only_while_it_lasts() -> None:
    made = calls(contacts(200, 20, first_day=100, last_day=110))
    assert made["at"].min() >= 100 * DAY
    assert made["at"].max() < 113 * DAY  # an episode may run on for some hours


def test_most_calls_happen_by_day() -> None:
    hour = calls(contacts(500, 20))["at"] % DAY // 3_600
    assert hour.between(8, 20).mean() > 0.7
    assert (hour == 3).mean() < 0.03


def test_every_block_of_callers_has_its_own_calls_and_none_is_lost() -> None:
    table = pd.concat([contacts(10, 3), contacts(10, 3).assign(phone_a=BLOCK + 1)])
    blocks = list(call_blocks(small(), "calls", table, NO_SESSIONS))
    assert len(blocks) == 2
    assert 54 <= sum(map(len, blocks)) <= 60  # 60, less what fell behind the world's last day
    alone = list(call_blocks(small(), "calls", table[table["phone_a"] > BLOCK], NO_SESSIONS))
    pd.testing.assert_frame_equal(alone[1], blocks[1])  # whatever the other block holds


def test_no_call_lies_outside_the_two_years() -> None:
    at = calls(contacts(2_000, 10))["at"]
    assert at.min() >= 0
    assert at.max() < DAYS * DAY
