"""SQLite files pass the connector suite, and what only SQLite does is read right."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, NotFound, OnefoldError
from onefold.foundation.warehouse import ColumnType
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, ScanRequest, Watermark
from onefold.sources.connectors.sql import SqlConnector
from onefold.sources.files import FileAccess
from onefold.testing.connector_suite import ConnectorSuite

BERLIN = "Europe/Berlin"
TABLE = """create table {name} (id integer primary key, name text, amount decimal(18,2), score real, active boolean,
    born date, updated_at timestamp)"""


class TestSqlite(ConnectorSuite):
    @override
    def write(self, rows: pa.Table) -> None:
        with closing(sqlite3.connect(self.directory / "shop.db")) as connection, connection:
            connection.execute("drop table if exists people")
            connection.execute(TABLE.format(name="people"))
            for batch in rows.to_batches(max_chunksize=50_000):
                connection.executemany("insert into people values (?, ?, ?, ?, ?, ?, ?)", _cells(batch))

    @override
    def connector(self) -> Connector:
        return SqlConnector(url="sqlite:///shop.db", table="people")

    @override
    def nowhere(self) -> Connector:
        return SqlConnector(url="sqlite:///shop.db", table="nobody")

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        self.write(rows)
        with closing(sqlite3.connect(self.directory / "shop.db")) as connection, connection:
            for number in bad:
                connection.execute("update people set score = 'much' where id = ?", (number,))
        return True


def _cells(batch: pa.RecordBatch) -> Iterator[tuple[object, ...]]:
    amounts = batch.column("amount").cast(pa.string()).to_pylist()
    moments = batch.column("updated_at").cast(pa.timestamp("us")).cast(pa.string()).to_pylist()
    columns = batch.to_pydict()
    yield from zip(
        columns["id"],
        columns["name"],
        # SQLite keeps a decimal as the double nearest to it.
        (None if amount is None else float(amount) for amount in amounts),
        columns["score"],
        columns["active"],
        (None if day is None else day.isoformat() for day in columns["born"]),
        moments,
        strict=True,
    )


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ConnectorContext]:
    warehouse = DuckDBWarehouse()
    yield ConnectorContext(
        warehouse, FileAccess(tmp_path, tmp_path / "cache", {}), dt.datetime.now(dt.UTC), tmp_path
    )
    warehouse.close()


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def rows_of(connector: Connector, context: ConnectorContext, request: ScanRequest | None = None) -> pa.Table:
    scan = connector.scan(context, request or ScanRequest(time_zone=BERLIN))
    assert scan.reader is not None
    return scan.reader().read_all()


def test_any_cell_may_hold_anything(tmp_path: Path, context: ConnectorContext) -> None:
    run(
        tmp_path / "a.db",
        "create table t (n integer, x real, b blob, s text, u)",
        "insert into t values (null, null, null, null, null)",
        "insert into t values (9007199254740993, 0.1 + 0.2, x'00ff', 'é', 1), ('many', 'much', 'text', x'fe', 2.5)",
        "insert into t values (1, 1e300, x'', cast(x'61ff' as text), 'x')",
    )
    connector = SqlConnector(url="sqlite:///a.db", table="t")
    kinds = {column.name: column.type for column in connector.discover(context)}
    assert kinds == {
        "n": ColumnType.INTEGER,
        "x": ColumnType.NUMBER,
        "b": ColumnType.TEXT,
        "s": ColumnType.TEXT,
        "u": ColumnType.TEXT,
    }
    rows = rows_of(connector, context).to_pylist()
    assert rows[0] == dict.fromkeys("nxbsu")
    assert rows[1] == {"n": "9007199254740993", "x": "0.30000000000000004", "b": "00FF", "s": "é", "u": "1"}
    assert rows[2] == {"n": "many", "x": "much", "b": "text", "s": "FE", "u": "2.5"}
    assert (float(rows[3]["x"]), rows[3]["s"]) == (1e300, "a\\xff")


def test_many_nulls_before_the_first_value(tmp_path: Path, context: ConnectorContext) -> None:
    run(
        tmp_path / "a.db",
        "create table t (id integer primary key, s text, b blob)",
        "insert into t (id) with recursive g(n) as (select 1 union all select n+1 from g limit 30000) select * from g",
        "insert into t values (30001, 'late', x'01')",
    )
    rows = rows_of(SqlConnector(url="sqlite:///a.db", table="t"), context)
    assert rows.num_rows == 30_001
    assert rows.slice(30_000).to_pylist() == [{"id": "30001", "s": "late", "b": b"\x01"}]


def test_a_query_keeps_declared_types_and_cannot_write(tmp_path: Path, context: ConnectorContext) -> None:
    run(
        tmp_path / "a.db",
        "create table t (id integer, at datetime)",
        "insert into t values (1, '2025-01-01 10:00')",
    )
    connector = SqlConnector(url="sqlite:///a.db", query="select at, id * 2 as twice from t; -- end")
    kinds = {column.name: column.type for column in connector.discover(context)}
    assert kinds == {"at": ColumnType.INSTANT, "twice": ColumnType.INTEGER}
    with pytest.raises(InvalidInput):
        rows_of(
            SqlConnector(url="sqlite:///a.db", query="select 1 as a) as x; drop table t; select (1"), context
        )
    assert rows_of(connector, context).num_rows == 1


def test_moments_without_a_zone_and_their_watermark(tmp_path: Path, context: ConnectorContext) -> None:
    run(
        tmp_path / "a.db",
        "create table t (id integer, at timestamp)",
        "insert into t values (1, '2025-07-01 12:00:00.000400'), (2, '2025-07-01T12:00:00.000500'), (3, 'never')",
    )
    connector = SqlConnector(url="sqlite:///a.db", table="t")
    assert rows_of(connector, context).column("at").to_pylist() == [
        "2025-07-01 10:00:00.000400Z",
        "2025-07-01 10:00:00.000500Z",
        "never",
    ]
    watermark = Watermark("at", ColumnType.INSTANT, "2025-07-01 10:00:00.000450+00:00")
    found = rows_of(connector, context, ScanRequest(watermark=watermark, time_zone=BERLIN))
    assert found.column("id").to_pylist() == ["2"]


def test_what_is_wrong_is_said(tmp_path: Path, context: ConnectorContext) -> None:
    run(tmp_path / "a.db", "create table people (id integer)")
    (tmp_path / "no.db").write_text("this is no database, and long enough to be looked at" * 20)
    for connector, kind, code in (
        (SqlConnector(url="sqlite:///none.db", table="people"), NotFound, "sources.database_unknown"),
        (SqlConnector(url="sqlite:///no.db", table="people"), InvalidInput, "sources.database_unknown"),
        (SqlConnector(url="sqlite:///a.db", table="persons"), NotFound, "sources.table_missing"),
        (
            SqlConnector(url="sqlite:///a.db", query="select nothing from people"),
            InvalidInput,
            "sources.query_invalid",
        ),
        (SqlConnector(url="oracle://h/d", table="t"), OnefoldError, "plugins.unknown_kind"),
    ):
        with pytest.raises(kind) as caught:
            connector.check(context)
        assert caught.value.code == code
        assert caught.value.hint
    assert not (tmp_path / "none.db").exists(), "looking must not create the file"
