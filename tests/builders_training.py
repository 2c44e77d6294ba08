"""A small world that a model of its own learns from: pairs who call each other turn out tied.

Forty people over 730 days; 130 hidden ties among their 780 pairs. A tie means more calls; four in
five ties become recorded as an association on some day, the rest never (truth only).
"""

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import builders
import numpy as np
import pandas as pd
from builders import Clock, Home
from builders_graph import GraphBuilder, day, framed
from builders_modelling import described
from sqlalchemy import Connection

from workbench.analysis.feature_model import FeatureModel
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates
from workbench.analysis.tables import CASES, ENTITIES, LINKS, RECORDS, IntArray, Tables
from workbench.domain.case import Case
from workbench.domain.log import EntryKind
from workbench.services import ingest, release, train
from workbench.store import acceptances, accounts, cases
from workbench.store.database import to_text
from workbench.store.datasets import Ingested
from workbench.store.desk import Desk
from workbench.store.tables import dataset

WORLD = "calling-world"
MODEL = "callers"
N = 40
N_CASES = 4
CARD = """# Callers
## Limits
- Calls of one network
  only.
- People who never call are not seen.
## Source
- none
"""
QUALITY = {"data_audit": {"version": 1, "breached": []}}
REPORT = {
    "n": 780,
    "verdict": "pass",
    "groups": [
        {
            "attribute": "community",
            "group": "one",
            "n": 400,
            "fpr": 0.1,
            "fnr": None,
            "intervals": {"fpr": [0.05, 0.2], "fnr": None},
        },
        {"attribute": "community × sex", "group": "one × f", "n": 9, "fpr": 0.1, "fnr": 0.2},
    ],
    "tests": [],
}


