"""Where a number was computed: all that is known to turn its last bits.

The same packages give other last bits on another processor: OpenBLAS and numpy choose their
kernels when they start, numba compiles for what it finds. So all of it is kept with a finding.
"""

import importlib.metadata
import os
import platform
from functools import cache
from pathlib import Path

PACKAGES = (
    *("scikit-learn", "shap", "numpy", "pandas", "scipy", "skops", "mlflow"),
    *("numba", "llvmlite"),
)


def packages_here() -> dict[str, str]:
    """Versions of the packages that a result depends on."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def environment_here() -> dict[str, str]:
    """What a result depends on beside its inputs, by name.

    The packages, ``python``, ``workbench`` and, in a checkout, its ``commit``; ``system``,
    ``machine`` and ``libc``; ``cpu`` as numba compiles for it, ``simd`` (what numpy uses beyond
    its baseline) and ``blas``: each library of linear algebra that is loaded, with the kernels it
    chose. What is unknown is left out.
    """
    return dict(_environment())


@cache
def _environment() -> tuple[tuple[str, str], ...]:
    found = packages_here() | _processor()
    found |= {
        "python": platform.python_version(),
        "workbench": importlib.metadata.version("workbench"),
        "commit": commit(),
        "system": platform.system(),
        "machine": platform.machine(),
        "libc": " ".join(part for part in platform.libc_ver() if part),
    }
    return tuple(sorted((name, value) for name, value in found.items() if value))


def _processor() -> dict[str, str]:
    import llvmlite.binding
    import numpy as np
    import scipy.linalg  # noqa: F401 - loads scipy's own OpenBLAS, which is asked below
    from threadpoolctl import threadpool_info

    blas = sorted(
        f"{library['internal_api']} {library['version']} {library.get('architecture') or ''}"
        for library in threadpool_info()
        if library["user_api"] == "blas"
    )
    built = np.show_config(mode="dicts")
    return {
        "cpu": os.environ.get("NUMBA_CPU_NAME") or llvmlite.binding.get_host_cpu_name(),
        "simd": " ".join(built["SIMD Extensions"].get("found", ["baseline"])),
        "blas": ", ".join(part.strip() for part in blas)
        or built["Build Dependencies"]["blas"]["name"],
    }


CHECKOUT = Path(__file__).parents[2]


def commit(checkout: Path = CHECKOUT) -> str:
    """The commit that a checkout or a worktree stands at; empty outside one, and before the first.

    Git keeps a branch as a file, or as a line of ``packed-refs`` (gitrepository-layout(5)).
    """
    try:
        git = _git_folder(checkout / ".git")
        head = (git / "HEAD").read_text().strip()
    except OSError:
        return ""
    return _commit_of(git, head.removeprefix("ref: ")) if head.startswith("ref: ") else head


def _git_folder(git: Path) -> Path:
    """In a worktree, ``.git`` is a file that names its folder."""
    if not git.is_file():
        return git
    return git.parent / git.read_text().strip().removeprefix("gitdir: ")


def _commit_of(git: Path, branch: str) -> str:
    """Branches stand in the folder that all worktrees share."""
    common = git / "commondir"
    shared = git / common.read_text().strip() if common.is_file() else git
    if (shared / branch).is_file():
        return (shared / branch).read_text().strip()
    packed = shared / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    return next((line.split(" ")[0] for line in lines if line.endswith(f" {branch}")), "")
