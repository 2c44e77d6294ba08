"""Read a dataset's datasheet, of one that was ingested or of a delivery that was not, and as
Croissant JSON-LD."""

from pathlib import Path
from typing import Any

from workbench.analysis.croissant import croissant, left_out
from workbench.analysis.datasheet import Datasheet, datasheet_of
from workbench.domain.account import Operation
from workbench.domain.errors import NotFound
from workbench.store import accounts
from workbench.store.deliveries import read_delivery
from workbench.store.desk import Desk
from workbench.store.packs import draft

__all__ = ["Datasheet", "as_croissant", "left_out", "read", "write"]


def read(desk: Desk, dataset: str, *, account: str) -> Datasheet:
    """The datasheet of an ingested dataset, or of the folder or file that `dataset` names.

    Raises
    ------
    BadInput
        When a delivery cannot be read as what it claims to be.
    NotAllowed
        When the account may not read datasheets.
    NotFound
        When nothing is ingested under that name and no path has it.
    """
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_DATA)
    if dataset in desk.datasets.names():
        return datasheet_of(desk.datasets.meta(dataset))
    if not Path(dataset).exists():
        raise NotFound(
            "No dataset of that name was ingested and no folder or file lies at that path; "
            "name one that is there."
        )
    delivery = read_delivery(Path(dataset))
    return datasheet_of(
        {
            **delivery.meta,
            "name": delivery.name,
            "sha256": delivery.sha256,
            "sensitive": list(delivery.sensitive),
        }
    )


def as_croissant(sheet: Datasheet) -> dict[str, Any]:
    """The datasheet as a Croissant 1.0 document, for `json.dumps`."""
    return croissant(sheet)


def write(text: str, out: Path) -> None:
    """Put `text` in the file `out`, whole or not at all.

    Raises
    ------
    BadInput
        When nothing can be written there.
    """
    with draft(out, [f"{text}\n".encode()]):
        pass
