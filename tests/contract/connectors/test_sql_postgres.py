"""PostgreSQL passes the connector suite, on a real server."""

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pyarrow as pa
import pyarrow.csv
import pytest
from psycopg import sql as psql
from typing_extensions import override

from onefold.foundation.kernel import Forbidden, InvalidInput, NotFound, OnefoldError, Transient
from onefold.foundation.warehouse import ColumnType
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, FoundColumn, ScanRequest, Watermark
from onefold.sources.connectors.sql import SqlConnector
from onefold.sources.files import FileAccess
from onefold.testing.connector_suite import ConnectorSuite

BERLIN = "Europe/Berlin"
TABLE = """create table people (id bigint primary key, name text, amount numeric(18,2), score double precision,
    active boolean, born date, updated_at timestamptz)"""
PASSWORD = "ONEFOLD_TEST_SOURCE_PASSWORD"


def address(url: str) -> str:
    """Return the URL with its password as a reference."""
    parts = urlsplit(url)
    return f"postgresql://{parts.username}:${{{PASSWORD}}}@{parts.hostname}:{parts.port}{parts.path}"


class TestPostgres(ConnectorSuite):
    url: str

    @pytest.fixture(autouse=True)
    def _server(self, _place: None, postgres_database: str) -> None:
        self.url = postgres_database
        self.environment[PASSWORD] = urlsplit(postgres_database).password or ""

    @override
    def write(self, rows: pa.Table) -> None:
        text = io.BytesIO()
        pyarrow.csv.write_csv(rows, text, pyarrow.csv.WriteOptions(include_header=False))
        with psycopg.connect(self.url) as connection:
            connection.execute("drop table if exists people")
            connection.execute(TABLE)
            with connection.cursor().copy("copy people from stdin (format csv)") as copy:
                copy.write(text.getvalue())

    @override
    def connector(self) -> Connector:
        return SqlConnector(url=address(self.url), table="people")

    @override
    def nowhere(self) -> Connector:
        return SqlConnector(url=address(self.url), table="nobody")

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        self.write(rows)
        values = zip(
            sorted(bad),
            ("amount = 'NaN'", "born = 'infinity'", "updated_at = '0044-03-15 12:00 BC'"),
            strict=True,
        )
        with psycopg.connect(self.url) as connection:
            for number, change in values:
                connection.execute(psql.SQL(f"update people set {change} where id = %s"), (number,))
        return True


@pytest.fixture
def context(tmp_path: Path, postgres_database: str) -> Iterator[ConnectorContext]:
    environment = {PASSWORD: urlsplit(postgres_database).password or "", "ADDRESS": postgres_database}
    warehouse = DuckDBWarehouse()
    yield ConnectorContext(
        warehouse, FileAccess(tmp_path, tmp_path / "cache", environment), dt.datetime.now(dt.UTC), tmp_path
    )
    warehouse.close()


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def rows_of(connector: Connector, context: ConnectorContext, request: ScanRequest | None = None) -> pa.Table:
    scan = connector.scan(context, request or ScanRequest(time_zone=BERLIN))
    assert scan.reader is not None
    return scan.reader().read_all()


def found_of(connector: Connector, context: ConnectorContext) -> dict[str, FoundColumn]:
    return {column.name: column for column in connector.discover(context)}


def test_every_type_of_postgres_arrives_exactly_or_as_text(
    postgres_database: str, context: ConnectorContext
) -> None:
    run(
        postgres_database,
        "create type mood as enum ('sad', 'glad')",
        """create table kinds (small smallint, four real, any numeric, money money, naive timestamp, time time,
           doc jsonb, key uuid, raw bytea, numbers int[], texts text[], days date[], mood mood, fixed char(5),
           address inet, span interval)""".replace("any numeric", "free numeric"),
        r"""insert into kinds values (7, 1.5, 12345678901234567890.123456789, 12.34, '2025-07-01 12:00', '12:30',
           '{"a": "é"}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x00ff', '{1,null,3}', '{"a,b",null}',
           '{2020-01-01}', 'glad', 'ab', '10.0.0.1', '1 day 02:00')""",
    )
    connector = SqlConnector(url=address(postgres_database), table="kinds")
    found = found_of(connector, context)
    assert found["free"].decimal == (38, 9)
    assert found["numbers"].type is ColumnType.INTEGER_LIST
    assert found["days"].type is ColumnType.TEXT_LIST
    assert found["naive"].type is ColumnType.INSTANT
    assert found["doc"].type is found["key"].type is found["mood"].type is ColumnType.TEXT
    assert found["raw"].type is ColumnType.BLOB
    assert rows_of(connector, context).to_pylist() == [
        {
            "small": 7,
            "four": 1.5,
            "free": "12345678901234567890.123456789",
            "money": "12.34",
            "naive": "2025-07-01 10:00:00+00",
            "time": "12:30:00",
            "doc": '{"a": "é"}',
            "key": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "raw": b"\x00\xff",
            "numbers": [1, None, 3],
            "texts": ["a,b", None],
            "days": ["2020-01-01"],
            "mood": "glad",
            "fixed": "ab",
            "address": "10.0.0.1/32",
            "span": "P1DT2H",
        }
    ]
    assert Decimal("12345678901234567890.123456789") == Decimal(
        str(rows_of(connector, context).column("free")[0].as_py())
    )


