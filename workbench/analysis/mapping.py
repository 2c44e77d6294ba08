"""Which column means what: declared in dataset.toml, or read off the headers of a bare file.

A mapping says what a table's rows are: entities of one kind, or links of one kind. A bare file may
give several mappings: one for the persons in it, one for the calls, and so on. Only unmistakable
headers are mapped; every other column is kept as text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.domain.entity import EntityKind, LinkKind

PROVENANCE = (
    "member_state",
    "source",
    "source_grade",
    "information_grade",
    "handling",
    "occurred_at",
    "known_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """Columns by what they mean; a meaning that has no column is an empty string.

    For entities: `id` (made up from the row where empty) and `label`. For links: `from_column` and
    `to_column` hold ids of entities of `from_kind` and `to_kind`, `label` a name for the first;
    `record` the record's own id, `amount` in EUR, `role` a role or `fixed_role` the same for all.
    An `optional` link is made only where `to_column` is filled. `derived` columns were worked out
    from others and are no part of what the source wrote.
    `provenance` maps names of `PROVENANCE` to columns, `defaults` gives values where no column is.
    """

    name: str
    file: str
    kind: str
    is_link: bool = False
    id: str = ""
    label: str = ""
    from_column: str = ""
    from_kind: str = ""
    to_column: str = ""
    to_kind: str = ""
    record: str = ""
    amount: str = ""
    role: str = ""
    fixed_role: str = ""
    optional: bool = False
    derived: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def id_columns(self) -> tuple[str, ...]:
        """Columns that hold ids, in which look-alike letters are refused."""
        named = (self.id, self.from_column, self.to_column, self.record)
        return tuple(dict.fromkeys(column for column in named if column))

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that may not be empty in any row."""
        return tuple(c for c in (self.id, self.from_column, self.to_column) if c)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping names."""
        named = (*self.id_columns, self.label, self.amount, self.role, *self.provenance.values())
        return tuple(dict.fromkeys(column for column in named if column))

    @property
    def in_words(self) -> str:
        """What a row is read as."""
        if self.is_link:
            return f"one link a row: {self.from_kind} {self.kind} {self.to_kind}"
        return f"one {self.kind} a row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table of a delivery that needs no manifest: cells as text, how they are read.

    `row` numbers the rows in the delivered file, from 1.
    """

    mapping: TableMapping
    frame: pd.DataFrame
    row: npt.NDArray[np.int64]


