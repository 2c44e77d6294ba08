"""The command door. Every command asks, calls one service and shows; none decides, none prompts.

What reports takes ``--json``: one JSON document on standard output, everything else on standard
error. Exit status: 0 done; 1 a check found a fault; 2 wrong use or unreadable input.
"""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.domain.account import Role
from workbench.domain.errors import BadInput, CheckFailed, WorkbenchError

if TYPE_CHECKING:
    from workbench.bootstrap import Desk
    from workbench.services.validate import Validation

OPERATOR = "operator"

app = typer.Typer(
    name="workbench",
    help="An explainable AI analytics workbench with human oversight.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
explore_app = typer.Typer(help="Link analysis over the case graph.", no_args_is_help=True)
log_app = typer.Typer(help="The decision log.", no_args_is_help=True)
account_app = typer.Typer(help="Accounts.", no_args_is_help=True)
app.add_typer(explore_app, name="explore")
app.add_typer(log_app, name="log")
app.add_typer(account_app, name="account")


class Size(StrEnum):
    S = "s"
    M = "m"
    L = "l"


class Format(StrEnum):
    FTM = "ftm"
    GEXF = "gexf"
    GRAPHML = "graphml"
    GML = "gml"
    CSV = "csv"


class Bias(StrEnum):
    PLANTED = "planted"
    NONE = "none"


Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
As = Annotated[str, typer.Option("--as", help="The account to act as.")]
DatasetOption = Annotated[str, typer.Option("--dataset", help="Name or folder of a dataset.")]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Seed; the same seed gives the same result.")
]
Purpose = Annotated[str, typer.Option("--purpose", help="Why case content is opened; logged.")]
CaseOption = Annotated[str, typer.Option("--case", help="The case that content is opened for.")]


# The main job -----------------------------------------------------------------------------------


@app.command()
def demo(size: Size = Size.S, seed: Seed = 7, as_json: Json = False) -> None:
    """Run the whole main job in WORKBENCH_HOME, through simulated accounts; idempotent."""
    from workbench import demo as demonstration

    made = demonstration.demo(_desk(), size=size, seed=seed, progress=_progress)
    if made.passwords:
        _tell("\nSign-in of the demo accounts (shown this once, kept nowhere in clear):")
        for name, password in made.passwords.items():
            _tell(f"  {name:<16}{password}")
        _tell("")
    _show(
        made.as_json(),
        f"{made.n_findings} findings of {', '.join(made.models)} in dataset {made.dataset}; "
        f"decided and acted on: {', '.join(made.decided)}",
        as_json=as_json,
    )


@app.command()
def serve() -> None:
    """Serve the web page and MLflow, both behind the sign-in, until interrupted."""
    os.execv(sys.executable, [sys.executable, "-m", "workbench.app"])


