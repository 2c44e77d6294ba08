"""What every command shares: the applications, common options, how to ask and how to show."""

import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

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


Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
As = Annotated[str, typer.Option("--as", help="The account to act as.")]
DatasetOption = Annotated[str, typer.Option("--dataset", help="Name or folder of a dataset.")]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Seed; the same seed gives the same result.")
]
Purpose = Annotated[str, typer.Option("--purpose", help="Why case content is opened; logged.")]
CaseOption = Annotated[str, typer.Option("--case", help="The case that content is opened for.")]


def desk_here() -> "Desk":
    from workbench import bootstrap

    return bootstrap.open()


def named(desk: "Desk", dataset: str) -> str:
    from workbench.services import ingest as service

    return service.resolve(desk, dataset)


def ground_of(desk: "Desk", case: str, purpose: str, account: str) -> str:
    from workbench.services import purpose as service

    return service.stated(desk, case=case, purpose=purpose, account=account)


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def progress(text: str, share: float) -> None:
    """One line per step on standard error, rewritten in place on a terminal."""
    line = f"[{share:>4.0%}] {text}"
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
    else:
        tell(line)


def show(document: Any, text: str, *, as_json: bool) -> None:
    print(as_document(document) if as_json else text)


def as_document(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def as_lines(measures: Mapping[str, Any]) -> str:
    return "\n".join(f"{name:<20}{value}" for name, value in measures.items())
