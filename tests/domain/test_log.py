"""Entries, their canonical bytes, and what commits to words without holding them."""

import hashlib
import unicodedata
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import BadInput
from workbench.domain.log import (
    MAX_BYTES,
    REQUIRED,
    WORDS,
    EntryKind,
    Shape,
    canonical,
    commitment,
    entry,
    finding_digest,
    instant,
    parse,
)

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
DIGEST = "ab" * 32
REFUSED = {"account": "P-1", "what": "act", "why": "not_cleared"}


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
