"""Observation, apart from truth: ids, spellings, duplicates, grades, handling codes, late arrivals.

What each register, bank, network operator and border post of the three states delivers of the
world. Ids are random permutations, so that no id says when or why somebody was made up.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.population import (
    AGE_BANDS,
    COMMUNITIES,
    SCRIPTS,
    SEXES,
    STATES,
    Population,
)
from workbench.analysis.synthetic.scenario import DAY, DAYS, EPOCH, Floats, Ints, Scenario, Texts

HANDLING = ("H0", "H1", "H2", "H1+H2", "H3")
_HANDLING_SHARE = (0.90, 0.05, 0.02, 0.015, 0.015)
_GRADES: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {  # per source: grades, shares
    "register": (("A1", "A2", "B2"), (0.7, 0.2, 0.1)),
    "police": (("A1", "A2", "B1", "B2", "B3", "C3", "X4"), (0.25, 0.2, 0.15, 0.2, 0.1, 0.06, 0.04)),
    "border guard": (("A1", "A2", "B2"), (0.5, 0.3, 0.2)),
    "network operator": (("A1", "A2"), (0.9, 0.1)),
    "bank": (("A1", "A2"), (0.9, 0.1)),
    "intelligence unit": (
        ("A2", "B2", "B3", "C3", "C4", "X4"),
        (0.1, 0.25, 0.3, 0.15, 0.1, 0.1),
    ),
}
_LETTERS = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψωώίςабвгдежзиклмнорстуфшья",
        (
            *(*"abgdezi", "th", *"iklmnxoprstyf", "ch", "ps", *"oois"),
            *(*"abvgde", "zh", *"ziklmnorstuf", "sh", "'", "ya"),
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Ids:
    """Delivered id per position; people and then duplicates in one array."""

    person: Texts
    organisation: Texts
    phone: Texts
    account: Texts
    vehicle: Texts
    place: Texts
    duplicate_of: Ints  # the person behind each duplicate

    def holder(self) -> Texts:
        """Ids in the space of holders: people, then organisations."""
        n_people = len(self.person) - len(self.duplicate_of)
        return np.concatenate([self.person[:n_people], self.organisation])


def make_ids(scenario: Scenario, people: Population, assets: Assets) -> Ids:
    """Random ids, and who appears in a second state's register too."""
    rng = scenario.stream("ids")
    n = len(people)
    duplicate_of = np.sort(rng.permutation(n)[: round(n * scenario.duplicate_share)])
    return Ids(
        person=_ids(rng, "P", n + len(duplicate_of)),
        organisation=_ids(rng, "O", len(assets.org_state)),
        phone=_ids(rng, "T", len(assets.phone_holder)),
        account=_ids(rng, "A", len(assets.account_holder)),
        vehicle=_ids(rng, "V", len(assets.vehicle_holder)),
        place=_ids(rng, "L", len(assets.place_state)),
        duplicate_of=duplicate_of,
    )


def _ids(rng: np.random.Generator, letter: str, n: int) -> Texts:
    width = max(5, len(str(n)))
    return np.array([f"{letter}-{k + 1:0{width}d}" for k in rng.permutation(n).tolist()], object)


def instants(seconds: Ints) -> Texts:
    """Seconds since the world's epoch as RFC 3339 texts in UTC."""
    moments = EPOCH + np.asarray(seconds, dtype="timedelta64[s]")
    texts = np.char.add(np.datetime_as_string(moments, unit="s"), "Z")
    return np.asarray(texts, dtype=object)


