"""What a model's behaviour says, in sentences."""

import builders_behaviour as made
import pytest

from workbench.analysis import behaviour_words as words


def test_a_model_that_adds_up_says_so_in_a_sentence() -> None:
    found = made.document()["behaviour"]["interactions"]
    assert words.interactions_sentence(found).startswith("Nothing acts only together")


def test_the_strongest_pair_is_named_with_its_size() -> None:
    pair = {"labels": ["Calls", "Distance"], "strength": 0.512, "share": 0.4}
    found = {"n": 64, "additive": False, "each": [], "pairs": [pair]}
    said = words.interactions_sentence(found)
    assert "What calls does depends most on distance" in said
    assert "0.51 log-odds" in said
    assert "single reason" in words.interactions_sentence(found | {"pairs": []})


def test_where_a_measure_is_highest_is_said_with_its_name_and_no_test_is_made_of_intervals() -> (
    None
):
    slicing = made.document()["slices"][1]
    said = words.slice_sentence(slicing, "recall")
    assert said == (
        "The share put forward of what was confirmed (recall) is highest for AA (90 % (80 to 95)), "
        "lowest for BB (30 % (10 to 50))."
    )
    slicing["rows"][1]["recall"] = [0.82, 0.5, 0.95]
    assert words.slice_sentence(slicing, "recall") == (
        "The share put forward of what was confirmed (recall) is between 82 and 90 %; even the "
        "outermost lie within one another's intervals, so no order is told."
    )
    slicing["rows"][1]["recall"] = [0.899, 0.5, 0.95]
    assert words.slice_sentence(slicing, "recall") == (
        "The share put forward of what was confirmed (recall) is 90 % in each that can be told."
    )
    assert "not tested" in words.NO_TEST
    assert "Too few" in words.slice_sentence(slicing, "precision")


def test_what_is_not_shown_is_named() -> None:
    slicing = made.document()["slices"][1]
    assert words.excluded_sentence(slicing) == "Not shown, fewer than 10 candidates: CC."
    assert words.excluded_sentence(slicing | {"excluded": []}) == ""
    assert words.value_words(slicing["rows"][1], "precision") == "too few to tell"


def test_a_probability_outside_the_interval_of_what_came_true_is_named() -> None:
    rows = made.document()["said_and_seen"]
    assert words.calibration_sentence(rows) == (
        "In 1 of 2 groups of candidates the probability lies outside the 95 % interval of the "
        "share confirmed; most where it says 2 % and 0 % were."
    )
    assert "In every group of candidates (1)" in words.calibration_sentence(rows[1:])
    assert words.calibration_sentence([]) == "No candidate could be compared."


def test_it_says_on_how_many_it_rests_and_how_many_were_withheld() -> None:
    found = made.document()
    assert words.sampled(found).startswith("390 of the 400 candidates it was tested on")
    assert "left out" not in words.sampled(found)
    found["behaviour"]["n_withheld"] = 10
    assert "10 left out: their explanation is withheld." in words.sampled(found)


def test_recorded_is_told_from_true() -> None:
    said = words.label_source(made.document())
    assert "between 2024-05-01 and 2024-08-01" in said
    assert "not the same as true" in said


@pytest.mark.parametrize(
    ("unit", "shown", "factor"),
    [("share", "share, per cent", 100.0), ("yes or no", "0 no, 1 yes", 1.0), ("km", "km", 1.0)],
)
def test_an_axis_has_its_unit_in_words(unit: str, shown: str, factor: float) -> None:
    assert words.unit_words(unit) == shown
    assert words.factor(unit) == factor


def test_a_measure_names_its_own_denominator() -> None:
    row = made.row("AA", 13_580, 44, 1_252)
    assert words.rests_on(row, "recall") == "44 confirmed"
    assert words.rests_on(row, "precision") == "1,252 put forward"
    assert words.rests_on(row, "average_precision") == "44 confirmed"


def test_it_opens_with_what_it_goes_by_and_how_well_it_does() -> None:
    assert words.opening(made.document()) == (
        "Most of all it goes by this: calls. Of what it put forward, 50 % (40 to 60) was "
        "confirmed; of what was confirmed it had put forward 75 % (60 to 90)."
    )
    said = words.basis(made.document())
    assert said["Candidates"] == "400, each a pair"
    assert said["Confirmed by later records"] == "40"
    assert said["Kind of model"] == "logistic regression"


def test_squares_that_are_not_shown_are_counted_not_listed() -> None:
    slicing = {"key": "place", "excluded": ["east 0–30, north 0–30 km", "east 30–60, north 0 km"]}
    said = words.excluded_sentence(slicing)
    assert said == "Not shown, fewer than 10 candidates: 2 of the squares."


def test_an_example_without_a_reason_says_why() -> None:
    assert words.unnamed(made.example(reasons_for=(), against=())) == "No single reason stands out."
    assert "misses by 1" in words.unnamed(made.example(withheld="It misses by 1."))
    assert words.left_out_sentence(0) == ""
    assert words.left_out_sentence(3) == "Left out for that reason: 3."
