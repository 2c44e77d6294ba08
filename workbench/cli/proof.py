"""Commands of proof: the decision log, packs, and the accounts that stand in both."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.shell import OPERATOR, As, Json, account_app, app, desk_here, log_app, show
from workbench.domain.account import Role


@log_app.command("verify")
def log_verify(
    contents: Annotated[
        bool, typer.Option("--contents", help="Open each finding, too: is it what was sealed?")
    ] = False,
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Verify every entry, checkpoint and row; a fault names the entry's index."""
    from workbench.services import verify

    report = verify.verify(desk_here(), account=as_, contents=contents)
    show(report.as_json(), report.as_text(), as_json=as_json)
    if report.faults:
        raise typer.Exit(1)


@log_app.command("checkpoint")
def log_checkpoint(as_: As = OPERATOR, as_json: Json = False) -> None:
    """Sign the log's head."""
    from workbench.services import verify

    signed = verify.checkpoint(desk_here(), account=as_)
    document = {"size": signed.size, "root_hash": signed.root_hash, "note": signed.note}
    show(document, signed.note, as_json=as_json)


@log_app.command("export")
def log_export(file: Path, as_: As = OPERATOR, as_json: Json = False) -> None:
    """Write the whole log, with its checkpoints, for `python workbench/verify.py`."""
    from workbench.services import verify

    n_entries = verify.export(desk_here(), file, account=as_)
    show({"n_entries": n_entries}, f"{n_entries} entries written", as_json=as_json)


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

    exchange.pack(desk_here(), finding, account=as_, out=out, recipient=recipient)
    show({"finding": finding, "file": out.name}, f"{out.name} written", as_json=as_json)


@app.command("pass-on")
def pass_on(
    version: Annotated[str, typer.Argument(help="MODEL, or one version of it: MODEL/1.")],
    out: Annotated[Path, typer.Option("--out", help="File to write: .pdf, .html or .json.")],
    recipient: Annotated[str, typer.Option("--recipient", help="Who gets it; logged.")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why they get it; logged.")],
    deciders: Annotated[
        bool, typer.Option("--deciders", help="The audit of who decided on it, not its own.")
    ] = False,
    least: Annotated[
        int | None, typer.Option("--least", help="Leave out counts below this, 10 unless told.")
    ] = None,
    as_: As = OPERATOR,
    as_json: Json = False,
) -> None:
    """Write a kept audit without its small cells, to be given away; logged first."""
    from workbench.services import pass_on as service

    left = service.pass_on(
        desk_here(),
        version,
        part=service.Part.DECIDERS if deciders else service.Part.RELEASE,
        form=service.form_of(out),
        recipient=recipient,
        purpose=purpose,
        account=as_,
        least=least,
        out=out,
    )
    text = f"{out.name} written, {left.n_hidden} rates hidden; audit {left.whole}"
    show({**left.as_json(), "file": out.name}, text, as_json=as_json)


@account_app.command("add")
def account_add(name: str, role: Annotated[Role, typer.Option()], as_json: Json = False) -> None:
    """Add an account; prints a one-time password, to be changed at the first sign-in."""
    from workbench.services import account

    password = account.add(desk_here(), name, role=role, by=OPERATOR)
    show({"name": name, "role": role, "password": password}, password, as_json=as_json)


@account_app.command("list")
def account_list(as_json: Json = False) -> None:
    """List the accounts with their roles."""
    from workbench.services import account

    rows = [
        {"name": a.name, "role": a.role, "disabled": a.disabled}
        for a in account.list_accounts(desk_here())
    ]
    lines = [f"{r['name']:<18}{r['role']}{'  disabled' if r['disabled'] else ''}" for r in rows]
    show(rows, "\n".join(lines), as_json=as_json)


@account_app.command("reset")
def account_reset(name: str, as_json: Json = False) -> None:
    """Give an account a new one-time password; its sessions end."""
    from workbench.services import account

    password = account.reset(desk_here(), name, by=OPERATOR)
    show({"name": name, "password": password}, password, as_json=as_json)
