"""Ordinary reasons for money to move in the shape of laundering, told from one group's records."""

import numpy as np

from models.money_flow import enquiries
from models.money_flow.features import GroupContext
from models.money_flow.flow import Flow
from workbench.analysis.counter_case import Sign, Story, counted, most_ordinary
from workbench.analysis.modelling import OrdinaryStory

SEVERAL = 3
LIKE = 0.35  # coefficient of variation up to which amounts are alike
EVERYDAY = 1_000.0  # EUR
MARGIN = (0.1, 0.4)  # shares kept between which a go-between earns what trade earns
UNHELD = "is held by an organisation: no record says who holds it."


def ordinary(groups: GroupContext) -> OrdinaryStory:
    """The most ordinary story that fits the only group of `groups`."""
    flow = Flow(groups)
    told = (
        (
            "A wage or a payroll: an employer pays its people.",
            _payroll(flow),
            enquiries.into_payroll(flow),
        ),
        (
            "Dues or a collection: members of a club or a family pay into one account.",
            _dues(flow),
            enquiries.into_dues(flow),
        ),
        (
            "A reseller or a go-between: it is paid by customers and pays its suppliers, and keeps "
            "a margin.",
            _reseller(flow),
            enquiries.into_reseller(flow),
        ),
        (
            "A treasury that sweeps money between accounts of its own.",
            _treasury(flow),
            enquiries.into_treasury(flow),
        ),
        (
            "Relatives, or people of one household, who lend, give and pay back.",
            _family(flow),
            enquiries.into_family(flow),
        ),
    )
    return most_ordinary([Story(*story) for story in told])


def _payroll(flow: Flow) -> tuple[Sign, ...]:
    n = int(flow.measure(6))
    n_paid, n_again = flow.paid_monthly or (0, 0)
    return (
        Sign(
            n >= SEVERAL,
            f"One account pays {n} others.",
            f"No account pays more than {counted(n, 'other')}.",
        ),
        Sign(
            2 * n_again >= n_paid if flow.paid_monthly else None,
            f"Of the {counted(n_paid, 'account')} it pays, it also paid {n_again} about a month "
            "before.",
            f"Of the {counted(n_paid, 'account')} it pays, it paid "
            f"{f'only {n_again}' if n_again else 'none'} about a month before.",
            "Whether it pays every month: its transfers on record do not reach back so far.",
        ),
        _held(flow, flow.payer, "The account that pays most others"),
        _stays(flow),
        _without_offences(flow),
    )


def _dues(flow: Flow) -> tuple[Sign, ...]:
    n = int(flow.measure(5))
    return (
        Sign(
            n >= SEVERAL,
            f"{n} accounts pay into one.",
            f"At most {counted(n, 'account')} {'pays' if n == 1 else 'pay'} into any one.",
        ),
        Sign(
            flow.variation <= LIKE,
            "The amounts are alike, as dues are.",
            "The amounts differ more than dues would.",
        ),
        _dealt_before(flow),
        _stays(flow),
        _without_offences(flow),
    )


def _reseller(flow: Flow) -> tuple[Sign, ...]:
    kept = flow.measure(3)
    low, high = MARGIN
    about = f"About {100 * kept:.0f} % stays with the go-between"
    return (
        Sign(
            flow.passes_on,
            "An account passes on money that it received.",
            "No account passes on what it received.",
        ),
        Sign(
            None if np.isnan(kept) else low <= kept <= high,
            f"{about}, as a margin would.",
            f"{about}, more than a margin would."
            if kept > high
            else "Next to nothing stays with the go-between; a reseller would keep a margin.",
            "What stays with the go-between: none receives money here before it pays.",
        ),
        _held(flow, flow.between, "The account in between"),
        _dealt_before(flow),
        _without_offences(flow),
    )


def _treasury(flow: Flow) -> tuple[Sign, ...]:
    n_own = flow.most_of_one_holder
    return (
        Sign(
            n_own > 1 if len(flow.holder_of) > 1 else None,
            f"One holder holds {n_own} of the accounts.",
            "No two of the accounts have the same holder on record.",
            "Whether the accounts have one holder: records name the holder of "
            f"{'only one' if flow.holder_of else 'none'} of them.",
        ),
        Sign(
            bool(flow.measure(4)),
            "Money comes back to an account that it left.",
            "No money comes back to an account that it left.",
        ),
        _held(flow, flow.payer, "The account that pays most others"),
        _dealt_before(flow),
        _without_offences(flow),
    )


def _family(flow: Flow) -> tuple[Sign, ...]:
    n_held, n = flow.acquainted
    n_firms = len(flow.firms)
    return (
        Sign(
            n > 0 if n_held else None,
            f"Other records tie the holders at both ends of {counted(n, 'transfer')}.",
            "No other record ties a payer to whom they pay.",
            "Whether payers and payees know each other: of no transfer both holders are on record.",
        ),
        Sign(
            float(np.median(flow.groups.amounts)) <= EVERYDAY,
            "Most amounts are everyday ones, up to 1,000 EUR.",
            "Most amounts are above 1,000 EUR.",
        ),
        Sign(
            n_firms == 0 if flow.holder_of else None,
            "No organisation is on record as a holder.",
            f"Organisations hold {n_firms} of the accounts."
            if n_firms > 1
            else "An organisation holds one of the accounts.",
            "Whether an organisation is among the holders: none of them is on record.",
        ),
        _dealt_before(flow),
        _without_offences(flow),
    )


def _held(flow: Flow, account: int, what: str) -> Sign:
    return Sign(
        account in flow.firms if account in flow.holder_of else None,
        f"{what} is held by an organisation.",
        f"{what} is held by a person, not by an organisation.",
        f"Whether {what[0].lower()}{what[1:]} {UNHELD}",
    )


def _stays(flow: Flow) -> Sign:
    return Sign(
        not flow.passes_on,
        "None of these transfers passes on what another brought.",
        "Part of what is paid is passed on again.",
    )


def _dealt_before(flow: Flow) -> Sign:
    n_pairs, n = flow.dealings or (0, 0)
    pairs = f"the {n_pairs} pairs" if n_pairs != 1 else "the one pair"
    return Sign(
        2 * n >= n_pairs if flow.dealings else None,
        f"{n} of {pairs} of payer and payee had dealings before.",
        f"{f'Only {n}' if n else 'None'} of {pairs} of payer and payee had dealings before.",
        "Whether payers and payees had dealings before: no earlier transfer of theirs is on "
        "record.",
    )


def _without_offences(flow: Flow) -> Sign:
    n, of = flow.n_used, len(flow.groups.members)
    return Sign(
        n == 0,
        "None of the accounts is on record as used in an offence.",
        f"{n} of the {of} accounts {'is' if n == 1 else 'are'} on record as used in an offence.",
    )