def provenance(
    rng: np.random.Generator, state: Ints, source: str, occurred: Ints | None, known: Ints
) -> dict[str, Texts]:
    """The columns that every delivered row carries; times in seconds since the epoch."""
    grades, shares = _GRADES[source]
    grade = rng.choice(np.array(grades, dtype=object), size=len(known), p=shares)
    codes = np.array(STATES, dtype=object)[state]
    return {
        "member_state": codes,
        "source": np.array([f"{code} {source}" for code in codes], dtype=object),
        "source_grade": np.array([g[0] for g in grade], dtype=object),
        "information_grade": np.array([g[1] for g in grade], dtype=object),
        "handling": rng.choice(
            np.array(HANDLING, dtype=object), size=len(known), p=_HANDLING_SHARE
        ),
        "occurred_at": np.full(len(known), "", dtype=object)
        if occurred is None
        else instants(occurred),
        "known_at": instants(np.clip(known, 0, DAYS * DAY - 1)),
    }


def sighted(rng: np.random.Generator, n: int) -> Ints:
    """When a register's row was known: most from the start, some on a later day."""
    late = rng.random(n) < 0.12
    return np.where(late, rng.integers(0, DAYS * DAY, n), 0)


def persons(scenario: Scenario, people: Population, ids: Ids) -> pd.DataFrame:
    """Registers of persons, duplicates in another state's spelling among them, by id."""
    rng = scenario.stream("persons")
    twin = ids.duplicate_of
    row = np.concatenate([np.arange(len(people)), twin])
    state = people.state[row].copy()
    state[len(people) :] = (state[len(people) :] + rng.integers(1, 3, len(twin))) % len(STATES)
    full = people.given + " " + people.surname
    names = np.concatenate(
        [full, np.array([_respelt(rng, name) for name in full[twin]], dtype=object)]
    )
    script = _named(SCRIPTS, people.community[row])
    script[len(people) :] = "Latin"
    frame = pd.DataFrame(
        {
            "id": ids.person,
            "name": names,
            "sex": _named(SEXES, people.sex[row]),
            "age_band": _named(AGE_BANDS, people.age[row]),
            "nationality": people.nationality[row],
            "community": _named(COMMUNITIES, people.community[row]),
            "script": script,
            "district": people.district[row],
            **provenance(rng, state, "register", None, np.zeros(len(row), dtype=np.int64)),
        }
    )
    return frame.sort_values("id", ignore_index=True)


def _named(names: tuple[str, ...], position: Ints) -> Texts:
    return np.array(names, dtype=object)[position]


def _respelt(rng: np.random.Generator, name: str) -> str:
    """As another state's clerk writes it: transliterated, or with two letters swapped."""
    latin = "".join(_LETTERS.get(c, c) for c in name.lower()).title()
    if latin.lower() == name.lower() or rng.random() < 0.3:
        at = int(rng.integers(1, len(latin) - 2))
        latin = latin[:at] + latin[at + 1] + latin[at] + latin[at + 2 :]
    return latin


def organisations(scenario: Scenario, assets: Assets, ids: Ids, sectors: Texts) -> pd.DataFrame:
    """Company registers."""
    rng = scenario.stream("organisations")
    n = len(assets.org_state)
    frame = pd.DataFrame(
        {
            "id": ids.organisation,
            "name": assets.org_name,
            "sector": sectors[assets.org_sector],
            **provenance(rng, assets.org_state, "register", None, np.zeros(n, dtype=np.int64)),
        }
    )
    return frame.sort_values("id", ignore_index=True)


def things(
    scenario: Scenario, kind: str, ids: Texts, state: Ints, columns: dict[str, Texts], source: str
) -> pd.DataFrame:
    """A register of phones, accounts, vehicles or places."""
    rng = scenario.stream(f"register of {kind}")
    frame = pd.DataFrame(
        {
            "id": ids,
            **columns,
            **provenance(rng, state, source, None, np.zeros(len(ids), dtype=np.int64)),
        }
    )
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
    columns: dict[str, Texts | Ints | Floats],
) -> pd.DataFrame:
    """Rows of one link table with their provenance, in the order in which they became known."""
    rng = scenario.stream(f"table {name}")
    table = {**columns, **provenance(rng, state, source, occurred, known)}
    order = np.lexsort((rng.random(len(known)), known))
    return pd.DataFrame(table).iloc[order].reset_index(drop=True)
