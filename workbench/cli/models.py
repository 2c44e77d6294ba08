"""Commands on models and what they find: train, audit, detect, list, replay."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.shell import (
    OPERATOR,
    As,
    CaseOption,
    DatasetOption,
    Json,
    Purpose,
    Seed,
    app,
    as_lines,
    desk_here,
    ground_of,
    named,
    progress,
    show,
)
from workbench.domain.errors import BadInput

if TYPE_CHECKING:
    from workbench.bootstrap import Desk


@app.command()
def train(
    model: str, dataset: DatasetOption, seed: Seed, as_: As = OPERATOR, as_json: Json = False
) -> None:
    """Train MODEL on a dataset as an MLflow run, with nested runs for what was compared."""
    from workbench.services import train as service

    desk = desk_here()
    run_id = service.train(
        desk, model, dataset=named(desk, dataset), seed=seed, account=as_, progress=progress
    )
    show({"run_id": run_id}, f"Run {run_id}", as_json=as_json)


@app.command()
def register(run: str, as_: As = OPERATOR, as_json: Json = False) -> None:
    """Register the model of RUN as a version, proposed for release."""
    from workbench.services import train as service

    version = service.register(desk_here(), run, account=as_)
    show({"version": version}, f"Version {version}, proposed for release", as_json=as_json)


@app.command()
def evaluate(
    model: str,
    dataset: DatasetOption,
    pairs: Annotated[Path | None, typer.Option("--pairs", help="Write candidates here.")] = None,
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Measures of MODEL against the dataset's truth, on candidates it did not learn from."""
    from workbench.analysis.evaluation_words import evaluation_lines
    from workbench.services import evaluate as service

    desk = desk_here()
    measures = service.evaluate(desk, model, dataset=named(desk, dataset), account=as_, pairs=pairs)
    show(measures, "\n".join(evaluation_lines(measures)), as_json=as_json)


