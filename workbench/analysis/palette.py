"""What each colour means, on pages and in reports alike: one meaning, one colour.

All are of Okabe and Ito's palette (2008), a lighter form on dark ground,
so that eyes which see colours otherwise can still tell them apart. What needs no colour has none:
those that were put forward are ringed in the colour of the text, the middle of a range is grey.

| meaning | colour |
| --- | --- |
| what was measured (dots, intervals, medians); what speaks for a claim, to the right of 0 | blue |
| what speaks against a claim, to the left of 0 | vermilion |
| a low value of a feature | bluish green |
| a high value of a feature | reddish purple |
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour on light and on dark ground, as ``#rrggbb``."""

    light: str
    dark: str

    def on(self, *, dark: bool) -> str:
        return self.dark if dark else self.light


MEASURED = Ink("#0072B2", "#56B4E9")
FOR = MEASURED
AGAINST = Ink("#D55E00", "#F0894A")
LOW = Ink("#009E73", "#3FC49B")
HIGH = Ink("#CC79A7", "#DB9BC0")
MIDDLE = Ink("#8A939B", "#8A939B")
NO_VALUE = Ink("#C9CED2", "#4A535A")
