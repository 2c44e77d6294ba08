"""Names and units of what a finding's records speak of, so that they read as people speak."""

from dataclasses import dataclass, field

from workbench.analysis.datasheet import datasheet_of, units_of
from workbench.analysis.picture import rows_of_ids
from workbench.domain.account import Operation
from workbench.store import attempts, findings
from workbench.store.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """`labels` of entities by id; `units` of columns by name, as the dataset states them."""

    labels: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def spoken(desk: Desk, finding_id: str, *, account: str) -> Spoken:
    """What the entities are called that a finding's records name, those off its picture too.

    Raises
    ------
    NotFound, NotAllowed
        When there is no such finding or dataset, or its case is not open to the account.
    """
    with desk.database.read() as connection:
        step = attempts.step_of(connection, desk, finding_id, account, Operation.OPEN_FINDING)
    claim = findings.load_claim(desk.vault, step.finding)
    graph = desk.datasets.graph(claim.dataset)
    written = {value for record in claim.records for value in record.content.values()}
    named = graph.entities.loc[rows_of_ids(graph, sorted(written))]
    found = dict(zip(named["id"], named["label"], strict=True))
    return Spoken(
        labels=found | {entity.id: entity.label for entity in claim.subgraph.entities},
        units=units_of(datasheet_of(desk.datasets.meta(claim.dataset))),
    )
