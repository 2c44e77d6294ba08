"""The auditor's door: checks an exported decision log or a pack, with nothing installed.

    python workbench/verify.py FILE --key keys/log.pub [--witness FILE] [--require-witness] [--json]

`--key` is a file whose lines are the log's verifier keys (C2SP signed-note, Ed25519), got from
somewhere safer than FILE; `--witness` one with the keys of witnesses (C2SP cosignature/v1).

Exit status: 0 sound (and it says so when no witness co-signed); 1 tampered; 2 incomplete; 3 sound
but not witnessed, where --require-witness asked for it; 4 wrong use, or FILE could not be read.

An export is JSON lines, each ``{"v":1,...}`` of sorted keys and no blanks, read in one pass:
    {"format":"workbench-log","origin":...,"size":N,"v":1}         first
    {"body":"<canonical entry>","index":0,"leaf":"<hex>"}          N of them, in order
    {"checkpoint":"<signed note>"}                                 after the entries it covers
    {"end":N}                                                      last
The newest checkpoint covers all N entries. (Bytes that are not UTF-8 stand as ``body_base64``.)

A pack is one JSON document: ``format`` ("workbench-pack"), ``v``, ``finding``, ``checkpoint`` (a
signed note), ``entries`` (``index``, ``body``, ``path``: the inclusion proof, hex), ``claim`` and
``assessment`` (the sealed halves as text, salts within), ``reasons`` (``index``, ``salt``,
``text``). It holds what concerns one finding; that nothing was left out only the log can show.
Where records beneath may not be passed on (handling codes H2, H3), ``claim`` and ``assessment``
are null, ``reasons`` is empty, and ``withheld`` says why (``handling``, ``n_held``,
``n_records``): that it was decided is checked all the same, what it says cannot be.

What is checked: canonical form, leaf hashes, the root under every checkpoint, every signature,
consistency of all checkpoints, inclusion proofs, and the gate, replayed entry by entry. This file
imports nothing of the workbench, on purpose.
Sources: RFC 6962 and 9162 (tree), RFC 8785 (canonical JSON), RFC 8032 (Ed25519), C2SP signed-note,
tlog-checkpoint and tlog-cosignature.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

SOUND, TAMPERED, INCOMPLETE, NOT_WITNESSED, WRONG_USE = 0, 1, 2, 3, 4
MAX_BYTES, MAX_DEPTH, MAX_INTEGER = 16 * 1024, 6, 2**53 - 1
MAX_LINE, MAX_PACK, MAX_FAULTS = 128 * 1024, 64 * 1024 * 1024, 100
LOG_FORMAT, PACK_FORMAT = "workbench-log", "workbench-pack"


class CannotRunError(Exception):
    """Exit 4: wrong use, or a file that is neither an export nor a pack."""


class BadError(Exception):
    """What was read does not hold; the sentence says why."""


# Canonical form ---------------------------------------------------------------------------------


def parse_json(text: str) -> Any:
    """`text` as JSON; duplicate keys, floats and NaN are refused with `BadError`."""

    def no_float(number: str) -> None:
        raise BadError(f"holds the number {number[:20]}, and only whole numbers are allowed")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise BadError("holds one key twice")
        return found

    try:
        return json.loads(
            text, object_pairs_hook=unique, parse_float=no_float, parse_constant=no_float
        )
    except (ValueError, RecursionError) as error:
        raise BadError("is not JSON") from error


def b64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _check_value(value: Any, depth: int) -> None:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise BadError("holds an integer beyond 2^53 - 1")
    elif isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise BadError("holds text that is not NFC")
    elif depth >= MAX_DEPTH:
        raise BadError(f"is nested deeper than {MAX_DEPTH}")
    elif isinstance(value, list):
        for item in value:
            _check_value(item, depth + 1)
    else:
        for key, item in value.items():
            if not key.isascii():
                raise BadError("has a key that is not ASCII")
            _check_value(item, depth + 1)


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def parse_entry(body: bytes) -> dict[str, Any]:
    """The entry whose one canonical form `body` is, else `BadError`."""
    if len(body) > MAX_BYTES:
        raise BadError(f"has {len(body)} bytes, more than {MAX_BYTES}")
    try:
        entry = parse_json(body.decode())
        if not isinstance(entry, dict):
            raise BadError("is not an object")
        _check_value(entry, 0)
        same = dump(entry).encode() == body
    except UnicodeError as error:
        raise BadError("is not UTF-8") from error
    if not same:
        raise BadError("is not in canonical form")
    if type(entry.get("v")) is not int or entry["v"] != 1:
        raise BadError("is of a format version that this verifier does not know")
    if not isinstance(entry.get("kind"), str) or not isinstance(entry.get("at"), str):
        raise BadError("lacks its kind or its time")
    return entry


# Ed25519, RFC 8032 section 5.1 ------------------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def _add(p: _Point, q: _Point) -> _Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(s: int, p: _Point) -> _Point:
    q: _Point = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = _add(q, p)
        p, s = _add(p, p), s >> 1
    return q


def _point(encoded: bytes) -> _Point | None:
    number = int.from_bytes(encoded, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if len(encoded) != 32 or y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_1 % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """True when `signature` (64 bytes) is `public`'s (32 bytes) over `message`."""
    if len(signature) != 64 or _BASE is None:
        return False
    a, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left, right = _times(s, _BASE), _add(r, _times(int.from_bytes(digest, "little") % _L, a))
    same_x = (left[0] * right[2] - right[0] * left[2]) % _P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % _P == 0


