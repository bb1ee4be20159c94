"""Spark for tests: one application a session, one warehouse with tables of its own a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from onefold.foundation.warehouse.spark import SparkWarehouse
from onefold.foundation.warehouse.spark_session import start_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Return the one local Spark application of this test process."""
    pytest.importorskip("pyspark", reason="install it by `uv pip install 'onefold[spark]'`")
    session = start_session(tmp_path_factory.mktemp("spark"), master="local[2]", memory="2g")
    yield session
    session.stop()


@pytest.fixture
def spark_warehouse(
    spark_session: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparkWarehouse]:
    """Return a Spark warehouse with no tables."""
    warehouse = SparkWarehouse(spark_session, work_directory=tmp_path_factory.mktemp("tables"))
    yield warehouse
    warehouse.close()
