"""Which of the estimators that were compared is taken: the simplest, unless another is better."""

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.analysis.modelling import Fitted, Sample
from workbench.analysis.uncertainty import Ranking, bootstrap


@dataclass(frozen=True, slots=True)
class Choice:
    """Which estimator is taken, and by how much each other was better on the later slice.

    `gains` maps the others to (difference of average precision, low, high), people resampled.
    """

    name: str
    gains: Mapping[str, tuple[float, float, float]]

    @property
    def sentence(self) -> str:
        parts = [
            f" Against the simplest, {name.replace('_', ' ')} has an average precision "
            f"{_points(gain)} percentage points (95 %: {_points(low)} to {_points(high)})."
            for name, (gain, low, high) in self.gains.items()
        ]
        return f"Taken: {self.name.replace('_', ' ')}.{''.join(parts)}"


def _points(share: float) -> str:
    """A difference of shares in words: ``lower by 0.5``."""
    return f"{'lower' if share < 0 else 'higher'} by {100 * abs(share):.1f}"


def choose(compared: Mapping[str, Fitted], sample: Sample, *, seed: int) -> Choice:
    """The simplest, unless another's average precision is higher beyond its 95 % interval."""
    names = list(compared)
    ranks = {n: Ranking(sample.labels, f.score(sample.features)) for n, f in compared.items()}
    plain, taken, best, gains = ranks[names[0]], names[0], 0.0, {}
    for name in names[1:]:
        rank = ranks[name]
        gain = rank.average_precision() - plain.average_precision()
        low, high = bootstrap(
            lambda w, rank=rank: rank.average_precision(w) - plain.average_precision(w),  # type: ignore[misc]
            sample.people,
            len(sample),
            seed=seed,
        )
        gains[name] = (gain, low, high)
        if low > 0 and gain > best:
            taken, best = name, gain
    return Choice(taken, gains)
