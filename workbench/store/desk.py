"""The desk: the open stores of one home, which every service is handed first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workbench.analysis.modelling import ModelDefinition
from workbench.store.database import Database
from workbench.store.datasets import Datasets
from workbench.store.decision_log import DecisionLog
from workbench.store.registry import Registry
from workbench.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`now` gives aware UTC; `session_hash` is empty on the command line.

    `models` maps each model's name to its definition, `cards` to the text of its card.
    """

    home: Path
    database: Database
    log: DecisionLog
    vault: Vault
    datasets: Datasets
    registry: Registry
    models: Mapping[str, ModelDefinition]
    cards: Mapping[str, str]
    now: Callable[[], datetime]
    session_hash: str = ""
