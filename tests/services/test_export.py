"""Records leave in open formats with their provenance; what may not leave stays and is counted."""

import json
from pathlib import Path

import builders_casework
import pytest
from builders import Home, home, n_entries
from builders_formats import FILES, MANIFEST, delivery

from workbench.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from workbench.domain.log import EntryKind
from workbench.services import act, casework, chart, export, ingest, review
from workbench.services.export import Format

WHY = "Request 2026/12 of the public prosecutor"
OUT = {
    Format.FTM: "harbour.ftm.json",
    Format.GEXF: "harbour.gexf",
    Format.GRAPHML: "harbour.graphml",
    Format.GML: "harbour.gml",
    Format.CSV: "harbour",
}


@pytest.fixture
def built(tmp_path: Path) -> Home:
    made = home(tmp_path / "home")
    ingest.ingest(made.desk, delivery(tmp_path / "d"), account="analyst-1")
    return made


def go(built: Home, form: Format, out: Path, **changed: object) -> export.ExportReport:
    given = {"account": "supervisor", "purpose": WHY, **changed}
    return export.export(built.desk, "harbour", form=form, out=out, **given)


def last_entry(built: Home) -> dict[str, object]:
    with built.desk.database.read() as connection:
        return dict(list(built.desk.log.entries(connection))[-1].fields)


def marked(handling: str, *files: str) -> dict[str, str]:
    """The files of the delivery in which every record has another handling code."""
    return {
        Path(f).stem: FILES[f].replace(",H0,", f",{handling},").replace(",H1,", f",{handling},")
        for f in files
    }


@pytest.mark.slow
@pytest.mark.parametrize("form", Format)
def test_an_export_can_be_ingested_and_counts_the_same(
    form: Format, built: Home, tmp_path: Path
) -> None:
    report = go(built, form, tmp_path / OUT[form])
    assert (report.n_entities, report.n_links, report.n_records) == (11, 12, 18)
    assert (report.n_entities_left_out, report.n_links_left_out, report.codes) == (0, 0, {})
    back = ingest.ingest(built.desk, tmp_path / OUT[form], account="analyst-1", name="back")
    assert back.rejected == ()
    assert back.counts == built.desk.datasets.meta("harbour")["counts"]
    assert len(built.desk.datasets.graph("back").links) == 12


def test_an_export_is_logged_with_digest_and_committed_purpose(built: Home, tmp_path: Path) -> None:
    report = go(built, Format.GEXF, tmp_path / "a.gexf", recipient="prosecutor of AV")
    entry = last_entry(built)
    assert (entry["kind"], entry["what"], entry["dataset"]) == (
        "export",
        "records as gexf",
        "harbour",
    )
    assert (entry["n_entities"], entry["n_links"], entry["n_records"]) == (11, 12, 18)
    assert entry["digest"] == report.sha256
    assert WHY not in str(entry)
    assert {"purpose", "recipient"} <= set(entry)
    assert "reason" not in entry


def test_what_rests_on_h2_and_h3_stays_and_is_counted(built: Home, tmp_path: Path) -> None:
    changed = marked("H2", "accounts.csv") | marked("H1+H3", "calls.csv")
    made = delivery(tmp_path / "d2", **changed)
    ingest.ingest(built.desk, made, account="analyst-1", name="held")
    report = export.export(
        built.desk, "held", form=Format.GML, out=tmp_path / "a.gml", account="operator", purpose=WHY
    )
    # both accounts stay, and with them two holdings and three transfers; the two calls stay, and
    # with them the three phones that only they name
    assert (report.n_entities_left_out, report.n_links_left_out) == (5, 7)
    assert (report.n_entities, report.n_links) == (6, 5)
    assert report.codes == {"H2": 2, "H3": 2}
    text = (tmp_path / "a.gml").read_text()
    assert "LT01" not in text
    assert "+3701" not in text
    assert "2 under H2, 2 under H3" in report.as_text()


def test_an_entity_that_also_a_free_link_names_leaves_as_that_link_tells_of_it(
    built: Home, tmp_path: Path
) -> None:
    first, second = FILES["calls.csv"].splitlines()[1:]
    header = FILES["calls.csv"].splitlines()[0]
    calls = "\n".join([header, first.replace("H0", "H2").replace("AV", "ZZ"), second]) + "\n"
    made = delivery(tmp_path / "d2", calls=calls)
    ingest.ingest(built.desk, made, account="analyst-1", name="held")
    export.export(
        built.desk, "held", form=Format.CSV, out=tmp_path / "out", account="operator", purpose=WHY
    )
    phones = (tmp_path / "out" / "phone.csv").read_text()
    assert "'+3702" in phones
    assert "'+3701" not in phones
    assert "ZZ" not in phones
    assert "2024-02-04" in phones


def test_a_stated_permission_lets_h2_and_h3_leave_and_is_committed(
    built: Home, tmp_path: Path
) -> None:
    made = delivery(tmp_path / "d2", **marked("H2", *FILES))
    ingest.ingest(built.desk, made, account="analyst-1", name="held")
    common = {"form": Format.GML, "account": "supervisor", "purpose": WHY}
    before = n_entries(built, EntryKind.EXPORT)
    with pytest.raises(BadInput, match="Nothing of dataset held may leave") as refused:
        export.export(built.desk, "held", out=tmp_path / "a.gml", **common)
    assert refused.value.code == "handling"
    assert not (tmp_path / "a.gml").exists()
    assert n_entries(built, EntryKind.EXPORT) == before
    report = export.export(
        built.desk, "held", out=tmp_path / "a.gml", permission="Letter 17 of AV police", **common
    )
    assert (report.n_entities, report.n_links) == (11, 12)
    assert len(str(last_entry(built)["reason"])) == 64