def test_nullability_and_quoted_names(postgres_database: str, context: ConnectorContext) -> None:
    run(
        postgres_database,
        'create schema "My Schema"',
        'create table "My Schema"."order" ("Customer Id" int not null, "say ""hi""" text)',
        """insert into "My Schema"."order" values (1, 'x')""",
    )
    connector = SqlConnector(url=address(postgres_database), table="My Schema.order")
    found = found_of(connector, context)
    assert (found["Customer Id"].nullable, found['say "hi"'].nullable) == (False, True)
    assert rows_of(connector, context).to_pylist() == [{"Customer Id": 1, 'say "hi"': "x"}]


def test_a_query_with_comments_and_per_cent_signs(postgres_database: str, context: ConnectorContext) -> None:
    query = "-- the good ones\nselect g as id, 'a%b' as pattern from generate_series(1, 5) g where g % 2 = 1; -- end"
    connector = SqlConnector(url=address(postgres_database), query=query)
    watermark = Watermark("id", ColumnType.INTEGER, "2")
    assert rows_of(connector, context, ScanRequest(watermark=watermark, time_zone=BERLIN)).to_pylist() == [
        {"id": 3, "pattern": "a%b"},
        {"id": 5, "pattern": "a%b"},
    ]


@pytest.mark.parametrize(
    "query",
    [
        "with gone as (delete from people returning *) select * from gone",
        "select 1 as a) as x; drop table people; select * from (select 1 as a",
        "select empty_people()",
    ],
)
def test_a_query_cannot_change_anything(
    postgres_database: str, context: ConnectorContext, query: str
) -> None:
    run(
        postgres_database,
        "create table people (id int)",
        "insert into people values (1)",
        "create function empty_people() returns int language sql as 'delete from people returning 1'",
    )
    with pytest.raises(InvalidInput) as caught:
        rows_of(SqlConnector(url=address(postgres_database), query=query), context)
    assert caught.value.code in {"sources.query_writes", "sources.query_invalid"}
    with psycopg.connect(postgres_database) as connection:
        assert connection.execute("select count(*) from people").fetchone() == (1,)


def test_a_naive_watermark_column_is_compared_in_its_zone(
    postgres_database: str, context: ConnectorContext
) -> None:
    run(
        postgres_database,
        "create table visits (id int, at timestamp)",
        "insert into visits values (1, '2025-07-01 12:00'), (2, '2025-07-01 12:00:00.000001')",
    )
    connector = SqlConnector(url=address(postgres_database), table="visits")
    watermark = Watermark("at", ColumnType.INSTANT, "2025-07-01 10:00:00.000001+00:00")
    found = rows_of(connector, context, ScanRequest(watermark=watermark, time_zone=BERLIN))
    assert found.column("id").to_pylist() == [2]


def test_a_date_watermark(postgres_database: str, context: ConnectorContext) -> None:
    run(
        postgres_database,
        "create table visits (id int, day date)",
        "insert into visits values (1, '2025-07-01'), (2, '2025-07-02')",
    )
    connector = SqlConnector(url=address(postgres_database), table="visits")
    watermark = Watermark("day", ColumnType.DATE, "2025-07-02")
    assert rows_of(connector, context, ScanRequest(watermark=watermark, time_zone=BERLIN)).column(
        "id"
    ).to_pylist() == [2]


