"""How a csv file is written: compression, encoding, delimiter, header; told from its first megabyte."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa

from onefold.foundation.kernel import InvalidInput, counted
from onefold.sources.connectors._header_place import DATA_CELL
from onefold.sources.files import Compression, LocalFile, packing

HEAD_BYTES: Final = 1 << 20
DELIMITERS: Final = (",", ";", "\t", "|")
UNIT: Final = "\x1f"  # stands for a delimiter of several characters
NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_ROWS: Final = 2_000
_SNIFFED_ROWS: Final = 200
_SNIFFED_TEXT: Final = 1 << 17
_SNIFFED_LINES: Final = 20
_CHUNK: Final = 1 << 20
_CONTROLS: Final = bytes((*range(9), *range(14, 27), *range(28, 32)))
_FOREIGN: Final = {
    b"PK\x03\x04": "a zip or Excel file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a SQLite database",
    b"\x7fELF": "a program",
}
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written, with its first rows.

    Attributes:
        names: the header's cells, or the given names, or `column_1`, ... without a header.
        rows: the first data rows as cells; empty cells are None.
        lines_above: lines before the first data row.
        skip: those to pass over before the header, blank ones too: the engine would take one for the header.
    """

    compression: Compression
    encoding: str
    delimiter: str
    quote: str
    has_header: bool
    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    lines_above: int
    skip: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the definition says about the file; None lets the file tell."""

    delimiter: str | None
    quote: str
    encoding: str | None
    header: bool | None
    skip: int
    names: tuple[str, ...]


@lru_cache(maxsize=2)  # discovery and reading ask one after the other
def dialect_of(file: LocalFile, wanted: Wanted) -> Dialect:
    """Return how the file is written.

    Raises:
        InvalidInput: it is empty, not text, in another encoding or with another delimiter than declared, or
            its header names a column twice.
    """
    compression, head, whole = head_of(file)
    encoding = _encoding(file, head, wanted.encoding)
    text = _decoded(file, head, encoding, whole=whole)
    for _ in range(wanted.skip):
        _, _, text = text.partition("\n")
    if not text.strip():
        message = f"{file.url} is empty."
        hint = "Check the export that writes it; a table without rows still has its header."
        raise InvalidInput(message, code="sources.file_empty", hint=hint, context={"file": file.url})
    skip = wanted.skip + sum(
        1 for _ in itertools.takewhile(lambda line: not line.strip("\r\n"), text.split("\n"))
    )
    delimiter = _delimiter(file, text, wanted, whole=whole)
    records, line_ends = _records(file, text, delimiter, wanted.quote, whole=whole)
    first = records[0]
    has_header = wanted.header if wanted.header is not None else not any(map(DATA_CELL.fullmatch, first))
    names = wanted.names or (first if has_header else [f"column_{i}" for i in range(1, len(first) + 1)])
    _check_names(file, names, len(first))
    rows = tuple(tuple(cell or None for cell in row) for row in records[has_header:] if row)
    lines_above = wanted.skip + (line_ends[0] if has_header else 0)
    cleaned = tuple(name.strip() or f"column_{i}" for i, name in enumerate(names, 1))
    return Dialect(
        compression, encoding, delimiter, wanted.quote, has_header, cleaned, rows, lines_above, skip
    )


def transcoded(file: LocalFile, dialect: Dialect, target: Path) -> Path:
    """Write the file as UTF-8 with LF after each line and return where; in pieces, so of any size.

    Bytes that the encoding does not know stay as they are, so that the reader rejects their rows only.
    """
    encoding = codecs.getincrementaldecoder(dialect.encoding)("surrogateescape")
    decoder = io.IncrementalNewlineDecoder(encoding, translate=True)
    with (
        pa.input_stream(str(file.path), compression=_arrow(dialect.compression)) as source,
        target.open("wb") as out,
    ):
        while chunk := source.read(_CHUNK):
            out.write(decoder.decode(chunk).encode("utf-8", "surrogateescape"))
        out.write(decoder.decode(b"", final=True).encode("utf-8", "surrogateescape"))
    return target


def _arrow(compression: Compression) -> str | None:
    return None if compression == "none" else compression


def head_of(file: LocalFile) -> tuple[Compression, bytes, bool]:
    """Return how the file is packed, its first megabyte unpacked, and whether that is all of it.

    Raises:
        InvalidInput: it is no text, or damaged.
    """
    compression = packing(file)
    with file.path.open("rb") as raw:
        magic = raw.read(16)
    for start, what in _FOREIGN.items():
        if magic.startswith(start):
            raise _not_text(file, what)
    try:
        with pa.input_stream(str(file.path), compression=_arrow(compression)) as source:
            head = source.read(HEAD_BYTES + 1)
    except OSError as error:
        message = f"{file.url} cannot be unpacked: it is cut off or damaged."
        hint = f"Copy it again, or test it with: {'gzip' if compression == 'gzip' else 'zstd'} -t {file.path.name}"
        raise InvalidInput(
            message, code="sources.file_damaged", hint=hint, context={"file": file.url}
        ) from error
    return compression, head[:HEAD_BYTES], len(head) <= HEAD_BYTES


def _not_text(file: LocalFile, what: str) -> InvalidInput:
    message = f"{file.url} is {what}, not a csv file."
    hint = "Use the connector of its kind, or export it as csv."
    return InvalidInput(message, code="sources.file_not_text", hint=hint, context={"file": file.url})


def _encoding(file: LocalFile, head: bytes, wanted: str | None) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    if wanted is None:
        controls = len(head) - len(head.translate(None, _CONTROLS))
        if controls >= 10 and controls * 50 > len(head):
            raise _not_text(file, "binary (or UTF-16 without a mark: then set `encoding: utf-16-le`)")
        return "utf-8"
    try:
        return codecs.lookup(wanted).name
    except LookupError as error:
        message = f"There is no encoding {wanted!r}."
        hint = "Common ones: utf-8, cp1252, latin-1, utf-16, cp1250, cp1251, cp1253, shift_jis, gb18030."
        raise InvalidInput(message, code="sources.encoding_unknown", hint=hint) from error


def _decoded(file: LocalFile, head: bytes, encoding: str, *, whole: bool) -> str:
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("replace")
    text = decoder.decode(head, final=whole)
    first_line = text.partition("\n")[0]
    if "\ufffd" in first_line:
        position = first_line.index("\ufffd") + 1
        message = f"{file.url}, line 1, character {position}: not {encoding}."
        hint = "Set the source's `encoding`; files of Windows programs are often cp1252."
        raise InvalidInput(
            message, code="sources.encoding_wrong", hint=hint, context={"file": file.url, "line": 1}
        )
    return text


def _delimiter(file: LocalFile, text: str, wanted: Wanted, *, whole: bool) -> str:
    start = text[:_SNIFFED_TEXT]
    if start.count("\n") < _SNIFFED_LINES:
        start = text
    whole = whole and len(start) == len(text)
    widths = {
        mark: _width(_records(file, start, mark, wanted.quote, whole=whole, most=_SNIFFED_ROWS)[0])
        for mark in DELIMITERS
    }
    best = max(DELIMITERS, key=lambda mark: widths[mark])
    if wanted.delimiter is None:
        return best if widths[best] > 1 else ","
    if wanted.delimiter in widths and widths[wanted.delimiter] <= 1 < widths[best]:
        message = f"{file.url} has one column when split by {NAMES[wanted.delimiter]}."
        hint = f"Its delimiter seems to be {NAMES[best]}: set `delimiter: {best!r}` or leave it out."
        raise InvalidInput(message, code="sources.delimiter_wrong", hint=hint, context={"file": file.url})
    return wanted.delimiter


def _width(records: Sequence[Sequence[str]]) -> float:
    """Return the usual number of fields, weighted by how usual it is; 0 for one field."""
    counts = Counter(len(record) for record in records if record)
    width, times = counts.most_common(1)[0] if counts else (1, 1)
    if width <= 1:
        return 0.0
    return width * (times / counts.total()) ** 4 + (1.0 if len(records[0]) == width else 0.0)


def _records(
    file: LocalFile, text: str, delimiter: str, quote: str, *, whole: bool, most: int = _ROWS
) -> tuple[list[list[str]], list[int]]:
    """Return the first records and the line each ends on; one that the head cuts off is left out."""
    csv.field_size_limit(HEAD_BYTES * 4)
    reader = csv.reader(
        io.StringIO(text if len(delimiter) == 1 else text.replace(delimiter, UNIT), newline=""),
        delimiter=delimiter if len(delimiter) == 1 else UNIT,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=True,
    )
    records: list[list[str]] = []
    ends: list[int] = []
    for record in reader:
        if not record and not records:
            continue  # blank lines above the header
        records.append(record)
        ends.append(reader.line_num)
        if len(records) > most:
            return records, ends
    if not whole:
        records, ends = records[:-1], ends[:-1]
    if not records:
        message = f"{file.url}, line 1: longer than {HEAD_BYTES:,} bytes, or a quote in it is never closed."
        hint = "Check that the file has line breaks and that `quote` and `delimiter` are right."
        raise InvalidInput(
            message, code="sources.line_too_long", hint=hint, context={"file": file.url, "line": 1}
        )
    return records, ends


def _check_names(file: LocalFile, names: Sequence[str], width: int) -> None:
    if len(names) != width:
        message = f"{file.url}: {counted(len(names), 'name')} for {counted(width, 'column')}."
        raise InvalidInput(message, code="sources.names_count", hint="Give one name for each column.")
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, 1):
        if name.strip():
            places.setdefault(name.strip().lower(), []).append(place)
    twice = [
        f"{names[found[0] - 1].strip()!r} (columns {', '.join(map(str, found))})"
        for found in places.values()
        if len(found) > 1
    ]
    if twice:
        message = f"{file.url}, line 1: the header names a column more than once: {'; '.join(twice[:5])}."
        hint = "Rename one in the file, or give all names in the source's `names` and set `header: true`."
        raise InvalidInput(
            message, code="sources.header_twice", hint=hint, context={"file": file.url, "line": 1}
        )
