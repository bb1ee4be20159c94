"""What must be known of a text file's bytes before the engine reads it.

The engine drops a line that does not fit its buffer without a word (seen with DuckDB 2.0), so the buffer has to
be larger than the longest line.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from onefold.foundation.kernel import InvalidInput
from onefold.sources.files import Compression, LocalFile

_WINDOW: Final = 8_000_000
_CHUNK: Final = 1 << 22
_USUAL_BUFFER: Final = 32_000_000
_LARGEST_BUFFER: Final = 512_000_000


@dataclass(frozen=True, slots=True)
class ByteScan:
    """What a look at all bytes found.

    Attributes:
        has_nul: whether the byte 0 occurs.
        longest_line: an upper bound; exact where lines are longer than 16 MB.
    """

    has_nul: bool
    longest_line: int


def scan_bytes(path: Path, compression: Compression) -> ByteScan:
    """Look at all bytes of a file; 150 MB take 20 ms unpacked."""
    if compression != "none":
        with pa.input_stream(str(path), compression=compression) as source:
            return _scan_chunks(iter(lambda: source.read(_CHUNK), b""))
    if path.stat().st_size == 0:
        return ByteScan(has_nul=False, longest_line=0)
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as content:
        has_nul = content.find(b"\x00") >= 0
        longest, position, size = 0, 0, len(content)
        while position < size:
            end = min(position + _WINDOW, size)
            last = content.rfind(b"\n", position, end)
            if last < 0:
                following = content.find(b"\n", end)
                last = size - 1 if following < 0 else following
            longest = max(longest, last + 1 - position)
            position = last + 1
        return ByteScan(has_nul, longest)


def _scan_chunks(chunks: Iterable[bytes]) -> ByteScan:
    has_nul, longest, run = False, 0, 0
    for chunk in chunks:
        has_nul = has_nul or b"\x00" in chunk
        first = chunk.find(b"\n")
        if first < 0:
            run += len(chunk)
        else:
            longest = max(longest, run + first)
            run = len(chunk) - chunk.rfind(b"\n")
    return ByteScan(has_nul, max(longest, run, _CHUNK))


def buffer_for(file: LocalFile, scan: ByteScan, longest_wanted: int) -> int:
    """Return the engine's buffer size in bytes.

    Raises:
        InvalidInput: a line is longer than any buffer.
    """
    needed = max(_USUAL_BUFFER, 2 * scan.longest_line, 2 * longest_wanted)
    if needed > _LARGEST_BUFFER:
        message = f"{file.url} has a line of {scan.longest_line:,} bytes."
        hint = "Check that the file has line breaks; one that holds a single list needs `layout: list`."
        raise InvalidInput(message, code="sources.line_too_long", hint=hint, context={"file": file.url})
    return needed
