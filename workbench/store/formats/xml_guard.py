"""XML read in a stream, with nothing in it that could harm: the guard of every XML graph format.

No document type, no entities, no processing of names outside the file; depth, length of a text and
size of a tag are bounded, and memory does not grow with the file.
"""

import codecs
from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat

from workbench.store.formats.refusal import MAX_CHARACTERS, refusal, too_large_cell
from workbench.store.formats.text_stream import Readable

MAX_DEPTH = 64
MAX_TAG = 1_000_000  # bytes of one tag, comment or instruction
CHUNK = 1 << 16


class Receiver(Protocol):
    """What is told of each element. `name` is local to the file's main vocabulary.

    Elements of another vocabulary come as ``*local``: yEd's ``y:NodeLabel`` is ``*NodeLabel``.
    """

    def start(self, name: str, said: Mapping[str, str]) -> None:
        """An element opens with the attributes `said`."""

    def end(self, name: str, text: str) -> None:
        """It closes; `text` is its own text, CDATA included, without that of its children."""


def read_xml(file: str, stream: Readable, root: str, receiver: Receiver) -> None:
    """Tell `receiver` of every element of the file, whose outermost one is `root`.

    Raises
    ------
    BadInput
        Codes ``empty``, ``nul``, ``not_utf8``, ``entities``, ``xml``, ``magic`` (another
        vocabulary), ``too_deep``, ``field_too_large``, and those of `receiver`.
    """
    guard = _Guard(file, root, receiver)
    while chunk := stream.read(CHUNK):
        guard.feed(chunk)
    guard.close()


class _Guard:
    def __init__(self, file: str, root: str, receiver: Receiver) -> None:
        self._file, self._root, self._receiver = file, root, receiver
        self._prefix = ""
        self._names: dict[str, str] = {}
        self._texts: list[list[str]] = []
        self._lengths: list[int] = []
        self._fed = 0
        self._wide = False
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._bad_utf8 = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes) -> None:
        if not self._fed:
            self._wide = chunk.startswith((b"\xff\xfe", b"\xfe\xff"))
        if not self._wide and b"\x00" in chunk:
            what = "it holds a NUL byte; take it out."
            raise refusal(self._file, "nul", what, place=f"line {self._line(chunk)}")
        self._check_utf8(chunk)
        self._fed += len(chunk)
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            raise self._not_xml(error) from error
        except (LookupError, ValueError) as error:  # an encoding that Python cannot give to expat
            raise self._unknown_encoding() from error
        if self._fed - self._parser.CurrentByteIndex > MAX_TAG:
            what = "a tag or a comment is above 1 MB; cut it."
            raise refusal(self._file, "field_too_large", what, place=self._place)

    def close(self) -> None:
        if not self._fed:
            raise refusal(self._file, "empty", "it holds nothing; deliver a graph.")
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._not_xml(error) from error

    @property
    def _place(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"

    def _line(self, chunk: bytes) -> int:
        return self._parser.CurrentLineNumber + chunk.count(b"\n", 0, chunk.find(b"\x00"))

    def _check_utf8(self, chunk: bytes) -> None:
        """Remember whether the bytes so far are UTF-8, to say so if they turn out unreadable."""
        if self._utf8 is None or self._wide:
            return
        try:
            self._utf8.decode(chunk)
        except UnicodeDecodeError:
            self._bad_utf8, self._utf8 = True, None

    def _not_xml(self, error: expat.ExpatError) -> Exception:
        place = f"line {error.lineno}"
        said = expat.errors.messages.get(error.code, "")
        invalid = (expat.errors.XML_ERROR_INVALID_TOKEN, expat.errors.XML_ERROR_PARTIAL_CHAR)
        if self._bad_utf8 and said in invalid:
            what = "it is not UTF-8 and does not say what it is; save it as UTF-8."
            return refusal(self._file, "not_utf8", what, place=place)
        if said in (
            expat.errors.XML_ERROR_UNKNOWN_ENCODING,
            expat.errors.XML_ERROR_INCORRECT_ENCODING,
        ):
            return self._unknown_encoding()
        if said == expat.errors.XML_ERROR_UNDEFINED_ENTITY:
            what = "it uses an entity that XML does not have; write the character itself."
            return refusal(self._file, "entities", what, place=place)
        if said in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN):
            what = "it ends before it is whole; deliver all of it."
            return refusal(self._file, "xml", what, place=place)
        return refusal(self._file, "xml", "it is no well-formed XML there; mend it.", place=place)

    def _unknown_encoding(self) -> Exception:
        what = "its encoding is not known or not the one it names; save it as UTF-8."
        return refusal(self._file, "not_utf8", what, place=self._place)

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "utf8"):
            self._utf8 = None

    def _doctype(self, *declared: object) -> None:
        what = "it declares a document type or entities; take the declaration out."
        raise refusal(self._file, "entities", what, place=self._place)

    def _start(self, tag: str, said: dict[str, str]) -> None:
        if not self._texts:
            self._open_root(tag)
        elif len(self._texts) >= MAX_DEPTH:
            what = f"it nests deeper than {MAX_DEPTH}; flatten it."
            raise refusal(self._file, "too_deep", what, place=self._place)
        self._texts.append([])
        self._lengths.append(0)
        for value in said.values():
            if len(value) > MAX_CHARACTERS:
                raise too_large_cell(self._file, place=self._place)
        self._receiver.start(self._local(tag), said)

    def _open_root(self, tag: str) -> None:
        self._prefix = tag.rpartition(":")[0]
        if tag.rpartition(":")[2].casefold() != self._root:
            what = f"its outermost element is not <{self._root}>; check its name."
            raise refusal(self._file, "magic", what)

    def _end(self, tag: str) -> None:
        self._lengths.pop()
        self._receiver.end(self._local(tag), "".join(self._texts.pop()))

    def _text(self, text: str) -> None:
        """Blanks between elements are not kept, so that a long list of children costs nothing."""
        if not self._lengths[-1] and text.isspace():
            return
        self._lengths[-1] += len(text)
        if self._lengths[-1] > MAX_CHARACTERS:
            raise too_large_cell(self._file, place=self._place)
        self._texts[-1].append(text)

    def _local(self, tag: str) -> str:
        known = self._names.get(tag)
        if known is None:
            prefix, _, local = tag.rpartition(":")
            known = local if prefix == self._prefix else f"*{local}"
            if len(self._names) < 10_000:
                self._names[tag] = known
        return known