# C2SP signed notes ------------------------------------------------------------------------------


class Key(NamedTuple):
    name: str
    id: bytes
    kind: int  # 1 Ed25519, 4 Ed25519 cosignature/v1
    public: bytes


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes
    witnesses: frozenset[str]


def parse_key(line: str) -> Key:
    """One verifier key: ``<name>+<key id, hex>+<base64 of kind and public key>``."""
    name, _, rest = line.strip().partition("+")
    claimed, _, data = rest.partition("+")
    try:
        raw = b64(data)
        key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        known = len(raw) == 33 and raw[0] in (1, 4) and bytes.fromhex(claimed) == key_id
    except ValueError:
        known = False
    if not known or not name or any(c.isspace() for c in name):
        raise CannotRunError("A line of the key file is no verifier key, or its id does not match.")
    return Key(name, key_id, raw[0], raw[1:])


def _signatures(block: str) -> Iterator[tuple[str, bytes]]:
    for line in block.split("\n")[:-1]:
        dash, _, rest = line.partition(" ")
        name, _, data = rest.partition(" ")
        try:
            raw = b64(data)
        except binascii.Error as error:
            raise BadError("has a signature line that is not base64") from error
        if dash != "\u2014" or not name or len(raw) < 5:
            raise BadError("has a malformed signature line")
        yield name, raw


def open_note(note: str, keys: list[Key], witnesses: list[Key]) -> Checkpoint:
    """The checkpoint in `note`, once seen to be signed by one of `keys`, else `BadError`."""
    text, found, block = note.rpartition("\n\n")
    text += "\n"
    if not found or not block.endswith("\n") or re.search("[\x00-\x09\x0b-\x1f\x7f]", note):
        raise BadError("is not a signed note")
    signed, cosigned = False, set()
    for name, raw in _signatures(block):
        for key in keys + witnesses:
            if (key.name, key.id) != (name, raw[:4]):
                continue
            message, signature = text.encode(), raw[4:]
            if key.kind == 4:
                head = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n"
                message, signature = head.encode() + message, raw[12:]
            if not ed25519_holds(key.public, message, signature):
                raise BadError(f"carries a signature of {name} that does not hold")
            signed |= key in keys
            if key in witnesses:
                cosigned.add(name)
    if not signed:
        raise BadError("is not signed by the log's key")
    origin, size, root = [*text.split("\n"), "", ""][:3]
    if not re.fullmatch("0|[1-9][0-9]{0,15}", size) or origin not in {key.name for key in keys}:
        raise BadError("names another log, or no size")
    try:
        return Checkpoint(origin, int(size), b64(root), frozenset(cosigned))
    except binascii.Error as error:
        raise BadError("holds a root that is not base64") from error


# RFC 6962 ---------------------------------------------------------------------------------------


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """A growing tree in O(log n): the roots of its complete subtrees, largest first."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        size = self.size
        while size & 1:
            leaf, size = node_hash(self.roots.pop(), leaf), size >> 1
        self.roots.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.roots:
            return hashlib.sha256(b"").digest()
        whole = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            whole = node_hash(left, whole)
        return whole


def proven_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2), or None."""
    if not 0 <= index < size:
        return None
    last = size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            leaf = node_hash(sibling, leaf)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        index, last = index >> 1, last >> 1
    return leaf if last == 0 else None


