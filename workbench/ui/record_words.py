"""What a record says, as a sentence: who did what to whom, then whatever else the source wrote."""

import re
import unicodedata
from collections.abc import Mapping

from workbench.domain.entity import LinkKind
from workbench.domain.record import Record

_DIGITS_OF_A_NUMBER = 6  # a label with as many digits tells one apart without the id beside it
_PLAIN = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")
_APART = ("\u2068", "\u2069")  # keeps a name written right to left from turning the rest around
_SAID = {  # of the two ends of a link, in the order in which its record names them
    LinkKind.CALLED: "{} called {}",
    LinkKind.TRANSFERRED: "{} paid {}",
    LinkKind.USES: "{} uses phone {}",
    LinkKind.HOLDS: "{} holds account {}",
    LinkKind.OWNS: "{} owns {}",
    LinkKind.LIVES_AT: "{} lives at {}",
    LinkKind.DIRECTS: "{} directs {}",
    LinkKind.INVOLVED_IN: "{} is recorded in {}",
    LinkKind.HAPPENED_AT: "{} happened at {}",
    LinkKind.ASSOCIATED_WITH: "{} is associated with {}",
}


def sentence(record: Record, labels: Mapping[str, str], units: Mapping[str, str]) -> str:
    """What a record says in a sentence, entities under the names that people know.

    Parameters
    ----------
    labels : mapping
        Label of an entity by its id.
    units : mapping
        Unit of a column by its name, as the dataset states it; a column without one has none.
    """
    said = dict(record.said)
    ends = [column for column, value in said.items() if value in labels][:2]
    known = _SAID.get(LinkKind(record.kind)) if record.kind in list(LinkKind) else None
    if known is None or len(ends) < 2:
        rest = _rest(said, labels, units)
        return f"{plain(record.kind)}: {rest}" if rest else plain(record.kind)
    first, second = (_named(said.pop(column), labels) for column in ends)
    role, paid = said.pop("role", ""), _amount(said)
    said.pop("id", None)
    text = known.format(first, f"{paid} to {second}" if paid else second)
    if role and LinkKind(record.kind) is LinkKind.INVOLVED_IN:
        text = f"{first} is recorded as {role} in {second}"
    elif role:
        text += f" as {role}"
    rest = _rest(said, labels, units)
    return f"{text} · {rest}" if rest else text


def plain(name: str) -> str:
    """A column's or kind's name as people read it."""
    return name.replace("_", " ")


def _amount(said: dict[str, str]) -> str:
    """Takes the amount out of `said`, with its currency."""
    if "amount" not in said:
        return ""
    return f"{_thousands(said.pop('amount'))} {said.pop('currency', '')}".strip()


def _thousands(amount: str) -> str:
    """A number as delivered, its thousands set apart as on all pages."""
    whole, point, rest = amount.partition(".")
    return f"{int(whole):,}{point}{rest}" if _PLAIN.fullmatch(amount) else amount


def _rest(said: Mapping[str, str], labels: Mapping[str, str], units: Mapping[str, str]) -> str:
    return " · ".join(
        f"{plain(column)} {_named(value, labels)} {units.get(column, '')}".rstrip()
        for column, value in said.items()
    )


def _named(value: str, labels: Mapping[str, str]) -> str:
    """The label of an entity with its id, unless the label is a number that nobody else has."""
    if value not in labels:
        return apart(value)
    label = labels[value]
    tells = sum(c.isdigit() for c in label) >= _DIGITS_OF_A_NUMBER and " " not in label
    return apart(label) if tells else f"{apart(label)} ({value})"


def apart(text: str) -> str:
    """`text`, set apart where it holds letters that run from right to left."""
    turned = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    return f"{_APART[0]}{text}{_APART[1]}" if turned else text
