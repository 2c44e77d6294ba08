"""Which audits of a model left before, as the log has them, and whether another may follow.

Two copies of one audit without the cells below different counts give back what each hides, and so
do two audits that differ in a few readings: whoever has both takes one from the other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Text, cast, func, select

from workbench.domain.errors import BadInput
from workbench.domain.log import EntryKind
from workbench.store.tables import log_entry

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """An audit that left: entry `seq` of the log, whose `fields` say what, when and by whom."""

    seq: int
    fields: Fields


def of_model(connection: Connection, model: str) -> list[Handed]:
    """Every audit of a model that left, newest first."""
    text = cast(log_entry.c.body, Text)
    query = (
        select(log_entry.c.seq, log_entry.c.body)
        .where(func.json_extract(text, "$.kind") == EntryKind.EXPORT.value)
        .where(func.json_extract(text, "$.model") == model)
        .order_by(log_entry.c.seq.desc())
    )
    rows = [(row.seq, json.loads(row.body)) for row in connection.execute(query)]
    return [Handed(seq=seq, fields=said) for seq, said in rows if "audit_digest" in said]


def alike(earlier: Iterable[Handed], *, part: str, dataset: str) -> list[Handed]:
    """Those of the same part on the same dataset: they count the same people."""
    start = f"audit of the {part} "
    return [
        one
        for one in earlier
        if one.fields["what"].startswith(start) and one.fields["dataset"] == dataset
    ]


def least_of(earlier: Sequence[Handed], asked: int | None, *, usual: int) -> int:
    """From which count on this one leaves: as those before it did; `usual` where none did.

    Raises
    ------
    BadInput
        When another count was `asked` for, or one that left does not say its own.
    """
    for one in earlier:
        least = one.fields.get("least")
        where = f"entry {one.seq} of the log, audit {one.fields['audit_digest'][:12]}"
        if least is None:
            raise BadInput(
                f"An audit of it left before ({where}) that does not say below which count it left "
                "cells out, so another copy could give back what that one hides; pass that on."
            )
        if asked not in (None, least):
            raise BadInput(
                f"It left before without counts below {least} ({where}); without those below "
                f"{asked}, both together would give back what each hides. Leave out what is below "
                f"{least} again."
            )
    return int(earlier[0].fields["least"]) if earlier else (usual if asked is None else asked)


def require_apart(earlier: Iterable[Handed], fields: Fields) -> None:
    """Another audit of the same version leaves only where it differs in more than a few.

    Of a release, whose candidates stay the same, no other one does.

    Raises
    ------
    BadInput
        When one left before that is too like what `fields` say is to leave.
    """
    for one in earlier:
        same = one.fields["audit_digest"] == fields["audit_digest"]
        if same or one.fields["version"] != fields["version"]:
            continue
        where = f"audit {one.fields['audit_digest'][:12]}, entry {one.seq} of the log"
        if "n_readings" not in fields:
            raise BadInput(
                f"Another audit of this version on this dataset left before ({where}), of the same "
                "candidates; both together would tell more than either. Audit it as that one was, "
                "with its margin, reason and capacity: it comes out the same, and may leave again."
            )
        least = int(fields["least"])
        readings, findings = (
            abs(fields[key] - one.fields[key]) for key in ("n_readings", "n_findings")
        )
        if readings < least or 0 < findings < least:
            raise BadInput(
                f"An audit of these deciders left before ({where}) that differs in {readings} "
                f"readings of {findings} findings; fewer than {least} would follow from both. Pass "
                "it on once more was decided."
            )
