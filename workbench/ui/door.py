"""What a person sees before Streamlit does: sign-in, sign-out, a new password, health, refusals.

Plain HTML without a script. Both web doors (the pages and MLflow) serve these routes behind the
gate of `workbench.app`, which has refused every POST from another origin before it comes here.
"""

import secrets
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from workbench.domain.errors import BadInput, NotAllowed, WorkbenchError
from workbench.services import sign_in
from workbench.services.sign_in import Session

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

COOKIE = "workbench_session"
SIGN_IN, SIGN_OUT, PASSWORD = "/sign-in", "/sign-out", "/password"
HEALTH, WATCH = "/health", "/session"
WHO = "workbench.signed_in"  # where the gate leaves a Session in the ASGI scope

_HERE = Path(__file__).parent
_LARGEST_FORM = 8192  # bytes
_MORE_WORK = 2  # password checks at a time; each takes 64 MiB


class Door:
    """The routes of one web door. `home` is where a person lands who asked for nothing else."""

    def __init__(self, desk: "Desk", *, home: str = "/") -> None:
        self._desk = desk
        self._home = home
        self._page = Template((_HERE / "door.html").read_text(encoding="utf-8"))
        self._style = (_HERE / "door.css").read_text(encoding="utf-8")
        self._passwords = CapacityLimiter(_MORE_WORK)

    def routes(self) -> list[Route]:
        """The routes, for a Starlette application or st.App."""
        return [
            Route(SIGN_IN, self.show_sign_in, methods=["GET"]),
            Route(SIGN_IN, self.take_sign_in, methods=["POST"]),
            Route(SIGN_OUT, self.take_sign_out, methods=["POST"]),
            Route(PASSWORD, self.show_password, methods=["GET"]),
            Route(PASSWORD, self.take_password, methods=["POST"]),
            Route(HEALTH, _health, methods=["GET"]),
            Route(WATCH, _watch, methods=["GET"]),
        ]

    async def show_sign_in(self, request: Request) -> Response:
        ended = request.query_params.get("ended", "") == "1"
        return self._sign_in(onward=request.query_params.get("next", ""), ended=ended)

    async def take_sign_in(self, request: Request) -> Response:
        """Check name and password; on success set a new cookie and go on to where one was."""
        form = await _form(request)
        name, onward = form.get("name", ""), form.get("next", "")
        try:
            token = await to_thread.run_sync(
                sign_in.sign_in,
                self._desk,
                name,
                form.get("password", ""),
                limiter=self._passwords,
            )
        except sign_in.TooManyAttempts as error:
            return self._sign_in(onward=onward, name=name, said=str(error), status=429)
        except NotAllowed as error:
            return self._sign_in(onward=onward, name=name, said=str(error), status=401)
        response = RedirectResponse(inside(onward) or self._home, status_code=303)
        _set_cookie(response, token, secure=request.url.scheme == "https")
        return response

    async def take_sign_out(self, request: Request) -> Response:
        signed = _who(request)
        if signed is not None:
            await to_thread.run_sync(sign_in.sign_out, self._desk, signed.id_hash)
        response = RedirectResponse(SIGN_IN, status_code=303)
        response.delete_cookie(COOKIE, path="/")
        return response

    async def show_password(self, request: Request) -> Response:
        return self._password(_who(request))

    async def take_password(self, request: Request) -> Response:
        """Change the password; every other session of the account ends with it."""
        form = await _form(request)
        signed = _who(request)
        if signed is None:
            return RedirectResponse(SIGN_IN, status_code=303)
        if form.get("new", "") != form.get("again", ""):
            return self._password(signed, said="The two new passwords differ; type both again.")
        try:
            token = await to_thread.run_sync(
                sign_in.change_password,
                self._desk,
                signed.id_hash,
                form.get("old", ""),
                form.get("new", ""),
                limiter=self._passwords,
            )
        except (BadInput, NotAllowed) as error:
            return self._password(signed, said=str(error))
        response = RedirectResponse(self._home, status_code=303)
        _set_cookie(response, token, secure=request.url.scheme == "https")
        return response

    def refuse(self, sentence: str, *, status: int, signed: Session | None = None) -> Response:
        """A page that says why not, with a way out for somebody who is signed in."""
        out = _SIGN_OUT.format(action=SIGN_OUT) if signed is not None else ""
        return self._show(
            "Not here", f"<h1>Not here</h1><p class=lead>{escape(sentence)}</p>{out}", status=status
        )

    def _sign_in(
        self, *, onward: str, name: str = "", said: str = "", ended: bool = False, status: int = 200
    ) -> Response:
        said_html = f'<p class="said" role="alert">{escape(said)}</p>' if said else ""
        if ended and not said:
            said_html = f'<p class="note" role="status">{_ENDED}</p>'
        body = _SIGN_IN_FORM.format(
            said=said_html,
            action=SIGN_IN,
            name=escape(name[:80], quote=True),
            onward=escape(inside(onward), quote=True),
            focus_name="" if name else "autofocus",
            focus_password="autofocus" if name else "",
        )
        return self._show("Sign in", body, status=status)

    def _password(self, signed: Session | None, *, said: str = "") -> Response:
        must = signed is not None and signed.must_change
        lead = (
            "Yours was made by somebody else and works once. Choose your own to go on."
            if must
            else "Every other place where you are signed in will be signed out."
        )
        said_html = f'<p class="said" role="alert">{escape(said)}</p>' if said else ""
        body = _PASSWORD_FORM.format(said=said_html, action=PASSWORD, lead=lead)
        return self._show("New password", body, status=400 if said else 200)

    def _show(self, title: str, body: str, *, status: int) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = self._page.substitute(title=title, css=self._style, nonce=nonce, body=body)
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return HTMLResponse(page, status_code=status, headers=headers)


