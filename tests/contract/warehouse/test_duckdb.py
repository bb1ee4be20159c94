"""DuckDB keeps the Warehouse's contract, in memory and in a file; every statement of the contract is portable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onefold.foundation.warehouse import Sql, Warehouse
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.testing.warehouse_suite import WarehouseSuite

# What a test leaves in the catalog; asked past the port, because it is a question to this engine alone.
LEFT = (
    "SELECT table_name FROM duckdb_tables() WHERE NOT internal "
    "UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
)


def emptied(engine: DuckDBWarehouse) -> Iterator[Warehouse]:
    """Yield the engine for one test, and drop what that left behind: a new engine takes longer than most tests."""
    yield engine
    engine.drop(*(str(name) for (name,) in engine._connection.execute(LEFT).fetchall()))


@pytest.fixture(scope="module")
def in_memory() -> Iterator[DuckDBWarehouse]:
    engine = DuckDBWarehouse(check_portable=True)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def in_a_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBWarehouse]:
    folder = tmp_path_factory.mktemp("engine")
    engine = DuckDBWarehouse(
        folder / "work.duckdb",
        spill_directory=folder / "spill",
        memory_bytes=500_000_000,
        threads=2,
        check_portable=True,
    )
    yield engine
    engine.close()


class TestDuckDBInMemory(WarehouseSuite):
    @pytest.fixture
    def warehouse(self, in_memory: DuckDBWarehouse) -> Iterator[Warehouse]:
        yield from emptied(in_memory)


class TestDuckDBInAFile(WarehouseSuite):
    @pytest.fixture
    def warehouse(self, in_a_file: DuckDBWarehouse) -> Iterator[Warehouse]:
        yield from emptied(in_a_file)


def test_a_test_finds_nothing_of_an_earlier_one(in_memory: DuckDBWarehouse) -> None:
    for warehouse in emptied(in_memory):
        warehouse.create_table("t", Sql("SELECT 1 AS n"))
        warehouse.create_view("v", Sql("SELECT n FROM t"))
        assert len(in_memory._connection.execute(LEFT).fetchall()) == 2
    assert in_memory._connection.execute(LEFT).fetchall() == []