# The gate, replayed -----------------------------------------------------------------------------

Entry = dict[str, Any]
READ, JUDGED, SAW = "read", "judged", "saw"  # after them comes the digest of what was shown
DECIDERS = ("analyst", "supervisor")
VERDICTS = ("supported", "not_supported", "already_known", "not_relevant", "cannot_tell")


def need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise BadError(otherwise)


@dataclass(slots=True)
class Finding:
    digest: str
    claim_digest: str
    assessment_digest: str
    release: str
    n_offence_facts: int
    about_person: bool
    steps: dict[str, str] = field(default_factory=dict)  # account: how far that person has come
    decided: dict[str, tuple[str, str]] = field(default_factory=dict)  # account: id, verdict

    def supporting(self) -> list[str]:
        """Ids of the current supporting decisions, oldest first."""
        return [decision for decision, verdict in self.decided.values() if verdict == "supported"]


@dataclass(slots=True)
class Release:
    digest: str
    trained_by: str
    stopped_by: str = ""
    retired: bool = False


class Gate:
    """The rules of the gate over the entries of a log in their order.

    `apply` raises `BadError` with what an entry does without being allowed to; what it claims
    then does not count for the entries after it.
    """

    def __init__(self) -> None:
        self.findings: dict[str, Finding] = {}
        self.releases: dict[str, Release] = {}
        self.roles: dict[str, str] = {}
        self.disabled: set[str] = set()
        self._rules = {
            "finding_sealed": self._sealed,
            "finding_opened": self._opened,
            "judgement": self._judged,
            "decision": self._decided,
            "action": self._acted,
            "disclosure": self._left,
            "export": self._left,
            "release_promoted": self._promoted,
            "release_suspended": self._stopped,
            "release_retired": self._stopped,
            "release_restarted": self._restarted,
            "role_change": self._role_changed,
            "account_disabled": self._disabled,
        }

    def apply(self, entry: Entry) -> None:
        rule = self._rules.get(entry["kind"])
        try:
            if rule:
                rule(entry)
        except KeyError as missing:
            raise BadError(f"lacks its field {missing}") from missing
        except TypeError as error:
            raise BadError("has a field of the wrong kind") from error

    def check_cleared(self, finding: Finding, needed: int, *, on_person: bool = False) -> None:
        """Refuse unless so many distinct people stand behind `finding` and nothing else bars it."""
        verdicts = [verdict for _, verdict in finding.decided.values()]
        n, release = verdicts.count("supported"), self.releases.get(finding.release)
        need("not_supported" not in verdicts, "rests on a finding that somebody did not support")
        need(n >= needed, f"has {n} of the {needed} deciders that it needs")
        facts = finding.n_offence_facts > 0 or not (on_person or finding.about_person)
        need(facts, "is about a person and rests on no verified fact tied to an offence")
        used = release is not None and not release.stopped_by and not release.retired
        need(used, "rests on a release that is not in use")

    def _finding(self, e: Entry) -> Finding:
        finding = self.findings.get(e["finding"])
        if finding is None:
            raise BadError("speaks of a finding that was never sealed")
        need(e["digest"] == finding.digest, "speaks of another content than was sealed")
        need(e["account"] not in self.disabled, "comes from a disabled account")
        return finding

    def _sealed(self, e: Entry) -> None:
        need(e["finding"] not in self.findings, "seals a finding that was sealed before")
        release = self.releases.get(e["release"])
        halves = (e["claim_digest"] + e["assessment_digest"]).encode()
        whole = hashlib.sha256(halves).hexdigest() == e["digest"]
        need(whole, "seals a digest that is not that of its two halves")
        if release is None or release.digest != e["release_digest"]:
            raise BadError("was made by a release that nobody approved")
        need(not release.stopped_by and not release.retired, "was made by a stopped release")
        facts, person = e["n_offence_facts"], e["about_person"]
        need(type(facts) is int and type(person) is bool, "has a field of the wrong kind")
        self.findings[e["finding"]] = Finding(
            e["digest"],
            e["claim_digest"],
            e["assessment_digest"],
            sys.intern(e["release"]),
            facts,
            person,
        )

    def _opened(self, e: Entry) -> None:
        finding, who, stage = self._finding(e), sys.intern(e["account"]), e["stage"]
        step = finding.steps.get(who)
        sealed = finding.claim_digest if stage == "claim" else finding.assessment_digest
        need(e["shown"] == sealed, "shows another content than was sealed")
        if stage == "claim":
            finding.steps.setdefault(who, READ)
        elif stage == "assessment":
            need(step not in (None, READ, SAW), "shows the score before that person's judgement")
            finding.steps[who] = e["shown"]
        else:
            need(bool(finding.decided), "shows the score before anybody decided")
            finding.steps[who] = SAW if step in (None, READ) else str(step)

    def _judged(self, e: Entry) -> None:
        finding, who = self._finding(e), sys.intern(e["account"])
        step = finding.steps.get(who)
        need(step is not None, "judges what that person had not opened")
        need(step != SAW, "judges after the score was shown to that person")
        need(step == READ, "judges a second time")
        need(e["verdict"] in VERDICTS, "has a verdict that does not exist")
        finding.steps[who] = JUDGED

    def _decided(self, e: Entry) -> None:
        finding, who = self._finding(e), sys.intern(e["account"])
        step, release = finding.steps.get(who), self.releases[finding.release]
        need(step not in (None, READ, SAW), "decides without a judgement of its own before")
        need(step != JUDGED, "decides before the assessment was opened")
        need(step == e["shown"], "decides on something else than was shown to that person")
        role = e["role"]
        entitled = role in DECIDERS and self.roles.get(who, role) == role
        need(entitled, "comes from an account whose role may not decide")
        need(who != release.trained_by, "comes from the trainer of the release")
        same = (e["release"], e["release_digest"]) == (finding.release, release.digest)
        need(same, "names another release than the finding's")
        need(e["verdict"] in VERDICTS, "has a verdict that does not exist")
        finding.decided.pop(who, None)
        finding.decided[who] = (e["decision"], sys.intern(e["verdict"]))
        finding.steps[who] = JUDGED  # to decide anew, one looks again

    def _acted(self, e: Entry) -> None:
        finding, kind = self._finding(e), e["kind_of_action"]
        role = self.roles.get(e["account"], DECIDERS[0])
        need(role in DECIDERS, "comes from an account whose role may not act")
        own = kind != "dossier" or e["account"] in finding.decided
        need(own, "exports what its account never decided")
        needed = 1 if kind == "assessed_link" else 2
        self.check_cleared(finding, needed, on_person=kind == "lead")
        cites = e["cites"] == finding.supporting()
        need(cites, "does not cite exactly the current supporting decisions")

    def _left(self, e: Entry) -> None:
        finding = self.findings.get(e["finding"]) if "finding" in e else None
        need("finding" not in e or finding is not None, "speaks of a finding never sealed")
        if finding is not None:
            self.check_cleared(finding, 2)

    def _promoted(self, e: Entry) -> None:
        need(e["release"] not in self.releases, "promotes a release a second time")
        need(e["account"] != e["trained_by"], "promotes a release of one's own training")
        self.releases[e["release"]] = Release(e["release_digest"], e["trained_by"])

    def _release(self, e: Entry) -> Release:
        release = self.releases.get(e["release"])
        if release is None:
            raise BadError("speaks of a release that was never promoted")
        return release

    def _stopped(self, e: Entry) -> None:
        release = self._release(e)
        release.stopped_by = e["account"]
        release.retired |= e["kind"] == "release_retired"

    def _restarted(self, e: Entry) -> None:
        release = self._release(e)
        need(bool(release.stopped_by) and not release.retired, "restarts what was not suspended")
        need(e["account"] != release.stopped_by, "is a restart by whoever stopped it")
        release.stopped_by = ""

    def _role_changed(self, e: Entry) -> None:
        self.roles[e["holder"]] = e["role"]

    def _disabled(self, e: Entry) -> None:
        self.disabled.add(e["holder"])


