"""What a run keeps of a model's behaviour, and what the vault keeps of single examples."""

import json
from datetime import UTC, datetime
from pathlib import Path

import builders_behaviour as made
import pytest
from builders_modelling import sample, settled

from workbench.domain.errors import CheckFailed
from workbench.store import behaviours
from workbench.store.registry import Registry, Training
from workbench.store.vault import Vault

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_what_goes_into_the_run_says_nothing_of_single_candidates() -> None:
    """T10"""
    files = behaviours.files(made.document(), made_at=AT)
    assert json.loads(files[behaviours.DOCUMENT]) == made.document()
    assert b"Single examples are not kept with the run" in files[behaviours.PAGE]
    assert b"P-1" not in b"".join(files.values())


def test_examples_are_kept_encrypted_and_gone_once_erased(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    assert behaviours.load_examples(vault, "run-1") is None
    behaviours.keep_examples(vault, "run-1", made.examples())
    assert behaviours.load_examples(vault, "run-1") == made.examples()
    on_disk = b"".join(f.read_bytes() for f in (tmp_path / "vault").rglob("*") if f.is_file())
    assert b"calls" not in on_disk
    behaviours.erase_examples(vault, "run-1")
    assert behaviours.load_examples(vault, "run-1") is None


@pytest.mark.slow
def test_a_run_gives_it_back_only_as_it_was_kept(tmp_path: Path) -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"]
    given = {
        "model": "toy", "dataset": "town", "dataset_sha256": "ab" * 32, "seed": 3,
        "account": "P-TRAINER", "card": "", "parameters": {}, "measures": {}, "compared": [],
        "fitted": fitted, "example": sample(seed=1).features.head(3), "tables": {},
    }  # fmt: skip
    registry = Registry(tmp_path)
    before = registry.log_training(Training(**given))
    assert behaviours.load(registry, "toy", before) is None
    files = behaviours.files(made.document(), made_at=AT)
    run_id = registry.log_training(Training(**given, files=files))
    assert behaviours.load(registry, "toy", run_id) == made.document()
    path = tmp_path / "artifacts" / "toy" / run_id / "artifacts" / behaviours.DOCUMENT
    path.write_text(path.read_text().replace("0.8", "0.1"))
    with pytest.raises(CheckFailed, match="was changed"):
        behaviours.load(registry, "toy", run_id)