@app.command()
def explain(
    model: str,
    dataset: DatasetOption,
    out: Annotated[Path, typer.Option("--out", help="The table: .parquet or .csv.")],
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Effects of every candidate of a dataset in one table; 1 when any was withheld."""
    from workbench.services import explain as service

    desk = desk_here()
    said = service.explain(
        desk, model, dataset=named(desk, dataset), account=as_, out=out, progress=progress
    )
    show(said, as_lines(said), as_json=as_json)
    if said["n_withheld"]:
        raise typer.Exit(1)


@app.command()
def behaviour(
    model: str,
    out: Annotated[Path, typer.Option("--out", help="The page to write: .html.")],
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Write how MODEL behaves and where it errs as one HTML file with everything inside."""
    from workbench.services import behaviour as service

    said = service.write(desk_here(), model, out=out, account=as_)
    show(said, f"{said['file']} written, of run {said['run_id']}", as_json=as_json)


@app.command()
def audit(
    model: Annotated[str, typer.Argument(help="A model; leave out with --table.")] = "",
    dataset: DatasetOption = "",
    table: Annotated[Path | None, typer.Option("--table", help="Any table: CSV, Parquet.")] = None,
    label: Annotated[str, typer.Option("--label", help="Column of what was true.")] = "",
    prediction: Annotated[str, typer.Option("--prediction", help="Column predicted.")] = "",
    score: Annotated[str, typer.Option("--score", help="Column of scores.")] = "",
    threshold: Annotated[float | None, typer.Option("--threshold", help="Cut on it.")] = None,
    group: Annotated[list[str] | None, typer.Option("--group", help="Attribute; repeat.")] = None,
    positive: Annotated[str, typer.Option("--positive", help="Positive label.")] = "1",
    margin: Annotated[
        float | None, typer.Option("--margin", help="Gap that matters, 0 to 1; 0.05 for a table.")
    ] = None,
    harm: Annotated[
        str, typer.Option("--harm", help="Whom a wider gap harms, and why: the margin's reason.")
    ] = "",
    cluster: Annotated[str, typer.Option("--cluster", help="Person that rows share.")] = "",
    capacity: Annotated[
        int | None, typer.Option("--capacity", help="How many are put forward at most.")
    ] = None,
    suppress: Annotated[
        int, typer.Option("--suppress", min=0, help="Leave out counts below this, 5 or more.")
    ] = 0,
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Audit a release, or any table a user brings, for bias per subgroup and intersection."""
    from workbench.services import audit as service

    _require_own(
        model,
        table,
        of_model=bool(dataset) or as_ != OPERATOR,
        of_table=bool(label or prediction or score or group or cluster)
        or threshold is not None
        or positive != "1",
    )
    if table:
        report = service.audit_table(
            table,
            label=label,
            prediction=prediction or None,
            score=score or None,
            threshold=threshold,
            groups=group or [],
            positive=positive,
            margin=0.05 if margin is None else margin,
            harm=harm,
            cluster=cluster or None,
            capacity=capacity,
        )
    else:
        desk = desk_here()
        report = service.audit_release(
            desk,
            model,
            dataset=named(desk, dataset),
            account=as_,
            margin=margin,
            harm=harm,
            capacity=capacity,
        ).as_json()
        report["deciders"] = _deciders(desk, model, report, as_)
    if suppress:
        from workbench.analysis.suppression import suppressed

        report = suppressed(report, least=suppress, whole=report.get("digest"))
    show(report, _audit_lines(report), as_json=as_json)
    if report["verdict"] == "fail":
        raise typer.Exit(1)


@app.command()
def mitigate(
    model: str,
    dataset: DatasetOption,
    by: Annotated[str, typer.Option("--by", help="A sensitive feature of the dataset.")],
    run: Annotated[str, typer.Option("--run", help="A training run; the latest unless told.")] = "",
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Compare mitigations on a run of MODEL, errors against the gap; nothing of it is served."""
    from workbench.services import mitigate as service

    desk = desk_here()
    report = service.mitigate(
        desk,
        model,
        dataset=named(desk, dataset),
        by=by,
        run=run or None,
        account=as_,
        progress=progress,
    )
    show(report.as_json(), _mitigation_lines(report.document), as_json=as_json)


@app.command()
def detect(
    model: str,
    dataset: DatasetOption,
    seed: Seed = 7,
    as_of: Annotated[
        str, typer.Option("--as-of", help="Look back: with what was known by the end of this day.")
    ] = "",
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Put what the release of MODEL finds before people, sealed, a random share mixed in."""
    from workbench.services import detect as service

    desk = desk_here()
    found = service.detect(
        desk,
        model,
        dataset=named(desk, dataset),
        account=as_,
        seed=seed,
        as_of=_end_of(as_of),
        progress=progress,
    )
    show({"findings": list(found)}, f"{len(found)} findings sealed", as_json=as_json)


@app.command()
def findings(
    status: Annotated[str, typer.Option("--status", help="undecided, decided, acted_on")] = "",
    case: CaseOption = "",
    purpose: Purpose = "",
    as_json: Json = False,
) -> None:
    """List findings; score and probability only once decided."""
    from workbench.services import review

    desk = desk_here()
    ground = ground_of(desk, case, purpose, OPERATOR)
    found = review.list_findings(desk, status=status or None, purpose=ground)
    rows = [row.as_json() for row in found]
    lines = [f"{r['id']}  {r['case']}  {r['model']:<14} {r['status']}" for r in rows]
    show(rows, "\n".join(lines), as_json=as_json)


@app.command()
def replay(finding: str, as_: As = OPERATOR, as_json: Json = False) -> None:
    """Recompute a finding's score and explanation from what was kept: 0 the same, 1 they differ."""
    from workbench.services import replay as service

    result = service.replay(desk_here(), finding, account=as_)
    show(result.as_json(), result.as_text(), as_json=as_json)
    if result.same is False:
        raise typer.Exit(1)


def _end_of(day: str) -> datetime | None:
    """The last instant of a day (UTC); None where none is named."""
    if not day:
        return None
    try:
        start = datetime.combine(date.fromisoformat(day), time.min, UTC)
    except ValueError as error:
        raise BadInput(f"'{day}' is no day; write one as 2024-08-31.") from error
    return start + timedelta(days=1, microseconds=-1)


def _require_own(model: str, table: Path | None, *, of_model: bool, of_table: bool) -> None:
    """Either a model or a table, and no option of the other, which would have no say."""
    if bool(model) == bool(table):
        raise BadInput("Name either a model with --dataset, or a file with --table.")
    if table and of_model:
        raise BadInput(
            "--dataset and --as are of the audit of a model and have no say over a table; leave "
            "them out."
        )
    if model and of_table:
        raise BadInput(
            "--label, --prediction, --score, --threshold, --group, --positive and --cluster are "
            "of --table and have no say over a model; leave them out."
        )


def _deciders(desk: "Desk", model: str, report: Mapping[str, Any], account: str) -> Any:
    """The audit, by the same margin, of who decided on the version that a report is of; None while
    it is no release or nobody has."""
    from workbench.services import audit_deciders

    found = audit_deciders.audit_deciders(
        desk,
        model,
        account=account,
        version=report["version"],
        margin=report["margin"],
        harm=report["harm"],
    )
    return None if found is None else {**found.document, "digest": found.digest}


def _rate(share: float | None) -> str:
    return "     -" if share is None else f"{share:6.3f}"


def _mitigation_lines(document: Mapping[str, Any]) -> str:
    lines = [document["sentence"]]
    for row in document["methods"]:
        found = {
            name: row["measures"][name]["value"] for name in ("gap_fpr", "gap_fnr", "fpr", "fnr")
        }
        rates = " ".join(f"{name}={_rate(value)}" for name, value in found.items())
        lines.append(f"{row['name']:<24}{rates}  {row['why']}")
    return "\n".join(lines)


def _audit_lines(report: Mapping[str, Any]) -> str:
    from workbench.analysis.audit_words import (
        METRICS,
        excluded_sentence,
        gap_sentence,
        margin_sentence,
        prompted_sentence,
        shared_sentence,
        verdict_sentence,
    )

    lines = [
        f"verdict: {report['verdict']} (n = {report['n']})",
        verdict_sentence(report),
        margin_sentence(report),
    ]
    if report.get("n_prompted") != 0:
        lines += [said for said in [prompted_sentence(report)] if said]
    for g in report["groups"]:
        rates = f"fpr={_rate(g['fpr'])} fnr={_rate(g['fnr'])}"
        n = "-" if g["n"] is None else g["n"]
        lines.append(f"{g['attribute']:<22}{g['group']:<26}n={n:<7}{rates}")
    for t in report["tests"]:
        said = f"{METRICS[t['metric']].lower()}: {gap_sentence(t, report['margin'])}"
        found = f"gap={_rate(t['gap'])} p={_rate(t['p_value'])}  {t['verdict']}"
        lines.append(f"{t['attribute']:<22}{t['metric']:<5}{found}\n    {said}")
    lines += [shared_sentence(report), *map(excluded_sentence, report["excluded"])]
    lines += report["notes"]
    if report.get("per_person"):
        from workbench.analysis.depth_words import PEOPLE, people_sentence

        lines += [people_sentence(report["per_person"], "at_threshold", wrong) for wrong in PEOPLE]
    if report.get("deciders"):
        lines += _deciders_lines(report["deciders"])
    return "\n".join(lines)


def _deciders_lines(document: Mapping[str, Any]) -> list[str]:
    from workbench.analysis.deciders_words import (
        deciders_sentence,
        label_sentences,
        missed_sentences,
    )

    lines = [
        f"deciders, by {basis}: {deciders_sentence(document, basis)}"
        for basis in ("records", "truth")
        if document[basis] is not None
    ]
    if document.get("label_bias"):
        lines += label_sentences(document["label_bias"])
    return lines + missed_sentences(document["missed"])