SENSITIVE_NAMES = frozenset(
    (
        *("sex", "gender", "ageband", "age", "birthdate", "dateofbirth", "dob", "nationality"),
        *("citizenship", "ethnicity", "ethnicgroup", "race", "religion", "community", "script"),
        "district",
    )
)
_NAMES: Mapping[str, str] = {
    "caller": "caller callerid callernumber callingnumber callingparty callingpartynumber "
    "callingmsisdn anumber aparty apartynumber fromnumber fromphone msisdna amsisdn numbera "
    "originatingnumber",
    "callee": "callee calleeid calleenumber called callednumber calledparty calledpartynumber "
    "calledmsisdn bnumber bparty bpartynumber tonumber tophone msisdnb bmsisdn numberb "
    "terminatingnumber dialednumber diallednumber dialeddigits dialleddigits",
    "device_a": "imeia aimei callingimei callerimei apartyimei",
    "device_b": "imeib bimei calledimei calleeimei bpartyimei",
    "payer": "payer payeraccount fromaccount senderaccount debtoraccount sourceaccount "
    "originatoraccount accountfrom nameorig payeriban fromiban",
    "payee": "payee payeeaccount toaccount receiveraccount beneficiaryaccount creditoraccount "
    "destinationaccount targetaccount accountto namedest payeeiban toiban",
    "person": "person personid persons suspect suspectid offender offenderid individual "
    "individualid subject subjectid",
    "person_a": "persona person1 personida personid1 firstperson",
    "person_b": "personb person2 personidb personid2 secondperson",
    "offence": "offence offenceid offense offenseid crime crimeid crimenumber incident incidentid "
    "offencenumber",
    "organisation": "organisation organisationid organization organizationid company companyid",
    "phone": "phone phoneid phonenumber msisdn mobile mobilenumber telephone",
    "account": "account accountid accountnumber iban",
    "vehicle": "vehicle vehicleid plate plateid licenceplate licenseplate numberplate vin",
    "place": "place placeid address addressid location locationid",
    "from": "from source sender fromid sourceid",
    "to": "to target receiver recipient toid targetid",
    "id": "id identifier",
    "label": "name fullname personname label title",
    "record": "recordid transactionid transferid callid",
    "amount": "amount amounteur amountpaid transactionamount sum",
    "role": "role involvement capacity",
    "duration": "duration durations durationseconds seconds callduration",
    "occurred_at": "occurredat timestamp time date datetime startedat start starttime callstart "
    "calltime calldate offencedate dateofoffence transactiondate bookingdate valuedate",
    "known_at": "knownat reportedat receivedat datereported reporteddate",
    "member_state": "memberstate",
    "source_grade": "sourcegrade",
    "information_grade": "informationgrade",
    "handling": "handling handlingcode",
}
_MEANINGS = {name: meaning for meaning, names in _NAMES.items() for name in names.split()}
_PREFERRED = {"bookingdate": "valuedate"}  # where both stand, the first is when it happened
_PAIRS = (  # ends, kind of link, kinds of ends
    ("caller", "callee", LinkKind.CALLED, EntityKind.PHONE, EntityKind.PHONE),
    ("payer", "payee", LinkKind.TRANSFERRED, EntityKind.ACCOUNT, EntityKind.ACCOUNT),
    ("person_a", "person_b", LinkKind.ASSOCIATED_WITH, EntityKind.PERSON, EntityKind.PERSON),
    ("person", "offence", LinkKind.INVOLVED_IN, EntityKind.PERSON, EntityKind.OFFENCE),
    ("account", "offence", LinkKind.INVOLVED_IN, EntityKind.ACCOUNT, EntityKind.OFFENCE),
    ("vehicle", "offence", LinkKind.INVOLVED_IN, EntityKind.VEHICLE, EntityKind.OFFENCE),
    ("offence", "place", LinkKind.HAPPENED_AT, EntityKind.OFFENCE, EntityKind.PLACE),
    ("person", "phone", LinkKind.USES, EntityKind.PERSON, EntityKind.PHONE),
    ("person", "account", LinkKind.HOLDS, EntityKind.PERSON, EntityKind.ACCOUNT),
    ("person", "vehicle", LinkKind.OWNS, EntityKind.PERSON, EntityKind.VEHICLE),
    ("person", "place", LinkKind.LIVES_AT, EntityKind.PERSON, EntityKind.PLACE),
    ("person", "organisation", LinkKind.OTHER, EntityKind.PERSON, EntityKind.ORGANISATION),
)
_DEVICES = (  # beside a call: the device that each number was in
    ("caller", "device_a", LinkKind.OTHER, EntityKind.PHONE, EntityKind.OTHER),
    ("callee", "device_b", LinkKind.OTHER, EntityKind.PHONE, EntityKind.OTHER),
)
_ENTITY_ENDS = ("person", "offence", "organisation", "phone", "account", "vehicle", "place")
_PLURALS = {"people": "person", "companies": "organisation", "addresses": "place"}
_ONE_WORD = {"used": "account vehicle"}


def plain(header: str) -> str:
    """A header without case, blanks, dots and underscores: ``From Account`` is ``fromaccount``."""
    return re.sub(r"[^0-9a-z]", "", header.casefold())


def sensitive_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Columns whose header names a protected trait or a declared proxy."""
    return tuple(column for column in columns if plain(column) in SENSITIVE_NAMES)


def guess(name: str, file: str, frame: pd.DataFrame) -> tuple[TableMapping, ...]:
    """Mappings of a bare file named `name`, from its headers; at least one.

    Two columns that could mean the same leave both as text. Where nothing is recognised, each row
    is an entity of the kind ``entity``.
    """
    return mappings_of(name, file, frame, proposed_meanings(list(frame.columns)))


def mappings_of(
    name: str, file: str, frame: pd.DataFrame, meanings: Mapping[str, str]
) -> tuple[TableMapping, ...]:
    """Mappings of a bare file where `meanings` says which column holds what; at least one.

    Meanings are those of `proposed_meanings`, whether proposed or chosen by a person.
    """
    provenance = {m: meanings[m] for m in PROVENANCE if m in meanings}
    ends = {m: c for m, c in meanings.items() if m not in provenance}
    links = _links(name, file, ends, provenance)
    entity = _entity(name, file, frame, ends, provenance, bool(links))
    return (*entity, *(replace(link, optional=link.optional or bool(entity)) for link in links))


def proposed_meanings(columns: Sequence[str]) -> dict[str, str]:
    """Columns by what their headers mean beyond doubt; what is left out stays text."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    present = {plain(column) for column in columns}
    second = {late for first, late in _PREFERRED.items() if first in present}
    for column in columns:
        meaning = _MEANINGS.get(plain(column)) if plain(column) not in second else None
        if meaning in found:
            twice.add(meaning)
        elif meaning:
            found[meaning] = column
    return {meaning: column for meaning, column in found.items() if meaning not in twice}


