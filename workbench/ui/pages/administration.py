"""Administration: who may sign in, and in which role."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation, Role
from workbench.services import account as accounts
from workbench.ui import components, session
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_ROLES = [role for role in Role if role is not Role.OPERATOR]
_NEW = "administration:password"


def page() -> None:
    desk, account = session.current()
    session.require(account, Operation.MANAGE_ACCOUNTS)
    components.title("Administration", "Who may sign in, and in which role.")
    _password_once()
    _list(desk, account)
    _add(desk, account)
    _permissions()


def _password_once() -> None:
    """The one-time password, until it is put away; it is kept nowhere."""
    held = st.session_state.get(_NEW)
    if held is None:
        return
    name, password = held
    with st.container(border=True):
        st.markdown(f"**One-time password for {inert(name)}**")
        st.code(password, language=None)
        st.caption(
            "Hand it over by another way than this screen. It works once and is not shown again."
        )
        if st.button("I have it", key="put_away"):
            del st.session_state[_NEW]
            st.rerun()


def _list(desk: "Desk", account: Account) -> None:
    everyone = accounts.list_accounts(desk)
    words = st.text_input("Search", placeholder="Name, role or pseudonym", key="find", width=340)
    found = [one for one in everyone if words.casefold() in _haystack(one)]
    st.caption(f"{len(found)} of {len(everyone)} accounts")
    if not found:
        components.empty("No account matches.", "Search for less, or add the account below.")
        return
    chosen = st.dataframe(
        [
            {
                "Name": one.name,
                "Role": one.role.label,
                "State": "disabled" if one.disabled else "active",
                "Simulated": "simulated" if one.simulated else "",
                "Pseudonym in the log": one.id,
            }
            for one in found
        ],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="accounts",
    )
    rows = chosen.selection.rows
    if rows and rows[0] < len(found):
        _one(desk, account, found[rows[0]])
    else:
        st.caption("Choose a row to change an account.")


def _haystack(one: Account) -> str:
    return f"{one.name} {one.role.label} {one.id}".casefold()


def _one(desk: "Desk", account: Account, chosen: Account) -> None:
    with st.container(border=True, key=f"account_{chosen.id}"):
        st.markdown(f"**{inert(chosen.name)}**, {chosen.role.label}")
        if chosen.id == account.id or chosen.role is Role.OPERATOR:
            st.caption("Another administrator changes this account.")
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            role = st.selectbox(
                "Role",
                _ROLES,
                index=_ROLES.index(chosen.role),
                format_func=lambda one: one.label,
                key=f"role_{chosen.id}",
                width=220,
            )
            if st.button("Change role", disabled=role is chosen.role, key=f"set_{chosen.id}"):
                with components.asking() as asked:
                    accounts.change_role(desk, chosen.name, role=role, by=account.name)
                _again(asked.ok)
            if st.button("New one-time password", key=f"reset_{chosen.id}"):
                with components.asking() as asked:
                    password = accounts.reset(desk, chosen.name, by=account.name)
                    st.session_state[_NEW] = (chosen.name, password)
                _again(asked.ok)
            if not chosen.disabled and st.button(
                "Disable", icon=":material/block:", key=f"disable_{chosen.id}"
            ):
                with components.asking() as asked:
                    accounts.disable(desk, chosen.name, by=account.name)
                _again(asked.ok)
        st.caption("Any of these ends this person's sessions at once and is logged.")


def _again(ok: bool) -> None:
    if ok:
        st.rerun()


def _add(desk: "Desk", account: Account) -> None:
    st.subheader("Add an account", anchor=False)
    with (
        st.form("add", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input("Name to sign in with", key="new_name", width=320)
        role = st.selectbox(
            "Role",
            _ROLES,
            index=None,
            format_func=lambda one: one.label,
            placeholder="Choose",
            key="new_role",
            width=220,
        )
        given = st.form_submit_button("Add", icon=":material/person_add:")
    if not given:
        return
    if role is None:
        st.error("Choose the role that the account is to have.", icon=":material/error:")
        return
    with components.asking() as asked:
        password = accounts.add(desk, name.strip(), role=role, by=account.name)
        st.session_state[_NEW] = (name.strip(), password)
    _again(asked.ok)


def _permissions() -> None:
    with st.expander("What each role may do"):
        st.dataframe(
            [
                {"May": operation.value}
                | {role.label: "yes" if role in PERMISSIONS[operation] else "" for role in _ROLES}
                for operation in Operation
            ],
            hide_index=True,
            key="permissions",
        )
        st.caption(
            "One person does not hold deciding and training, nor auditing with anything. Finer "
            "conditions, such as one's own cases, are checked where the thing is at hand."
        )


page()