class Callers(FeatureModel):
    """Implements `ModelDefinition`: every pair of people that no association names yet."""

    name = MODEL
    title = "Callers"
    unit = "pair"
    about_person = True
    harm = "People of one group would be read more often for nothing than those of another."
    described_by = (
        described("calls", "calls", "How many calls the two had with each other."),
        described("calls_of_both", "calls", "How many calls either of the two had."),
    )

    def candidates(
        self, graph: CaseGraph, *, as_of: datetime, anchors: IntArray | None, seed: int
    ) -> Candidates:
        known = graph.as_of(as_of)
        people = known.rows_of("person")
        a, b = np.triu_indices(len(people), 1)
        pairs = np.stack([people[a], people[b]], axis=1)
        told = _pairs_of(known, "associated_with")
        keep = np.array([tuple(p) not in told for p in pairs.tolist()])
        if anchors is not None:
            keep &= np.isin(pairs, anchors).any(axis=1)
        flat = pairs[keep].reshape(-1).astype(np.int32)
        offsets = np.arange(int(keep.sum()) + 1, dtype=np.int64)
        return Candidates(flat, offsets * 2, np.empty(0, np.int32), offsets * 0)

    def features(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        known = graph.as_of(as_of)
        calls = known.links[known.links["kind"] == "called"]
        ends = np.sort(calls[["source", "target"]].to_numpy(), axis=1)
        counted = pd.Series(map(tuple, ends.tolist())).value_counts()
        busy = pd.Series(ends.reshape(-1)).value_counts()
        pairs = candidates.members.reshape(-1, 2)
        return pd.DataFrame(
            {
                "calls": [float(counted.get(tuple(p), 0)) for p in pairs.tolist()],
                "calls_of_both": [float(busy.reindex(p).fillna(0).sum()) for p in pairs],
            }
        )

    def labels(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime, until: datetime
    ) -> IntArray:
        told = _pairs_of(graph.as_of(until), "associated_with")
        pairs = candidates.members.reshape(-1, 2).tolist()
        return np.array([tuple(p) in told for p in pairs], dtype=np.int32)

    def truth(
        self, graph: CaseGraph, candidates: Candidates, truth: Mapping[str, pd.DataFrame]
    ) -> tuple[IntArray, int]:
        rows = pd.Series(graph.entities.index, index=graph.entities["id"])
        ends = truth["ties"].map(rows.get).to_numpy()
        true = set(map(tuple, np.sort(ends, axis=1).tolist()))
        true -= _pairs_of(graph, "associated_with")
        pairs = candidates.members.reshape(-1, 2).tolist()
        return np.array([tuple(p) in true for p in pairs], dtype=np.int32), len(true)

    def people(self, graph: CaseGraph, candidates: Candidates) -> pd.DataFrame:
        candidate = np.repeat(np.arange(len(candidates), dtype=np.int32), 2)
        return pd.DataFrame({"candidate": candidate, "entity": candidates.members})

    def claim(self, graph: CaseGraph, candidates: Candidates, i: int) -> str:
        one, other = graph.entities.loc[candidates.members_of(i), "label"]
        return f"{one} and {other} may be connected."

    def subgraph(
        self, graph: CaseGraph, candidates: Candidates, i: int, *, as_of: datetime
    ) -> tuple[IntArray, IntArray]:
        members = candidates.members_of(i)
        return np.sort(members), graph.as_of(as_of).links_among(members)


def _pairs_of(graph: CaseGraph, kind: str) -> set[tuple[int, ...]]:
    links = graph.links[graph.links["kind"] == kind]
    ends = np.sort(links[["source", "target"]].to_numpy(), axis=1)
    return set(map(tuple, ends.tolist()))


def world(n: int = N, n_ties: int = 130, name: str = WORLD) -> Ingested:
    """The five tables and the truth, of `n` people and `n_ties` hidden ties."""
    rng = np.random.default_rng(11)
    made = GraphBuilder()
    people = [made.entity("person", f"person {i}") for i in range(n)]
    made.offence(people[0], people[1], people[2])
    pairs = np.stack(np.triu_indices(n, 1), axis=1)
    tied = set(rng.choice(len(pairs), n_ties, replace=False).tolist())
    for at, (a, b) in enumerate(pairs.tolist()):
        for on in rng.uniform(0, 730, rng.poisson(9 if at in tied else 2)):
            made.link(people[a], "called", people[b], on=float(on))
        if at in tied and rng.random() < 0.8:
            made.link(people[a], "associated_with", people[b], known=float(rng.uniform(0, 730)))
    ends = [[f"P-{people[x]}" for x in pairs[at]] for at in sorted(tied)]
    return Ingested(
        tables=Tables(
            records=framed(RECORDS, made.records),
            entities=framed(ENTITIES, made.entities),
            links=framed(LINKS, made.links),
            sensitive=_sensitive(people),
            cases=CASES.empty(),
        ),
        truth={"ties": pd.DataFrame(ends, columns=["entity_a", "entity_b"])},
        sha256=builders.digest(name),
        meta={"title": "A world of calls", "synthetic": True},
        quality=QUALITY,
    )


def _sensitive(people: list[int]) -> pd.DataFrame:
    """Sex and community of each person; neither has to do with a tie."""
    return pd.DataFrame(
        {
            "entity": np.array(people, dtype=np.int32),
            "community": ["one" if at % 3 else "other" for at in range(len(people))],
            "sex": ["f" if at % 2 else "m" for at in range(len(people))],
        }
    )


def home(root: Path) -> Home:
    """A home with the world accepted and four cases, of analyst-1; no model is trained."""
    return _copied(_world_made(), root, days=1)


def home_in_use(root: Path) -> Home:
    """As `home`, with a trained, audited and approved release of `MODEL`."""
    return _copied(_release_made(), root, days=2)


def _copied(made: Path, root: Path, *, days: int) -> Home:
    """A copy of a home, opened `days` after it all began."""
    shutil.copytree(made, root, dirs_exist_ok=True)
    clock = Clock()
    clock.advance(days=days)
    desk = builders.desk(root, clock)
    with desk.database.read() as connection:
        people = {account.name: account for account in accounts.list_accounts(connection)}
    return _with_model(Home(desk=desk, clock=clock, people=people))


def _with_model(built: Home) -> Home:
    desk = replace(built.desk, models={MODEL: Callers()}, cards={MODEL: CARD})
    return replace(built, desk=desk)


@cache
def _world_made() -> Path:
    folder = _folder()
    built = _with_model(builders.home(folder))
    desk = built.desk
    desk.datasets.write(WORLD, world())
    _add_dataset(desk)
    ingest.accept(
        desk,
        WORLD,
        account="supervisor",
        reason="The quality report was read and is sound.",
        key=builders.key(),
    )
    with desk.database.write() as connection:
        for at in range(N_CASES):
            _open_case(built, connection, at)
    desk.database.close()
    return folder


@cache
def _release_made() -> Path:
    folder = _folder()
    built = home(folder)
    run_id = train.train(built.desk, MODEL, dataset=WORLD, seed=5, account="data-scientist")
    number = train.register(built.desk, run_id, account="data-scientist")
    built.desk.registry.record_audit(MODEL, number, verdict="pass", report=REPORT)
    release.approve(
        built.desk,
        f"{MODEL}/{number}",
        account="supervisor",
        reason="The audit passed and the card is complete.",
        key=builders.key(),
    )
    built.desk.database.close()
    return folder


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="workbench-training-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def shorter(whole: Ingested, *, until: float, name: str) -> Ingested:
    """The same world as it was delivered on day `until`: what was known by then, and no more."""
    tables, limit = whole.tables, pd.Timestamp(day(until))
    records = tables.records[tables.records["known_at"] <= limit].reset_index(drop=True)
    place = pd.Series(records.index, index=records["record"], dtype="int32")
    links = tables.links[tables.links["known_at"] <= limit].reset_index(drop=True)
    entities = tables.entities[tables.entities["known_at"] <= limit]
    return replace(
        whole,
        tables=replace(
            tables,
            records=records.assign(record=records.index.astype("int32")),
            links=links.assign(
                link=links.index.astype("int32"),
                record=place.loc[links["record"]].to_numpy(np.int32),
            ),
            entities=entities.assign(record=place.loc[entities["record"]].to_numpy(np.int32)),
        ),
        sha256=builders.digest(name),
    )


def add_world(built: Home, name: str, made: Ingested) -> None:
    """Another dataset beside `WORLD`, accepted, with four cases of its own."""
    desk = built.desk
    desk.datasets.write(name, made)
    _add_dataset(desk, name)
    ingest.accept(
        desk,
        name,
        account="supervisor",
        reason="The quality report was read and is sound.",
        key=builders.key(),
    )
    with desk.database.write() as connection:
        for at in range(N_CASES):
            _open_case(built, connection, at, dataset=name, number=200 + at)


def _add_dataset(desk: Desk, name: str = WORLD) -> None:
    said = {"dataset": name, "sha256": builders.digest(name), "synthetic": True}
    said |= {"data_audit": acceptances.digest_of(QUALITY), "breached": []}
    with desk.database.write() as connection:
        seq = desk.log.append(
            connection, EntryKind.DATASET_INGESTED, said | {"account": "P-OPERATOR"}
        )
        connection.execute(
            dataset.insert().values(
                name=name,
                title="A world of calls",
                sha256=builders.digest(name),
                synthetic=1,
                ingested_at=to_text(desk.now()),
                ingested_by="P-OPERATOR",
                entry_seq=seq,
            )
        )


def _open_case(
    built: Home, connection: Connection, at: int, *, dataset: str = WORLD, number: int | None = None
) -> None:
    opener = built.people["analyst-1"]
    case = Case(
        id=f"C-{100 + at if number is None else number}",
        title=f"Callers {at}",
        purpose="Find who calls whom about the stolen vehicles.",
        legal_basis="Article 12 of a fictional act.",
        dataset=dataset,
        opened_at=built.desk.now(),
        opened_by=opener.id,
        entity_ids=tuple(f"P-{n}" for n in range(at * 3, at * 3 + 3)),
    )
    cases.open_case(connection, built.desk.log, built.desk.vault, case, members=[], account=opener)
