"""Croissant 1.0: the keys that it asks for, and every reference in it leads somewhere."""

from collections.abc import Iterator
from typing import Any

from workbench.analysis.croissant import CONTEXT, croissant, left_out
from workbench.analysis.datasheet import ColumnSheet, Datasheet, FileSheet

SHA = "ab" * 32


def sheet(**other: Any) -> Datasheet:
    """Persons and what they paid; truth beside them."""
    persons = FileSheet(
        file="persons.csv",
        part="table",
        size=120,
        sha256=SHA,
        about="Persons.",
        read_as=("one person a row",),
        key="id",
        rows=3,
        columns=(
            ColumnSheet(name="id", meaning="id of the person"),
            ColumnSheet(name="sex", meaning="as registered", sensitive=True),
        ),
    )
    paid = FileSheet(
        file="what is paid/paid.jsonl",
        part="table",
        size=80,
        sha256=SHA,
        rows=2,
        columns=(
            ColumnSheet(name="who", refers_to="persons.csv"),
            ColumnSheet(name="sum total", meaning="amount sent", unit="EUR", type="number"),
            ColumnSheet(name="at", type="time"),
            ColumnSheet(name="n", type="integer"),
        ),
    )
    truth = FileSheet(
        file="truth/ties.csv",
        part="truth",
        size=10,
        sha256=SHA,
        columns=(ColumnSheet(name="entity_a"),),
    )
    own = {"name": "paid", "title": "Who paid", "sha256": SHA, "licence": "CC-BY-4.0"}
    return Datasheet(**{**own, "files": (persons, paid, truth), "sensitive": ("sex",), **other})


def ids(node: Any, *, of: str) -> Iterator[str]:
    """Ids that objects bear (`of` = "own") or only point to (`of` = "other")."""
    if isinstance(node, list):
        for part in node:
            yield from ids(part, of=of)
    elif isinstance(node, dict):
        if "@id" in node and (len(node) == 1) == (of == "other"):
            yield node["@id"]
        for key, part in node.items():
            if key != "@context":
                yield from ids(part, of=of)


def test_the_document_declares_what_croissant_asks_for() -> None:
    document = croissant(
        sheet(
            description="Payments of three persons.",
            creator="The harbour",
            published_on="2026-01-31",
            url="https://harbour.example/paid",
        )
    )
    assert document["@context"] == CONTEXT
    assert document["@type"] == "sc:Dataset"
    assert "http://mlcommons.org/croissant/1.0" in document["conformsTo"]
    assert document["name"] == "paid"
    assert document["description"] == "Payments of three persons."
    assert document["license"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert document["url"] == "https://harbour.example/paid"
    assert document["creator"] == {"@type": "sc:Organization", "name": "The harbour"}
    assert document["datePublished"] == "2026-01-31"


def test_the_context_maps_croissants_own_terms_and_leaves_the_others_to_schema_org() -> None:
    assert CONTEXT["@vocab"] == "https://schema.org/"
    assert CONTEXT["cr"] == "http://mlcommons.org/croissant/"
    assert CONTEXT["conformsTo"] == "dct:conformsTo"
    assert CONTEXT["dataType"] == {"@id": "cr:dataType", "@type": "@vocab"}
    for term in ("recordSet", "field", "source", "extract", "column", "fileObject", "references"):
        assert CONTEXT[term] == f"cr:{term}"
    assert not {"name", "distribution", "sha256", "contentUrl"} & CONTEXT.keys()


def test_every_file_has_its_digest_size_and_format() -> None:
    files = croissant(sheet())["distribution"]
    assert [file["contentUrl"] for file in files] == [
        "persons.csv",
        "what%20is%20paid/paid.jsonl",
        "truth/ties.csv",
    ]
    assert [file["encodingFormat"] for file in files] == [
        "text/csv",
        "application/jsonlines",
        "text/csv",
    ]
    assert {(file["@type"], file["sha256"]) for file in files} == {("cr:FileObject", SHA)}
    assert [file["contentSize"] for file in files] == ["120 B", "80 B", "10 B"]


def test_fields_say_type_unit_and_where_they_are_read() -> None:
    _, paid = croissant(sheet())["recordSet"]
    types = [field["dataType"] for field in paid["field"]]
    assert types == ["sc:Text", "sc:Float", "sc:DateTime", "sc:Integer"]
    total = paid["field"][1]
    assert total["description"] == "Amount sent. Unit: EUR."
    assert total["source"] == {
        "fileObject": {"@id": "what%20is%20paid/paid.jsonl"},
        "extract": {"column": "sum total"},
    }
    assert paid["field"][3]["description"] == "No meaning stated. Unit: no unit stated."


def test_truth_is_a_file_and_no_record_set() -> None:
    assert [one["@id"] for one in croissant(sheet())["recordSet"]] == [
        "persons",
        "what%20is%20paid/paid",
    ]


def test_ids_are_unique_and_every_reference_leads_to_one() -> None:
    document = croissant(sheet())
    own = list(ids(document, of="own"))
    assert len(own) == len(set(own)) == 3 + 2 + 2 + 4
    assert set(ids(document, of="other")) <= set(own)
    assert document["recordSet"][0]["key"] == {"@id": "persons/id"}
    assert document["recordSet"][1]["field"][0]["references"] == {"field": {"@id": "persons/id"}}


def test_two_files_that_differ_in_their_ending_alone_keep_ids_of_their_own() -> None:
    one, two, _ = sheet().files
    twin = FileSheet(file="persons.jsonl", part="table", size=1, sha256=SHA, columns=two.columns)
    own = list(ids(croissant(sheet(files=(one, twin))), of="own"))
    assert len(own) == len(set(own))


def test_tables_inside_one_graph_file_are_one_file() -> None:
    parts = tuple(
        FileSheet(
            file=name,
            inside="net.gexf",
            part="table",
            size=9,
            sha256=SHA,
            columns=(ColumnSheet(name="id"),),
        )
        for name in ("persons", "links")
    )
    document = croissant(sheet(files=parts))
    assert [file["contentUrl"] for file in document["distribution"]] == ["net.gexf"]
    assert "recordSet" not in document


def test_sensitive_columns_limits_and_biases_speak_the_rai_vocabulary() -> None:
    document = croissant(
        sheet(
            synthetic=True,
            purpose="To try models out",
            not_for="Use on real people",
            known_problems=("Cash is missing",),
            known_biases=("Group A is recorded more often",),
            sensitive_reason="Audits compare groups.",
            first_day="2024-01-01",
            last_day="2024-12-31",
            generator={"name": "world", "seed": 7},
        )
    )
    assert document["rai:personalSensitiveInformation"] == [
        "sex (persons.csv): kept apart when the data is ingested, and read by bias audits alone. "
        "Audits compare groups."
    ]
    assert document["rai:dataUseCases"] == ["To try models out"]
    assert document["rai:dataLimitations"] == ["Cash is missing", "Not for: Use on real people"]
    assert document["rai:dataBiases"] == ["Group A is recorded more often"]
    assert document["rai:dataCollection"] == (
        "Synthetic: nothing in it is about a real person. Made by world, seed 7."
    )
    assert document["temporalCoverage"] == "2024-01-01/2024-12-31"


def test_what_is_not_stated_is_left_out_and_named() -> None:
    assert left_out(sheet()) == ("description", "creator", "published_on", "url")
    document = croissant(sheet())
    assert not {"creator", "datePublished", "version", "rai:dataBiases"} & document.keys()
    assert document["url"] == f"urn:sha256:{SHA}"
