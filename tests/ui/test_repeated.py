"""The sentence on where else the same candidate is before people."""

from workbench.services.repeats import Repeat
from workbench.ui.repeated import sentence


def repeat(n: int, *, is_open: bool = True, judged: bool = False) -> Repeat:
    return Repeat(
        finding_id=f"F-{n}" if is_open else "", case_id=f"C-{n}" if is_open else "", judged=judged
    )


def test_a_case_that_is_not_open_to_the_reader_is_counted_and_not_named() -> None:
    said = sentence((repeat(1), repeat(2, is_open=False), repeat(3, is_open=False)))
    assert said == (
        "The same claim about the same entities is also before people as F-1 in C-1 and 2 cases "
        "not open to you."
    )


def test_many_are_counted_after_the_first_four() -> None:
    said = sentence(tuple(repeat(n) for n in range(11)))
    assert "F-3 in C-3 and 7 more of your cases." in said
    assert "F-4" not in said


def test_a_view_that_was_sealed_there_makes_this_one_no_blind_one() -> None:
    assert "is not blind" in sentence((repeat(1, judged=True),))
    assert "is not blind" not in sentence((repeat(1),))
