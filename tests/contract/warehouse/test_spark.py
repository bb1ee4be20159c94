"""Spark keeps the Warehouse's contract in the mode `file_list`."""

from __future__ import annotations

import pytest

from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.spark import SparkWarehouse
from onefold.testing.warehouse_suite import WarehouseSuite


@pytest.mark.spark
class TestSpark(WarehouseSuite):
    @pytest.fixture
    def warehouse(self, spark_warehouse: SparkWarehouse) -> Warehouse:
        return spark_warehouse
