"""The registers of persons: names, birth dates and proxies as each state's clerks wrote them.

A person's first record stands in the register of the state lived in, in the person's own script.
Further records stand in the other states' registers, under variant spellings, without the middle
name, under the name before marriage: exact comparison fails on most, a good linkage on few.
"""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.names import COMMUNITIES, SCRIPTS
from workbench.analysis.synthetic.observation import Ids, named, provenance, sighted
from workbench.analysis.synthetic.population import (
    AGE_BANDS,
    NATIONALITIES,
    SEXES,
    STATES,
    Population,
)
from workbench.analysis.synthetic.scenario import Flags, Ints, Scenario, Texts
from workbench.analysis.synthetic.spelling import is_latin, misspelt, respelt, transliterated

_RESPELT = 0.6  # of Latin names in another state's register: by its own clerks' ear
_UNDER_BIRTH_NAME = 0.5  # of further records of people who took another name
_TURNED_AROUND = 0.06  # of further records: surname first
_NO_LATER_NAME = 0.4  # of records under a birth name: that list the other name too


def persons(scenario: Scenario, people: Population, ids: Ids) -> pd.DataFrame:
    """Registers of persons, further records in other states' spelling among them, by id."""
    rng = scenario.stream("persons")
    n, twins = len(people), ids.duplicate_of
    row = np.concatenate([np.arange(n), twins])
    further = np.arange(len(row)) >= n
    state = np.concatenate([people.state, _other_states(people, twins)])
    names, known_as = _names(scenario, people, row, state, further)
    known = np.where(further, sighted(scenario, rng, len(row)), 0)
    frame = pd.DataFrame(
        {
            "id": ids.person,
            "name": names,
            "also_known_as": known_as,
            "birth_date": _birth_dates(scenario, people, row, further),
            "sex": named(SEXES, people.sex[row]),
            "age_band": named(AGE_BANDS, people.age[row]),
            "nationality": named(NATIONALITIES, people.nationality[row]),
            "community": named(COMMUNITIES, people.community[row]),
            "script": _scripts(people, row, names),
            "district": district_names(people.state[row], people.district[row]),
            **provenance(rng, state, "register", None, known),
        }
    )
    return frame.sort_values("id", ignore_index=True)


def district_names(state: Ints, district: Ints) -> Texts:
    """Districts as they are written: the state's code and a number from 1."""
    return np.array(
        [f"{STATES[s]}-{d + 1}" for s, d in zip(state.tolist(), district.tolist(), strict=True)],
        dtype=object,
    )


def _other_states(people: Population, twins: Ints) -> Ints:
    """A second record stands in one of the other states, a third in the last one."""
    again = np.diff(twins, prepend=-1) == 0
    followed = np.append(again[1:], False)[: len(again)]
    step = np.where(again | (~followed & (twins % 2 == 0)), 1, 2)
    return (people.state[twins] + step) % len(STATES)


def _names(
    scenario: Scenario, people: Population, row: Ints, state: Ints, further: Flags
) -> tuple[Texts, Texts]:
    """Names as written, and other names that the record lists (empty where none)."""
    rng, wanted = scenario.stream("spellings"), scenario.observation
    n = len(row)
    given, middle = people.given_names(row), people.middle_names(row)
    surname, birth_name = people.surnames(row), people.birth_names(row)
    drops = rng.random(n) < np.where(further, wanted.dropped_middle_names, 0.05)
    middle = np.where(drops, "", middle)
    renamed = (surname != birth_name) & (rng.random(n) < _UNDER_BIRTH_NAME) & further
    family = np.where(renamed, birth_name, surname)
    full = _joined(given, middle, family)
    turned = further & (rng.random(n) < _TURNED_AROUND)
    full[turned] = _joined(family[turned], middle[turned], given[turned])
    other = np.where(renamed, surname, birth_name)
    lists = (surname != birth_name) & (rng.random(n) < _NO_LATER_NAME * np.where(further, 1, 0.3))
    alias = rng.random(n) < wanted.aliases
    known_as = np.full(n, "", dtype=object)
    known_as[lists] = _joined(given[lists], np.full(int(lists.sum()), "", object), other[lists])
    known_as[alias] = _aliases(rng, people, row[alias])
    full = _as_written_abroad(rng, full, state, further, wanted.variant_spellings)
    known_as = _as_written_abroad(rng, known_as, state, further, wanted.variant_spellings)
    return _with_faults(scenario, people, row, full, further), known_as


def _joined(first: Texts, middle: Texts, last: Texts) -> Texts:
    return np.array(
        [
            " ".join(part for part in parts if part)
            for parts in zip(first, middle, last, strict=True)
        ],
        dtype=object,
    )


def _aliases(rng: np.random.Generator, people: Population, row: Ints) -> Texts:
    """Somebody else's given name of the same tongue and sex, under the own surname."""
    other = np.array(
        [
            people.names.given[t][s][int(rng.integers(0, len(people.names.given[t][s])))]
            for t, s in zip(people.tongue[row].tolist(), people.sex[row].tolist(), strict=True)
        ],
        dtype=object,
    )
    return _joined(other, np.full(len(row), "", dtype=object), people.surnames(row))


def _as_written_abroad(
    rng: np.random.Generator, names: Texts, state: Ints, further: Flags, share: float
) -> Texts:
    """Names of further records in the other state's letters; others as they are."""
    out, draw = names.copy(), rng.random(len(names))
    for i in np.flatnonzero(further & (names != "")).tolist():
        name, where = str(names[i]), int(state[i])
        if is_latin(name):
            out[i] = respelt(name, where) if draw[i] < _RESPELT else name
        elif draw[i] < share:
            out[i] = transliterated(name, where)
    return out


def _with_faults(
    scenario: Scenario, people: Population, row: Ints, names: Texts, further: Flags
) -> Texts:
    """Misspelt rows: more of them for the group that bias treats so, more in further records."""
    rng, bias = scenario.stream("misspellings"), scenario.bias
    group = people.community[row] == COMMUNITIES.index(bias.group)
    rate = np.where(group, bias.data_error_rate_group, bias.data_error_rate)
    draw, again = rng.random(len(row)), rng.random(len(row))
    wrong = (draw < rate) | (further & (again < scenario.observation.typos))
    seeds = rng.integers(0, 1 << 62, len(row))
    if not scenario.switches.data_errors:
        return names
    out = names.copy()
    for i in np.flatnonzero(wrong).tolist():
        out[i] = misspelt(np.random.default_rng(int(seeds[i])), str(names[i]))
    return out


def _birth_dates(scenario: Scenario, people: Population, row: Ints, further: Flags) -> Texts:
    """Birth dates: some missing, some of further records with day and month changed over."""
    rng, wanted = scenario.stream("birth dates"), scenario.observation
    days = people.birth_day[row].astype("datetime64[D]")
    missing = rng.random(len(row)) < np.where(further, wanted.missing_birth_dates, 0.02)
    swaps = rng.random(len(row)) < np.where(further, wanted.swapped_dates, 0.005)
    texts = days.astype(str).astype(object)
    if not scenario.switches.data_errors:
        return texts
    for i in np.flatnonzero(swaps).tolist():
        year, month, day = str(texts[i]).split("-")
        texts[i] = f"{year}-{day}-{month}" if int(day) <= 12 else texts[i]
    texts[missing] = ""
    return texts


def _scripts(people: Population, row: Ints, names: Texts) -> Texts:
    """The script that the name is written in."""
    own = named(SCRIPTS, people.tongue[row])
    return np.where(np.array([is_latin(str(name)) for name in names]), "Latin", own)
