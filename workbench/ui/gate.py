"""The gate before every route and WebSocket of both web doors.

It knows a person by one thing only, a cookie whose SHA-256 stands in the session table; what a
request says of itself in identity headers is thrown away. What lies behind learns who it is from
headers that the gate adds after that.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.domain.account import Operation
from workbench.domain.errors import NotAllowed
from workbench.services import sign_in
from workbench.services.sign_in import Session
from workbench.ui import door
from workbench.ui.door import Door

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

ACCOUNT_HEADER = "x-workbench-account"
SESSION_HEADER = "x-workbench-session"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")

_OURS = b"x-workbench-"  # headers of this prefix come from the gate or not at all
_OPEN = (door.SIGN_IN, door.HEALTH)
_BEFORE_A_NEW_PASSWORD = (door.PASSWORD, door.SIGN_OUT, door.WATCH)
_SAFE = ("GET", "HEAD", "OPTIONS")
_SIGN_IN_FIRST = "Sign in first."
# Of MLflow's routes: posts that only search, and what passes requests on or runs jobs.
_SEARCHES = ("search", "search-datasets", "graphql")
_NEVER = ("gateway", "assistant", "/jobs", "/mcp", "/v1/traces", "telemetry")
# Streamlit and MLflow bundle scripts that evaluate and style in place; nothing leaves this host.
_POLICY = (
    "default-src 'self' blob: data:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' data: blob:; frame-src 'self'; frame-ancestors 'none'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)


class Gate:
    """ASGI middleware in front of every route and WebSocket; refuses whoever is not signed in.

    Parameters
    ----------
    app : ASGIApp
        What lies behind it.
    desk : Desk
        Where sessions are looked up.
    entrance : Door
        Writes the page of a refusal.
    hosts : sequence of str
        Host names that are answered, against DNS rebinding.
    needs : Operation, optional
        What a role must be allowed for anything behind this gate.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        desk: "Desk",
        entrance: Door,
        hosts: Sequence[str] = LOCAL_HOSTS,
        needs: Operation | None = None,
    ) -> None:
        self._app = app
        self._desk = desk
        self._door = entrance
        self._hosts = frozenset(host.lower() for host in hosts)
        self._needs = needs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path = Headers(scope=scope), scope["path"]
        send = _with_policy(send)
        if not self._answers_to(headers):
            refusal: Response | None = PlainTextResponse("Unknown host.", status_code=421)
        elif scope["method"] not in _SAFE and not _from_here(scope, headers):
            refusal = PlainTextResponse("Send this from the page itself.", status_code=403)
        elif path == door.HEALTH:
            refusal = None
            scope = _without_identity(scope)
        else:
            signed = await self._who(headers, touch=path != door.WATCH)
            refusal = None if path in _OPEN else self._refusal(scope, headers, signed)
            scope = _with_identity(scope, signed)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers, signed: Session | None) -> Response | None:
        path, reads = scope["path"], scope["method"] in ("GET", "HEAD")
        navigates = reads and "text/html" in headers.get("accept", "")
        if signed is None:
            if navigates:
                query = scope["query_string"].decode("latin-1")
                return RedirectResponse(door.to_sign_in(path, query), status_code=303)
            return PlainTextResponse(_SIGN_IN_FIRST, status_code=401)
        if path in _BEFORE_A_NEW_PASSWORD:
            return None
        if signed.must_change:
            if navigates:
                return RedirectResponse(door.PASSWORD, status_code=303)
            return PlainTextResponse("Choose your own password first.", status_code=403)
        if self._needs is not None:
            try:
                signed.account.require(self._needs)
            except NotAllowed as error:
                return self._door.refuse(str(error), status=403, signed=signed)
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        signed = None
        if self._answers_to(headers) and _from_here(scope, headers):
            signed = await self._who(headers, touch=True)
        if signed is None or signed.must_change or not self._may(signed):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        watched = _Watched(self, headers, receive, send)
        await self._app(_with_identity(scope, signed), watched.receive, send)

    def _may(self, signed: Session) -> bool:
        try:
            if self._needs is not None:
                signed.account.require(self._needs)
        except NotAllowed:
            return False
        return True

    async def still(self, headers: Headers) -> bool:
        """Whether the cookie of an open WebSocket still names a living session."""
        return await self._who(headers, touch=True) is not None

    async def _who(self, headers: Headers, *, touch: bool) -> Session | None:
        token = _token(headers)
        if not token:
            return None
        return await to_thread.run_sync(lambda: sign_in.who(self._desk, token, touch=touch))

    def _answers_to(self, headers: Headers) -> bool:
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            return False
        try:
            name = urlsplit(f"//{hosts[0]}").hostname
        except ValueError:
            return False
        return name is not None and name.lower().rstrip(".") in self._hosts


class _Watched:
    """Looks at the session again before each message of an open WebSocket reaches Streamlit.

    Widget callbacks and fragments run before the script could ask; so a message that comes
    after the session was revoked, or 15 minutes idle, ends the connection instead.
    """

    def __init__(self, gate: Gate, headers: Headers, receive: Receive, send: Send) -> None:
        self._gate, self._headers = gate, headers
        self._receive, self._send = receive, send

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive" or await self._gate.still(self._headers):
            return message
        await self._send({"type": "websocket.close", "code": 1008})
        return {"type": "websocket.disconnect", "code": 1008}


def _token(headers: Headers) -> str:
    """The session cookie's value; empty when there is none, or more than one."""
    pairs = (
        part.strip().partition("=")
        for line in headers.getlist("cookie")
        for part in line.split(";")
    )
    found = [value for name, _, value in pairs if name == door.COOKIE]
    return found[0] if len(found) == 1 else ""


def _from_here(scope: Scope, headers: Headers) -> bool:
    """True when Origin names this very scheme, host and port; a request without one is not."""
    origins = headers.getlist("origin")
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    return origins == [f"{scheme}://{headers.get('host', '')}"]


def _without_identity(scope: Scope) -> Scope:
    """`scope` without any header, however spelt, that only the gate may set."""
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if not name.lower().replace(b"_", b"-").startswith(_OURS)
    ]
    return {**scope, "headers": kept}


def _with_identity(scope: Scope, signed: Session | None) -> Scope:
    scope = _without_identity(scope)
    if signed is None:
        return scope
    mine = [
        (ACCOUNT_HEADER.encode(), signed.account.id.encode("ascii")),
        (SESSION_HEADER.encode(), signed.id_hash.encode("ascii")),
    ]
    return {**scope, "headers": scope["headers"] + mine, door.WHO: signed}


def _with_policy(send: Send) -> Send:
    """Adds to every response what keeps a browser from loading or framing anything foreign."""

    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", _POLICY)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["X-Frame-Options"] = "DENY"
            headers["Referrer-Policy"] = "same-origin"
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sends


class LookOnly:
    """Lets what reads pass to MLflow and refuses what writes.

    Tags of the registry carry the audit that a release rests on, so nobody changes them through
    the browser: training, registering and auditing go through the workbench, which logs them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _looks(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse(
            "MLflow is open for reading here; train and register through the workbench.",
            status_code=403,
        )
        await refusal(scope, receive, send)


def _looks(method: str, path: str) -> bool:
    if any(part in path for part in _NEVER):
        return False
    searches = path.rsplit("/", 1)[-1] in _SEARCHES
    return method in ("GET", "HEAD") or (method == "POST" and searches)
