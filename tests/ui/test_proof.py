"""Proofs drawn: a log of seven entries worked out by hand.

RFC 6962, 2.1.3: with leaves a b c d e f g (0 to 6), g=hash(a,b), h=hash(c,d), i=hash(e,f), j=g's
leaf, k=hash(g,h), l=hash(i,j): the path of d0 is [b, h, l], of d3 [c, g, l], of d4 [f, j, k] and
of d6 [i, k].
"""

import base64
import hashlib

import pytest

from workbench.ui import proof

LEAVES = [hashlib.sha256(b"\0" + bytes([n])).digest() for n in range(7)]


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


A, B, C, D, E_, F, J = LEAVES
G, H, I_ = node(A, B), node(C, D), node(E_, F)
K, L = node(G, H), node(I_, J)
ROOT = node(K, L)
PATHS = {0: [B, H, L], 3: [C, G, L], 4: [F, J, K], 6: [I_, K]}
SIDES = {0: "RRR", 3: "LLR", 4: "RRL", 6: "LL"}


@pytest.mark.parametrize("index", PATHS)
def test_the_steps_lead_to_the_root_with_each_neighbour_on_its_side(index: int) -> None:
    path = [digest.hex() for digest in PATHS[index]]
    steps = proof.rungs(LEAVES[index].hex(), index, 7, path)
    assert "".join("L" if step.on_left else "R" for step in steps) == SIDES[index]
    assert steps[-1].joined == ROOT.hex()


def test_one_changed_letter_leads_elsewhere() -> None:
    path = [digest.hex() for digest in PATHS[3]]
    steps = proof.rungs(hashlib.sha256(b"\0other").hexdigest(), 3, 7, path)
    assert steps[-1].joined != ROOT.hex()


def test_the_signed_root_is_the_third_line_of_the_note() -> None:
    note = f"origin\n7\n{base64.b64encode(ROOT).decode()}\n\n— origin abc\n"
    assert proof.signed_root(note) == ROOT.hex()
    assert proof.signed_root("") == ""
    assert proof.signed_root("origin\n7\nnot base64\n") == ""


def test_the_picture_holds_every_hash_once_and_nothing_else_of_the_entry() -> None:
    path = [digest.hex() for digest in PATHS[4]]
    steps = proof.rungs(LEAVES[4].hex(), 4, 7, path)
    drawn = proof.picture(LEAVES[4].hex(), 4, 7, steps, dark=False)
    for digest in (E_, *PATHS[4], ROOT):
        assert drawn.count(f">{digest.hex()[:8]}…") == 1
    assert "entry 4" in drawn
    assert "root of 7 entries" in drawn


def test_a_log_of_one_entry_is_its_own_root() -> None:
    assert proof.rungs(A.hex(), 0, 1, []) == ()
    assert "root of 1 entries" in proof.picture(A.hex(), 0, 1, (), dark=True)
