"""Each comparison by example; SQL on the warehouse and the Python reference must both give the expected number."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pyarrow as pa
import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import discover
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import literal, sql
from onefold.identity.comparisons import Comparison
from onefold.identity.comparisons.number import Number
from tests.unit.identity.comparisons._examples import CASES, NAMES, Examples


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse(check_portable=True)
    yield opened
    opened.close()


@pytest.mark.parametrize(("comparison", "examples"), CASES, ids=NAMES)
def test_sql_and_reference_give_the_expected_similarity(
    warehouse: DuckDBWarehouse, comparison: Comparison, examples: Examples
) -> None:
    for left, right, expected in examples:
        assert comparison.python(left, right) == expected, (left, right)
        similarity = comparison.similarity(literal(left), literal(right))
        found = warehouse.arrow(sql("SELECT {s} AS s", s=similarity))["s"]
        assert (found.to_pylist(), found.type) == ([expected], pa.float64()), (left, right)


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
