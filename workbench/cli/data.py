"""Commands on data: make a world, check, ingest, describe and export."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.shell import (
    OPERATOR,
    As,
    CaseOption,
    Json,
    Purpose,
    Seed,
    Size,
    app,
    as_document,
    desk_here,
    ground_of,
    named,
    progress,
    show,
    tell,
)

if TYPE_CHECKING:
    from workbench.services.validate import Validation


class Format(StrEnum):
    FTM = "ftm"
    GEXF = "gexf"
    GRAPHML = "graphml"
    GML = "gml"
    CSV = "csv"


class Bias(StrEnum):
    PLANTED = "planted"
    NONE = "none"


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
        out, size=size, seed=seed, bias=bias, progress=progress, scenario_file=scenario
    )
    said = f"A world of size {size.value} stands in {out}."
    if report:
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "again"
            generate.generate(
                again, size=size, seed=seed, bias=bias, progress=progress, scenario_file=scenario
            )
            page = out.with_name(f"{out.name}-validation.html")
            validation = _validated(out, report=page, again=again)
        made = {**made, "validation": validation.as_json()}
        said = f"{said}\n{validation.as_text()}"
    show(made, said, as_json=as_json)


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
    show(validation.as_json(), validation.as_text(), as_json=as_json)
    if validation.n_missed:
        raise typer.Exit(1)


def _validated(folder: Path, *, report: Path | None, again: Path | None) -> "Validation":
    from workbench.services import validate as service

    return service.validate(folder, report=report, again=again, progress=progress)


@app.command()
def check(path: Path, as_json: Json = False) -> None:
    """Report the data quality of a dataset folder or file; nothing is written."""
    from workbench.services import ingest as service

    report = service.check(path)
    show(report.as_json(), report.as_text(), as_json=as_json)
    if report.rejected:
        raise typer.Exit(1)


@app.command()
def ingest(path: Path, name: str = "", as_: As = OPERATOR, as_json: Json = False) -> None:
    """Turn a dataset folder, or a single file of a known format, into a case graph, pending."""
    from workbench.services import ingest as service

    report = service.ingest(desk_here(), path, account=as_, name=name or None, progress=progress)
    show(report.as_json(), report.as_text(), as_json=as_json)


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

    sheet = service.read(desk_here(), dataset, account=as_)
    document = service.as_croissant(sheet) if croissant else sheet.as_json()
    if croissant and (missing := service.left_out(sheet)):
        tell(f"Croissant also asks for {', '.join(missing)}; dataset.toml does not say.")
    text = as_document(document) if croissant or as_json else sheet.as_text()
    if out is None:
        print(text)
    else:
        service.write(text, out)
        tell(f"{out.name} written")


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

    desk = desk_here()
    report = service.export(
        desk,
        named(desk, dataset),
        form=service.Format(form.value),
        out=out,
        account=as_,
        purpose=ground_of(desk, case, purpose, as_),
        permission=permission,
        for_court=for_court,
        recipient=recipient,
    )
    show(report.as_json(), report.as_text(), as_json=as_json)
