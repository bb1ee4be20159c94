"""Files written block by block: lines are joined as columns, so that no row becomes a Python object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from onefold.example.columns import join

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Chunk:
    """One block of a file, ready to be appended: the bytes of a text file or a batch, and its number of rows."""

    data: pa.Buffer | pa.RecordBatch
    rows: int


def csv_chunk(columns: Columns, delimiter: str) -> Chunk:
    """Return the rows as delimited lines; a null is an empty field.

    No field is quoted: a delimiter inside a value is on purpose (a malformed row) or does not occur.
    """
    parts: list[pa.Array | str] = []
    for values in columns.values():
        parts.extend((pc.fill_null(values, ""), delimiter))
    parts[-1] = "\n"
    return _chunk(join(*parts))


def quoted_csv_chunk(columns: Columns, delimiter: str) -> Chunk:
    """Return the rows as delimited lines with every value in quotes and inner quotes doubled."""
    parts: list[pa.Array | str] = []
    for values in columns.values():
        doubled = pc.replace_substring(values, '"', '""')
        parts.extend((pc.fill_null(join('"', doubled, '"'), ""), delimiter))
    parts[-1] = "\n"
    return _chunk(join(*parts))


def json_chunk(columns: Columns, bare: Sequence[str] = ()) -> Chunk:
    """Return the rows as JSON lines; `bare` columns are numbers or booleans, `a.b` is `b` inside an object `a`.

    Values hold no quotation marks, backslashes or control characters, so nothing is escaped. Columns of one
    object stand side by side.
    """
    parts: list[pa.Array | str] = ["{"]
    inside = ""
    for at, (name, values) in enumerate(columns.items()):
        group, _, leaf = name.rpartition(".")
        comma = ", " if at else ""
        if inside and group != inside:
            parts.append("}")
        opening = f'"{group}": {{' if group and group != inside else ""
        parts.append(f'{comma}{opening}"{leaf}": ')
        inside = group
        parts.append(pc.fill_null(values if name in bare else join('"', values, '"'), "null"))
    parts.append("}}\n" if inside else "}\n")
    return _chunk(join(*parts))


def _chunk(lines: pa.Array) -> Chunk:
    """Return the lines' own bytes: an Arrow string array keeps them one after another."""
    if not len(lines):
        return Chunk(pa.py_buffer(b""), 0)
    offsets = pa.Array.from_buffers(
        pa.int32(), len(lines) + 1, [None, lines.buffers()[1]], offset=lines.offset
    )
    start, end = offsets[0].as_py(), offsets[-1].as_py()
    return Chunk(lines.buffers()[2].slice(start, end - start), len(lines))


class Sink(Protocol):
    """A file being written: appends blocks in order, counts their rows."""

    rows: int

    def append(self, part: Chunk) -> None:
        """Append one block."""

    def close(self) -> None:
        """Finish the file."""


class TextSink:
    """A text file with an optional header line."""

    def __init__(self, path: Path, header: str = "") -> None:
        self.rows = 0
        self._file: BinaryIO = path.open("wb")
        if header:
            self._file.write(header.encode() + b"\n")

    def append(self, part: Chunk) -> None:
        """Append the lines."""
        self._file.write(part.data)
        self.rows += part.rows

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class ParquetSink:
    """A Parquet file, one row group per block."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.rows = 0
        self._writer = pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=["product_id"])

    def append(self, part: Chunk) -> None:
        """Append the batch as a row group."""
        self._writer.write_batch(part.data)
        self.rows += part.rows

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()
