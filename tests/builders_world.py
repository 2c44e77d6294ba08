"""Small worlds and deliveries, made quickly."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from workbench.analysis.mapping import TableMapping
from workbench.analysis.synthetic.scenario import Scenario
from workbench.analysis.synthetic.scenario_file import read_scenario
from workbench.analysis.synthetic.world import World, make_world
from workbench.services.generate import default_scenario


def scenario(*, size: str, seed: int, bias: str, own: bytes | None = None) -> Scenario:
    """The scenario of the file that comes with the generator, `own` laid over it."""
    return read_scenario(default_scenario(), own, size=size, seed=seed, bias=bias)


def small(*, seed: int = 5, bias: str = "planted", n_people: int = 500) -> Scenario:
    """A scenario of a quarter of size S."""
    return replace(scenario(size="s", seed=seed, bias=bias), n_people=n_people)


@cache
def world(*, seed: int = 5, bias: str = "planted", n_people: int = 500) -> World:
    """A small world, made once; do not change its tables."""
    return make_world(small(seed=seed, bias=bias, n_people=n_people), progress=silent)


def silent(text: str, share: float) -> None:
    """Progress that nobody watches."""


def texts(**columns: list[str]) -> pd.DataFrame:
    """A delivered table: every cell text."""
    return pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})


def persons(**changed: str) -> TableMapping:
    """A mapping of a table of persons with columns id and name."""
    given = {"name": "persons", "file": "persons.csv", "kind": "person", "id": "id"}
    return replace(TableMapping(**given, label="name"), **changed)


def transfers(**provenance: str) -> TableMapping:
    """A mapping of a table of transfers with columns payer, payee and amount."""
    return TableMapping(
        name="transfers",
        file="transfers.csv",
        kind="transferred",
        is_link=True,
        from_column="payer",
        from_kind="account",
        to_column="payee",
        to_kind="account",
        amount="amount",
        provenance=provenance,
    )


MANIFEST = """
name = "harbour"
title = "Harbour records"
licence = "CC0-1.0"
synthetic = true
max_rejected_share = 0.5
sensitive = ["sex", "district"]
cases = "cases.csv"

[truth]
ties = "truth/ties.csv"

[[entities]]
file = "persons.csv"
kind = "person"
id = "id"
label = "name"

[[links]]
file = "calls.csv"
kind = "called"
from = "caller"
from_kind = "phone"
to = "callee"
to_kind = "phone"

[[links]]
file = "uses.csv"
kind = "uses"
from = "person"
from_kind = "person"
to = "phone"
to_kind = "phone"
"""
FILES = {
    "persons.csv": "id,name,sex,district,trade,known_at\n"
    "P1,Ada Reed,female,N-1,baker,2024-01-01\nP2,Ben Hale,male,N-2,,2024-01-02\n",
    "calls.csv": "caller,callee,occurred_at,known_at,source_grade\n"
    "T1,T2,2024-02-01T10:00:00Z,2024-02-03T00:00:00Z,A\n"
    "T2,T1,2024-02-02T11:30:00+01:00,2024-02-03T00:00:00Z,B\n",
    "uses.csv": "person,phone,known_at\nP1,T1,2024-01-05\nP2,T2,2024-01-05\n",
    "cases.csv": "id,title,purpose,legal_basis,opened_at,entity\n"
    "C-0001,Harbour,To find who called whom at night,Section 1 (fictional),2024-03-01,P1\n"
    "C-0001,Harbour,To find who called whom at night,Section 1 (fictional),2024-03-01,T1\n",
    "truth/ties.csv": "entity_a,entity_b,kind,since,network\nP1,P2,works_with,2024-01-01,N-001\n",
}


def folder(root: Path, *, manifest: str = MANIFEST, **changed: str) -> Path:
    """A dataset folder of two persons who call each other; `changed` by file stem."""
    (root / "truth").mkdir(parents=True)
    (root / "dataset.toml").write_text(manifest)
    for name, content in FILES.items():
        (root / name).write_text(changed.get(Path(name).stem, content))
    return root
