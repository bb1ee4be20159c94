"""Whatever the pair: SQL says what the reference says, between 0 and 1, the same from both sides."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import ident, sql
from onefold.identity.comparisons import Comparison
from onefold.identity.comparisons.date_tolerance import DateTolerance
from onefold.identity.comparisons.distance import Distance
from onefold.identity.comparisons.edit_distance import EditDistance
from onefold.identity.comparisons.exact import Exact
from onefold.identity.comparisons.jaro_winkler import JaroWinkler
from onefold.identity.comparisons.number import Number
from onefold.identity.comparisons.phonetic import Phonetic
from onefold.identity.comparisons.token_set import TokenSet
from onefold.identity.comparisons.words import Words
from tests.plugins.properties import examples

SIMILAR = st.text("abcXéЮи αß1", max_size=12)
WORDS = st.lists(st.text("aábЮ", min_size=1, max_size=5), max_size=4).map(" ".join)
TEXTS = st.one_of(
    SIMILAR, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=16)
)
NUMBERS = st.from_regex(r"\A[+-]?[0-9]{1,12}([.][0-9]{1,6})?\Z")
DATES = st.one_of(st.dates().map(str), st.from_regex(r"\A[0-2][0-9]{3}-[0-1][0-9]-[0-3][0-9]\Z"))
PLACES = st.tuples(st.decimals(-95, 95, places=4), st.decimals(-185, 185, places=4)).map(
    lambda p: f"{p[0]},{p[1]}"
)
CASES: list[tuple[Comparison, st.SearchStrategy[str]]] = [
    (Exact(), TEXTS),
    (EditDistance(), TEXTS),
    (JaroWinkler(), TEXTS),
    (TokenSet(), TEXTS),
    (TokenSet(measure="overlap"), TEXTS),
    (Words(), st.one_of(WORDS, TEXTS)),
    (Phonetic(), TEXTS),
    (Phonetic(code="soundex"), TEXTS),
    (Number(tolerance=3.5), st.one_of(NUMBERS, TEXTS)),
    (DateTolerance(days=400), st.one_of(DATES, TEXTS)),
    (Distance(km=5000), st.one_of(PLACES, TEXTS)),
]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse(check_portable=True)
    yield opened
    opened.close()


@pytest.mark.parametrize(("comparison", "texts"), CASES, ids=lambda case: getattr(case, "kind", ""))
@settings(max_examples=examples(15), deadline=None)
@given(data=st.data())
def test_sql_is_the_reference(
    warehouse: DuckDBWarehouse, comparison: Comparison, texts: st.SearchStrategy[str], data: st.DataObject
) -> None:
    pairs = data.draw(st.lists(st.tuples(texts, texts), min_size=1, max_size=60))
    warehouse.load_arrow(
        "pairs", pa.table({"i": range(len(pairs)), "a": [a for a, _ in pairs], "b": [b for _, b in pairs]})
    )
    both = {
        "there": comparison.similarity(ident("a"), ident("b")),
        "back": comparison.similarity(ident("b"), ident("a")),
    }
    rows = warehouse.rows(sql("SELECT {there}, {back} FROM pairs ORDER BY i", **both))
    for (left, right), (there, back) in zip(pairs, rows, strict=True):
        expected = comparison.python(left, right)
        if expected is None:
            assert there is None
            assert back is None
        else:
            # The ninth digit may fall to either side of a half.
            assert there == pytest.approx(expected, abs=1.5e-9)
            assert back == pytest.approx(expected, abs=1.5e-9)
            assert 0 <= expected <= 1


@settings(max_examples=examples(200), deadline=None)
@given(left=WORDS, right=WORDS)
def test_words_pairs_the_most_similar_ones_first(left: str, right: str) -> None:
    assert Words().python(left, right) == weakest_of_best_pairs(left.split(), right.split())


@given(left=WORDS, right=WORDS, data=st.data())
def test_words_does_not_depend_on_their_order(left: str, right: str, data: st.DataObject) -> None:
    moved = " ".join(data.draw(st.permutations(right.split())))
    assert Words().python(left, moved) == Words().python(left, right)


def weakest_of_best_pairs(left: list[str], right: list[str]) -> float:
    """The definition, taken literally: look for the best pair left, again and again."""
    short, long = sorted((sorted(left), sorted(right)), key=lambda words: (len(words), words))
    weakest = 1.0 if short else 0.0
    while short:
        _, i, j = max((alike(a, b), -i, -j) for i, a in enumerate(short) for j, b in enumerate(long))
        weakest = min(weakest, alike(short.pop(-i), long.pop(-j)))
    return weakest


def alike(left: str, right: str) -> float:
    if left == right:
        return 1.0
    if len(left) == 1 or len(right) == 1:
        return 0.9 if left[0] == right[0] else 0.0
    return JaroWinkler().python(left, right) or 0.0
