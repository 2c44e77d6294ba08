"""Commands of link analysis."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from workbench.cli.shell import (
    OPERATOR,
    As,
    CaseOption,
    DatasetOption,
    Json,
    Purpose,
    desk_here,
    explore_app,
    ground_of,
    named,
    show,
)


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

    desk = desk_here()
    ground = ground_of(desk, case, purpose, as_)
    _show_graph(
        explore.neighbours(desk, entity, dataset=named(desk, dataset), purpose=ground, account=as_),
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

    desk = desk_here()
    ground = ground_of(desk, case, purpose, as_)
    _show_graph(
        explore.path(desk, a, b, dataset=named(desk, dataset), purpose=ground, account=as_),
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

    desk = desk_here()
    ground = ground_of(desk, case, purpose, as_)
    found = explore.top(
        desk,
        by=by,
        kind=kind,
        limit=limit,
        dataset=named(desk, dataset),
        purpose=ground,
        account=as_,
    )
    _show_graph(found, as_json)


def _show_graph(found: Mapping[str, Any], as_json: bool) -> None:
    lines = [
        "  ".join(str(e[key]) for key in ("value", "id", "kind", "label") if key in e)
        for e in found.get("entities", [])
    ]
    lines += [" - ".join(route) for route in found.get("paths", [])]
    show(found, "\n".join(lines) or "Nothing found.", as_json=as_json)
