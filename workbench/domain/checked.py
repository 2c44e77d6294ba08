"""How a model's numbers were found to hold on a slice later than all that it learnt.

A number that says how sure it is stands beside what came of it: a probability beside the share
that records came to confirm, a promised coverage beside the coverage that was found.
"""

from dataclasses import dataclass
from math import inf

from workbench.domain.errors import Withheld

Interval = tuple[float, float]


def share_faults(name: str, value: float) -> list[str]:
    """What is wrong with `value` as a share from 0 to 1, in words; nothing where it is one."""
    return [] if 0 <= value <= 1 else [f"{name} is {value:g}, not from 0 to 1"]


def interval_faults(name: str, bounds: Interval | None) -> list[str]:
    """What is wrong with `bounds` as an interval: finite, the lower one first."""
    if bounds is None or -inf < bounds[0] <= bounds[1] < inf:
        return []
    return [f"{name} runs from {bounds[0]:g} to {bounds[1]:g}"]


def refuse(what: str, faults: list[str]) -> None:
    """Raise Withheld with all `faults` in one sentence, if there are any."""
    if faults:
        raise Withheld(f"{what} cannot be shown: {'; '.join(faults)}. Compute it anew.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Said against seen on the later slice, among candidates with probabilities like this one.

    `said` is their mean probability, `seen` the share that records came to confirm within `days`
    days, with a 95 % interval from resampling people; `n` is how many they were.
    """

    said: float
    seen: float
    interval: Interval
    n: int
    days: int

    def __post_init__(self) -> None:
        faults = share_faults("what was said", self.said) + share_faults("what was seen", self.seen)
        faults += interval_faults("its interval", self.interval)
        faults += [] if self.n > 0 else [f"it rests on {self.n} candidates"]
        refuse("A calibration", faults)

    @property
    def is_off(self) -> bool:
        """True where what was said lies outside the interval of what was seen."""
        return not self.interval[0] <= self.said <= self.interval[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Of `n` candidates of the later slice for which `answer` was right, the share that kept it.

    True is "records confirmed it". The interval is 95 %, from resampling people.
    """

    answer: bool
    share: float
    interval: Interval
    n: int

    def __post_init__(self) -> None:
        faults = share_faults("the share kept", self.share)
        faults += interval_faults("its interval", self.interval)
        faults += [] if self.n > 0 else [f"it rests on {self.n} candidates"]
        refuse("A coverage", faults)

    def falls_short(self, promised: float) -> bool:
        """True where the whole interval lies below the share that was promised."""
        return self.interval[1] < promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """What the log is told of a withheld explanation: whose parts missed, and by how much.

    `residual` is a decimal string in log-odds (the log holds no floats), ``nan`` where no number
    says it.
    """

    method: str
    residual: str
