"""SQLite files pass the connector suite, and what only SQLite does is read right."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, NotFound, Transient
from onefold.foundation.warehouse import ColumnType
from onefold.sources.connectors import Connector, ConnectorContext, Coverage, ScanRequest, Watermark
from onefold.sources.connectors.sql import SqlConnector
from onefold.testing.connector_suite import ConnectorSuite

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
