"""Both web doors as they are served: every route that Streamlit and MLflow have, before and after
signing in, and the two processes that serve them."""

import gc
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from builders_web import PASSWORD, Clock, TestClient, account, desk
from starlette.routing import BaseRoute, Mount
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from workbench.app import _warm, pages, tracking
from workbench.domain.account import Role
from workbench.store import accounts
from workbench.store.desk import Desk
from workbench.ui import door

HERE = "http://127.0.0.1"
FROM_HERE = {"origin": HERE}
OPEN = {door.SIGN_IN, door.HEALTH}
SEARCH = "/api/2.0/mlflow/experiments/search?max_results=1"
WRITES = [
    "runs/create",
    "runs/delete",
    "runs/set-tag",
    "experiments/delete",
    "model-versions/set-tag",
    "registered-models/delete",
    "model-versions/transition-stage",
]

pytestmark = pytest.mark.slow


def paths(routes: list[BaseRoute], prefix: str = "") -> Iterator[str]:
    """Every path of an application, its placeholders filled."""
    for route in routes:
        path = prefix + re.sub(r"\{[^}]*\}|<[^>]*>", "x", getattr(route, "path", ""))
        if isinstance(route, Mount):
            yield from paths(list(route.routes or []), path)
        yield path or "/"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = desk(tmp_path_factory.mktemp("door") / "home", clock=Clock())
    yield made
    made.database.close()


def cookie_of(at: Desk, name: str, role: Role) -> str:
    who = account(at, name, role)
    with at.database.write() as connection:
        return accounts.open_session(connection, who, now=at.now())


def test_after_warming_the_garbage_collector_looks_at_hardly_anything(at: Desk) -> None:
    try:
        _warm(at)
        assert len(gc.get_objects()) < gc.get_freeze_count() / 50
    finally:
        gc.unfreeze()


# Streamlit's routes


def test_no_route_of_streamlit_answers_before_signing_in(at: Desk) -> None:
    app = pages(at)
    browser = TestClient(app, base_url=HERE, follow_redirects=False)
    browser.get("/health")  # builds the application
    found = sorted(set(paths(app._starlette_app.routes)) - OPEN)
    for expected in ("/_stcore/stream", "/_stcore/metrics", "/_stcore/health", "/media/x"):
        assert expected in found
    for path in found:
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            answer = browser.request(method, path, headers=FROM_HERE)
            assert answer.status_code == 401, (method, path)
        assert browser.get(path, headers={"accept": "text/html"}).status_code == 303, path
        with (
            pytest.raises(WebSocketDisconnect),
            browser.websocket_connect(f"ws://127.0.0.1{path}", headers=FROM_HERE),
        ):
            pass


# MLflow's routes


@pytest.fixture(scope="module")
def mlflow(at: Desk) -> Iterator[TestClient]:
    yield TestClient(tracking(at), base_url=HERE, follow_redirects=False)


def test_no_route_of_mlflow_answers_before_signing_in(at: Desk, mlflow: TestClient) -> None:
    from mlflow.server import app as flask

    found = {re.sub(r"<[^>]*>", "x", rule.rule) for rule in flask.url_map.iter_rules()}
    found |= set(paths(list(mlflow.app.routes)))
    assert "/api/2.0/mlflow/runs/search" in found
    assert "/ajax-api/2.0/mlflow/experiments/search" in found
    assert "/get-artifact" in found
    for path in sorted(found - OPEN):
        for method in ("GET", "POST", "DELETE"):
            answer = mlflow.request(method, path, headers=FROM_HERE)
            assert answer.status_code == 401, (method, path)


def test_mlflow_is_shown_to_who_may_see_experiments_and_to_nobody_else(
    at: Desk, mlflow: TestClient
) -> None:
    for role in (Role.DATA_SCIENTIST, Role.AUDITOR):
        cookie = f"{door.COOKIE}={cookie_of(at, f'sees-{role}', role)}"
        found = mlflow.get(SEARCH, headers={"cookie": cookie})
        assert found.status_code == 200
    for role in (Role.ANALYST, Role.SUPERVISOR, Role.ADMINISTRATOR):
        cookie = f"{door.COOKIE}={cookie_of(at, f'sees-not-{role}', role)}"
        answer = mlflow.get(SEARCH, headers={"cookie": cookie})
        assert answer.status_code == 403
        assert "may not see the experiments" in answer.text


def test_mlflow_can_be_searched_but_not_written(at: Desk, mlflow: TestClient) -> None:
    token = cookie_of(at, "data-scientist", Role.DATA_SCIENTIST)
    headers = FROM_HERE | {"cookie": f"{door.COOKIE}={token}"}
    for prefix in ("/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/"):
        found = mlflow.post(prefix + "experiments/search", json={"max_results": 1}, headers=headers)
        assert found.status_code == 200
        assert "experiments" in found.json()
        for write in WRITES:
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                refused = mlflow.request(method, prefix + write, json={}, headers=headers)
                assert refused.status_code == 403, (method, write)
    for proxied in ("/ajax-api/2.0/mlflow/gateway-proxy", "/ajax-api/3.0/mlflow/ui-telemetry"):
        assert mlflow.get(proxied, headers=headers).status_code == 403


