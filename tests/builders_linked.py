"""Audits by attributes that hold the same people: communities, and scripts that follow."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.deciders import Reading, audit_deciders, gaps
from workbench.analysis.fairness import audit, audit_candidates
from workbench.analysis.subgroups import Attribute, Outcomes
from workbench.domain.decision import Verdict

Bools = np.ndarray[Any, np.dtype[np.bool_]]

# by community: script, how many negatives, how many positives
SCRIPTS = {
    "arven": ("Latin", 200, 100),
    "belmar": ("Latin", 200, 100),
    "thessan": ("Greek", 7, 60),
    "velnar": ("Cyrillic", 200, 100),
}
SAME = [  # groups of the same people
    (("community", "thessan"), ("script", "Greek")),
    (("community", "velnar"), ("script", "Cyrillic")),
]
NESTED = ("wwxy", "wxxy", "wxyz")  # the group of `two` of each of a, b, c and d of `one`


def linked() -> dict[str, Any]:
    """One in five is wrongly put forward, one in five is missed."""
    community, script, label, said = [], [], [], []
    for name, (own, negatives, positives) in SCRIPTS.items():
        for i in range(negatives + positives):
            community.append(name)
            script.append(own)
            label.append(i >= negatives)
            said.append((i % 5 == 0) is (i < negatives))
    attributes = [Attribute.of("community", community), Attribute.of("script", script)]
    outcomes = Outcomes.of(np.array(label), np.array(said))
    return dict(audit(outcomes, attributes, margin=0.05, seed=1))


def linked_burden() -> dict[str, Any]:
    """A fifth of each group's people was opened, of thessan 7 of 67."""
    opened = {"arven": 60, "belmar": 70, "thessan": 7, "velnar": 80}
    n = {name: a + b for name, (_, a, b) in SCRIPTS.items()}
    scripts = {"Cyrillic": ["velnar"], "Greek": ["thessan"], "Latin": ["arven", "belmar"]}
    held = [("community", name, [name]) for name in SCRIPTS]
    held += [("script", name, own) for name, own in scripts.items()]
    rows = [
        {"attribute": attribute, "group": group, "n": sum(n[c] for c in own),
         "n_opened": sum(opened[c] for c in own), "interval": [0.0, 1.0]}
        for attribute, group, own in held
    ]  # fmt: skip
    return {
        "n_findings": 217, "n_decided": 217, "n_supported": 100, "n_people": 217, "areas": {},
        "people_per_supported": 2.17, "minutes": 651.0, "median_minutes": 3.0,
        "minutes_per_supported": 6.51,
        "groups": [row | {"share": row["n_opened"] / row["n"]} for row in rows],
    }  # fmt: skip


class Nested:
    """Drawn people of 4 communities (a to d), d of a few, whose script follows but for strays."""

    def __init__(self, seed: int, *, least: int = 300, most: int = 1_200) -> None:
        rng = np.random.default_rng(seed)
        self.n = int(rng.integers(least, most))
        self.one = rng.choice(list("abcd"), self.n, p=rng.dirichlet([3.0, 2.0, 2.0, 0.15]))
        of = dict(zip("wxyz", rng.permutation(list("wxyz")), strict=True))
        followed = dict(zip("abcd", NESTED[seed % 3], strict=True))
        two = np.array([of[followed[group]] for group in self.one])
        stray = rng.random(self.n) < rng.choice([0.0, 0.0, 0.01])
        self.two = np.where(stray, rng.choice(list("wxyz"), self.n), two)
        self.sex = rng.choice(["f", "m"], self.n)
        self.missing = rng.random(self.n) < rng.choice([0.0, 0.0, 0.01])
        self.label: Bools = rng.random(self.n) < rng.choice([0.04, 0.2, 0.5])
        self.rng, self.seed = rng, seed

    def say(self) -> Bools:
        yes, no = self.rng.choice([0.5, 0.97]), self.rng.choice([0.02, 0.3])
        return np.array(self.rng.random(self.n) < np.where(self.label, yes, no))

    def table(self) -> dict[str, Any]:
        two = [None if m else v for m, v in zip(self.missing, self.two, strict=True)]
        attributes = [Attribute.of("one", self.one.tolist()), Attribute.of("two", two)]
        if self.seed % 2:
            attributes.append(Attribute.of("sex", self.sex.tolist()))
        if self.seed % 5 == 0:
            attributes.reverse()
        return dict(audit(Outcomes.of(self.label, self.say()), attributes, margin=0.05, seed=1))

    @property
    def sensitive(self) -> pd.DataFrame:
        each = np.arange(self.n, dtype=np.int32)
        return pd.DataFrame({"entity": each, "one": self.one, "two": self.two})

    def release(self) -> dict[str, Any]:
        """Each candidate is of two of them."""
        n = 3 * self.n
        ends = self.rng.permuted(np.tile(np.arange(self.n, dtype=np.int32), (n, 1)), axis=1)[:, :2]
        label = self.rng.random(n) < self.rng.choice([0.05, 0.3])
        said = self.rng.random(n) < np.where(label, 0.8, 0.1)
        people = {"candidate": np.repeat(np.arange(n, dtype=np.int32), 2), "entity": ends.ravel()}
        return dict(
            audit_candidates(
                label, said, people=pd.DataFrame(people), sensitive=self.sensitive, margin=0.05,
                seed=1,
            )
        )  # fmt: skip

    def deciders(self) -> dict[str, Any]:
        before, forward, after = self.say(), self.say(), self.say()
        word = {True: Verdict.SUPPORTED, False: Verdict.NOT_SUPPORTED}
        each = np.arange(self.n, dtype=np.int32)
        readings = [
            Reading(
                finding=i, before=word[bool(before[i])], put_forward=bool(forward[i]),
                after=word[bool(after[i])],
            )
            for i in range(self.n)
        ]  # fmt: skip
        found = audit_deciders(
            readings,
            self.label,
            people=pd.DataFrame({"candidate": each, "entity": each}),
            sensitive=self.sensitive,
            margin=0.05,
            seed=1,
        )
        return {
            "kind": "deciders", "margin": 0.05, "truth": found, "records": None,
            "gaps": {"truth": gaps(found["by"])}, "burden": linked_burden(),
        }  # fmt: skip
