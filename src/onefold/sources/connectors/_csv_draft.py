"""What the start of a csv file asks the definition to say: its encoding, and the lines above its header."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from typing import Final

from onefold.sources.connectors._csv_dialect import DELIMITERS, HEAD_BYTES, UNIT, head_of
from onefold.sources.connectors._header_place import header_place
from onefold.sources.files import LocalFile

WESTERN: Final = "cp1252"
_LOOKED_AT: Final = 1 << 16
_ROWS: Final = 60


def foreign_encoding(files: Sequence[LocalFile]) -> str | None:
    """Return the encoding of files that are not UTF-8, when it is the one of Windows programs in the west.

    A few bytes that are no UTF-8 among many that are, are dirt, for quarantine.

    Raises:
        InvalidInput: a file is no text, or damaged.
    """
    as_utf8, otherwise = 0, 0
    for file in files:
        _, head, whole = head_of(file)
        if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return None
        lines = head.split(b"\n")
        for line in lines if whole else lines[:-1]:
            if line.isascii():
                continue
            if _decodes(line, "utf-8"):
                as_utf8 += 1
            elif _decodes(line, WESTERN):
                otherwise += 1
            else:
                return None
    return WESTERN if otherwise > as_utf8 else None


def lines_above_header(file: LocalFile, *, encoding: str | None, delimiter: str | None, quote: str) -> int:
    """Return how many lines stand above the names of the columns; 0 when the first line holds them.

    Raises:
        InvalidInput: the file is no text, or damaged.
    """
    _, head, whole = head_of(file)
    text = head[:_LOOKED_AT].decode(_name(head, encoding), "replace").removeprefix("\ufeff")
    if not whole or len(head) > _LOOKED_AT:
        text = text.rpartition("\n")[0]
    widest, lines = 1, 0
    for mark in (delimiter,) if delimiter else DELIMITERS:
        rows, ends = _split(text, mark, quote)
        place = header_place(rows)
        if place is not None and len(rows[place]) > widest:
            # Blank lines alone are passed over anyway.
            widest, lines = len(rows[place]), ends[place - 1] if any(rows[:place]) else 0
    return lines


def _name(head: bytes, encoding: str | None) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return encoding or "utf-8"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _split(text: str, delimiter: str, quote: str) -> tuple[list[list[str]], list[int]]:
    """Return the first rows, blank lines too, and the line that each ends on."""
    csv.field_size_limit(HEAD_BYTES * 4)
    one = len(delimiter) == 1
    reader = csv.reader(
        io.StringIO(text if one else text.replace(delimiter, UNIT), newline=""),
        delimiter=delimiter if one else UNIT,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    rows: list[list[str]] = []
    ends: list[int] = []
    for row in reader:
        rows.append(row)
        ends.append(reader.line_num)
        if len(rows) == _ROWS:
            break
    return rows, ends
