"""`make bench`: each piece of work beside its peer in the same process, as one table of ratios.

``python -m benchmarks.run --size small|full [subject ...]``, with ``tests`` on the path. Times do
not carry over from one machine to another, ratios mostly do. A row that misses what it is to
reach says so; nothing fails for that, only values that do not agree do (exit 1).
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping

from benchmarks import (
    audit_intervals,
    candidates,
    explaining,
    generating,
    log_rates,
    pair_features,
    served,
)
from benchmarks.measuring import Row

SUBJECTS: Mapping[str, Callable[[str], list[Row]]] = {
    "pair_features": pair_features.rows,
    "candidates": candidates.rows,
    "audit_intervals": audit_intervals.rows,
    "explaining": explaining.rows,
    "served": served.rows,
    "log_rates": log_rates.rows,
    "generating": generating.rows,
}
_WORDS = {True: "yes", False: "NO", None: "-"}


def lines(row: Row) -> Iterator[str]:
    """The row as it is printed: what, how it came out, and a note beneath."""
    digits = f"{row.measured:,.0f}" if row.measured >= 100 else f"{row.measured:.2g}"
    goal = "-" if row.reach is None else f"{'≤' if row.unit == 'B' else '≥'} {row.reach:g}"
    yield (
        f"{row.work:<72} {row.peer:<32} {digits:>8} {row.unit:<8} {goal:>7}  "
        f"{_WORDS[row.reached]:<7}  {_WORDS[row.agrees]}"
    )
    if row.note:
        yield f"    {row.note}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["small", "full"], default="full")
    parser.add_argument("subject", nargs="*", help=f"any of {', '.join(SUBJECTS)}; all by default")
    asked = parser.parse_args()
    unknown = set(asked.subject) - set(SUBJECTS)
    if unknown:
        parser.error(f"no subject {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    print(
        f"{'work':<72} {'peer':<32} {'ratio':>8} {'':<8} {'reach':>7}  {'reached':<7}  agrees",
        flush=True,
    )
    found: list[Row] = []
    for name in asked.subject or SUBJECTS:
        for row in SUBJECTS[name](asked.size):
            found.append(row)
            print("\n".join(lines(row)), flush=True)
    print("There is no converter from networkx in the workbench, so none is measured.")
    return 1 if any(row.agrees is False for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
