"""The contract of a Warehouse: subclass `WarehouseSuite`, give a fixture `warehouse`, and pytest runs it.

```python
class TestMyEngine(WarehouseSuite):
    @pytest.fixture
    def warehouse(self, tmp_path):
        engine = MyWarehouse(tmp_path)
        yield engine
        engine.close()
```

It covers every method of the port, every entry of the vocabulary, and the constructs of SQL that
`onefold.foundation.warehouse.portable` allows, with nulls, ties, empty lists and letters outside ASCII.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onefold.foundation.kernel import InvalidInput, OnefoldError
from onefold.foundation.warehouse import (
    Column,
    ColumnType,
    Scalar,
    Sql,
    Warehouse,
    comma,
    ident,
    literal,
    sql,
)
from onefold.foundation.warehouse.vocabulary import Function, vocabulary
from onefold.testing.warehouse_cases import EXPRESSIONS, PEOPLE, Values, instant
from onefold.testing.warehouse_queries import QUERIES, Rows

_ARROW: Final = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
}
ALL_TYPES: Final = (
    Column("id", ColumnType.INTEGER),
    Column("a text", ColumnType.TEXT),
    Column("small", ColumnType.SMALL_INTEGER),
    Column("number", ColumnType.NUMBER),
    Column("money", ColumnType.DECIMAL, (18, 2)),
    Column("wide", ColumnType.DECIMAL, (38, 9)),
    Column("flag", ColumnType.BOOLEAN),
    Column("day", ColumnType.DATE),
    Column("moment", ColumnType.INSTANT),
    Column("texts", ColumnType.TEXT_LIST),
    Column("integers", ColumnType.INTEGER_LIST),
    Column("bytes", ColumnType.BLOB),
)
_TYPED_ROWS: Final[Rows] = [
    (
        2**60,
        "Ünï\n'\"\\",
        -32768,
        0.1,
        Decimal("-12345678901234.56"),
        Decimal("12345678901234567890.123456789"),
        True,
        dt.date(1, 1, 1),
        instant("1969-12-31 23:59:59.999999"),
        ["é", None, ""],
        [-(2**60), None],
        b"\x00\xff",
    ),
    (
        2,
        "",
        0,
        float("inf"),
        Decimal("0.00"),
        Decimal("0E-9"),
        False,
        dt.date(9999, 12, 31),
        instant("2262-01-01 00:00:00"),
        [],
        [],
        b"",
    ),
    (3, *(None,) * 11),
]


class WarehouseSuite:
    """What every engine does alike."""

    # --- SQL ---------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("topic", EXPRESSIONS)
    def test_expressions_mean_the_same(self, warehouse: Warehouse, topic: str) -> None:
        """Evaluate one topic's expressions over `PEOPLE` in one statement."""
        warehouse.load_arrow("people", PEOPLE)
        cases = EXPRESSIONS[topic]
        items = comma(
            sql("{value} AS {name}", value=Sql(text), name=ident(f"r{number}"))
            for number, (text, _) in enumerate(cases)
        )
        rows = warehouse.rows(sql("SELECT {items} FROM people ORDER BY id", items=items))
        wrong = [
            f"{text}: {values} instead of {expected}"
            for (text, expected), values in zip(cases, map(list, zip(*rows, strict=True)), strict=True)
            if not _equal(values, expected)
        ]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("topic", QUERIES)
    def test_statements_mean_the_same(self, warehouse: Warehouse, topic: str) -> None:
        """Run one topic's statements over `PEOPLE`."""
        warehouse.load_arrow("people", PEOPLE)
        wrong = [
            f"{text}: {rows} instead of {expected}"
            for text, expected in QUERIES[topic]
            if (rows := warehouse.rows(Sql(text))) != expected
        ]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("function", vocabulary(), ids=lambda function: function.name)
    def test_vocabulary(self, warehouse: Warehouse, function: Function) -> None:
        """Call one `of_*` function with its examples, from columns and as literals."""
        warehouse.load_arrow("examples", _examples(function))
        names = comma(ident(name) for name, _ in function.parameters)
        call = sql("{name}({names})", name=Sql(function.name), names=names)
        rows = warehouse.rows(
            sql("SELECT {call} AS r FROM examples ORDER BY of_number_of_example", call=call)
        )
        expected = [result for _, result in function.examples]
        assert [value for (value,) in rows] == expected
        if all(isinstance(value, Scalar) for arguments, _ in function.examples for value in arguments):
            calls = comma(
                sql(
                    "{name}({values}) AS {alias}",
                    name=Sql(function.name),
                    values=comma(literal(value) for value in arguments if isinstance(value, Scalar)),
                    alias=ident(f"r{number}"),
                )
                for number, (arguments, _) in enumerate(function.examples)
            )
            assert list(warehouse.rows(sql("SELECT {calls}", calls=calls))[0]) == expected

    def test_hash_joins_what_is_equal(self, warehouse: Warehouse) -> None:
        """`of_hash` of one to eight values, texts and numbers, inside selects, groupings and joins."""
        texts = ["", "a", "b", "ab", "é", "Юлия", "a" * 1000]
        rows = [(left, right, number) for left in texts for right in texts for number in (-1, 0, 2**60)]
        left, right, number = (list(column) for column in zip(*rows, strict=True))
        warehouse.load_arrow("t", pa.table({"a": left, "b": right, "n": pa.array(number, pa.int64())}))
        keys = {
            ("of_hash(a)", len(texts)),
            ("of_hash(a, b)", len(texts) ** 2),
            ("of_hash(0, lower(a), b, n)", len(rows)),
            ("of_hash(a, b, a, b, a, b, n, n)", len(rows)),
            ("of_hash(CAST(of_hash(a, b) AS VARCHAR), a)", len(texts) ** 2),
        }
        for key, distinct in keys:
            warehouse.create_table("keys", sql("SELECT {key} AS key, a, b, n FROM t", key=Sql(key)))
            assert warehouse.columns("keys")[0].type is ColumnType.INTEGER
            counts = Sql("SELECT count(DISTINCT key) AS keys, count(key) AS known FROM keys")
            assert warehouse.rows(counts) == [(distinct, len(rows))], key
        joined = Sql(
            "SELECT count(*) AS n FROM t AS x JOIN t AS y ON of_hash(x.a, x.n) = of_hash(y.a, y.n) "
            "WHERE x.a = y.a AND x.n = y.n"
        )
        assert warehouse.rows(joined) == [(len(rows) * len(texts),)]

    def test_vocabulary_nests_and_keeps_its_names_apart(self, warehouse: Warehouse) -> None:
        """Functions inside functions, over columns that are called like their parameters."""
        data = pa.table({"a": ["b  A", "é"], "i": [1, 2], "word": ["x y", None]})
        warehouse.load_arrow("t", data)
        rows = warehouse.rows(
            Sql(
                "SELECT of_at(of_words(lower(a)), i) AS one, of_at(of_ngrams(word, i), i) AS two, "
                "of_list_text(of_words(of_list_text(of_words(word), ' ')), '-') AS three "
                "FROM t WHERE of_key(of_at(of_words(a), 1)) IS NOT NULL ORDER BY i"
            )
        )
        assert rows == [("b", " ", "x-y"), (None, None, None)]

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            ('it\'s a "test" \\ $x é\n', "VARCHAR"),
            (2**40, "BIGINT"),
            (-0.1, "DOUBLE"),
            (True, "BOOLEAN"),
            (Decimal("12.50"), "DECIMAL(10, 2)"),
            (dt.date(2024, 2, 29), "DATE"),
            (instant("2024-02-29 10:00:00.5"), "TIMESTAMPTZ"),
            (None, "VARCHAR"),
        ],
    )
    def test_parameters_and_literals(self, warehouse: Warehouse, value: Scalar, kind: str) -> None:
        """A value comes back as it went in, bound or written."""
        bound = sql("SELECT CAST($given AS {kind}) AS v, $given IS NULL AS missing", kind=Sql(kind))
        if kind == "BIGINT":
            bound = Sql("SELECT $given AS v, $given IS NULL AS missing")
        assert warehouse.rows(bound, given=value) == [(value, value is None)]
        assert warehouse.rows(sql("SELECT {value} AS v", value=literal(value))) == [(value,)]

    def test_parameters_filter(self, warehouse: Warehouse) -> None:
        """Parameters are values, in any place where a value may stand."""
        warehouse.load_arrow("people", PEOPLE)
        text = Sql("SELECT id FROM people WHERE s LIKE $pattern AND n >= $least ORDER BY id")
        assert warehouse.rows(text, pattern="%a%", least=10) == [(1,), (5,)]
        assert warehouse.create_table("chosen", text, pattern="' OR 1=1 --", least=0) == 0

    # --- tables and views --------------------------------------------------------------------------------

    def test_create_table_counts_and_replaces(self, warehouse: Warehouse) -> None:
        """A table may be made from the table that it replaces."""
        assert warehouse.create_table("t", Sql("SELECT unnest([1, 2, 3]) AS n")) == 3
        assert warehouse.create_table("t", Sql("SELECT n + 1 AS n FROM t WHERE n > 1")) == 2
        assert warehouse.rows(Sql("SELECT n FROM t ORDER BY n")) == [(3,), (4,)]

    def test_a_table_is_a_copy(self, warehouse: Warehouse) -> None:
        """What was computed stays when its sources change."""
        warehouse.create_table("source", Sql("SELECT 1 AS n"))
        warehouse.create_table("copy", Sql("SELECT * FROM source"))
        warehouse.create_table("source", Sql("SELECT 2 AS n"))
        assert warehouse.rows(Sql("SELECT n FROM copy")) == [(1,)]
        warehouse.drop("source")
        assert warehouse.rows(Sql("SELECT n FROM copy")) == [(1,)]

    def test_a_view_follows_its_table(self, warehouse: Warehouse) -> None:
        """A view reads what the table holds when it is read."""
        warehouse.create_table("source", Sql("SELECT 1 AS n"))
        warehouse.create_view("seen", Sql("SELECT n * 10 AS n FROM source"))
        warehouse.create_table("source", Sql("SELECT 2 AS n"))
        assert warehouse.rows(Sql("SELECT n FROM seen")) == [(20,)]

    def test_tables_and_views_replace_one_another(self, warehouse: Warehouse) -> None:
        """A name means one thing, in whatever case it is written."""
        warehouse.create_table("source", Sql("SELECT 1 AS n"))
        warehouse.create_view("Thing", Sql("SELECT 2 AS n FROM source"))
        warehouse.create_table("thing", Sql("SELECT 3 AS n"))
        assert warehouse.rows(Sql("SELECT N FROM THING")) == [(3,)]
        warehouse.create_view("thing", Sql("SELECT 4 AS n"))
        assert warehouse.rows(Sql("SELECT n FROM thing")) == [(4,)]

    def test_drop_passes_over_what_does_not_exist(self, warehouse: Warehouse) -> None:
        """Dropping twice is dropping once."""
        warehouse.create_table("a", Sql("SELECT 1 AS n"))
        warehouse.create_view("b", Sql("SELECT 1 AS n"))
        warehouse.drop("a", "b", "never")
        warehouse.drop("a")
        with pytest.raises(InvalidInput):
            warehouse.rows(Sql("SELECT * FROM a"))

    def test_execute_creates_inserts_and_drops(self, warehouse: Warehouse) -> None:
        """The statements that change something."""
        warehouse.execute(Sql("CREATE OR REPLACE TABLE t AS SELECT 1 AS n, 'a' AS s"))
        warehouse.execute(Sql("INSERT INTO t SELECT n + $more, 'é' FROM t"), more=1)
        warehouse.execute(Sql("INSERT INTO t (s) SELECT 'alone'"))
        expected = [(1, "a"), (2, "é"), (None, "alone")]
        assert warehouse.rows(Sql("SELECT n, s FROM t ORDER BY n")) == expected
        warehouse.execute(Sql("CREATE OR REPLACE VIEW v AS SELECT count(*) AS c FROM t"))
        assert warehouse.rows(Sql("SELECT c FROM v")) == [(3,)]
        warehouse.execute(Sql("DROP VIEW v"))
        warehouse.execute(Sql("DROP TABLE IF EXISTS t"))
        with pytest.raises(InvalidInput):
            warehouse.columns("t")

    def test_names_are_quoted(self, warehouse: Warehouse) -> None:
        """Names may hold blanks, quotes, dots, letters outside ASCII and words of SQL."""
        names = ["select", 'a "b" `c`', "dot.ted", "Ünï çødé"]
        select = sql("SELECT {items}", items=comma(sql("1 AS {n}", n=ident(name)) for name in names))
        assert warehouse.create_table('Table of `x` "y"', select) == 1
        table = ident('Table of `x` "y"')
        assert [column.name for column in warehouse.columns('Table of `x` "y"')] == names
        picked = comma(ident(name) for name in names)
        assert warehouse.rows(sql("SELECT {picked} FROM {table}", picked=picked, table=table)) == [
            (1, 1, 1, 1)
        ]

    def test_columns_maps_to_the_closed_list(self, warehouse: Warehouse) -> None:
        """Every type of the closed list is told apart."""
        items = comma(
            sql("CAST(NULL AS {kind}) AS {name}", kind=column.sql_type, name=ident(column.name))
            for column in ALL_TYPES
        )
        select = sql("SELECT {items}", items=items)
        warehouse.create_table("t", select)
        warehouse.create_view("v", select)
        assert warehouse.columns("t") == warehouse.columns("v") == ALL_TYPES

    def test_empty_tables(self, warehouse: Warehouse) -> None:
        """No rows is a result with columns."""
        assert warehouse.create_table("t", Sql("SELECT 1 AS n, 'a' AS s WHERE FALSE")) == 0
        assert [column.name for column in warehouse.columns("t")] == ["n", "s"]
        assert warehouse.rows(Sql("SELECT * FROM t")) == []
        assert warehouse.arrow(Sql("SELECT * FROM t")).num_rows == 0
        assert sum(batch.num_rows for batch in warehouse.batches(Sql("SELECT * FROM t"))) == 0
        assert warehouse.rows(Sql("SELECT count(*) AS c, max(n) AS m FROM t")) == [(0, None)]
        assert warehouse.create_table("t2", Sql("SELECT t.n FROM t JOIN t u USING (n)")) == 0

    # --- Arrow -------------------------------------------------------------------------------------------

    def test_load_arrow_takes_tables_and_streams(self, warehouse: Warehouse) -> None:
        """Both count their rows and come back as they were."""
        assert warehouse.load_arrow("t", PEOPLE) == 6
        assert warehouse.arrow(Sql("SELECT * FROM t ORDER BY id")).to_pylist() == PEOPLE.to_pylist()
        reader = pa.RecordBatchReader.from_batches(PEOPLE.schema, PEOPLE.to_batches(max_chunksize=2))
        assert warehouse.load_arrow("t", reader) == 6
        empty = pa.RecordBatchReader.from_batches(PEOPLE.schema, iter(()))
        assert warehouse.load_arrow("none", empty) == 0
        assert warehouse.columns("none") == warehouse.columns("t")

    def test_arrow_has_the_types(self, warehouse: Warehouse) -> None:
        """Types survive, and any column may be null."""
        warehouse.load_arrow("t", PEOPLE)
        schema = warehouse.arrow(Sql("SELECT * FROM t")).schema
        assert schema.names == PEOPLE.schema.names
        assert schema.types == PEOPLE.schema.types
        assert all(field.nullable for field in schema)

    def test_batches_are_bounded_and_ordered(self, warehouse: Warehouse) -> None:
        """A result comes in pieces, in its order."""
        warehouse.load_arrow("t", pa.table({"n": pa.array(range(100_000), pa.int64())}))
        batches = list(warehouse.batches(Sql("SELECT n FROM t ORDER BY n DESC"), rows_per_batch=10_000))
        assert len(batches) >= 10
        assert max(batch.num_rows for batch in batches) <= 10_000
        assert _flat(batches, 0) == list(range(99_999, -1, -1))

    def test_streams_do_not_block_the_engine(self, warehouse: Warehouse) -> None:
        """While one result is being read, other statements run; a stream may be left unread."""
        warehouse.load_arrow("t", pa.table({"n": pa.array(range(50_000), pa.int64())}))
        stream = warehouse.batches(Sql("SELECT n FROM t WHERE n >= $least"), rows_per_batch=1_000, least=0)
        other = warehouse.batches(Sql("SELECT n FROM t"), rows_per_batch=1_000)
        assert next(iter(stream)).num_rows <= 1_000
        assert next(iter(other)).num_rows <= 1_000
        assert warehouse.create_table("u", Sql("SELECT max(n) AS n FROM t")) == 1
        assert 0 < sum(batch.num_rows for batch in stream) < 50_000

    def test_any_order_is_the_same_rows(self, warehouse: Warehouse) -> None:
        """What is made in any order has the same rows, also after a failure."""
        numbers = Sql("SELECT * FROM (VALUES (3), (1), (2)) AS v(n)")
        with warehouse.in_any_order():
            assert warehouse.create_table("t", numbers) == 3
        assert sorted(warehouse.rows(Sql("SELECT n FROM t"))) == [(1,), (2,), (3,)]
        with pytest.raises(ZeroDivisionError), warehouse.in_any_order():
            _ = 1 // 0
        assert warehouse.create_table("t", numbers) == 3

    def test_map_distinct(self, warehouse: Warehouse) -> None:
        """The function sees every distinct text once, and no null."""
        warehouse.load_arrow("t", pa.table({"s": ["b", None, "é", "b", ""]}))
        seen: list[str] = []

        def doubled(values: list[str]) -> list[str | None]:
            seen.extend(values)
            return [value * 2 or None for value in values]

        assert warehouse.map_distinct("mapped", Sql("SELECT s AS value FROM t"), doubled) == 3
        assert sorted(seen) == ["", "b", "é"]
        rows = warehouse.rows(Sql("SELECT value, mapped FROM mapped ORDER BY value"))
        assert rows == [("", None), ("b", "bb"), ("é", "éé")]
        assert [column.type for column in warehouse.columns("mapped")] == [ColumnType.TEXT] * 2
        none = Sql("SELECT s AS value FROM t WHERE FALSE")
        assert warehouse.map_distinct("mapped", none, doubled) == 0

    # --- files -------------------------------------------------------------------------------------------

    def test_types_survive_files(self, warehouse: Warehouse, tmp_path: Path) -> None:
        """Every type of the closed list, with its extremes, through parquet and back."""
        warehouse.load_arrow("typed", _typed())
        files = warehouse.write_parquet(Sql("SELECT * FROM typed"), tmp_path / "lake", ALL_TYPES)
        assert sum(file.rows for file in files) == 3
        warehouse.view_parquet("back", [file.path for file in files], ALL_TYPES)
        assert warehouse.columns("back") == ALL_TYPES
        assert warehouse.rows(Sql("SELECT * FROM back ORDER BY id DESC")) == [
            _TYPED_ROWS[0],
            _TYPED_ROWS[2],
            _TYPED_ROWS[1],
        ]
        assert {path.name for path in (tmp_path / "lake").iterdir()} == {file.path.name for file in files}

    def test_files_are_plain_parquet(self, warehouse: Warehouse, tmp_path: Path) -> None:
        """What other readers see: ZSTD, microseconds in UTC, the columns' types, true sizes."""
        warehouse.load_arrow("typed", _typed())
        (file,) = warehouse.write_parquet(Sql("SELECT * FROM typed"), tmp_path, ALL_TYPES)
        assert file.size_bytes == file.path.stat().st_size
        metadata = pq.read_metadata(file.path)
        assert metadata.row_group(0).column(0).compression == "ZSTD"
        schema = pq.read_schema(file.path)
        assert schema.field("moment").type == pa.timestamp("us", tz="UTC")
        assert schema.field("small").type == pa.int16()
        assert schema.field("money").type == pa.decimal128(18, 2)

    def test_write_parquet_casts_and_orders_the_columns(self, warehouse: Warehouse, tmp_path: Path) -> None:
        """The given columns, in their order, rounded to whole numbers where they say so."""
        warehouse.load_arrow("people", PEOPLE)
        wanted = (
            Column("m", ColumnType.INTEGER),
            Column("x", ColumnType.SMALL_INTEGER),
            Column("id", ColumnType.TEXT),
        )
        files = warehouse.write_parquet(Sql("SELECT id, s, x, m FROM people WHERE id < 6"), tmp_path, wanted)
        warehouse.view_parquet("back", [file.path for file in files], wanted)
        assert warehouse.rows(Sql("SELECT * FROM back ORDER BY id")) == [
            (12, 2, "1"),
            (-1, 2, "2"),
            (None, -2, "3"),
            (3, None, "4"),
            (4, 100, "5"),
        ]

    def test_writes_add_up(self, warehouse: Warehouse, tmp_path: Path) -> None:
        """Every write gives new names, so that a table can grow by files."""
        columns = (Column("n", ColumnType.INTEGER),)
        first = warehouse.write_parquet(Sql("SELECT CAST(1 AS BIGINT) AS n"), tmp_path, columns)
        second = warehouse.write_parquet(Sql("SELECT CAST(2 AS BIGINT) AS n"), tmp_path, columns)
        paths = [file.path for file in (*first, *second)]
        assert len(set(paths)) == len(paths)
        warehouse.view_parquet("t", paths, columns)
        assert warehouse.rows(Sql("SELECT n FROM t ORDER BY n")) == [(1,), (2,)]
        warehouse.view_parquet("t", paths[:1], columns)
        assert warehouse.rows(Sql("SELECT n FROM t")) == [(1,)]

    def test_no_files_are_an_empty_table(self, warehouse: Warehouse, tmp_path: Path) -> None:
        """A table before its first row, and a write of nothing."""
        warehouse.view_parquet("t", [], ALL_TYPES)
        assert warehouse.columns("t") == ALL_TYPES
        assert warehouse.rows(Sql("SELECT * FROM t")) == []
        files = warehouse.write_parquet(Sql("SELECT * FROM t"), tmp_path, ALL_TYPES)
        assert sum(file.rows for file in files) == 0
        warehouse.view_parquet("again", [file.path for file in files], ALL_TYPES)
        assert warehouse.columns("again") == ALL_TYPES

    # --- errors ------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "text", ["SELECT * FROM nowhere", "SELECT nothing FROM people", "SELECT n + FROM people"]
    )
    def test_wrong_sql_is_the_callers(self, warehouse: Warehouse, text: str) -> None:
        """Errors say whose move it is."""
        warehouse.load_arrow("people", PEOPLE)
        with pytest.raises(OnefoldError) as caught:
            warehouse.rows(Sql(text))
        assert caught.value.code in ("warehouse.sql_invalid", "warehouse.not_portable")

    def test_errors_hold_no_cell(self, warehouse: Warehouse) -> None:
        """A value that cannot be cast stays out of the message."""
        warehouse.load_arrow("t", pa.table({"s": ["secret value"]}))
        with pytest.raises(OnefoldError) as caught:
            warehouse.rows(Sql("SELECT CAST(s AS DATE) AS d FROM t"))
        assert caught.value.code == "warehouse.failed"
        assert "secret" not in str(caught.value)

    def test_it_goes_on_after_an_error(self, warehouse: Warehouse) -> None:
        """A failed statement leaves nothing behind."""
        warehouse.create_table("t", Sql("SELECT 1 AS n"))
        with pytest.raises(OnefoldError):
            warehouse.create_table("t", Sql("SELECT CAST('x' AS DATE) AS n"))
        assert warehouse.rows(Sql("SELECT n FROM t")) == [(1,)]


