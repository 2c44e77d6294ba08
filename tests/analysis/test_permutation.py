"""The test of a gap: exact where it can be worked out, and quiet where there is nothing."""

from collections.abc import Callable

import numpy as np
import pytest
from builders_audit import attribute, shared_pairs, table
from scipy import stats

from workbench.analysis.fairness import audit
from workbench.analysis.permutation import GapTest, gap_test
from workbench.analysis.spread import LEAST_PEOPLE
from workbench.analysis.subgroups import Attribute, Outcomes

Made = tuple[Outcomes, Attribute]


def asked(made: Made, metric: str = "fpr", *, margin: float = 0.0, n: int = 999) -> GapTest:
    return gap_test(*made, metric, margin=margin, n_permutations=n, seed=3)


def false_alarms(make: Callable[[np.random.Generator], Made], n: int = 120) -> float:
    """Share of null data sets that the test calls unequal at 5 %."""
    found = [
        gap_test(*make(np.random.default_rng(i)), "fpr", margin=0, n_permutations=199, seed=i)
        for i in range(n)
    ]
    return float(np.mean([(test.p_value or 1.0) <= 0.05 for test in found]))


def test_the_gap_is_highest_minus_lowest_and_names_both() -> None:
    # fpr: A 2/10, B 5/10, C 1/10
    found = asked(table(A=(8, 2, 0, 0), B=(5, 5, 0, 0), C=(9, 1, 0, 0)))
    assert found.gap == pytest.approx(0.4)
    assert found.between == ("C", "B")
    assert found.pooled == pytest.approx(8 / 30)
    assert found.n_min == 10


def test_for_two_groups_it_agrees_with_fishers_exact_test_on_equal_halves() -> None:
    # equal group sizes make the permutation distribution symmetric, as Fisher's two-sided one is
    exact = stats.fisher_exact([[32, 8], [22, 18]]).pvalue
    found = asked(table(A=(32, 8, 0, 0), B=(22, 18, 0, 0)), n=20_000)
    assert found.p_value == pytest.approx(exact, abs=0.004)


def test_fnr_looks_at_positives_alone() -> None:
    found = asked(table(A=(5, 5, 1, 9), B=(5, 0, 3, 7)), "fnr")
    assert found.gap == pytest.approx(0.2)
    assert found.pooled == pytest.approx(4 / 20)


def test_one_group_or_no_denominator_gives_no_test() -> None:
    assert asked(table(A=(5, 5, 0, 0))).p_value is None
    only_a_has_negatives = asked(table(A=(5, 5, 0, 0), B=(0, 0, 3, 3)))
    assert (only_a_has_negatives.gap, only_a_has_negatives.n_min) == (None, 0)


def test_without_any_error_nothing_differs() -> None:
    found = asked(table(A=(5, 0, 0, 0), B=(900, 0, 0, 0)))
    assert (found.gap, found.p_value, found.between) == (0.0, 1.0, ())


def test_the_same_seed_gives_the_same_p_value() -> None:
    made = table(A=(80, 20, 0, 0), B=(70, 30, 0, 0))
    assert asked(made) == asked(made)


def test_a_tiny_group_does_not_carry_a_gap_that_large_groups_do_not_have() -> None:
    # A and B differ surely by 2 points; C has one row, and it is wrong
    made = table(A=(9_000, 1_000, 0, 0), B=(8_800, 1_200, 0, 0), C=(0, 1, 0, 0))
    assert asked(made).p_value == pytest.approx(0.001)
    beyond_margin = asked(made, margin=0.05)
    assert beyond_margin.gap == pytest.approx(0.9)
    assert beyond_margin.p_value is not None
    assert beyond_margin.p_value > 0.05


def test_a_gap_between_large_groups_is_found_beside_a_tiny_one() -> None:
    made = table(A=(900, 100, 0, 0), B=(800, 200, 0, 0), C=(0, 1, 0, 0))
    assert asked(made, margin=0.05).p_value == pytest.approx(0.001)


def clustered(rng: np.random.Generator) -> tuple[Outcomes, np.ndarray, np.ndarray]:
    """60 people with 1 to 20 rows, more of them in one group; errors come by person."""
    group = rng.choice(2, 60, p=[0.6, 0.4])
    size = 1 + rng.poisson(np.array([4, 12])[group])
    person = np.repeat(np.arange(60, dtype=np.int32), size)
    own = rng.normal(0, 1.5, 60)
    wrong = rng.random(len(person)) < 1 / (1 + np.exp(2 - own[person]))
    outcomes = Outcomes.of(np.zeros(len(person), dtype=bool), wrong)
    return outcomes, person, group


