"""The navigation: what a role may see is listed, what it may not is not even there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders_web import MAIN, account, signed_in
from streamlit.testing.v1 import AppTest

from workbench import bootstrap
from workbench.domain.account import PERMISSIONS, Role
from workbench.store.desk import Desk
from workbench.ui import charts
from workbench.ui.places import FOLDER, PLACES, Place, places_of

STARTS = {  # a data scientist's is in test_models_page.py
    Role.ANALYST: "My cases",
    Role.SUPERVISOR: "My cases",
    Role.AUDITOR: "Decision log",
    Role.ADMINISTRATOR: "Administration",
}
FILES = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    made = bootstrap.open()
    yield made
    made.database.close()


def shown_to(at: Desk, role: Role) -> AppTest:
    shown = AppTest.from_file(MAIN, default_timeout=60)
    shown.user = signed_in(at, account(at, role.value, role))
    return shown.run()


@pytest.mark.slow
@pytest.mark.parametrize("role", STARTS)
def test_each_role_starts_on_its_own_page(at: Desk, role: Role) -> None:
    shown = shown_to(at, role)
    assert not shown.exception
    assert shown.title[0].value == STARTS[role]


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_no_page_has_a_side_door_for_what_is_seen_on_it(at: Desk, place: Place) -> None:
    role = next(role for role in Role if role in PERMISSIONS[place.needs] and places_of(role))
    shown = AppTest.from_file(MAIN, default_timeout=60)
    shown.user = signed_in(at, account(at, role.value, role))
    shown.switch_page(f"../pages/{place.name}.py").run()
    assert not shown.exception
    assert charts.NO_SIDE_DOOR in [html.proto.body for html in shown.get("html")]


def test_every_chart_is_drawn_in_the_one_look() -> None:
    drawing = [
        path.name
        for path in FOLDER.parent.rglob("*.py")
        if "st.vega_lite_chart(" in path.read_text(encoding="utf-8")
    ]
    assert drawing == ["charts.py"]


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_led_to_exactly_the_pages_that_its_permissions_open(role: Role) -> None:
    allowed = {place.name for place in PLACES if role in PERMISSIONS[place.needs]}
    assert {place.name for place in places_of(role)} == allowed & FILES


def test_no_page_is_without_a_place_in_the_navigation() -> None:
    assert {place.name for place in PLACES} >= FILES


@pytest.mark.slow
def test_an_address_that_a_role_does_not_have_leads_to_where_it_starts(at: Desk) -> None:
    shown = shown_to(at, Role.ADMINISTRATOR)
    with pytest.raises(ValueError, match="cases"):
        shown.switch_page("../pages/cases.py")


def test_the_entry_script_has_no_pages_folder_beside_it() -> None:
    """Streamlit would take one for its old automatic pages and run them past the navigation."""
    assert not (Path(MAIN).parent / "pages").exists()


@pytest.mark.slow
def test_a_home_made_by_the_demonstration_says_so_on_every_page(at: Desk) -> None:
    (at.home / "demo.json").write_text("{}")
    badges = [one.value for one in shown_to(at, Role.ADMINISTRATOR).markdown]
    assert any("demonstration" in badge for badge in badges)
