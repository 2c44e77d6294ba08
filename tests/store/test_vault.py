"""The vault keeps content apart, encrypted per subject, until it is erased."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workbench.domain.errors import CheckFailed, NotFound
from workbench.domain.log import commitment
from workbench.store.vault import Vault

SECRET = b"the words of a person"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


def files(root: Path) -> list[Path]:
    return [f for f in root.rglob("*") if f.is_file()]


def test_what_is_put_is_got(vault: Vault, tmp_path: Path) -> None:
    vault.put("F-1", "claim", SECRET)
    vault.put("F-1", "empty", b"")
    assert vault.get("F-1", "claim") == SECRET
    assert vault.get("F-1", "empty") == b""
    assert Vault(tmp_path / "vault").get("F-1", "claim") == SECRET


def test_a_later_content_of_the_same_name_takes_its_place(vault: Vault) -> None:
    vault.put("C-1", "case", SECRET)
    vault.put("C-1", "case", b"another")
    assert vault.get("C-1", "case") == b"another"


def test_files_show_neither_content_nor_names(vault: Vault, tmp_path: Path) -> None:
    vault.put("F-1/../..", "a name", SECRET)
    found = files(tmp_path)
    assert {f.parent.parent.name for f in found} <= {"vault", "content"}
    assert not any(SECRET in f.read_bytes() for f in found)
    assert not any("name" in f.name or "F-1" in f.name for f in found)


def test_files_are_readable_by_their_owner_alone(vault: Vault, tmp_path: Path) -> None:
    vault.put("F-1", "claim", SECRET)
    assert {stat.S_IMODE(f.stat().st_mode) for f in files(tmp_path)} == {0o600}
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700


def test_a_salt_is_the_subjects_own_and_stays(vault: Vault) -> None:
    assert vault.salt("F-1") == vault.salt("F-1")
    assert vault.salt("F-1") != vault.salt("F-2")
    assert len(vault.salt("F-1")) == 32
    assert commitment(vault.salt("F-1"), "words") != commitment(vault.salt("F-2"), "words")


def test_erasing_a_subject_destroys_key_salt_and_content_and_leaves_the_others(
    vault: Vault, tmp_path: Path
) -> None:
    vault.put("F-1", "claim", SECRET)
    vault.put("F-2", "claim", SECRET)
    salt = vault.salt("F-1")
    vault.erase("F-1")
    vault.erase("F-1")
    with pytest.raises(NotFound, match="erased"):
        vault.get("F-1", "claim")
    assert not vault.holds("F-1")
    assert not any(bytes.fromhex(salt) in f.read_bytes() for f in files(tmp_path))
    assert len(files(tmp_path)) == 2
    assert vault.get("F-2", "claim") == SECRET


def test_what_was_never_kept_is_not_found(vault: Vault) -> None:
    with pytest.raises(NotFound):
        vault.get("F-1", "claim")
    vault.put("F-1", "claim", SECRET)
    with pytest.raises(NotFound):
        vault.get("F-1", "assessment")


@pytest.mark.parametrize("position", [0, 12, -1])
def test_one_changed_byte_is_found(vault: Vault, tmp_path: Path, position: int) -> None:
    vault.put("F-1", "claim", SECRET)
    (file,) = files(tmp_path / "vault" / "content")
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(content)
    with pytest.raises(CheckFailed, match="was changed"):
        vault.get("F-1", "claim")


def test_one_content_cannot_stand_for_another(vault: Vault, tmp_path: Path) -> None:
    vault.put("F-1", "claim", SECRET)
    (first,) = files(tmp_path / "vault" / "content")
    vault.put("F-1", "assessment", b"score")
    (second,) = set(files(tmp_path / "vault" / "content")) - {first}
    second.write_bytes(first.read_bytes())
    with pytest.raises(CheckFailed, match="was changed"):
        vault.get("F-1", "assessment")


def test_a_cut_key_or_content_is_found(vault: Vault, tmp_path: Path) -> None:
    vault.put("F-1", "claim", SECRET)
    (file,) = files(tmp_path / "vault" / "content")
    file.write_bytes(b"short")
    with pytest.raises(CheckFailed, match="was changed"):
        vault.get("F-1", "claim")
    (key,) = files(tmp_path / "vault" / "keys")
    key.write_bytes(b"short")
    with pytest.raises(CheckFailed, match="5 bytes instead of 48"):
        vault.get("F-1", "claim")


def test_of_two_writers_at_once_both_find_what_they_kept(vault: Vault) -> None:
    names = [f"note {n}" for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: vault.put("C-1", name, name.encode()), names))
    assert [vault.get("C-1", name) for name in names] == [name.encode() for name in names]
