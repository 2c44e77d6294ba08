"""Observation, apart from truth: ids, grades, handling codes, late arrivals.

What each register, bank, network operator and border post of the three states delivers of the
world. Ids are random permutations, so that no id says when or why somebody was made up; ids of
bulk records are numbers in the order in which they became known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.population import STATES, Population
from workbench.analysis.synthetic.scenario import DAY, DAYS, EPOCH, Floats, Ints, Scenario, Texts

HANDLING = ("H0", "H1", "H2", "H3", "H1+H2", "H1+H3", "H2+H3", "H1+H2+H3")
_HANDLING_SHARE = (0.90, 0.045, 0.02, 0.01, 0.012, 0.006, 0.004, 0.003)
_GRADES: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {  # per source: grades, shares
    "register": (("A1", "A2", "B2"), (0.7, 0.2, 0.1)),
    "police": (("A1", "A2", "B1", "B2", "B3", "C3", "X4"), (0.25, 0.2, 0.15, 0.2, 0.1, 0.06, 0.04)),
    "border guard": (("A1", "A2", "B2"), (0.5, 0.3, 0.2)),
    "network operator": (("A1", "A2"), (0.9, 0.1)),
    "online service": (("A2", "B2", "B3"), (0.6, 0.3, 0.1)),
    "bank": (("A1", "A2"), (0.9, 0.1)),
    "intelligence unit": (
        ("A2", "B2", "B3", "C3", "C4", "X4"),
        (0.1, 0.25, 0.3, 0.15, 0.1, 0.1),
    ),
}


@dataclass(frozen=True, slots=True)
class Ids:
    """Delivered id per position; people and then their further records in one array."""

    person: Texts
    organisation: Texts
    phone: Texts
    account: Texts
    vehicle: Texts
    place: Texts
    online: Texts
    ip: Texts
    device: Texts
    duplicate_of: Ints  # the person behind each further record

    @property
    def n_people(self) -> int:
        return len(self.person) - len(self.duplicate_of)

    def holder(self) -> Texts:
        """Ids in the space of holders: people, then organisations."""
        return np.concatenate([self.person[: self.n_people], self.organisation])


def make_ids(scenario: Scenario, people: Population, assets: Assets) -> Ids:
    """Random ids, and who appears in a second state's register too, or in all three."""
    rng = scenario.stream("ids")
    n = len(people)
    duplicate_of = _duplicates(scenario, n)
    return Ids(
        person=_ids(rng, "P", n + len(duplicate_of)),
        organisation=_ids(rng, "O", len(assets.org_state)),
        phone=_ids(rng, "T", len(assets.phone_holder)),
        account=_ids(rng, "A", len(assets.account_holder)),
        vehicle=_ids(rng, "V", len(assets.vehicle_holder)),
        place=_ids(rng, "L", len(assets.place_state)),
        online=_ids(rng, "U", len(assets.online.holder)),
        ip=_ids(rng, "I", len(assets.online.ip_state)),
        device=_ids(rng, "D", len(assets.online.device_state)),
        duplicate_of=duplicate_of,
    )


def _duplicates(scenario: Scenario, n: int) -> Ints:
    """People with further records, once per further record, those with two of them side by side."""
    if not scenario.switches.duplicates:
        return np.zeros(0, np.int64)
    rng, wanted = scenario.stream("duplicates"), scenario.observation
    twice = rng.permutation(n)[: round(n * wanted.duplicates)]
    thrice = twice[: round(len(twice) * wanted.third_register)]
    return np.sort(np.concatenate([twice, thrice]))


def _ids(rng: np.random.Generator, letter: str, n: int) -> Texts:
    width = max(5, len(str(n)))
    return np.array([f"{letter}-{k + 1:0{width}d}" for k in rng.permutation(n).tolist()], object)


def record_ids(letter: str, first: int, n: int) -> Texts:
    """Ids of `n` records from number `first` on, counted from 0."""
    return np.array([f"{letter}-{k + 1:08d}" for k in range(first, first + n)], dtype=object)


