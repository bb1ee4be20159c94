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
USUAL_BUFFER: Final = 32_000_000
_LARGEST_BUFFER: Final = 512_000_000


@dataclass(frozen=True, slots=True)
class ByteScan:
    """What a look at all bytes found.

    Attributes:
        has_nul: whether the byte 0 occurs.
        longest_line: an upper bound; exact where lines are longer than 16 MB.
        size: how many bytes there are, unpacked.
    """

    has_nul: bool
    longest_line: int
    size: int = 0


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
        return ByteScan(has_nul, longest, size)


def _scan_chunks(chunks: Iterable[bytes]) -> ByteScan:
    has_nul, longest, run, size = False, 0, 0, 0
    for chunk in chunks:
        has_nul = has_nul or b"\x00" in chunk
        size += len(chunk)
        first = chunk.find(b"\n")
        if first < 0:
            run += len(chunk)
        else:
            longest = max(longest, run + first)
            run = len(chunk) - chunk.rfind(b"\n")
    return ByteScan(has_nul, max(longest, run, _CHUNK), size)


def has_mixed_breaks(path: Path, compression: Compression) -> bool:
    """Return whether lines end in more than one of LF, CR LF and CR; line breaks inside of values count too."""
    if compression == "none" and path.stat().st_size:
        with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if content.find(b"\r") < 0:
                return False
    returns, feeds, pairs, last = 0, 0, 0, b""
    with pa.input_stream(str(path), compression=None if compression == "none" else compression) as source:
        while chunk := source.read(_CHUNK):
            returns += chunk.count(b"\r")
            feeds += chunk.count(b"\n")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            last = chunk[-1:]
    return returns > 0 and feeds > 0 and not returns == feeds == pairs


def all_of_them(scans: Iterable[ByteScan]) -> ByteScan:
    """Return what holds of several files: the longest line, the largest size."""
    found = tuple(scans)
    return ByteScan(
        has_nul=any(scan.has_nul for scan in found),
        longest_line=max(scan.longest_line for scan in found),
        size=max(scan.size for scan in found),
    )


def buffer_for(file: LocalFile, scan: ByteScan, longest_wanted: int, *, most: int = USUAL_BUFFER) -> int:
    """Return the engine's buffer size in bytes.

    Args:
        file: for the message.
        scan: what is known of its bytes.
        longest_wanted: the length of a line that must fit.
        most: how large a buffer may grow with its file where lines are short.

    Raises:
        InvalidInput: a line is longer than any buffer.
    """
    usual = max(USUAL_BUFFER, min(scan.size, most))
    needed = max(usual, 2 * scan.longest_line, 2 * longest_wanted)
    if needed > _LARGEST_BUFFER:
        message = f"{file.url} has a line of {scan.longest_line:,} bytes."
        hint = "Check that the file has line breaks; one that holds a single list needs `layout: list`."
        raise InvalidInput(message, code="sources.line_too_long", hint=hint, context={"file": file.url})
    return needed
