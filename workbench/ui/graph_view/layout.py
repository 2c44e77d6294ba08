"""Where each entity of a picture stands: computed here with a seed, so a picture never jumps."""

import math
from collections.abc import Iterable, Sequence

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import shortest_path

GAP = 140.0  # pixels between neighbours, wide enough for a label beneath a mark
ASPECT = 2.3  # width to height of the canvas on the page
ASPECT_OF_FEW = 3.6  # up to `FEW` entities, where every line bears words and needs the width
FEW = 25
ROW_WIDTH = 1500.0  # pixels before the next part of a picture starts a row of its own

Point = tuple[float, float]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def positions(
    entity_ids: Sequence[str], pairs: Iterable[tuple[str, str]], *, seed: int
) -> dict[str, Point]:
    """Pixel positions of the entities, by id; the same input and seed give the same picture.

    Connected parts are laid out one by one, by least stress, then set in rows, the largest first.
    Cost grows with the square of a part: 60 entities take some 20 ms, 500 about a second.
    """
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(entity_ids)
    graph.add_edges_from((a, b) for a, b in pairs if a != b)
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    placed: dict[str, Point] = {}
    left = top = tallest = 0.0
    for part in parts:
        spots = _apart(_lay_out(graph.subgraph(sorted(part)), seed=seed))
        width, height = _span(spots)
        if left and left + width > ROW_WIDTH:
            left, top, tallest = 0.0, top + tallest + GAP, 0.0
        for entity_id, (x, y) in spots.items():
            placed[entity_id] = (round(left + x, 1), round(top + y, 1))
        left, tallest = left + width + GAP, max(tallest, height)
    return placed


def _lay_out(part: "nx.Graph[str]", *, seed: int) -> dict[str, Point]:
    """Positions of one connected part, its longest axis across the page, in pixels."""
    n = part.number_of_nodes()
    ids = list(part)
    if n == 1:
        return {ids[0]: (0.0, 0.0)}
    distances = shortest_path(nx.to_scipy_sparse_array(part, ids), unweighted=True, directed=False)
    placed = _least_stress(distances, seed=seed)
    spots = {i: (float(x), float(y)) for i, (x, y) in zip(ids, placed, strict=True)}
    turned = _widest_across(spots)
    across, down = _to_page(turned)
    step = GAP * 0.9
    return {i: (x * step * across, y * step * down) for i, (x, y) in turned.items()}


def _least_stress(distances: Matrix, *, seed: int) -> Matrix:
    """Points whose distances come as near to `distances` (n × n, in steps) as a plane allows.

    Each pair weighs 1 / distance², so that neighbours count most. Every round lowers the stress
    (Gansner, Koren and North 2004). The seed sets apart what has the same distances to all.
    """
    n = len(distances)
    rounds = 120 if n <= 150 else 40
    with np.errstate(divide="ignore"):
        weights = np.where(distances > 0, distances**-2.0, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian)
    points = _scaled(distances) + np.random.default_rng(seed).normal(size=(n, 2)) * 0.1
    for _ in range(rounds):
        apart = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
        ratio = weights * distances / np.maximum(apart, 1e-9)
        pull = np.diag(ratio.sum(axis=1)) - ratio
        moved = inverse @ (pull @ points)
        settled = float(np.abs(moved - points).max()) < 1e-3
        points = moved
        if settled:
            break
    return points


def _scaled(distances: Matrix) -> Matrix:
    """Where classical scaling puts the points (Torgerson 1952): the start for least stress."""
    squared = distances**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    values, axes = np.linalg.eigh(-0.5 * centred)
    points: Matrix = axes[:, -2:] * np.sqrt(np.clip(values[-2:], 0.0, None))
    return points


def _to_page(spots: dict[str, Point]) -> Point:
    """Stretch factors that bring a picture towards the page's aspect and keep its area."""
    wide, high = (max(abs(p[axis]) for p in spots.values()) for axis in (0, 1))
    if high < 0.05 * wide:  # a chain stays a chain
        return 1.0, 1.0
    factor = math.sqrt((ASPECT_OF_FEW if len(spots) <= FEW else ASPECT) * high / wide)
    return max(factor, 1.0), min(1.0 / factor, 1.0)


def _widest_across(spots: dict[str, Point]) -> dict[str, Point]:
    """The same picture turned so that its longest axis lies across the page."""
    ids = list(spots)
    points = np.array([spots[i] for i in ids])
    points -= points.mean(axis=0)
    _, axes = np.linalg.eigh(points.T @ points)
    turned = points @ axes[:, ::-1]
    signs = np.where(turned[0] <= 0, 1.0, -1.0)  # the first entity stands left and above
    return {i: (float(x), float(y)) for i, (x, y) in zip(ids, turned * signs, strict=True)}


def _apart(spots: dict[str, Point], *, rounds: int = 40) -> dict[str, Point]:
    """Push marks apart until labels fit (1.2 `GAP` across, 0.6 down), then start at (0, 0)."""
    ids = list(spots)
    points = np.array([spots[i] for i in ids])
    reach = np.array([GAP * 1.2, GAP * 0.6])
    for _ in range(rounds if 1 < len(ids) <= 300 else 0):
        offset = (points[:, None, :] - points[None, :, :]) / reach
        distance = np.hypot(offset[..., 0], offset[..., 1])
        np.fill_diagonal(distance, np.inf)
        push = np.clip(1.0 - distance, 0.0, None)
        if not push.any():
            break
        direction = offset / np.maximum(distance, 1e-6)[..., None]
        points = points + 0.5 * (direction * push[..., None]).sum(axis=1) * reach
    points -= points.min(axis=0)
    return {i: (float(x), float(y)) for i, (x, y) in zip(ids, points, strict=True)}


def _span(spots: dict[str, Point]) -> Point:
    return max(x for x, _ in spots.values()), max(y for _, y in spots.values())
