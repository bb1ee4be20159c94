"""What pydantic found wrong, said for people: what was expected and what was given, never the value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from onefold.foundation.definitions.documents import Content, Document, Json, Path, children, written_path
from onefold.foundation.definitions.errors import Problem
from onefold.foundation.definitions.keys import valid_keys
from onefold.foundation.definitions.places import said_of
from onefold.foundation.kernel import nearest

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_EXPECTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a mapping of keys",
    "mapping": "a mapping of keys",
    "model": "a mapping of keys",
    "model_attributes": "a mapping of keys",
    "dataclass": "a mapping of keys",
    "date": "a date such as 2024-05-01",
    "date_from_datetime": "a date such as 2024-05-01",
    "datetime": "an instant such as 2024-05-01T10:00:00Z",
    "datetime_from_date": "an instant such as 2024-05-01T10:00:00Z",
    "time_delta": "a duration such as P1D (a day) or PT6H (six hours)",
    "none_required": "nothing",
}
_TYPE_ERROR = re.compile(r"(?P<type>\w+?)_(type|parsing|from_float|parsing_size|exact|inexact)(_\w+)?")


def problems_of(errors: Iterable[ErrorDetails], model: type[BaseModel], document: Document) -> list[Problem]:
    """Return pydantic's errors as problems with file and line; several about one place become one."""
    expected: dict[Path, list[str]] = {}
    problems: list[Problem] = []
    for error in errors:
        path, line = document.locate(error["loc"])
        kind = error["type"]
        if kind == "missing":
            problems.append(_missing(error, path, line, document))
        elif kind == "extra_forbidden":
            problems.append(_unknown_key(model, path, line, document))
        elif (word := _expected(error)) is not None:
            words = expected.setdefault(path, [])
            if word not in words:
                words.append(word)
        else:
            said = _other(error, document, path)
            if not path:  # a model's word about the whole document
                path, line = document.locate(said_of(document.content, said[0]))
            problems.append(_problem("definitions.value_invalid", path, line, document, *said))
    for path, words in expected.items():
        given = value_at(document.content, path)
        hint = "Put it in quotes." if "text" in words and isinstance(given, int | float) else ""
        options = re.findall(r"'([^']*)'", " ".join(words))
        if options and isinstance(given, str):
            hint = nearest(given, options)
        message = f"expected {' or '.join(words)}, got {shape(given)}."
        line = document.locate(path)[1]
        problems.append(_problem("definitions.type_wrong", path, line, document, message, hint))
    return problems


def shape(value: Json) -> str:
    """Return what kind of thing a value is."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a mapping of keys"


def value_at(content: Content, path: Path) -> Json:
    """Return the value at a path; None when there is none."""
    value: Json = content
    for step in path:
        value = children(value).get(step)
    return value


def _problem(code: str, path: Path, line: int, document: Document, message: str, hint: str = "") -> Problem:
    return Problem(code, str(document.file), line, written_path(path), message, hint)


def _missing(error: ErrorDetails, path: Path, line: int, document: Document) -> Problem:
    key = str(error["loc"][-1])
    return _problem("definitions.key_missing", (*path, key), line, document, "is missing.", f"Add `{key}:`.")


def _unknown_key(model: type[BaseModel], path: Path, line: int, document: Document) -> Problem:
    key = str(path[-1]) if path else ""
    hint = nearest(key, valid_keys(model, document.content, path[:-1]))
    return _problem("definitions.key_unknown", path, line, document, "is not a key here.", hint)


def _expected(error: ErrorDetails) -> str | None:
    """Return what was expected, for an error about the type."""
    kind = error["type"]
    found = _TYPE_ERROR.fullmatch(kind)
    if found and found["type"] in _EXPECTED:
        return _EXPECTED[found["type"]]
    if kind in ("literal_error", "enum"):
        return f"one of {error.get('ctx', {}).get('expected', '')}".replace(" or ", ", ")
    return _EXPECTED.get(kind)


def _other(error: ErrorDetails, document: Document, path: Path) -> tuple[str, str]:
    """Return message and hint for what is neither a key nor a type."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "union_tag_invalid":
        options = [option.strip(" '") for option in str(context.get("expected_tags", "")).split(",")]
        discriminator = str(context.get("discriminator", "")).strip("'")
        given = value_at(document.content, (*path, discriminator))
        wrong = given if isinstance(given, str) else ""
        return f"`{discriminator}` is none of {', '.join(options)}.", nearest(wrong, options)
    if kind == "union_tag_not_found":
        discriminator = str(context.get("discriminator", "")).strip("'")
        return f"`{discriminator}` is missing.", f"Add `{discriminator}:`."
    if kind == "string_pattern_mismatch":
        return "is not a valid name.", "Small letters, digits and underscores, a letter first; at most 63."
    text = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    text = re.sub(r"^(Input|String|Value|List|Tuple) should ", "should ", text)
    return text if text.endswith((".", "?", "!")) else f"{text}.", ""
