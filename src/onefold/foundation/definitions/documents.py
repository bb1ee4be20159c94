"""A document: what a file or the Store holds of one definition, before it is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Content: TypeAlias = dict[str, Json]
Path: TypeAlias = tuple[str | int, ...]


class Key(NamedTuple):
    """Which definition."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"


@dataclass(frozen=True, slots=True)
class Document:
    """One document of one file.

    Attributes:
        file: relative to the workspace.
        content: plain JSON values, keys in the order written.
        line: where it begins, from 1.
        lines: the line of each key and list item by its path.
        span: from which character to which it stands in the file.
    """

    file: PurePosixPath
    content: Content
    line: int = 1
    lines: Mapping[Path, int] = field(default_factory=dict)
    span: tuple[int, int] = (0, 0)

    def locate(self, steps: Path) -> tuple[Path, int]:
        """Return the part of the path that the document has, and its line; other steps are passed over."""
        found: Path = ()
        line = self.line
        value: Json = self.content
        for step in steps:
            below = children(value)
            if step not in below:
                continue
            value = below[step]
            found = (*found, step)
            line = self.lines.get(found, line)
        return found, line


def children(value: Json) -> dict[str | int, Json]:
    """Return what is below a value by key or index; nothing below a plain one."""
    below: Iterable[tuple[str | int, Json]] = ()
    if isinstance(value, dict):
        below = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    return dict(below)


def content_hash(content: Content) -> str:
    """Return a hash that is equal exactly when the content is, whatever the order of keys."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def written_path(path: Path) -> str:
    """Return the path as people write it: `rules[2].when`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
