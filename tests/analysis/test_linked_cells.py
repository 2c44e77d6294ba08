"""What is hidden in one attribute does not follow from another that holds the same people."""

from typing import Any

import pytest
from builders_attack import Attacker, Group, learnt
from builders_linked import SAME, Nested, linked, linked_burden

from workbench.analysis.burden_cells import burden_without_small_cells
from workbench.analysis.error_rates import DENOMINATOR
from workbench.analysis.subgroups import BOTH
from workbench.analysis.suppression import LEAST, suppressed

SEEDS = range(30)


def each_alone(full: dict[str, Any]) -> dict[str, Any]:
    """Every attribute by its own rule, as if there were no other."""
    out = suppressed(full)
    groups: list[dict[str, Any]] = []
    for name in dict.fromkeys(row["attribute"] for row in full["groups"]):
        if BOTH not in name:
            own = {
                key: [row for row in full[key] if row["attribute"] == name]
                for key in ("groups", "tests", "excluded")
            }
            groups += suppressed({**full, **own})["groups"]
    return {**out, "groups": groups}


def hidden(rows: list[dict[str, Any]], key: str) -> set[str]:
    return {row["group"] for row in rows if row[key] is None}


def test_a_groups_twin_is_hidden_with_it_and_takes_no_other() -> None:
    """607 negatives less 200 of arven, of belmar and of Cyrillic would be the 7 of thessan."""
    rows = [row for row in suppressed(linked())["groups"] if BOTH not in row["attribute"]]
    for key in ("negatives", "fpr", "n"):
        assert hidden(rows, key) == {"thessan", "velnar", "Greek", "Cyrillic"}
    assert hidden(rows, "positives") == hidden(rows, "fnr") == set()


def test_a_reader_who_knows_who_is_whose_learns_no_small_cell() -> None:
    full = linked()
    assert learnt(full, suppressed(full)) == []
    given_away = {cell[:4] for cell in learnt(full, each_alone(full)) if cell[4] == cell[5]}
    assert {("community", "thessan", "tn", 5), ("script", "Greek", "fp", 2)} <= given_away


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nested_attributes_tell_nothing_of_each_others_small_cells(seed: int) -> None:
    full = Nested(seed).table()
    assert learnt(full, suppressed(full)) == []


@pytest.mark.slow
def test_each_attribute_alone_would_give_small_cells_away() -> None:
    tables = [Nested(seed).table() for seed in SEEDS]
    found = [cell for full in tables for cell in learnt(full, each_alone(full))]
    exact = [low == pytest.approx(high, abs=1e-6) for *_, low, high in found]
    assert len(found) > 20
    assert sum(exact) > 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3, 4, 15, 17, 28])
def test_a_release_of_pairs_tells_no_small_cell_across_attributes(seed: int) -> None:
    full = Nested(seed, least=60, most=260).release()
    assert learnt(full, suppressed(full)) == []
    assert learnt(full, each_alone(full)) != []


def alike(full: dict[str, Any]) -> list[tuple[Group, Group]]:
    """Groups of two attributes that are equal in every count."""
    return [
        ((a["attribute"], a["group"]), (b["attribute"], b["group"]))
        for a in full["groups"]
        for b in full["groups"]
        if (a["attribute"], b["attribute"]) == ("one", "two")
        and a["n"] >= LEAST
        and all(a[key] == b[key] for key in ("n", *DENOMINATOR, *DENOMINATOR.values()))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, 6])
def test_deciders_tell_no_small_cell_by_groups_that_are_equal(seed: int) -> None:
    full = Nested(seed).deciders()
    left = suppressed(full)
    for who, whole in full["truth"]["by"].items():
        assert learnt(whole, left["truth"]["by"][who], same=alike(whole)) == []


def attack(whole: list[dict[str, Any]], left: list[dict[str, Any]], n_people: int) -> Attacker:
    """Opened people as false positives, the others as true negatives."""

    def said(row: dict[str, Any]) -> dict[str, Any]:
        rates = dict.fromkeys(("fnr", "precision", "accuracy"))
        return row | {"positives": 0, "negatives": row["n"], "fpr": row["share"],
                      "selection_rate": None} | rates  # fmt: skip

    groups = [(row["attribute"], row["group"]) for row in whole]
    nothing = {"n": None, "positives": 0, "negatives": None, "excluded": [], "tests": []}
    attacker = Attacker({**nothing, "groups": [said(row) for row in left]}, groups, same=SAME)
    attacker.says([(("all", "all", "fp"), 1.0)], n_people)
    return attacker


def test_who_was_opened_does_not_follow_from_a_group_of_the_same_people() -> None:
    """217 people less 60 of arven, 70 of belmar and 80 of Cyrillic would be the 7 of thessan."""
    full = linked_burden()
    rows = burden_without_small_cells(full, LEAST, readings=set())["groups"]
    assert hidden(rows, "share") == {"thessan", "velnar", "Greek", "Cyrillic"}
    low, high = attack(full["groups"], rows, 217).may_be("community", "thessan", "fp")
    assert low <= 1
    assert high >= LEAST
    alone = [row for name in ("community", "script") for row in burden_without_small_cells(
        full | {"groups": [r for r in full["groups"] if r["attribute"] == name]},
        LEAST, readings=set())["groups"]]  # fmt: skip
    assert hidden(alone, "share") == {"thessan", "velnar", "Greek", "Latin"}
    assert attack(full["groups"], alone, 217).may_be("community", "thessan", "fp") == (7, 7)
