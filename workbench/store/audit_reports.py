"""Bias audit reports under ``reports/`` of the home: the document as JSON, and a page to read.

A report's JSON is the bytes whose SHA-256 the release and the decision log carry.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.domain.errors import CheckFailed
from workbench.domain.release import AuditVerdict
from workbench.store.audit_page import render

_PREFIX = "bias_audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """An audit of a registered version. `document` is what `workbench audit --json` prints."""

    digest: str
    document: Mapping[str, Any]
    json_path: Path
    html_path: Path

    @property
    def model(self) -> str:
        return str(self.document["model"])

    @property
    def version(self) -> int:
        return int(self.document["version"])

    @property
    def version_id(self) -> str:
        return f"{self.model}/{self.version}"

    @property
    def dataset(self) -> str:
        return str(self.document["dataset"])

    @property
    def verdict(self) -> AuditVerdict:
        return AuditVerdict(self.document["verdict"])

    def as_json(self) -> dict[str, Any]:
        """The document, with its digest and where the page lies within the home."""
        page = f"{self.html_path.parent.name}/{self.html_path.name}"
        return {**self.document, "digest": self.digest, "report": page}


def keep(home: Path, document: Mapping[str, Any], *, digest: str, now: datetime) -> AuditReport:
    """Write the document and its page; writing the same again is harmless."""
    folder = home / "reports"
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = f"{_PREFIX}_{document['model']}_{document['version']}_{digest[:12]}"
    content = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False)
    report = AuditReport(
        digest=digest,
        document=document,
        json_path=folder / f"{stem}.json",
        html_path=folder / f"{stem}.html",
    )
    page = render(document, digest=digest, made_at=now)
    for path, data in ((report.json_path, content.encode()), (report.html_path, page)):
        part = path.with_name(f".{path.name}")
        part.write_bytes(data)
        part.replace(path)
    return report


def kept(home: Path) -> tuple[AuditReport, ...]:
    """The latest report of each version, in the order of models and, in each, the newest first.

    Raises
    ------
    CheckFailed
        When a report's bytes are not those that its name says.
    """
    latest: dict[str, Path] = {}
    for path in sorted((home / "reports").glob(f"{_PREFIX}_*.json"), key=_written):
        latest[path.stem.rpartition("_")[0]] = path
    found = [_read(path) for path in latest.values()]
    return tuple(sorted(found, key=lambda report: (report.model, -report.version)))


def _written(path: Path) -> float:
    return path.stat().st_mtime


def _read(path: Path) -> AuditReport:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if not path.stem.endswith(f"_{digest[:12]}"):
        raise CheckFailed(
            f"Report {path.name} has digest {digest[:12]}, not the one in its name; it was "
            "changed. Delete it and audit again."
        )
    return AuditReport(
        digest=digest,
        document=json.loads(content),
        json_path=path,
        html_path=path.with_suffix(".html"),
    )
