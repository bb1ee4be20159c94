"""On which lines of a csv file records begin.

The engine counts records and passes over blank lines, so what it calls a line is none once a value holds a line
break. Lines are needed for what does not fit only, so files are read again only where a row is rejected.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from onefold.sources.connectors._csv_dialect import UNIT
from onefold.sources.files import Compression

_CHUNK: Final = 1 << 22
_LONGEST_FIELD: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file as the engine reads it.

    Attributes:
        lines_above: lines before the first data row.
        width: how many columns it has; a blank line is a record where there is one only.
    """

    path: Path
    compression: Compression
    delimiter: str
    quote: str
    escape: str
    lines_above: int
    width: int

    def lines_of(
        self, total: int, records: Sequence[int], positions: Sequence[int]
    ) -> tuple[list[int], list[int]]:
        """Return the line, from 1, on which each record and each record that could not be split begins.

        Args:
            total: how many records were read from the file.
            records: numbers among those, from 0, growing.
            positions: bytes before each record that could not be split, growing.
        """
        lines, unsplit = self._count(positions)
        if lines == self.lines_above + total + len(positions):  # a line a record
            return list(_between(records, unsplit, self.lines_above + 1)), unsplit
        return self._walk(records, unsplit), unsplit

    def _open(self) -> pa.NativeFile:
        return pa.input_stream(
            str(self.path), compression=None if self.compression == "none" else self.compression
        )

    def _count(self, positions: Sequence[int]) -> tuple[int, list[int]]:
        """Return how many lines there are and on which ones the bytes are."""
        found: list[int] = []
        breaks, passed, last = 0, 0, b""
        with self._open() as source:
            while chunk := source.read(_CHUNK):
                while len(found) < len(positions) and positions[len(found)] < passed + len(chunk):
                    before = chunk.count(b"\n", 0, positions[len(found)] - passed)
                    found.append(breaks + before + 1)
                breaks += chunk.count(b"\n")
                passed += len(chunk)
                last = chunk[-1:]
        lines = breaks + (last not in (b"", b"\n"))
        return lines, found + [lines] * (len(positions) - len(found))

    def _walk(self, records: Sequence[int], unsplit: Sequence[int]) -> list[int]:
        """Return the lines of the records by splitting the file, as far as the last of them."""
        lines: list[int] = []
        number, bad, end = -1, 0, self.lines_above
        for record, end_of_record in self._split():
            start, end = end + 1, end_of_record
            if not record and self.width > 1:
                continue
            if bad < len(unsplit) and unsplit[bad] <= end:
                while bad < len(unsplit) and unsplit[bad] <= end:
                    bad += 1
                continue
            number += 1
            while len(lines) < len(records) and records[len(lines)] == number:
                lines.append(start)
            if len(lines) == len(records):
                break
        # The engine and this splitting differ over broken quotes: then the rest can only be close.
        return lines + [end + record - number for record in records[len(lines) :]]

    def _split(self) -> Iterator[tuple[list[str], int]]:
        delimiter = self.delimiter if len(self.delimiter) == 1 and self.delimiter.isascii() else UNIT
        csv.field_size_limit(_LONGEST_FIELD)
        # Of the bytes only the marks matter, so that any encoding that keeps ASCII will do.
        with self._open() as source, io.TextIOWrapper(source, encoding="latin-1", newline="\n") as text:
            for _ in range(self.lines_above):
                next(text, None)
            plain = (line.replace("\r", "") for line in text)
            if delimiter != self.delimiter:
                written = self.delimiter.encode().decode("latin-1")
                plain = (line.replace(written, delimiter) for line in plain)
            reader = csv.reader(
                plain,
                delimiter=delimiter,
                quotechar=self.quote or None,
                quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
                doublequote=self.escape == self.quote,
                escapechar=self.escape if self.quote and self.escape != self.quote else None,
            )
            for record in reader:
                yield record, self.lines_above + reader.line_num


def _between(records: Sequence[int], taken: Sequence[int], first: int) -> Iterator[int]:
    """Yield the lines of records that stand one a line, from `first`, on the lines that are not taken."""
    passed = 0
    for record in records:
        while passed < len(taken) and taken[passed] <= first + record + passed:
            passed += 1
        yield first + record + passed
