"""Small cells are kept out of an audit that leaves: tiny counts identify people.

What leaves is named key by key: a key that is not known stays, whatever it holds, and the document
says so. Counts and rates follow `small_cells`. A gap, its p-value and its denominators leave only
where every group's rate does; the verdict always leaves.

A cell counts candidates or readings, and one person is often in several of them: `LEAST` is
therefore at the cautious end of what statistical offices use (3 to 11).
"""

from collections.abc import Mapping
from typing import Any

from workbench.analysis import deciders_cells
from workbench.analysis.audit_cells import KEYS, counted, without_small_cells
from workbench.analysis.audit_words import foremost
from workbench.analysis.deciders_cells import deciders_without_small_cells
from workbench.analysis.people_cells import people_without_small_cells
from workbench.analysis.small_cells import small
from workbench.domain.errors import BadInput

LEAST = 10
LOWEST = 5

_RELEASE = (
    *("model", "title", "version", "release_digest", "unit", "threshold", "dataset"),
    *("dataset_sha256", "as_of", "until", "digest", "harm", "margin_own"),
)
_TREATED = (
    "proxies",
    "against_truth",
    "deciders",
    "per_person",
    "n_prompted",
    "n_erased",
    "report",
)  # report: a file that stays here
_FOREMOST = "foremost"
_LEFT_OUT = ("n_prompted", "n_erased")
_PROXY = ("attribute", "group", "auc", "interval", "strongest", "strongest_auc")


def suppressed(
    document: Mapping[str, Any], *, least: int = LEAST, whole: str | None = None
) -> dict[str, Any]:
    """A copy of an audit of a release, of a table or of deciders that may leave; hidden is None.

    ``suppressed`` says `least`, how many rates are hidden (`n_hidden`), how many groups are
    not named (`n_groups`), which keys stayed (`left_out`) and, as `whole`, the SHA-256
    of the document in full, which the decision log has.

    Raises
    ------
    BadInput
        When `least` is below `LOWEST`.
    """
    if least < LOWEST:
        raise BadInput(
            f"Counts from {least} on would still tell of people; leave out what is below {LOWEST}, "
            "or below more."
        )
    if document.get("kind") == "deciders":
        out, told = deciders_without_small_cells(document, least=least)
        known = {*deciders_cells.KEYS, *deciders_cells.TREATED}
    else:
        out, told = without_small_cells(document, least=least)
        out |= _of_release(document, least) | _named(document)
        known = {*KEYS, *_RELEASE, *_TREATED}
    return {key: out[key] for key in (*document, _FOREMOST) if key in out} | {
        "suppressed": {
            "least": least,
            "whole": whole,
            "n_hidden": told.get("n_hidden", 0),
            "n_groups": told.get("n_groups", 0),
            "left_out": sorted(key for key in set(document) - known if document[key] is not None),
        }
    }


def _of_release(document: Mapping[str, Any], least: int) -> dict[str, Any]:
    """What an audit of a release holds beside its rates."""
    out = {key: document[key] for key in document if key in _RELEASE}
    out |= {key: counted(document[key], least) for key in _LEFT_OUT if key in document}
    if "proxies" in document:
        rows = document["proxies"]
        out["proxies"] = [{key: row[key] for key in _PROXY} | {"n": None} for row in rows]
    if "against_truth" in document:
        out["against_truth"] = _truth(document, least)
    if "per_person" in document:
        people = document["per_person"]
        out["per_person"] = (
            None if people is None else people_without_small_cells(document, least=least)
        )
    if "deciders" in document:
        found = document["deciders"]
        out["deciders"] = (
            None if found is None else deciders_without_small_cells(found, least=least)[0]
        )
    return out


def _truth(document: Mapping[str, Any], least: int) -> dict[str, Any] | None:
    """The same rows counted once more, without groups: both tables together would give back what
    each hides. Totals that differ by a small number from those of the records stay too."""
    truth = document["against_truth"]
    if truth is None:
        return None
    out, _ = without_small_cells(truth, least=least)
    if small(abs(truth["positives"] - document["positives"]), least=least):
        out |= {"positives": None, "negatives": None}
    tests = [row | {"pooled": None, "smallest": None} for row in out["tests"]]
    return out | {"groups": [], "tests": tests} | _named(truth)


def _named(document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Which test a failed audit names first, by attribute and error: copies have no p-values to
    tell it by, and are to name the same one."""
    if document["verdict"] != "fail":
        return {}
    test = foremost(document)
    return {_FOREMOST: (test["attribute"], test["metric"])}
