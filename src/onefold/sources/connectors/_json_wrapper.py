"""Find the records of a JSON file that holds them in a list inside an object: `{"customers": [...], "total": 5}`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from onefold.foundation.kernel import InvalidInput
from onefold.sources.files import Compression, LocalFile, packing

_SPACE: Final = re.compile(r"\s*")
_SEPARATOR: Final = re.compile(r"[\s,]*")
_COLON: Final = re.compile(r"\s*:\s*")
_CHUNK: Final = 1 << 22
_TAIL: Final = 1 << 20
_DEEPEST: Final = 4
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class WrappedList:
    """Where a list of objects begins.

    Attributes:
        path: the names that lead to it, joined by dots: `data.customers`.
        start: bytes before its opening bracket, in the unpacked file.
    """

    path: str
    start: int


def wrapped_list(head: bytes, wanted: str | None) -> WrappedList | None:
    """Return the list of objects that one object, which is all of the file, holds; None when there is none.

    Args:
        head: the first bytes of the file; names beyond them are not seen.
        wanted: the path of the list; None takes the only one there is.
    """
    # One character a byte, so that places in the text are places in the file; JSON's signs are ASCII.
    text = head.decode("latin-1")
    begin = _after(_SPACE, text, 3 if head.startswith(b"\xef\xbb\xbf") else 0)
    if text[begin : begin + 1] != "{":
        return None
    found: list[WrappedList] = []
    end = _walk(text, begin, (), found, wanted)
    if end is not None and _after(_SPACE, text, end) < len(text):
        return None  # more follows the first object: one a line
    if wanted is not None:
        found = [one for one in found if one.path == wanted]
    return found[0] if len(found) == 1 else None


def _walk(
    text: str, begin: int, above: tuple[str, ...], found: list[WrappedList], wanted: str | None
) -> int | None:
    """Gather the lists of objects in the object that begins there; return its end, None when the text ends first.

    A list that is wanted may be empty.
    """
    place = _after(_SEPARATOR, text, begin + 1)
    while place < len(text) and text[place] == '"':
        try:
            name, place = _DECODER.raw_decode(text, place)
        except ValueError:
            return None
        place = _after(_COLON, text, place)
        path = (*above, str(name).encode("latin-1", "replace").decode("utf-8", "replace"))
        first = _after(_SPACE, text, place + 1)
        holds = text[first : first + 1]
        if text[place : place + 1] == "[" and (holds == "{" or (holds == "]" and ".".join(path) == wanted)):
            found.append(WrappedList(".".join(path), place))
        if text[place : place + 1] == "{" and len(path) < _DEEPEST:
            ended = _walk(text, place, path, found, wanted)
        else:
            ended = _end_of_value(text, place)
        if ended is None:
            return None
        place = _after(_SEPARATOR, text, ended)
    return place + 1 if text[place : place + 1] == "}" else None


def _end_of_value(text: str, place: int) -> int | None:
    try:
        _, end = _DECODER.raw_decode(text, place)
    except ValueError:
        return None
    return end


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def write_list(file: LocalFile, found: WrappedList, target: Path) -> Path:
    """Write the list alone into a file and return where; in pieces, so of any size.

    Raises:
        InvalidInput: the object around the list does not end as it should, or more than a megabyte after it.
    """
    compression: Compression = packing(file)
    with (
        pa.input_stream(str(file.path), compression=None if compression == "none" else compression) as source,
        target.open("wb") as out,
    ):
        before = source.read(found.start)
        tail = b""
        while chunk := source.read(_CHUNK):
            tail += chunk
            if len(tail) > _TAIL:
                out.write(tail[:-_TAIL])
                tail = tail[-_TAIL:]
        end = _end_of_list(before, tail)
        if end is None:
            message = (
                f"{file.url} is cut off, or no JSON: the object around its list {found.path!r} does not end."
            )
            hint = "Export it again, as a list of objects or with one object a line."
            raise InvalidInput(message, code="sources.json_invalid", hint=hint, context={"file": file.url})
        out.write(tail[:end])
    return target


def _end_of_list(before: bytes, tail: bytes) -> int | None:
    """Return the place after the list's closing bracket: the first at which what is around the list is whole."""
    place = tail.find(b"]")
    while place >= 0:
        try:
            json.loads(before + b"[]" + tail[place + 1 :])
        except ValueError:
            place = tail.find(b"]", place + 1)
        else:
            return place + 1
    return None
