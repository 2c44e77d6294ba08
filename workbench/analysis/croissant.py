"""A datasheet as Croissant 1.0: JSON-LD that data catalogues and loaders read.

Source: MLCommons, Croissant Format Specification 1.0 (2024) and Croissant RAI Specification 1.0.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from workbench.analysis.datasheet import ColumnSheet, Datasheet, FileSheet

CONFORMS_TO = ("http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0")
_OWN_TERMS = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty"),
    *("fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField"),
    *("path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _OWN_TERMS},
}
_TYPES = {
    "text": "sc:Text",
    "number": "sc:Float",
    "integer": "sc:Integer",
    "date": "sc:Date",
    "time": "sc:DateTime",
    "boolean": "sc:Boolean",
}
_FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".ndjson": "application/jsonlines",
    ".parquet": "application/x-parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".gexf": "application/gexf+xml",
    ".graphml": "application/graphml+xml",
    ".gml": "text/x-gml",
    ".ftm": "application/jsonlines",
}
_SPDX = "https://spdx.org/licenses/{}.html"
_LICENCES = frozenset(
    (
        *("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-3.0"),
        *("ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "MIT", "Apache-2.0", "EUPL-1.2", "OGL-UK-3.0"),
    )
)


def croissant(sheet: Datasheet) -> dict[str, Any]:
    """The JSON-LD of a datasheet. Keys of which the sheet says nothing are left out.

    Files are named relative to the document, so that it loads the data where it lies beside it.
    Truth is listed as files, and no record set is made of it; nor of tables inside a graph file,
    which Croissant has no way to point into.
    """
    document = {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": list(CONFORMS_TO),
        "name": sheet.name,
        "alternateName": sheet.title,
        "description": sheet.description or sheet.title,
        "license": _SPDX.format(sheet.licence) if sheet.licence in _LICENCES else sheet.licence,
        "url": sheet.url or f"urn:sha256:{sheet.sha256}",
        "version": sheet.version,
        "datePublished": sheet.published_on,
        "creator": {"@type": "sc:Organization", "name": sheet.creator} if sheet.creator else "",
        "citeAs": sheet.citation,
        "temporalCoverage": "/".join(day for day in (sheet.first_day, sheet.last_day) if day),
        **_responsible(sheet),
        "distribution": _distribution(sheet),
        "recordSet": _record_sets(sheet),
    }
    return {key: said for key, said in document.items() if said}


def left_out(sheet: Datasheet) -> tuple[str, ...]:
    """Keys that Croissant asks for and the sheet says nothing of, as dataset.toml calls them."""
    asked = {
        "description": sheet.description,
        "licence": sheet.licence,
        "creator": sheet.creator,
        "published_on": sheet.published_on,
        "url": sheet.url,
    }
    return tuple(key for key, said in asked.items() if not said)


def _responsible(sheet: Datasheet) -> dict[str, Any]:
    """What the RAI vocabulary has words for."""
    kind = "Synthetic: nothing in it is about a real person." if sheet.synthetic else ""
    parts = (kind, sheet.origin, f"Made by {sheet.made_by}." if sheet.made_by else "")
    problems = list(sheet.known_problems)
    if sheet.not_for:
        problems.append(f"Not for: {sheet.not_for}")
    sealed = "kept apart when the data is ingested, and read by bias audits alone"
    reason = f". {sheet.sensitive_reason}" if sheet.sensitive_reason else ""
    return {
        "rai:dataCollection": " ".join(part for part in parts if part),
        "rai:dataCollectionTimeframe": [day for day in (sheet.first_day, sheet.last_day) if day],
        "rai:dataUseCases": [sheet.purpose] if sheet.purpose else [],
        "rai:dataLimitations": problems,
        "rai:dataBiases": list(sheet.known_biases),
        "rai:personalSensitiveInformation": [
            f"{column.name} ({file.file}): {sealed}{reason}"
            for file in sheet.files
            for column in file.columns
            if column.sensitive
        ],
    }


def _ending(file: str) -> str:
    return "." + file.rpartition(".")[2].lower()


def _distribution(sheet: Datasheet) -> list[dict[str, Any]]:
    """Each file once, also one that holds several tables."""
    files = {file.inside or file.file: file for file in sheet.files}
    return [_file_object(name, file) for name, file in files.items()]


def _file_object(name: str, file: FileSheet) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": quote(name),
        "name": name,
        **({"description": file.about} if file.about else {}),
        "contentUrl": quote(name),
        "contentSize": f"{file.size} B",
        "encodingFormat": _FORMATS.get(_ending(name), "application/octet-stream"),
        "sha256": file.sha256,
    }


def _record_sets(sheet: Datasheet) -> list[dict[str, Any]]:
    tables = [f for f in sheet.files if f.part != "truth" and f.columns and not f.inside]
    stems = Counter(_stem(file.file) for file in tables)
    names = {
        f.file: quote(_stem(f.file) if stems[_stem(f.file)] == 1 else f"{f.file}.rows")
        for f in tables
    }
    keys = {f.file: f"{names[f.file]}/{quote(f.key, safe='')}" for f in tables if f.key}
    return [_record_set(file, names[file.file], keys) for file in tables]


def _stem(file: str) -> str:
    return file.rpartition(".")[0]


def _record_set(file: FileSheet, name: str, keys: Mapping[str, str]) -> dict[str, Any]:
    about = [file.about, *(f"Read as {words}." for words in file.read_as)]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": " ".join(part for part in about if part) or file.file,
        **({"key": {"@id": keys[file.file]}} if file.file in keys else {}),
        "field": [_field(file, name, column, keys) for column in file.columns],
    }


def _field(
    file: FileSheet, record_set: str, column: ColumnSheet, keys: Mapping[str, str]
) -> dict[str, Any]:
    said = [
        f"{column.meaning_in_words[0].upper()}{column.meaning_in_words[1:]}.",
        f"Unit: {column.unit_in_words}." if column.unit_in_words else "",
        "Sensitive: sealed, read by bias audits alone." if column.sensitive else "",
    ]
    refers = keys.get(column.refers_to, "")
    return {
        "@type": "cr:Field",
        "@id": f"{record_set}/{quote(column.name, safe='')}",
        "name": f"{record_set}/{column.name}",
        "description": " ".join(part for part in said if part),
        "dataType": _TYPES[column.type],
        "source": {
            "fileObject": {"@id": quote(file.file)},
            "extract": {"column": column.name},
        },
        **({"references": {"field": {"@id": refers}}} if refers else {}),
    }
