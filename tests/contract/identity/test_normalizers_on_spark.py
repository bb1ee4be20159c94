"""Spark normalizes and compares as the Python references do, by the same SQL as DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from onefold.foundation.warehouse.sql import sql
from onefold.identity.comparisons import Comparison
from onefold.identity.normalizers import NormalizeContext, Normalizer
from tests.unit.identity.comparisons import _examples as comparing
from tests.unit.identity.normalizers import _examples as normalizing
from tests.unit.identity.normalizers._in_warehouse import normalized_in

if TYPE_CHECKING:
    from onefold.foundation.warehouse.spark import SparkWarehouse


@pytest.mark.spark
@pytest.mark.parametrize(
    ("chain", "context", "examples"),
    [case[1:] for case in normalizing.CASES],
    ids=[case[0] for case in normalizing.CASES],
)
def test_a_chain_gives_the_expected_texts(
    spark_warehouse: SparkWarehouse,
    chain: Sequence[Normalizer],
    context: NormalizeContext,
    examples: normalizing.Examples,
) -> None:
    assert normalized_in(spark_warehouse, chain, context, list(examples)) == list(examples.values())


@pytest.mark.spark
@pytest.mark.parametrize(("comparison", "examples"), comparing.CASES, ids=comparing.NAMES)
def test_a_comparison_gives_the_expected_similarities(
    spark_warehouse: SparkWarehouse, comparison: Comparison, examples: comparing.Examples
) -> None:
    beside_null: list[tuple[str | None, str | None, float | None]] = [
        (examples[0][0], None, None),
        (None, examples[0][0], None),
        (None, None, None),
    ]
    rows = [*examples, *beside_null]
    columns = {
        "i": pa.array(range(len(rows)), pa.int64()),
        "l": pa.array([row[0] for row in rows], pa.string()),
        "r": pa.array([row[1] for row in rows], pa.string()),
    }
    spark_warehouse.load_arrow("pairs", pa.table(columns))
    similarity = comparison.similarity(sql("l"), sql("r"))
    found = spark_warehouse.arrow(sql("SELECT {s} AS s FROM pairs ORDER BY i", s=similarity))["s"]
    assert found.type == pa.float64()
    assert found.to_pylist() == [row[2] for row in rows]