# The two processes


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str, str]]:
    """A home that is served, with the addresses of its pages and of MLflow."""
    import builders_web

    home = tmp_path_factory.mktemp("served") / "home"
    made = builders_web.desk(home, clock=_machine_clock())
    account(made, "administrator", Role.ADMINISTRATOR)
    account(made, "data-scientist", Role.DATA_SCIENTIST)
    ports = free_port(), free_port()
    environment = os.environ | {
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_PORT": str(ports[0]),
        "WORKBENCH_MLFLOW_PORT": str(ports[1]),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "workbench.app"], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        _read_until(server, "MLflow is at")
        yield made, f"{HERE}:{ports[0]}", f"{HERE}:{ports[1]}"
    finally:
        children = _children(server.pid)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
        assert server.stderr is not None
        server.stderr.close()
        made.database.close()
        assert len(children) >= 2
        assert _ended(children)


def _machine_clock() -> Clock:
    from datetime import UTC, datetime

    return Clock(datetime.now(UTC))


def _read_until(server: "subprocess.Popen[str]", words: str) -> None:
    assert server.stderr is not None
    said = []
    for line in server.stderr:
        said.append(line)
        if words in line:
            return
    raise AssertionError("".join(said))


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def sign_in(address: str, name: str) -> str:
    """The cookie of a sign-in over HTTP."""
    answer = httpx.post(
        f"{address}/sign-in",
        data={"name": name, "password": PASSWORD},
        headers={"origin": address},
    )
    assert answer.status_code == 303
    return str(answer.cookies[door.COOKIE])


def stream(address: str, cookie: str = "", **headers: str) -> connect:
    sent = {"Origin": address, **headers}
    if cookie:
        sent["Cookie"] = f"{door.COOKIE}={cookie}"
    origin = sent.pop("Origin")
    return connect(
        f"ws://{urlsplit(address).netloc}/_stcore/stream",
        origin=origin,
        additional_headers=sent,
        subprotocols=["streamlit"],
        open_timeout=20,
    )


def test_served_pages_and_mlflow_answer_health_and_refuse_the_rest(
    served: tuple[Desk, str, str],
) -> None:
    _, web, mlflow = served
    for address in (web, mlflow):
        assert httpx.get(f"{address}/health").text == "ok"
        assert httpx.get(f"{address}/").status_code == 401
        assert "Sign in" in httpx.get(f"{address}/sign-in").text
    for refused in ({}, {"X-Workbench-Account": "P-1", "X-Workbench-Session": "0" * 64}):
        with pytest.raises(InvalidStatus) as status, stream(web, **refused):
            pass
        assert status.value.response.status_code == 403


def test_one_sign_in_opens_both_doors_until_it_is_revoked(served: tuple[Desk, str, str]) -> None:
    _, web, mlflow = served
    cookie = {door.COOKIE: sign_in(web, "data-scientist")}
    with httpx.Client(cookies=cookie) as browser:
        assert "Streamlit" in browser.get(f"{web}/").text
        assert browser.get(f"{mlflow}/").status_code == 200
        assert browser.get(f"{web}/_stcore/host-config").status_code == 200
        gone = browser.post(f"{mlflow}/sign-out", headers={"origin": mlflow})
        assert gone.status_code == 303
    old = {"cookie": f"{door.COOKIE}={cookie[door.COOKIE]}"}
    assert httpx.get(f"{web}/", headers=old).status_code == 401


def test_an_open_stream_ends_when_its_session_is_revoked(served: tuple[Desk, str, str]) -> None:
    made, web, _ = served
    cookie = sign_in(web, "administrator")
    with stream(web, cookie) as socket_:
        socket_.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        assert socket_.recv(timeout=60)  # Streamlit has begun to answer
        with made.database.write() as connection:
            accounts.revoke(connection, cookie, now=made.now())
        socket_.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                socket_.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    with pytest.raises(InvalidStatus), stream(web, cookie):
        pass


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = os.environ | {
            "WORKBENCH_HOME": str(tmp_path / "home"),
            "WORKBENCH_PORT": str(taken.getsockname()[1]),
        }
        done = subprocess.run(
            [sys.executable, "-m", "workbench.app"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_servers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    environment = os.environ | {
        "WORKBENCH_HOME": str(tmp_path / "home"),
        "WORKBENCH_PORT": str(free_port()),
        "WORKBENCH_MLFLOW_PORT": str(free_port()),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "workbench.app"], env=environment, stderr=subprocess.PIPE, text=True
    )
    _read_until(server, "MLflow is at")
    children = _children(server.pid)
    server.kill()
    server.wait(timeout=10)
    assert server.stderr is not None
    server.stderr.close()
    assert _ended(children)


def _ended(children: list[int]) -> bool:
    """True once none of them runs any more, waiting 20 seconds at most."""
    until = time.monotonic() + 20
    while any(_runs(pid) for pid in children) and time.monotonic() < until:
        time.sleep(0.2)
    return not any(_runs(pid) for pid in children)


def _runs(pid: int) -> bool:
    """True while the process is there and is no zombie."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
