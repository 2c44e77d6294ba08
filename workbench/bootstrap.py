"""Settings in, ready objects out: opens a home and hands back its desk."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from workbench.analysis.modelling import ModelDefinition
from workbench.domain.errors import Unavailable
from workbench.settings import read_settings
from workbench.store import schema
from workbench.store.database import Database
from workbench.store.datasets import Datasets
from workbench.store.decision_log import DecisionLog
from workbench.store.desk import Desk
from workbench.store.registry import Registry
from workbench.store.vault import Vault

__all__ = ["Desk", "discover_models", "open"]

Thing = TypeVar("Thing")


class _Found(Mapping[str, Thing]):
    """A mapping that looks for what it holds at its first use, not when a home is opened.

    Models bring numba, scikit-learn and shap along, which most commands never need.
    """

    def __init__(self, find: Callable[[], Mapping[str, Thing]]) -> None:
        self._find = find

    def __getitem__(self, name: str) -> Thing:
        return self._find()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._find())

    def __len__(self) -> int:
        return len(self._find())


def open(home: Path | str | None = None) -> Desk:
    """Open the home at `home` (default: ``WORKBENCH_HOME``, else ``var/``), making what is missing.

    Raises
    ------
    Unavailable
        When the home cannot be written, or its database is newer than this program.
    BadInput
        When a ``WORKBENCH_*`` variable cannot be used.
    """
    root = (Path(home) if home is not None else read_settings().home).resolve()
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"WORKBENCH_HOME cannot be made ({error.strerror}); name a folder you may write."
        ) from error
    database = Database(root / "workbench.db")
    database.migrate()
    log = DecisionLog(database, root / "keys", now=_now)
    schema.log_digest(database, log)
    return Desk(
        home=root,
        database=database,
        log=log,
        vault=Vault(root / "vault"),
        datasets=Datasets(root / "datasets"),
        registry=Registry(root),
        models=_Found(lambda: discover_models()[0]),
        cards=_Found(lambda: discover_models()[1]),
        now=_now,
    )


@cache
def discover_models(
    package: str = "models",
) -> tuple[Mapping[str, ModelDefinition], Mapping[str, str]]:
    """Every folder of `package`: its ``MODEL`` and the text of its card, both by model name.

    Raises
    ------
    Unavailable
        When a folder has no ``MODEL`` in definition.py, or no card.md.
    """
    (root,) = importlib.import_module(package).__path__
    definitions: dict[str, ModelDefinition] = {}
    cards: dict[str, str] = {}
    for info in sorted(pkgutil.iter_modules([root]), key=lambda found: found.name):
        definition = _definition(package, info.name)
        definitions[definition.name] = definition
        try:
            card = (Path(root) / info.name / "card.md").read_text(encoding="utf-8")
        except OSError as error:
            raise Unavailable(
                f"Folder {package}/{info.name} has no card.md that can be read; write the model's "
                "card, or take the folder away."
            ) from error
        cards[definition.name] = card
    return definitions, cards


def _definition(package: str, folder: str) -> ModelDefinition:
    name = f"{package}.{folder}.definition"
    missing = Unavailable(
        f"Folder {package}/{folder} defines no MODEL in definition.py; define it, or take the "
        "folder away."
    )
    try:
        found = getattr(importlib.import_module(name), "MODEL", None)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise missing from error
    if found is None:
        raise missing
    return cast(ModelDefinition, found)


def _now() -> datetime:
    return datetime.now(UTC)
