"""Canonical entries, leaf hashes, the RFC 6962 tree and its proofs."""

import hashlib
import unicodedata
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import BadInput, NotFound
from workbench.domain.log import (
    EMPTY_ROOT,
    MAX_BYTES,
    REQUIRED,
    WORDS,
    EntryKind,
    Frontier,
    Shape,
    Tree,
    canonical,
    commitment,
    entry,
    finding_digest,
    instant,
    is_consistent,
    leaf_hash,
    node_hash,
    parse,
    root_from_inclusion,
)

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
DIGEST = "ab" * 32
REFUSED = {"account": "P-1", "what": "act", "why": "not_cleared"}

# The eight leaves that the Certificate Transparency projects test their trees with, and the roots
# of the trees of the first 1, 2, ... 8 of them.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree_of(leaves: list[bytes]) -> Tree:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    return tree


# Entries ----------------------------------------------------------------------------------------


def test_an_entry_is_one_line_of_sorted_keys_without_blanks() -> None:
    assert entry(EntryKind.REFUSED_ATTEMPT, AT, REFUSED) == (
        b'{"account":"P-1","at":"2026-01-31T09:30:00.000000Z","kind":"refused_attempt","v":1,'
        b'"what":"act","why":"not_cleared"}'
    )


def test_every_kind_has_its_required_fields_and_every_field_a_shape() -> None:
    assert set(REQUIRED) == set(EntryKind)
    assert {word for words in REQUIRED.values() for word in words.split()} <= set(WORDS)


def test_a_word_has_one_shape() -> None:
    from workbench.domain import log

    words = [word for words in log._WORDS.values() for word in words.split()]
    assert len(words) == len(set(words))


def test_an_entry_without_a_required_field_is_refused_by_the_fields_name() -> None:
    with pytest.raises(BadInput, match="lacks why"):
        entry(EntryKind.REFUSED_ATTEMPT, AT, {"account": "P-1", "what": "act"})


def test_an_entry_with_a_field_of_another_name_is_refused() -> None:
    with pytest.raises(BadInput, match="unknown field 'name'"):
        entry(EntryKind.REFUSED_ATTEMPT, AT, {**REFUSED, "name": "somebody"})


@pytest.mark.parametrize("word", ["v", "kind", "at"])
def test_a_caller_cannot_set_the_envelope(word: str) -> None:
    with pytest.raises(BadInput, match="unknown field"):
        entry(EntryKind.REFUSED_ATTEMPT, AT, {**REFUSED, word: "x"})


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("what", ""),
        ("what", "x" * 201),
        ("what", "two\nlines"),
        ("what", 1),
        ("reason", "because"),
        ("reason", DIGEST.upper()),
        ("reason", ""),
        ("n", -1),
        ("n", True),
        ("n", 1.0),
        ("simulated", 1),
        ("cites", "D-1"),
        ("cites", [""]),
        ("before", "2026-01-31"),
    ],
)
def test_a_value_of_another_shape_is_refused_and_not_repeated(word: str, value: object) -> None:
    with pytest.raises(BadInput, match=f"Field {word} .* must be") as refused:
        entry(EntryKind.REFUSED_ATTEMPT, AT, {**REFUSED, word: value})
    assert "because" not in str(refused.value)
    assert refused.value.code == "log_entry"


def test_an_empty_session_is_one_of_the_command_line() -> None:
    assert WORDS["session"] is Shape.DIGEST_OR_NONE
    body = entry(EntryKind.REFUSED_ATTEMPT, AT, {**REFUSED, "session": ""})
    assert parse(body)["session"] == ""


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(BadInput, match="zone"):
        instant(AT.replace(tzinfo=None))


# Canonical form ---------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(
    lambda text: unicodedata.normalize("NFC", text)
)
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(st.dictionaries(KEYS, VALUES, max_size=5).filter(lambda value: depth(value) <= 6))
def test_canonical_bytes_are_those_of_rfc8785(value: dict[str, object]) -> None:
    body = canonical(value)
    assert body == rfc8785.dumps(value)
    assert parse(body) == value


def test_canonical_bytes_of_a_hand_worked_value() -> None:
    value = {"b": [1, -2, True, None], "a": 'é\u20ac\n"\\\u001f\u007f'}
    text = '{"a":"é€\\n\\"\\\\\\u001f\u007f","b":[1,-2,true,null]}'
    assert canonical(value) == text.encode()


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1.0},
        {"a": float("nan")},
        {"a": 2**53},
        {"a": -(2**53)},
        {"é": 1},
        {1: 1},
        {"a": "e\u0301"},
        {"a": "\ud800"},
        {"a": b"bytes"},
        {"a": {1, 2}},
        {"a": [[[[[[1]]]]]]},
        {"a": "x" * MAX_BYTES},
    ],
)
def test_what_breaks_a_rule_of_the_form_is_refused(value: object) -> None:
    with pytest.raises(BadInput):
        canonical(value)


def test_nesting_of_six_is_the_deepest_allowed() -> None:
    assert canonical({"a": [[[[[1]]]]]}) == b'{"a":[[[[[1]]]]]}'


def test_a_list_that_holds_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(BadInput, match="deeper"):
        canonical(endless)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"a":1} ',
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\/"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"[" * 8000 + b"]" * 8000 + b"}",
        b'{"a":"' + b"x" * MAX_BYTES + b'"}',
    ],
)
def test_bytes_in_any_other_form_are_refused(body: bytes) -> None:
    with pytest.raises(BadInput, match="canonical") as refused:
        parse(body)
    assert refused.value.code == "not_canonical"


