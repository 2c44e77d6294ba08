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
from workbench.store import audit_page, deciders_page

_PREFIX = "bias_audit"
_DECIDERS = "deciders_audit"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidersReport:
    """An audit of the people who decided on a release's findings."""

    digest: str
    document: Mapping[str, Any]
    json_path: Path
    html_path: Path

    @property
    def release_id(self) -> str:
        return str(self.document["release"])

    @property
    def basis(self) -> str:
        """What the deciders are compared with: ``truth`` where it is known, else ``records``."""
        return "records" if self.document["truth"] is None else "truth"

    @property
    def verdict(self) -> AuditVerdict:
        """Of the decisions, once the score was seen; insufficient where none can be compared."""
        found = self.document[self.basis]
        if not found or not found["by"]:
            return AuditVerdict.INSUFFICIENT
        return AuditVerdict(found["by"]["after"]["verdict"])


def keep(home: Path, document: Mapping[str, Any], *, digest: str, now: datetime) -> AuditReport:
    """Write the document and its page; writing the same again is harmless."""
    stem = f"{_PREFIX}_{document['model']}_{document['version']}_{digest[:12]}"
    page = audit_page.render(document, digest=digest, made_at=now)
    json_path, html_path = _write(home, stem, _canonical(document), page)
    return AuditReport(digest=digest, document=document, json_path=json_path, html_path=html_path)


def keep_deciders(home: Path, document: Mapping[str, Any], *, now: datetime) -> DecidersReport:
    """Write an audit of deciders and its page; writing the same again is harmless."""
    content = _canonical(document)
    digest = hashlib.sha256(content).hexdigest()
    stem = f"{_DECIDERS}_{document['model']}_{document['version']}_{digest[:12]}"
    page = deciders_page.render(document, digest=digest, made_at=now)
    json_path, html_path = _write(home, stem, content, page)
    return DecidersReport(
        digest=digest, document=document, json_path=json_path, html_path=html_path
    )


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def _write(home: Path, stem: str, content: bytes, page: bytes) -> tuple[Path, Path]:
    folder = home / "reports"
    folder.mkdir(mode=0o700, exist_ok=True)
    paths = folder / f"{stem}.json", folder / f"{stem}.html"
    for path, data in zip(paths, (content, page), strict=True):
        part = path.with_name(f".{path.name}")
        part.write_bytes(data)
        part.replace(path)
    return paths


def kept(home: Path) -> tuple[AuditReport, ...]:
    """The latest report of each version, in the order of models and, in each, the newest first.

    Raises
    ------
    CheckFailed
        When a report's bytes are not those that its name says.
    """
    found = [AuditReport(**_read(path)) for path in _latest(home, _PREFIX)]
    return tuple(sorted(found, key=lambda report: (report.model, -report.version)))


def kept_deciders(home: Path) -> dict[str, DecidersReport]:
    """The latest audit of deciders by release; raises CheckFailed as `kept` does."""
    found = [DecidersReport(**_read(path)) for path in _latest(home, _DECIDERS)]
    return {report.release_id: report for report in found}


def _latest(home: Path, prefix: str) -> list[Path]:
    """The newest report of each version."""
    latest: dict[str, Path] = {}
    for path in sorted((home / "reports").glob(f"{prefix}_*.json"), key=_written):
        latest[path.stem.rpartition("_")[0]] = path
    return list(latest.values())


def _written(path: Path) -> float:
    return path.stat().st_mtime


def _read(path: Path) -> dict[str, Any]:
    """What a report is made of."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if not path.stem.endswith(f"_{digest[:12]}"):
        raise CheckFailed(
            f"Report {path.name} has digest {digest[:12]}, not the one in its name; it was "
            "changed. Delete it and audit again."
        )
    return {
        "digest": digest,
        "document": json.loads(content),
        "json_path": path,
        "html_path": path.with_suffix(".html"),
    }