def instants(seconds: Ints) -> Texts:
    """Seconds since the world's epoch as RFC 3339 texts in UTC."""
    moments = EPOCH + np.asarray(seconds, dtype="timedelta64[s]")
    return np.datetime_as_string(moments, unit="s", timezone="UTC").astype(object)


def provenance_codes(
    rng: np.random.Generator, state: Ints, source: str, known: Ints
) -> dict[str, Ints]:
    """Provenance of rows as numbers: state, grade (of its source), handling, known (seconds)."""
    shares = _GRADES[source][1]
    n = len(known)
    return {
        "state": state.astype(np.int8),
        "grade": _choice(rng, shares, n),
        "handling": _choice(rng, _HANDLING_SHARE, n),
        "known": np.maximum(known, 0).astype(np.int32),
    }


def _choice(rng: np.random.Generator, shares: tuple[float, ...], n: int) -> Ints:
    drawn = np.searchsorted(np.cumsum(shares), rng.random(n), side="right")
    return np.minimum(drawn, len(shares) - 1).astype(np.int8)


def provenance_texts(
    source: str, codes: dict[str, Ints] | pd.DataFrame, occurred: Ints | None
) -> dict[str, Texts]:
    """The columns that every delivered row ends with, from their codes."""
    grades = _GRADES[source][0]
    state, grade = np.asarray(codes["state"]), np.asarray(codes["grade"])
    known = np.asarray(codes["known"])
    return {
        "member_state": named(STATES, state),
        "source": named(tuple(f"{code} {source}" for code in STATES), state),
        "source_grade": named(tuple(g[0] for g in grades), grade),
        "information_grade": named(tuple(g[1] for g in grades), grade),
        "handling": named(HANDLING, np.asarray(codes["handling"])),
        "occurred_at": np.full(len(state), "", dtype=object)
        if occurred is None
        else instants(np.minimum(occurred, known)),
        "known_at": instants(known),
    }


def provenance(
    rng: np.random.Generator, state: Ints, source: str, occurred: Ints | None, known: Ints
) -> dict[str, Texts]:
    """The columns that every delivered row ends with; times in seconds since the epoch."""
    clipped = np.clip(known, 0, DAYS * DAY - 1)
    return provenance_texts(source, provenance_codes(rng, state, source, clipped), occurred)


def sighted(scenario: Scenario, rng: np.random.Generator, n: int) -> Ints:
    """When a register's row was known: most from the start, some on a later day."""
    late = rng.random(n) < scenario.observation.late
    return np.where(late, rng.integers(0, DAYS * DAY, n), 0)


def named(names: tuple[str, ...], position: Ints) -> Texts:
    """The name at each position."""
    return np.array(names, dtype=object)[position]


def register(
    scenario: Scenario,
    kind: str,
    ids: Texts,
    state: Ints,
    columns: Mapping[str, Texts | Ints | Floats],
    source: str,
) -> pd.DataFrame:
    """A register of organisations, phones, accounts, vehicles, places and the like, by id."""
    rng = scenario.stream(f"register of {kind}")
    known = np.zeros(len(ids), dtype=np.int64)
    frame = pd.DataFrame({"id": ids, **columns, **provenance(rng, state, source, None, known)})
    return frame.sort_values("id", ignore_index=True)


def numbers(scenario: Scenario, kind: str, n: int, digits: int) -> Texts:
    """Unique random numbers of so many digits, as texts."""
    rng = scenario.stream(f"numbers of {kind}")
    drawn = rng.choice(10**digits, size=n, replace=False, shuffle=True)
    return np.array([f"{k:0{digits}d}" for k in drawn.tolist()], dtype=object)


def events(
    scenario: Scenario,
    name: str,
    state: Ints,
    source: str,
    occurred: Ints | None,
    known: Ints,
    columns: Mapping[str, Texts | Ints | Floats],
) -> pd.DataFrame:
    """Rows of one link table with their provenance, in the order in which they became known."""
    rng = scenario.stream(f"table {name}")
    table = {**columns, **provenance(rng, state, source, occurred, known)}
    order = np.lexsort((rng.random(len(known)), known))
    return pd.DataFrame(table).iloc[order].reset_index(drop=True)
