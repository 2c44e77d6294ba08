"""The bad-input table, case by case: refused whole with code and place, and nothing written."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import bad_input.bad_binary as binary
import bad_input.bad_folders as folders
import bad_input.bad_text as text
import bad_input.good as good
import pytest
from bad_input import fuzz
from bad_input.catalogue import Bad
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import BadInput
from workbench.services import ingest
from workbench.store.formats.delivered import read_delivered
from workbench.store.formats.json_file import read_json

BAD = [*text.ALL, *binary.ALL, *folders.ALL]
LIGHT = [bad for bad in BAD if not bad.heavy]
_MEMORY_MB = 512
_TOML = 'name="x"\ntitle="x"\nlicence="x"\nsynthetic=true\nseparator={s}\n[[entities]]\n'


def test_the_catalogues_are_as_large_as_was_promised() -> None:
    assert len({bad.name for bad in BAD}) == len(BAD) >= 200
    assert len({one.name for one in good.ALL}) == len(good.ALL) >= 40


@pytest.mark.parametrize("bad", LIGHT, ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_with_code_place_and_one_line(bad: Bad, tmp_path: Path) -> None:
    path = bad.write(tmp_path / "delivery")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadInput) as refused:
        ingest.check(path)
    assert refused.value.code == bad.code
    assert bad.place in refused.value.place
    assert str(refused.value).isprintable()
    assert str(refused.value).endswith(".")
    assert sorted(tmp_path.rglob("*")) == before


_COMMAND = """
import contextlib, io, json, os, resource, sys
from pathlib import Path
from workbench.cli import main as cli
ends = []
for path in json.load(sys.stdin):
    said, status = io.StringIO(), None
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            cli.main([sys.argv[1], path])
        except SystemExit as end:
            status = end.code
    lines = [l for l in said.getvalue().splitlines() if not l.startswith("[")]
    ends.append([status, lines])
status = Path("/proc/self/status")  # ru_maxrss also counts the parent that was forked
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
if status.exists():
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) // 1024
print(json.dumps({"ends": ends, "peak": peak}))
"""


def _commanded(command: str, bad: list[Bad], root: Path) -> dict[str, list[list[object]] | int]:
    """What `workbench COMMAND` says of each, and the peak memory of that process in MB."""
    paths = [str(one.write(root / str(i))) for i, one in enumerate(bad)]
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND, command],
        input=json.dumps(paths),
        env={**os.environ, "WORKBENCH_HOME": str(root / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


@pytest.mark.slow
def test_ingesting_bad_files_ends_with_2_and_one_line_and_writes_nothing(tmp_path: Path) -> None:
    sample = [bad for bad in LIGHT if "\x00" not in bad.handed_in]
    said = _commanded("ingest", sample, tmp_path)
    ends = said["ends"]
    assert isinstance(ends, list)
    wrong = [
        (bad.name, end)
        for bad, end in zip(sample, ends, strict=True)
        if end[0] != 2 or not isinstance(end[1], list) or len(end[1]) != 1
    ]
    assert wrong == []
    assert not (tmp_path / "home" / "datasets").exists()


@pytest.mark.slow
@pytest.mark.parametrize("module", [text, binary], ids=["text", "binary"])
def test_large_bad_files_are_refused_within_512_mb(module: object, tmp_path: Path) -> None:
    heavy = [bad for bad in BAD if bad.heavy and bad in getattr(module, "ALL", [])]
    said = _commanded("check", heavy, tmp_path)
    ends, peak = said["ends"], said["peak"]
    assert isinstance(ends, list) and isinstance(peak, int)
    for bad, end in zip(heavy, ends, strict=True):
        assert end[0] == 2, bad.name
        assert isinstance(end[1], list) and f"({bad.code}" in str(end[1][0]), (bad.name, end)
    assert peak < _MEMORY_MB


@pytest.mark.parametrize("one", good.ALL, ids=lambda one: one.name)
def test_an_odd_but_good_file_is_read_as_it_stands(one: good.Good, tmp_path: Path) -> None:
    path = tmp_path / one.file
    path.write_bytes(one.data)
    frame, held = read_delivered(path, separator=one.separator)
    assert len(frame) == one.rows
    assert held.size == len(one.data)
    assert (frame == one.cell).to_numpy().any()
    handed_in = path
    if one.separator != ",":
        toml = _TOML.format(s=json.dumps(one.separator)) + f'file="{one.file}"\nkind="person"\n'
        (tmp_path / "dataset.toml").write_text(toml)
        handed_in = tmp_path
    assert ingest.check(handed_in).n_rows == one.rows


@pytest.mark.parametrize(
    ("cell", "column", "code"),
    [
        ("NaN", "amount", "number_format"),
        ("inf", "amount", "number_format"),
        ("true", "amount", "number_format"),
        ('"1.234,56"', "amount", "number_format"),
        ("1 000", "amount", "number_format"),
        ("0x10", "amount", "number_format"),
        ("12345678901234567890123456", "amount", "number_format"),
        ("1e308", "amount", "range"),
        ("-1", "amount", "range"),
        ("2026-02-30", "date", "date"),
        ("01/02/03", "date", "date"),
        ("31.01.2024", "date", "date"),
        ("2024-13-01", "date", "date"),
        ("9999-12-31", "date", "date_range"),
        ("1066-10-14", "date", "date_range"),
        ("\u202eA9", "payer", "control_or_bidi"),
        ("A\x07", "payer", "control_or_bidi"),
        ("a" + "\u0301" * 3_000, "payer", "combining_flood"),
        ("P\u0410", "payer", "id_characters"),
        ("\u0410\u0412", "payer", "id_characters"),
        ('" A9"', "payer", "id_characters"),
        ("x" * 129, "payer", "id_characters"),
        ("T1", "transaction_id", "duplicate_id"),
        ("", "payer", "missing"),
        ("A1", "payee", "self_loop"),
    ],
)
def test_a_row_that_breaks_a_rule_is_listed_and_kept_out(
    cell: str, column: str, code: str, tmp_path: Path
) -> None:
    rows = [
        {
            "transaction_id": f"T{i}",
            "payer": "A1",
            "payee": "A2",
            "amount": "5",
            "date": "2024-01-31",
        }
        for i in range(1, 5)
    ]
    rows[2][column] = cell
    lines = [",".join(row.values()) for row in rows]
    path = tmp_path / "transfers.csv"
    path.write_text("\n".join([",".join(rows[0]), *lines]) + "\n")
    report = ingest.check(path)
    assert [(r.file, r.row, r.code) for r in report.rejected] == [("transfers.csv", 3, code)]
    assert report.accepted == 3
    assert all(r.reason.isprintable() for r in report.rejected)


def test_a_slice_of_damaged_files_breaks_no_parser(tmp_path: Path) -> None:
    ends, broken = fuzz.run(tmp_path, seed=20_261_123, go_on=lambda n: n < 220)
    assert broken == []
    assert sum(ends.values()) == 220
    assert len(ends) > 20


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.text("abcdé", min_size=1), _VALUES, min_size=1), min_size=1))
def test_an_array_and_its_lines_read_alike(objects: list[dict[str, object]]) -> None:
    lines = "\n".join(json.dumps(one) for one in objects).encode()
    array = json.dumps(objects, ensure_ascii=False, indent=1).encode()
    assert read_json("x", io.BytesIO(array)).equals(read_json("x", io.BytesIO(lines)))
