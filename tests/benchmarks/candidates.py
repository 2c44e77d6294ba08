"""Two-hop candidates, the best of each entity, beside scipy's sparse product."""

from functools import partial

import numpy as np
from benchmarks.measuring import Row, peak_mb, times_as_fast
from benchmarks.networks import HUB_CAP, as_scipy, best_pairs, network
from scipy import sparse

from workbench.analysis.kernels import Csr
from workbench.analysis.tables import IntArray

LINKS = {"small": 20_000, "full": 1_000_000}
K = 20


def product(csr: Csr) -> sparse.csr_array:
    """A · D⁻¹ · A through entities up to the hub cap: resource allocation of every pair."""
    matrix, degree = as_scipy(csr), csr.degrees.astype(np.float64)
    step = np.where((degree > 0) & (degree <= HUB_CAP), 1.0 / np.maximum(degree, 1), 0.0)
    through = matrix.multiply(step[None, :]).tocsr()
    through.eliminate_zeros()
    return through @ matrix


def rows(size: str) -> list[Row]:
    """Speed beside the whole product, which has no top k; peak memory; what the hub cap loses."""
    n_links = LINKS[size]
    csr = network(n_links, seed=6)
    everyone = np.arange(len(csr.indptr) - 1, dtype=np.int32)
    work = partial(best_pairs, csr, everyone, hub_cap=HUB_CAP, k=K)
    work()
    own, other = peak_mb(work), peak_mb(partial(product, csr))
    faster = times_as_fast(work, partial(product, csr), rounds=3)
    sample = np.random.default_rng(7).permutation(everyone)[:200]
    lost = _lost(csr, sample)
    return [
        Row(
            work=f"candidates: two steps, best {K}, {n_links:,} links",
            peer="scipy.sparse product, no top k",
            measured=faster,
            reach=1,
            agrees=_same(csr, sample[:50]),
            note=f"peak {own:.0f} MB against {other:.0f} MB; hub cap {HUB_CAP} loses {lost:.1%} "
            "of the best pairs",
        )
    ]


def _same(csr: Csr, roots: IntArray) -> bool:
    """Whether the best pairs of `roots` weigh what the best of the product's rows weigh."""
    weight, ties = product(csr), as_scipy(csr)
    for root in roots:
        line = weight[[root]].toarray()[0]
        line[root] = 0.0
        line[ties[[root]].indices] = 0.0
        a, b = best_pairs(csr, np.array([root], np.int32), hub_cap=HUB_CAP, k=K)
        chosen = np.sort(line[np.where(a == root, b, a)])
        if not np.allclose(chosen, np.sort(line[line > 0])[-K:], rtol=1e-9):
            return False
    return True


def _lost(csr: Csr, roots: IntArray) -> float:
    """Share of the best pairs of `roots` without a cap that are not among those with it."""
    n = len(csr.indptr) - 1
    free, capped = (
        left.astype(np.int64) * n + right
        for left, right in (best_pairs(csr, roots, hub_cap=cap, k=K) for cap in (n, HUB_CAP))
    )
    return float(1 - np.isin(free, capped).mean())