def _links(
    name: str, file: str, ends: Mapping[str, str], provenance: Mapping[str, str]
) -> tuple[TableMapping, ...]:
    pairs = [pair for pair in _PAIRS if pair[0] in ends and pair[1] in ends]
    if "offence" in ends:  # what else stands in a row is of the offence, not of the person
        pairs = [pair for pair in pairs if "offence" in pair[:2]]
    if not pairs and "from" in ends and "to" in ends:
        pairs = [_loose_pair(ends)]
    if exclusive := [pair for pair in pairs if pair[0] in ("caller", "payer")]:
        devices = [pair for pair in _DEVICES if pair[1] in ends and exclusive[0][0] == "caller"]
        pairs = [exclusive[0], *devices]
    return tuple(
        TableMapping(
            name=name if i == 0 else f"{name}.{_second(kind, b)}",
            file=file,
            kind=kind,
            is_link=True,
            from_column=ends[a],
            from_kind=from_kind,
            to_column=ends[b],
            to_kind=to_kind,
            label=ends.get("label", "") if a == "person" else "",
            record=ends.get("record", "") if i == 0 else "",
            amount=ends.get("amount", "") if kind == LinkKind.TRANSFERRED else "",
            role=ends.get("role", "") if kind == LinkKind.INVOLVED_IN else "",
            fixed_role="used" if kind == LinkKind.INVOLVED_IN and a in _ONE_WORD["used"] else "",
            optional=b.startswith("device"),
            provenance=provenance,
        )
        for i, (a, b, kind, from_kind, to_kind) in enumerate(pairs)
    )


def _second(kind: str, end: str) -> str:
    """What a second table of a file is called after."""
    return end if end.startswith("device") else kind


def _loose_pair(ends: Mapping[str, str]) -> tuple[str, str, LinkKind, EntityKind, EntityKind]:
    """From and to: a transfer where an amount stands beside it, a call where a duration does."""
    if "amount" in ends:
        return "from", "to", LinkKind.TRANSFERRED, EntityKind.ACCOUNT, EntityKind.ACCOUNT
    if "duration" in ends:
        return "from", "to", LinkKind.CALLED, EntityKind.PHONE, EntityKind.PHONE
    return "from", "to", LinkKind.OTHER, EntityKind.OTHER, EntityKind.OTHER


def _entity(
    name: str,
    file: str,
    frame: pd.DataFrame,
    ends: Mapping[str, str],
    provenance: Mapping[str, str],
    has_links: bool,
) -> tuple[TableMapping, ...]:
    """The entities that rows are: those whose own id never repeats, else what is left."""
    kind, column = _own_kind(name, ends)
    if has_links and (not column or frame[column].duplicated().any()):
        return ()
    if has_links and any(end in ends for end in ("caller", "payer", "person_a", "from")):
        return ()
    own = TableMapping(
        name=f"{name}.{kind}" if has_links else name,
        file=file,
        kind=kind,
        id=column,
        label=ends.get("label", ""),
        provenance=provenance,
    )
    return (own,)


def _own_kind(name: str, ends: Mapping[str, str]) -> tuple[str, str]:
    for end in _ENTITY_ENDS:
        if end in ends:
            return end, ends[end]
    stem = plain(name)
    kind = _PLURALS.get(stem, stem.removesuffix("s"))
    return (kind if kind in _ENTITY_ENDS else EntityKind.OTHER), ends.get("id", "")
