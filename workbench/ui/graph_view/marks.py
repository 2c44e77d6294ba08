"""How each kind of entity and of link is drawn: one shape and one colour, on every page.

A link bears the mark of the kind of entity that it is about, so that a call on a timeline looks
like the phones in the picture above it, and a transfer like the accounts.
"""

from dataclasses import dataclass

from workbench.domain.entity import EntityKind, LinkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`path` is the outline for Vega, in a square from -1 to 1; `fill` the colour beneath `ink`."""

    path: str
    fill: str
    ink: str


_CIRCLE = "circle"
_SQUARE = "M-0.9,-0.9L0.9,-0.9L0.9,0.9L-0.9,0.9Z"
_HEXAGON = "M-1.05,0L-0.55,-0.9L0.55,-0.9L1.05,0L0.55,0.9L-0.55,0.9Z"
_UPRIGHT = "M-0.6,-1L0.6,-1L0.6,1L-0.6,1Z"
_FLAT = "M-1.1,-0.6L1.1,-0.6L1.1,0.6L-1.1,0.6Z"
_PENTAGON = "M0,-1L1,-0.25L0.62,0.95L-0.62,0.95L-1,-0.25Z"
_TRIANGLE = "M0,-1L1.05,0.85L-1.05,0.85Z"
_OCTAGON = "M-0.4,-1L0.4,-1L1,-0.4L1,0.4L0.4,1L-0.4,1L-1,0.4L-1,-0.4Z"

ENTITIES = {
    EntityKind.PERSON: Mark(path=_CIRCLE, fill="#0072B2", ink="#fff"),
    EntityKind.ORGANISATION: Mark(path=_SQUARE, fill="#E69F00", ink="#000"),
    EntityKind.ACCOUNT: Mark(path=_HEXAGON, fill="#009E73", ink="#fff"),
    EntityKind.PHONE: Mark(path=_UPRIGHT, fill="#56B4E9", ink="#000"),
    EntityKind.VEHICLE: Mark(path=_FLAT, fill="#CC79A7", ink="#000"),
    EntityKind.PLACE: Mark(path=_PENTAGON, fill="#F0E442", ink="#000"),
    EntityKind.OFFENCE: Mark(path=_TRIANGLE, fill="#D55E00", ink="#fff"),
    EntityKind.OTHER: Mark(path=_OCTAGON, fill="#767676", ink="#fff"),
}

_ABOUT = {
    LinkKind.CALLED: EntityKind.PHONE,
    LinkKind.USES: EntityKind.PHONE,
    LinkKind.TRANSFERRED: EntityKind.ACCOUNT,
    LinkKind.HOLDS: EntityKind.ACCOUNT,
    LinkKind.OWNS: EntityKind.VEHICLE,
    LinkKind.LIVES_AT: EntityKind.PLACE,
    LinkKind.HAPPENED_AT: EntityKind.PLACE,
    LinkKind.DIRECTS: EntityKind.ORGANISATION,
    LinkKind.INVOLVED_IN: EntityKind.OFFENCE,
    LinkKind.ASSOCIATED_WITH: EntityKind.PERSON,
}


def of_link(kind: str) -> Mark:
    """The mark of a kind of link; a kind that only a dataset knows has that of any entity."""
    known = LinkKind(kind) if kind in list(LinkKind) else LinkKind.OTHER
    return ENTITIES[_ABOUT.get(known, EntityKind.OTHER)]
