"""Entities and links: what records speak of, and the ties between them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workbench.domain.errors import BadInput


class EntityKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"
    ACCOUNT = "account"
    PHONE = "phone"
    VEHICLE = "vehicle"
    PLACE = "place"
    OFFENCE = "offence"
    OTHER = "entity"


class LinkKind(StrEnum):
    """What a record says of two entities; the arrow runs from source to target."""

    CALLED = "called"  # phone -> phone
    TRANSFERRED = "transferred"  # account -> account, with an amount
    USES = "uses"  # person -> phone
    HOLDS = "holds"  # person or organisation -> account
    OWNS = "owns"  # person -> vehicle
    LIVES_AT = "lives_at"  # person -> place
    DIRECTS = "directs"  # person -> organisation
    INVOLVED_IN = "involved_in"  # person or account -> offence, with a role
    HAPPENED_AT = "happened_at"  # offence -> place
    ASSOCIATED_WITH = "associated_with"  # person -> person
    OTHER = "linked_to"


class LinkStatus(StrEnum):
    """Recorded links are drawn solid, assessed dashed, tentative dotted."""

    RECORDED = "recorded"
    ASSESSED = "assessed"
    TENTATIVE = "tentative"


class InvolvementRole(StrEnum):
    """The category in which an authority recorded somebody in an offence (duty T23)."""

    SUSPECT = "suspect"
    VICTIM = "victim"
    WITNESS = "witness"
    USED = "used"  # an account or a vehicle used in it
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """``id`` is the id within its dataset; ``label`` is what a person reads."""

    id: str
    kind: EntityKind
    label: str
    member_state: str
    record_id: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A tie between two entities. A recorded one names its record, the others their author."""

    source_id: str
    target_id: str
    kind: str
    status: LinkStatus
    basis: str
    occurred_at: datetime | None = None
    amount: float | None = None
    role: str = ""

    def __post_init__(self) -> None:
        if not self.basis:
            raise BadInput(
                f"A {self.status} link between {self.source_id} and {self.target_id} names no "
                "record, decision or author; say what it rests on."
            )