def test_the_whole_address_may_come_from_the_environment(
    postgres_database: str, context: ConnectorContext
) -> None:
    run(postgres_database, "create table people as select 1 as id")
    assert rows_of(SqlConnector(url="${ADDRESS}", table="people"), context).num_rows == 1


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
    postgres_database: str, context: ConnectorContext, change: dict[str, str], code: str
) -> None:
    parts = urlsplit(postgres_database)
    host = change.get("host", f"{parts.hostname}:{parts.port}")
    login = f"{change.get('user', parts.username)}:${{{PASSWORD}}}"
    url = f"postgresql://{login}@{host}{change.get('database', parts.path)}"
    with pytest.raises(OnefoldError) as caught:
        SqlConnector(url=url + change.get("options", ""), table="people", connect_timeout=3).check(context)
    assert caught.value.code == code
    assert caught.value.hint
    assert (parts.password or "?") not in f"{caught.value} {caught.value.as_dict()} {caught.value.__cause__}"


def test_a_wrong_password_is_refused_and_never_repeated(
    postgres_database: str, tmp_path: Path, context: ConnectorContext
) -> None:
    access = FileAccess(tmp_path, tmp_path, {PASSWORD: "s3cret o'wrong\\"})
    wrong = ConnectorContext(context.files, access, context.now, context.work)
    with pytest.raises(InvalidInput) as caught:
        SqlConnector(url=address(postgres_database), table="people").check(wrong)
    assert caught.value.code == "sources.login_refused"
    assert "s3cret" not in f"{caught.value} {caught.value.as_dict()} {caught.value.__cause__}"


def test_a_table_dropped_between_runs(postgres_database: str, context: ConnectorContext) -> None:
    run(postgres_database, "create table people as select 1 as id")
    connector = SqlConnector(url=address(postgres_database), table="people")
    assert rows_of(connector, context).num_rows == 1
    scan = connector.scan(context, ScanRequest())
    run(postgres_database, "drop table people")
    assert scan.reader is not None
    with pytest.raises(NotFound, match="people") as caught:
        scan.reader()
    assert caught.value.code == "sources.table_missing"
    with pytest.raises(NotFound, match="people"):
        connector.scan(context, ScanRequest())


def test_a_table_that_may_not_be_read(postgres_database: str, context: ConnectorContext) -> None:
    password = context.secret(f"${{{PASSWORD}}}")
    run(
        postgres_database,
        "drop role if exists onefold_reader",
        f"create role onefold_reader login password '{password}'",
        "create table people as select 1 as id",
    )
    try:
        parts = urlsplit(postgres_database)
        url = f"postgresql://onefold_reader:${{{PASSWORD}}}@{parts.hostname}:{parts.port}{parts.path}"
        with pytest.raises(Forbidden) as caught:
            rows_of(SqlConnector(url=url, table="people"), context)
        assert caught.value.code == "sources.not_granted"
    finally:
        run(postgres_database, "drop role onefold_reader")


def test_a_statement_that_takes_too_long(postgres_database: str, context: ConnectorContext) -> None:
    query = "select pg_sleep(30)::text as slept"
    with pytest.raises(Transient) as caught:
        rows_of(SqlConnector(url=address(postgres_database), query=query, timeout=1), context)
    assert caught.value.code == "sources.timeout"


def test_a_query_that_fails_tells_no_values(postgres_database: str, context: ConnectorContext) -> None:
    run(postgres_database, "create table people as select 'anna@example.com' as mail")
    with pytest.raises(OnefoldError) as caught:
        rows_of(
            SqlConnector(url=address(postgres_database), query="select mail::int as n from people"), context
        )
    assert "anna" not in str(caught.value)
    with pytest.raises(InvalidInput, match="nothing_like_it"):
        rows_of(
            SqlConnector(url=address(postgres_database), query="select nothing_like_it from people"), context
        )


def test_a_connection_that_breaks_half_way_is_no_short_result(
    postgres_database: str, context: ConnectorContext
) -> None:
    run(
        postgres_database,
        "create table people as select g as id, repeat('x', 1000) as name from generate_series(1, 200000) g",
    )
    reader = SqlConnector(url=address(postgres_database), table="people").scan(context, ScanRequest()).reader
    assert reader is not None
    batches = reader()
    batches.read_next_batch()
    run(
        postgres_database,
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'onefold'",
    )
    with pytest.raises((OnefoldError, OSError, pa.ArrowException)):
        for _ in batches:
            pass


def test_an_abandoned_reader_leaves_no_connection(postgres_database: str, context: ConnectorContext) -> None:
    run(postgres_database, "create table people as select g as id from generate_series(1, 100000) g")
    connector = SqlConnector(url=address(postgres_database), table="people")
    assert connector.preview(context, 10).num_rows == 10
    with psycopg.connect(postgres_database) as connection:
        left = connection.execute(
            "select count(*) from pg_stat_activity where application_name = 'onefold' and state <> 'idle'"
        ).fetchone()
    assert left == (0,)
