"""A finding: a candidate put before a person, locked until decided, always an assessment.

What a finding says is kept in two sealed halves. The `Claim` (what is claimed, and the records
beneath) is what a person reads before judging. The `Assessment` (score, explanation, limits) is
unveiled only after that person's own judgement is sealed. The table row `Finding` holds digests
of both and nothing of either.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.entity import Entity, Link, LinkKind
from workbench.domain.errors import Withheld
from workbench.domain.record import Record

RESIDUAL_BOUND = 1e-6


class FindingStatus(StrEnum):
    UNDECIDED = "undecided"
    DECIDED = "decided"
    ACTED_ON = "acted_on"


class Space(StrEnum):
    LOG_ODDS = "log-odds"
    PROBABILITY = "probability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One feature's part in one score, in the explanation's space.

    `reason` is the feature's own docstring; `sentence` says what it was here, against peers.
    `stable_share` is the share of refits in which it stayed among the top reasons (0 to 1).
    """

    feature: str
    value: float | None
    unit: str
    effect: float
    reason: str
    sentence: str
    stable_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An additive explanation: ``base_value + sum(effects) == output`` within the bound.

    `output` is what the served model itself said, not what the explainer thinks it said.
    `method` names algorithm and library version, `background_digest` what it was computed
    against (empty where the method needs none), `n_refits` how many refits stability rests on.

    Raises
    ------
    Withheld
        When the parts miss the model's own output by more than `RESIDUAL_BOUND`.
    """

    method: str
    space: Space
    base_value: float
    effects: tuple[Effect, ...]
    output: float
    background_digest: str
    n_refits: int

    def __post_init__(self) -> None:
        if not self.residual <= RESIDUAL_BOUND:  # also catches NaN
            raise Withheld(
                f"The explanation by {self.method} misses the model's output by "
                f"{self.residual:.3g} {self.space}; it is withheld."
            )

    @property
    def residual(self) -> float:
        """Absolute miss, in the units of `space`."""
        return abs(self.base_value + sum(e.effect for e in self.effects) - self.output)

    @property
    def stands_out(self) -> bool:
        """True when at least one reason stays among the top in four of five refits."""
        return any(e.stable_share >= 0.8 for e in self.effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgraph:
    """The smallest picture a person needs: entities and recorded links with dates and amounts."""

    entities: tuple[Entity, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The front half: what a person reads before judging. Nothing of the model is in it.

    `subject_ids` are the ids of the entities the claim is about, first named first.
    `salt` (32 hex digits) keeps the digest from being guessed.
    """

    finding_id: str
    case_id: str
    dataset: str
    text: str
    subject_ids: tuple[str, ...]
    subgraph: Subgraph
    records: tuple[Record, ...]
    as_of: datetime
    salt: str

    @property
    def offence_facts(self) -> tuple[Record, ...]:
        """Records that are a verified fact and tie somebody in the picture to an offence (T1)."""
        tied = {x.basis for x in self.subgraph.links if x.kind == LinkKind.INVOLVED_IN}
        return tuple(r for r in self.records if r.is_verified_fact and r.id in tied)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """Error rates of the release for one group concerned, as shares with 95 % intervals.

    None where the denominator is 0.
    """

    attribute: str
    group: str
    n: int
    fpr: float | None
    fpr_interval: tuple[float, float] | None
    fnr: float | None
    fnr_interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The back half: what the model said and why, unveiled only after a sealed judgement.

    `score` is in log-odds, `probability` calibrated (0 to 1) with a 95 % interval; `proposed` is
    false for a finding of the random share. Either `explanation` or `withheld` is set, never both.
    `against` and `unless` are sentences: what speaks against, and what would change the result.
    `snapshot` holds the candidate's feature values as decimal strings (`repr` of the float), which
    replay feeds to the same artifact. `seed` and `versions` are what else replay needs.
    """

    finding_id: str
    model: str
    release_id: str
    release_digest: str
    score: float
    probability: float
    interval: tuple[float, float]
    threshold: float
    proposed: bool
    explanation: Explanation | None
    withheld: str
    reasons_for: tuple[str, ...]
    against: tuple[str, ...]
    unless: tuple[str, ...]
    limits: tuple[str, ...]
    group_rates: tuple[GroupRate, ...]
    flags: tuple[str, ...]
    snapshot: dict[str, str]
    seed: int
    versions: dict[str, str]
    salt: str

    def __post_init__(self) -> None:
        if (self.explanation is None) != bool(self.withheld):
            raise Withheld(
                f"Finding {self.finding_id} carries neither an explanation nor the reason why "
                "there is none, or both; seal it again with exactly one."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The row that tables and log carry: digests and pseudonyms, no content.

    `digest` is SHA-256 over the two halves' digests; decisions and actions cite it.
    `about_person` and `n_offence_facts` feed duty T1: verified facts tied to an offence beneath.
    """

    id: str
    case_id: str
    model: str
    release_id: str
    release_digest: str
    digest: str
    claim_digest: str
    assessment_digest: str
    about_person: bool
    n_offence_facts: int
    sealed_at: datetime
