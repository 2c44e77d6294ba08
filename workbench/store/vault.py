"""The vault: content and reasons in words, encrypted with a key per subject, so it can be erased.

Tables and log carry digests and salted commitments only. Destroying a subject's key and salt
leaves those numbers standing for nothing, while every proof over them still holds.
"""

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workbench.domain.errors import CheckFailed, NotFound

_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES = 32, 16, 12


class Vault:
    """Files under `root`: ``keys/<subject>`` holds key and salt, ``content/<subject>/`` the rest.

    Subjects and names are hashed before they become file names. Content is AES-256-GCM, bound to
    its subject and name, so that one file cannot stand for another.
    """

    def __init__(self, root: Path) -> None:
        self._keys = root / "keys"
        self._content = root / "content"
        for folder in (root, self._keys, self._content):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, subject: str, name: str, content: bytes) -> None:
        """Keep `content`, durable on return; an earlier one of that name is replaced at once."""
        key, _ = self._key(subject, make=True)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(key).encrypt(nonce, content, _bound(subject, name))
        _write(self._path(subject, name), sealed)

    def get(self, subject: str, name: str) -> bytes:
        """Give back what `put` kept.

        Raises
        ------
        NotFound
            When there is none, or it was erased.
        CheckFailed
            When the file was changed since.
        """
        key, _ = self._key(subject)
        try:
            sealed = self._path(subject, name).read_bytes()
        except FileNotFoundError:
            raise NotFound(
                f"The vault keeps no such content for {subject}; it was erased or never kept."
            ) from None
        try:
            return AESGCM(key).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(subject, name)
            )
        except (InvalidTag, ValueError):
            raise CheckFailed(
                f"The vault's content for {subject} was changed in its file; restore it from a "
                "backup."
            ) from None

    def salt(self, subject: str) -> str:
        """32 hex digits for the subject's commitments, the same until it is erased."""
        return self._key(subject, make=True)[1]

    def holds(self, subject: str) -> bool:
        """True while the subject's key exists, that is until it is erased."""
        return self._key_path(subject).exists()

    def keeps(self, subject: str, name: str) -> bool:
        """True while the content of that name is there; whether it was changed is not looked at."""
        return self._path(subject, name).exists()

    def erase(self, subject: str) -> None:
        """Destroy key, salt and ciphertext of a subject; nothing happens when there is none.

        Of a finding by `store/erasure.py` alone, which logs it.
        """
        path = self._key_path(subject)
        if path.exists():
            size = path.stat().st_size
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _sync(path.parent)
        shutil.rmtree(self._content / _hashed(subject), ignore_errors=True)

    def _key(self, subject: str, *, make: bool = False) -> tuple[bytes, str]:
        path = self._key_path(subject)
        if not path.exists():
            if not make:
                raise NotFound(
                    f"The vault keeps nothing for {subject}; it was erased or never was."
                )
            _write_new(path, secrets.token_bytes(_KEY_BYTES + _SALT_BYTES))
        held = path.read_bytes()
        if len(held) != _KEY_BYTES + _SALT_BYTES:
            raise CheckFailed(
                f"The vault's key for {subject} has {len(held)} bytes instead of "
                f"{_KEY_BYTES + _SALT_BYTES}; restore it from a backup."
            )
        return held[:_KEY_BYTES], held[_KEY_BYTES:].hex()

    def _key_path(self, subject: str) -> Path:
        return self._keys / _hashed(subject)

    def _path(self, subject: str, name: str) -> Path:
        return self._content / _hashed(subject) / _hashed(name)


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:40]


def _bound(subject: str, name: str) -> bytes:
    return f"{subject}\n{name}".encode()


def _write(path: Path, content: bytes) -> None:
    """Replace `path` whole, durable on return."""
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _sync(path.parent.parent)
    draft = _draft(path, content)
    draft.replace(path)
    _sync(path.parent)


def _write_new(path: Path, content: bytes) -> None:
    """Write `path` whole unless it is there; of two at once the first stays."""
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
