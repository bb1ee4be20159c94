"""Each normalizer by example; SQL on the warehouse and the Python reference must both give the expected text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity.normalizers import NormalizeContext, Normalizer, normalize_many
from tests.unit.identity.normalizers._examples import CASES, Examples
from tests.unit.identity.normalizers._in_warehouse import normalized_in


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse(check_portable=True)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("chain", "context", "examples"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_sql_and_reference_give_the_expected_text(
    warehouse: DuckDBWarehouse, chain: Sequence[Normalizer], context: NormalizeContext, examples: Examples
) -> None:
    assert dict(zip(examples, normalize_many(chain, list(examples), context), strict=True)) == examples
    assert normalized_in(warehouse, chain, context, list(examples)) == list(examples.values())


@pytest.mark.parametrize(
    ("chain", "context", "examples"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_normalizing_twice_changes_nothing(
    chain: Sequence[Normalizer], context: NormalizeContext, examples: Examples
) -> None:
    once = normalize_many(chain, list(examples), context)
    assert normalize_many(chain, once, context) == once
