"""Every row of the table is filled by one check; what is missing is said, not guessed."""

from collections import Counter

import pytest
from builders_validation import written

from workbench.analysis.validation.checks import CHECKS, validate
from workbench.analysis.validation.networks import groups
from workbench.analysis.validation.references import REFERENCES
from workbench.analysis.validation.rows import Measured, Reference, Verdict, row
from workbench.analysis.validation.world import NotInWorld, WrittenWorld


def silent(text: str, share: float) -> None:
    """Progress that nobody watches."""


def test_every_reference_is_filled_by_exactly_one_check() -> None:
    filled = Counter(key for check in CHECKS for key in check.keys)
    assert filled == Counter(REFERENCES.keys())


def test_every_reference_has_limits_that_can_be_missed() -> None:
    for key, reference in REFERENCES.items():
        assert reference.low <= reference.high, key
        assert reference.low > float("-inf") or reference.high < float("inf"), key
        assert reference.published and reference.source and reference.measures, key


def test_an_empty_world_has_nothing_and_says_what_is_missing() -> None:
    rows = validate(WrittenWorld(name="empty", tables={}), seed=1, progress=silent)
    assert {r.verdict for r in rows} == {Verdict.ABSENT}
    assert [r.key for r in rows] == list(REFERENCES)
    assert "there is no offences.csv" in {r.note for r in rows}


@pytest.mark.parametrize(
    ("value", "low", "by", "verdict"),
    [
        (0.65, None, "value", Verdict.HOLDS),
        (0.66, None, "value", Verdict.MISSES),
        (0.66, 0.64, "value", Verdict.MISSES),
        (0.66, 0.64, "low bound", Verdict.HOLDS),
        (0.68, 0.66, "low bound", Verdict.MISSES),
        (float("nan"), None, "value", Verdict.MISSES),
    ],
)
def test_a_verdict_follows_from_value_and_limits(
    value: float, low: float | None, by: str, verdict: Verdict
) -> None:
    reference = Reference(
        topic="t",
        name="n",
        measures="m",
        published="p",
        source="s",
        high=0.65,
        by=by,
    )
    measured = Measured(value=value, low=low, high=0.7)
    assert row("k", reference, measured).verdict is verdict


def test_bytes_that_differ_are_named() -> None:
    world = WrittenWorld(name="w", tables={}, n_same=3, differing=("calls.csv",))
    rows = {r.key: r for r in validate(world, seed=1, progress=silent)}
    assert rows["same_bytes"].verdict is Verdict.MISSES
    assert rows["same_bytes"].note == "Different: calls.csv."


def test_groups_are_counted_by_members_and_ties() -> None:
    members = [f"P-{k}" for k in range(15)]
    found = groups(
        written(
            truth__roles={"entity": members, "network": ["N-1"] * 10 + ["N-2"] * 5},
            truth__ties={
                "entity_a": ["P-0", "P-0", "P-1", "P-9"], "entity_b": ["P-1", "P-2", "P-2", "P-20"],
                "network": ["N-1", "N-1", "N-1", None],
            },
        )
    )  # fmt: skip
    assert found["group_size"].value == 0.5  # N-2 has only five
    assert found["group_density"].value == pytest.approx(3 / 15)


def test_a_world_of_no_networks_says_so() -> None:
    with pytest.raises(NotInWorld, match="network"):
        groups(written(truth__roles={"entity": [], "network": []}))


def test_duplicates_of_duplicates_stand_for_one_person() -> None:
    made = written(
        persons={"id": ["P-1", "P-2", "P-3", "P-4"]},
        truth__same_person={"entity_a": ["P-1", "P-2"], "entity_b": ["P-2", "P-3"]},
    )
    assert made.true_person.to_list() == ["P-1", "P-1", "P-1", "P-4"]