@app.command()
def world(
    out: Annotated[Path, typer.Option("--out", help="Folder to write; must be new or empty.")],
    size: Size = Size.S,
    seed: Seed = 1,
    bias: Bias = Bias.PLANTED,
    scenario: Annotated[
        Path | None, typer.Option("--scenario", help="TOML file laid over the default scenario.")
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="Validate it too; the report stands beside the folder.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a synthetic world: a dataset folder, its truth kept apart in truth/."""
    from workbench.services import generate

    made = generate.generate(
        out, size=size, seed=seed, bias=bias, progress=_progress, scenario_file=scenario
    )
    said = f"A world of size {size.value} stands in {out}."
    if report:
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "again"
            generate.generate(
                again, size=size, seed=seed, bias=bias, progress=_progress, scenario_file=scenario
            )
            page = out.with_name(f"{out.name}-validation.html")
            validation = _validated(out, report=page, again=again)
        made = {**made, "validation": validation.as_json()}
        said = f"{said}\n{validation.as_text()}"
    _show(made, said, as_json=as_json)


@app.command()
def validate(
    folder: Path,
    report: Annotated[
        Path | None, typer.Option("--report", help="HTML file to write, and JSON beside it.")
    ] = None,
    again: Annotated[
        Path | None, typer.Option("--again", help="The same world made a second time.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold a synthetic world against what is known of real ones; exit 1 where a row misses."""
    validation = _validated(folder, report=report, again=again)
    _show(validation.as_json(), validation.as_text(), as_json=as_json)
    if validation.n_missed:
        raise typer.Exit(1)


def _validated(folder: Path, *, report: Path | None, again: Path | None) -> "Validation":
    from workbench.services import validate as service

    return service.validate(folder, report=report, again=again, progress=_progress)


@app.command()
def check(path: Path, as_json: Json = False) -> None:
    """Report the data quality of a dataset folder or file; nothing is written."""
    from workbench.services import ingest as service

    report = service.check(path)
    _show(report.as_json(), report.as_text(), as_json=as_json)
    if report.rejected:
        raise typer.Exit(1)


@app.command()
def ingest(path: Path, name: str = "", as_: As = OPERATOR, as_json: Json = False) -> None:
    """Turn a dataset folder, or a single file of a known format, into a case graph, pending."""
    from workbench.services import ingest as service

    report = service.ingest(_desk(), path, account=as_, name=name or None, progress=_progress)
    _show(report.as_json(), report.as_text(), as_json=as_json)


@app.command()
def datasheet(
    dataset: Annotated[str, typer.Argument(help="An ingested dataset, or a folder or file.")],
    croissant: Annotated[
        bool, typer.Option("--croissant", help="As Croissant 1.0 JSON-LD, for data catalogues.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", help="File to write.")] = None,
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Show a dataset's datasheet: purpose, origin, columns with units, what it leaves unsaid."""
    from workbench.services import datasheet as service

    sheet = service.read(_desk(), dataset, account=as_)
    document = service.as_croissant(sheet) if croissant else sheet.as_json()
    if croissant and (missing := service.left_out(sheet)):
        _tell(f"Croissant also asks for {', '.join(missing)}; dataset.toml does not say.")
    text = _as_document(document) if croissant or as_json else sheet.as_text()
    if out is None:
        print(text)
    else:
        service.write(text, out)
        _tell(f"{out.name} written")


@app.command()
def export(
    dataset: str,
    form: Annotated[Format, typer.Option("--format", help="What to write.")],
    out: Annotated[Path, typer.Option("--out", help="File to write; a new folder for csv.")],
    permission: Annotated[
        str,
        typer.Option("--permission", help="Who permitted that H2 and H3 leave, in words; logged."),
    ] = "",
    for_court: Annotated[
        bool, typer.Option("--for-court", help="It serves in court, so H1 stays too.")
    ] = False,
    recipient: Annotated[str, typer.Option("--recipient", help="Who gets it; logged.")] = "",
    case: CaseOption = "",
    purpose: Purpose = "",
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Write the recorded entities and links of DATASET in an open form that can be ingested again.

    Records under handling code H2 or H3 stay, what they state with them, and are counted.
    """
    from workbench.services import export as service

    desk = _desk()
    report = service.export(
        desk,
        _named(desk, dataset),
        form=service.Format(form.value),
        out=out,
        account=as_,
        purpose=_ground(desk, case, purpose, as_),
        permission=permission,
        for_court=for_court,
        recipient=recipient,
    )
    _show(report.as_json(), report.as_text(), as_json=as_json)


# Link analysis ----------------------------------------------------------------------------------


@explore_app.command()
def neighbours(
    entity: str,
    dataset: DatasetOption = "",
    case: CaseOption = "",
    purpose: Purpose = "",
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Entities linked to ENTITY: an entity's id, its id in the source, or its unique name."""
    from workbench.services import explore

    desk = _desk()
    ground = _ground(desk, case, purpose, as_)
    _show_graph(
        explore.neighbours(
            desk, entity, dataset=_named(desk, dataset), purpose=ground, account=as_
        ),
        as_json,
    )


@explore_app.command()
def path(
    a: str,
    b: str,
    dataset: DatasetOption = "",
    case: CaseOption = "",
    purpose: Purpose = "",
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Shortest paths between two entities."""
    from workbench.services import explore

    desk = _desk()
    ground = _ground(desk, case, purpose, as_)
    _show_graph(
        explore.path(desk, a, b, dataset=_named(desk, dataset), purpose=ground, account=as_),
        as_json,
    )


@explore_app.command()
def top(
    by: Annotated[str, typer.Option("--by", help="degree, betweenness or pagerank")],
    kind: Annotated[str, typer.Option("--kind", help="Only entities of this kind.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1)] = 10,
    dataset: DatasetOption = "",
    case: CaseOption = "",
    purpose: Purpose = "",
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Entities by a measure of the graph, highest first."""
    from workbench.services import explore

    desk = _desk()
    ground = _ground(desk, case, purpose, as_)
    found = explore.top(
        desk,
        by=by,
        kind=kind,
        limit=limit,
        dataset=_named(desk, dataset),
        purpose=ground,
        account=as_,
    )
    _show_graph(found, as_json)


# Models -----------------------------------------------------------------------------------------


@app.command()
def train(
    model: str, dataset: DatasetOption, seed: Seed, as_: As = OPERATOR, as_json: Json = False
) -> None:
    """Train MODEL on a dataset as an MLflow run, with nested runs for what was compared."""
    from workbench.services import train as service

    desk = _desk()
    run_id = service.train(
        desk, model, dataset=_named(desk, dataset), seed=seed, account=as_, progress=_progress
    )
    _show({"run_id": run_id}, f"Run {run_id}", as_json=as_json)


@app.command()
def register(run: str, as_: As = OPERATOR, as_json: Json = False) -> None:
    """Register the model of RUN as a version, proposed for release."""
    from workbench.services import train as service

    version = service.register(_desk(), run, account=as_)
    _show({"version": version}, f"Version {version}, proposed for release", as_json=as_json)


@app.command()
def evaluate(
    model: str,
    dataset: DatasetOption,
    pairs: Annotated[Path | None, typer.Option("--pairs", help="Write candidates here.")] = None,
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Measures of MODEL against the dataset's truth, later than its training data."""
    from workbench.services import evaluate as service

    desk = _desk()
    measures = service.evaluate(
        desk, model, dataset=_named(desk, dataset), account=as_, pairs=pairs
    )
    _show(measures, _as_lines(measures), as_json=as_json)


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
    margin: Annotated[float, typer.Option("--margin", help="Gap that matters, 0 to 1.")] = 0.05,
    cluster: Annotated[str, typer.Option("--cluster", help="Person that rows share.")] = "",
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Audit a release, or any table a user brings, for bias per subgroup and intersection."""
    from workbench.services import audit as service

    if bool(model) == bool(table):
        raise BadInput("Name either a model with --dataset, or a file with --table.")
    if table:
        report = service.audit_table(
            table,
            label=label,
            prediction=prediction or None,
            score=score or None,
            threshold=threshold,
            groups=group or [],
            positive=positive,
            margin=margin,
            cluster=cluster or None,
        )
    else:
        desk = _desk()
        report = service.audit_release(
            desk, model, dataset=_named(desk, dataset), account=as_, margin=margin
        ).as_json()
        report["deciders"] = _deciders(desk, model, report["version"], as_, margin)
    _show(report, _audit_lines(report), as_json=as_json)
    if report["verdict"] == "fail":
        raise typer.Exit(1)


@app.command()
def detect(
    model: str, dataset: DatasetOption, seed: Seed = 7, as_: As = OPERATOR, as_json: Json = False
) -> None:
    """Put what the release of MODEL finds before people, sealed, a random share mixed in."""
    from workbench.services import detect as service

    desk = _desk()
    found = service.detect(
        desk, model, dataset=_named(desk, dataset), account=as_, seed=seed, progress=_progress
    )
    _show({"findings": list(found)}, f"{len(found)} findings sealed", as_json=as_json)


@app.command()
def findings(
    status: Annotated[str, typer.Option("--status", help="undecided, decided, acted_on")] = "",
    case: CaseOption = "",
    purpose: Purpose = "",
    as_json: Json = False,
) -> None:
    """List findings; score and probability only once decided."""
    from workbench.services import review

    desk = _desk()
    ground = _ground(desk, case, purpose, OPERATOR)
    found = review.list_findings(desk, status=status or None, purpose=ground)
    rows = [row.as_json() for row in found]
    lines = [f"{r['id']}  {r['case']}  {r['model']:<14} {r['status']}" for r in rows]
    _show(rows, "\n".join(lines), as_json=as_json)


@app.command()
def replay(finding: str, as_: As = OPERATOR, as_json: Json = False) -> None:
    """Recompute a finding's score and explanation from what was kept: 0 the same, 1 they differ."""
    from workbench.services import replay as service

    result = service.replay(_desk(), finding, account=as_)
    _show(result.as_json(), result.as_text(), as_json=as_json)
    if not result.same:
        raise typer.Exit(1)


# Proof ------------------------------------------------------------------------------------------


@log_app.command("verify")
def log_verify(as_: As = OPERATOR, as_json: Json = False) -> None:
    """Verify every entry, checkpoint and row; a fault names the entry's index."""
    from workbench.services import verify

    report = verify.verify(_desk(), account=as_)
    _show(report.as_json(), report.as_text(), as_json=as_json)
    if report.faults:
        raise typer.Exit(1)


@log_app.command("checkpoint")
def log_checkpoint(as_: As = OPERATOR, as_json: Json = False) -> None:
    """Sign the log's head."""
    from workbench.services import verify

    signed = verify.checkpoint(_desk(), account=as_)
    document = {"size": signed.size, "root_hash": signed.root_hash, "note": signed.note}
    _show(document, signed.note, as_json=as_json)


@log_app.command("export")
def log_export(file: Path, as_: As = OPERATOR, as_json: Json = False) -> None:
    """Write the whole log, with its checkpoints, for `python workbench/verify.py`."""
    from workbench.services import verify

    n_entries = verify.export(_desk(), file, account=as_)
    _show({"n_entries": n_entries}, f"{n_entries} entries written", as_json=as_json)


@app.command()
def pack(
    finding: str,
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    recipient: Annotated[str, typer.Option("--recipient", help="Who gets it; logged.")] = "",
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Write a decided finding with the proof of its decision, to be verified offline."""
    from workbench.services import exchange

    exchange.pack(_desk(), finding, account=as_, out=out, recipient=recipient)
    _show({"finding": finding, "file": out.name}, f"{out.name} written", as_json=as_json)


@account_app.command("add")
def account_add(name: str, role: Annotated[Role, typer.Option()], as_json: Json = False) -> None:
    """Add an account; prints a one-time password, to be changed at the first sign-in."""
    from workbench.services import account

    password = account.add(_desk(), name, role=role, by=OPERATOR)
    _show({"name": name, "role": role, "password": password}, password, as_json=as_json)


@account_app.command("list")
def account_list(as_json: Json = False) -> None:
    """List the accounts with their roles."""
    from workbench.services import account

    rows = [
        {"name": a.name, "role": a.role, "disabled": a.disabled}
        for a in account.list_accounts(_desk())
    ]
    lines = [f"{r['name']:<18}{r['role']}{'  disabled' if r['disabled'] else ''}" for r in rows]
    _show(rows, "\n".join(lines), as_json=as_json)


@account_app.command("reset")
def account_reset(name: str, as_json: Json = False) -> None:
    """Give an account a new one-time password; its sessions end."""
    from workbench.services import account

    password = account.reset(_desk(), name, by=OPERATOR)
    _show({"name": name, "password": password}, password, as_json=as_json)


# Asking and showing -----------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every error of ours is one sentence and an exit status, no traceback."""
    try:
        status = app(args=arguments, standalone_mode=False, prog_name="workbench")
    except CheckFailed as error:
        _tell(str(error))
        status = 1
    except WorkbenchError as error:
        _tell(str(error))
        status = 2
    except typer.TyperException as error:
        _tell(error.format_message() or "Say which command; workbench --help lists them.")
        status = 2
    except typer.Abort:
        _tell("Stopped; nothing half-done was kept.")
        status = 2
    sys.exit(status if isinstance(status, int) else 0)


def _desk() -> "Desk":
    from workbench import bootstrap

    return bootstrap.open()


def _named(desk: "Desk", dataset: str) -> str:
    from workbench.services import ingest as service

    return service.resolve(desk, dataset)


def _ground(desk: "Desk", case: str, purpose: str, account: str) -> str:
    from workbench.services import purpose as service

    return service.stated(desk, case=case, purpose=purpose, account=account)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _progress(text: str, share: float) -> None:
    """One line per step on standard error, rewritten in place on a terminal."""
    line = f"[{share:>4.0%}] {text}"
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
    else:
        _tell(line)


def _show(document: Any, text: str, *, as_json: bool) -> None:
    print(_as_document(document) if as_json else text)


def _as_document(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def _as_lines(measures: Mapping[str, Any]) -> str:
    return "\n".join(f"{name:<20}{value}" for name, value in measures.items())


def _show_graph(found: Mapping[str, Any], as_json: bool) -> None:
    lines = [
        "  ".join(str(e[key]) for key in ("value", "id", "kind", "label") if key in e)
        for e in found.get("entities", [])
    ]
    lines += [" - ".join(route) for route in found.get("paths", [])]
    _show(found, "\n".join(lines) or "Nothing found.", as_json=as_json)


def _deciders(desk: "Desk", model: str, version: int, account: str, margin: float) -> Any:
    """The audit of who decided on this version; None while it is no release or nobody has."""
    from workbench.services import audit_deciders

    found = audit_deciders.audit_deciders(
        desk, model, account=account, version=version, margin=margin
    )
    return None if found is None else {**found.document, "digest": found.digest}


def _rate(share: float | None) -> str:
    return "     -" if share is None else f"{share:6.3f}"


def _audit_lines(report: Mapping[str, Any]) -> str:
    lines = [f"verdict: {report['verdict']} (n = {report['n']})"]
    for g in report["groups"]:
        rates = f"fpr={_rate(g['fpr'])} fnr={_rate(g['fnr'])}"
        lines.append(f"{g['attribute']:<22}{g['group']:<26}n={g['n']:<7}{rates}")
    for t in report["tests"]:
        found = f"gap={_rate(t['gap'])} p={_rate(t['p_value'])}  {t['verdict']}"
        lines.append(f"{t['attribute']:<22}{t['metric']:<5}{found}")
    if report.get("deciders"):
        from workbench.analysis.audit_words import deciders_sentence

        document = report["deciders"]
        basis = "records" if document["truth"] is None else "truth"
        lines.append(f"deciders, by {basis}: {deciders_sentence(document, basis)}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
