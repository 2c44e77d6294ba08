"""check, ingest and export at the command line, on what people bring."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from builders_formats import FTM, GEXF, GML, GRAPHML, delivery

from workbench.cli.main import main

CALLS = (
    "MSISDN_A,MSISDN_B,IMEI_A,Cell ID,Start Time,Duration,Type\n"
    "370600,370601,35001,c1,2024-01-05 10:00:01,30,VOICE\n"
    "370601,370602,,c1,2024-01-05 11:00:01,,SMS\n"
)
BROUGHT = {
    "a.ftm.json": (FTM, {"account": 2, "organisation": 1, "person": 2, "place": 1}, 10),
    "a.gexf": (GEXF, {"account": 2, "person": 1}, 5),
    "a.graphml": (GRAPHML, {"person": 2, "phone": 1}, 5),
    "a.gml": (GML, {"entity": 3}, 5),
    "cdr.csv": (CALLS, {"entity": 1, "phone": 3}, 2),
}


class Done(NamedTuple):
    status: object
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """One command after the other in one home, without a process for each."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main(arguments)
        return Done(done.value.code, *capsys.readouterr())

    return command


@pytest.mark.slow
def test_check_and_ingest_count_what_files_hold(run: Run, tmp_path: Path) -> None:
    for name, (text, counts, accepted) in BROUGHT.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        checked = run("check", name, "--json")
        assert checked.status == 0, checked.err
        report = json.loads(checked.out)
        assert (report["accepted"], report["counts"]) == (accepted, counts)
        assert report["rejected"] == []
        means = {c["means"] for table in report["mapping"] for c in table["columns"]}
        assert means >= {"from", "to"}
        ingested = run("ingest", name, "--name", f"from-{accepted}-{len(text)}", "--json")
        assert ingested.status == 0, ingested.err
        assert json.loads(ingested.out)["counts"] == counts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("ftm", "x.ftm.json"),
        ("gexf", "x.gexf"),
        ("graphml", "x.graphml"),
        ("gml", "x.gml"),
        ("csv", "x"),
    ],
)
def test_what_export_writes_ingest_reads(form: str, name: str, run: Run, tmp_path: Path) -> None:
    run("ingest", str(delivery(tmp_path / "d")))
    why = ("--purpose", "Request 2026/12")
    done = run("export", "harbour", "--format", form, "--out", name, *why, "--json")
    assert done.status == 0, done.err
    report = json.loads(done.out)
    assert (report["n_entities"], report["n_links"], report["codes"]) == (11, 12, {})
    back = json.loads(run("ingest", name, "--name", "back", "--json").out)
    assert back["rejected"] == []
    assert sum(back["counts"].values()) == 11


@pytest.mark.slow
def test_wrong_use_of_files_exits_2_with_one_sentence_and_writes_nothing(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "bad.gexf").write_text("<!DOCTYPE g [<!ENTITY a 'b'>]><gexf>&a;</gexf>")
    run("ingest", str(delivery(tmp_path / "d")))
    gml = ("--format", "gml", "--out", "x.gml")
    why = ("--purpose", "Request 2026/12")
    for arguments in (
        ("check", "bad.gexf"),
        ("ingest", "bad.gexf"),
        ("export", "harbour", *gml),
        ("export", "none", *gml, *why),
        ("export", "harbour", "--format", "dot", "--out", "x.dot", *why),
        ("export", "harbour", *gml, *why, "--as", "nobody"),
        ("export", "harbour", *gml, *why, "--case", "C-9999"),
    ):
        done = run(*arguments)
        said = [line for line in done.err.strip().splitlines() if not line.startswith("[")]
        assert (done.status, len(said), done.out) == (2, 1, ""), arguments
        assert "Traceback" not in done.err
    assert not list(tmp_path.glob("x.*"))
    assert sorted(p.name for p in (tmp_path / "home/datasets").iterdir()) == ["harbour"]
