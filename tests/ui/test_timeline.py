"""What stands in a row of the timeline."""

from workbench.domain.entity import Entity, EntityKind
from workbench.ui.timeline import named


def entity(kind: EntityKind, label: str) -> Entity:
    return Entity(id="X", kind=kind, label=label, member_state="AA", record_id="R-1")


def test_an_account_begins_with_the_end_of_its_number() -> None:
    account = entity(EntityKind.ACCOUNT, "AVM9917949076")
    holder = entity(EntityKind.PERSON, "Ada Maria Stone")
    assert named(account, [holder]) == "\u20269076 A. Stone"
    assert named(account, []) == "AVM9917949076"
    assert named(holder, []) == "A. Stone"
