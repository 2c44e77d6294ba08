"""How a trained model behaves: the document with its run, single examples in the vault.

A run in MLflow holds what is said of many candidates. What is said of single ones, with whom they
are about, lies in the vault: an example of today may be tomorrow's finding, and nothing that
explains an undecided finding lies in MLflow (duty T10).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workbench.analysis.gallery import Example
from workbench.store import behaviour_page
from workbench.store.registry import Registry
from workbench.store.vault import Vault

DOCUMENT, PAGE, EXAMPLES = "behaviour.json", "behaviour.html", "gallery.json"


def files(document: Mapping[str, Any], *, made_at: datetime) -> dict[str, bytes]:
    """What goes into the run: the document as canonical JSON, and its page without examples."""
    said = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return {
        DOCUMENT: said.encode(),
        PAGE: behaviour_page.render(
            document, examples=None, made_at=made_at, of={"Run": "the one that keeps this page"}
        ),
    }


def load(registry: Registry, model: str, run_id: str) -> dict[str, Any] | None:
    """A run's document, checked against its digest; None where the run was made without one."""
    content = registry.file_of(model, run_id, DOCUMENT)
    return None if content is None else dict(json.loads(content))


def keep_examples(vault: Vault, run_id: str, examples: Sequence[Example]) -> None:
    content = json.dumps([example.as_json() for example in examples], ensure_ascii=False)
    vault.put(_subject(run_id), EXAMPLES, content.encode())


def load_examples(vault: Vault, run_id: str) -> tuple[Example, ...] | None:
    """None where this home keeps none: trained elsewhere, or erased."""
    if not vault.holds(_subject(run_id)):
        return None
    return tuple(map(Example.of_json, json.loads(vault.get(_subject(run_id), EXAMPLES))))


def erase_examples(vault: Vault, run_id: str) -> None:
    """Destroy them with their key; the page tells from then on that none is kept."""
    vault.erase(_subject(run_id))


def _subject(run_id: str) -> str:
    return f"examples of run {run_id}"