def inside(onward: str) -> str:
    """`onward` when it is a path of this site, else empty; never another host."""
    plain = onward.isprintable() and "\\" not in onward and len(onward) <= 2048
    return onward if plain and onward.startswith("/") and not onward.startswith("//") else ""


def to_sign_in(path: str, query: str) -> str:
    """The address of the sign-in that leads back to `path`."""
    wanted = f"{path}?{query}" if query else path
    return SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted, safe='')}"


def _set_cookie(response: Response, token: str, *, secure: bool) -> None:
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/")


def _who(request: Request) -> Session | None:
    found = request.scope.get(WHO)
    return found if isinstance(found, Session) else None


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form; the first where a name is given twice.

    Raises
    ------
    BadInput
        When it is larger than 8 KiB or not UTF-8.
    """
    body = bytearray()
    async for chunk in request.stream():
        body.extend(chunk)
        if len(body) > _LARGEST_FORM:
            raise BadInput(f"The form is larger than {_LARGEST_FORM} bytes; send less.")
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise BadInput("The form is not URL-encoded UTF-8; send it from the page.") from error
    return {name: values[0] for name, values in fields.items()}


async def say_why(request: Request, error: Exception) -> Response:
    """Exception handler: one sentence of ours, no traceback."""
    sentence = str(error) if isinstance(error, WorkbenchError) else "That did not work; try again."
    return PlainTextResponse(sentence, status_code=400)


async def _health(request: Request) -> Response:
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})


async def _watch(request: Request) -> Response:
    """204 while the session lives; the gate answers 401 once it has ended. Extends nothing."""
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


_ENDED = "Your sign-in ended. Nothing sealed is lost; sign in to go on."
_SIGN_OUT = '<form method="post" action="{action}"><button type="submit">Sign out</button></form>'
_SIGN_IN_FORM = """<h1>Sign in</h1>
<p class="lead">With the name that an administrator gave you.</p>
{said}<form method="post" action="{action}">
<input type="hidden" name="next" value="{onward}">
<label for="name">Name</label>
<input id="name" name="name" value="{name}" autocomplete="username" autocapitalize="none"
 spellcheck="false" required maxlength="80" {focus_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
 required maxlength="1024" {focus_password}>
<button type="submit">Sign in</button>
</form>
<p class="foot">Signed out after 15 minutes without use and after 8 hours at the latest. Forgotten
it? An administrator makes a new one; nobody can read the old.</p>"""
_PASSWORD_FORM = """<h1>New password</h1>
<p class="lead">{lead}</p>
{said}<form method="post" action="{action}">
<label for="old">Password until now</label>
<input id="old" name="old" type="password" autocomplete="current-password"
 required maxlength="1024" autofocus>
<label for="new">New password</label>
<input id="new" name="new" type="password" autocomplete="new-password"
 required minlength="12" maxlength="256">
<p class="hint">At least 12 characters. A few words that do not belong together are easy to
keep.</p>
<label for="again">New password again</label>
<input id="again" name="again" type="password" autocomplete="new-password"
 required minlength="12" maxlength="256">
<button type="submit">Change it</button>
</form>"""
