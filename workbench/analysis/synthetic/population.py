"""People and households of three fictional Member States: Arvenia, Belmark and Corvenia.

Names are put together from invented syllables, per community and in its own script, with Zipf
frequencies, so that a name is shared by several people as names are.
"""

from dataclasses import dataclass

import numpy as np

from workbench.analysis.synthetic.scenario import Floats, Ints, Scenario, Texts

STATES = ("AV", "BM", "CV")
STATE_NAMES = {"AV": "Arvenia", "BM": "Belmark", "CV": "Corvenia"}
COMMUNITIES = ("arven", "belmar", "thessan", "velnar")
SCRIPTS = ("Latin", "Latin", "Greek", "Cyrillic")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
SEXES = ("female", "male")
N_DISTRICTS = 6  # per state

_STATE_SHARE = (0.42, 0.33, 0.25)
_COMMUNITY_SHARE = np.array(  # rows: state, columns: community
    [[0.62, 0.08, 0.10, 0.20], [0.08, 0.62, 0.10, 0.20], [0.15, 0.15, 0.50, 0.20]]
)
_AGE_SHARE = (0.13, 0.20, 0.20, 0.18, 0.15, 0.14)
_HOUSEHOLD_SHARE = (0.34, 0.32, 0.16, 0.12, 0.06)  # of 1 to 5 adults
_OWN_NATIONALITY = 0.88
_DISTRICT_PULL = 0.55  # share of a community that lives in its own two districts of a state

_SYLLABLES = {
    "arven": ("ar", "ven", "tol", "mi", "kesh", "ul", "dor", "ye", "lin", "vas", "oth", "bri"),
    "belmar": ("bel", "hul", "gram", "ost", "fen", "wi", "stra", "kel", "und", "rig", "mal", "jo"),
    "thessan": ("θα", "ξε", "λυ", "μορ", "ψι", "ρα", "δω", "κλε", "νη", "φυ", "στα", "βρι"),
    "velnar": ("ве", "жо", "зла", "кри", "мо", "шу", "тре", "ля", "бор", "ня", "гу", "фе"),
}
_ENDINGS = {  # female given, male given, surname
    "arven": ("ae", "en", "esk"),
    "belmar": ("ine", "or", "holt"),
    "thessan": ("ώ", "ος", "ίδης"),
    "velnar": ("ья", "ур", "ежко"),
}


@dataclass(frozen=True, slots=True)
class Population:
    """People as parallel arrays of length n; `household` numbers homes from 0.

    `state`, `community`, `age`, `sex` are positions in the tuples above; `nationality` and
    `district` are texts; `given` and `surname` are in the community's script.
    """

    state: Ints
    community: Ints
    sex: Ints
    age: Ints
    household: Ints
    nationality: Texts
    district: Texts
    given: Texts
    surname: Texts

    def __len__(self) -> int:
        return len(self.state)


def make_population(scenario: Scenario) -> Population:
    """People in households: one home shares state, community, district and surname."""
    rng = scenario.stream("population")
    household = _households(rng, scenario.n_people)
    n_homes, n = int(household[-1]) + 1, len(household)
    home_state = rng.choice(len(STATES), size=n_homes, p=_STATE_SHARE)
    draw = rng.random(n_homes)[:, None]
    home_community = (draw > _COMMUNITY_SHARE[home_state].cumsum(axis=1)).sum(axis=1)
    home_community = np.minimum(home_community, len(COMMUNITIES) - 1)
    state, community = home_state[household], home_community[household]
    sex = rng.integers(0, 2, n)
    return Population(
        state=state,
        community=community,
        sex=sex,
        age=rng.choice(len(AGE_BANDS), size=n, p=_AGE_SHARE),
        household=household,
        nationality=_nationality(rng, state),
        district=_district(rng, home_state, home_community)[household],
        given=_names(rng, community, sex),
        surname=_names(rng, home_community, None)[household],
    )


def _households(rng: np.random.Generator, n: int) -> Ints:
    sizes = rng.choice(np.arange(1, 6), size=n, p=_HOUSEHOLD_SHARE)
    return np.repeat(np.arange(n), sizes)[:n].astype(np.int64)


def _nationality(rng: np.random.Generator, state: Ints) -> Texts:
    codes = np.array([*STATES, "other"], dtype=object)
    own = rng.random(len(state)) < _OWN_NATIONALITY
    return np.where(own, codes[state], codes[rng.integers(0, 4, len(state))])


def _district(rng: np.random.Generator, state: Ints, community: Ints) -> Texts:
    """A community's own districts pull: the declared proxy, of a set strength."""
    n = len(state)
    own = (community + rng.integers(0, 2, n)) % N_DISTRICTS
    anywhere = rng.integers(0, N_DISTRICTS, n)
    number = np.where(rng.random(n) < _DISTRICT_PULL, own, anywhere) + 1
    return np.array(
        [f"{STATES[s]}-{k}" for s, k in zip(state.tolist(), number.tolist(), strict=True)], object
    )


def _names(rng: np.random.Generator, community: Ints, sex: Ints | None) -> Texts:
    """One name each: given names by sex, surnames where `sex` is None."""
    out = np.empty(len(community), dtype=object)
    for c, name in enumerate(COMMUNITIES):
        for ending in (2,) if sex is None else (0, 1):
            pool = _pool(rng, name, _ENDINGS[name][ending], 70 if sex is not None else 220)
            mine = community == c if sex is None else (community == c) & (sex == ending)
            out[mine] = rng.choice(pool, size=int(mine.sum()), p=_zipf(len(pool)))
    return out


def _pool(rng: np.random.Generator, community: str, ending: str, n: int) -> Texts:
    syllables = _SYLLABLES[community]
    picks = rng.integers(0, len(syllables), (n * 2, 2))
    made = dict.fromkeys(f"{syllables[a]}{syllables[b]}{ending}".capitalize() for a, b in picks)
    return np.array(list(made)[:n], dtype=object)


def _zipf(n: int) -> Floats:
    weight = 1.0 / (np.arange(n) + 3.0)
    return np.asarray(weight / weight.sum(), dtype=np.float64)
