"""UTF-8 text of a delivered file: checked while it is read, a block at a time, never held whole."""

import codecs
import io
from collections.abc import Iterable, Iterator
from typing import Protocol

from workbench.domain.errors import BadInput
from workbench.store.formats.refusal import refusal

BLOCK = 1 << 20
MAX_LINE = 4_000_000  # characters of one row


class Readable(Protocol):
    """Bytes from some place; `read(n)` gives at most n, and none at the end."""

    def read(self, n: int, /) -> bytes: ...


def decode(file: str, data: bytes) -> str:
    """All of `data` as text; raises what `texts` raises."""
    return "".join(texts(file, io.BytesIO(data)))


def texts(file: str, stream: Readable) -> Iterator[str]:
    """The text in blocks of at most `BLOCK` characters, without a byte order mark.

    Raises
    ------
    BadInput
        Codes ``empty``, ``nul`` and ``not_utf8``, the last with a hint of what it may be.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    newlines, blank, first = 0, True, True
    while block := stream.read(BLOCK):
        if first and _looks_like_utf16(block):
            raise refusal(file, "not_utf8", "it looks like UTF-16; save it as UTF-8.")
        first = False
        at = block.find(b"\x00")
        if at >= 0:
            line = newlines + block.count(b"\n", 0, at) + 1
            raise refusal(file, "nul", "it holds a NUL byte; take it out.", place=f"line {line}")
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            line = newlines + error.object.count(b"\n", 0, error.start) + 1
            what = "it may be Latin-1 or Windows-1252; save it as UTF-8."
            raise _no_utf8(file, what, line) from error
        newlines += block.count(b"\n")
        blank = blank and not text.strip()
        yield text
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        what = "it was cut inside a character; deliver it whole."
        raise _no_utf8(file, what, newlines + 1) from error
    if blank:
        raise refusal(file, "empty", "it holds nothing; deliver a header and rows.")


def _no_utf8(file: str, hint: str, line: int) -> BadInput:
    return refusal(file, "not_utf8", hint, place=f"line {line}")


def _looks_like_utf16(data: bytes) -> bool:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    even, odd = data[0:40:2].count(0), data[1:40:2].count(0)
    return marked or (even > 8) != (odd > 8)


class Lines:
    """The lines of `blocks` of text, ends kept. `n_characters` counts what was given so far."""

    def __init__(self, file: str, blocks: Iterable[str]) -> None:
        self._file = file
        self._blocks = blocks
        self.n_characters = 0

    def __iter__(self) -> Iterator[str]:
        pending, number = "", 0
        for block in self._blocks:
            whole = list(io.StringIO(pending + block, newline=""))
            pending = "" if not whole or whole[-1].endswith("\n") else whole.pop()
            for line in (*whole, pending):
                if len(line) > MAX_LINE:
                    raise self._too_long(number + 1)
            for line in whole:
                number += 1
                self.n_characters += len(line)
                yield line
        for line in io.StringIO(pending, newline=""):
            self.n_characters += len(line)
            yield line

    def _too_long(self, after: int) -> BadInput:
        what = f"one line is above {MAX_LINE:,} characters; break it up."
        return refusal(self._file, "field_too_large", what, place=f"line {after}")