# Reports ----------------------------------------------------------------------------------------


@dataclass
class Report:
    """What was found; `exit` is the exit status, witness policy aside, `newest_at` the time that
    the newest entry gives."""

    format: str
    origin: str = ""
    size: int = 0
    root: str = ""
    newest_at: str = ""
    n_entries: int = 0
    n_checkpoints: int = 0
    n_simulated: int = 0
    n_faults: int = 0
    exit: int = SOUND
    withheld: str = ""
    witnesses: list[str] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def fault(self, index: int | None, message: str, *, status: int = TAMPERED) -> None:
        """Note a fault at an entry's index (None: of the whole); tampered outweighs incomplete."""
        self.exit = TAMPERED if TAMPERED in (status, self.exit) else status
        self.n_faults += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append({"index": index, "message": message})

    def covered(self, signed: Checkpoint) -> None:
        """A checkpoint held; the newest one speaks for the file."""
        self.n_checkpoints += 1
        self.origin, self.size, self.root = signed.origin, signed.size, signed.root.hex()
        self.witnesses = sorted(signed.witnesses)

    def replay(self, index: int, body: bytes, gate: Gate) -> Entry | None:
        """Check one entry's form and what it does; None when it is no entry at all."""
        self.n_entries += 1
        try:
            entry = parse_entry(body)
            self.n_simulated += entry.get("simulated") is True
            self.newest_at = entry["at"]
        except BadError as error:
            self.fault(index, f"entry {index} {error}")
            return None
        try:
            gate.apply(entry)
        except BadError as error:
            self.fault(index, f"entry {index} ({entry['kind'][:40]}) {error}")
        return entry


