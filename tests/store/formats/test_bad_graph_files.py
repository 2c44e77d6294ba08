"""Graph files that are not what they claim: a code, a sentence, a place, little memory."""

import subprocess
import sys
from pathlib import Path

import pytest
from builders_formats import FTM, GEXF, GML, GRAPHML
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.domain.errors import BadInput
from workbench.store.deliveries import read_delivery

XML_BOMB = (
    '<!DOCTYPE g [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {c} "{f"&{b};" * 10}">' for b, c in zip("abcdefg", "bcdefgh", strict=True))
    + "]>"
)
EXTERNAL = '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
DTD = '<!DOCTYPE graphml SYSTEM "http://graphml.graphdrawing.org/dtds/1.0rc/graphml.dtd">'
G = "<graphml><graph>"
WHOLE = {"a.gexf": GEXF, "a.graphml": GRAPHML, "a.gml": GML, "a.ftm.json": FTM}
ATTRIBUTE = '<attribute id="0" title="amount"'


def body(text: str) -> str:
    return text.partition("?>\n")[2]


def refused(path: Path, data: bytes) -> BadInput:
    path.write_bytes(data)
    with pytest.raises(BadInput) as caught:
        read_delivery(path)
    return caught.value


@pytest.mark.parametrize(
    ("name", "text", "code", "place"),
    [
        ("a.gexf", XML_BOMB + "<gexf>&h;</gexf>", "entities", "line 1"),
        ("a.graphml", EXTERNAL + "<graphml>&x;</graphml>", "entities", "line 1"),
        ("a.graphml", DTD + body(GRAPHML), "entities", "line 1"),
        ("a.graphml", f"{G}<node id='&eacute;'/></graph></graphml>", "entities", "line 1"),
        ("a.gexf", "<gexf>" + "<a>" * 100, "too_deep", "line 1"),
        ("a.gml", "graph [ node [ " + "a [ " * 100, "too_deep", "a.gml"),
        ("a.gexf", f'<gexf>\n<a b="{"x" * 140_000}"/></gexf>', "field_too_large", "line 2"),
        ("a.gexf", f'<gexf>\n<a b="{"x" * 3_000_000}"/></gexf>', "field_too_large", "line 2"),
        ("a.graphml", f"<graphml>\n<a>{'x' * 140_000}</a></graphml>", "field_too_large", "line 2"),
        ("a.gml", f'graph [\nnode [ label "{"x" * 140_000}" ] ]', "field_too_large", "line 2"),
        ("a.gml", f'graph [\nnode [ label "{"x" * 3_000_000}', "field_too_large", "line 2"),
        ("a.graphml", f"{G}<hyperedge/></graph></graphml>", "hyperedge", "hyperedge"),
        ("a.graphml", '<graphml><key id="a" attr.name="x"/><key id="a" attr.name="y"/></graphml>',
         "attribute_twice", "key"),
        ("a.gexf", GEXF.replace(ATTRIBUTE, f'{ATTRIBUTE[:-7]}x"/>{ATTRIBUTE}'), "attribute_twice",
         "attributes"),
        ("a.gexf", "", "empty", "a.gexf"),
        ("a.graphml", "<graphml/>", "empty", "a.graphml"),
        ("a.gml", " \n ", "empty", "a.gml"),
        ("a.gml", "# nothing\n", "empty", "a.gml"),
        ("a.gml", "graph [ ]", "empty", "a.gml"),
        ("a.gexf", "<html></html>", "magic", "a.gexf"),
        ("a.graphml", body(GEXF), "magic", "a.graphml"),
        ("a.gml", "Creator 1", "magic", "a.gml"),
        ("a.gml", "graph [ node [ id 1 ] ] graph [ ]", "graphs", "line 1"),
        ("a.gml", "graph [ node [ id 1 ]\n] 12", "gml", "line 2"),
        ("a.gml", 'graph [ node [ id 1 label\n"never closed ] ]', "gml", "line 2"),
        ("a.gml", "graph [ node [ id 1 label ] ]", "gml", "line 1"),
        ("a.gml", "graph [ node [ id 1 ] ", "gml", "line 1"),
        ("a.gexf", GEXF[:700], "xml", "line 12"),
        ("a.gexf", GEXF.replace("</nodes>", "</nods>", 1), "xml", "line 18"),
        ("a.ftm.json", FTM + "[1]\n", "not_objects", "line 11"),
        ("a.ftm.json", FTM + '{"caller":"1"}\n', "not_entities", "line 11"),
        ("a.ftm.json", FTM[:-20], "json", "line 10"),
        ("a.ftm.json", FTM + '{"id":"\\ud800","schema":"Person","properties":{}}\n',
         "lone_surrogate", "line 11"),
        ("a.ftm", '{"caller":"1"}\n', "not_entities", "line 1"),
    ],
)  # fmt: skip
def test_what_is_no_graph_of_its_format_is_refused_with_code_and_place(
    name: str, text: str, code: str, place: str, tmp_path: Path
) -> None:
    error = refused(tmp_path / name, text.encode())
    assert (error.code, error.place) == (code, place)
    assert str(error).startswith(f"File {name} was refused ({code}")
    assert str(error).endswith(".")
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.gexf", GEXF.replace("UTF-8", "UTF-9").encode(), "not_utf8"),
        ("a.gexf", GEXF.replace("UTF-8", "shift_jis").encode(), "not_utf8"),
        ("a.gexf", GEXF.replace("UTF-8", "rot13").encode(), "not_utf8"),
        ("a.graphml", body(GRAPHML).replace("Ada", "Àda").encode("latin-1"), "not_utf8"),
        ("a.gml", 'graph [ node [ id 1 label "é" ] ]'.encode("latin-1"), "not_utf8"),
        ("a.gml", GML.encode("utf-16"), "not_utf8"),
        ("a.ftm.json", FTM.replace("Ada", "Àda").encode("latin-1"), "not_utf8"),
        ("a.gexf", GEXF.replace("Ada", "A\x00da").encode(), "nul"),
        ("a.gml", GML.replace("Ada", "A\x00da").encode(), "nul"),
        ("a.gexf", b"PK\x03\x04" + b"0" * 100, "magic"),
        ("a.graphml", b"\x80\x04pickle", "magic"),
        ("a.gml", b"\x7fELF\x01\x02", "magic"),
    ],
)
def test_other_encodings_and_other_files_are_refused(
    name: str, data: bytes, code: str, tmp_path: Path
) -> None:
    assert refused(tmp_path / name, data).code == code


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_an_encoding_that_xml_declares_is_read(encoding: str, tmp_path: Path) -> None:
    declared = "UTF-8" if encoding == "utf-8-sig" else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?>{G}<node id="é"/></graph></graphml>'
    path = tmp_path / "a.graphml"
    path.write_bytes(text.encode(encoding))
    (found,) = read_delivery(path).tables
    assert found.frame["id"].tolist() == ["é"]


