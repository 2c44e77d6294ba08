"""Tiny written worlds for the validation, as tables."""

from typing import Any

import pandas as pd

from workbench.analysis.validation.world import DAY, WrittenWorld

MONDAY = 1_704_067_200.0  # 2024-01-01T00:00:00Z, a Monday


def written(**tables: dict[str, list[Any]]) -> WrittenWorld:
    """A world of these tables; ``truth__ties`` stands for ``truth/ties``."""
    frames = {name.replace("__", "/"): pd.DataFrame(table) for name, table in tables.items()}
    return WrittenWorld(name="tiny", tables=frames)


def transfers(rows: list[tuple[str, str, float, float]], **more: list[Any]) -> dict[str, list[Any]]:
    """Payer, payee, EUR, days after that Monday; ids M-1, M-2 and so on."""
    return {
        "id": [f"M-{i + 1}" for i in range(len(rows))],
        "payer": [row[0] for row in rows],
        "payee": [row[1] for row in rows],
        "amount": [float(row[2]) for row in rows],
        "occurred_at": [MONDAY + DAY * row[3] for row in rows],
        **more,
    }


NOTHING_LAUNDERED: dict[str, list[Any]] = {"record": [], "network": [], "pattern": []}


def laundered(*records: str, network: str = "N-1", pattern: str = "random") -> dict[str, list[Any]]:
    """truth/tainted with these records in one network."""
    return {
        "record": list(records),
        "network": [network] * len(records),
        "pattern": [pattern] * len(records),
    }
