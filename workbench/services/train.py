"""Train a model on an accepted dataset as an MLflow run, and register a run as a version."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.analysis.modelling import Fitted, ModelDefinition, Sample, TimeSplit
from workbench.domain.account import Account, Operation
from workbench.domain.errors import NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts, behaviours, findings
from workbench.store.acceptances import require_accepted
from workbench.store.desk import Desk

if TYPE_CHECKING:
    from workbench.analysis.evaluation import Baseline
    from workbench.analysis.gallery import Example
    from workbench.store.registry import Compared, Version

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slices:
    """Train, calibrate and test, each without what findings had asked about first (`prompted`).

    `whole_test` has it back; `n_erased` findings cannot be matched any more.
    """

    own: Mapping[str, Sample]
    n_prompted: Mapping[str, int]
    whole_test: Sample
    n_erased: int

    @property
    def parameters(self) -> dict[str, Any]:
        found: dict[str, Any] = {"findings_erased": self.n_erased}
        for name, sample in self.own.items():
            found |= {
                f"{name}_as_of": sample.as_of.isoformat(),
                f"{name}_until": sample.until.isoformat(),
                f"{name}_candidates": len(sample),
                f"{name}_true": int(sample.labels.sum()),
                f"{name}_prompted": self.n_prompted[name],
            }
        return found


def train(
    desk: Desk,
    model: str,
    *,
    dataset: str,
    seed: int,
    account: str,
    progress: Progress = lambda text, share: None,
) -> str:
    """Learn from the past, calibrate and choose on a later slice, test on a later one still.

    Candidates that a finding was about before their label became known are kept out of all three
    and counted (duty T15); where the test slice has any, it is measured with them, too.

    Returns
    -------
    str
        Id of the MLflow run; nested in it one run for each estimator that was compared.

    Raises
    ------
    NotFound, NotAllowed, NotCleared
        When the model is not here, the account may not train, the dataset is not accepted.
    BadInput
        When the dataset is too short or holds too few true cases.
    """
    definition = _definition(desk, model)
    sha256 = desk.datasets.sha256(dataset)
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.TRAIN)
        require_accepted(connection, dataset, sha256)
    progress(f"{model}: reading the case graph", 0.0)
    slices = _slices(desk, definition, dataset, seed, progress)
    train_on, later = slices.own["train"], slices.own["calibrate"]
    progress(f"{model}: comparing estimators on {len(train_on)} candidates", 0.4)
    compared = definition.fit(train_on, later, seed=seed)
    progress(f"{model}: measuring on later candidates", 0.7)
    run_id, behaves = _logged(desk, definition, dataset, sha256, compared, slices, seed, who)
    said: dict[str, object] = {
        "model": model,
        "run": run_id,
        "dataset": dataset,
        "dataset_digest": sha256,
    }
    said |= {"seed": seed, "account": who.id, "simulated": who.simulated}
    said |= {f"n_{name}_prompted": n for name, n in slices.n_prompted.items()}
    said["behaviour_digest"] = behaves
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.MODEL_TRAINED, said)
    progress(f"{model}: trained, run {run_id}", 1.0)
    return run_id


def register(desk: Desk, run_id: str, *, account: str) -> int:
    """Make a run a registered version, proposed for release; returns its number.

    The log says so once; registering it again changes nothing.

    Raises
    ------
    NotFound, NotAllowed
        When there is no such run, or the account may not register.
    """
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.TRAIN)
    known = desk.registry.run(run_id)
    new = all(version.run_id != run_id for version in desk.registry.versions(known.model))
    version = desk.registry.register(run_id)
    if new:
        _log_registered(desk, version, who)
    return version.number


def _log_registered(desk: Desk, version: "Version", who: Account) -> None:
    said: dict[str, object] = {
        "what": "registered",
        "model": version.model,
        "run": version.run_id,
        "version": version.number,
        "release_digest": version.digest,
        "dataset": version.dataset,
        "account": who.id,
        "session": desk.session_hash,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.MODEL_TRAINED, said)


def _definition(desk: Desk, model: str) -> ModelDefinition:
    if model not in desk.models:
        raise NotFound(f"There is no model {model}; there are: {', '.join(sorted(desk.models))}.")
    return desk.models[model]


def _slices(
    desk: Desk, definition: ModelDefinition, dataset: str, seed: int, progress: Progress
) -> _Slices:
    from workbench.analysis.modelling import sample_at
    from workbench.analysis.prompted import prompted, without

    graph = desk.datasets.graph(dataset)
    with desk.database.read() as connection:
        claims, n_erased = findings.claims_of_model(connection, desk.vault, definition.name)
    split = TimeSplit.of_graph(graph)
    spans = {
        "train": (split.train_at, split.calibrate_at),
        "calibrate": (split.calibrate_at, split.test_at),
        "test": (split.test_at, split.end),
    }
    own: dict[str, Sample] = {}
    n_prompted: dict[str, int] = {}
    for at, (name, (as_of, until)) in enumerate(spans.items()):
        progress(f"{definition.name}: candidates as of {as_of:%Y-%m-%d}", 0.1 * (at + 1))
        whole = sample_at(definition, graph, as_of=as_of, until=until, seed=seed)
        own[name] = without(whole, prompted(definition, graph, whole, claims, dataset=dataset))
        n_prompted[name] = len(whole) - len(own[name])
    return _Slices(own=own, n_prompted=n_prompted, whole_test=whole, n_erased=n_erased)


def _logged(
    desk: Desk,
    definition: ModelDefinition,
    dataset: str,
    sha256: str,
    compared: Mapping[str, Fitted],
    slices: _Slices,
    seed: int,
    who: Account,
) -> tuple[str, str]:
    """The run's id, and the digest of how the model taken behaves."""
    from workbench.analysis.choice import choose
    from workbench.analysis.evaluation import measured_on
    from workbench.analysis.uncertainty import reliability
    from workbench.store.registry import Training

    samples = slices.own
    choice, test = choose(compared, samples["calibrate"], seed=seed), samples["test"]
    taken = definition.settle(
        compared[choice.name], samples["train"], samples["calibrate"], seed=seed
    )
    taken = taken.checked_on(test.features, test.labels, test.people, days=test.days, seed=seed)
    found = {n: measured_on(fitted, test, seed=seed).flat() for n, fitted in compared.items()}
    rule, baseline = _baseline(taken, samples, seed)
    beside = [fitted for name, fitted in compared.items() if name != choice.name]
    files, examples = _behaviour(desk, definition, dataset, taken, beside, test, seed)
    run_id = desk.registry.log_training(
        Training(
            model=definition.name,
            dataset=dataset,
            dataset_sha256=sha256,
            seed=seed,
            account=who.id,
            card=desk.cards.get(definition.name, ""),
            parameters=_taken_because(choice.sentence, rule) | slices.parameters,
            measures=found[choice.name]
            | baseline
            | taken.measures()
            | _with_prompted(taken, slices, seed),
            compared=[_compared(name, fitted, found[name]) for name, fitted in compared.items()],
            fitted=taken,
            example=samples["train"].features.head(50),
            tables={"reliability": reliability(taken.probability(test.features), test.labels)},
            files=files,
        )
    )
    behaviours.keep_examples(desk.vault, run_id, examples)
    return run_id, hashlib.sha256(files[behaviours.DOCUMENT]).hexdigest()


