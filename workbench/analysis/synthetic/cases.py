"""Cases: what investigators opened in the last half year, and the records they had then."""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.layers import Layers
from workbench.analysis.synthetic.observation import Ids, instants
from workbench.analysis.synthetic.scenario import DAY, Ints, Scenario

_OPENED = (560, 728)  # days
_MISTAKEN = 0.12  # share of cases that a false trail opened, on an innocent circle
_TITLES = (
    "Amber", "Basalt", "Cobalt", "Dune", "Ember", "Fjord", "Granite", "Heron", "Indigo",
    "Juniper", "Kestrel", "Lagoon", "Marble", "Nettle", "Opal", "Pewter", "Quartz", "Rowan",
    "Sorrel", "Tundra", "Umber", "Violet", "Willow", "Yarrow", "Zephyr", "Alder", "Birch", "Cedar",
)  # fmt: skip
_SUBJECT = {
    "hierarchical": "an organised group dealing in drugs",
    "cell": "a cell that may be raising funds for terrorism",
    "broker_linked": "groups that may be sharing a broker of stolen access",
    "mule_ring": "accounts that may have passed on the proceeds of phishing",
    "burglary_crew": "a travelling burglary crew",
    "trafficking_chain": "a chain that may be trafficking workers",
    "carousel": "firms that may be running a carousel fraud",
    "": "repeated property crime in one district",
}
_LEGAL_BASIS = (
    "Section 12 of the Arvenian Police Act (fictional), investigation of a criminal offence",
    "Article 7 of the Belmark Code of Criminal Procedure (fictional), order of the prosecutor",
    "Section 31 of the Corvenian Investigations Act (fictional), joint investigation team",
)
_HARDEST = ("A1", "A2", "B1", "B2")  # grades of a verified fact


def make_cases(
    scenario: Scenario, made: Layers, ids: Ids, tables: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """One row per case and entity: id, title, purpose, legal_basis, opened_at, entity.

    Each case has two to four suspects whose offence records are verified facts (A or B, 1 or 2),
    known when it was opened, and what is theirs: accounts, phones, vehicles; 3 to 8 in all.
    """
    rng = scenario.stream("cases")
    known = _verified(tables["involved_in"])
    groups = _groups(rng, made)
    rows: list[dict[str, str]] = []
    number = 0
    for kind, people in groups:
        if number == scenario.n_cases:
            break
        opened = int(rng.integers(*_OPENED)) * DAY + int(rng.integers(8, 17)) * 3_600
        opened_at = str(instants(np.array([opened]))[0])
        suspects = _suspects(rng, ids.person[people].tolist(), known, opened_at)
        if len(suspects) < 2:
            continue
        entities = suspects + _theirs(rng, suspects, tables, 8 - len(suspects))
        head = _head(rng, number, kind, opened_at)
        rows += [{**head, "entity": entity} for entity in entities]
        number += 1
    return pd.DataFrame(rows)


def _verified(involved: pd.DataFrame) -> pd.DataFrame:
    grade = involved["source_grade"] + involved["information_grade"]
    return involved[grade.isin(_HARDEST) & (involved["role"] == "suspect")]


def _groups(rng: np.random.Generator, made: Layers) -> list[tuple[str, Ints]]:
    """Networks in random order, an innocent circle in between now and then."""
    members = made.networks.members
    found = [
        (made.networks.kind[k], members.loc[members["network"] == k, "person"].to_numpy())
        for k in rng.permutation(len(made.networks.kind)).tolist()
    ]
    circles = np.split(made.circles.person, np.flatnonzero(np.diff(made.circles.circle)) + 1)
    out: list[tuple[str, Ints]] = []
    order = iter(rng.permutation(len(circles)).tolist())
    for group in found:
        if rng.random() < _MISTAKEN:
            out += [("", circles[next(order)]) for _ in range(6)]  # most have too few suspects
        out.append(group)
    return out


def _suspects(
    rng: np.random.Generator, people: list[str], known: pd.DataFrame, opened_at: str
) -> list[str]:
    then = known[known["person"].isin(people) & (known["known_at"] < opened_at)]
    names = sorted(set(then["person"]))
    size = min(len(names), int(rng.integers(2, 5)))
    return [str(name) for name in rng.choice(np.array(names, dtype=object), size, replace=False)]


def _theirs(
    rng: np.random.Generator, suspects: list[str], tables: dict[str, pd.DataFrame], room: int
) -> list[str]:
    """Accounts first, those recorded as used in an offence foremost; then phones, then cars."""
    holds, uses, owns = tables["holds"], tables["uses"], tables["owns"]
    accounts = holds.loc[holds["holder"].isin(suspects), "account"].tolist()
    used = set(tables["accounts_used"]["account"])
    accounts = sorted(accounts, key=lambda account: (account not in used, account))
    phones = uses.loc[uses["holder"].isin(suspects), "phone"].tolist()
    cars = owns.loc[owns["person"].isin(suspects), "vehicle"].tolist()
    wanted = [*accounts[: max(1, room - 2)], *sorted(phones)[:1], *sorted(cars)[:1]]
    return [str(one) for one in wanted[: int(rng.integers(min(2, room), room + 1))]]


def _head(rng: np.random.Generator, number: int, kind: str, opened_at: str) -> dict[str, str]:
    subject = _SUBJECT[kind]
    return {
        "id": f"C-{number + 1:04d}",
        "title": f"Operation {_TITLES[number % len(_TITLES)]}",
        "purpose": f"To find out who takes part in, and who is harmed by, {subject}.",
        "legal_basis": _LEGAL_BASIS[int(rng.integers(0, len(_LEGAL_BASIS)))],
        "opened_at": opened_at,
    }
