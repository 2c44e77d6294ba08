"""How a clerk of another state writes a name: transliterated, respelt, or with a letter off.

Each state follows a scheme of its own: Arvenia one like ISO 9 and ISO 843 (one letter for one,
with accents), Belmark one like the ICAO's for passports (plain letters), Corvenia a national one.
"""

import numpy as np

SCHEMES = ("iso", "icao", "national")  # by state
_CYRILLIC = "абвгдежзиклмнорстуфчшья"
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωώί"
_ARABIC = "اةبتحدرزسشغفقكلمنوي"
_TABLES = {  # letters, and what each scheme makes of them
    _CYRILLIC: (
        "a b v g d e ž z i k l m n o r s t u f č š ' â",
        "a b v g d e zh z i k l m n o r s t u f ch sh ie ia",
        "a b w g d e j z y k l m n o r s t ou f tch ch i ya",
    ),
    _GREEK: (
        "a b g d e z ē th i k l m n x o p r s s t y f ch ps ō ō i",
        "a v g d e z i th i k l m n x o p r s s t y f ch ps o o i",
        "a v gh dh e z h th i c l m n ks o p r s s t u ph kh ps o o i",
    ),
    _ARABIC: (
        "ā ẗ b t ḥ d r z s š ġ f q k l m n w y",
        "a ah b t h d r z s sh gh f q k l m n w y",
        "e a b t h d r z ss ch rh f k k l m n ou i",
    ),
}
_LETTERS = tuple(
    {
        letter: latin
        for letters, schemes in _TABLES.items()
        for letter, latin in zip(letters, schemes[k].split(), strict=True)
    }
    for k in range(len(SCHEMES))
)
_LATIN = (  # what a state's clerks make of foreign Latin spellings
    (("ck", "k"), ("w", "v"), ("j", "y"), ("ost", "oszt")),
    (("sh", "sch"), ("v", "w"), ("k", "ck"), ("y", "j")),
    (("th", "t"), ("k", "c"), ("w", "u"), ("j", "i"), ("ar", "arr")),
)
_KEYS = "abcdefghijklmnoprstuvz"


def is_latin(name: str) -> bool:
    """Whether a name is written in Latin letters, accented ones included."""
    return all(ord(letter) < 0x370 or 0x1E00 <= ord(letter) < 0x1F00 for letter in name)


def transliterated(name: str, state: int) -> str:
    """A name of another script in Latin letters, as clerks of a state write it."""
    letters = _LETTERS[state]
    return _capitals("".join(letters.get(letter, letter) for letter in name.lower()))


def respelt(name: str, state: int) -> str:
    """A Latin name as clerks of a state who hear it write it."""
    out = name.lower()
    for old, new in _LATIN[state]:
        out = out.replace(old, new)
    return _capitals(out)


def _capitals(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split(" "))


def misspelt(rng: np.random.Generator, name: str) -> str:
    """One letter swapped with the next, left out, doubled or mistaken; never the first."""
    if len(name) < 3:
        return name
    at, fault = int(rng.integers(1, len(name) - 1)), int(rng.integers(0, 4))
    other = _KEYS[int(rng.integers(0, len(_KEYS)))]
    if " " in name[at : at + 2]:
        return name[:at] + name[at] + name[at:] if name[at] != " " else name + name[-1]
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return (
        swapped if swapped != name else name[:at] + name[at + 1 :],
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + (other if is_latin(name) else name[at - 1]) + name[at + 1 :],
    )[fault]
