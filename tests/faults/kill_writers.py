"""Kill writers with SIGKILL at random instants and tell what became of what they acknowledged.

``python -m faults.kill_writers --kills 1000 --home FOLDER`` (with ``tests`` on the path) prints
its progress to stderr and the outcome as JSON to stdout; exit 0 when nothing was lost, doubled or
halved. `make faults` runs it long, the tests run a slice.
"""

import argparse
import json
import multiprocessing
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from multiprocessing.context import ForkProcess
from pathlib import Path

from faults.deciding import State, Way, decide_until_killed, examine, made

TOGETHER = 0.1  # how often all writers die at one instant, so that nobody alive holds the file


@dataclass
class Writers:
    """The running writers of one home, by name; a killed one is started again."""

    root: Path
    way: Way
    running: dict[str, ForkProcess] = field(default_factory=dict)
    lives: int = 0

    def start(self, name: str) -> None:
        self.lives += 1
        target = (self.root, name, self.way, self.lives)
        fork = multiprocessing.get_context("fork")
        self.running[name] = fork.Process(target=decide_until_killed, args=target, daemon=True)
        self.running[name].start()

    def kill(self, names: list[str]) -> None:
        """Kill all of `names`, then wait for them.

        Raises
        ------
        RuntimeError
            When one of them had ended by itself: then it was not the kill that was tested.
        """
        dead = [self.running.pop(name) for name in names]
        for process in dead:
            process.kill()
        for process in dead:
            process.join()
            if process.exitcode != -signal.SIGKILL:
                raise RuntimeError(f"A writer ended by itself with code {process.exitcode}.")


def kill_writers(
    root: Path, *, kills: int, n_writers: int, pause_s: float, way: Way, seed: int
) -> State:
    """Make a home in `root`, kill `kills` times while `n_writers` decide, examine what is left.

    Between two instants lie 0 to 2 · `pause_s` seconds. The home is examined with nobody writing
    after every 100 kills too; the first state that is not sound ends it, unless a control runs.
    """
    made(root)
    writers, rng = Writers(root, way), random.Random(seed)  # noqa: S311
    names = [f"W{i}" for i in range(n_writers)]
    began, killed = time.monotonic(), 0
    while killed < kills:
        for name in names:
            if name not in writers.running:
                writers.start(name)
        time.sleep(rng.uniform(0, 2 * pause_s))
        dying = names if rng.random() < TOGETHER else [rng.choice(names)]
        writers.kill(dying[: kills - killed])
        killed += len(dying[: kills - killed])
        if killed % 100 < len(dying) and killed < kills:
            writers.kill(list(writers.running))
            state = examine(root)
            _tell(killed, state, time.monotonic() - began)
            if way is Way.SOUND and not state.sound:
                return state
    writers.kill(list(writers.running))
    return examine(root)


def _tell(killed: int, state: State, seconds: float) -> None:
    verdict = "sound" if state.sound else "NOT SOUND"
    print(
        f"{killed} kills, {state.acknowledged} acknowledged, {state.committed} committed, "
        f"{verdict}, {seconds:.0f} s",
        file=sys.stderr,
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="a folder that does not exist")
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.06, help="mean seconds between kills")
    parser.add_argument("--way", type=Way, choices=list(Way), default=Way.SOUND)
    parser.add_argument("--seed", type=int, required=True)
    asked = parser.parse_args()
    state = kill_writers(
        asked.home,
        kills=asked.kills,
        n_writers=asked.writers,
        pause_s=asked.pause,
        way=asked.way,
        seed=asked.seed,
    )
    print(json.dumps({"kills": asked.kills, **asdict(state)}))
    return 0 if state.sound else 1


if __name__ == "__main__":
    sys.exit(main())
