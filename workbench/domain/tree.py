"""The decision log's tree: a Merkle tree of RFC 6962 over the bytes of its entries.

Leaves and nodes are hashed apart, so that no node can pass for an entry; inclusion and consistency
are proved with a few digests, without the entries.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.domain.errors import BadInput, NotFound


def leaf_hash(body: bytes) -> bytes:
    """RFC 6962, section 2.1: SHA-256 over 0x00 and the entry's bytes."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, section 2.1: SHA-256 over 0x01 and the two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = hashlib.sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """What an append needs of a tree of `size` leaves: the roots of its complete subtrees.

    One subtree for each bit that is set in `size`, largest (leftmost) first: O(log n) digests.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        whole = self.size >= 0 and len(self.roots) == self.size.bit_count()
        if not whole or any(len(root) != 32 for root in self.roots):
            raise BadInput(
                f"{len(self.roots)} digests are no frontier of a log of {self.size} entries; "
                "restore it from the entries."
            )

    def append(self, leaf: bytes) -> "Frontier":
        """The frontier with one more leaf hash."""
        roots, size = list(self.roots), self.size
        while size & 1:
            leaf, size = node_hash(roots.pop(), leaf), size >> 1
        return Frontier(self.size + 1, (*roots, leaf))

    @property
    def root(self) -> bytes:
        """The root hash of RFC 6962, that of an empty tree included."""
        if not self.roots:
            return EMPTY_ROOT
        whole = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            whole = node_hash(left, whole)
        return whole

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """First index, and the index after the last, that each of `roots` stands for."""
        spans, start = [], 0
        for bit in reversed(range(self.size.bit_length())):
            if self.size >> bit & 1:
                spans.append((start, start + (1 << bit)))
                start += 1 << bit
        return tuple(spans)


class Tree:
    """All complete subtrees of a growing log, so that any proof costs O(log n) digests.

    Takes 64 bytes for each leaf. Sizes asked about may be any up to the leaves appended.
    """

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        return len(self._levels[0]) // 32

    def append(self, leaf: bytes) -> None:
        for level in range(len(self._levels) + 1):
            if level == len(self._levels):
                self._levels.append(bytearray())
            nodes = self._levels[level]
            nodes += leaf
            if len(nodes) % 64:
                return
            leaf = node_hash(bytes(nodes[-64:-32]), bytes(nodes[-32:]))

    def leaf(self, index: int) -> bytes:
        """The leaf hash at `index`; NotFound where there is none."""
        if not 0 <= index < self.size:
            raise NotFound(f"The log has no entry {index}; it has {self.size}, counted from 0.")
        return bytes(self._levels[0][index * 32 : index * 32 + 32])

    def root(self, size: int) -> bytes:
        """The root hash of the first `size` leaves."""
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """PATH(index, D[size]) of RFC 6962, section 2.1.1: siblings from the leaf up.

        Raises
        ------
        NotFound
            Unless ``0 <= index < size <= self.size``.
        """
        if not 0 <= index < size <= self.size:
            raise NotFound(f"A log of {self.size} entries has no proof of {index} in {size}.")
        path, start, stop = [], 0, size
        while stop - start > 1:
            middle = start + _largest_power_below(stop - start)
            if index < middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """PROOF(old, D[new]) of RFC 6962, section 2.1.2; empty when `old` is 0 or `new`.

        Raises
        ------
        NotFound
            Unless ``0 <= old <= new <= self.size``.
        """
        if not 0 <= old <= new <= self.size:
            raise NotFound(f"A log of {self.size} entries has no proof from {old} to {new}.")
        if old in (0, new):
            return ()
        path, start, stop = [], 0, new
        while old != stop:
            middle = start + _largest_power_below(stop - start)
            if old <= middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        if start:
            path.append(self._range(start, stop))
        return tuple(reversed(path))

    def _range(self, start: int, stop: int) -> bytes:
        """Hash of leaves `start` to `stop`; `start` is a multiple of the power of two above."""
        width = stop - start
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            at = (start >> level) * 32
            return bytes(self._levels[level][at : at + 32])
        middle = start + _largest_power_below(width)
        return node_hash(self._range(start, middle), self._range(middle, stop))


def _largest_power_below(n: int) -> int:
    """The largest power of two smaller than `n` (n >= 2)."""
    return 1 << (n - 1).bit_length() - 1


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """The root that `path` proves for `leaf` (RFC 9162, section 2.1.3.2); None if it proves none.

    Compare the result with the signed root; nothing is proved before that.
    """
    if not 0 <= index < size:
        return None
    node, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, path: tuple[bytes, ...]
) -> bool:
    """True when `path` proves that the tree of `new` leaves begins with that of `old` leaves.

    RFC 9162, section 2.1.4.2. An empty old tree is consistent with everything, with no path.
    """
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        expected = EMPTY_ROOT if old == 0 else new_root
        return not path and old_root == expected
    if not path:
        return False
    steps = path if old & (old - 1) else (old_root, *path)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
