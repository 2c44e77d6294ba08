from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from builders_casework import person
from builders_web import desk

from workbench.domain.account import Account, Role
from workbench.services.standing import standing
from workbench.store.desk import Desk


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    made = desk(tmp_path / "home")
    yield made
    made.database.close()


@pytest.fixture
def who(at: Desk) -> Account:
    return person(at, "analyst-1", Role.ANALYST)


def test_without_a_witness_every_page_says_so(at: Desk, who: Account) -> None:
    assert [badge for badge, _ in standing(at, who).badges] == ["not independently witnessed"]


def test_a_home_that_the_demonstration_made_says_so(at: Desk, who: Account) -> None:
    (at.home / "demo.json").write_text("{}")
    assert standing(at, who).demonstration


def test_a_simulated_account_is_told_that_it_is_one(at: Desk, who: Account) -> None:
    assert standing(at, replace(who, simulated=True)).simulated
    assert not standing(at, who).simulated


def test_each_badge_has_its_sentence(at: Desk, who: Account) -> None:
    (at.home / "demo.json").write_text("{}")
    badges = standing(at, replace(who, simulated=True)).badges
    assert len(badges) == 3
    assert all(why.endswith(".") for _, why in badges)
