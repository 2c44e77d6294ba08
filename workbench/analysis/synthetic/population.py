"""People and households of three fictional Member States: Arvenia, Belmark and Corvenia."""

from dataclasses import dataclass

import numpy as np

from workbench.analysis.synthetic.names import COMMUNITIES, Names, draw, make_names
from workbench.analysis.synthetic.scenario import EPOCH_DAY, Flags, Ints, Scenario, Texts

STATES = ("AV", "BM", "CV")
STATE_NAMES = {"AV": "Arvenia", "BM": "Belmark", "CV": "Corvenia"}
NATIONALITIES = (*STATES, "other")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
SEXES = ("female", "male")
N_DISTRICTS = 10  # per state; communities[k] has districts 2k and 2k + 1 of each state

_STATE_SHARE = (0.42, 0.33, 0.25)
_COMMUNITY_SHARE = np.array(  # rows: state, columns: community
    [
        [0.56, 0.08, 0.08, 0.20, 0.08],
        [0.08, 0.56, 0.08, 0.20, 0.08],
        [0.12, 0.12, 0.48, 0.20, 0.08],
    ]
)
_AGE_EDGES = np.array([18, 25, 35, 45, 55, 65, 90])
_AGE_SHARE = (0.13, 0.20, 0.20, 0.18, 0.15, 0.14)
_HOUSEHOLD_SHARE = (0.34, 0.32, 0.16, 0.12, 0.06)  # of 1 to 5 adults
_NATION_OF = (0, 1, 2, 3, 3)  # nationality that a community's descent would give
_OWN_NATIONALITY = 0.88  # of those who do not follow descent: that of the state they live in
_COUPLE = 0.75  # share of homes of several adults in which the second is the first one's partner


@dataclass(frozen=True, slots=True)
class Population:
    """People as parallel arrays of length n; `household` numbers homes from 0, in order.

    `state`, `community`, `age` (a band), `sex`, `nationality` are positions in the tuples of this
    module and of `names`; `district` is a position from 0 to `N_DISTRICTS` - 1 in the state;
    `birth_day` counts days from 1970. `tongue` is the community whose names a person bears;
    `given`, `middle`, `surname` and `birth_name` are positions in its pools of `names`.
    `is_partner` marks the second adult of a home who is the first one's partner.
    """

    state: Ints
    community: Ints
    sex: Ints
    age: Ints
    birth_day: Ints
    household: Ints
    nationality: Ints
    district: Ints
    tongue: Ints
    given: Ints
    middle: Ints
    surname: Ints
    birth_name: Ints
    is_partner: Flags
    names: Names

    def __len__(self) -> int:
        return len(self.state)

    def given_names(self, rows: Ints) -> Texts:
        """Given names of the people at `rows`, in their script."""
        return self._texts(rows, "given")

    def middle_names(self, rows: Ints) -> Texts:
        """Middle names of the people at `rows`; empty in communities that have none."""
        return self._texts(rows, "middle")

    def surnames(self, rows: Ints) -> Texts:
        """Surnames that the people at `rows` bear now."""
        return self._texts(rows, "surname")

    def birth_names(self, rows: Ints) -> Texts:
        """Surnames that the people at `rows` were born with."""
        return self._texts(rows, "birth_name")

    def _texts(self, rows: Ints, part: str) -> Texts:
        out = np.empty(len(rows), dtype=object)
        position, tongue, sex = getattr(self, part)[rows], self.tongue[rows], self.sex[rows]
        for c in range(len(COMMUNITIES)):
            if part == "given":
                for s in range(len(SEXES)):
                    mine = (tongue == c) & (sex == s)
                    out[mine] = self.names.given[c][s][position[mine]]
                continue
            pool = self.names.middle[c] if part == "middle" else self.names.surname[c]
            mine = tongue == c
            out[mine] = pool[position[mine]]
        return out


def make_population(scenario: Scenario) -> Population:
    """People in households: one home shares state, community, district and mostly its surname."""
    rng = scenario.stream("population")
    household, place = _households(rng, scenario.n_people)
    n_homes = int(household[-1]) + 1
    home_state = rng.choice(len(STATES), size=n_homes, p=_STATE_SHARE)
    draws = rng.random(n_homes)[:, None]
    home_community = (draws > _COMMUNITY_SHARE[home_state].cumsum(axis=1)).sum(axis=1)
    home_community = np.minimum(home_community, len(COMMUNITIES) - 1)
    state, community = home_state[household], home_community[household]
    is_partner = (place == 1) & (rng.random(n_homes) < _COUPLE)[household]
    sex = _sexes(rng, is_partner)
    birth_day = _birth_days(rng, household, place, is_partner)
    years = (EPOCH_DAY - birth_day) / 365.25
    names = make_names(scenario)
    tongue, given, middle, surname, birth_name = _named(
        scenario, names, household, community, is_partner
    )
    return Population(
        state=state.astype(np.int16),
        community=community.astype(np.int16),
        sex=sex.astype(np.int16),
        age=np.clip(np.digitize(years, _AGE_EDGES) - 1, 0, len(AGE_BANDS) - 1).astype(np.int16),
        birth_day=birth_day.astype(np.int32),
        household=household.astype(np.int32),
        nationality=_nationality(scenario, state, community).astype(np.int16),
        district=_district(scenario, home_community)[household].astype(np.int16),
        tongue=tongue,
        given=given,
        middle=middle,
        surname=surname,
        birth_name=np.where(is_partner, birth_name, surname).astype(np.int32),
        is_partner=is_partner,
        names=names,
    )


