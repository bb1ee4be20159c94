"""Where in a document something stands of which only the words are known: what a model says of the whole of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onefold.foundation.definitions.documents import Content, Json, Path, children

_ABOUT_ITSELF = frozenset({"kind", "name", "description", "owner"})
_QUOTED = re.compile(r"'([^']+)'")
_TWICE = re.compile(r"\b(twice|same|repeated|more than once)\b")
_WORD = re.compile(r"\w+")


def named(content: Content, name: str) -> Path:
    """Return where a name is first used, alone or before a dot as in `crm.email`; else where it is a key; else ()."""
    places = list(_places(content))
    for path, value in places:
        if isinstance(value, str) and (value == name or value.startswith(f"{name}.")):
            return path
    return next((path for path, _ in places if path[-1] == name), ())


def said_of(content: Content, message: str) -> Path:
    """Return the place that a message about the whole content is about; () when it cannot be told.

    That is where a name stands that the message quotes, or, of a message that something stands twice, its second
    place: the message names the key ("two rules have the same name").
    """
    # Behind the first sentence stands what would be right.
    told = message.partition(". ")[0]
    for name in _QUOTED.findall(told):
        path = named(content, name)
        if path:
            return path
    return _second(content, set(_WORD.findall(told))) if _TWICE.search(told) else ()


def _second(content: Content, words: set[str]) -> Path:
    seen: set[tuple[str, str]] = set()
    for path, value in _places(content):
        # An item of a list counts under the list's key: `map: [crm, {table: crm}]` names crm twice.
        keys = [step for step in path if isinstance(step, str)]
        if not isinstance(value, str) or keys[-1] not in words:
            continue
        about = next((key for key in reversed(keys[:-1]) if key in words), keys[-1])
        if (about, value) in seen:
            return path
        seen.add((about, value))
    return ()


def _places(content: Content) -> Iterator[tuple[Path, Json]]:
    """Yield every key and list item with its value, in the order written."""
    waiting: list[tuple[Path, Json]] = [
        ((key,), value) for key, value in reversed(content.items()) if key not in _ABOUT_ITSELF
    ]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        waiting += [((*path, step), below) for step, below in reversed(list(children(value).items()))]
