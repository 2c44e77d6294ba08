"""The picture of a graph: what is sent to the browser, and where things stand in it."""

import math
from datetime import UTC, datetime

import pytest

from workbench.domain.entity import Entity, EntityKind, Link, LinkStatus
from workbench.ui.graph_view import view
from workbench.ui.graph_view.layout import positions


def entity(entity_id: str, kind: EntityKind = EntityKind.PHONE, label: str = "") -> Entity:
    return Entity(
        id=entity_id, kind=kind, label=label or entity_id, member_state="AA", record_id="R-1"
    )


def link(
    source: str,
    target: str,
    kind: str = "called",
    status: LinkStatus = LinkStatus.RECORDED,
    *,
    day: int = 1,
    amount: float | None = None,
) -> Link:
    return Link(
        source_id=source,
        target_id=target,
        kind=kind,
        status=status,
        basis="R-1",
        occurred_at=datetime(2024, 3, day, tzinfo=UTC),
        amount=amount,
    )


def test_links_of_one_kind_between_the_same_two_become_one_line_with_their_sum() -> None:
    (line,) = view.lines(
        [
            link("a", "b", "transferred", day=9, amount=1200.0),
            link("a", "b", "transferred", day=3, amount=300.5),
        ]
    )
    assert line.label == "1,500 EUR ×2"
    assert line.words == "transferred"
    assert line.when == "2024-03-03 to 2024-03-09"
    assert len(line.links) == 2


def test_direction_kind_and_status_keep_lines_apart() -> None:
    found = view.lines(
        [
            link("a", "b"),
            link("b", "a"),
            link("a", "b", "uses"),
            link("a", "b", "called", LinkStatus.TENTATIVE),
        ]
    )
    assert len(found) == 4
    assert found[3].label == "tentative"


def test_what_the_browser_gets_is_plain_text_and_positions() -> None:
    name = '<img src=x onerror="alert(1)">'
    data = view.payload(
        [entity("a", EntityKind.PERSON, name), entity("b")],
        view.lines([link("a", "b", "may be one", LinkStatus.ASSESSED)]),
        ringed=["a"],
        ring_means="what the claim is about",
    )
    first, second = data["entities"]
    assert first["full"] == name
    assert (first["kind"], first["ringed"], second["ringed"]) == ("person", True, False)
    assert {"x", "y"} <= first.keys()
    (line,) = data["links"]
    assert (line["source"], line["target"], line["status"]) == ("entity:a", "entity:b", "assessed")
    assert "2 entities and 1 lines" in data["about"]


def test_long_labels_are_cut_in_the_picture_and_whole_beneath_it() -> None:
    data = view.payload([entity("a", label="x" * 60)], [])
    assert len(data["entities"][0]["label"]) == 26
    assert data["entities"][0]["full"] == "x" * 60


def test_the_same_graph_is_laid_out_the_same_way() -> None:
    pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]
    assert positions("abcd", pairs, seed=7) == positions("abcd", pairs, seed=7)


@pytest.mark.parametrize("n", [2, 12, 60, 150])
def test_no_two_marks_stand_on_each_other(n: int) -> None:
    ids = [f"e{i}" for i in range(n)]
    pairs = [(ids[i], ids[i // 2]) for i in range(1, n)]
    spots = list(positions(ids, pairs, seed=7).values())
    nearest = min(math.dist(spots[i], spots[j]) for i in range(n) for j in range(i + 1, n))
    assert nearest > 40


def test_entities_without_any_link_have_a_place_of_their_own() -> None:
    spots = positions(["a", "b", "c"], [("a", "b")], seed=7)
    assert len(set(spots.values())) == 3


def test_the_script_holds_the_library_and_one_default_export() -> None:
    script = view.source()
    assert 'version="3.34.4"' in script
    assert script.count("export default") == 1
    assert "export{" not in script
    assert "fetch(" not in script
    assert "XMLHttpRequest" not in script
    assert "import(" not in script


def test_the_component_writes_no_markup_from_data() -> None:
    ours = view.source().rpartition("\n// The graph picture")[2]
    assert "innerHTML" not in ours.replace("never innerHTML", "")
    assert "eval(" not in ours


def test_a_full_flow_names_its_hub_and_the_ends_of_its_largest_sums() -> None:
    paid = [link("hub", f"e{n}", "transferred", amount=100.0 + n) for n in range(24)]
    paid += [link("e1", "e2", "transferred", amount=9_000.0)]
    ids = ["hub", *(f"e{n}" for n in range(24))]
    spots = {name: (200.0 * n, 0.0) for n, name in enumerate(ids)}
    entities, bundled = [entity(i, EntityKind.ACCOUNT) for i in ids], view.lines(paid)
    data = view.payload(entities, bundled, spots=spots)
    assert data["crowded"]
    named = {mark["full"] for mark in data["entities"] if mark["named"]}
    assert named == {"hub", "e1", "e2", "e21", "e22", "e23"}
    worded = [line["label"] for line in data["links"] if line["worded"]]
    assert worded == ["121 EUR", "122 EUR", "123 EUR", "9,000 EUR"]
    assert not view.payload(entities, bundled)["crowded"]  # no flow: as many as have room
    few = view.payload(entities[:9], bundled[:8], spots=spots)
    assert not few["crowded"]


def test_a_line_to_a_mark_below_bears_its_label_beneath_the_upper_name() -> None:
    def drop(spot: tuple[float, float]) -> float:
        spots = {"a": (0.0, 0.0), "b": spot}
        data = view.payload([entity("a"), entity("b")], view.lines([link("a", "b")]), spots=spots)
        return float(data["links"][0]["drop"])

    assert drop((0.0, 84.0)) == 16  # 58 below the upper mark, where its name ends
    assert drop((300.0, 84.0)) == 0
    assert drop((0.0, 200.0)) == 0
    assert drop((100.0, 0.0)) == 0
