"""Every engine keeps the lake's contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.spark import SparkWarehouse
from onefold.testing.lake_suite import LakeSuite


class TestDuckDB(LakeSuite):
    @pytest.fixture
    def warehouse(self) -> Iterator[Warehouse]:
        warehouse = DuckDBWarehouse()
        yield warehouse
        warehouse.close()


@pytest.mark.spark
class TestSpark(LakeSuite):
    @pytest.fixture
    def warehouse(self, spark_warehouse: SparkWarehouse) -> Warehouse:
        return spark_warehouse
