"""The auditor's door: its own Ed25519, exports and packs sound and tampered with, exit states."""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders_log import LogHome
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench import verify
from workbench.store import findings
from workbench.store.packs import build_pack, export_lines
from workbench.verify import BadError, CannotRunError, Gate, ed25519_holds, main, parse_key

L = 2**252 + 27742317777372353535851937790883648493

# RFC 8032, section 7.1, tests 1 to 3: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
        "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
        "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@dataclass(frozen=True)
class Files:
    """An export and a pack of one home, as lines, with the home's public key."""

    key: Path
    export: tuple[bytes, ...]
    pack: bytes


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    home = LogHome(tmp_path_factory.mktemp("exported"))
    home.whole_review("F-1")
    home.log.checkpoint()
    home.whole_review("F-2")
    home.plain(2)
    signed = home.log.checkpoint()
    with home.database.read() as connection:
        lines = tuple(export_lines(connection, home.log, signed.size))
        finding = findings.by_id(connection, "F-1")
        pack = build_pack(connection, home.log, home.vault, finding, signed)
    home.database.close()
    return Files(key=home.keys / "log.pub", export=lines, pack=pack)


@dataclass
class Door:
    """Runs the verifier on bytes and keeps what it said."""

    files: Files
    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, content: bytes, *options: str, key: Path | None = None) -> int:
        (self.folder / "file").write_bytes(content)
        named = [str(self.folder / "file"), "--key", str(key or self.files.key)]
        status = main([*named, *options])
        self.out, self.err = self.capture.readouterr()
        return status

    def faults(self, content: bytes) -> list[tuple[int | None, str]]:
        self(content, "--json")
        return [(f["index"], f["message"]) for f in json.loads(self.out)["faults"]]