# An exported log --------------------------------------------------------------------------------


class ExportCheck:
    """Reads an export line by line, in memory that grows with its findings only."""

    def __init__(self, keys: list[Key], witnesses: list[Key]) -> None:
        self.report, self._keys, self._witnesses = Report(LOG_FORMAT), keys, witnesses
        self._tree, self._gate = Tree(), Gate()
        self._next, self._signed, self._end = 0, 0, None

    def run(self, header: dict[str, Any], stream: IO[bytes]) -> Report:
        number = 1
        while line := stream.readline(MAX_LINE):
            number += 1
            try:
                need(self._end is None, "stands behind the end")
                self._item(parse_line(line))
            except BadError as error:
                cut = not line.endswith(b"\n") and len(line) < MAX_LINE
                status = INCOMPLETE if cut else TAMPERED
                self.report.fault(self._next, f"line {number} {error}", status=status)
        self._finish(header)
        return self.report

    def _item(self, item: dict[str, Any]) -> None:
        names = set(item)
        if names in ({"body", "index", "leaf"}, {"body_base64", "index", "leaf"}):
            self._entry(item)
        elif names == {"checkpoint"} and isinstance(item["checkpoint"], str):
            self._checkpoint(item["checkpoint"])
        elif names == {"end"}:
            self._end = item["end"]
        else:
            raise BadError("is no line of an export")

    def _entry(self, item: dict[str, Any]) -> None:
        index, report = item["index"], self.report
        need(type(index) is int and index >= 0, "has no index")
        if index != self._next:
            report.fault(self._next, f"entry {self._next} is missing; entry {index} follows")
        try:
            body = item["body"].encode() if "body" in item else b64(item["body_base64"])
        except (AttributeError, TypeError, ValueError) as error:
            raise BadError("has a body that is no text") from error
        self._next = index + 1
        leaf = leaf_hash(body)
        if leaf.hex() != item["leaf"]:
            report.fault(index, f"entry {index} was changed: its body does not give its leaf hash")
        self._tree.append(leaf)
        report.replay(index, body, self._gate)

    def _checkpoint(self, note: str) -> None:
        report, size = self.report, self._tree.size
        try:
            signed = open_note(note, self._keys, self._witnesses)
        except BadError as error:
            report.fault(size, f"the checkpoint after {size} entries {error}")
            return
        if signed.size > size:
            gone = f"a checkpoint covers {signed.size} entries, but only {size} stand before it"
            report.fault(size, gone, status=INCOMPLETE)
        elif signed.size < size or signed.root != self._tree.root():
            first = f"entry {self._signed}" if size == self._signed + 1 else "an entry"
            span = f"{first} from {self._signed} to {size - 1} was changed, added or left out"
            report.fault(self._signed, f"{span}: the root is not the signed one")
        else:
            report.covered(signed)
        self._signed = max(self._signed, signed.size)

    def _finish(self, header: dict[str, Any]) -> None:
        report, size = self.report, self._tree.size
        if self._end is None:
            report.fault(size, f"the export breaks off after {size} entries", status=INCOMPLETE)
        elif not header["size"] == self._end == size:
            promised = f"the export promises {header['size']} entries and holds {size}"
            report.fault(size, promised, status=INCOMPLETE)
        if not report.n_checkpoints:
            report.fault(None, "no checkpoint of this log holds", status=INCOMPLETE)
        elif self._signed < size and self._end is not None:
            tail = f"entries {self._signed} to {size - 1} stand under no signed checkpoint"
            report.fault(self._signed, tail)
        if header["origin"] not in {key.name for key in self._keys}:
            report.fault(None, "the export names another log than the key")


