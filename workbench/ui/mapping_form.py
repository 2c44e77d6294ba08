"""Saying what each column of an uploaded table holds, where the proposal is wrong."""

from dataclasses import dataclass

import streamlit as st

from workbench.services.upload import SEALED, Look
from workbench.ui.words import inert

TEXT = "text"
MEANINGS = {
    TEXT: "kept as text",
    SEALED: "sensitive, sealed",
    "id": "id of what the row is about",
    "label": "name that people read",
    "person": "a person",
    "person_a": "a person, linked to another",
    "person_b": "the other person",
    "organisation": "an organisation",
    "phone": "a phone",
    "account": "an account",
    "vehicle": "a vehicle",
    "place": "a place",
    "offence": "an offence",
    "caller": "phone that called",
    "callee": "phone that was called",
    "payer": "account that paid",
    "payee": "account that was paid",
    "from": "where a link begins",
    "to": "where a link ends",
    "amount": "amount in EUR",
    "role": "role in the offence",
    "record": "id of the record",
    "occurred_at": "when it happened",
    "known_at": "when it became known",
    "member_state": "Member State",
    "source": "source",
    "source_grade": "source grade (A, B, C, X)",
    "information_grade": "information grade (1 to 4)",
    "handling": "handling code (H0 to H3)",
}
_A_LINE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a person said of the columns. `meanings` leaves out text and sealed ones."""

    meanings: dict[str, str]
    sensitive: tuple[str, ...]


def draw(seen: Look, before: Chosen | None) -> Chosen | None:
    """A choice for each column; what was chosen once it is sent, else None."""
    preset = dict(seen.proposed) if before is None else dict(before.meanings)
    if before is not None:
        preset |= dict.fromkeys(before.sensitive, SEALED)
    said: dict[str, str] = {}
    with st.form("mapping_form", border=False):
        st.caption(
            "Each meaning can be given once; text and sealed as often as you like. Sealed columns "
            "are read by bias audits alone."
        )
        for start in range(0, len(seen.columns), _A_LINE):
            for place, column in zip(
                st.columns(_A_LINE), seen.columns[start : start + _A_LINE], strict=False
            ):
                told = preset.get(column, TEXT)
                said[column] = place.selectbox(
                    inert(column),
                    list(MEANINGS),
                    index=list(MEANINGS).index(told if told in MEANINGS else TEXT),
                    format_func=MEANINGS.__getitem__,
                    key=f"means_{column}",
                )
        sent = st.form_submit_button("Look at it so", icon=":material/visibility:")
    if not sent:
        return None
    plain = {column: said[column] for column in said if said[column] not in (TEXT, SEALED)}
    sealed = tuple(column for column, meaning in said.items() if meaning == SEALED)
    return Chosen(meanings=plain, sensitive=sealed)
