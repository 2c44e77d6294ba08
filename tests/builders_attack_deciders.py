"""Somebody who received an audit of deciders and tries to work out what few readings say.

A reading is of a group, was said of before and after, put forward or not, true or not and recorded
or not. Counts, totals, rates, what changed, the random share and the burden are equations between
such cells; minutes and verdicts are not, and stand in tests of their own. Of a change the reader
is taken to work out from its interval how many readings changed, which is more than it says.
"""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linprog

from workbench.domain.decision import Verdict

YES, NO = Verdict.SUPPORTED.value, Verdict.NOT_SUPPORTED.value
SAID = (YES, NO, Verdict.CANNOT_TELL.value)  # the others are as this one
FINDINGS = ("undecided", "refused", "supported")
WHO = ("before", "release", "after")


class Cell(NamedTuple):
    """Readings alike in all of it."""

    group: str
    before: str
    after: str
    forward: bool
    truth: bool
    records: bool

    @property
    def compared(self) -> bool:
        return self.before in (YES, NO) and self.after in (YES, NO)

    def said(self, who: str) -> bool:
        return self.forward if who == "release" else getattr(self, who) == YES

    def wrong(self, who: str, metric: str, basis: str) -> bool:
        is_so = getattr(self, basis)
        return self.compared and is_so is (metric == "fnr") and self.said(who) is not is_so

    def turned(self, who: str, metric: str, basis: str) -> bool:
        """An error of people after that was none of another decider, or the reverse."""
        return self.wrong("after", metric, basis) is not self.wrong(who, metric, basis)

    def changed(self, *, to_the_release: bool) -> bool:
        moved = self.compared and self.before != self.after
        return moved and ((self.after == YES) is self.forward) is to_the_release


Form = Callable[[Cell], bool]


def small_forms(groups: tuple[str, ...]) -> dict[str, Form]:
    """What may not be told where it is a few, by name."""
    forms: dict[str, Form] = {
        "not compared": lambda c: not c.compared,
        "changed to": lambda c: c.changed(to_the_release=True),
        "changed away": lambda c: c.changed(to_the_release=False),
        "true": lambda c: c.compared and c.truth,
        "false": lambda c: c.compared and not c.truth,
        "drawn": lambda c: not c.forward and c.before in (YES, NO),
        "drawn, supported": lambda c: not c.forward and c.before == YES,
    }
    for group, who, metric in product(groups, ("before", "release"), ("fpr", "fnr")):
        forms[f"{group} turned from {who}, {metric}"] = lambda c, g=group, w=who, m=metric: (
            c.group == g and c.turned(w, m, "truth")
        )
    for group, who, metric in product(groups, WHO, ("fpr", "fnr")):
        forms[f"{group} {who} {metric}"] = lambda c, g=group, w=who, m=metric: (
            c.group == g and c.wrong(w, m, "truth")
        )
    return forms