def test_what_serves_in_court_leaves_h1_behind(built: Home, tmp_path: Path) -> None:
    report = go(built, Format.GML, tmp_path / "a.gml", for_court=True)
    assert (report.n_entities, report.n_entities_left_out) == (10, 1)
    assert report.codes == {"H1": 1}


def test_nothing_sensitive_and_no_formula_leaves(built: Home, tmp_path: Path) -> None:
    for form in Format:
        go(built, form, tmp_path / OUT[form])
    files = [p for p in tmp_path.glob("harbour*") if p.is_file()]
    tables = list((tmp_path / "harbour").glob("*.csv"))
    assert len(files) == 4
    assert all("female" not in path.read_text() for path in [*files, *tables])
    cells = [
        c for path in tables for line in path.read_text().splitlines() for c in line.split(",")
    ]
    assert cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_assessed_and_tentative_links_of_a_chart_are_not_in_it(tmp_path: Path) -> None:
    here = builders_casework.town(tmp_path / "home")
    desk = here.desk
    case = casework.open_case(
        desk,
        title="Stolen vehicles",
        purpose=builders_casework.PURPOSE,
        legal_basis=builders_casework.LEGAL_BASIS,
        dataset=builders_casework.TOWN,
        entities="+99-041-17\nreed, ben",
        account="analyst-1",
        key="form-1",
    )
    builders_casework.release(here)
    finding = builders_casework.finding(here, "F-1", case_id=case.id)
    said = {"account": "analyst-1", "verdict": "supported"}
    reason = "Both phones were in one place, the records say so."
    review.read(desk, finding, account="analyst-1")
    review.judge(desk, finding, confidence=70, reason=reason, **said)
    review.unveil(desk, finding, account="analyst-1")
    review.decide(desk, finding, reason=f"{reason} Still so.", key="k-decide", **said)
    act.act(desk, finding, account="analyst-1", action="assessed_link", key="k-act")
    drawn = chart.chart(desk, case.id, account="analyst-1")
    assert "assessed" in {link.status for link in drawn.links}
    report = export.export(
        desk,
        builders_casework.TOWN,
        form=Format.FTM,
        out=tmp_path / "town.json",
        account="supervisor",
        purpose=WHY,
    )
    lines = [json.loads(line) for line in (tmp_path / "town.json").read_text().splitlines()]
    pairs = {(o["workbench"].get("from"), o["workbench"].get("to")) for o in lines}
    assert (here.ada, here.ada_phone) in pairs
    assert {here.ada, here.ben} not in [set(pair) for pair in pairs]
    assert report.n_links == len(desk.datasets.graph(builders_casework.TOWN).links)
    words = ("0.7", finding, "assess", "probab", "score", "pagerank", "degree")
    assert not [word for word in words if word in (tmp_path / "town.json").read_text()]


@pytest.mark.parametrize("name", ["analyst-1", "auditor", "administrator"])
def test_who_may_not_export_records_is_told_who_may(name: str, built: Home, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="may not export records"):
        go(built, Format.GML, tmp_path / "a.gml", account=name)
    assert not (tmp_path / "a.gml").exists()


def test_a_data_scientist_exports_synthetic_data_only(built: Home, tmp_path: Path) -> None:
    go(built, Format.GML, tmp_path / "a.gml", account="data-scientist")
    made = delivery(tmp_path / "d2")
    (made / "dataset.toml").write_text(MANIFEST.replace("synthetic = true", "synthetic = false"))
    ingest.ingest(built.desk, made, account="analyst-1", name="real")
    with pytest.raises(NotAllowed, match="synthetic data only"):
        export.export(
            built.desk, "real", form=Format.GML, out=tmp_path / "b.gml",
            account="data-scientist", purpose=WHY,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("form", "name"),
    [(Format.GEXF, "a.csv"), (Format.FTM, "a.gexf"), (Format.GML, "none/a.gml"), (Format.CSV, "d")],
)
def test_a_place_that_cannot_be_written_or_read_back_is_refused(
    form: Format, name: str, built: Home, tmp_path: Path
) -> None:
    before = n_entries(built, EntryKind.EXPORT)
    with pytest.raises(BadInput):
        go(built, form, tmp_path / name)
    assert n_entries(built, EntryKind.EXPORT) == before
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".part*"))


def test_a_purpose_that_says_nothing_and_a_dataset_that_is_not_there_are_refused(
    built: Home, tmp_path: Path
) -> None:
    with pytest.raises(BadInput):
        go(built, Format.GML, tmp_path / "a.gml", purpose=" ")
    with pytest.raises(NotFound):
        export.export(
            built.desk, "none", form=Format.GML, out=tmp_path / "a.gml", account="operator",
            purpose=WHY,
        )  # fmt: skip


def test_the_same_name_for_another_graph_is_no_silent_replacement(
    built: Home, tmp_path: Path
) -> None:
    go(built, Format.GML, tmp_path / "harbour.gml")
    with pytest.raises(Conflict):
        ingest.ingest(built.desk, tmp_path / "harbour.gml", account="analyst-1", name="harbour")
