"""How hard it is to find the same person, and offences of one series: simple linkage, documented.

Record linkage: candidates share a birth date (or its day and month swapped), the sound of a first
and last name, a phone or an address; each is compared in name, birth date, sex, nationality and
shared phone, address and account; a logistic regression learnt on half of the people scores the
other half, and the reverse; F1 at the best threshold counts pairs that no candidate reached.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.spelling import bigrams, dice, plain, skeleton
from workbench.analysis.validation.world import Flags, Matrix, NotInWorld, WrittenWorld

Pairs = np.ndarray[tuple[int, int], np.dtype[np.int64]]
_MOST_IN_BLOCK = 60  # a block of more says too little


def record_linkage(world: WrittenWorld) -> dict[str, Measured]:
    """Best F1 of the linkage above, and F1 of matching names exactly."""
    world.table("persons", "id", "name", "birth_date")
    persons = world.tables["persons"]
    true = _true_pairs(world, persons["id"])
    if not len(true):
        raise NotInWorld("nobody was delivered twice")
    names = persons["name"].fillna("").map(plain)
    pairs = candidates(world, persons, names)
    scores = _scores(world, persons, names, pairs, true)
    matched = np.isin(_keys(pairs, len(persons)), _keys(true, len(persons)))
    f1, recall_, precision, curve = best_f1(scores, matched, len(true))
    exact = _f1_of(_same(persons["name"]), true, len(persons))
    reached = float(matched.sum() / len(true))
    note = (
        f"Precision {precision:.3f}, recall {recall_:.3f}; {len(pairs):,} candidates reach "
        f"{reached:.1%} of {len(true):,} pairs."
    )
    plot = Plot(
        title="Record linkage",
        x_label="recall",
        y_label="precision",
        series=(Series(name="this world", x=curve[0], y=curve[1]),),
    )
    return {
        "linkage_f1": Measured(value=f1, n=len(true), note=note, plot=plot),
        "exact_f1": Measured(value=exact, n=len(true)),
    }


def _true_pairs(world: WrittenWorld, ids: "pd.Series[str]") -> Pairs:
    """All pairs of rows that stand for one person, as row numbers, smaller first."""
    standing = ids.map(world.true_person).to_numpy()
    codes = pd.factorize(standing)[0]
    return _blocks(pd.Series(codes))


def _blocks(values: "pd.Series[str] | pd.Series[int]") -> Pairs:
    """Pairs of rows with one value; missing and crowded values make none."""
    kept = values.dropna()
    sizes = kept.map(kept.value_counts())
    kept = kept[(sizes > 1) & (sizes <= _MOST_IN_BLOCK)]
    found: list[tuple[int, int]] = []
    for rows in kept.groupby(kept, sort=False).indices.values():
        at = np.sort(kept.index.to_numpy()[rows])
        found += [(int(a), int(b)) for i, a in enumerate(at) for b in at[i + 1 :]]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def candidates(world: WrittenWorld, persons: pd.DataFrame, names: "pd.Series[str]") -> Pairs:
    """Pairs of rows worth a comparison, each once."""
    sound = names.map(lambda name: " ".join(sorted(skeleton(w) for w in name.split())))
    words = sound.str.split()
    ends = words.map(lambda w: f"{w[0]} {w[-1]}" if w else None)
    birth = persons["birth_date"].where(persons["birth_date"].fillna("") != "")
    blocks = [_blocks(birth), _blocks(birth.map(_swapped, na_action="ignore")), _blocks(ends)]
    blocks += [_word_and_year(words, birth)]
    blocks += [_blocks_through(shared) for shared in _shared(world, persons["id"])]
    both = np.concatenate(blocks)
    return np.unique(both, axis=0)


def _swapped(date: str) -> str:
    """The same for a date and for it with day and month swapped."""
    year, one, other = [*date.split("-"), "", ""][:3]
    return f"{year}-{min(one, other)}-{max(one, other)}"


def _word_and_year(words: "pd.Series[list[str]]", birth: "pd.Series[str]") -> Pairs:
    """One word of the name sounds the same and the year of birth is the same."""
    year = birth.str[:4]
    long = pd.DataFrame({"word": words, "year": year}).explode("word").dropna()
    key = long["word"] + " " + long["year"]
    return _blocks_of(long.index.to_numpy(), key)


def _blocks_of(rows: Int64Array, key: "pd.Series[str]") -> Pairs:
    frame = pd.DataFrame({"row": rows, "key": key.to_numpy()}).drop_duplicates()
    sizes = frame.groupby("key")["row"].transform("size")
    frame = frame[(sizes > 1) & (sizes <= _MOST_IN_BLOCK)]
    joined = frame.merge(frame, on="key")
    joined = joined[joined["row_x"] < joined["row_y"]]
    return joined[["row_x", "row_y"]].to_numpy(np.int64)


def _shared(world: WrittenWorld, ids: "pd.Series[str]") -> Iterator[pd.DataFrame]:
    """row, thing: who uses which phone, lives where, holds which account."""
    row = pd.Series(np.arange(len(ids)), index=ids)
    for name, who, what in (
        ("uses", "holder", "phone"),
        ("lives_at", "person", "place"),
        ("holds", "holder", "account"),
    ):
        if world.has(name, who, what):
            links = world.table(name, who, what)
            held = links[links[who].isin(row.index)]
            yield pd.DataFrame(
                {"row": held[who].map(row).to_numpy(), "thing": held[what].to_numpy()}
            )
        else:
            yield pd.DataFrame({"row": pd.Series(dtype="int64"), "thing": pd.Series(dtype="str")})


def _blocks_through(shared: pd.DataFrame) -> Pairs:
    return _blocks_of(shared["row"].to_numpy(np.int64), shared["thing"])


def _keys(pairs: Pairs, n: int) -> Int64Array:
    return np.asarray(pairs[:, 0] * n + pairs[:, 1], dtype=np.int64)


def _scores(
    world: WrittenWorld,
    persons: pd.DataFrame,
    names: "pd.Series[str]",
    pairs: Pairs,
    true: Pairs,
) -> FloatArray:
    """Out-of-fold log odds of each candidate; a pair's fold is its first row's."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features = comparisons(world, persons, names, pairs)
    label = np.isin(_keys(pairs, len(persons)), _keys(true, len(persons)))
    fold = pairs[:, 0] % 2
    scores = np.full(len(pairs), -np.inf)
    for k in (0, 1):
        if not label[fold != k].any():
            raise NotInWorld("too few were delivered twice to learn from")
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
        model.fit(features[fold != k], label[fold != k])
        scores[fold == k] = model.decision_function(features[fold == k])
    return scores


