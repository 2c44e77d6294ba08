"""The command door. Every command asks, calls one service and shows; none decides, none prompts.

What reports takes ``--json``: one JSON document on standard output, everything else on standard
error. Exit status: 0 done; 1 a check found a fault; 2 wrong use or unreadable input.
"""

import os
import sys
from collections.abc import Sequence

import typer

from workbench.cli import data, explore, models, proof
from workbench.cli.shell import Json, Seed, Size, app, desk_here, progress, show, tell
from workbench.domain.errors import CheckFailed, WorkbenchError

COMMANDS = (data, explore, models, proof)  # importing them is what adds their commands


@app.command()
def demo(size: Size = Size.S, seed: Seed = 7, as_json: Json = False) -> None:
    """Run the whole main job in WORKBENCH_HOME, through simulated accounts; idempotent."""
    from workbench import demo as demonstration

    made = demonstration.demo(desk_here(), size=size, seed=seed, progress=progress)
    if made.passwords:
        tell("\nSign-in of the demo accounts (shown this once, kept nowhere in clear):")
        for name, password in made.passwords.items():
            tell(f"  {name:<16}{password}")
        tell("")
    show(
        made.as_json(),
        f"{made.n_findings} findings of {', '.join(made.models)} in dataset {made.dataset}; "
        f"decided and acted on: {', '.join(made.decided)}",
        as_json=as_json,
    )


@app.command()
def serve() -> None:
    """Serve the web page and MLflow, both behind the sign-in, until interrupted."""
    os.execv(sys.executable, [sys.executable, "-m", "workbench.app"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every error of ours is one sentence and an exit status, no traceback."""
    try:
        status = app(args=arguments, standalone_mode=False, prog_name="workbench")
    except CheckFailed as error:
        tell(str(error))
        status = 1
    except WorkbenchError as error:
        tell(str(error))
        status = 2
    except typer.TyperException as error:
        tell(error.format_message() or "Say which command; workbench --help lists them.")
        status = 2
    except typer.Abort:
        tell("Stopped; nothing half-done was kept.")
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
