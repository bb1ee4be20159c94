"""Block keys derived from a value."""

from __future__ import annotations

import pytest

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import Sql, literal, sql
from onefold.identity.comparisons.keys import (
    ngram_keys,
    phonetic_key,
    phonetic_token_keys,
    prefix_key,
    sorted_tokens_key,
    token_keys,
)

NULL = sql("CAST(NULL AS VARCHAR)")
CASES: list[tuple[Sql, object]] = [
    (prefix_key(literal("Юлия"), 2), "Юл"),
    (prefix_key(literal("a"), 3), "a"),
    (prefix_key(literal(""), 3), None),
    (prefix_key(NULL, 3), None),
    (phonetic_key(literal("mueller")), "657"),
    (phonetic_key(literal("robert"), "soundex"), "R163"),
    (phonetic_key(literal("12")), None),
    (phonetic_key(NULL), None),
    (sorted_tokens_key(literal("smith anna smith")), "anna smith"),
    (sorted_tokens_key(literal(" ")), None),
    (sorted_tokens_key(NULL), None),
    (token_keys(literal("b a b")), ["a", "b"]),
    (token_keys(literal("")), []),
    (token_keys(NULL), None),
    (ngram_keys(literal("banana"), 3), ["ana", "ban", "nan"]),
    (ngram_keys(literal("Юлия"), 3), ["Юли", "лия"]),
    (ngram_keys(literal("ab"), 3), ["ab"]),
    (ngram_keys(literal(""), 3), []),
    (ngram_keys(NULL, 3), None),
    (phonetic_token_keys(literal("meyer maier mueller")), ["657", "67"]),
    (phonetic_token_keys(literal("12")), None),
]


def test_keys_are_as_documented() -> None:
    warehouse = DuckDBWarehouse(check_portable=True)
    for key, expected in CASES:
        assert warehouse.rows(sql("SELECT {key}", key=key)) == [(expected,)], key.text
    warehouse.close()


@pytest.mark.parametrize("make", [prefix_key, ngram_keys])
def test_a_key_needs_a_character(make: type) -> None:
    with pytest.raises(InvalidInput) as caught:
        make(literal("a"), 0)
    assert caught.value.code == "block_keys.length_too_small"
