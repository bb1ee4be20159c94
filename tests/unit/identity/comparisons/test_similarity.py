"""Each comparison by example; SQL on the warehouse and the Python reference must both give the expected number."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import discover
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import literal, sql
from onefold.identity.comparisons import Comparison
from onefold.identity.comparisons.date_tolerance import DateTolerance
from onefold.identity.comparisons.distance import Distance
from onefold.identity.comparisons.edit_distance import EditDistance
from onefold.identity.comparisons.exact import Exact
from onefold.identity.comparisons.jaro_winkler import JaroWinkler
from onefold.identity.comparisons.number import Number
from onefold.identity.comparisons.phonetic import Phonetic
from onefold.identity.comparisons.token_set import TokenSet

Examples = list[tuple[str, str, float | None]]

EDIT: Examples = [
    ("robert2020@hotmail.com", "robrt2020@hotmail.cm", 0.9),
    ("robrt2020@hotmail.cm", "robert2020@hotmail.com", 0.9),
    ("same", "same", 1.0),
    ("abc", "abd", 0.666666667),
    ("abc", "xyz", 0.0),
    ("a", "abcdef", 0.0),
    ("Юлия", "Юлиа", 0.75),
    ("é", "e", 0.0),
    ("Müller", "Muller", 0.833333333),
    ("Παπάς", "Παπας", 0.8),
    ("kitten", "sitting", 0.5),
    ("", "", 0.0),
    ("", "a", 0.0),
]
JARO: Examples = [
    ("martha", "marhta", 0.961111111),
    ("dwayne", "duane", 0.84),
    ("dixon", "dicksonx", 0.813333333),
    ("same", "same", 1.0),
    ("abc", "xyz", 0.0),
    ("Юлия", "Юлиа", 0.883333333),
    ("Müller", "Muller", 0.9),
    ("Παπάς", "Παπας", 0.906666667),
    ("", "", 0.0),
    ("", "a", 0.0),
]
JACCARD: Examples = [
    ("haupt st 5", "haupt st 7", 0.5),
    ("a b c", "c a b", 1.0),
    ("a a b", "a b", 1.0),
    ("a", "b", 0.0),
    ("улица мира", "мира", 0.5),
    ("  a  ", "a", 1.0),
    ("", "", 0.0),
    ("a", "", 0.0),
    (" ", " ", 0.0),
]
OVERLAP: Examples = [
    ("acme", "acme trading", 1.0),
    ("a b", "b c d", 0.5),
    ("a a b", "a", 1.0),
    ("a", "b", 0.0),
    ("", "a", 0.0),
]
COLOGNE: Examples = [
    ("meyer", "maier", 1.0),
    ("mueller", "muller", 1.0),
    ("philipp", "filip", 1.0),
    ("smith", "schmidt", 1.0),
    ("anna", "berta", 0.0),
    ("breschnew", "breschneff", 1.0),
    ("123", "anna", None),
    ("", "", None),
]
SOUNDEX: Examples = [
    ("robert", "rupert", 1.0),
    ("ashcraft", "ashcroft", 1.0),
    ("tymczak", "tymchek", 1.0),
    ("robert", "rubin", 0.0),
    ("7", "7", None),
]
NUMBERS: Examples = [
    ("100", "100", 1.0),
    ("100", "105", 1.0),
    ("100", "107.5", 0.5),
    ("110", "100", 0.0),
    ("100", "200", 0.0),
    ("-5", "5", 0.0),
    ("+1.5", "1.5", 1.0),
    ("x", "1", None),
    ("1e3", "1000", None),
    ("inf", "1", None),
    ("", "1", None),
    ("9" * 300, "1", 0.0),
]
DATES: Examples = [
    ("1980-01-01", "1980-01-01", 1.0),
    ("1980-01-01", "1980-01-11", 1.0),
    ("1980-01-01", "1980-01-16", 0.5),
    ("1980-01-21", "1980-01-01", 0.0),
    ("1980-02-28", "1980-03-01", 1.0),
    ("0001-01-01", "9999-12-31", 0.0),
    ("1980-02-30", "1980-02-28", None),
    ("0000-01-01", "1980-01-01", None),
    ("01.01.1980", "1980-01-01", None),
    ("1980-1-1", "1980-01-01", None),
]
PLACES: Examples = [
    ("52.52,13.405", "52.52,13.405", 1.0),
    ("52.52,13.405", "52.52, 13.42", 1.0),
    ("52.52,13.405", "48.8566,2.3522", 0.0),
    ("0,0", "0,180", 0.0),
    ("90,0", "-90,0", 0.0),
    ("0,179.999", "0,-179.999", 1.0),
    ("52.52", "52.52,13.405", None),
    ("91,0", "0,0", None),
    ("0,181", "0,0", None),
    ("1,2,3", "1,2", None),
    ("a,b", "1,2", None),
]
CASES: list[tuple[Comparison, Examples]] = [
    (EditDistance(), EDIT),
    (JaroWinkler(), JARO),
    (TokenSet(), JACCARD),
    (TokenSet(measure="overlap"), OVERLAP),
    (Phonetic(), COLOGNE),
    (Phonetic(code="soundex"), SOUNDEX),
    (Number(tolerance=5), NUMBERS),
    (Number(tolerance=0), [("1", "1.0", 1.0), ("1", "1.01", 0.0), ("x", "1", None)]),
    (DateTolerance(days=10), DATES),
    (DateTolerance(days=0), [("1980-01-01", "1980-01-01", 1.0), ("1980-01-01", "1980-01-02", 0.0)]),
    (Distance(km=2), PLACES),
    (Exact(), [("a", "a", 1.0), ("a", "b", 0.0), ("é", "e", 0.0), ("", "", 1.0)]),
]
NAMES = [f"{comparison.kind}-{index}" for index, (comparison, _) in enumerate(CASES)]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse()
    yield opened
    opened.close()


@pytest.mark.parametrize(("comparison", "examples"), CASES, ids=NAMES)
def test_sql_and_reference_give_the_expected_similarity(
    warehouse: DuckDBWarehouse, comparison: Comparison, examples: Examples
) -> None:
    for left, right, expected in examples:
        assert comparison.python(left, right) == expected, (left, right)
        similarity = comparison.similarity(literal(left), literal(right))
        ((found, kind),) = warehouse.rows(sql("SELECT {s}, typeof({s})", s=similarity))
        assert (found, kind) == (expected, "DOUBLE"), (left, right)


@pytest.mark.parametrize(("comparison", "examples"), CASES, ids=NAMES)
def test_similarity_does_not_depend_on_the_side(comparison: Comparison, examples: Examples) -> None:
    for left, right, expected in examples:
        assert comparison.python(right, left) == expected, (left, right)


@pytest.mark.parametrize(("comparison", "examples"), CASES, ids=NAMES)
def test_beside_null_similarity_is_null(
    warehouse: DuckDBWarehouse, comparison: Comparison, examples: Examples
) -> None:
    null = sql("CAST(NULL AS VARCHAR)")
    text = literal(examples[0][0])
    for left, right in itertools.product([null, text], repeat=2):
        if left is text and right is text:
            continue
        similarity = comparison.similarity(left, right)
        assert warehouse.rows(sql("SELECT {s}", s=similarity)) == [(None,)]


def test_every_kind_is_covered() -> None:
    kinds = {comparison.kind for comparison, _ in CASES}
    assert set(discover("onefold.identity.comparisons", Comparison)) == kinds


@pytest.mark.parametrize("tolerance", [-1.0, float("nan"), float("inf")])
def test_a_tolerance_is_a_number_of_zero_or_more(tolerance: float) -> None:
    with pytest.raises(ValidationError):
        Number(tolerance=tolerance)