def people_of_two(
    rng: np.random.Generator, rows: list[int], own: np.ndarray, second: np.ndarray
) -> Made:
    """People with so many rows each, wrong at rates of their own; `second` are of group B."""
    person = np.repeat(np.arange(len(own), dtype=np.int32), rows)
    wrong = rng.random(len(person)) < own[person]
    outcomes = Outcomes.of(np.zeros(len(person), dtype=bool), wrong).clustered(person)
    return outcomes, attribute(second[person].astype(int))


def test_people_of_one_group_who_differ_more_than_the_others_are_no_gap() -> None:
    """One variance for both groups calls 21 of these 60 tables unequal; 5 % are 3."""

    def make(rng: np.random.Generator) -> Made:
        own = np.r_[np.full(300, 0.2), rng.beta(0.4, 1.6, 30)]
        return people_of_two(rng, [10] * 330, own, np.arange(330) >= 300)

    assert false_alarms(make, n=60) <= 7 / 60  # 5 %, exceeded once in a hundred


def test_a_group_of_too_few_people_is_not_tested_however_many_rows_they_have() -> None:
    def made(n_people: int) -> Made:
        total = 200 + n_people
        own = np.where(np.arange(total) < 200, 0.1, 0.9)
        rng = np.random.default_rng(4)
        return people_of_two(rng, [50] * total, own, np.arange(total) >= 200)

    few = asked(made(LEAST_PEOPLE - 1), margin=0.05)
    assert (few.p_value, few.contrast, few.few) == (1.0, None, ("B",))
    assert few.gap == pytest.approx(0.8, abs=0.05)
    enough = asked(made(LEAST_PEOPLE), margin=0.05)
    assert (enough.p_value, enough.few) == (pytest.approx(0.001), ())
    outcomes, groups = made(LEAST_PEOPLE - 1)
    found = audit(outcomes, [groups], margin=0.05, seed=1)
    assert found["tests"][0]["verdict"] == "insufficient"
    assert found["tests"][0]["few"] == ["B"]
    assert found["notes"][-1] == (
        "By group, 1 group is not tested among negatives, for want of 15 people: B."
    )


def test_a_gap_wide_by_a_group_of_too_few_people_is_not_carried_by_a_narrow_one() -> None:
    # A and B, of 500 people each, differ surely by 3 points; C, of 3 people, errs always
    person = np.repeat(np.arange(1003, dtype=np.int32), 20)
    group = np.repeat([0, 1, 2], [500, 500, 3])[person]
    wrong = np.random.default_rng(2).random(len(person)) < np.array([0.05, 0.08, 1.0])[group]
    made = Outcomes.of(np.zeros(len(person), dtype=bool), wrong).clustered(person)
    assert asked((made, attribute(group))).p_value == pytest.approx(0.001)
    assert asked((made, attribute(group)), margin=0.05).p_value == 1.0


def test_people_with_one_row_each_are_independent_rows() -> None:
    outcomes, groups = table(A=(80, 20, 0, 0), B=(70, 30, 0, 0), C=(2, 3, 0, 0))
    each = np.arange(len(outcomes), dtype=np.int32)
    assert asked((outcomes.clustered(each), groups)) == asked((outcomes, groups))


def studentised(errors: np.ndarray, group: np.ndarray) -> float:
    """The gap of two groups of people with two rows each over its standard error."""
    pooled = errors.sum() / (2 * len(errors))
    rates, variances = [], []
    for own in (errors[group == 0], errors[group == 1]):
        rate = own.mean() / 2
        between = ((own - 2 * rate) ** 2).sum() * len(own) / (len(own) - 1) / (2 * len(own)) ** 2
        alone = rate * (1 - rate) / (2 * len(own))
        at = max(alone, pooled * (1 - pooled) / (2 * len(own)))
        rates.append(rate)
        variances.append(max(between / alone, 1) * at)
    return float(abs(rates[1] - rates[0]) / np.sqrt(sum(variances)))


