"""What is recorded beneath a claim: the picture of it, and the records behind what is chosen."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from workbench.domain.entity import Entity, EntityKind, Link, LinkKind
from workbench.domain.finding import Claim
from workbench.domain.record import Record
from workbench.services.labels import Spoken
from workbench.ui import record_table
from workbench.ui.graph_view import view
from workbench.ui.graph_view.flow import flow_positions
from workbench.ui.graph_view.view import Selection
from workbench.ui.record_words import apart
from workbench.ui.words import inert, local

_SHORT = 18  # characters of a holder's name beneath an account
_HOLDERS = (EntityKind.PERSON, EntityKind.ORGANISATION)


def picture(claim: Claim, *, key: str) -> Selection:
    """The claim's subgraph: money from left to right, with the holder beneath each account;
    anything else with what the claim is about ringed."""
    if not is_flow(claim):
        return view.show(
            claim.subgraph.entities,
            claim.subgraph.links,
            key=key,
            ringed=claim.subject_ids,
            ring_means="what the claim is about",
            height=400,
        )
    entities, links = folded(claim)
    moves = [(link.source_id, link.target_id) for link in paid(claim)]
    spots = flow_positions([entity.id for entity in entities], moves)
    return view.show(entities, links, key=key, height=460, spots=spots)


def is_flow(claim: Claim) -> bool:
    """True where a claim is about accounts that paid each other."""
    kinds = {e.id: e.kind for e in claim.subgraph.entities}
    about = {kinds.get(subject) for subject in claim.subject_ids}
    return about == {EntityKind.ACCOUNT} and bool(paid(claim))


def paid(claim: Claim) -> list[Link]:
    """Payments in the order of time, those without one last."""
    found = [link for link in claim.subgraph.links if link.kind == LinkKind.TRANSFERRED]
    return sorted(found, key=lambda link: ("" if link.occurred_at else "~", when(link), link.basis))


def when(link: Link) -> str:
    return "" if link.occurred_at is None else link.occurred_at.isoformat()


def holders(claim: Claim) -> dict[str, list[Entity]]:
    """Who holds each account, as far as the picture has it, by the account's id."""
    by_id = {e.id: e for e in claim.subgraph.entities}
    found: dict[str, list[Entity]] = {}
    for link in claim.subgraph.links:
        holder = by_id.get(link.source_id)
        if link.kind == LinkKind.HOLDS and holder is not None and holder.kind in _HOLDERS:
            found.setdefault(link.target_id, []).append(holder)
    return found


def short_name(entity: Entity) -> str:
    """A name that fits beneath a mark: a person's initial and last name, else its beginning."""
    words = entity.label.split()
    said = entity.label
    if entity.kind is EntityKind.PERSON and len(words) > 1:
        said = f"{words[0][0]}. {words[-1]}"
    return apart(said if len(said) <= _SHORT else f"{said[: _SHORT - 1]}…")


def folded(claim: Claim) -> tuple[list[Entity], list[Link]]:
    """Entities and links of a flow, a holder of one account written beneath that account.

    Who holds several, or is linked otherwise, keeps a mark: that is what to look at.
    """
    lines: dict[str, list[Link]] = {}
    for link in claim.subgraph.links:
        lines.setdefault(link.source_id, []).append(link)
        lines.setdefault(link.target_id, []).append(link)
    beneath = {
        e.id
        for e in claim.subgraph.entities
        if e.kind in _HOLDERS and [link.kind for link in lines.get(e.id, [])] == [LinkKind.HOLDS]
    }
    of = holders(claim)
    entities = [
        replace(e, label="\n".join([e.label, *(short_name(h) for h in of.get(e.id, []))]))
        for e in claim.subgraph.entities
        if e.id not in beneath
    ]
    links = [link for link in claim.subgraph.links if link.source_id not in beneath]
    return entities, links


def counted(claim: Claim) -> str:
    """How many records there are beneath, and of how many where not all were kept."""
    n = len(claim.records)
    if claim.n_left_out:
        return f"{n} of {n + claim.n_left_out} records or more"
    return "1 record" if n == 1 else f"{n} records"


def records(claim: Claim, spoken: Spoken, *, key: str) -> None:
    """The records beneath in the order of time, with their grades, and what was left out."""
    n = len(claim.records)
    record_table.show(claim.records, key=key, labels=spoken.labels, units=spoken.units, most=n)
    if claim.n_left_out:
        st.info(
            f"{counted(claim)} were kept with this finding, facts on offences and links first. "
            "The others carry links of the picture or state who or what is in it; they are in the "
            "dataset, not here.",
            icon=":material/content_cut:",
        )


def selected(claim: Claim, chosen: Selection, spoken: Spoken, *, key: str) -> None:
    """Under the picture: the records behind what is selected in it, if anything is."""
    rows = behind(claim, chosen)
    if rows is None:
        st.caption("Select something in the picture to see the records behind it.")
        return
    st.caption(f"Behind what is selected: {len(rows)} of {len(claim.records)} records.")
    record_table.show(rows, key=key, labels=spoken.labels, units=spoken.units)


def behind(claim: Claim, chosen: Selection) -> Sequence[Record] | None:
    """Records that state the selected entity or carry the selected links; None for no selection."""
    if chosen.entity_id:
        wanted = {e.record_id for e in claim.subgraph.entities if e.id == chosen.entity_id}
        wanted |= {
            link.basis
            for link in claim.subgraph.links
            if chosen.entity_id in (link.source_id, link.target_id)
        }
    elif chosen.links:
        wanted = {link.basis for link in chosen.links}
    else:
        return None
    return [record for record in claim.records if record.id in wanted]


def stated(claim: Claim) -> None:
    """The claim as a sentence, and on what day the records were as they are shown."""
    st.subheader(inert(claim.text), anchor=False)
    st.caption(
        f"An assessment to be tested, not a fact. Records as they were known on "
        f"{local(claim.as_of)}."
        + (" Looked back on: later ones are there and are not shown." if claim.known_until else "")
    )
