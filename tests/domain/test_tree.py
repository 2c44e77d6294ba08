"""The log's tree: roots and proofs of RFC 6962, against published vectors and by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import BadInput, NotFound
from workbench.domain.tree import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    is_consistent,
    leaf_hash,
    node_hash,
    root_from_inclusion,
)

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
