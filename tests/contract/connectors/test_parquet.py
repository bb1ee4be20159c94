"""Parquet passes the connector suite; several files with other columns are one table."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, ScanRequest
from onefold.sources.connectors.parquet import Parquet
from onefold.sources.files import FileAccess
from onefold.testing.connector_suite import ConnectorSuite


class TestParquet(ConnectorSuite):
    @override
    def write(self, rows: pa.Table) -> None:
        pyarrow.parquet.write_table(rows, self.directory / "rows.parquet")

    @override
    def connector(self) -> Connector:
        return Parquet(path="rows.parquet")

    @override
    def nowhere(self) -> Connector:
        return Parquet(path="missing.parquet")

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        return False


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ConnectorContext]:
    access = FileAccess(tmp_path, tmp_path / "cache")
    opened = ConnectorContext(DuckDBWarehouse(), access, dt.datetime.now(dt.UTC), tmp_path / "work")
    yield opened
    opened.files.close()


def test_types_of_other_programs_become_ours(context: ConnectorContext) -> None:
    rows = pa.table(
        {
            "local": pa.array([dt.datetime(2024, 1, 1, 10)], pa.timestamp("ns")),  # noqa: DTZ001 - without a zone
            "tags": [["a", "b"]],
            "nested": [{"a": 1}],
            "small": pa.array([7], pa.uint8()),
            "price": pa.array([Decimal("1.20")], pa.decimal128(10, 2)),
            "kind": pa.array(["x"]).dictionary_encode(),
        }
    )
    pyarrow.parquet.write_table(rows, context.directory / "a.parquet")
    connector = Parquet(path="a.parquet")
    found = {column.name: (column.type.value, column.decimal) for column in connector.discover(context)}
    assert found == {
        "local": ("instant", None),
        "tags": ("text_list", None),
        "nested": ("text", None),
        "small": ("integer", None),
        "price": ("decimal", (10, 2)),
        "kind": ("text", None),
    }
    scan = connector.scan(context, ScanRequest())
    assert scan.select is not None
    (row,) = context.files.rows(scan.select)
    assert row[1:] == (["a", "b"], '{"a":1}', 7, Decimal("1.20"), "x")


def test_files_of_a_glob_are_one_table(context: ConnectorContext) -> None:
    pyarrow.parquet.write_table(pa.table({"id": [1], "a": ["x"]}), context.directory / "p1.parquet")
    pyarrow.parquet.write_table(pa.table({"b": ["y"], "id": [2]}), context.directory / "p2.parquet")
    scan = Parquet(path="p?.parquet").scan(context, ScanRequest(columns=("id", "a", "b")))
    assert scan.select is not None
    rows = context.files.rows(scan.select)
    assert [row[:3] for row in rows] == [(1, "x", None), (2, None, "y")]


@pytest.mark.parametrize("keep", [0, 3, 100])
def test_damaged_files_are_refused(context: ConnectorContext, keep: int) -> None:
    path = context.directory / "a.parquet"
    pyarrow.parquet.write_table(pa.table({"id": list(range(100))}), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InvalidInput) as caught:
        Parquet(path="a.parquet").check(context)
    assert caught.value.code in ("sources.file_not_parquet", "sources.file_damaged")
    assert "a.parquet" in caught.value.message
