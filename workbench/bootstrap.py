"""Settings in, ready objects out: opens a home and hands back its desk."""

import importlib
import pkgutil
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from workbench.analysis.modelling import ModelDefinition
from workbench.domain.errors import Unavailable
from workbench.settings import Settings
from workbench.store.database import Database
from workbench.store.datasets import Datasets
from workbench.store.decision_log import DecisionLog
from workbench.store.desk import Desk
from workbench.store.registry import Registry
from workbench.store.vault import Vault

__all__ = ["Desk", "discover_models", "open"]


def open(home: Path | str | None = None) -> Desk:
    """Open the home at `home` (default: ``WORKBENCH_HOME``, else ``var/``), making what is missing.

    Raises
    ------
    Unavailable
        When the home cannot be written, or its database is newer than this program.
    """
    root = (Path(home) if home is not None else Settings().home).resolve()
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"WORKBENCH_HOME cannot be made ({error.strerror}); name a folder you may write."
        ) from error
    database = Database(root / "workbench.db")
    database.migrate()
    definitions, cards = discover_models()
    return Desk(
        home=root,
        database=database,
        log=DecisionLog(database, root / "keys", now=_now),
        vault=Vault(root / "vault"),
        datasets=Datasets(root / "datasets"),
        registry=Registry(root),
        models=definitions,
        cards=cards,
        now=_now,
    )


def discover_models() -> tuple[dict[str, ModelDefinition], dict[str, str]]:
    """Every folder under models/: its ``MODEL`` and the text of its card, both by name."""
    package = importlib.import_module("models")
    definitions: dict[str, ModelDefinition] = {}
    cards: dict[str, str] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        module = importlib.import_module(f"models.{info.name}.definition")
        definition = cast(ModelDefinition, module.MODEL)
        definitions[definition.name] = definition
        card = Path(package.__path__[0]) / info.name / "card.md"
        cards[definition.name] = card.read_text(encoding="utf-8")
    return definitions, cards


def _now() -> datetime:
    return datetime.now(UTC)
