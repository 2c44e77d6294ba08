"""Degrees and amounts of transfers: heavy tails, log-normal body, first digits."""

import numpy as np

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.validation.estimates import tail_exponent, upper_tail
from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.world import WrittenWorld

BENFORD = np.log10(1 + 1 / np.arange(1, 10))


def degrees(world: WrittenWorld) -> dict[str, Measured]:
    """How many others each account deals with, and how often."""
    ledger = world.ledger
    n = len(ledger.accounts)
    partners = n_partners(ledger.source, ledger.target, n)
    busy = partners[partners > 0].astype(np.float64)
    most = float(np.quantile(busy, 0.999))
    x, y = upper_tail(busy)
    plot = Plot(
        title="Accounts with at least so many counterparties",
        x_label="counterparties",
        y_label="share of accounts",
        series=(
            Series(name="this world", x=x, y=y, kind="points"),
            Series(
                name="published", x=(1000.0, 1000.0), y=(1.0, min(y)), kind="dashes", ours=False
            ),
            Series(name="AMLworld", x=(11.0, 11.0), y=(1.0, min(y)), kind="dashes", ours=False),
        ),
        x_log=True,
        y_log=True,
    )
    n_tail = max(50, len(busy) // 100)
    return {
        "degree_999": Measured(value=most, n=len(busy), plot=plot),
        "degree_exponent": Measured(
            value=tail_exponent(busy, n_tail=n_tail),
            n=n_tail,
            note=f"Over the {n_tail} accounts with the most counterparties.",
        ),
        **_per_account(ledger.source, ledger.target, n),
    }


def n_partners(source: Int64Array, target: Int64Array, n: int) -> Int64Array:
    """Different counterparties of each of `n` accounts, whichever way money went."""
    low, high = np.minimum(source, target), np.maximum(source, target)
    pairs = np.unique(low * n + high)
    low, high = pairs // n, pairs % n
    other = low != high
    return np.bincount(low[other], minlength=n) + np.bincount(high[other], minlength=n)


def _per_account(source: Int64Array, target: Int64Array, n: int) -> dict[str, Measured]:
    count = (np.bincount(source, minlength=n) + np.bincount(target, minlength=n)).astype(float)
    middle, high = np.quantile(count, [0.5, 0.99])
    x, y = upper_tail(count)
    plot = Plot(
        title="Accounts with at least so many transfers",
        x_label="transfers in two years",
        y_label="share of accounts",
        series=(Series(name="this world", x=x, y=y, kind="points"),),
        x_log=True,
        y_log=True,
    )
    note = (
        f"The median account has {middle:.0f} transfers, one in a hundred has {high:.0f} or more."
    )
    value = float(high / middle)
    return {"transfers_per_account": Measured(value=value, n=n, note=note, plot=plot)}


def amounts(world: WrittenWorld) -> dict[str, Measured]:
    """The body of the amounts against a log-normal, and their first digits."""
    amount = world.table("transfers", "amount")["amount"].to_numpy(np.float64)
    amount = amount[amount > 0]
    fit, plot = body(amount)
    return {
        "lognormal": Measured(value=fit, n=len(amount), plot=plot),
        "benford": Measured(
            value=benford_distance(amount), n=len(amount), plot=_digits(first_digits(amount))
        ),
    }


def body(amount: FloatArray) -> tuple[float, Plot]:
    """Squared correlation of log amounts with normal quantiles, first to last percentile."""
    from scipy.stats import norm

    share = np.linspace(0.01, 0.99, 99)
    ours = np.quantile(np.log(amount), share)
    normal = norm.ppf(share)
    r = float(np.corrcoef(ours, normal)[0, 1])
    slope, middle = np.polyfit(normal, ours, 1)
    line = np.exp(middle + slope * normal)
    plot = Plot(
        title="Amounts against a log-normal",
        x_label="a log-normal's percentile (EUR)",
        y_label="ours (EUR)",
        series=(
            Series(name="this world", x=_t(line), y=_t(np.exp(ours)), kind="points"),
            Series(name="log-normal", x=_t(line), y=_t(line), kind="dashes", ours=False),
        ),
        x_log=True,
        y_log=True,
    )
    return r**2, plot


def first_digits(amount: FloatArray) -> FloatArray:
    """Share of amounts that begin with 1, 2, ... 9."""
    digit = np.floor(amount / 10.0 ** np.floor(np.log10(amount)) + 1e-9).astype(np.int64)
    counts = np.bincount(np.clip(digit, 1, 9), minlength=10)[1:]
    return np.asarray(counts / len(amount), dtype=np.float64)


def benford_distance(amount: FloatArray) -> float:
    """Mean absolute deviation from Benford's law over the nine first digits (Nigrini, 2012)."""
    return float(np.abs(first_digits(amount) - BENFORD).mean())


def _digits(ours: FloatArray) -> Plot:
    at = tuple(float(d) for d in range(1, 10))
    return Plot(
        title="First digits of amounts",
        x_label="first digit",
        y_label="share of transfers",
        series=(
            Series(name="this world", x=at, y=_t(ours), kind="bars"),
            Series(name="Benford", x=at, y=_t(BENFORD), kind="points", ours=False),
        ),
    )


def _t(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
