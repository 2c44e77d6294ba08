"""A dataset.toml written out: what a person said of a file that they brought, and its mapping."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.mapping import PROVENANCE, TableMapping

_ENTITY = {"id": "id", "label": "label"}
_LINK = {
    "from": "from_column",
    "from_kind": "from_kind",
    "to": "to_column",
    "to_kind": "to_kind",
    "label": "label",
    "record": "record",
    "amount": "amount",
    "role": "role",
    "fixed_role": "fixed_role",
}


def manifest_text(
    said: Mapping[str, Any], mappings: Sequence[TableMapping], sensitive: Sequence[str]
) -> str:
    """The text of a dataset.toml; `said` holds its top keys: name, title, licence, synthetic ...

    A provenance field that no column was chosen for is written as an empty one, so that a column
    that happens to bear its name stays text.
    """
    lines = [_line(key, value) for key, value in said.items() if value is not None]
    lines.append(_line("sensitive", list(sensitive)))
    for mapping in mappings:
        lines += ["", "[[links]]" if mapping.is_link else "[[entities]]"]
        lines += [_line("file", mapping.file), _line("kind", mapping.kind)]
        fields = _LINK if mapping.is_link else _ENTITY
        lines += [
            _line(key, getattr(mapping, field))
            for key, field in fields.items()
            if getattr(mapping, field)
        ]
        if mapping.optional:
            lines.append("optional = true")
        chosen = {field: mapping.provenance.get(field, "") for field in PROVENANCE}
        pairs = ", ".join(f"{field} = {_value(column)}" for field, column in chosen.items())
        lines.append(f"columns = {{ {pairs} }}")
    return "\n".join(lines) + "\n"


def _line(key: str, value: Any) -> str:
    return f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    """A TOML value. JSON's strings are TOML's, but for the one character that JSON leaves bare."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
