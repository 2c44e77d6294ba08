"""The pages there are, who is led to which, and turning from one to another."""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st

from workbench.domain.account import PERMISSIONS, Operation, Role

FOLDER = Path(__file__).parent / "pages"


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its name (file and address), and what a role must be allowed for it."""

    name: str
    title: str
    icon: str
    needs: Operation
    start_of: tuple[Role, ...] = ()
    listed: bool = True

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.py"


PLACES = (
    Place("cases", "Cases", "folder_open", Operation.OPEN_CASE, (Role.ANALYST, Role.SUPERVISOR)),
    Place("finding", "Finding", "account_tree", Operation.OPEN_FINDING, listed=False),
    Place("second_reading", "Second reading", "rule", Operation.JUDGE),
    Place("data", "Data", "database", Operation.READ_DATA),
    Place("models", "Models", "model_training", Operation.READ_MODELS, (Role.DATA_SCIENTIST,)),
    Place("bias_audit", "Bias audit", "balance", Operation.READ_MODELS),
    Place("decision_log", "Decision log", "history_edu", Operation.READ_LOG, (Role.AUDITOR,)),
    Place(
        "administration",
        "Administration",
        "manage_accounts",
        Operation.MANAGE_ACCOUNTS,
        (Role.ADMINISTRATOR,),
    ),
)


def places_of(role: Role) -> list[Place]:
    """What the table of permissions opens to a role, in the order of the navigation."""
    return [place for place in PLACES if role in PERMISSIONS[place.needs] and place.file.exists()]


def anchor(number: int) -> str:
    """Where on the Finding page a step begins."""
    return f"step-{number}"


def go(name: str, **query: str) -> NoReturn:
    """Turn to the page of that name with these query parameters; empty ones are left out."""
    st.switch_page(FOLDER / f"{name}.py", query_params={k: v for k, v in query.items() if v})