def _equal(values: Values, expected: Values) -> bool:
    """Compare with NaN equal to itself."""
    return all(
        left == right or (left != left and right != right)
        for left, right in zip(values, expected, strict=True)
    )


def _flat(batches: Iterable[pa.RecordBatch], column: int) -> list[object]:
    return [value for batch in batches for value in batch.column(column).to_pylist()]


def _examples(function: Function) -> pa.Table:
    """Return the examples' arguments as columns that are called like the parameters."""
    columns = {
        name: pa.array([arguments[position] for arguments, _ in function.examples], _ARROW[kind])
        for position, (name, kind) in enumerate(function.parameters)
    }
    return pa.table({**columns, "of_number_of_example": pa.array(range(len(function.examples)), pa.int64())})


def _typed() -> pa.Table:
    types = [
        pa.int64(),
        pa.string(),
        pa.int16(),
        pa.float64(),
        pa.decimal128(18, 2),
        pa.decimal128(38, 9),
        pa.bool_(),
        pa.date32(),
        pa.timestamp("us", tz="UTC"),
        pa.list_(pa.string()),
        pa.list_(pa.int64()),
        pa.binary(),
    ]
    columns = list(zip(*_TYPED_ROWS, strict=True))
    return pa.table(
        {
            column.name: pa.array(list(values), kind)
            for column, values, kind in zip(ALL_TYPES, columns, types, strict=True)
        }
    )
