"""DuckDB keeps the Warehouse's contract, in memory and in a file; every statement of the contract is portable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.testing.warehouse_suite import WarehouseSuite


class TestDuckDBInMemory(WarehouseSuite):
    @pytest.fixture
    def warehouse(self) -> Iterator[Warehouse]:
        warehouse = DuckDBWarehouse(check_portable=True)
        yield warehouse
        warehouse.close()


class TestDuckDBInAFile(WarehouseSuite):
    @pytest.fixture
    def warehouse(self, tmp_path: Path) -> Iterator[Warehouse]:
        warehouse = DuckDBWarehouse(
            tmp_path / "work.duckdb",
            spill_directory=tmp_path / "spill",
            memory_bytes=500_000_000,
            threads=2,
            check_portable=True,
        )
        yield warehouse
        warehouse.close()