class Reader:
    """What sums of cells may be, given what left. Later copies may be read as well."""

    def __init__(self, groups: tuple[str, ...], turned: Callable[[Form], int]) -> None:
        """`turned` counts the readings of a form, for what an interval gives away."""
        self.turned = turned
        flags = (False, True)
        self.cells = [Cell(*c) for c in product(groups, SAID, SAID, flags, flags, flags)]
        self.equal: list[tuple[np.ndarray, float]] = []

    def row(self, form: Form, weight: float = 1.0) -> np.ndarray:
        mine = np.array([float(form(cell)) for cell in self.cells])
        return weight * np.concatenate([mine, np.zeros(len(FINDINGS))])

    def says(self, row: np.ndarray, value: float | None) -> None:
        if value is not None:
            self.equal.append((row, float(value)))

    def read(self, left: Mapping[str, Any]) -> None:
        for basis in ("truth", "records"):
            if left[basis] is not None:
                self.read_basis(left[basis], basis)
        spent = left["burden"]
        for key, those in (
            ("n_findings", FINDINGS),
            ("n_decided", FINDINGS[1:]),
            ("n_supported", FINDINGS[2:]),
        ):
            self.says(self.findings(those), spent.get(key))

    def findings(self, those: tuple[str, ...]) -> np.ndarray:
        mine = np.array([float(name in those) for name in FINDINGS])
        return np.concatenate([np.zeros(len(self.cells)), mine])

    def read_basis(self, found: Mapping[str, Any], basis: str) -> None:
        self.says(self.row(lambda c: True), found["n_readings"])
        self.says(self.row(lambda c: c.compared), found["n_comparable"])
        self.says(self.findings(FINDINGS[1:]), found["n_findings"])
        for to, key in ((True, "changed_to_the_release"), (False, "changed_away")):
            self.says(self.row(lambda c, to=to: c.changed(to_the_release=to)), found[key])
        for when, said in found["verdicts"].items():
            for verdict in SAID:
                self.says(self.row(lambda c, w=when, v=verdict: getattr(c, w) == v), said[verdict])
        for who, audit in (found["by"] or {}).items():
            self.read_audit(audit, who, basis)
        for change in found.get("changes", []):
            self.read_change(change, basis)

    def read_change(self, change: Mapping[str, Any], basis: str) -> None:
        metric = change["metric"]
        for group, n in zip((change["worse"], change["better"]), change["n"], strict=True):
            mine: Form = lambda c, g=group: c.compared and c.group == g  # noqa: E731
            so: Form = lambda c, m=mine: m(c) and getattr(c, basis) is (metric == "fnr")  # noqa: E731
            self.says(self.row(so), n)
            for who in ("before", "release"):
                form: Form = lambda c, m=mine, w=who: m(c) and c.turned(w, metric, basis)  # noqa: E731
                self.says(self.row(form), self.turned(form))
        for who in WHO:
            self.says(self.contrast(change, who, basis), change[who])

    def contrast(self, change: Mapping[str, Any], who: str, basis: str) -> np.ndarray:
        """The error rate of the first group less that of the second, whose sizes are known."""
        one, other = (
            self.row(
                lambda c, g=change[at]: c.group == g and c.wrong(who, change["metric"], basis),
                1 / n,
            )
            for at, n in zip(("worse", "better"), change["n"], strict=True)
        )
        return one - other

    def read_audit(self, audit: Mapping[str, Any], who: str, basis: str) -> None:
        everybody: Form = lambda c: c.compared  # noqa: E731
        self.read_counts(audit, everybody, basis)
        for test in audit["tests"]:
            self.read_rate(test["metric"], test["pooled"], everybody, who, basis)
        for row in audit["groups"]:
            mine: Form = lambda c, g=row["group"]: c.compared and c.group == g  # noqa: E731
            self.read_counts(row, mine, basis)
            for metric in ("fpr", "fnr"):
                self.read_rate(metric, row[metric], mine, who, basis)
            if row["selection_rate"] is not None:
                said = self.row(lambda c, m=mine: m(c) and c.said(who))
                self.says(said - self.row(mine, row["selection_rate"]), 0.0)

    def read_counts(self, counts: Mapping[str, Any], mine: Form, basis: str) -> None:
        self.says(self.row(mine), counts["n"])
        for key, is_so in (("positives", True), ("negatives", False)):
            form: Form = lambda c, s=is_so: mine(c) and getattr(c, basis) is s  # noqa: E731
            self.says(self.row(form), counts[key])

    def read_rate(self, metric: str, rate: float | None, mine: Form, who: str, basis: str) -> None:
        if rate is None:
            return
        wrong = self.row(lambda c: mine(c) and c.wrong(who, metric, basis))
        of = self.row(lambda c: mine(c) and getattr(c, basis) is (metric == "fnr"), rate)
        self.says(wrong - of, 0.0)

    def may_be(self, aim: np.ndarray) -> tuple[float, float]:
        """The least and the most of a sum."""
        a, b = np.array([row for row, _ in self.equal]), np.array([v for _, v in self.equal])
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(sign * aim, A_eq=a, b_eq=b, bounds=(0, 5_000), method="highs")
            assert found.status == 0, found.message
            ends.append(sign * float(found.fun))
        return ends[0], ends[1]
