"""The sections of a scenario file: what each line may be. scenario.toml documents every one."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, le=1_000)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]


class Section(BaseModel):
    """A section knows its own lines and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Size(Section):
    """What a named size is: people, and how dense crime is among them."""

    people: Annotated[int, Field(ge=60, le=5_000_000)]
    people_per_network: Annotated[int, Field(ge=10, le=10_000_000)]
    cases: Count
    laundering_one_in: Annotated[int, Field(ge=5, le=1_000_000)]


class Switches(Section):
    """Layers that can be left out; what is left out makes no rows."""

    kinship: bool
    online: bool
    movement: bool
    cash: bool
    networks: bool
    money_patterns: bool
    series: bool
    new_modi_operandi: bool
    circular_reports: bool
    data_errors: bool
    duplicates: bool


class PeopleSection(Section):
    """Layer 1: how far names and families are shared."""

    given_names: Count
    surnames: Count
    script_of_own: Share
    nationality_of_own: Share
    married_names: Share
    kin_elsewhere: Share


class LifeSection(Section):
    """Layer 3: calls and journeys."""

    service_lines: Annotated[float, Field(ge=0, le=20)]
    burstiness: Annotated[float, Field(gt=0, le=3)]
    commuters: Share
    crossings_recorded: Share
    cash_businesses: Share


class ObservationSection(Section):
    """Layer 7: how well registers write, and how late."""

    duplicates: Share
    third_register: Share
    typos: Share
    swapped_dates: Share
    missing_birth_dates: Share
    variant_spellings: Share
    dropped_middle_names: Share
    aliases: Share
    shared_phones: Share
    late: Share


class CrimeSection(Section):
    """Layers 4 to 6 and 9."""

    offences_per_person: Rate
    solved: Share
    joint: Share
    recorded: Share


class BiasSection(Section):
    """Layer 8: the lines of `bias.Bias`, one for one."""

    attribute: Literal["community"]
    group: Literal["arven", "belmar", "thessan", "velnar", "qasmar"]
    recording_rate: Share
    recording_rate_group: Share
    false_label_rate: Share
    false_label_rate_group: Share
    data_error_rate: Share
    data_error_rate_group: Share
    patrol_rate: Annotated[float, Field(ge=0, le=2)]
    patrol_rate_group: Annotated[float, Field(ge=0, le=2)]
    proxy_pull: Share
