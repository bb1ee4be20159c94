"""MariaDB passes the connector suite, on a real server."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pymysql
import pytest
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, NotFound, OnefoldError, Transient
from onefold.foundation.warehouse import ColumnType
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, ScanRequest, Watermark
from onefold.sources.connectors.sql import SqlConnector
from onefold.sources.files import FileAccess
from onefold.testing.connector_suite import ConnectorSuite

BERLIN = "Europe/Berlin"
TABLE = """create table people (id bigint primary key, name varchar(200), amount decimal(18,2), score double,
    active boolean, born date, updated_at timestamp(6) null)"""
PASSWORD = "ONEFOLD_TEST_SOURCE_PASSWORD"


def address(url: str) -> str:
    """Return the URL with its password as a reference."""
    parts = urlsplit(url)
    return f"mysql://{parts.username}:${{{PASSWORD}}}@{parts.hostname}:{parts.port}{parts.path}"


def connected(url: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=parts.username,
        password=parts.password or "",
        database=parts.path[1:],
        charset="utf8mb4",
        init_command="set time_zone = '+00:00', sql_mode = ''",
        autocommit=False,
    )


def run(url: str, *statements: str) -> None:
    with connected(url) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


class TestMariaDB(ConnectorSuite):
    url: str

    @pytest.fixture(autouse=True)
    def _server(self, _place: None, mysql_database: str) -> None:
        self.url = mysql_database
        self.environment[PASSWORD] = urlsplit(mysql_database).password or ""

    @override
    def write(self, rows: pa.Table) -> None:
        run(self.url, "drop table if exists people", TABLE)
        with connected(self.url) as connection, connection.cursor() as cursor:
            for batch in rows.to_batches(max_chunksize=20_000):
                columns = batch.to_pydict()
                columns["updated_at"] = [moment.replace(tzinfo=None) for moment in columns["updated_at"]]
                cursor.executemany(
                    "insert into people values (%s, %s, %s, %s, %s, %s, %s)",
                    list(zip(*columns.values(), strict=True)),
                )
            connection.commit()

    @override
    def connector(self) -> Connector:
        return SqlConnector(url=address(self.url), table="people")

    @override
    def nowhere(self) -> Connector:
        return SqlConnector(url=address(self.url), table="nobody")

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        self.write(rows)
        changes = ("born = '0000-00-00'", "updated_at = '0000-00-00'", "active = 7")
        run(
            self.url,
            *(
                f"update people set {change} where id = {number}"
                for number, change in zip(bad, changes, strict=True)
            ),
        )
        return True


@pytest.fixture
def context(tmp_path: Path, mysql_database: str) -> Iterator[ConnectorContext]:
    environment = {PASSWORD: urlsplit(mysql_database).password or ""}
    warehouse = DuckDBWarehouse()
    yield ConnectorContext(
        warehouse, FileAccess(tmp_path, tmp_path / "cache", environment), dt.datetime.now(dt.UTC), tmp_path
    )
    warehouse.close()


def rows_of(connector: Connector, context: ConnectorContext, request: ScanRequest | None = None) -> pa.Table:
    scan = connector.scan(context, request or ScanRequest(time_zone=BERLIN))
    assert scan.reader is not None
    return scan.reader().read_all()


def test_every_type_of_mysql_arrives_exactly_or_as_text(
    mysql_database: str, context: ConnectorContext
) -> None:
    run(
        mysql_database,
        """create table kinds (tiny tinyint, yes boolean, big bigint unsigned, free decimal(30,10), single float,
           naive datetime(6), time time, year year, bits bit(5), bit1 bit(1), mood enum('sad','glad'),
           tags set('a','b'),
           doc json, raw varbinary(8), bytes blob, txt text character set latin1, place point, fixed char(5))""",
        """insert into kinds values (-5, true, 18446744073709551615, 12345678901234567890.0123456789, 1.5,
           '2025-07-01 12:00:00.25', '12:30:00', 2024, b'10101', b'1', 'glad', 'a,b', '{"a": "é"}', x'00ff', x'fe',
           'é', point(1, 2), 'ab')""",
    )
    connector = SqlConnector(url=address(mysql_database), table="kinds")
    found = {column.name: column for column in connector.discover(context)}
    assert found["yes"].type is found["bit1"].type is ColumnType.BOOLEAN
    assert found["tiny"].type is found["big"].type is found["bits"].type is ColumnType.INTEGER
    assert (found["free"].type, found["free"].decimal) == (ColumnType.DECIMAL, (30, 10))
    assert found["naive"].type is ColumnType.INSTANT
    assert found["raw"].type is found["bytes"].type is ColumnType.BLOB
    assert found["txt"].type is found["doc"].type is found["mood"].type is ColumnType.TEXT
    (row,) = rows_of(connector, context).to_pylist()
    assert row["place"] == "POINT(1 2)"
    del row["place"]
    assert row == {
        "tiny": -5,
        "yes": "1",
        "big": "18446744073709551615",
        "free": "12345678901234567890.0123456789",
        "single": 1.5,
        "naive": "2025-07-01 10:00:00.250000Z",
        "time": "12:30:00",
        "year": 2024,
        "bits": "21",
        "bit1": "1",
        "mood": "glad",
        "tags": "a,b",
        "doc": '{"a": "é"}',
        "raw": b"\x00\xff",
        "bytes": b"\xfe",
        "txt": "é",
        "fixed": "ab",
    }


def test_a_zero_date_beside_naive_timestamps_stays_as_it_is(
    mysql_database: str, context: ConnectorContext
) -> None:
    run(
        mysql_database,
        "create table visits (at datetime)",
        "insert into visits values ('0000-00-00'), ('2025-01-01 12:00'), (null)",
    )
    connector = SqlConnector(url=address(mysql_database), table="visits")
    assert rows_of(connector, context).column("at").to_pylist() == [
        "0000-00-00 00:00:00",
        "2025-01-01 11:00:00.000000Z",
        None,
    ]


def test_a_query_with_comments_and_per_cent_signs(mysql_database: str, context: ConnectorContext) -> None:
    run(
        mysql_database,
        "create table people as select cast(seq as int) as id, 'a%s' as pattern from seq_1_to_5",
    )
    query = "select id, pattern from people where pattern like 'a%%' -- all of them"
    watermark = Watermark("id", ColumnType.INTEGER, "4")
    connector = SqlConnector(url=address(mysql_database), query=query)
    assert rows_of(connector, context, ScanRequest(watermark=watermark, time_zone=BERLIN)).to_pylist() == [
        {"id": 4, "pattern": "a%s"},
        {"id": 5, "pattern": "a%s"},
    ]


def test_a_query_cannot_change_anything(mysql_database: str, context: ConnectorContext) -> None:
    run(
        mysql_database,
        "create table people (id int)",
        "insert into people values (1)",
        "create function empty_people() returns int begin delete from people; return 1; end",
    )
    for query in (
        "select empty_people() as n",
        "select 1 as a) as x; drop table people; select * from (select 1 as a",
    ):
        with pytest.raises(InvalidInput) as caught:
            rows_of(SqlConnector(url=address(mysql_database), query=query), context)
        assert caught.value.code in {"sources.query_writes", "sources.query_invalid"}
    with connected(mysql_database) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from people")
        assert cursor.fetchone() == (1,)


def test_a_naive_watermark_column_is_compared_in_its_zone(
    mysql_database: str, context: ConnectorContext
) -> None:
    run(
        mysql_database,
        "create table visits (id int, at datetime(6), day date)",
        "insert into visits values (1, '2025-07-01 12:00', '2025-07-01')",
        "insert into visits values (2, '2025-07-01 12:00:00.000001', '2025-07-02')",
    )
    connector = SqlConnector(url=address(mysql_database), table="visits")
    for watermark in (
        Watermark("at", ColumnType.INSTANT, "2025-07-01 10:00:00.000001+00:00"),
        Watermark("day", ColumnType.DATE, "2025-07-02"),
    ):
        assert rows_of(connector, context, ScanRequest(watermark=watermark, time_zone=BERLIN)).column(
            "id"
        ).to_pylist() == [2]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"host": "127.0.0.1:1"}, "sources.unreachable"),
        ({"host": "nowhere.invalid"}, "sources.host_unknown"),
        ({"user": "nobody"}, "sources.login_refused"),
        ({"database": "/none"}, "sources.database_unknown"),
        ({"options": "?frobnicate=1"}, "sources.address_invalid"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(
    mysql_database: str, context: ConnectorContext, change: dict[str, str], code: str
) -> None:
    parts = urlsplit(mysql_database)
    login = f"{change.get('user', parts.username)}:${{{PASSWORD}}}"
    host = change.get("host", f"{parts.hostname}:{parts.port}")
    url = f"mariadb://{login}@{host}{change.get('database', parts.path)}{change.get('options', '')}"
    with pytest.raises(OnefoldError) as caught:
        SqlConnector(url=url, table="people", connect_timeout=3).check(context)
    assert caught.value.code == code
    assert caught.value.hint
    assert (parts.password or "?") not in f"{caught.value} {caught.value.as_dict()} {caught.value.__cause__}"


def test_a_table_dropped_between_runs(mysql_database: str, context: ConnectorContext) -> None:
    run(mysql_database, "create table people as select 1 as id")
    scan = SqlConnector(url=address(mysql_database), table="people").scan(context, ScanRequest())
    run(mysql_database, "drop table people")
    assert scan.reader is not None
    with pytest.raises(NotFound, match="people") as caught:
        scan.reader()
    assert caught.value.code == "sources.table_missing"


def test_a_statement_that_takes_too_long(mysql_database: str, context: ConnectorContext) -> None:
    query = "select count(*) as n from seq_1_to_100000 a, seq_1_to_100000 b where mod(a.seq * b.seq, 7) = 3"
    with pytest.raises(Transient) as caught:
        rows_of(SqlConnector(url=address(mysql_database), query=query, timeout=1), context)
    assert caught.value.code == "sources.timeout"


def test_a_connection_that_breaks_half_way_is_no_short_result(
    mysql_database: str, context: ConnectorContext
) -> None:
    run(
        mysql_database,
        "create table people as select seq as id, repeat('x', 1000) as name from seq_1_to_200000",
    )
    reader = SqlConnector(url=address(mysql_database), table="people").scan(context, ScanRequest()).reader
    assert reader is not None
    batches = reader()
    batches.read_next_batch()
    with connected(mysql_database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select id from information_schema.processlist where id <> connection_id() and db = database()"
        )
        for (number,) in cursor.fetchall():
            cursor.execute(f"kill {number}")
    with pytest.raises((OnefoldError, OSError, pa.ArrowException)):
        for _ in batches:
            pass


def test_reading_works_inside_a_running_event_loop(mysql_database: str, context: ConnectorContext) -> None:
    run(mysql_database, "create table people as select seq as id from seq_1_to_20000")
    connector = SqlConnector(url=address(mysql_database), table="people")

    async def inside() -> int:
        return int(rows_of(connector, context).num_rows)

    assert asyncio.run(inside()) == 20_000