def _behaviour(
    desk: Desk,
    definition: ModelDefinition,
    dataset: str,
    taken: Fitted,
    beside: Sequence[Fitted],
    test: Sample,
    seed: int,
) -> "tuple[dict[str, bytes], tuple[Example, ...]]":
    """What the run keeps of how the model behaves, and examples of its errors, kept apart."""
    from workbench.analysis.behaviour import document
    from workbench.analysis.gallery import gallery

    graph = desk.datasets.graph(dataset)
    said = document(definition, taken, graph, test, seed=seed, beside=beside)
    files = behaviours.files(said | {"dataset": dataset}, made_at=desk.now())
    return files, gallery(definition, taken, graph, test)


def _compared(name: str, fitted: Fitted, measures: Mapping[str, float]) -> "Compared":
    from workbench.store.registry import Compared

    estimator = getattr(fitted, "estimator", None)
    return Compared(
        name=name, estimator=estimator, parameters=_parameters(estimator), measures=measures
    )


def _parameters(estimator: Any) -> dict[str, Any]:
    """The parameters of the last step of an estimator that has such, in one level."""
    if estimator is None:
        return {}
    last = estimator[-1] if hasattr(estimator, "steps") else estimator
    return {"estimator": type(last).__name__, **last.get_params(deep=False)}


def _taken_because(choice: str, rule: "Baseline") -> dict[str, Any]:
    """`baseline_sign` is -1 where less of the baseline's feature ranks higher."""
    threshold = "highest F2 on the calibration slice: what is missed nobody looks at"
    return {
        "choice": choice,
        "baseline": rule.feature,
        "baseline_sign": rule.sign,
        "threshold_chosen_by": threshold,
    }


def _with_prompted(taken: Fitted, slices: _Slices, seed: int) -> dict[str, float]:
    """The measures of the test slice with prompted labels; nothing where it has none."""
    from workbench.analysis.evaluation import measured_on

    if not slices.n_prompted["test"]:
        return {}
    return measured_on(taken, slices.whole_test, seed=seed).flat("with_prompted_")


def _baseline(
    taken: Fitted, samples: Mapping[str, Sample], seed: int
) -> tuple["Baseline", dict[str, float]]:
    """The best single feature of the training slice, its measures on the test slice, and by how
    much `taken` is better there, people resampled for both at once."""
    from workbench.analysis.evaluation import single_best_feature
    from workbench.analysis.uncertainty import Ranking, bootstrap

    test, rule = samples["test"], single_best_feature(samples["train"])
    ranking = Ranking(test.labels, rule.scores(test.features))
    low, high = bootstrap(ranking.average_precision, test.people, len(test), seed=seed)
    own = Ranking(test.labels, taken.score(test.features))
    gain_low, gain_high = bootstrap(
        lambda w: own.average_precision(w) - ranking.average_precision(w),
        test.people,
        len(test),
        seed=seed,
    )
    return rule, {
        "baseline_auc": ranking.auc(),
        "baseline_average_precision": ranking.average_precision(),
        "baseline_average_precision_low": low,
        "baseline_average_precision_high": high,
        "baseline_gain": own.average_precision() - ranking.average_precision(),
        "baseline_gain_low": gain_low,
        "baseline_gain_high": gain_high,
    }
