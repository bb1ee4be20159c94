"""Spark for tests: one application a session, one warehouse with tables of its own a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from onefold.foundation.warehouse.spark import SparkWarehouse


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Return the one local Spark application of this test process."""
    from onefold.foundation.warehouse.spark_session import start_session

    pytest.importorskip("pyspark", reason="install it by `uv pip install 'onefold[spark]'`")
    session, started = start_session(tmp_path_factory.mktemp("spark"), master="local[2]", memory="2g")
    yield session
    if started:
        session.stop()


@pytest.fixture
def spark_warehouse(
    spark_session: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparkWarehouse]:
    """Return a Spark warehouse with no tables."""
    from onefold.foundation.warehouse.spark import SparkWarehouse

    warehouse = SparkWarehouse(spark_session, work_directory=tmp_path_factory.mktemp("tables"))
    yield warehouse
    warehouse.close()
