"""The scenario file: TOML, laid over the one that comes with the generator, checked all at once."""

import tomllib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from workbench.analysis.synthetic.bias import Bias
from workbench.analysis.synthetic.scenario import Scenario
from workbench.analysis.synthetic.sections import (
    BiasSection,
    CrimeSection,
    LifeSection,
    ObservationSection,
    PeopleSection,
    Section,
    Size,
    Switches,
)
from workbench.domain.errors import BadInput

MAX_BYTES = 1_000_000
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class ScenarioFile(Section):
    """A whole scenario file: every section and every line of it is there."""

    sizes: dict[_Name, Size]
    switches: Switches
    people: PeopleSection
    life: LifeSection
    observation: ObservationSection
    crime: CrimeSection
    bias: dict[_Name, BiasSection]


def read_scenario(
    default: bytes, own: bytes | None, *, size: str, seed: int, bias: str
) -> Scenario:
    """The scenario of a named size (``s``, ``m``, ``l``) and bias (``planted``, ``none``).

    `default` holds scenario.toml, `own` what a user lays over it, or nothing.

    Raises
    ------
    BadInput
        Code ``scenario``, with every mistake of the file; ``size`` or ``bias`` when it has none of
        that name, ``seed`` when that is negative.
    """
    wanted = _merged(_parsed(default), {} if own is None else _parsed(own))
    try:
        file = ScenarioFile.model_validate(wanted)
    except ValidationError as error:
        raise _wrong(_faults(error)) from error
    if size not in file.sizes:
        raise BadInput(
            f"There is no world of size {size!r}; take {_either(file.sizes)}.", code="size"
        )
    if bias not in file.bias:
        raise BadInput(f"There is no bias {bias!r}; take {_either(file.bias)}.", code="bias")
    if seed < 0:
        raise BadInput(f"Seed {seed} is negative; take 0 or more.", code="seed")
    chosen = file.sizes[size]
    return Scenario(
        seed=seed,
        n_people=chosen.people,
        people_per_network=chosen.people_per_network,
        n_cases=chosen.cases,
        laundering_share=1 / chosen.laundering_one_in,
        bias=Bias(**file.bias[bias].model_dump()),
        switches=file.switches,
        people=file.people,
        life=file.life,
        observation=file.observation,
        crime=file.crime,
    )


def _parsed(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_BYTES:
        raise _wrong(["it is above 1 MB"])
    try:
        return tomllib.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _wrong(["it is not UTF-8"]) from error
    except tomllib.TOMLDecodeError as error:
        raise _wrong([f"it is no TOML: {error}"]) from error
    except RecursionError as error:
        raise _wrong(["it nests too deep"]) from error


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lines of `over` in place of those of `under`, section by section."""
    out = dict(under)
    for key, value in over.items():
        below = out.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            out[key] = _merged(below, value)
        else:
            out[key] = value
    return out


def _faults(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False)
    ]


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _wrong(faults: list[str]) -> BadInput:
    return BadInput(f"The scenario cannot be used: {'; '.join(faults)}.", code="scenario")