@pytest.fixture
def door(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Door:
    return Door(files, tmp_path, capsys)


def entry_lines(lines: tuple[bytes, ...]) -> list[int]:
    return [n for n, line in enumerate(lines) if b'"index":' in line]


def rewritten(line: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    item = json.loads(line)
    change(item)
    return (verify.dump(item) + "\n").encode()


# Ed25519 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_signatures_of_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(part) for part in (public, message, signature)]
    assert ed25519_holds(*parts)
    assert not ed25519_holds(parts[0], parts[1] + b"!", parts[2])


@settings(max_examples=20, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=99), data=st.data())
def test_our_ed25519_agrees_with_the_librarys(
    seed: bytes, message: bytes, data: st.DataObject
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert ed25519_holds(public, message, signature)
    bit = data.draw(st.integers(0, 511))
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not ed25519_holds(public, message, bytes(flipped))


def test_a_signature_with_the_group_order_added_is_refused() -> None:
    public, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    s = int.from_bytes(signature[32:], "little") + L
    assert not ed25519_holds(public, message, signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "public", [b"", b"\xff" * 32, (2**255 - 19).to_bytes(32, "little"), b"\x02" + bytes(31)]
)
def test_what_is_no_point_of_the_curve_signs_nothing(public: bytes) -> None:
    assert not ed25519_holds(public, b"", bytes.fromhex(RFC_8032[0][2]))


@pytest.mark.parametrize("line", ["", "a", "a+b+c", "n+00000000+AQID", " +00000000+AA=="])
def test_what_is_no_verifier_key_is_refused(line: str) -> None:
    with pytest.raises(CannotRunError):
        parse_key(line)


# Sound ------------------------------------------------------------------------------------------


def test_a_sound_export_says_so_and_that_nobody_witnessed_it(door: Door, files: Files) -> None:
    assert door(b"".join(files.export)) == 0
    assert door.out.startswith("sound: workbench-log")
    assert "not independently witnessed" in door.out


def test_a_sound_pack_says_so_and_what_it_cannot_show(door: Door, files: Files) -> None:
    assert door(files.pack) == 0
    assert "a pack cannot show what was left out" in door.out


def test_it_runs_with_nothing_installed(files: Files, tmp_path: Path) -> None:
    (tmp_path / "pack").write_bytes(files.pack)
    script = Path(verify.__file__).resolve()
    command = [sys.executable, "-I", "-S", str(script), str(tmp_path / "pack")]
    done = subprocess.run(
        [*command, "--key", str(files.key), "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["status"] == "sound"
    assert document["faults"] == []
    assert document["n_checkpoints"] == 1


def test_without_a_witness_exit_3_where_one_is_required(door: Door, files: Files) -> None:
    assert door(b"".join(files.export), "--require-witness") == 3
    assert door.out.startswith("not witnessed")
    assert door(files.pack, "--require-witness") == 3


def test_tampering_outweighs_a_missing_witness(door: Door, files: Files) -> None:
    changed = files.pack.replace(b"not_supported", b"x").replace(b"two-by-impact", b"one-by-impact")
    assert door(changed, "--require-witness") == 1


# Witnesses --------------------------------------------------------------------------------------


def cosigned(note: str, key: Ed25519PrivateKey, name: str, at: int) -> tuple[str, str]:
    """The note with a C2SP cosignature/v1 of `name`, and that witness's verifier key."""
    raw = b"\x04" + key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    text = note.rpartition("\n\n")[0] + "\n"
    signature = key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    line = base64.b64encode(key_id + at.to_bytes(8, "big") + signature).decode()
    witness = f"{name}+{key_id.hex()}+{base64.b64encode(raw).decode()}\n"
    return f"{note}\u2014 {name} {line}\n", witness


def test_a_cosignature_is_found_and_named(door: Door, files: Files, tmp_path: Path) -> None:
    pack = json.loads(files.pack)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    pack["checkpoint"], witness = cosigned(pack["checkpoint"], key, "witness.example/w", 1772450000)
    (tmp_path / "witness.pub").write_text(witness)
    content = (verify.dump(pack) + "\n").encode()
    options = ("--witness", str(tmp_path / "witness.pub"), "--require-witness")
    assert door(content, *options) == 0
    assert "co-signed by: witness.example/w" in door.out
    assert door(content, "--require-witness") == 3  # a witness that the verifier does not know


def test_a_forged_cosignature_is_tampering(door: Door, files: Files, tmp_path: Path) -> None:
    pack = json.loads(files.pack)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    note, witness = cosigned(pack["checkpoint"], key, "witness.example/w", 1772450000)
    first, _, last = note.rpartition(" ")
    raw = bytearray(base64.b64decode(last))
    raw[11] ^= 1  # another time than was signed
    pack["checkpoint"] = f"{first} {base64.b64encode(raw).decode()}\n"
    (tmp_path / "witness.pub").write_text(witness)
    content = (verify.dump(pack) + "\n").encode()
    assert door(content, "--witness", str(tmp_path / "witness.pub")) == 1


# Tampered exports -------------------------------------------------------------------------------


def test_a_changed_body_is_named_by_its_index(door: Door, files: Files) -> None:
    for index, line in enumerate(entry_lines(files.export)):
        lines = list(files.export)
        change = lines[line].replace(b"2026-03-02", b"2026-03-03")
        assert change != lines[line]
        lines[line] = change
        content = b"".join(lines)
        assert door(content) == 1
        assert index in [at for at, _ in door.faults(content)]


def test_body_and_hash_changed_together_break_the_root_of_their_span(
    door: Door, files: Files
) -> None:
    lines = list(files.export)
    line = entry_lines(files.export)[-1]

    def change(item: dict[str, object]) -> None:
        item["body"] = str(item["body"]).replace("not_cleared", "not_allowed")
        item["leaf"] = verify.leaf_hash(str(item["body"]).encode()).hex()

    lines[line] = rewritten(lines[line], change)
    ((index, message), *_) = door.faults(b"".join(lines))
    assert door(b"".join(lines)) == 1
    assert index == 20  # where the first checkpoint ends: 10 entries of the home, 10 of the review
    assert "from 20 to" in message


def test_a_deleted_entry_is_named(door: Door, files: Files) -> None:
    lines = list(files.export)
    del lines[entry_lines(files.export)[6]]
    assert (6, "entry 6 is missing; entry 7 follows") in door.faults(b"".join(lines))
    assert door(b"".join(lines)) == 1


def test_an_inserted_entry_is_found(door: Door, files: Files) -> None:
    lines = list(files.export)
    at = entry_lines(files.export)[6]
    lines.insert(at, lines[at])
    assert door(b"".join(lines)) == 1


def test_two_entries_that_changed_places_are_found(door: Door, files: Files) -> None:
    lines = list(files.export)
    a, b = entry_lines(files.export)[6:8]
    lines[a], lines[b] = lines[b], lines[a]
    assert door(b"".join(lines)) == 1


def test_an_entry_added_at_the_end_is_found(door: Door, files: Files) -> None:
    lines = list(files.export)
    last = entry_lines(files.export)[-1]

    def change(item: dict[str, object]) -> None:
        item["index"] = len(entry_lines(files.export))

    added = rewritten(lines[last], change)
    content = b"".join([*lines[:-1], added, lines[-1]])
    assert door(content) == 1
    assert any("under no signed checkpoint" in message for _, message in door.faults(content))


@pytest.mark.parametrize("kept", [1, 2, 8, -1, -2, -3])
def test_an_export_that_breaks_off_is_incomplete(door: Door, files: Files, kept: int) -> None:
    assert door(b"".join(files.export[:kept])) == 2
    assert door.out.startswith("incomplete")


def test_an_export_cut_within_a_line_is_incomplete(door: Door, files: Files) -> None:
    assert door(b"".join(files.export)[:-200]) == 2


def test_an_export_cut_short_with_its_promises_set_back_is_still_incomplete(
    door: Door, files: Files
) -> None:
    """The newest checkpoint that is kept covers more than what is left."""
    last = entry_lines(files.export)[-1]
    n = len(entry_lines(files.export)) - 1

    def fewer(item: dict[str, object]) -> None:
        item["size" if "size" in item else "end"] = n

    lines = [rewritten(files.export[0], fewer), *files.export[1:last], *files.export[last + 1 : -1]]
    content = b"".join([*lines, rewritten(files.export[-1], fewer)])
    assert door(content) == 2


def test_an_export_cut_at_an_older_checkpoint_is_sound_and_says_what_to_compare(
    door: Door, files: Files
) -> None:
    """Nothing in such a file gives it away; its size and its newest entry's time do."""
    older = next(n for n, line in enumerate(files.export) if line.startswith(b'{"checkpoint"'))
    inside = [n for n in entry_lines(files.export) if n < older]
    newest = json.loads(json.loads(files.export[inside[-1]])["body"])["at"]

    def fewer(item: dict[str, object]) -> None:
        item["size" if "size" in item else "end"] = len(inside)

    kept = [rewritten(files.export[0], fewer), *files.export[1 : older + 1]]
    assert door(b"".join([*kept, rewritten(files.export[-1], fewer)])) == 0
    assert f"newest entry at {newest}:" in door.out
    assert f"size {len(inside)}, root" in door.out
    assert "compare size and root with the page or with an earlier export" in door.out


def test_an_export_without_checkpoints_proves_nothing(door: Door, files: Files) -> None:
    lines = [line for line in files.export if not line.startswith(b'{"checkpoint"')]
    assert door(b"".join(lines)) == 2
    assert "no checkpoint of this log holds" in door.out


def test_a_checkpoint_of_another_key_is_tampering(door: Door, files: Files, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = LogHome(tmp_path / "other")
    assert door(b"".join(files.export), key=other.keys / "log.pub") == 1
    assert door(files.pack, key=other.keys / "log.pub") == 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_changed_byte_of_an_export_or_pack_is_found(
    door: Door, files: Files, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from([b"".join(files.export), files.pack])))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    assert door(bytes(content)) != 0


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_cut_of_an_export_or_pack_is_found(
    door: Door, files: Files, data: st.DataObject
) -> None:
    content = data.draw(st.sampled_from([b"".join(files.export), files.pack]))
    assert door(content[: data.draw(st.integers(0, len(content) - 1))]) in (2, 4)


def test_a_body_that_is_no_text_is_reported(door: Door, files: Files) -> None:
    lines = list(files.export)
    line = entry_lines(files.export)[3]

    def change(item: dict[str, object]) -> None:
        item["body_base64"] = base64.b64encode(b"\xff" + str(item.pop("body")).encode()).decode()

    lines[line] = rewritten(lines[line], change)
    assert door(b"".join(lines)) == 1
    assert 3 in [index for index, _ in door.faults(b"".join(lines))]


# Tampered packs ---------------------------------------------------------------------------------


def changed_pack(files: Files, change: Callable[[dict[str, object]], None]) -> bytes:
    return rewritten(files.pack, change)


BARE = {"claim": None, "assessment": None, "reasons": []}
HELD = {"handling": ["H2"], "n_held": 1, "n_records": 3}


def test_a_pack_may_hold_back_content_when_it_says_why(door: Door, files: Files) -> None:
    assert door(changed_pack(files, lambda pack: pack.update(BARE, withheld=HELD))) == 0
    assert "without claim, assessment and reasons: 1 of 3 records" in door.out


@pytest.mark.parametrize(
    "said",
    [
        BARE,
        {"withheld": HELD},
        {"withheld": HELD, "claim": None},
        {"withheld": HELD, "claim": None, "assessment": None},
        {**BARE, "withheld": {}},
        {**BARE, "withheld": None},
        {**BARE, "withheld": {**HELD, "handling": []}},
        {**BARE, "withheld": {**HELD, "handling": ["H1"]}},
        {**BARE, "withheld": {**HELD, "n_held": 0}},
        {**BARE, "withheld": {**HELD, "n_held": 4}},
        {**BARE, "withheld": {**HELD, "n_held": True}},
        {**BARE, "withheld": {**HELD, "extra": 1}},
    ],
)
def test_content_is_held_back_whole_and_with_its_reason_or_not_at_all(
    door: Door, files: Files, said: dict[str, object]
) -> None:
    assert door(changed_pack(files, lambda pack: pack.update(said))) == 1


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("claim", '{"another":"claim"}'),
        ("assessment", ""),
        ("finding", "F-2"),
        ("checkpoint", ""),
        ("checkpoint", 1),
        ("entries", []),
        ("entries", None),
        ("entries", [1]),
        ("reasons", [{}]),
        ("extra", "vouched for by nobody"),
    ],
)
def test_a_pack_with_another_part_does_not_hold(
    door: Door, files: Files, part: str, value: object
) -> None:
    assert door(changed_pack(files, lambda pack: pack.update({part: value}))) == 1


def test_a_pack_without_a_part_does_not_hold(door: Door, files: Files) -> None:
    assert door(changed_pack(files, lambda pack: pack.pop("reasons"))) == 1


def test_words_other_than_those_committed_to_are_found(door: Door, files: Files) -> None:
    pack = json.loads(files.pack)
    assert len(pack["reasons"]) == 4
    pack["reasons"][0]["text"] += "!"
    assert door((verify.dump(pack) + "\n").encode()) == 1
    assert "not those committed to" in door.out


def test_a_proof_of_another_entry_is_found_by_its_index(door: Door, files: Files) -> None:
    pack = json.loads(files.pack)
    pack["entries"][2]["path"][0] = "00" * 32
    content = (verify.dump(pack) + "\n").encode()
    assert pack["entries"][2]["index"] in [index for index, _ in door.faults(content)]


def test_a_pack_without_the_second_decision_is_refused(door: Door, files: Files) -> None:
    pack = json.loads(files.pack)
    pack["entries"] = [e for e in pack["entries"] if "D-second" not in e["body"]]
    assert door((verify.dump(pack) + "\n").encode()) == 1
    assert "has 1 of the 2 deciders" in door.out


# Wrong use --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{}\n", b"[]", b"PK\x03\x04", b'{"format":"other"}\n', b"\xff\xfe" * 20],
)
def test_a_file_that_is_neither_is_wrong_use(door: Door, content: bytes) -> None:
    assert door(content) == 4
    assert "neither an exported log nor a pack" in door.err


def test_a_newer_version_is_not_guessed_at(door: Door, files: Files) -> None:
    newer = rewritten(files.export[0], lambda header: header.update({"v": 2}))
    assert door(newer + b"".join(files.export[1:])) == 4
    assert door(changed_pack(files, lambda pack: pack.update({"v": True}))) == 4


@pytest.mark.parametrize("arguments", [[], ["file"], ["--key", "k"], ["a", "--key", "b", "--no"]])
def test_wrong_arguments_are_wrong_use(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 4
    assert "could not run" in capsys.readouterr().err


def test_a_missing_file_or_key_is_wrong_use(door: Door, files: Files, tmp_path: Path) -> None:
    assert main([str(tmp_path / "none"), "--key", str(files.key)]) == 4
    assert door(files.pack, key=tmp_path / "none") == 4
    (tmp_path / "empty").write_text("\n")
    assert door(files.pack, key=tmp_path / "empty") == 4


# The gate ---------------------------------------------------------------------------------------

D1, D2, CLAIM, SHOWN = "1" * 64, "2" * 64, "3" * 64, "4" * 64
WHOLE = hashlib.sha256((CLAIM + SHOWN).encode()).hexdigest()


def said(kind: str, **fields: object) -> dict[str, object]:
    common = {"finding": "F-1", "digest": WHOLE, "account": "P-1"}
    return {"v": 1, "kind": kind, "at": "2026-03-02T09:30:00.000000Z", **common, **fields}


def promoted(**fields: object) -> dict[str, object]:
    release = {"release": "m/1", "release_digest": D1, "trained_by": "P-T", "account": "P-S"}
    return said("release_promoted", **{**release, **fields})


def sealed(**fields: object) -> dict[str, object]:
    halves = {"claim_digest": CLAIM, "assessment_digest": SHOWN}
    made = {"release": "m/1", "release_digest": D1, "about_person": False, "n_offence_facts": 1}
    return said("finding_sealed", **{**halves, **made, **fields})


def opened(who: str = "P-1", stage: str = "claim", **fields: object) -> dict[str, object]:
    shown = CLAIM if stage == "claim" else SHOWN
    return said("finding_opened", **{"account": who, "stage": stage, "shown": shown, **fields})


def judged(who: str = "P-1", **fields: object) -> dict[str, object]:
    return said("judgement", **{"account": who, "verdict": "supported", **fields})


def decided(who: str = "P-1", verdict: str = "supported", **fields: object) -> dict[str, object]:
    made = {"decision": f"D-{who}", "role": "analyst", "shown": SHOWN, "release": "m/1"}
    own = {"account": who, "verdict": verdict, "release_digest": D1}
    return said("decision", **{**made, **own, **fields})


def acted(kind: str, *cites: str, **fields: object) -> dict[str, object]:
    return said("action", **{"kind_of_action": kind, "cites": list(cites), **fields})


def review(who: str = "P-1", verdict: str = "supported") -> list[dict[str, object]]:
    return [opened(who), judged(who), opened(who, "assessment"), decided(who, verdict)]


START = [promoted(), sealed()]
STOPPED = said("release_suspended", release="m/1", account="P-S")
RESTARTED = said("release_restarted", release="m/1", account="P-S2")


def replay(entries: list[dict[str, object]]) -> str:
    """What the last entry breaks, the ones before it being in order; empty when nothing."""
    gate = Gate()
    for entry in entries[:-1]:
        gate.apply(entry)
    try:
        gate.apply(entries[-1])
    except BadError as error:
        return str(error)
    return ""


ALLOWED = {
    "one decider draws an assessed link": [*START, *review(), acted("assessed_link", "D-P-1")],
    "two deciders export a dossier": [
        *START,
        *review(),
        *review("P-2"),
        acted("dossier", "D-P-1", "D-P-2"),
    ],
    "a verdict that is neither for nor against does not bar": [
        *START,
        *review(),
        *review("P-2", "not_relevant"),
        acted("assessed_link", "D-P-1"),
    ],
    "a person who decides anew is counted by the latest decision": [
        *START,
        *review("P-1", "not_supported"),
        opened("P-1", "assessment"),
        decided("P-1", decision="D-new"),
        acted("assessed_link", "D-new"),
    ],
    "a restarted release serves again": [
        *START,
        *review(),
        STOPPED,
        RESTARTED,
        acted("assessed_link", "D-P-1"),
    ],
    "an auditor looks through what was decided": [*START, *review(), opened("P-A", "review")],
    "an unknown kind is passed over": [said("something_new")],
    "a pack leaves once two stand behind it": [
        *START,
        *review(),
        *review("P-2"),
        said("disclosure", what="pack"),
    ],
    "the log is exported by anyone's right": [
        {"kind": "export", "v": 1, "at": "", "what": "log", "account": "P-A"}
    ],
}
REFUSED = {
    "has 1 of the 2 deciders": [*START, *review(), acted("dossier", "D-P-1")],
    "has 0 of the 1 deciders": [*START, acted("assessed_link")],
    "comes from a disabled account": [*START, said("account_disabled", holder="P-1"), opened()],
    "that somebody did not support": [
        *START,
        *review(),
        *review("P-2", "not_supported"),
        acted("assessed_link", "D-P-1"),
    ],
    "exactly the current supporting decisions": [*START, *review(), acted("assessed_link", "D-x")],
    "on a release that is not in use": [
        *START,
        *review(),
        STOPPED,
        acted("assessed_link", "D-P-1"),
    ],
    "no verified fact tied to an offence": [
        promoted(),
        sealed(n_offence_facts=0),
        *review(),
        *review("P-2"),
        acted("lead", "D-P-1", "D-P-2"),
    ],
    "whose role may not act": [
        *START,
        *review(),
        said("role_change", holder="P-A", role="auditor"),
        acted("assessed_link", "D-P-1", account="P-A"),
    ],
    "decides without a judgement": [*START, opened(), decided()],
    "decides before the assessment was opened": [*START, opened(), judged(), decided()],
    "something else than was shown": [*START, *review()[:3], decided(shown=CLAIM)],
    "from the trainer": [*START, *review("P-T")],
    "role may not decide": [*START, *review()[:3], decided(role="auditor")],
    "another release than the finding's": [*START, *review()[:3], decided(release_digest=D2)],
    "verdict that does not exist": [*START, *review()[:3], decided(verdict="guilty")],
    "judges what that person had not opened": [*START, opened("P-2"), judged("P-1")],
    "judges a second time": [*START, opened(), judged(), judged()],
    "judges after the score": [*START, *review(), opened("P-A", "review"), judged("P-A")],
    "the score before that person's judgement": [*START, opened(), opened("P-1", "assessment")],
    "the score before anybody decided": [*START, opened("P-A", "review")],
    "shows another content": [*START, opened(shown=SHOWN)],
    "never sealed": [opened()],
    "another content than was sealed": [*START, opened(digest=D1)],
    "sealed before": [*START, sealed()],
    "nobody approved": [sealed()],
    "by a stopped release": [promoted(), STOPPED, sealed()],
    "not that of its two halves": [promoted(), sealed(digest=D2)],
    "promotes a release a second time": [promoted(), promoted()],
    "of one's own training": [promoted(account="P-T")],
    "never promoted": [STOPPED],
    "what was not suspended": [promoted(), RESTARTED],
    "by whoever stopped it": [promoted(), STOPPED, {**RESTARTED, "account": "P-S"}],
    "lacks its field 'stage'": [*START, said("finding_opened")],
    "a field of the wrong kind": [*START, opened(account=["P-1"])],
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_gate_allows_replays(name: str) -> None:
    assert replay(ALLOWED[name]) == ""


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_the_gate_forbids_is_said(sentence: str) -> None:
    assert sentence in replay(REFUSED[sentence])


def test_a_decision_anew_needs_the_assessment_anew() -> None:
    entries = [*START, *review(), decided(decision="D-again")]
    assert "before the assessment was opened" in replay(entries)


def test_a_pack_of_what_one_person_decided_may_not_have_left() -> None:
    assert "has 1 of the 2" in replay([*START, *review(), said("disclosure", what="pack")])


def test_somebody_seen_deciding_twice_is_one_person() -> None:
    again = [opened("P-1", "assessment"), decided("P-1", decision="D-2")]
    entries = [*START, *review(), *again, acted("dossier", "D-2")]
    assert "has 1 of the 2 deciders" in replay(entries)
