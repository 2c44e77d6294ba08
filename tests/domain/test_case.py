"""A case says what it is for, in words."""

import pytest

from workbench.domain.case import require_words
from workbench.domain.errors import BadInput


@pytest.mark.parametrize(
    "nothing", ["", "   ", "\u200b" * 30, "aaaaaaaaaaaaaaaa", "short", "\n\t \r"]
)
def test_what_says_nothing_is_refused(nothing: str) -> None:
    with pytest.raises(BadInput, match="in a sentence") as refused:
        require_words(nothing, of="purpose")
    assert refused.value.code == "no_words"


def test_words_are_kept_without_the_blanks_around_them() -> None:
    assert require_words("  To find who sent it.  ", of="purpose") == "To find who sent it."
