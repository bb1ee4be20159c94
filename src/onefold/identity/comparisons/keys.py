"""Keys that are equal for values that may be alike; a fuzzy rule compares only records that share one.

A key that is null blocks with nothing. Functions that end in `_keys` give several keys for a value, as a list to
unnest; the others give one text.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse.sql import Sql, sql

Sound: TypeAlias = Literal["cologne", "soundex"]


def prefix_key(value: Sql, length: int) -> Sql:
    """Return the first `length` characters; null for an empty text. Shorter texts are their own key."""
    _at_least_one(length)
    return sql("nullif(substr({v}, 1, {length}), '')", v=value, length=length)


def phonetic_key(value: Sql, code: Sound = "cologne") -> Sql:
    """Return the sound codes of the words, joined by blanks; null without letters A-Z."""
    match code:
        case "cologne":
            return sql("of_cologne({v})", v=value)
        case "soundex":
            return sql("of_soundex({v})", v=value)
        case _:
            assert_never(code)


def sorted_tokens_key(value: Sql) -> Sql:
    """Return the distinct words in text order, joined by blanks; null without words."""
    return sql("nullif(of_sorted_tokens({v}), '')", v=value)


def token_keys(value: Sql) -> Sql:
    """Return the list of distinct words in text order; empty for an empty text."""
    return sql("of_tokens({v})", v=value)


def ngram_keys(value: Sql, length: int) -> Sql:
    """Return the list of distinct runs of `length` characters; a text of no more than that is its one run."""
    _at_least_one(length)
    return sql("of_ngrams({v}, {length})", v=value, length=length)


def phonetic_token_keys(value: Sql, code: Sound = "cologne") -> Sql:
    """Return the list of distinct sound codes of the words; null without letters A-Z."""
    return sql("of_tokens({codes})", codes=phonetic_key(value, code))


def _at_least_one(length: int) -> None:
    if length < 1:
        raise InvalidInput(
            "A key needs at least one character.",
            code="block_keys.length_too_small",
            hint="Give 1 or more; 3 or 4 is usual.",
            context={"length": length},
        )
