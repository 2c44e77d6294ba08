"""Names made comparable: one script, no marks, no case, words in order; and how alike two are."""

import unicodedata
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse

from workbench.analysis.tables import FloatArray, Int64Array

# Cyrillic, Greek and Arabic letters to the Latin ones they are most often written with. Coarse on
# purpose: national rules differ, and what differs between them is what a comparison must survive.
_LATIN = {
    **dict(zip("абвгдезийклмнопрстуфцыэіѣґ", "abvgdeziiklmnoprstufcyeieg", strict=True)),
    **{"ж": "zh", "х": "h", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "iu"},
    **{"я": "ia", "ё": "e", "є": "e", "ї": "i", "љ": "l", "њ": "n", "ђ": "d", "ћ": "c", "џ": "d"},
    **dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprssiyfo", strict=True)),
    **{"θ": "th", "χ": "h", "ψ": "ps", "τ": "t"},
    **dict(
        zip("ابتجحدذرزسشصضطظعغفقكلمنهويىةءآأإ", "abtjhddrzsssdtzagfqklmnhuiiaaaaa", strict=True)
    ),
    **{"ث": "th", "خ": "h", "ؤ": "u", "ئ": "i", "پ": "p", "چ": "ch", "گ": "g"},
}


def plain(name: str) -> str:
    """`name` in Latin letters without marks, small, its words in alphabetical order."""
    low = "".join(_LATIN.get(letter, letter) for letter in name.casefold())
    bare = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
    bare = "".join(_LATIN.get(letter, letter) for letter in bare)
    words = "".join(c if c.isalpha() else " " for c in bare).split()
    return " ".join(sorted(words))


def skeleton(word: str) -> str:
    """The first letter and the consonants after it, doubled ones once: survives most spellings."""
    kept = word[:1]
    for letter in word[1:]:
        if letter not in "aeiouyjwh" and letter != kept[-1]:
            kept += letter
    return kept[:6]


def bigrams(names: "pd.Series[str]") -> sparse.csr_array:
    """Rows of 0 and 1: which pairs of neighbouring letters each name has."""
    rows, columns = [], []
    for i, name in enumerate(names):
        padded = f" {name} "
        pairs = {(ord(a) * 512 + ord(b)) % 65_536 for a, b in pairwise(padded)}
        rows += [i] * len(pairs)
        columns += sorted(pairs)
    data = np.ones(len(rows), dtype=np.float32)
    return sparse.csr_array((data, (rows, columns)), shape=(len(names), 65_536))


def dice(grams: sparse.csr_array, a: Int64Array, b: Int64Array) -> FloatArray:
    """Shared pairs of letters of names `a` and `b` over their mean number of pairs, 0 to 1."""
    size = np.asarray(grams.sum(axis=1), dtype=np.float64).ravel()
    shared = np.empty(len(a))
    for start in range(0, len(a), 200_000):
        cut = slice(start, start + 200_000)
        product = grams[a[cut]].multiply(grams[b[cut]])
        shared[cut] = np.asarray(product.sum(axis=1)).ravel()
    return np.asarray(2 * shared / np.maximum(1, size[a] + size[b]), dtype=np.float64)
