"""Feed damaged files to every parser: nothing but a refusal may come out, and soon.

``python tests/bad_input/fuzz.py --seconds 600 --seed 1`` runs long; a slice runs with the tests.
Each file is a valid one with bytes changed, cut, doubled or moved, or noise behind a valid start.
What breaks a parser is written to the folder named by ``--keep``.
"""

import argparse
import io
import random
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import bad_input.bad_binary as binary
import pyarrow as pa

from workbench.domain.errors import BadInput
from workbench.services import ingest

LIMIT_S = 10.0  # of one small file, on a busy machine
_CSV = (
    'id,name,phone,known_at\nP1,"Ada ""A"" Réed",+4790000001,2024-01-31\n'
    'P2,"two\nlines",+4790000002,2024-01-31T09:30:00Z\nP3,🙂,,\n'
)
_JSON = (
    '{"caller": "1", "called": "2", "n": -1.5e3, "x": {"y": [1, null, true, "é\\ud83d\\ude42"]}}'
)
_GEXF = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">'
    '<graph defaultedgetype="directed" mode="static"><attributes class="node"><attribute id="0" '
    'title="kind" type="string"/></attributes><nodes><node id="a" label="A"><attvalues><attvalue '
    'for="0" value="person"/></attvalues></node><node id="b" label="B"/></nodes><edges>'
    '<edge id="0" source="a" target="b" weight="1.5"/></edges></graph></gexf>'
)
_GRAPHML = (
    '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" '
    'for="node" attr.name="label" attr.type="string"/><graph edgedefault="directed"><node id="n0">'
    '<data key="d0"><![CDATA[<b>Ada</b>]]></data></node><node id="n1"/><edge source="n0" '
    'target="n1"/></graph></graphml>'
)
_GML = (
    'Creator "x"\ngraph [\n directed 1\n node [ id 1 label "Ada &#128578;" value 1.5 ]\n'
    ' node [ id 2 label "B" ]\n edge [ source 1 target 2 weight 1 ]\n]\n'
)
_FTM = (
    '{"id": "p1", "schema": "Person", "properties": {"name": ["Ada"], "birthDate": ["1970"]}}\n'
    '{"id": "c1", "schema": "Company", "properties": {"name": ["X Ltd"]}}\n'
    '{"id": "o1", "schema": "Ownership", "properties": {"owner": ["p1"], "asset": ["c1"]}}\n'
)
_TOML = (
    'name = "d"\ntitle = "D"\nlicence = "CC0-1.0"\nsynthetic = true\nmax_rejected_share = 0.5\n'
    'sensitive = ["sex"]\n[defaults]\nsource_grade = "B"\nknown_at = "2024-01-01"\n'
    '[[entities]]\nfile = "p.csv"\nkind = "person"\nid = "id"\ncolumns = { known_at = "since" }\n'
)


def _parquet() -> bytes:
    return binary.parquet(
        {
            "id": ["P1", "P2", None] * 40,
            "n": list(range(120)),
            "x": [0.5] * 120,
            "on": pa.array([1_700_000_000] * 120, pa.timestamp("s", "UTC")),
            "yes": [True, None, False] * 40,
        }
    )


SEEDS: dict[str, tuple[str, list[bytes]]] = {
    "csv": ("x.csv", [_CSV.encode(), b"caller,callee,amount\n1,2,3.5\n2,3,4\n" * 20]),
    "jsonl": ("x.jsonl", [f"{_JSON}\n{_JSON}\n".encode()]),
    "json": ("x.json", [f"[{_JSON}, {_JSON}]".encode()]),
    "ftm": ("x.jsonl", [_FTM.encode()]),
    "parquet": ("x.parquet", [_parquet(), binary.parquet({"a": ["x"]}, compression="none")]),
    "xlsx": ("x.xlsx", [binary.GOOD, binary.cells('<c r="A2"><v>1.5</v></c>')]),
    "xlsx part": ("x.xlsx", [binary.GOOD]),
    "gexf": ("x.gexf", [_GEXF.encode()]),
    "graphml": ("x.graphml", [_GRAPHML.encode()]),
    "gml": ("x.gml", [_GML.encode()]),
    "toml": ("dataset.toml", [_TOML.encode()]),
}
_TOKENS = (
    b'"',
    b"'",
    b",",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"[",
    b"]",
    b"{",
    b"}",
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"<?x?>",
    b"<!DOCTYPE x>",
    b"=",
    b"-",
    b"1e999",
    b"NaN",
    b"9" * 30,
    b"\\ud800",
    b"\\u0000",
    b"true",
    b"null",
    b"\xe2\x80\xae",
    b"9999-12-31",
    b"0000-00-00",
    b"2024-02-30",
    b"2024-01-01T99:99:99",
    b"id",
    b"P1",
    b"a,a",
    b"\x7f\xff\xff\xff",
    b"\x80\x80\x80\x80\x7f",
    b"[[x]]",
    b"a.b.c = 1\n",
    b"source",
    b"\t",
)