def comparisons(
    world: WrittenWorld, persons: pd.DataFrame, names: "pd.Series[str]", pairs: Pairs
) -> Matrix:
    """One row per pair: likeness of names, birth dates, sex and nationality; things shared."""
    a, b = pairs[:, 0], pairs[:, 1]
    alike = dice(bigrams(names), a, b)
    sound = names.map(lambda name: " ".join(skeleton(w) for w in name.split()))
    consonants = dice(bigrams(sound), a, b)
    parts = [alike, alike**2, consonants, consonants**2, _one_word(names, a, b)]
    parts += _birth(persons["birth_date"].fillna(""), a, b)
    for column in ("sex", "nationality", "community"):
        if column in persons:
            values = persons[column].to_numpy(dtype=object)
            parts.append((values[a] == values[b]).astype(np.float64))
    n = len(persons)
    for shared in _shared(world, persons["id"]):
        keys = _keys(_blocks_through(shared), n)
        parts.append(np.isin(_keys(pairs, n), keys).astype(np.float64))
    return np.column_stack([*parts, alike * parts[5], consonants * parts[5]])


def _one_word(names: "pd.Series[str]", a: Int64Array, b: Int64Array) -> FloatArray:
    """Share of the shorter name's words that the other has too: a name taken or dropped."""
    words = [frozenset(skeleton(w) for w in name.split()) for name in names]
    return np.array(
        [
            len(words[i] & words[j]) / max(1, min(len(words[i]), len(words[j])))
            for i, j in zip(a, b, strict=True)
        ],
        dtype=np.float64,
    )


def _birth(dates: "pd.Series[str]", a: Int64Array, b: Int64Array) -> list[FloatArray]:
    """Equal or swapped · two of three parts equal · either missing."""
    parts = dates.str.split("-", expand=True).reindex(columns=range(3)).fillna("")
    year, month, day = (parts[k].to_numpy(dtype=object) for k in range(3))
    missing = (dates.to_numpy(dtype=object)[a] == "") | (dates.to_numpy(dtype=object)[b] == "")
    same_year = year[a] == year[b]
    same = [same_year, month[a] == month[b], day[a] == day[b]]
    swapped = same_year & (month[a] == day[b]) & (day[a] == month[b])
    equal = (same[0] & same[1] & same[2]) | swapped
    two = sum(part.astype(int) for part in same) >= 2
    return [
        (equal & ~missing).astype(np.float64),
        (two & ~missing).astype(np.float64),
        missing.astype(np.float64),
    ]


def best_f1(
    scores: FloatArray, matched: Flags, n_true: int
) -> tuple[float, float, float, tuple[tuple[float, ...], tuple[float, ...]]]:
    """F1, recall and precision at the threshold with the highest F1, and the curve of both.

    `n_true` counts all true pairs, also those that no candidate reached.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(matched[order])
    asked = np.arange(1, len(order) + 1)
    precision, found = hits / asked, hits / n_true
    f1 = 2 * hits / (asked + n_true)
    top = int(np.argmax(f1))
    at = np.unique(np.linspace(0, min(len(order) - 1, 2 * n_true), 120).astype(int))
    curve = (tuple(found[at].tolist()), tuple(precision[at].tolist()))
    return float(f1[top]), float(found[top]), float(precision[top]), curve


def _same(names: "pd.Series[str]") -> Pairs:
    return _blocks(names.fillna("").where(names.fillna("") != "").reset_index(drop=True))


def _f1_of(pairs: Pairs, true: Pairs, n: int) -> float:
    hits = int(np.isin(_keys(pairs, n), _keys(true, n)).sum())
    return 2 * hits / max(1, len(pairs) + len(true))