def test_labels_of_people_are_dealt_as_if_they_were_shuffled() -> None:
    """The fast way through counts and the plain one through rows give the same distribution."""
    rng = np.random.default_rng(5)
    person = np.repeat(np.arange(400, dtype=np.int32), 2)  # few patterns: dealt by counts
    wrong = rng.random(800) < 0.15
    group = np.arange(400) % 2
    wrong |= (group[person] == 1) & (rng.random(800) < 0.03)
    outcomes = Outcomes.of(np.zeros(800, dtype=bool), wrong).clustered(person)
    dealt = asked((outcomes, attribute(group[person])), n=9_999).p_value
    errors = wrong.reshape(400, 2).sum(axis=1)
    apart = np.random.default_rng(6)
    shuffled = [studentised(errors, apart.permutation(group)) for _ in range(9_999)]
    plain = np.mean(np.array(shuffled) >= studentised(errors, group) - 1e-12)
    assert dealt == pytest.approx(float(plain), abs=0.03)


@pytest.mark.slow
def test_it_holds_its_level_on_independent_rows() -> None:
    def make(rng: np.random.Generator) -> Made:
        group = rng.choice(3, 1500, p=[0.8, 0.15, 0.05])
        wrong = rng.random(1500) < 0.1
        return Outcomes.of(np.zeros(1500, dtype=bool), wrong), attribute(group)

    assert false_alarms(make) <= 0.11  # 5 % and three standard errors of 120


@pytest.mark.slow
def test_it_holds_its_level_where_one_groups_people_have_more_rows() -> None:
    def make(rng: np.random.Generator) -> Made:
        outcomes, person, group = clustered(rng)
        return outcomes.clustered(person), attribute(group[person])

    def ignoring_people(rng: np.random.Generator) -> Made:
        outcomes, person, group = clustered(rng)
        return outcomes, attribute(group[person])

    assert false_alarms(make) <= 0.11
    assert false_alarms(ignoring_people) > 0.2  # the control: rows taken for independent


@pytest.mark.slow
def test_it_holds_its_level_where_one_persons_rows_lie_in_several_groups() -> None:
    def make(rng: np.random.Generator) -> Made:
        outcomes, person, group = clustered(rng)
        elsewhere = rng.random(len(person)) < 0.2
        own = np.where(elsewhere, rng.choice(2, len(person)), group[person])
        return outcomes.clustered(person), attribute(own)

    assert false_alarms(make, n=60) <= 0.14


@pytest.mark.slow
def test_it_holds_its_level_on_pairs_that_share_people() -> None:
    """The pitfall of duties.md: taken for independent, such pairs alarm far too often."""

    def make(rng: np.random.Generator) -> Made:
        outcomes, _, _ = shared_pairs(rng, spread=1.5)
        return outcomes, attribute(rng.choice(2, 120, p=[0.7, 0.3]))

    def ignoring_people(rng: np.random.Generator) -> Made:
        outcomes, a, b = shared_pairs(rng, spread=1.5)
        labels = rng.choice(2, 120, p=[0.7, 0.3])
        plain = Outcomes.of(outcomes.cells >= 2, outcomes.cells % 2 == 1)
        return plain, attribute(labels[a] + labels[b])

    assert false_alarms(make) <= 0.11
    assert false_alarms(ignoring_people) > 0.2


@pytest.mark.slow
def test_it_holds_its_level_where_people_of_one_group_stand_in_one_candidate() -> None:
    """One error on a group of transfers hits all its holders, who are often of one community."""

    def make(rng: np.random.Generator) -> Made:
        labels = rng.choice(3, 300, p=[0.6, 0.34, 0.06])
        rows, people = [], []
        for candidate in range(250):
            alike = np.flatnonzero(labels == labels[rng.integers(300)])
            size = 2 + rng.poisson(4)
            chosen = np.where(
                rng.random(size) < 0.8, rng.choice(alike, size), rng.integers(0, 300, size)
            )
            rows += [candidate] * size
            people += chosen.tolist()
        outcomes = Outcomes.of(np.zeros(250, dtype=bool), rng.random(250) < 0.1)
        about = outcomes.about(np.array(rows, dtype=np.int32), np.array(people, dtype=np.int32))
        return about, Attribute("group", labels.astype(np.int32), ("A", "B", "C"))

    assert false_alarms(make) <= 0.11


def test_a_gap_between_pairs_is_found() -> None:
    rng = np.random.default_rng(8)
    outcomes, a, b = shared_pairs(rng, spread=0.3)
    labels = np.arange(120) % 2
    both = (labels[a] == 1) & (labels[b] == 1)
    cells = np.where(both & (rng.random(len(both)) < 0.2), 1, outcomes.cells).astype(np.int32)
    changed = Outcomes(cells, outcomes.rows, outcomes.persons, outcomes.sharing)
    found = asked((changed, attribute(labels)), margin=0.05)
    assert found.between[1] == "B + B"
    assert found.p_value == pytest.approx(0.001)
