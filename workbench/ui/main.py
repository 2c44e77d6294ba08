"""Streamlit's script: who is here, which pages their role has, and what is true of this home.

Runs first on every rerun of every page, so a session that was revoked gets no further than here.
"""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account, Role
from workbench.services.standing import standing
from workbench.ui import charts, components, session
from workbench.ui.places import go, places_of
from workbench.ui.stop_switch import stop_switch
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

# White words on the lighter blue of the dark theme would be too faint (WCAG AA asks for 4.5).
_DARK_INK = (
    "<style>button[kind^=primary], button[kind^=primary] * {color: #0B1A22}"
    "button[kind^=primary]:hover {background: #7CC5EF}</style>"
)
# A heading's link to itself would be one more stop for who goes by keyboard.
_NO_SELF_LINKS = "<style>[data-testid=stHeaderActionElements] {display: none}</style>"
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


def pages_of(role: Role) -> list["st.Page"]:
    """The pages of a role; the default leads to the one that it starts with.

    Each keeps an address of its own that way, so that links into it work for every role.
    """
    places = places_of(role)
    if not places:
        return []
    pages = [
        st.Page(
            place.file,
            # not `icon`: Streamlit would fetch it from another host to show it on the tab
            title=f":material/{place.icon}: {place.title}",
            url_path=place.name,
            visibility="visible" if place.listed else "hidden",
        )
        for place in places
    ]
    start = next((place for place in places if role in place.start_of), places[0])

    def home() -> None:
        go(start.name)

    return [st.Page(home, title="Workbench", default=True, visibility="hidden"), *pages]


def head(desk: "Desk", account: Account) -> None:
    """The line above every page: what is true of this home, who one is, and the way out."""
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        components.badges(standing(desk, account).badges)
        stop_switch(desk, account)
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
    charts.no_side_door()
    st.html(_NO_SELF_LINKS)
    dark = charts.is_dark()
    ink = "#E4E7E9" if dark else "#12171B"
    if dark:
        st.html(_DARK_INK)
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