def mutated(seed: bytes, rng: random.Random) -> bytes:
    """`seed` with one to eight things done to it."""
    data = bytearray(seed)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at = rng.randrange(len(data) + 1)
        length = rng.choice((1, 1, 2, 4, 16, 64))
        match rng.randrange(8):
            case 0:
                data[at : at + length] = rng.randbytes(length)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = rng.choice(_TOKENS) * rng.choice((1, 1, 1, 2, 50))
            case 3:
                data[at:at] = data[at : at + length * 4] * rng.choice((1, 2, 20))
            case 4 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 5:
                to = rng.randrange(len(data) + 1)
                data[to:to] = data[at : at + length * 4]
            case 6 if rng.random() < 0.3:
                del data[at:]
            case _:
                data[at : at + length] = rng.choice(_TOKENS)
    return bytes(data) if rng.random() < 0.97 else seed[: rng.randrange(20)] + rng.randbytes(200)


def _part_mutated(seed: bytes, rng: random.Random) -> bytes:
    """A workbook, sound as an archive, one part of which was mutated."""
    with zipfile.ZipFile(io.BytesIO(seed)) as archive:
        name = rng.choice(archive.namelist())
        return binary.rezipped(seed, {name: mutated(archive.read(name), rng)})


def run(
    root: Path, *, seed: int, go_on: Callable[[int], bool], keep: Path | None = None
) -> tuple[Counter[str], list[str]]:
    """How often each format ended in which way, and a line for each that broke a parser."""
    rng = random.Random(seed)  # noqa: S311
    ends: Counter[str] = Counter()
    broken: list[str] = []
    number = 0
    while go_on(number):
        kind = list(SEEDS)[number % len(SEEDS)]
        file, seeds = SEEDS[kind]
        change = _part_mutated if kind == "xlsx part" else mutated
        data = change(rng.choice(seeds), rng)
        folder = root / "f"
        folder.mkdir(exist_ok=True)
        (folder / "p.csv").write_text("id,since,sex\nP1,2024-01-01,f\n")
        path = folder / file
        path.write_bytes(data)
        begun = time.process_time()
        try:
            ingest.check(folder if kind == "toml" else path)
            ends[f"{kind}: read"] += 1
        except BadInput as refused:
            ends[f"{kind}: {refused.code}"] += 1
            if "\n" in str(refused) or not str(refused).isprintable():
                broken.append(f"{kind} {number}: its sentence cannot be shown: {refused!a}")
        except (Exception, RecursionError) as error:  # noqa: BLE001
            where = traceback.extract_tb(error.__traceback__)[-1]
            line = f"{kind} {number}: {error!a} at {where.filename}:{where.lineno}"
            broken.append(line[:400])
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{number}-{file}").write_bytes(data)
        if time.process_time() - begun > LIMIT_S:
            broken.append(f"{kind} {number}: took {time.process_time() - begun:.0f} s")
        number += 1
    return ends, broken


def main() -> int:
    """Run for a while, print what ended how; 1 when a parser broke."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--seed", type=int, required=True)
    asked.add_argument("--keep", type=Path, default=None)
    given = asked.parse_args()
    until = time.monotonic() + given.seconds
    with TemporaryDirectory() as root:
        ends, broken = run(
            Path(root), seed=given.seed, go_on=lambda n: time.monotonic() < until, keep=given.keep
        )
    for end, n in sorted(ends.items()):
        print(f"{n:>8}  {end}")
    print(f"{sum(ends.values()):>8}  files; {len(broken)} broke a parser", *broken[:200], sep="\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
