"""Which datasets a person accepted: models learn and detect on nothing else."""

from sqlalchemy import Connection, select

from workbench.domain.errors import NotCleared
from workbench.store.tables import dataset_acceptance


def is_accepted(connection: Connection, dataset: str, sha256: str) -> bool:
    """True when a person accepted this content of the dataset."""
    query = select(dataset_acceptance.c.dataset).where(
        dataset_acceptance.c.dataset == dataset, dataset_acceptance.c.sha256 == sha256
    )
    return connection.execute(query).first() is not None


def require_accepted(connection: Connection, dataset: str, sha256: str) -> None:
    """Raise unless a person accepted this content of the dataset.

    Raises
    ------
    NotCleared
        When nobody did.
    """
    if not is_accepted(connection, dataset, sha256):
        raise NotCleared(
            f"Dataset {dataset} was not accepted by a person yet, so no model learns from it or "
            "runs on it; a supervisor reads its quality report and accepts it."
        )