@given(st.binary(max_size=60))
def test_any_bytes_are_either_refused_or_canonical(body: bytes) -> None:
    try:
        value = parse(body)
    except BadInput:
        return
    assert rfc8785.dumps(value) == body


def test_a_commitment_is_the_hash_of_salt_and_text() -> None:
    expected = hashlib.sha256(bytes(16) + "gründlich gelesen".encode()).hexdigest()
    assert commitment("00" * 16, "gründlich gelesen") == expected


def test_a_findings_digest_is_the_hash_of_its_halves_digests() -> None:
    expected = hashlib.sha256(("a" * 64 + "b" * 64).encode()).hexdigest()
    assert finding_digest("a" * 64, "b" * 64) == expected


# The tree ---------------------------------------------------------------------------------------


def test_roots_are_those_of_the_certificate_transparency_vectors() -> None:
    tree, frontier = tree_of(CT_LEAVES), Frontier()
    for size, root in enumerate(CT_ROOTS, start=1):
        frontier = frontier.append(leaf_hash(CT_LEAVES[size - 1]))
        assert tree.root(size).hex() == frontier.root.hex() == root


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert EMPTY_ROOT.hex() == Frontier().root.hex() == Tree().root(0).hex() == nothing


def test_the_proof_of_a_leaf_of_three_is_worked_out_by_hand() -> None:
    a, b, c = (leaf_hash(leaf) for leaf in CT_LEAVES[:3])
    tree = tree_of(CT_LEAVES[:3])
    assert tree.root(3) == node_hash(node_hash(a, b), c)
    assert tree.inclusion(0, 3) == (b, c)
    assert tree.inclusion(1, 3) == (a, c)
    assert tree.inclusion(2, 3) == (node_hash(a, b),)


def test_proofs_of_seven_leaves_are_those_of_rfc_6962_section_2_1_3() -> None:
    a, b, c, d, e, f, j = (leaf_hash(leaf) for leaf in CT_LEAVES[:7])
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, ell = node_hash(g, h), node_hash(i, j)
    tree = tree_of(CT_LEAVES)
    assert tree.inclusion(0, 7) == (b, h, ell)
    assert tree.inclusion(3, 7) == (c, g, ell)
    assert tree.inclusion(4, 7) == (f, j, k)
    assert tree.inclusion(6, 7) == (i, k)
    assert tree.consistency(3, 7) == (c, d, g, ell)
    assert tree.consistency(4, 7) == (ell,)
    assert tree.consistency(6, 7) == (i, j, k)


@given(st.data())
def test_a_proof_of_inclusion_holds_for_its_leaf_alone(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    leaves = [str(i).encode() for i in range(size + 3)]
    tree = tree_of(leaves)
    path = tree.inclusion(index, size)
    assert root_from_inclusion(leaf_hash(leaves[index]), index, size, path) == tree.root(size)
    if other != index:
        assert root_from_inclusion(leaf_hash(leaves[other]), index, size, path) != tree.root(size)
        assert root_from_inclusion(leaf_hash(leaves[index]), other, size, path) != tree.root(size)
    for wrong in (path[:-1], (*path, bytes(32)), path[1:]):
        if wrong != path:
            found = root_from_inclusion(leaf_hash(leaves[index]), index, size, wrong)
            assert found != tree.root(size)


@given(st.data())
def test_a_proof_of_consistency_holds_for_its_two_sizes_alone(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 70))
    old = data.draw(st.integers(1, new))
    tree = tree_of([str(i).encode() for i in range(new)])
    path = tree.consistency(old, new)
    assert is_consistent(old, tree.root(old), new, tree.root(new), path)
    if old < new:
        assert not is_consistent(old, bytes(32), new, tree.root(new), path)
        assert not is_consistent(old, tree.root(old), new, bytes(32), path)
        assert not is_consistent(old, tree.root(old), new, tree.root(new), path[:-1])
        assert not is_consistent(old, tree.root(old), new, tree.root(new), (*path, bytes(32)))
        flipped = (bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:])
        assert not is_consistent(old, tree.root(old), new, tree.root(new), flipped)


def test_an_empty_log_is_consistent_with_any_and_a_shrinking_one_with_none() -> None:
    tree = tree_of(CT_LEAVES)
    assert is_consistent(0, EMPTY_ROOT, 8, tree.root(8), ())
    assert not is_consistent(0, tree.root(1), 8, tree.root(8), ())
    assert not is_consistent(8, tree.root(8), 7, tree.root(7), ())
    assert is_consistent(8, tree.root(8), 8, tree.root(8), ())
    assert not is_consistent(8, tree.root(8), 8, tree.root(7), ())
    assert not is_consistent(3, tree.root(3), 8, tree.root(8), ())


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 9), (0, 0)])
def test_there_is_no_proof_beyond_the_log(index: int, size: int) -> None:
    with pytest.raises(NotFound):
        tree_of(CT_LEAVES).inclusion(index, size)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3), (3, 9)])
def test_there_is_no_proof_between_sizes_beyond_the_log(old: int, new: int) -> None:
    with pytest.raises(NotFound):
        tree_of(CT_LEAVES).consistency(old, new)


def test_a_frontier_knows_which_leaves_its_roots_stand_for() -> None:
    frontier = Frontier()
    for leaf in range(13):
        frontier = frontier.append(leaf_hash(bytes([leaf])))
    assert frontier.spans == ((0, 8), (8, 12), (12, 13))


@pytest.mark.parametrize(("size", "roots"), [(3, (bytes(32),)), (1, (b"short",)), (-1, ())])
def test_a_frontier_of_another_number_of_digests_cannot_be_built(
    size: int, roots: tuple[bytes, ...]
) -> None:
    with pytest.raises(BadInput):
        Frontier(size, roots)
