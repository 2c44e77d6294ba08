"""Comparisons of mitigations under ``reports/`` of the home: figures, and a page to read."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.analysis.mitigation_words import drawn
from workbench.domain.errors import CheckFailed
from workbench.store import mitigation_page
from workbench.store.mitigation_plot import mitigation_plot

_PREFIX = "mitigation"


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigationReport:
    """A comparison on one run by one trait. `document` is what `workbench mitigate --json` prints.

    `digest` is the SHA-256 of the figures, which the log carries.
    """

    digest: str
    document: Mapping[str, Any]
    json_path: Path
    html_path: Path

    @property
    def model(self) -> str:
        return str(self.document["model"])

    @property
    def run(self) -> str:
        return str(self.document["run"])

    @property
    def by(self) -> str:
        return str(self.document["by"])

    def pictures(self) -> dict[str, str]:
        """An SVG of each gap there is, the one that methods aim at first."""
        methods = self.document["methods"]
        return {gap: mitigation_plot(methods, gap) for gap in drawn(self.document)}

    def as_json(self) -> dict[str, Any]:
        """The document, with its digest and where the page lies within the home."""
        page = f"{self.html_path.parent.name}/{self.html_path.name}"
        return {**self.document, "digest": self.digest, "report": page}


def keep(home: Path, document: Mapping[str, Any], *, now: datetime) -> MitigationReport:
    """Write figures and the page with its pictures; writing the same again is harmless."""
    content = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
    digest = hashlib.sha256(content).hexdigest()
    files = {
        "json": content,
        "html": mitigation_page.render(document, digest=digest, made_at=now),
    }
    folder = home / "reports"
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = f"{_PREFIX}_{document['run']}_{_slug(document['by'])}_{digest[:12]}"
    for ending, data in files.items():
        part = folder / f".{stem}.{ending}"
        part.write_bytes(data)
        part.replace(folder / f"{stem}.{ending}")
    return _report(folder / f"{stem}.json", digest, document)


def _slug(by: str) -> str:
    """A trait's name as part of a file's: what is safe of it, and a digest to tell it by."""
    safe = re.sub("[^a-z0-9]+", "-", by.lower())[:30]
    return f"{safe}-{hashlib.sha256(by.encode()).hexdigest()[:8]}"


def kept(home: Path) -> tuple[MitigationReport, ...]:
    """The newest comparison of each run and trait, by model, trait and run.

    Raises
    ------
    CheckFailed
        When a report's bytes are not those that its name says.
    """
    newest: dict[str, Path] = {}
    for path in sorted((home / "reports").glob(f"{_PREFIX}_*.json"), key=_written):
        newest[path.stem.rpartition("_")[0]] = path
    found = [_read(path) for path in newest.values()]
    return tuple(sorted(found, key=lambda report: (report.model, report.by, report.run)))


def _written(path: Path) -> float:
    return path.stat().st_mtime


def _read(path: Path) -> MitigationReport:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if not path.stem.endswith(f"_{digest[:12]}"):
        raise CheckFailed(
            f"Report {path.name} has digest {digest[:12]}, not the one in its name; it was "
            "changed. Delete it and compare again."
        )
    return _report(path, digest, json.loads(content))


def _report(path: Path, digest: str, document: Mapping[str, Any]) -> MitigationReport:
    return MitigationReport(
        digest=digest,
        document=document,
        json_path=path,
        html_path=path.with_suffix(".html"),
    )
