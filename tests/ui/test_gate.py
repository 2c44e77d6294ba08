"""The gate over HTTP and WebSocket, before an application that tells what reached it.

That it stands before every route of Streamlit and MLflow is in tests/test_app.py.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from builders_web import PASSWORD, Clock, TestClient, account, desk
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from workbench.domain.account import Account, Operation, Role
from workbench.services import sign_in
from workbench.store import accounts
from workbench.store.desk import Desk
from workbench.ui import door
from workbench.ui.door import Door
from workbench.ui.gate import Gate

HERE = "http://127.0.0.1"
FROM_HERE = {"origin": HERE}
STREAM = "ws://127.0.0.1/_stcore/stream"
HTML = {"accept": "text/html"}


async def tell(request: Request) -> JSONResponse:
    """Answers with the headers that reached it."""
    return JSONResponse(dict(request.headers))


async def tell_all(socket: WebSocket) -> None:
    """Accepts, says which headers it was reached with, then repeats what it hears."""
    await socket.accept()
    await socket.send_text(json.dumps(dict(socket.headers)))
    with suppress(WebSocketDisconnect):
        while True:
            await socket.send_text(await socket.receive_text())


def behind(at: Desk, *, needs: Operation | None = None) -> Starlette:
    entrance = Door(at)
    return Starlette(
        routes=[
            *entrance.routes(),
            Route("/{path:path}", tell, methods=["GET", "POST", "PUT", "DELETE"]),
            WebSocketRoute("/_stcore/stream", tell_all),
        ],
        middleware=[Middleware(Gate, desk=at, entrance=entrance, needs=needs)],
        exception_handlers={door.WorkbenchError: door.say_why},
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def at(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    made = desk(tmp_path / "home", clock=clock)
    yield made
    made.database.close()


def client(at: Desk, *, needs: Operation | None = None) -> TestClient:
    return TestClient(behind(at, needs=needs), base_url=HERE, follow_redirects=False)


def token_of(at: Desk, who: Account) -> str:
    with at.database.write() as connection:
        return accounts.open_session(connection, who, now=at.now())


def signed(at: Desk, who: Account, *, needs: Operation | None = None) -> TestClient:
    browser = client(at, needs=needs)
    browser.cookies.set(door.COOKIE, token_of(at, who), domain="127.0.0.1", path="/")
    return browser


# Before signing in


@pytest.mark.parametrize("path", ["/", "/finding?f=1", "/_stcore/health", "/media/x", "/session"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_answers_before_signing_in(at: Desk, path: str, method: str) -> None:
    answer = client(at).request(method, path, headers=FROM_HERE)
    assert answer.status_code == 401
    assert answer.text in ("Sign in first.", "")


def test_a_browser_is_led_to_the_sign_in_and_back_to_where_it_was(at: Desk) -> None:
    account(at)
    browser = client(at)
    away = browser.get("/finding?f=F-1&x=a b", headers=HTML)
    assert away.status_code == 303
    assert away.headers["location"] == "/sign-in?next=%2Ffinding%3Ff%3DF-1%26x%3Da%2520b"
    page = browser.get(away.headers["location"])
    assert 'value="/finding?f=F-1&amp;x=a%20b"' in page.text
    back = browser.post(
        "/sign-in",
        data={"name": "analyst-1", "password": PASSWORD, "next": "/finding?f=F-1&x=a%20b"},
        headers=FROM_HERE,
    )
    assert back.status_code == 303
    assert back.headers["location"] == "/finding?f=F-1&x=a%20b"


def test_only_sign_in_and_health_answer_to_anyone(at: Desk) -> None:
    browser = client(at)
    assert browser.get("/health").text == "ok"
    assert browser.get("/sign-in").status_code == 200
    for near in ("/sign-in/", "/sign-in/x", "/health/", "//health", "/healthx", "/password"):
        assert browser.get(near).status_code == 401, near


def test_an_anonymous_websocket_is_refused_before_it_opens(at: Desk) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client(at).websocket_connect(STREAM, headers=FROM_HERE),
    ):
        pass
    assert refused.value.code == 1008


# Signing in


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(at: Desk) -> None:
    account(at)
    answer = client(at).post(
        "/sign-in", data={"name": "analyst-1", "password": PASSWORD}, headers=FROM_HERE
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("workbench_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age" not in cookie  # it ends with the browser
    assert "Secure" not in cookie  # 127.0.0.1 over plain HTTP


def test_the_cookie_is_secure_over_https(at: Desk) -> None:
    account(at)
    browser = TestClient(behind(at), base_url="https://localhost", follow_redirects=False)
    answer = browser.post(
        "/sign-in",
        data={"name": "analyst-1", "password": PASSWORD},
        headers={"origin": "https://localhost"},
    )
    assert "Secure" in answer.headers["set-cookie"]


def test_a_wrong_password_keeps_the_name_in_the_form_and_shows_it_as_text(at: Desk) -> None:
    answer = client(at).post(
        "/sign-in", data={"name": '"><script>', "password": "wrong"}, headers=FROM_HERE
    )
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "<script>" not in answer.text
    assert 'value="&quot;&gt;&lt;script&gt;"' in answer.text


def test_too_many_attempts_answer_429(at: Desk) -> None:
    with at.database.write() as connection:
        for _ in range(8):
            accounts.note_attempt(connection, "analyst-1", succeeded=False, now=at.now())
    answer = client(at).post(
        "/sign-in", data={"name": "analyst-1", "password": PASSWORD}, headers=FROM_HERE
    )
    assert answer.status_code == 429
    assert "wait 15 minutes" in answer.text


@pytest.mark.parametrize(
    "onward", ["//evil.example/", "https://evil.example/", "/\\evil.example", "evil", "/a\r\nb"]
)
def test_signing_in_never_leads_to_another_site(at: Desk, onward: str) -> None:
    account(at)
    answer = client(at).post(
        "/sign-in",
        data={"name": "analyst-1", "password": PASSWORD, "next": onward},
        headers=FROM_HERE,
    )
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:81", "https://127.0.0.1"]
)
def test_a_form_sent_from_elsewhere_is_refused(at: Desk, origin: str | None) -> None:
    account(at)
    answer = client(at).post(
        "/sign-in",
        data={"name": "analyst-1", "password": PASSWORD},
        headers={"origin": origin} if origin else {},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_too_large_or_not_text_is_refused_with_a_sentence(at: Desk) -> None:
    large = client(at).post("/sign-in", content=b"name=" + b"a" * 9000, headers=FROM_HERE)
    assert (large.status_code, large.text[:27]) == (400, "The form is larger than 819")
    odd = client(at).post("/sign-in", content=b"name=%ff", headers=FROM_HERE)
    assert (odd.status_code, odd.text[:8]) == (400, "The form")


def test_a_one_time_password_opens_nothing_but_the_page_that_replaces_it(at: Desk) -> None:
    browser = signed(at, account(at, must_change=True))
    assert browser.get("/", headers=HTML).headers["location"] == "/password"
    assert browser.get("/media/x").status_code == 403
    with (
        pytest.raises(WebSocketDisconnect),
        browser.websocket_connect(STREAM, headers=FROM_HERE),
    ):
        pass
    fields = {"old": PASSWORD, "new": "four other unrelated words"}
    again = {"again": "four other unrelated words"}
    assert browser.post("/password", data=fields, headers=FROM_HERE).status_code == 400
    assert browser.post("/password", data=fields | again, headers=FROM_HERE).status_code == 303
    assert browser.get("/").status_code == 200


# Signed in


def test_identity_comes_from_the_session_and_never_from_the_request(at: Desk) -> None:
    who = account(at)
    browser = signed(at, who)
    forged = {
        "X-Workbench-Account": "P-FORGED",
        "x_workbench_session": "0" * 64,
        "X-Workbench-Anything": "1",
    }
    reached = browser.get("/x", headers=forged).json()
    assert reached["x-workbench-account"] == who.id
    assert len(reached["x-workbench-session"]) == 64
    assert "P-FORGED" not in str(reached)
    assert "x_workbench_session" not in reached
    assert "x-workbench-anything" not in reached


def test_a_forged_header_alone_opens_nothing(at: Desk) -> None:
    who = account(at)
    session = accounts.session_hash(token_of(at, who))
    forged = {"x-workbench-account": who.id, "x-workbench-session": session}
    assert client(at).get("/", headers=forged).status_code == 401
    with (
        pytest.raises(WebSocketDisconnect),
        client(at).websocket_connect(STREAM, headers=forged | FROM_HERE),
    ):
        pass


def test_a_websocket_knows_who_opened_it(at: Desk) -> None:
    who = account(at)
    with signed(at, who).websocket_connect(
        STREAM, headers=FROM_HERE | {"x-workbench-account": "P-FORGED"}
    ) as socket:
        reached = json.loads(socket.receive_text())
    assert reached["x-workbench-account"] == who.id


@pytest.mark.parametrize("origin", [{}, {"origin": "http://evil.example"}, {"origin": "null"}])
def test_a_websocket_from_elsewhere_is_refused_cookie_or_not(
    at: Desk, origin: dict[str, str]
) -> None:
    browser = signed(at, account(at))
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        browser.websocket_connect(STREAM, headers=origin),
    ):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1@x:1"])
def test_another_host_name_is_not_answered(at: Desk, host: str) -> None:
    browser = signed(at, account(at))
    headers = {"host": host, "origin": f"http://{host}"}
    assert browser.get("/health", headers=headers).status_code == 421
    with (
        pytest.raises(WebSocketDisconnect),
        browser.websocket_connect(STREAM, headers=headers),
    ):
        pass


def test_two_session_cookies_are_none(at: Desk) -> None:
    one, other = token_of(at, account(at)), token_of(at, account(at, "analyst-2"))
    cookies = f"{door.COOKIE}={one}; {door.COOKIE}={other}"
    assert client(at).get("/", headers={"cookie": cookies}).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "é" * 20, "a" * 5000, "' OR 1=1 --"])
def test_a_made_up_cookie_opens_nothing(at: Desk, token: str) -> None:
    account(at)
    headers = {"cookie": f"{door.COOKIE}={token}".encode("latin-1")}
    assert client(at).get("/", headers=headers).status_code == 401


def test_the_hash_of_a_session_is_not_its_cookie(at: Desk) -> None:
    session = accounts.session_hash(token_of(at, account(at)))
    assert client(at).get("/", headers={"cookie": f"{door.COOKIE}={session}"}).status_code == 401


def test_a_session_that_was_ended_or_left_idle_opens_nothing(at: Desk, clock: Clock) -> None:
    who = account(at)
    revoked, idle = signed(at, who), signed(at, who)
    assert revoked.post("/sign-out", headers=FROM_HERE).headers["location"] == "/sign-in"
    assert client(at).get("/", headers={"cookie": _cookie(revoked)}).status_code == 401
    assert idle.get("/session").status_code == 204
    clock.turn(minutes=16)
    assert idle.get("/session").status_code == 401


def _cookie(browser: TestClient) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def test_asking_whether_the_session_lives_does_not_prolong_it(at: Desk, clock: Clock) -> None:
    browser = signed(at, account(at))
    for _ in range(3):
        clock.turn(minutes=4)
        assert browser.get("/session").status_code == 204
    clock.turn(minutes=4)
    assert browser.get("/session").status_code == 401


def test_an_open_websocket_ends_with_the_session_before_the_next_message_is_heard(
    at: Desk,
) -> None:
    who = account(at)
    browser = signed(at, who)
    with browser.websocket_connect(STREAM, headers=FROM_HERE) as socket:
        socket.receive_text()
        socket.send_text("heard")
        assert socket.receive_text() == "heard"
        with at.database.write() as connection:
            accounts.revoke_all(connection, who, now=at.now())
        socket.send_text("not heard")
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
    assert ended.value.code == 1008


def test_a_role_that_may_not_gets_a_page_that_says_so_and_a_way_out(at: Desk) -> None:
    needs = Operation.TRACK_EXPERIMENTS
    analyst = signed(at, account(at), needs=needs)
    page = analyst.get("/", headers=HTML)
    assert page.status_code == 403
    assert "may not see the experiments in MLflow" in page.text
    assert 'action="/sign-out"' in page.text
    scientist = account(at, "data-scientist", Role.DATA_SCIENTIST)
    assert signed(at, scientist, needs=needs).get("/").status_code == 200


def test_every_answer_forbids_what_comes_from_elsewhere(at: Desk) -> None:
    for answer in (client(at).get("/sign-in"), client(at).get("/"), client(at).get("/health")):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "http" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_signing_in_again_leaves_the_sign_in_reachable(at: Desk) -> None:
    browser = signed(at, account(at))
    assert browser.get("/sign-in").status_code == 200
    assert sign_in.who(at, token_of(at, account(at, "analyst-2"))) is not None
