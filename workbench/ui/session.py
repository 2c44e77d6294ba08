"""Who is at the page. Every page begins with ``desk, account = session.current()``.

Over HTTP `st.user` is filled from two headers that only the gate of `workbench.app` can set: the
account's pseudonym and the SHA-256 of its session's cookie. Both are looked up again here on
every rerun, so a page stops at the first rerun after the session was revoked.

In tests there is no gate. They sign in through `services.sign_in`, which makes a real session
row, and hand its hash to ``AppTest.user``::

    page = AppTest.from_file(".../workbench/ui/entry/script.py")
    page.user = {"account": account.id, "session": session_hash}

That attribute exists in the test harness alone; no request can reach it. Nothing is patched, and
an unknown, foreign, revoked or stale hash stops the page there as it does here.
"""

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from workbench import bootstrap
from workbench.domain.account import Account, Operation
from workbench.domain.errors import NotAllowed
from workbench.services import sign_in
from workbench.services.sign_in import Session
from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_WATCH = """
const away = (to) => window.location.assign(to);
const back = () => encodeURIComponent(window.location.pathname + window.location.search);
const ended = () => away(`/sign-in?ended=1&next=${back()}`);
let watching = false;
async function look() {
  try {
    const answer = await fetch("/session", { cache: "no-store", redirect: "manual" });
    if (answer.status === 401) ended();
  } catch (_) { /* the server is away; Streamlit says so itself */ }
}
export default function ({ data }) {
  if (data.signed_out) return away("/sign-in");
  if (data.ended) return ended();
  if (watching) return;
  watching = true;
  window.setInterval(look, 10000);
  document.addEventListener("visibilitychange", look);
}
"""


def current() -> tuple["Desk", Account]:
    """The desk as this session works at it, and whose session it is; stops the page otherwise."""
    session = living()
    if session is None:
        _stop("Your sign-in has ended. Nothing that you sealed is lost.", ended=True)
    if session.must_change:
        _stop("Choose your own password first: sign in again and you will be asked for it.")
    return sign_in.at_desk(_open(str(Settings().home)), session), session.account


def living() -> Session | None:
    """The session that `st.user` names, when it lives and belongs to the account named there."""
    account, session_hash = st.user.get("account"), st.user.get("session")
    if not isinstance(account, str) or not isinstance(session_hash, str):
        return None
    session = sign_in.session_of(_open(str(Settings().home)), session_hash)
    return session if session is not None and session.account.id == account else None


def require(account: Account, operation: Operation) -> None:
    """Stop the page with the sentence of the table of permissions unless `account` may."""
    try:
        account.require(operation)
    except NotAllowed as error:
        st.error(str(error), icon=":material/block:")
        st.stop()


def leave(desk: "Desk") -> NoReturn:
    """Sign out: end the session at once, then send the browser to the sign-in."""
    sign_in.sign_out(desk, desk.session_hash)
    _watch(signed_out=True)
    st.stop()


def watch() -> None:
    """Lets the browser notice by itself when the session ends, so that no page stays readable."""
    _watch()


def _stop(sentence: str, *, ended: bool = False) -> NoReturn:
    st.info(sentence, icon=":material/lock:")
    _watch(ended=ended)
    st.stop()


def _watch(*, ended: bool = False, signed_out: bool = False) -> None:
    mount = st.components.v2.component("workbench_watch", js=_WATCH)
    key = "leave" if ended or signed_out else "watch"  # both may be on the page in one run
    mount(data={"ended": ended, "signed_out": signed_out}, key=f"workbench_{key}")


@st.cache_resource(show_spinner=False)
def _open(home: str) -> "Desk":
    """One desk per process and home."""
    return bootstrap.open(home)