def _households(rng: np.random.Generator, n: int) -> tuple[Ints, Ints]:
    """Home of each person, and the person's place in it, from 0."""
    sizes = rng.choice(np.arange(1, 6), size=n, p=_HOUSEHOLD_SHARE)
    household = np.repeat(np.arange(n), sizes)[:n]
    first = np.concatenate([[True], household[1:] != household[:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(n), 0))
    return household, np.arange(n) - start


def _sexes(rng: np.random.Generator, is_partner: Flags) -> Ints:
    """Partners are of different sex in nineteen couples of twenty."""
    sex = rng.integers(0, 2, len(is_partner))
    differ = rng.random(len(is_partner)) < 0.95
    before = np.roll(sex, 1)
    return np.where(is_partner, np.where(differ, 1 - before, before), sex)


def _birth_days(rng: np.random.Generator, household: Ints, place: Ints, partner: Flags) -> Ints:
    """Days from 1970: partners are near in age, others at home are children, or near in age."""
    n = len(household)
    band = rng.choice(len(AGE_BANDS), size=n, p=_AGE_SHARE)
    years = rng.uniform(_AGE_EDGES[band], _AGE_EDGES[band + 1])
    head = years[np.arange(n) - place]
    child = head - rng.uniform(21, 38, n)
    near = np.maximum(18.1, head + rng.normal(0, 4, n))
    years = np.where(place == 0, years, np.where(~partner & (child > 18.1), child, near))
    born: Ints = EPOCH_DAY - np.floor(np.minimum(years, 94.0) * 365.25).astype(np.int64)
    return born


def _nationality(scenario: Scenario, state: Ints, community: Ints) -> Ints:
    """A set share holds the nationality of descent; the rest mostly that of where they live."""
    rng, n = scenario.stream("nationality"), len(state)
    by_descent = np.array(_NATION_OF)[community]
    anywhere = rng.integers(0, len(NATIONALITIES), n)
    lived = np.where(rng.random(n) < _OWN_NATIONALITY, state, anywhere)
    return np.where(rng.random(n) < scenario.people.nationality_of_own, by_descent, lived)


def _district(scenario: Scenario, home_community: Ints) -> Ints:
    """A community's own two districts pull: the declared proxy, of a set strength."""
    rng, n = scenario.stream("districts"), len(home_community)
    own = home_community * 2 + rng.integers(0, 2, n)
    anywhere = rng.integers(0, N_DISTRICTS, n)
    return np.where(rng.random(n) < scenario.bias.proxy_pull, own, anywhere)


def _named(
    scenario: Scenario, names: Names, household: Ints, community: Ints, is_partner: Flags
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Tongue, given name, middle name, surname and surname at birth of everybody.

    A home bears one tongue. A partner bears the other's surname or keeps the own.
    """
    rng, n = scenario.stream("who is named what"), len(household)
    n_homes = int(household[-1]) + 1
    _, first = np.unique(household, return_index=True)
    home_community = community[first]
    other = rng.integers(0, len(COMMUNITIES), n_homes)
    follows = rng.random(n_homes) < scenario.people.script_of_own
    tongue = np.where(follows, home_community, other)[household].astype(np.int16)
    longest = min(len(pool) for pair in names.given for pool in pair)
    middles = np.array([len(pool) for pool in names.middle])
    surnames = np.array([len(pool) for pool in names.surname])
    given = draw(rng, longest, n)
    middle = draw(rng, int(middles.max()), n) % middles[tongue]
    surname = draw(rng, int(surnames.max()), n_homes)[household] % surnames[tongue]
    birth_name = draw(rng, int(surnames.max()), n) % surnames[tongue]
    keeps = is_partner & (rng.random(n) >= scenario.people.married_names)
    return (
        tongue,
        given,
        middle.astype(np.int32),
        np.where(keeps, birth_name, surname).astype(np.int32),
        birth_name.astype(np.int32),
    )
