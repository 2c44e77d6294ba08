"""What a Parquet file's pages unpack to, read off their headers before any page is unpacked.

The footer of a file may promise little while a page of some bytes unpacks to gigabytes. Page
headers are in Thrift's compact protocol (Apache Parquet format, PageHeader).
"""

from typing import Any

from workbench.domain.errors import BadInput
from workbench.store.formats.refusal import MAX_BYTES, refusal

MAX_PAGE = 128_000_000
_DATA, _DICTIONARY, _DATA_V2 = 5, 7, 8  # fields of PageHeader
_ENCODING_FIELD = {_DATA: 2, _DICTIONARY: 2, _DATA_V2: 4}
_DELTA_BYTE_ARRAY = 7  # each value may repeat all of the last: it has no bound


def check_pages(file: str, data: bytes, metadata: Any) -> None:
    """Walk every page header of the file whose footer is `metadata`.

    Raises
    ------
    BadInput
        Codes ``parquet`` (a header that makes no sense), ``too_large`` and ``column_type`` (an
        encoding without bound).
    """
    total = 0
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            column = metadata.row_group(group).column(number)
            start, first = column.data_page_offset, column.dictionary_page_offset
            if first is not None and 0 < first < start:
                start = first
            total += _walk(file, data, start, start + column.total_compressed_size, number + 1)
            if total > MAX_BYTES:
                what = "it unpacks to above 2 GB; deliver it in parts."
                raise refusal(file, "too_large", what)


def _walk(file: str, data: bytes, at: int, end: int, number: int) -> int:
    """Bytes that the pages of one column in one row group unpack to."""
    if not 0 < at <= end <= len(data):
        raise _damaged(file, number)
    unpacked = 0
    while at < end:
        try:
            header, at = _struct(data, at, end, 0)
            size, packed = int(header[2]), int(header[3])
        except (KeyError, IndexError, TypeError) as error:
            raise _damaged(file, number) from error
        for field, encoding in _ENCODING_FIELD.items():
            said = header.get(field)
            if isinstance(said, dict) and said.get(encoding) == _DELTA_BYTE_ARRAY:
                what = "a column is in the encoding DELTA_BYTE_ARRAY; write it plain."
                raise refusal(file, "column_type", what, place=f"column {number}")
        if size < 0 or packed < 0 or at + packed > end:
            raise _damaged(file, number)
        if size > MAX_PAGE:
            what = "a page unpacks to above 128 MB; write it in smaller pages."
            raise refusal(file, "too_large", what, place=f"column {number}")
        at, unpacked = at + packed, unpacked + size
    return unpacked


def _damaged(file: str, number: int) -> BadInput:
    return refusal(
        file, "parquet", "it is damaged or cut; write it anew.", place=f"column {number}"
    )


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= end or shift > 63:
            raise IndexError
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _struct(data: bytes, at: int, end: int, depth: int) -> tuple[dict[int, Any], int]:
    """Fields by number: integers and inner structures; of all else only that it is there."""
    if depth > 8:
        raise IndexError
    fields: dict[int, Any] = {}
    number = 0
    while True:
        if at >= end:
            raise IndexError
        head, at = data[at], at + 1
        if head == 0:
            return fields, at
        if head >> 4:
            number += head >> 4
        else:
            zigzag, at = _varint(data, at, end)
            number = (zigzag >> 1) ^ -(zigzag & 1)
        fields[number], at = _value(data, at, end, head & 0x0F, depth)


def _value(data: bytes, at: int, end: int, kind: int, depth: int) -> tuple[Any, int]:
    match kind:
        case 1 | 2:  # a boolean is its kind
            return None, at
        case 3:
            return None, at + 1
        case 4 | 5 | 6:
            zigzag, at = _varint(data, at, end)
            return (zigzag >> 1) ^ -(zigzag & 1), at
        case 7:
            return None, at + 8
        case 8:
            length, at = _varint(data, at, end)
            return None, at + length
        case 12:
            return _struct(data, at, end, depth + 1)
        case _:  # page headers hold no list, set or map
            raise IndexError
