"""For each ordinary story about a pair the one enquiry that would best tell it from the claim.

Asked are registers, operators and banks under the ordinary legal request, states that reported
and earlier case files: never one of the two, nor a person whom records name beside them.
"""

import numpy as np

from models.hidden_link.shared import Shared
from workbench.analysis.counter_case import named, on_day, population_registers
from workbench.domain.entity import EntityKind


def into_a_club(shared: Shared) -> str:
    """Who is behind the number or account that most are in touch with."""
    if len(shared.bare):
        return (
            f"{_who_is_behind(shared, int(shared.bare[-1]))} If it is a club, an office or a "
            "team, the ordinary story holds; if it is one person, or nobody can be named, the "
            "claim gains."
        )
    one, other = (named(shared.graph, int(p)) for p in shared.pair)
    return (
        f"Look up in the registers of companies and of associations whether {one} and {other} "
        "belong to the same one. If they do, the ordinary story holds; if not, the claim gains."
    )


def into_a_circle(shared: Shared) -> str:
    """Whether a register knows a family or household; of a shared person whom no record names as
    suspect or associate, the least connected one."""
    free = shared.persons[~np.isin(shared.persons, shared.suspected)]
    one, other = (named(shared.graph, int(p)) for p in shared.pair)
    if len(free):
        middle = named(shared.graph, int(free[0]))
        where = population_registers(shared.graph, [*shared.pair, free[0]])
        return (
            f"Look up in {where} whether {middle} is a relative, or lives or lived in the "
            f"household, of {one} and of {other}. If of both, the ordinary story holds; if of "
            "neither, the claim gains; if of one only, it tells "
            "neither."
        )
    if len(shared.persons):
        beside = named(shared.graph, int(shared.persons[0]))
        return (
            f"Look up in the earlier case file on {beside} whether {one} and {other} come up in it "
            "as family. If they do, the ordinary story holds; if they come up in the offence "
            "itself, the claim gains; if not at all, it tells neither."
        )
    where = population_registers(shared.graph, shared.pair)
    return (
        f"Look up in {where} whether {one} and {other} are relatives or share or shared a "
        "household. If they do, the ordinary story holds; if not, the claim gains."
    )


def into_customers(shared: Shared) -> str:
    """What the business is, or whether what they share is one."""
    if len(shared.firms):
        firm = int(shared.firms[0])
        state = str(shared.graph.entities.at[firm, "member_state"])
        return (
            f"Look up in the company register of {state} what {named(shared.graph, firm)} trades "
            "in and who directs it. If it serves the public, the ordinary story holds; if it "
            "shows no trade, or one of the two directs it, the claim gains."
        )
    if len(shared.bare):
        return (
            f"{_who_is_behind(shared, int(shared.bare[-1]))} If it is a shop or a service with "
            "many customers, the ordinary story holds; if it is one person, or nobody can be "
            "named, the claim gains."
        )
    asked = int(shared.persons[0]) if len(shared.persons) else int(shared.pair[0])
    return (
        f"Look up in the trade register whether {named(shared.graph, asked)} runs a business. If "
        "so, and it serves the public, the ordinary story holds; if not, the claim gains."
    )


def _who_is_behind(shared: Shared, row: int) -> str:
    """To the operator of a number or the bank of an account, in the time they were in touch."""
    phone = shared.graph.entity_kinds[row] == EntityKind.PHONE
    asked, does = ("operator", "subscribed to") if phone else ("bank", "held")
    at = shared.at(row)
    when = f" between {on_day(at.min())} and {on_day(at.max())}" if len(at) else ""
    return (
        f"Ask the {asked}, by the ordinary legal request and without word to the customer, who "
        f"{does} {named(shared.graph, row)}{when}."
    )
