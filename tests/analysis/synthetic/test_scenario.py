"""The scenario file, streams of chance and the rhythm of the week."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from builders_world import scenario, small

from workbench.analysis.synthetic import layers
from workbench.analysis.synthetic.bias import Bias
from workbench.analysis.synthetic.scenario import DAY, random_days, random_times
from workbench.analysis.synthetic.scenario_file import MAX_BYTES
from workbench.analysis.synthetic.sections import (
    BiasSection,
    CrimeSection,
    LifeSection,
    ObservationSection,
    PeopleSection,
    Size,
    Switches,
)
from workbench.domain.errors import BadInput
from workbench.services.generate import default_scenario


def test_a_layer_has_its_own_stream_and_always_the_same() -> None:
    made = small(seed=3)
    assert made.stream("calls").random() == small(seed=3).stream("calls").random()
    assert made.stream("calls").random() != made.stream("money").random()
    assert made.stream("calls").random() != small(seed=4).stream("calls").random()


def test_a_block_has_a_stream_of_its_own_beside_that_of_its_layer() -> None:
    made = small()
    drawn = [made.stream("calls", block).random() for block in (None, 0, 1)]
    assert len(set(drawn)) == 3
    assert made.stream("calls", 1).random() == drawn[2]


@pytest.mark.parametrize(
    ("size", "bias", "seed", "code"),
    [("xl", "none", 1, "size"), ("s", "some", 1, "bias"), ("s", "none", -1, "seed")],
)
def test_an_unknown_scenario_is_refused(size: str, bias: str, seed: int, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        scenario(size=size, bias=bias, seed=seed)
    assert refused.value.code == code


def test_an_own_file_changes_the_lines_it_names_and_no_others() -> None:
    own = b"[sizes.m]\nlaundering_one_in = 20000\n[switches]\nonline = false\n"
    made, usual = (scenario(size="m", seed=1, bias="none", own=text) for text in (own, None))
    assert made.laundering_share == 1 / 20_000
    assert usual.laundering_share == 1 / 1_500
    assert not made.switches.online
    assert made.switches.kinship
    assert made.n_people == usual.n_people


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    own = (
        b'[life]\ncommuters = 1.5\nspeed = 2\n[sizes.s]\npeople = "many"\n[bias.none]\ngroup = "x"'
    )
    with pytest.raises(BadInput) as refused:
        scenario(size="s", seed=1, bias="none", own=own)
    assert refused.value.code == "scenario"
    for place in ("life.commuters", "life.speed", "sizes.s.people", "bias.none.group"):
        assert place in str(refused.value)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (b"people = [", "it is no TOML"),
        (b"\xff\xfe", "it is not UTF-8"),
        (b"#" * (MAX_BYTES + 1), "it is above 1 MB"),
        (b"a = " + b"[" * 5_000, "it"),
        (b"[bias.mine]\nattribute = 'community'", "bias.mine.group"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_in_a_sentence(own: bytes, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        scenario(size="s", seed=1, bias="none", own=own)
    assert refused.value.code == "scenario"
    assert said in str(refused.value)


def test_every_line_of_the_default_scenario_is_explained() -> None:
    text = default_scenario().decode()
    for name, section in tomllib.loads(text).items():
        if name in ("sizes", "bias"):  # explained once, in the first of each
            section = next(iter(section.values()))
        for line in section:
            written = next(row for row in text.splitlines() if row.startswith(f"{line} ="))
            stem = line.removesuffix("_group")
            above = next(row for row in text.splitlines() if row.startswith(f"{stem} ="))
            named = line in ("attribute", "group")
            assert named or "#" in written or "#" in above, line


def test_every_line_of_the_scenario_is_read_by_some_layer() -> None:
    folder = Path(layers.__file__).parent
    code = "".join(p.read_text() for p in folder.glob("*.py") if p.name != "sections.py")
    kinds = (Size, Switches, PeopleSection, LifeSection, ObservationSection, CrimeSection)
    for section in (*kinds, BiasSection):
        for line in section.model_fields:
            assert re.search(rf"\.{line}\b", code), line


def test_a_scenario_file_can_set_every_parameter_of_the_bias() -> None:
    assert list(BiasSection.model_fields) == list(Bias.__dataclass_fields__)


def test_sundays_are_quieter_than_fridays_and_nights_than_evenings() -> None:
    rng = np.random.default_rng(1)
    days = random_days(rng, 20_000)
    weekday = (days.astype(int) + 6) % 7  # 2023-01-01 was a Sunday
    assert np.sum(weekday == 6) < 0.65 * np.sum(weekday == 4)
    hour = random_times(rng, days) % DAY // 3_600
    assert np.sum(hour == 3) < 0.1 * np.sum(hour == 18)
