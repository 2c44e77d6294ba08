"""Money from left to right."""

from workbench.domain.entity import EntityKind, LinkKind
from workbench.ui.graph_view import marks
from workbench.ui.graph_view.flow import flow_positions


def columns(moves: list[tuple[str, str]], ids: str) -> list[set[str]]:
    spots = flow_positions(list(ids), moves)
    by_x: dict[float, set[str]] = {}
    for entity_id, (x, _) in spots.items():
        by_x.setdefault(x, set()).add(entity_id)
    return [by_x[x] for x in sorted(by_x)]


def test_what_is_passed_on_stands_further_right() -> None:
    assert columns([("a", "c"), ("b", "c"), ("c", "d"), ("d", "e")], "edcba") == [
        {"a", "b"}, {"c"}, {"d"}, {"e"},
    ]  # fmt: skip


def test_a_later_payer_into_a_hub_stands_left_of_it_and_a_return_moves_nobody() -> None:
    assert columns([("a", "b"), ("b", "c"), ("d", "c"), ("c", "a")], "abcd") == [
        {"a"}, {"b", "d"}, {"c"},
    ]  # fmt: skip


def test_accounts_of_a_step_stand_near_those_they_pay() -> None:
    spots = flow_positions(list("abcd"), [("a", "d"), ("b", "c")])
    assert (spots["a"][1] < spots["b"][1]) == (spots["d"][1] < spots["c"][1])


def test_no_two_stand_in_the_same_spot_and_one_who_neither_pays_nor_is_paid_stands_beneath() -> (
    None
):
    moves = [(f"p{n}", "hub") for n in range(20)]
    ids = [*(f"p{n}" for n in range(20)), "hub", "holder"]
    spots = flow_positions(ids, moves)
    assert len(set(spots.values())) == 22
    assert spots["holder"][1] > max(y for e, (_, y) in spots.items() if e != "holder")
    assert spots == flow_positions(ids, moves)


def test_each_kind_has_a_mark_of_its_own_and_a_link_that_of_what_it_is_about() -> None:
    drawn = [(mark.path, mark.fill) for mark in marks.ENTITIES.values()]
    assert set(marks.ENTITIES) == set(EntityKind)
    assert len({path for path, _ in drawn}) == len({fill for _, fill in drawn}) == len(drawn)
    assert marks.of_link(LinkKind.CALLED) == marks.ENTITIES[EntityKind.PHONE]
    assert marks.of_link("transferred") == marks.ENTITIES[EntityKind.ACCOUNT]
    assert marks.of_link("seen with") == marks.ENTITIES[EntityKind.OTHER]
