"""Tables that users bring: values read strictly, never guessed, refusals that say what there is."""

from pathlib import Path

import pandas as pd
import pytest

from workbench.domain.errors import BadInput
from workbench.store.outcome_table import OutcomeTable

Rows = dict[str, list[object]]


def table(tmp_path: Path, rows: Rows, *, suffix: str = ".csv") -> OutcomeTable:
    path = tmp_path / f"table{suffix}"
    frame = pd.DataFrame(rows)
    if suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return OutcomeTable(path)


def cells(
    found: OutcomeTable,
    *,
    positive: str = "1",
    score: str | None = None,
    threshold: float | None = None,
) -> list[int]:
    """0 true negative, 1 false positive, 2 false negative, 3 true positive."""
    prediction = None if score else "said"
    return found.outcomes(
        label="true", prediction=prediction, score=score, threshold=threshold, positive=positive
    ).cells.tolist()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize(
    "rows",
    [
        {"true": [0, 0, 1, 1], "said": [0, 1, 0, 1]},
        {"true": [0.0, 0.0, 1.0, 1.0], "said": [0, 1, 0, 1]},
        {"true": [False, False, True, True], "said": [False, True, False, True]},
    ],
)
def test_numbers_and_booleans_are_one_alphabet(tmp_path: Path, rows: Rows, suffix: str) -> None:
    assert cells(table(tmp_path, rows, suffix=suffix)) == [0, 1, 2, 3]


def test_words_are_read_once_the_positive_one_is_named(tmp_path: Path) -> None:
    rows: Rows = {"true": ["no", "no", "yes", "yes"], "said": ["no", "yes", "no", "yes"]}
    assert cells(table(tmp_path, rows), positive="yes") == [0, 1, 2, 3]
    with pytest.raises(BadInput, match="name it with --positive"):
        cells(table(tmp_path, rows))


def test_labels_in_words_stand_beside_predictions_in_numbers(tmp_path: Path) -> None:
    rows: Rows = {"true": ["no", "no", "yes", "yes"], "said": [0, 1, 0, 1]}
    assert cells(table(tmp_path, rows), positive="yes") == [0, 1, 2, 3]


def test_zero_can_be_the_positive_value(tmp_path: Path) -> None:
    rows: Rows = {"true": [1, 1, 0, 0], "said": [1, 0, 1, 0]}
    assert cells(table(tmp_path, rows), positive="0") == [0, 1, 2, 3]


def test_one_value_against_all_others_where_it_is_named(tmp_path: Path) -> None:
    rows: Rows = {"true": ["low", "mid", "high", "high"], "said": ["low", "high", "mid", "high"]}
    assert cells(table(tmp_path, rows), positive="high") == [0, 1, 2, 3]


def test_a_third_value_beside_0_and_1_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        cells(table(tmp_path, {"true": [0, 1, 2], "said": [0, 1, 1]}))
    assert refused.value.code == "positive"


def test_a_positive_value_that_occurs_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'mabye'"):
        cells(table(tmp_path, {"true": [0, 1], "said": [0, 1]}), positive="mabye")


def test_a_prediction_that_is_always_the_same_is_read(tmp_path: Path) -> None:
    assert cells(table(tmp_path, {"true": [0, 1], "said": [0, 0]})) == [0, 2]
    words: Rows = {"true": ["no", "yes"], "said": ["no", "no"]}
    assert cells(table(tmp_path, words), positive="yes") == [0, 2]


@pytest.mark.parametrize(
    ("label", "said", "positive"),
    [
        (["no", "no", "yes"], ["No", "Yes", "No"], "yes"),
        (["no", "no", "yes"], ["NO", "NO", "NO"], "yes"),  # not even one value is known
        (["No", "No", "Yes"], ["no", "yes", "no"], "Yes"),
        (["1", "2", "2"], ["1.0", "2.0", "1.0"], "2"),
        (["a", "b", "b"], ["x", "y", "x"], "b"),
        (["no", "yes", "yes"], ["no", "yes", "Yes"], "yes"),  # one of the two spellings matches
        ([0, 1, 1], ["N", "Y", "Y"], "1"),
        (["true", "false", "true"], ["wahr", "falsch", "wahr"], "true"),
        ([0, 1, 1], ["1.00", "0.00", "1.00"], "1"),
    ],
)
def test_a_positive_value_spelt_otherwise_is_refused_and_never_read_as_negative(
    tmp_path: Path, label: list[object], said: list[object], positive: str
) -> None:
    for rows in ({"true": label, "said": said}, {"true": said, "said": label}):
        with pytest.raises(BadInput) as refused:
            cells(table(tmp_path, rows), positive=positive)
        assert refused.value.code == "positive"


