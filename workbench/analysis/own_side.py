"""Exports told from one party's side: bank statements, and call records of one number.

A row names the own account or number, the other one, and which way it went: by the sign of the
amount, by a debit and a credit column, or by a word. From these the two ends of the arrow are
worked out; without one of them nothing is, and the columns stay text.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.mapping import PROVENANCE, Part, TableMapping, plain, proposed_meanings
from workbench.domain.entity import EntityKind, LinkKind

_OWN_ACCOUNT = "account accountnumber accountid iban ownaccount owniban accountiban"
_OTHER_ACCOUNT = (
    "counterparty counterpartyaccount counterpartyaccountnumber counterpartyiban contraaccount "
    "counteraccount otheraccount partneraccount partneriban"
)
_OWN_NUMBER = (
    "msisdn servedmsisdn servednumber subscriber subscribernumber targetnumber phonenumber"
)
_OTHER_NUMBER = (
    "otherparty otherpartynumber othernumber correspondent bnumber bparty bpartynumber "
    "diallednumber dialednumber"
)
_AMOUNT = "amount transactionamount amounteur"
_DEBIT = "debit debitamount debits withdrawal withdrawals paidout moneyout"
_CREDIT = "credit creditamount credits deposit deposits paidin moneyin"
_WAY = (
    "direction debitcredit creditdebit dc drcr crdr creditdebitindicator cdtdbtind "
    "calldirection calltype type recordtype"
)
_OUT = "d dr debit dbit db out outgoing mo moc originating smsmo mosms outgoingcall"
_IN = "c cr credit crdt in incoming mt mtc terminating smsmt mtsms incomingcall"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_DAY = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}", re.ASCII)
_CLOCK = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)
EUR_AMOUNT, STARTED = "amount in EUR", "started"


def own_side_parts(name: str, file: str, frame: pd.DataFrame) -> tuple[Part, ...]:
    """The table of a bank statement or of one number's call records; none for another shape."""
    found = _Columns(frame)
    money = found.one(_OWN_ACCOUNT), found.one(_OTHER_ACCOUNT)
    talk = found.one(_OWN_NUMBER), found.one(_OTHER_NUMBER)
    if all(money):
        outgoing, amount = _paid_out(found, frame)
        kinds = LinkKind.TRANSFERRED, EntityKind.ACCOUNT, ("payer", "payee")
        ends = money
    elif all(talk):
        outgoing, amount = _way(found, frame), None
        kinds = LinkKind.CALLED, EntityKind.PHONE, ("caller", "callee")
        ends = talk
    else:
        return ()
    if outgoing is None:
        return ()
    return (_part(name, file, frame, ends, outgoing, amount, kinds),)


def in_euro(frame: pd.DataFrame, amount: str) -> pd.DataFrame:
    """`frame` with a column `EUR_AMOUNT`: `amount` where the row's currency is EUR or unsaid.

    The same frame where no column names a currency other than EUR.
    """
    currency = _Columns(frame).one("currency currencycode ccy")
    if not currency or not amount:
        return frame
    euro = frame[currency].str.strip().str.upper().isin(["EUR", ""])
    return frame if euro.all() else frame.assign(**{EUR_AMOUNT: frame[amount].where(euro, "")})


def day_and_time(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with a column `STARTED` where one column holds the day and another the time."""
    found = _Columns(frame)
    day = found.one("date calldate startdate transactiondate")
    time = found.one("time calltime starttime transactiontime")
    if not day or not time or STARTED in frame.columns:
        return frame
    if not (_mostly(frame[day], _DAY) and _mostly(frame[time], _CLOCK)):
        return frame
    joined = (frame[day] + "T" + frame[time]).where(frame[time] != "", frame[day])
    return frame.assign(**{STARTED: joined.astype("str")})


class _Columns:
    """The columns of a frame by their plain headers; a header that stands twice is none."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._by_name: dict[str, str | None] = {}
        for column in frame.columns:
            name = plain(str(column))
            self._by_name[name] = None if name in self._by_name else str(column)

    def one(self, names: str) -> str:
        """The only column that bears one of these names; none where several do."""
        found = [c for n in names.split() if (c := self._by_name.get(n))]
        return found[0] if len(found) == 1 else ""

    def all(self, names: str) -> list[str]:
        return [c for n in names.split() if (c := self._by_name.get(n))]


def _mostly(cells: "pd.Series[Any]", shape: "re.Pattern[str]") -> bool:
    filled = [cell for cell in cells.head(200).tolist() if cell]
    return bool(filled) and sum(bool(shape.fullmatch(c)) for c in filled) * 2 > len(filled)


def _way(found: _Columns, frame: pd.DataFrame) -> "pd.Series[Any] | None":
    """True where the own side is the source; None where no column of words says so for all."""
    for column in found.all(_WAY):
        words = frame[column].map(plain)
        if words.isin([*_OUT.split(), *_IN.split()]).all():
            return words.isin(_OUT.split())
    return None


def _paid_out(
    found: _Columns, frame: pd.DataFrame
) -> "tuple[pd.Series[Any] | None, pd.Series[Any] | None]":
    """Whether the own account paid, and how much, without sign."""
    debit, credit = found.one(_DEBIT), found.one(_CREDIT)
    if debit and credit:
        paid = (frame[debit] != "") & ~frame[debit].str.fullmatch(r"[+-]?0*\.?0*")
        return paid, frame[debit].where(paid, frame[credit]).str.removeprefix("-")
    amount = found.one(_AMOUNT)
    if not amount:
        return None, None
    unsigned = frame[amount].str.removeprefix("-").str.removeprefix("+")
    if (way := _way(found, frame)) is not None:
        return way, unsigned
    negative = frame[amount].str.startswith("-")
    signed = negative.any() and _mostly(frame[amount], _NUMBER)
    return (negative, unsigned) if signed else (None, None)


def _part(
    name: str,
    file: str,
    frame: pd.DataFrame,
    ends: tuple[str, str],
    outgoing: "pd.Series[Any]",
    amount: "pd.Series[Any] | None",
    kinds: tuple[LinkKind, EntityKind, tuple[str, str]],
) -> Part:
    kind, end, names = kinds
    source, target = (
        word if word not in frame.columns else f"{word} (worked out)" for word in names
    )
    own, other = frame[ends[0]], frame[ends[1]]
    made = frame.assign(**{source: own.where(outgoing, other), target: other.where(outgoing, own)})
    derived = [source, target]
    if amount is not None:
        made = in_euro(made.assign(**{EUR_AMOUNT: amount.astype("str")}), EUR_AMOUNT)
        derived.append(EUR_AMOUNT)
    means = proposed_meanings([str(column) for column in frame.columns])
    mapping = TableMapping(
        name=name,
        file=file,
        kind=kind,
        is_link=True,
        from_column=source,
        from_kind=end,
        to_column=target,
        to_kind=end,
        record=means.get("record", ""),
        amount=EUR_AMOUNT if amount is not None else "",
        derived=tuple(derived),
        provenance={m: means[m] for m in PROVENANCE if m in means},
    )
    return Part(frame=made, mapping=mapping, row=np.arange(1, len(frame) + 1))
