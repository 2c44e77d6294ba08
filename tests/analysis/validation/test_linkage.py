"""Names in several scripts, F1 by hand, and linkage that is easy where it must be."""

import numpy as np
import pandas as pd
import pytest
from builders_validation import written

from workbench.analysis.validation.linkage import best_f1, candidates, record_linkage
from workbench.analysis.validation.spelling import bigrams, dice, plain, skeleton
from workbench.analysis.validation.world import NotInWorld, WrittenWorld


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Müller, Jörg", "jorg muller"),
        ("Дарина Ковач", "darina kovach"),
        ("Νίκος Δήμου", "dimoy nikos"),
        ("أمل", "aml"),
    ],
)
def test_names_become_latin_small_bare_and_ordered(name: str, latin: str) -> None:
    assert plain(name) == latin


def test_a_skeleton_survives_vowels_and_doubled_letters() -> None:
    assert skeleton("kovalenko") == skeleton("kovvalenka") == "kvlnk"


def test_likeness_is_shared_pairs_of_letters() -> None:
    grams = bigrams(pd.Series(["ab", "ab", "ac", "xy"]))
    one, other = np.array([0, 0, 0]), np.array([1, 2, 3])
    # " a", "ab", "b " against " a", "ac", "c ": one of three shared.
    assert dice(grams, one, other) == pytest.approx([1.0, 1 / 3, 0.0])


def test_the_best_f1_counts_pairs_that_were_never_reached() -> None:
    scores = np.array([3.0, 2.0, 1.0, 0.0])
    matched = np.array([True, False, True, False])
    f1, recall, precision, _ = best_f1(scores, matched, 4)
    assert (recall, precision) == (0.5, 2 / 3)
    assert f1 == pytest.approx(4 / 7)  # 2 of 4 true pairs among 3: 2 · 2 / (3 + 4)


def people(n: int, twice: int) -> WrittenWorld:
    """`n` people of random names and birth dates, the first `twice` of whom came again."""
    rng = np.random.default_rng(2)
    letters = np.array(list("abdeghiklmnoprstuv"))
    names = [
        f"{''.join(rng.choice(letters, 7))} {''.join(rng.choice(letters, 8))}" for _ in range(n)
    ]
    births = [
        f"{rng.integers(1950, 2005)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}"
        for _ in range(n)
    ]
    ids = [f"P-{k}" for k in range(n + twice)]
    respelt = [name.replace("o", "u") for name in names[:twice]]
    return written(
        persons={"id": ids, "name": names + respelt, "birth_date": births + births[:twice]},
        truth__same_person={"entity_a": ids[:twice], "entity_b": ids[n:]},
    )


def test_respelt_people_with_their_birth_date_are_found_and_exact_matching_finds_few() -> None:
    found = record_linkage(people(300, 60))
    assert found["linkage_f1"].value > 0.97
    assert found["exact_f1"].value < 0.8
    assert found["linkage_f1"].n == 60


def test_a_swapped_day_and_month_is_still_a_candidate() -> None:
    made = written(
        persons={
            "id": ["P-0", "P-1"],
            "name": ["ab", "xy"],
            "birth_date": ["1990-02-11", "1990-11-02"],
        }
    )
    persons = made.tables["persons"]
    assert candidates(made, persons, persons["name"]).tolist() == [[0, 1]]


def test_a_world_without_duplicates_says_so() -> None:
    with pytest.raises(NotInWorld, match="twice"):
        record_linkage(people(20, 0))
