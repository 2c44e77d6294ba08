"""For each ordinary story about a group of transfers the one enquiry that would best tell it.

Asked are banks by the ordinary legal request and without word to the customer, authorities and
registers: never a holder, who would be warned.
"""

from models.money_flow.flow import Flow
from workbench.analysis.counter_case import counted, named, on_day, population_registers
from workbench.analysis.transfers import DAY

YEAR = 365 * DAY
ASK_THE_BANK = "Ask the bank, by the ordinary legal request and without word to the customer,"


def into_payroll(flow: Flow) -> str:
    """The payer's statement of the year before."""
    payer, since = flow.payer, flow.start - YEAR
    known = counted(flow.n_before(payer, since), "transfer")
    return (
        f"{ASK_THE_BANK} for the statement of {named(flow.groups.graph, payer)} from "
        f"{on_day(since)} to {on_day(flow.start)} ({known} of that time on record). If the same "
        "accounts are paid at regular intervals, the ordinary story holds; if they are paid here "
        "for the first time, the claim gains."
    )


def into_dues(flow: Flow) -> str:
    """Whose the account is that all pay into, and what the payments say they are for."""
    return (
        f"{_purpose(flow, flow.most_paid, 'into')} If they name dues or a collection, the "
        "ordinary story holds; if they name nothing, or each something else, the claim gains."
    )


def into_reseller(flow: Flow) -> str:
    """Whether a trade of this size was declared, or who is in between where that is not known."""
    account, graph = flow.between, flow.groups.graph
    if account in flow.firms:
        return (
            f"Ask the tax authority whether {named(graph, flow.firms[account])}, which holds "
            f"{named(graph, account)}, declared sales and purchases of this size for "
            f"{on_day(flow.start)} and the weeks after. If it did, the ordinary story holds; if "
            "it declared none, the claim gains."
        )
    return (
        f"{_purpose(flow, account, 'into and out of')} If they name goods and invoices of a "
        "registered trade, the ordinary story holds; if not, the claim gains."
    )


def into_treasury(flow: Flow) -> str:
    """Whether one and the same may dispose of both ends of the largest transfer."""
    payer, payee = (named(flow.groups.graph, account) for account in flow.largest)
    return (
        f"Look up in the register of bank accounts who holds, and who may dispose of, {payer} and "
        f"{payee}. If it is the same for both, or one group of companies, the ordinary story "
        "holds; if they are strangers, the claim gains."
    )


def into_family(flow: Flow) -> str:
    """Whether the two at the ends of the largest transfer are related, or who they are."""
    graph, holder = flow.groups.graph, flow.holder_of
    payer, payee = flow.largest
    held = [
        account for account in (payer, payee) if account in holder and account not in flow.firms
    ]
    persons = [holder[account] for account in held]
    if len(set(persons)) == 2:
        one, other = (named(graph, person) for person in persons)
        return (
            f"Look up in {population_registers(graph, persons)} whether {one} and {other}, "
            "between whom the largest amount moved, are relatives or share or shared a household. "
            "If they do, the ordinary story holds; if not, the claim gains."
        )
    return (
        f"Look up in the register of bank accounts who holds {named(graph, payer)} and "
        f"{named(graph, payee)}, and in the population register whether these are relatives or "
        "share a household. If they do, the ordinary story holds; if not, or if an organisation "
        "holds one, the claim gains."
    )


def _purpose(flow: Flow, account: int, which: str) -> str:
    """What to ask of an account's payments, and who holds it where no record says so."""
    name = named(flow.groups.graph, account)
    if account in flow.holder_of:
        return f"{ASK_THE_BANK} what the payments {which} {name} give as their purpose."
    return (
        f"{ASK_THE_BANK} who holds {name} and what the payments {which} it give as their purpose."
    )
