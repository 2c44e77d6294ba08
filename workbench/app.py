"""The web door: the pages and MLflow, each an ASGI application behind the gate, and serving both.

Streamlit learns who somebody is from the gate's headers only in a process in which `pages` has
put the gate in front: `server.trustedUserHeaders` is set here, not in a file, so the script run
in any other way has no identity and shows nothing.
"""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from workbench.domain.account import Operation
from workbench.domain.errors import Unavailable, WorkbenchError
from workbench.ui import door
from workbench.ui.door import Door
from workbench.ui.gate import ACCOUNT_HEADER, LOCAL_HOSTS, SESSION_HEADER, Gate, LookOnly

if TYPE_CHECKING:
    from streamlit.web.server.starlette import App

    from workbench.bootstrap import Desk

_ROOT = Path(__file__).parent.parent
_STARTED_WITHIN = 90.0  # seconds
_ALWAYS = {  # whatever a configuration file says
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableAgentApi": False,
    "server.enableStaticServing": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "client.disableDataExport": True,
}
_WENT_WRONG = (
    "Something went wrong on this page. What was sealed or decided before stands. Try again; if it "
    "comes back, tell whoever runs this workbench."
)


def pages(desk: "Desk", *, hosts: Sequence[str] = LOCAL_HOSTS) -> "App":
    """The ASGI application of the web pages: sign-in routes, and Streamlit behind the gate."""
    import streamlit as st
    from starlette.middleware import Middleware
    from streamlit import config

    config.set_option(
        "server.trustedUserHeaders", {ACCOUNT_HEADER: "account", SESSION_HEADER: "session"}
    )
    config.set_option("server.allowedHosts", list(hosts))
    for option, value in _ALWAYS.items():
        config.set_option(option, value)
    entrance = Door(desk)
    return st.App(
        _ROOT / "workbench" / "ui" / "entry" / "script.py",
        routes=entrance.routes(),
        middleware=[Middleware(Gate, desk=desk, entrance=entrance, hosts=hosts)],
        exception_handlers={WorkbenchError: door.say_why},
        on_script_error=_say_that_it_failed,
    )


def _say_that_it_failed(error: Exception) -> bool:
    """What a person sees where a page fails in a way that we did not foresee; the log has it."""
    import streamlit as st

    logging.getLogger(__name__).error("A page failed.", exc_info=error)
    st.error(_WENT_WRONG, icon=":material/error:")
    return True


def tracking(desk: "Desk", *, hosts: Sequence[str] = LOCAL_HOSTS) -> ASGIApp:
    """The ASGI application of MLflow behind the same gate, for who may see the experiments."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Mount

    entrance = Door(desk)
    behind = LookOnly(desk.registry.tracking_app())
    needs = Operation.TRACK_EXPERIMENTS
    return Starlette(
        routes=[*entrance.routes(), Mount("/", behind)],
        middleware=[Middleware(Gate, desk=desk, entrance=entrance, hosts=hosts, needs=needs)],
        exception_handlers={WorkbenchError: door.say_why},
    )


def serve(
    home: Path, host: str, port: int, mlflow_port: int, *, announce: Callable[[str], None]
) -> int:
    """Serve pages and MLflow, a process each, until SIGINT, SIGTERM or the end of either.

    Both processes are ended by their pid, and end by themselves when this one is gone.

    Returns
    -------
    int
        Exit status: 0 when asked to stop, 1 when one of the two ended by itself.

    Raises
    ------
    Unavailable
        When a port is taken or a server does not start within a minute and a half.
    """
    for wanted in (port, mlflow_port):
        _refuse_taken(host, wanted)
    spawn = multiprocessing.get_context("spawn")
    parts = [(_serve_pages, port), (_serve_tracking, mlflow_port)]
    children = [spawn.Process(target=run, args=(home, host, at)) for run, at in parts]
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, frame: stopped.set())
    try:
        for child in children:
            child.start()
        for _, at in parts:
            _await(host, at, children, stopped)
        announce(f"The workbench is at http://{host}:{port}")
        announce(f"MLflow is at http://{host}:{mlflow_port}, behind the same sign-in")
        while not stopped.is_set() and all(child.is_alive() for child in children):
            wait([child.sentinel for child in children], timeout=0.5)
        return 0 if stopped.is_set() else 1
    finally:
        _end(children)


def _serve_pages(home: Path, host: str, port: int) -> None:
    os.environ["WORKBENCH_HOME"] = str(home)
    os.chdir(_ROOT)  # where Streamlit looks for .streamlit/config.toml
    from workbench import bootstrap

    desk = bootstrap.open(home)
    threading.Thread(target=_warm, args=(desk,), daemon=True).start()
    _run(pages(desk, hosts=(*LOCAL_HOSTS, host)), host, port)


def _warm(desk: "Desk") -> None:
    """Load what pages need and takes seconds (models, MLflow, shap), before anybody asks for it.

    Nothing waits for it, and a page that is quicker loads it itself; what goes wrong here ends this
    thread with its traceback, and the page that needs it meets it too, and says.

    What it loaded stays for good, some 300,000 objects, so the garbage collector is told to pass
    them over: Streamlit calls it after every run of a page, and it holds up everybody meanwhile.
    """
    from workbench.analysis.explanation import load_shap

    len(desk.models)
    desk.registry.warm()
    load_shap()
    gc.collect()
    gc.freeze()


def _serve_tracking(home: Path, host: str, port: int) -> None:
    from workbench import bootstrap

    _run(tracking(bootstrap.open(home), hosts=(*LOCAL_HOSTS, host)), host, port)


def _run(app: "ASGIApp | App", host: str, port: int) -> None:
    """Run one uvicorn server in this process until a signal, or until the parent is gone."""
    import uvicorn

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            wait([parent.sentinel])
            server.should_exit = True

    threading.Thread(target=follow, daemon=True).start()
    server.run()


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unavailable(
                f"Port {port} of {host} cannot be used ({error.strerror}); stop what is there or "
                "set WORKBENCH_PORT or WORKBENCH_MLFLOW_PORT to another."
            ) from error


def _await(host: str, port: int, children: list[SpawnProcess], stopped: threading.Event) -> None:
    """Return once something listens on `port`, or once there is nothing to wait for."""
    until = time.monotonic() + _STARTED_WITHIN
    while not stopped.is_set():
        try:
            socket.create_connection((host, port), timeout=1).close()
            return
        except OSError:
            pass
        if time.monotonic() > until or not all(child.is_alive() for child in children):
            raise Unavailable(
                f"The server of port {port} did not start; what it said stands above."
            )
        stopped.wait(0.2)


def _end(children: list[SpawnProcess]) -> None:
    """End each child by its pid: asked first, after five seconds made to."""
    for child in children:
        if child.pid is not None and child.is_alive():
            child.terminate()
    for child in children:
        if child.pid is None:
            continue
        child.join(timeout=5)
        if child.is_alive():
            child.kill()
            child.join()


def main() -> int:
    """Serve what WORKBENCH_HOME holds at the addresses that WORKBENCH_* name."""
    from workbench.settings import read_settings

    def announce(line: str) -> None:
        sys.stderr.write(line + "\n")

    try:
        settings = read_settings()
        return serve(
            settings.home.resolve(),
            settings.host,
            settings.port,
            settings.mlflow_port,
            announce=announce,
        )
    except WorkbenchError as error:
        announce(str(error))
        return 2


if __name__ == "__main__":
    sys.exit(main())
