"""The log's signer: its key, its own memory of what it signed, and C2SP signed notes.

It lives in ``keys/``: ``log.key`` (mode 0600), ``log.pub`` (the verifier key, one C2SP line) and
``log.state.json``, the tree as the signer last saw it. The signer extends that memory itself from
the committed entries and signs nothing that does not grow from it, so two heads that contradict
each other are never signed.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from workbench.domain.errors import BadInput, CheckFailed, Unavailable
from workbench.domain.tree import Frontier

_ED25519 = b"\x01"
_DASH = "\u2014"


class VerifierKey:
    """One C2SP verifier key: ``<name>+<key id>+<base64 of 0x01 and the public key>``."""

    def __init__(self, line: str) -> None:
        name, _, rest = line.strip().partition("+")
        claimed, _, data = rest.partition("+")
        try:
            raw = base64.b64decode(data, validate=True)
            if len(raw) != 33 or raw[:1] != _ED25519 or bytes.fromhex(claimed) != key_id(name, raw):
                raise ValueError
        except ValueError as error:
            raise BadInput(
                "keys/log.pub is no Ed25519 verifier key, or its id does not match; restore it."
            ) from error
        self.name, self.line, self._id = name, line.strip(), key_id(name, raw)
        self._public = Ed25519PublicKey.from_public_bytes(raw[1:])

    def open(self, note: str) -> tuple[int, bytes]:
        """Size and root of a checkpoint that this key signed.

        Raises
        ------
        CheckFailed
            When `note` is malformed, names another log, or its signature does not hold.
        """
        text, _, block = note.rpartition("\n\n")
        text += "\n"
        for line in block.splitlines():
            dash, _, rest = line.partition(" ")
            name, _, data = rest.partition(" ")
            try:
                raw = base64.b64decode(data, validate=True)
                if dash == _DASH and name == self.name and raw[:4] == self._id:
                    self._public.verify(raw[4:], text.encode())
                    origin, size, root = text.split("\n")[:3]
                    if origin == self.name:
                        return int(size), base64.b64decode(root, validate=True)
            except (ValueError, InvalidSignature) as error:
                raise CheckFailed("A checkpoint's signature does not hold.") from error
        raise CheckFailed("A checkpoint is not signed by the key in keys/log.pub.")


def key_id(name: str, raw: bytes) -> bytes:
    """The four bytes that a signature line starts with; `raw` is the kind byte and the key."""
    return hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]


class Signer:
    """Signs checkpoints of one log; `folder` is ``keys/``. Call `make` once on a new home.

    `interval_s` is the least time between two signatures, over all processes.
    """

    def __init__(self, folder: Path, *, interval_s: float = 1.0) -> None:
        self._folder, self._interval_s = folder, interval_s
        self._key_file, self._state_file = folder / "log.key", folder / "log.state.json"
        self._public_file = folder / "log.pub"

    @property
    def is_made(self) -> bool:
        return self._public_file.exists() or self._key_file.exists()

    def make(self, origin: str) -> None:
        """Make a key pair and an empty memory; an empty `origin` gets a random one.

        Nothing is done when there is a key. The public key is written last: where it stands, all
        stands.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.alone():
            if self.is_made:
                return
            name = origin or f"workbench.local/{secrets.token_hex(4)}"
            key = Ed25519PrivateKey.generate()
            raw = _ED25519 + key.public_key().public_bytes_raw()
            identity = f"{name}+{key_id(name, raw).hex()}"
            seed = base64.b64encode(_ED25519 + key.private_bytes_raw()).decode()
            public = base64.b64encode(raw).decode()
            self._remember(name, Frontier())
            _write(self._key_file, f"PRIVATE+KEY+{identity}+{seed}\n", mode=0o600)
            _write(self._public_file, f"{identity}+{public}\n", mode=0o644)

    @property
    def verifier(self) -> VerifierKey:
        """The public half.

        Raises
        ------
        Unavailable
            When ``log.pub`` is missing.
        """
        try:
            return VerifierKey(self._public_file.read_text(encoding="ascii"))
        except OSError as error:
            raise Unavailable(
                "The log's verifier key keys/log.pub cannot be read; restore it from a backup."
            ) from error

    def check_key(self) -> None:
        """Refuse a key that others can read.

        Raises
        ------
        Unavailable
            Naming the mode found and the command that mends it.
        """
        if not self._key_file.exists():
            return
        mode = self._key_file.stat().st_mode & 0o777
        if mode & 0o077:
            raise Unavailable(
                f"The signing key keys/log.key has mode {mode:04o}, so others can read it; run "
                "'chmod 600' on it, and consider it known to whoever could."
            )

    def memory(self) -> Frontier:
        """The tree as this signer last signed it.

        Raises
        ------
        Unavailable
            When the memory is missing or unreadable: without it nothing may be signed.
        """
        name = self.verifier.name
        try:
            kept = json.loads(self._state_file.read_text(encoding="ascii"))
            roots = tuple(bytes.fromhex(root) for root in kept["frontier"])
            frontier = Frontier(kept["size"], roots)
            if kept["origin"] != name or kept["root"] != frontier.root.hex():
                raise ValueError
        except (OSError, ValueError, KeyError, TypeError, BadInput) as error:
            raise Unavailable(
                "The signer's memory keys/log.state.json is missing or damaged; restore it from "
                "a backup. Until then no checkpoint is signed."
            ) from error
        return frontier

    def sign(self, frontier: Frontier) -> str:
        """Sign `frontier`; the signature leaves only once it is remembered, durably.

        Call inside `alone`. The caller saw to it that `frontier` grew from `memory`.
        """
        self.check_key()
        verifier, key = self.verifier, self._private()
        root = base64.b64encode(frontier.root).decode()
        text = f"{verifier.name}\n{frontier.size}\n{root}\n"
        raw = _ED25519 + key.public_key().public_bytes_raw()
        signature = key_id(verifier.name, raw) + key.sign(text.encode())
        note = f"{text}\n{_DASH} {verifier.name} {base64.b64encode(signature).decode()}\n"
        verifier.open(note)  # refuses when log.key and log.pub are not one pair
        self._remember(verifier.name, frontier)
        return note

    def wait_s(self) -> float:
        """Seconds until this signer may sign again; 0 when it may now."""
        try:
            since = time.time() - self._state_file.stat().st_mtime
        except OSError:
            return 0.0
        due = self._interval_s - since
        return due if self.memory().size and 0 < due <= self._interval_s else 0.0

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process and thread that signs out."""
        with (self._folder / "log.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _private(self) -> Ed25519PrivateKey:
        try:
            line = self._key_file.read_text(encoding="ascii")
            raw = base64.b64decode(line.strip().split("+", 4)[4], validate=True)
            return Ed25519PrivateKey.from_private_bytes(raw[1:])
        except (OSError, ValueError, IndexError) as error:
            raise Unavailable(
                "The signing key keys/log.key cannot be read; restore it from a backup. Until "
                "then no checkpoint is signed."
            ) from error

    def _remember(self, origin: str, frontier: Frontier) -> None:
        state = {
            "origin": origin,
            "size": frontier.size,
            "root": frontier.root.hex(),
            "frontier": [root.hex() for root in frontier.roots],
        }
        _write(self._state_file, json.dumps(state) + "\n", mode=0o600)


def _write(path: Path, text: str, *, mode: int) -> None:
    """Whole or not at all, and durable on return."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(mode)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
