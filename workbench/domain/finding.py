"""A finding: a candidate put before a person, locked until decided, always an assessment.

What a finding says is kept in two sealed halves. The `Claim` (what is claimed, and the records
beneath) is what a person reads before judging. The `Assessment` (score, explanation, limits) is
unveiled only after that person's own judgement is sealed. The table row `Finding` holds digests
of both and nothing of either.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.checked import (
    Calibration,
    Interval,
    Kept,
    Miss,
    interval_faults,
    refuse,
    share_faults,
)
from workbench.domain.entity import Entity, Link, LinkKind
from workbench.domain.errors import BadInput, Withheld
from workbench.domain.record import Record

RESIDUAL_BOUND = 1e-6
STABLE = 0.8  # share of refits in which a reason must stay among the top to be shown as one
LEAST_REFITS = 20  # what stays in half of all refits reaches 16 of 20 once in 170, 4 of 5 once in 5
ANSWERS = ((), (True,), (False,), (True, False))


class FindingStatus(StrEnum):
    UNDECIDED = "undecided"
    DECIDED = "decided"
    ACTED_ON = "acted_on"


class Space(StrEnum):
    LOG_ODDS = "log-odds"
    PROBABILITY = "probability"


def missing(method: str, residual: float, space: Space) -> Withheld:
    """The refusal of parts that miss the model's own output by `residual`."""
    return Withheld(
        f"The explanation is withheld: what {method} says misses the model's output by "
        f"{residual:.3g} {space}.",
        method=method,
        residual=residual,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One feature's part in one score, in the explanation's space.

    `label` is its short name, `reason` its own docstring; `sentence` says what it was here,
    against peers and against the entity's own history (`usual`, None where it has none).
    `stable_share` is the share of refits in which it stayed among the strongest features of its
    side (0 to 1), `interval` the middle 95 % of its effect over them (None without refits).
    """

    feature: str
    label: str
    value: float | None
    usual: float | None
    unit: str
    effect: float
    interval: Interval | None
    reason: str
    sentence: str
    stable_share: float

    def __post_init__(self) -> None:
        faults = share_faults("its stability", self.stable_share)
        refuse(f"The effect of {self.feature}", faults + interval_faults("it", self.interval))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What counts as one reason: a feature, or features that are closely correlated, summed.

    `stable_share` is the share of refits in which it spoke the same way and stayed among the top
    reasons of that side, for or against (0 to 1).
    """

    label: str
    features: tuple[str, ...]
    effect: float
    interval: Interval | None
    sentence: str
    stable_share: float

    def __post_init__(self) -> None:
        faults = share_faults("its stability", self.stable_share)
        faults += interval_faults("its effect", self.interval)
        refuse(f"The reason of {' + '.join(self.features) or 'no feature'}", faults)

    @property
    def is_stable(self) -> bool:
        return self.stable_share >= STABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An additive explanation: ``base_value + sum(effects) == output`` within the bound.

    `output` is what the served model itself said, not what the explainer thinks it said.
    `method` names algorithm and library version, `background` what it was computed against in
    words and `background_digest` its SHA-256 (empty where the method needs none), `n_refits` how
    many refits stability rests on. `reasons` share the effects out among themselves.

    Raises
    ------
    Withheld
        When the parts miss the model's own output by more than `RESIDUAL_BOUND`, the reasons are
        not the effects summed, each once, no method is named, or a reason is called stable over
        fewer than `LEAST_REFITS` refits.
    """

    method: str
    space: Space
    base_value: float
    effects: tuple[Effect, ...]
    reasons: tuple[Reason, ...]
    output: float
    background: str
    background_digest: str
    n_refits: int

    def __post_init__(self) -> None:
        if not self.residual <= RESIDUAL_BOUND:  # also catches NaN
            raise missing(self.method, self.residual, self.space)
        each = {e.feature: e.effect for e in self.effects}
        named = sorted(name for reason in self.reasons for name in reason.features)
        if named != sorted(each) or any(
            not abs(r.effect - sum(each[name] for name in r.features)) <= RESIDUAL_BOUND
            for r in self.reasons
        ):
            raise Withheld(
                f"The explanation is withheld: the reasons of {self.method} are not its effects "
                "summed, each once.",
                method=self.method,
            )
        refuse("The explanation", self._faults())

    def _faults(self) -> list[str]:
        faults = [] if self.method.strip() else ["it names no method"]
        if self.n_refits < 0:
            faults.append(f"it rests on {self.n_refits} refits")
        if self.n_refits < LEAST_REFITS and self.stands_out:
            faults.append(
                f"a reason is called stable over {self.n_refits} refits, and {LEAST_REFITS} are "
                "the least that can show it"
            )
        return faults

    @property
    def residual(self) -> float:
        """Absolute miss, in the units of `space`."""
        return abs(self.base_value + sum(e.effect for e in self.effects) - self.output)

    @property
    def stands_out(self) -> bool:
        """True when at least one reason stays among the top in four of five refits."""
        return any(reason.is_stable for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgraph:
    """The smallest picture a person needs: entities and recorded links with dates and amounts."""

    entities: tuple[Entity, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The front half: what a person reads before judging. Nothing of the model is in it.

    `subject_ids` are the ids of the entities the claim is about, first named first.
    `salt` (32 hex digits) keeps the digest from being guessed. `known_until` is set where one
    looked back: up to then records were there already, though none later than `as_of` is in it.
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
    known_until: datetime | None = None

    @property
    def asked_at(self) -> datetime:
        """From when on a record may be there because the finding was put before people (T15)."""
        return self.known_until or self.as_of

    @property
    def about(self) -> frozenset[str]:
        """The entities it is about: findings of one model with the same are on one candidate."""
        return frozenset(self.subject_ids)

    @property
    def n_left_out(self) -> int:
        """How many records carry a link or state an entity of the picture and are not among
        `records`, which hold only so many."""
        links, entities = self.subgraph.links, self.subgraph.entities
        pictured = {link.basis for link in links} | {entity.record_id for entity in entities}
        return len(pictured - {record.id for record in self.records})

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
    fpr_interval: Interval | None
    fnr: float | None
    fnr_interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keystone:
    """A record beneath, and the calibrated probability (0 to 1) that is left without its links;
    None where without them the model would not ask about this at all.

    `topples` is true where the model would then no longer put the finding forward.
    """

    record_id: str
    probability: float | None
    topples: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterCase:
    """The most ordinary story that fits the same records, and how to tell it from the claim.

    `fits` and `misfits` say in sentences what in the records agrees with the story and what does
    not, `untold` what they cannot tell. `keystones` are the records that bear most, the heaviest
    first, of `n_tried` that were left out one at a time, out of `n_beneath` (the others carry no
    tie). `enquiry` is the one enquiry that would best tell the two apart.
    """

    story: str
    fits: tuple[str, ...]
    misfits: tuple[str, ...]
    untold: tuple[str, ...]
    keystones: tuple[Keystone, ...]
    n_tried: int
    n_beneath: int
    enquiry: str

    @property
    def fits_well(self) -> bool:
        """Whether at least half of what the records can tell of the story agrees with it."""
        return bool(self.fits) and len(self.fits) >= len(self.misfits)

    @property
    def toppling(self) -> tuple[Keystone, ...]:
        """Records without any one of which the model would not put the finding forward."""
        return tuple(keystone for keystone in self.keystones if keystone.topples)

    @property
    def tried(self) -> str:
        """How many records were left out, and what holds without any single one of them."""
        were = "record was" if self.n_beneath == 1 else "records were"
        each = f"{self.n_tried} of {self.n_beneath} {were} left out one at a time"
        rest = self.n_beneath - self.n_tried
        why = "; the one left carries no tie." if rest == 1 else "; the others carry no tie."
        n = len(self.toppling)
        end = " Without any single one of them the model would still put the finding forward."
        if n:
            one = "one of them" if n == 1 else f"any one of {n} of them"
            end = f" Without {one} the model would not put the finding forward."
        return f"{each}{why if rest else '.'}{end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How a candidate came before people, so that what was left out can be estimated.

    Put forward (`probability` 1), or `at_random` from the `n_left` candidates of its case that
    were not: below the threshold, or beyond what one case's readers are given. Each of these was
    drawn with this `probability`.
    """

    at_random: bool
    probability: float
    n_left: int

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1 or self.n_left < int(self.at_random):
            raise BadInput(
                f"Nothing is drawn with probability {self.probability:g} from {self.n_left} "
                "candidates; give one above 0 up to 1, of a pool that is not empty."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The back half: what the model said and why, unveiled only after a sealed judgement.

    `score` is in log-odds, `probability` calibrated (0 to 1) with a 95 % interval, None where the
    refits behind it failed their own check; `proposed` is true from the threshold on; `drawn` says
    how it came before people, None where it joined what was drawn in its case before.
    `outcome` is what the probability is of, in words, and `calibration` how such probabilities
    were found to hold on a later slice; None where that was not measured, and then no probability
    is shown. Either `explanation` or `withheld` is set, never both; `miss` is what the log is told.
    `answers` is the conformal prediction set at `coverage`: True where "confirmed" cannot be ruled
    out, False where "not confirmed" cannot; with both in it the model cannot tell. `kept` is the
    coverage that was found on the later slice, for each answer.
    `against` and `unless` are sentences: what speaks against, and what would change the result.
    `counter_case` is None where the model knows no ordinary story. `flags` are of this finding's
    own input, `drift` of all that the release was asked that day. `position` is each feature's
    place among peers (0 to 1; left out where it has no value). `snapshot` holds the candidate's
    feature values as decimal strings (`repr` of the float) and `categories` what they rest on in
    words, which replay feeds to the same artifact. `seed` and `versions` are what else replay
    needs.
    """

    finding_id: str
    model: str
    release_id: str
    release_digest: str
    score: float
    probability: float
    interval: Interval | None
    threshold: float
    proposed: bool
    outcome: str
    calibration: Calibration | None
    answers: tuple[bool, ...]
    coverage: float
    kept: tuple[Kept, ...]
    explanation: Explanation | None
    withheld: str
    miss: Miss | None
    reasons_for: tuple[str, ...]
    against: tuple[str, ...]
    unless: tuple[str, ...]
    counter_case: CounterCase | None
    limits: tuple[str, ...]
    group_rates: tuple[GroupRate, ...]
    flags: tuple[str, ...]
    drift: tuple[str, ...]
    position: dict[str, float]
    snapshot: dict[str, str]
    categories: dict[str, tuple[str, ...]]
    seed: int
    versions: dict[str, str]
    salt: str
    drawn: Drawn | None = None

    def __post_init__(self) -> None:
        if (self.explanation is None) != bool(self.withheld):
            raise Withheld(
                f"Finding {self.finding_id} carries neither an explanation nor the reason why "
                "there is none, or both; seal it again with exactly one."
            )
        refuse(f"The assessment of finding {self.finding_id}", self._faults())

    def _faults(self) -> list[str]:
        """All that its numbers contradict, among themselves or by what they are."""
        shares = {"the probability": self.probability, "the threshold": self.threshold}
        shares |= {"the coverage": self.coverage}
        shares |= {f"the position of {name}": at for name, at in self.position.items()}
        faults = [fault for name, value in shares.items() for fault in share_faults(name, value)]
        faults += interval_faults("the interval", self.interval)
        for bound in self.interval or ():
            faults += share_faults("an end of the interval", bound)
        if self.answers not in ANSWERS:
            faults.append(f"its answers are {self.answers}, not each answer at most once")
        if self.proposed != (self.probability >= self.threshold):
            faults.append("it says otherwise than its threshold whether it was put forward")
        if self.explanation is None:
            return faults
        if self.interval is None:
            faults.append("its explanation rests on refits that gave no interval")
        if not abs(self.explanation.output - self.score) <= RESIDUAL_BOUND:
            faults.append("the output that is explained is not the score")
        return faults

    @property
    def cannot_tell(self) -> bool:
        """True when the model has not exactly one answer left."""
        return len(self.answers) != 1


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
