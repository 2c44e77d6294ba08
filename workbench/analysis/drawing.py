"""Which candidates of a case are put before people: the most probable, and a random share of all
others, each sealed with the probability with which it came.

What a release leaves out is only known of what people read all the same. So a random share is
drawn from everything that was not put forward, candidates above the threshold but beyond what a
case's readers are given among them, and the probability of each is kept: a case of five hundred
gives away as few as one of fifty, and what was drawn from it stands for ten times as many.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from workbench.analysis.modelling import SAME, Candidates
from workbench.analysis.tables import FloatArray
from workbench.domain.finding import Drawn

LEAST = 2  # findings in a case; random ones fill up, so that few do not betray the model's view


def drawn(
    candidates: Candidates,
    probability: FloatArray,
    *,
    threshold: float,
    per_case: int,
    random_share: float,
    before: Sequence[set[int]],
    rng: np.random.Generator,
) -> list[tuple[int, Drawn | None]]:
    """Rows to put before people, those put forward first, and how each came to be.

    Parameters
    ----------
    probability : float array, n
        From `threshold` on a candidate may be put forward; the `per_case` most probable are.
    random_share : float
        Share of all findings (0 to below 1) that are drawn at random from the others.
    before : sequence of set of int
        Members of what is before people already. It takes the place of the same candidate alone.
        What joins it has no probability of its own (None): the first draw stands for the case.
    """
    ahead = np.flatnonzero(probability >= threshold)
    ranked = ahead[np.argsort(-probability[ahead], kind="stable")]
    seen = _Seen(candidates)
    forward = seen.fresh(ranked, limit=per_case)
    known = _Seen(candidates, before)
    fresh = known.fresh(forward)
    wanted = len(fresh) * random_share / (1 - random_share)
    least = LEAST - len(before) - len(fresh) if random_share else 0
    pool = known.fresh(np.flatnonzero(~np.isin(np.arange(len(candidates)), forward)))
    sizes = [min(max(int(wanted) + more, least, 0), len(pool)) for more in (0, 1)]
    chance = wanted % 1
    taken = rng.permutation(pool)[: sizes[int(rng.random() < chance)]].tolist()
    if before:
        return [(int(row), None) for row in (*fresh, *taken)]
    expected = (1 - chance) * sizes[0] + chance * sizes[1]
    n = len(pool)
    put = Drawn(at_random=False, probability=1.0, n_left=n)
    found: list[tuple[int, Drawn | None]] = [(row, put) for row in fresh]
    if not taken:
        return found
    at_random = Drawn(at_random=True, probability=expected / n, n_left=n)
    return found + [(int(row), at_random) for row in taken]


class _Seen:
    """Member sets that were taken; whoever shares more than `SAME` of all members is the same."""

    def __init__(self, candidates: Candidates, taken: Sequence[set[int]] = ()) -> None:
        self._candidates = candidates
        self._sizes: list[int] = []
        self._holding: dict[int, list[int]] = defaultdict(list)
        for members in taken:
            self._add(members)

    def fresh(self, rows: Iterable[int], *, limit: int | None = None) -> list[int]:
        """The first `limit` of `rows` that are not the same as any before; these are added."""
        kept: list[int] = []
        for row in rows:
            if len(kept) == limit:
                break
            members = set(self._candidates.members_of(int(row)).tolist())
            if not self._holds(members):
                kept.append(int(row))
                self._add(members)
        return kept

    def _holds(self, members: set[int]) -> bool:
        shared = Counter(i for member in members for i in self._holding.get(member, ()))
        n = len(members)
        return any(k > SAME * (n + self._sizes[i] - k) for i, k in shared.items())

    def _add(self, members: set[int]) -> None:
        for member in members:
            self._holding[member].append(len(self._sizes))
        self._sizes.append(len(members))