@pytest.mark.parametrize(
    ("label", "said", "positive"),
    [
        (["no", "no", "yes", "yes"], [" no", "yes ", " no ", " yes"], " yes"),
        (["False", "False", "True", "True"], ["false", "true", "FALSE", "TRUE"], "true"),
        ([0, 0, 1, 1], [0.0, 1.0, 0.0, 1.0], "1.0"),
        ([0, 0, 1, 1], ["false", "true", "false", "true"], "1"),
        (["no", "no", "yes", "yes"], ["0.0", "1.0", "false", "true"], "yes"),
    ],
)
def test_blanks_and_the_spellings_of_0_and_1_make_no_difference(
    tmp_path: Path, label: list[object], said: list[object], positive: str
) -> None:
    rows: Rows = {"true": label, "said": said}
    assert cells(table(tmp_path, rows), positive=positive) == [0, 1, 2, 3]


def test_negatives_are_known_from_the_other_column_where_nothing_is_positive(
    tmp_path: Path,
) -> None:
    rows: Rows = {"true": ["low", "mid", "high"], "said": ["low", "mid", "mid"]}
    assert cells(table(tmp_path, rows), positive="high") == [0, 0, 2]
    assert cells(table(tmp_path, {"true": [1, 0], "said": [1, 1]}), positive="0") == [0, 2]


def test_scores_are_put_forward_from_the_threshold_on(tmp_path: Path) -> None:
    rows: Rows = {"true": [0, 0, 1, 1], "score": [0.49, 0.5, -3, 7]}
    assert cells(table(tmp_path, rows), score="score", threshold=0.5) == [0, 1, 2, 3]
    with pytest.raises(BadInput, match="threshold"):
        cells(table(tmp_path, rows), score="score")


def test_scores_that_are_no_numbers_are_counted(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": [0, 0, 1], "score": ["0,5", "inf", "0.5"]})
    with pytest.raises(BadInput, match="2 cells that are no finite number, the first in row 1"):
        cells(found, score="score", threshold=0.5)


def test_empty_labels_and_predictions_are_refused_with_their_number(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": ["0", "", "1", ""], "said": ["0", "0", "", "1"]})
    with pytest.raises(BadInput, match="'true' has 2 empty cells of 4, the first in row 2"):
        cells(found)


def test_an_unknown_column_is_answered_with_those_there_are(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": [0, 1], "said": [0, 1], "sex": ["f", "m"]})
    with pytest.raises(BadInput, match="no column 'community' in the table; it has: true, said"):
        found.attributes(["community"])


def test_neither_or_both_of_prediction_and_score_are_refused(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": [0, 1], "said": [0, 1]})
    for name, said in ((None, "Name .* --prediction, or one of scores"), ("said", "not both")):
        with pytest.raises(BadInput, match=said):
            found.outcomes(label="true", prediction=name, score=name, threshold=0.5, positive="1")


def test_a_group_named_na_is_a_group(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": [0, 1, 1], "state": ["NA", "DE", ""]})
    assert found.attributes(["state"])[0].groups == ("DE", "NA")


def test_people_are_numbered_as_they_come(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": [0, 1, 1], "who": ["p9", "p2", "p9"]})
    assert found.people("who").tolist() == [0, 1, 0]


def test_a_threshold_outside_the_scores_is_refused_with_their_range(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": [0, 1, 1], "score": [0.125, 0.5, 0.875]})
    assert cells(found, score="score", threshold=0.125) == [1, 3, 3]
    assert cells(found, score="score", threshold=0.875) == [0, 2, 3]
    for outside in (5.0, 0.0):
        with pytest.raises(BadInput, match=rf"{outside} lies outside .* from 0\.125 to 0\.875"):
            cells(found, score="score", threshold=outside)
    with pytest.raises(BadInput, match="nan is no threshold"):
        cells(found, score="score", threshold=float("nan"))


def test_a_label_that_is_not_named_is_asked_for_by_its_option(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": [0, 1], "said": [0, 1]})
    with pytest.raises(BadInput, match="with --label"):
        found.outcomes(label="", prediction="said", score=None, threshold=None, positive="1")


def test_predictions_that_look_like_scores_are_told_how_to_be_named(tmp_path: Path) -> None:
    found = table(tmp_path, {"true": [0, 1, 1], "said": [0.2, 0.5, 0.9]})
    with pytest.raises(BadInput, match=r"holds 3 different numbers, .* with --score") as refused:
        cells(found)
    assert refused.value.code == "positive"
    words = table(tmp_path, {"true": [0, 1, 1], "said": ["low", "mid", "high"]})
    with pytest.raises(BadInput, match="name it with --positive"):
        cells(words)


def test_a_table_with_other_separators_is_told_what_to_do_without_a_dataset(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("true;said\n0;1\n")
    with pytest.raises(BadInput, match="save it with commas between columns or, where it belongs"):
        OutcomeTable(path)
