"""Names put together from invented syllables, per community and in its own script.

No list of real names stands behind them. Names are drawn with Zipf frequencies, so that a name is
shared by several people as names are. A full name is a given name, in some communities a middle
name (a patronymic, or the father's name) and a surname.
"""

from dataclasses import dataclass

import numpy as np

from workbench.analysis.synthetic.scenario import Floats, Ints, Scenario, Texts

COMMUNITIES = ("arven", "belmar", "thessan", "velnar", "qasmar")
SCRIPTS = ("Latin", "Latin", "Greek", "Cyrillic", "Arabic")  # per community
_SYLLABLES = {
    "arven": ("ar", "ven", "tol", "mi", "kesh", "ul", "dor", "ye", "lin", "vas", "oth", "bri"),
    "belmar": ("bel", "hul", "gram", "ost", "fen", "wi", "stra", "kel", "und", "rig", "mal", "jo"),
    "thessan": ("θα", "ξε", "λυ", "μορ", "ψι", "ρα", "δω", "κλε", "νη", "φυ", "στα", "βρι"),
    "velnar": ("ве", "жо", "зла", "кри", "мо", "шу", "тре", "ля", "бор", "ня", "гу", "фе"),
    "qasmar": ("قا", "سم", "رو", "تي", "لاب", "غز", "نو", "شم", "دي", "حر", "كو", "فل"),
}
_ENDINGS = {  # female given, male given, surname
    "arven": ("ae", "en", "esk"),
    "belmar": ("ine", "or", "holt"),
    "thessan": ("ώ", "ος", "ίδης"),
    "velnar": ("ья", "ур", "ежко"),
    "qasmar": ("اية", "ون", "يري"),
}
_MIDDLE = {"thessan": "ου", "velnar": "ич", "qasmar": "ان"}  # ending of the father's name
MIDDLE_NAMED = tuple(name in _MIDDLE for name in COMMUNITIES)


@dataclass(frozen=True, slots=True)
class Names:
    """Pools per community, by code: `given[community][sex]`, `middle[community]`, `surname`."""

    given: tuple[tuple[Texts, Texts], ...]
    middle: tuple[Texts, ...]
    surname: tuple[Texts, ...]


def make_names(scenario: Scenario) -> Names:
    """Pools of the scenario's sizes, less what syllables happened to repeat."""
    rng = scenario.stream("names")
    given, middle, surname = [], [], []
    for name in COMMUNITIES:
        female, male, family = _ENDINGS[name]
        given.append(
            (
                _pool(rng, name, female, scenario.people.given_names, 2),
                _pool(rng, name, male, scenario.people.given_names, 2),
            )
        )
        father = _MIDDLE.get(name)
        middle.append(
            np.array([""], dtype=object)
            if father is None
            else _pool(rng, name, father, scenario.people.given_names, 2)
        )
        surname.append(_pool(rng, name, family, scenario.people.surnames, 3))
    return Names(tuple(given), tuple(middle), tuple(surname))


def _pool(rng: np.random.Generator, community: str, ending: str, n: int, longest: int) -> Texts:
    """Up to `n` different names of one to `longest` syllables and the ending."""
    syllables = np.array(_SYLLABLES[community], dtype=object)
    picks = syllables[rng.integers(0, len(syllables), (n * 2, longest))]
    length = rng.integers(2, longest + 1, n * 2)
    made = dict.fromkeys(
        ("".join(row[:k]) + ending).capitalize()
        for row, k in zip(picks.tolist(), length.tolist(), strict=True)
    )
    return np.array(list(made)[:n], dtype=object)


def draw(rng: np.random.Generator, n_pool: int, n: int) -> Ints:
    """`n` positions in a pool by Zipf's law: the k-th is drawn in proportion to 1 / (k + 3)."""
    return rng.choice(n_pool, size=n, p=_zipf(n_pool)).astype(np.int32)


def _zipf(n: int) -> Floats:
    weight = 1.0 / (np.arange(n) + 3.0)
    return np.asarray(weight / weight.sum(), dtype=np.float64)