def test_more_parallel_links_than_anyone_reads_are_refused(tmp_path: Path) -> None:
    edges = '<edge source="a" target="b"/>' * 100_001
    nodes = '<nodes><node id="a"/><node id="b"/></nodes>'
    error = refused(
        tmp_path / "a.gexf",
        f"<gexf><graph>{nodes}<edges>{edges}</edges></graph></gexf>".encode(),
    )
    assert error.code == "parallel_links"


MEASURED = (  # ru_maxrss would count the process that started it
    "import sys\n"
    "from workbench.cli.main import main\n"
    "sys.argv = ['workbench', 'check', sys.argv[1]]\n"
    "try: main()\n"
    "except SystemExit as done:\n"
    "    lines = open('/proc/self/status').read().splitlines()\n"
    "    peak = next(line.split()[1] for line in lines if line.startswith('VmHWM'))\n"
    "    print(done.code, int(peak) // 1024)\n"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "begin", "repeat"),
    [
        ("a.gexf", XML_BOMB + "<gexf>&h;", ""),
        ("b.gexf", "<gexf><graph><edges>", '<edge source="a" target="b"/>'),
        ("a.graphml", "<graphml><graph><node id='a'><data key='k'>", "x" * 1000),
        ("a.gml", 'graph [ node [ label "', "x" * 1000),
        ("a.ftm.json", '{"id":"a","schema":"Person","properties":{"x":', "[" * 1000),
    ],
)
def test_a_hostile_file_takes_less_than_half_a_gigabyte_and_gives_one_sentence(
    name: str, begin: str, repeat: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(begin + repeat * (30_000_000 // len(repeat) if repeat else 0))
    command = [sys.executable, "-c", MEASURED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, peak = map(int, done.stdout.split())
    assert code == 2
    assert peak < 512
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WHOLE))
def test_whatever_is_done_to_a_file_only_bad_input_escapes(name: str, tmp_path: Path) -> None:
    whole = WHOLE[name].encode()
    parts = [b'"', b"<", b">", b"[", b"]", b"{", b"&#0;", b"]]>", b"<!--", b"\xff", b"\x00", b""]
    path = tmp_path / name

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(
                st.integers(0, len(whole)), st.integers(0, 40), st.sampled_from(parts) | st.binary()
            ),
            min_size=1,
            max_size=4,
        )
    )
    def survives(cuts: list[tuple[int, int, bytes]]) -> None:
        data = whole
        for at, length, put in cuts:
            data = data[:at] + put + data[at + length :]
        path.write_bytes(data)
        try:
            read_delivery(path)
        except BadInput as error:
            assert error.code != "bad_input"

    survives()
