"""Spark keeps the Warehouse's contract in the mode `file_list`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Column, ColumnType, Sql, Warehouse
from onefold.foundation.warehouse.spark import SparkWarehouse
from onefold.testing.warehouse_cases import PEOPLE
from onefold.testing.warehouse_suite import WarehouseSuite

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.mark.spark
class TestSpark(WarehouseSuite):
    @pytest.fixture
    def warehouse(self, spark_warehouse: SparkWarehouse) -> Warehouse:
        return spark_warehouse


@pytest.mark.spark
def test_warehouses_do_not_see_each_others_tables(spark_session: SparkSession, tmp_path: Path) -> None:
    one = SparkWarehouse(spark_session, work_directory=tmp_path)
    # Without a session it joins the process's application, and must not end it.
    other = SparkWarehouse(work_directory=tmp_path)
    one.create_table("t", Sql("SELECT 1 AS n"))
    other.create_table("t", Sql("SELECT 2 AS n"))
    assert one.rows(Sql("SELECT n FROM t")) == [(1,)]
    other.close()
    assert one.rows(Sql("SELECT n FROM t")) == [(1,)]
    one.close()
    assert list(tmp_path.glob("spark-*")) == []


@pytest.mark.spark
def test_replaced_and_dropped_tables_free_their_files(spark_session: SparkSession, tmp_path: Path) -> None:
    warehouse = SparkWarehouse(spark_session, work_directory=tmp_path)
    for _ in range(3):
        warehouse.create_table("t", Sql("SELECT unnest([1, 2]) AS n"))
    assert len(list(tmp_path.glob("spark-*/*"))) == 1
    assert sum(batch.num_rows for batch in warehouse.batches(Sql("SELECT n FROM t"))) == 2
    warehouse.write_parquet(Sql("SELECT n FROM t"), tmp_path / "out", (Column("n", ColumnType.INTEGER),))
    assert len(list(tmp_path.glob("spark-*/*"))) == 1
    warehouse.drop("t")
    assert list(tmp_path.glob("spark-*/*")) == []
    warehouse.close()


@pytest.mark.spark
def test_intervals_are_refused(spark_warehouse: SparkWarehouse) -> None:
    """Days between two date columns are a number on DuckDB and an interval on Spark."""
    spark_warehouse.load_arrow("people", PEOPLE)
    with pytest.raises(InvalidInput, match="interval"):
        spark_warehouse.create_table("t", Sql("SELECT d - d AS n FROM people"))
