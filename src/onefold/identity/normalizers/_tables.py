"""The word lists that normalizers look things up in, read from the text files in `data`.

A line is `chosen: variant variant ...`; a line that starts with `#` is a comment. Lists are our own, gathered by
hand from general knowledge of the languages; words are lower-case ASCII, as `to_ascii` and `casefold` leave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType


@cache
def variants(name: str) -> Mapping[str, str]:
    """Return chosen form by variant from `data/<name>.txt`; the first line that names a variant wins."""
    found: dict[str, str] = {}
    for chosen, words in _lines(name):
        for word in words:
            found.setdefault(word, chosen)
    # A chosen form stands for itself even where a later line lists it as a variant of another.
    for chosen, _ in _lines(name):
        found.pop(chosen, None)
    return MappingProxyType(found)


@cache
def words_under(name: str, heading: str) -> frozenset[str]:
    """Return the words of one heading's lines in `data/<name>.txt`."""
    return frozenset(word for chosen, listed in _lines(name) for word in listed if chosen == heading)


@cache
def _lines(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    text = resources.files(__package__).joinpath("data", f"{name}.txt").read_text(encoding="utf-8")
    found: list[tuple[str, tuple[str, ...]]] = []
    for line in text.splitlines():
        chosen, _, listed = line.partition(":")
        if chosen.strip() and not line.startswith("#"):
            found.append((chosen.strip(), tuple(listed.split())))
    return tuple(found)
