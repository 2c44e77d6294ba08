"""Two simple models of laundering, one of rows and one of the graph around them, and controls."""

import numpy as np

from workbench.analysis.tables import Int64Array
from workbench.analysis.validation.estimates import auc
from workbench.analysis.validation.flow_features import graph_features, row_features
from workbench.analysis.validation.rows import Measured
from workbench.analysis.validation.world import Flags, Ledger, Matrix, NotInWorld, WrittenWorld

LEAST = 60  # laundered transfers, half to learn from and half to test on
MOST_POSITIVES, MOST_NEGATIVES = 6_000, 40_000
N_SHUFFLES = 4
_ROW_COLUMNS = ("amount", "occurred_at")
_ROW_TEXTS = ("rail", "currency", "member_state", "source_grade", "information_grade", "handling")


def transfer_models(world: WrittenWorld, rng: np.random.Generator) -> dict[str, Measured]:
    """AUC of both models on the later half of time, of one taught shuffled labels, and of the
    graph model when rows are split at random instead."""
    ledger = world.ledger
    if int(ledger.tainted.sum()) < LEAST:
        raise NotInWorld(f"fewer than {LEAST} transfers are laundering")
    rows = sample(ledger, rng)
    texts = [name for name in _ROW_TEXTS if world.has("transfers", name)]
    frame = world.table("transfers", *_ROW_COLUMNS, *texts).iloc[rows]
    by_row, by_graph = row_features(frame), graph_features(ledger, rows)
    positive, cluster = ledger.tainted[rows], ledger.cluster[rows]
    later = ledger.at[rows] > np.median(ledger.at[rows][positive])
    at_random = rng.random(len(rows)) < 0.5
    both = np.column_stack([by_row, by_graph])
    seed = int(rng.integers(0, 2**31))
    of_rows = _tested(by_row, positive, cluster, later, seed)
    of_graph = _tested(both, positive, cluster, later, seed)
    mixed = _tested(both, positive, cluster, at_random, seed)
    return {
        "row_model": of_rows,
        "graph_model": of_graph,
        "graph_gain": Measured(value=of_graph.value - of_rows.value, n=of_graph.n),
        "shuffled": _shuffled(both, positive, cluster, later, rng),
        "random_split": Measured(value=mixed.value - of_graph.value, n=of_graph.n),
    }


def _shuffled(
    features: Matrix, positive: Flags, cluster: Int64Array, later: Flags, rng: np.random.Generator
) -> Measured:
    """Mean AUC over `N_SHUFFLES` models taught shuffled labels; one alone strays by chance."""
    found = [
        _tested(
            features, positive, cluster, later, k, taught=rng.permutation(positive[~later])
        ).value
        for k in range(N_SHUFFLES)
    ]
    note = f"From {min(found):.2f} to {max(found):.2f} in {N_SHUFFLES} shuffles."
    return Measured(value=float(np.mean(found)), n=int(positive[later].sum()), note=note)


def sample(ledger: Ledger, rng: np.random.Generator) -> Int64Array:
    """Laundered transfers and others, at most so many of each, drawn at random; ascending."""
    drawn = []
    for rows, most in (
        (np.flatnonzero(ledger.tainted), MOST_POSITIVES),
        (np.flatnonzero(~ledger.tainted), MOST_NEGATIVES),
    ):
        drawn.append(rng.choice(rows, size=most, replace=False) if len(rows) > most else rows)
    return np.sort(np.concatenate(drawn))


def _tested(
    features: Matrix,
    positive: Flags,
    cluster: Int64Array,
    test: Flags,
    seed: int,
    *,
    taught: Flags | None = None,
) -> Measured:
    """Learn on the rows that are not `test` (labels `taught`, if given), measure on those."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import ThreadpoolController

    model = HistGradientBoostingClassifier(
        max_iter=80, max_leaf_nodes=15, learning_rate=0.08, min_samples_leaf=25,
        l2_regularization=1.0, early_stopping=False, random_state=seed,
    )  # fmt: skip
    with ThreadpoolController().limit(limits=1):  # threads that wait on each other cost more
        model.fit(features[~test], positive[~test] if taught is None else taught)
        scores = model.decision_function(features[test])
    apart = np.where(cluster[test] >= 0, cluster[test], cluster.max() + 1 + np.arange(test.sum()))
    value, low, high = auc(scores, positive[test], apart)
    return Measured(value=value, low=low, high=high, n=int(positive[test].sum()))
