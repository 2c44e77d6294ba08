"""Streamlit's script: who is here, which pages their role has, and what is true of this home.

Runs first on every rerun of every page, so a session that was revoked gets no further than here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation, Role
from workbench.services.standing import standing
from workbench.ui import components, session
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.store.desk import Desk

_PAGES = Path(__file__).parent / "pages"
_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="170" height="28" viewBox="0 0 170 28" '
    'fill="none"><circle cx="6" cy="21" r="4" stroke="#0072B2" stroke-width="2"/>'
    '<rect x="18.5" y="17.5" width="7" height="7" rx="1.2" stroke="#E69F00" stroke-width="2"/>'
    '<path d="M14 3l4 7h-8z" stroke="#009E73" stroke-width="2" stroke-linejoin="round"/>'
    '<path d="M8 17.6l3.2-6.2" stroke="#8A939B" stroke-width="1.6"/>'
    '<path d="M10.4 21h7.4" stroke="#8A939B" stroke-width="1.6" stroke-dasharray="2.4 2"/>'
    '<text x="36" y="20" font-family="system-ui,Segoe UI,Roboto,Noto Sans,DejaVu Sans,sans-serif" '
    'font-size="16.5" font-weight="600" fill="{ink}">Workbench</text></svg>'
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation: its file under pages/, and what a role must be allowed for it."""

    file: str
    title: str
    icon: str
    needs: Operation
    start_of: tuple[Role, ...] = ()
    listed: bool = True


PLACES = (
    Place("cases.py", "Cases", "folder_open", Operation.OPEN_CASE, (Role.ANALYST, Role.SUPERVISOR)),
    Place("finding.py", "Finding", "account_tree", Operation.OPEN_FINDING, listed=False),
    Place("second_reading.py", "Second reading", "rule", Operation.JUDGE),
    Place("models.py", "Models", "model_training", Operation.READ_MODELS, (Role.DATA_SCIENTIST,)),
    Place("bias_audit.py", "Bias audit", "balance", Operation.READ_MODELS),
    Place("decision_log.py", "Decision log", "history_edu", Operation.READ_LOG, (Role.AUDITOR,)),
    Place(
        "administration.py",
        "Administration",
        "manage_accounts",
        Operation.MANAGE_ACCOUNTS,
        (Role.ADMINISTRATOR,),
    ),
)


def pages_of(role: Role) -> list["st.Page"]:
    """The pages of a role, in the order of the navigation; the default leads to its first.

    Each keeps an address of its own that way, so that links into it work for every role.
    """
    places = [
        place
        for place in PLACES
        if role in PERMISSIONS[place.needs] and (_PAGES / place.file).exists()
    ]
    if not places:
        return []
    pages = [
        st.Page(
            _PAGES / place.file,
            # not `icon`: Streamlit would fetch it from another host to show it on the tab
            title=f":material/{place.icon}: {place.title}",
            url_path=place.file.removesuffix(".py"),
            visibility="visible" if place.listed else "hidden",
        )
        for place in places
    ]
    start = next((i for i, place in enumerate(places) if role in place.start_of), 0)

    def home() -> None:
        st.switch_page(pages[start])

    return [st.Page(home, title="Workbench", default=True, visibility="hidden"), *pages]


def head(desk: "Desk", account: Account) -> None:
    """The line above every page: what is true of this home, who one is, and the way out."""
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        components.badges(standing(desk, account).badges)
        with st.popover(
            f"{inert(account.name)} · {account.role.label}",
            icon=":material/person:",
            width="content",
        ):
            st.markdown(f"**{inert(account.name)}**, {account.role.label}")
            st.caption("In the log you are known by this pseudonym alone:")
            components.identifier(account.id, key="pseudonym")
            st.link_button("Change password", "/password", width="stretch")
            if st.button("Sign out", icon=":material/logout:", width="stretch", key="sign_out"):
                session.leave(desk)


def run() -> None:
    st.set_page_config(page_title="Workbench", layout="wide", initial_sidebar_state="expanded")
    desk, account = session.current()
    session.watch()
    ink = "#E4E7E9" if st.context.theme.type == "dark" else "#1D2429"
    st.logo(_MARK.format(ink=ink), size="large")
    places = pages_of(account.role)
    if not places:
        head(desk, account)
        components.empty("Your role has no page here.", "It works on the command line.")
        return
    chosen = st.navigation(places)
    head(desk, account)
    with components.asking():
        chosen.run()


if __name__ == "__main__":  # so it is in AppTest; over HTTP, entry/script.py calls it
    run()
