"""Two ways to do the same work, measured by turns in one process: a ratio, never a time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    `measured` is how many times as fast as its peer the work is, unless `unit` says otherwise;
    `reach` is what it is to be at least (for a size in bytes, at most), None where nothing is
    stated. `agrees` says whether both gave the same values, None where there are none to compare.
    """

    work: str
    peer: str
    measured: float
    reach: float | None
    agrees: bool | None
    unit: str = "×"
    note: str = ""

    @property
    def reached(self) -> bool | None:
        if self.reach is None:
            return None
        at_most = self.unit == "B"
        return self.measured <= self.reach if at_most else self.measured >= self.reach


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def times_as_fast(
    work: Callable[[], object], peer: Callable[[], object], *, rounds: int, n_peer: int = 1
) -> float:
    """Median time of `peer` over that of `work`, called by turns; `work` once before, to warm up.

    In every turn `work` is called `n_peer` times for one call of a peer that takes far longer.
    """
    work()
    own: list[float] = []
    others: list[float] = []
    for _ in range(rounds):
        others.append(seconds(peer))
        own += [seconds(work) for _ in range(n_peer)]
    return median(others) / median(own)


def peak_mb(work: Callable[[], object]) -> float:
    """By how much the process's memory grew at most during `work`, in MB; NaN without /proc."""
    if not _RESET.exists():
        return float("nan")
    _RESET.write_text("5")
    before = _status_mb("VmRSS")
    work()
    return max(_status_mb("VmHWM") - before, 0.0)


def exponent(sizes: Sequence[int], times: Sequence[float]) -> float:
    """Slope of log time over log size: 1 where twice the size takes twice the time."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def _status_mb(name: str) -> float:
    line = next(x for x in _STATUS.read_text().splitlines() if x.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