def parse_line(line: bytes) -> dict[str, Any]:
    """One line of an export, in the one form that it may have."""
    try:
        item = parse_json(line.decode())
        need(isinstance(item, dict), "is no object")
        need((dump(item) + "\n").encode() == line, "is not in the form of an export")
    except UnicodeError as error:
        raise BadError("is not UTF-8") from error
    found: dict[str, Any] = item
    return found


# A pack -----------------------------------------------------------------------------------------

PACK_MEMBERS = {"assessment", "checkpoint", "claim", "entries", "finding", "format", "reasons", "v"}


def check_pack(pack: dict[str, Any], keys: list[Key], witnesses: list[Key]) -> Report:
    report, gate = Report(PACK_FORMAT), Gate()
    try:
        members = set(pack) - {"withheld"}
        need(members == PACK_MEMBERS, "the pack lacks a part, or has one too many")
        signed = open_note(pack["checkpoint"], keys, witnesses)
        report.covered(signed)
        entries = _pack_entries(pack["entries"], signed, report, gate)
        finding = gate.findings.get(pack["finding"])
        if finding is None:
            raise BadError("no entry of the pack seals its finding")
        gate.check_cleared(finding, 2)
        if "withheld" in pack:
            report.withheld = _why_withheld(pack)
        else:
            _check_content(pack, finding, entries)
    except BadError as error:
        report.fault(None, f"the pack does not hold: {error}")
    except (KeyError, TypeError, ValueError, AttributeError):
        report.fault(None, "the pack has a part of the wrong form")
    return report


def _check_content(pack: dict[str, Any], finding: Finding, entries: dict[int, Entry]) -> None:
    digests = {"claim": finding.claim_digest, "assessment": finding.assessment_digest}
    for half, digest in digests.items():
        same = hashlib.sha256(pack[half].encode()).hexdigest() == digest
        need(same, f"the {half} is not what was sealed")
    for reason in pack["reasons"]:
        _check_reason(reason, entries)


def _why_withheld(pack: dict[str, Any]) -> str:
    """Why the content did not come along, in words."""
    said = pack["withheld"]
    need(set(said) == {"handling", "n_held", "n_records"}, "what was withheld is not said")
    counts, codes = [said["n_held"], said["n_records"]], said["handling"]
    counted = all(type(n) is int for n in counts) and 0 < counts[0] <= counts[1]
    need(counted and bool(codes) and set(codes) <= {"H2", "H3"}, "what was withheld is not said")
    bare = (pack["claim"], pack["assessment"], pack["reasons"]) == (None, None, [])
    need(bare, "content stands beside the word that it was withheld")
    return (
        f"{counts[0]} of {counts[1]} records beneath may not be passed on "
        f"(handling code {', '.join(codes)})"
    )


def _pack_entries(
    items: list[dict[str, Any]], signed: Checkpoint, report: Report, gate: Gate
) -> dict[int, Entry]:
    found: dict[int, Entry] = {}
    for item in items:
        index, body = item["index"], item["body"].encode()
        need(set(item) == {"body", "index", "path"}, "an entry has a part too many")
        need(type(index) is int and index > max(found, default=-1), "entries are out of order")
        path = [bytes.fromhex(node) for node in item["path"]]
        if proven_root(leaf_hash(body), index, signed.size, path) != signed.root:
            report.fault(index, f"entry {index} does not stand in the signed log")
        found[index] = report.replay(index, body, gate) or {}
    return found


