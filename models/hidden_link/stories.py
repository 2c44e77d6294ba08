"""Ordinary reasons for two persons to share contacts, told from the records of one pair."""

from models.hidden_link import enquiries
from models.hidden_link.shared import Shared
from workbench.analysis.counter_case import Sign, Story, counted, most_ordinary
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import OrdinaryStory

MANY = 5  # contacts from which a number or account looks like a shared one
UNTIMED = "At which times they are in touch: no call or transfer with what they share is on record."


def ordinary(graph: CaseGraph, a: int, b: int) -> OrdinaryStory:
    """The most ordinary story that fits what two persons share, in what `graph` knows."""
    shared = Shared(graph, a, b)
    return most_ordinary(
        [
            Story(
                "Both call a number or use an account that a team, a club or a workplace shares, "
                "and need not know each other for that.",
                _of_a_club(shared),
                enquiries.into_a_club(shared),
            ),
            Story(
                "They are of one family or household, and are in touch with the same people "
                "without a record of their own tie.",
                _of_a_circle(shared),
                enquiries.into_a_circle(shared),
            ),
            Story(
                "Both deal with the same business or service, as its other customers do.",
                _of_customers(shared),
                enquiries.into_customers(shared),
            ),
        ]
    )


def _of_a_club(shared: Shared) -> tuple[Sign, ...]:
    n = shared.busiest_has
    few = "1 contact is" if n == 1 else f"{n} contacts are"
    return (
        Sign(
            len(shared.bare) > 0,
            "What they share is a number or an account with no known person behind it, as a club's "
            "or an office's has.",
            "They share no number or account that could be a club's: known persons are behind all.",
        ),
        Sign(
            n >= MANY if len(shared.bare) else None,
            f"{n} contacts are known of it, more than two people with a secret would need.",
            f"Only {few} known of it; a club's would have more.",
            "How many others are in touch with it: there is no such number or account.",
        ),
        _in_working_hours(shared),
        _without_offences(shared),
    )


def _of_a_circle(shared: Shared) -> tuple[Sign, ...]:
    worked = shared.mostly_worked
    return (
        Sign(
            len(shared.persons) > 0,
            f"They share {counted(len(shared.persons), 'person')} they are both in touch with.",
            "They share no person, only numbers or accounts.",
        ),
        Sign(
            shared.n_among > 0 if shared.n > 1 else None,
            f"Records tie these among themselves ({counted(shared.n_among, 'tie')}), as in a "
            "family.",
            "No record ties the shared contacts among themselves, as it would in a family.",
            "Whether the shared contacts know each other: there is only one.",
        ),
        Sign(
            None if worked is None else not worked,
            "They are in touch mostly in the evening, at night or at the weekend.",
            "They are in touch mostly in working hours.",
            UNTIMED,
        ),
        _without_offences(shared),
    )


def _of_customers(shared: Shared) -> tuple[Sign, ...]:
    return (
        Sign(
            len(shared.firms) > 0,
            "An organisation is among what they share.",
            "No organisation is among what they share.",
        ),
        Sign(
            shared.n_paid > 0,
            "Money went from them to what they share.",
            "No money went from them to what they share.",
        ),
        _in_working_hours(shared),
        _without_offences(shared),
    )


def _in_working_hours(shared: Shared) -> Sign:
    return Sign(
        shared.mostly_worked,
        "They are in touch with it mostly in working hours (07 to 19 UTC, Monday to Friday).",
        "They are in touch with it mostly outside working hours.",
        UNTIMED,
    )


def _without_offences(shared: Shared) -> Sign:
    return Sign(
        shared.n_suspected == 0,
        "No record names what they share together with either of them in an offence.",
        f"Records name {counted(shared.n_suspected, 'shared contact')} as suspect or associate "
        "together with one of them.",
    )
