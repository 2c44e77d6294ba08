"""How clerks write names: worked out letter by letter."""

import numpy as np
import pytest
from builders_world import small

from workbench.analysis.synthetic.names import COMMUNITIES, make_names
from workbench.analysis.synthetic.spelling import is_latin, misspelt, respelt, transliterated

AV, BM, CV = range(3)


@pytest.mark.parametrize(
    ("name", "state", "written"),
    [
        ("Шуляич Жо", AV, "Šulâič Žo"),
        ("Шуляич Жо", BM, "Shuliaich Zho"),
        ("Шуляич Жо", CV, "Choulyaytch Jo"),
        ("Θαώ", AV, "Thaō"),
        ("Ψιος", CV, "Psios"),
        ("قاسم", BM, "Qasm"),
        ("قاسم", CV, "Kessm"),
    ],
)
def test_each_state_writes_another_script_by_its_own_scheme(
    name: str, state: int, written: str
) -> None:
    assert transliterated(name, state) == written


def test_each_state_hears_a_latin_name_in_its_own_way() -> None:
    assert respelt("Wikeshen", AV) == "Vikeshen"
    assert respelt("Venvas", BM) == "Wenwas"
    assert respelt("Keshothen", CV) == "Ceshoten"


def test_a_misspelt_name_differs_by_a_letter_and_keeps_its_first() -> None:
    rng = np.random.default_rng(2)
    for _ in range(300):
        wrong = misspelt(rng, "Mibrilin Dorvasesk")
        assert abs(len(wrong) - 18) <= 1
        assert wrong[0] == "M"


def test_every_letter_of_every_name_can_be_transliterated() -> None:
    pools = make_names(small())
    for c, name in enumerate(COMMUNITIES):
        every = [*pools.given[c][0], *pools.given[c][1], *pools.middle[c], *pools.surname[c]]
        for state in (AV, BM, CV):
            assert all(is_latin(transliterated(one, state)) for one in every), name