def _check_reason(reason: dict[str, Any], entries: dict[int, Entry]) -> None:
    index = reason["index"]
    text = bytes.fromhex(reason["salt"]) + reason["text"].encode()
    same = entries.get(index, {}).get("reason") == hashlib.sha256(text).hexdigest()
    need(same, f"the words given for entry {index} are not those committed to")


# The command ------------------------------------------------------------------------------------


def check_file(path: Path, keys: list[Key], witnesses: list[Key]) -> Report:
    """Check an export or a pack; `CannotRunError` when the file is neither."""
    with path.open("rb") as stream:
        first = stream.readline(MAX_LINE)
        try:
            header = parse_line(first)
        except BadError:
            header = {}
        if header.get("format") == LOG_FORMAT and set(header) == {"format", "origin", "size", "v"}:
            need_version(header)
            return ExportCheck(keys, witnesses).run(header, stream)
        whole = first + stream.read(MAX_PACK)
    if f'"format":"{PACK_FORMAT}"'.encode() not in whole or len(whole) > MAX_PACK:
        raise CannotRunError("This is neither an exported log nor a pack.")
    try:
        pack = parse_line(whole)
    except BadError as error:
        report = Report(PACK_FORMAT)
        status = TAMPERED if whole.endswith(b"}\n") else INCOMPLETE
        report.fault(None, f"the pack {error}", status=status)
        return report
    need_version(pack)
    return check_pack(pack, keys, witnesses)


def need_version(document: dict[str, Any]) -> None:
    if type(document.get("v")) is not int or document["v"] != 1:
        raise CannotRunError("The file is of a version that this verifier does not know.")


def read_key_lines(text: str, kind: int = 1) -> list[Key]:
    keys = [parse_key(line) for line in text.splitlines() if line.strip()]
    if not keys or any(key.kind != kind for key in keys):
        raise CannotRunError("A key file holds no key, or one of another kind.")
    return keys


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CannotRunError(message)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="verify.py", description="Check an exported decision log or a pack.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", type=Path, required=True, help="the log's verifier key (log.pub)")
    parser.add_argument("--witness", type=Path, help="verifier keys of witnesses")
    parser.add_argument("--require-witness", action="store_true", help="exit 3 without one")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    return parser.parse_args(argv)


def _show(report: Report, *, as_json: bool) -> None:
    status = {SOUND: "sound", TAMPERED: "tampered", INCOMPLETE: "incomplete"}
    word = status.get(report.exit, "not witnessed")
    if as_json:
        print(json.dumps({"status": word, **asdict(report)}, indent=1))
        return
    print(
        f"{word}: {report.format}, {report.n_entries} entries, {report.n_checkpoints} "
        f"checkpoints; newest of {report.origin or '-'}, size {report.size}, root {report.root}"
    )
    for fault in report.faults:
        print(f"  {'' if fault['index'] is None else fault['index']}\t{fault['message']}")
    if report.n_faults > len(report.faults):
        print(f"  and {report.n_faults - len(report.faults)} more")
    print(
        "  co-signed by: " + ", ".join(report.witnesses)
        if report.witnesses
        else "  not independently witnessed: whoever holds the log's key could have rewritten it"
    )
    if report.format == LOG_FORMAT:
        print(
            f"  newest entry at {report.newest_at or '-'}: an export that was cut at an older "
            "checkpoint is as sound; compare size and root with the page or with an earlier export"
        )
    if report.n_simulated:
        print(f"  {report.n_simulated} entries are simulated: nobody decided them in earnest")
    if report.withheld:
        print(f"  without claim, assessment and reasons: {report.withheld}")
    if report.format == PACK_FORMAT:
        print("  a pack cannot show what was left out of it; the whole log can")


def main(argv: list[str] | None = None) -> int:
    try:
        args = _arguments(argv)
        keys, witnesses = read_key_lines(args.key.read_text(encoding="utf-8")), []
        if args.witness:
            witnesses = read_key_lines(args.witness.read_text(encoding="utf-8"), kind=4)
        report = check_file(args.file, keys, witnesses)
    except (CannotRunError, OSError, UnicodeError) as error:
        print(f"verify.py could not run: {error}", file=sys.stderr)
        return WRONG_USE
    if report.exit == SOUND and args.require_witness and not report.witnesses:
        report.exit = NOT_WITNESSED
    _show(report, as_json=args.json)
    return report.exit


if __name__ == "__main__":
    sys.exit(main())
