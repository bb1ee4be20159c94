"""The contract of an engine with the lake: subclass `LakeSuite`, give a fixture `warehouse`, and pytest runs it.

It proves that what the engine stages is what everybody reads afterwards: the engine, and libraries that know
nothing of Onefold.
"""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path
from typing import Final

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from onefold.foundation.kernel import NotFound
from onefold.foundation.warehouse import Column, ColumnType, Sql, TableRef, Warehouse, ident, sql
from onefold.foundation.warehouse.lake import Lake, Mode

Values = list[tuple[object, ...]]

TYPED: Final = (
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
"""A column of every type."""
DELTA_TYPES: Final = (
    "long",
    "string",
    "short",
    "double",
    "decimal(18,2)",
    "decimal(38,9)",
    "boolean",
    "date",
    "timestamp",
    {"type": "array", "elementType": "string", "containsNull": True},
    {"type": "array", "elementType": "long", "containsNull": True},
    "binary",
)
_MOMENT: Final = dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
ROWS: Final[Values] = [
    (
        1,
        "Ünï\n'\"\\ 北京",
        -32768,
        0.1,
        Decimal("-1234567890123456.78"),
        Decimal("12345678901234567890123456789.123456789"),
        True,
        dt.date(1, 1, 1),
        _MOMENT,
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
        _MOMENT,
        [],
        [],
        b"",
    ),
    (3, *[None] * 11),
]
_ARROW: Final = pa.schema(
    [
        ("id", pa.int64()),
        ("a text", pa.string()),
        ("small", pa.int16()),
        ("number", pa.float64()),
        ("money", pa.decimal128(18, 2)),
        ("wide", pa.decimal128(38, 9)),
        ("flag", pa.bool_()),
        ("day", pa.date32()),
        ("moment", pa.timestamp("us", tz="UTC")),
        ("texts", pa.list_(pa.string())),
        ("integers", pa.list_(pa.int64())),
        ("bytes", pa.binary()),
    ]
)


def numbers(*columns: str) -> TableRef:
    """Return a table `numbers` of integer columns."""
    return TableRef("numbers", tuple(Column(name, ColumnType.INTEGER) for name in columns or ("n",)))


class LakeSuite:
    """What an engine and the lake keep together."""

    @pytest.fixture
    def lake(self, tmp_path: Path) -> Lake:
        """Return an empty lake, in a folder whose name needs quoting."""
        return Lake(tmp_path / "a lake 100% ü#1")

    def put(self, lake: Lake, warehouse: Warehouse, select: str, table: TableRef | None = None) -> int:
        """Publish the select in a run of its own and return the version."""
        return self.add(lake, warehouse, select, table=table, append=False)

    def add(
        self,
        lake: Lake,
        warehouse: Warehouse,
        select: str,
        *,
        table: TableRef | None = None,
        append: bool = True,
    ) -> int:
        """Publish the select as more rows and return the version."""
        table = table or numbers()
        run_id = f"run_{os.urandom(4).hex()}"
        mode: Mode = "append" if append else "overwrite"
        staged = lake.stage(warehouse, table, Sql(select), run_id=run_id, mode=mode)
        return lake.commit([staged])[table.name]

    def seen(self, lake: Lake, warehouse: Warehouse, version: int, name: str = "numbers") -> Values:
        """Return the rows of a version in the order of their first column."""
        lake.view(warehouse, name, version)
        return warehouse.rows(sql("SELECT * FROM {name} ORDER BY 1", name=ident(name)))

    def typed(self, lake: Lake, warehouse: Warehouse) -> int:
        """Publish a row of every type."""
        data = pa.table(
            [
                pa.array(values, kind)
                for values, kind in zip(zip(*ROWS, strict=True), _ARROW.types, strict=True)
            ],
            schema=_ARROW,
        )
        warehouse.load_arrow("given", data)
        return self.put(lake, warehouse, "SELECT * FROM given", TableRef("typed", TYPED))

    def test_every_type_comes_back_exactly(self, lake: Lake, warehouse: Warehouse) -> None:
        """Through staging, committing and viewing; the columns are the ones declared."""
        version = self.typed(lake, warehouse)
        assert lake.columns("typed", version) == TYPED
        lake.view(warehouse, "typed", version)
        assert warehouse.arrow(Sql("SELECT * FROM typed ORDER BY id")).to_pylist() == [
            dict(zip(_ARROW.names, row, strict=True)) for row in ROWS
        ]
        assert [(column.name, column.type) for column in warehouse.columns("typed")] == [
            (column.name, column.type) for column in TYPED
        ]

    def test_every_type_keeps_the_old_protocol(self, lake: Lake, warehouse: Warehouse) -> None:
        """Reader 1, writer 2, so that Fabric, Dynamics and old readers can read it; the types as Delta has them."""
        self.typed(lake, warehouse)
        table = DeltaTable(lake.path("typed"))
        protocol = table.protocol()
        assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
        fields = table.schema().fields
        described = [_plain(field.type) for field in fields]
        assert described == list(DELTA_TYPES)
        assert all(field.nullable for field in fields)

    def test_others_read_every_type(self, tmp_path: Path, warehouse: Warehouse) -> None:
        """delta-rs to pandas, and Polars, read the same rows."""
        lake = Lake(tmp_path / "lake")  # Polars 2.0 finds no table below a folder whose name needs quoting
        polars = pytest.importorskip("polars", reason="Polars reads the lake without Onefold")
        pytest.importorskip("pandas", reason="pandas reads the lake without Onefold")
        self.typed(lake, warehouse)
        path = str(lake.path("typed"))
        frame = polars.read_delta(path).sort("id")
        assert frame.rows() == ROWS
        read = DeltaTable(path).to_pandas().sort_values("id")
        assert read["a text"].to_list()[:2] == [ROWS[0][1], ""]
        assert read["money"].to_list()[0] == ROWS[0][4]
        assert list(read["texts"].iloc[0]) == ROWS[0][9]
        assert read["day"].to_list()[0] == ROWS[0][7]

    def test_an_overwrite_replaces_and_an_append_adds(self, lake: Lake, warehouse: Warehouse) -> None:
        """And each version stays what it was."""
        first = self.put(lake, warehouse, "SELECT 1 AS n")
        second = self.add(lake, warehouse, "SELECT 2 AS n")
        third = self.put(lake, warehouse, "SELECT 3 AS n")
        assert [first, second, third] == [0, 1, 2]
        assert self.seen(lake, warehouse, first) == [(1,)]
        assert self.seen(lake, warehouse, second) == [(1,), (2,)]
        assert self.seen(lake, warehouse, third) == [(3,)]

    def test_staged_rows_are_seen_by_their_run_only(self, lake: Lake, warehouse: Warehouse) -> None:
        """An append together with the rows it is added to; nobody else sees anything."""
        version = self.put(lake, warehouse, "SELECT 1 AS n")
        staged = lake.stage(warehouse, numbers(), Sql("SELECT 2 AS n"), run_id="run_x", mode="append")
        assert staged.rows == 1
        lake.view_staged(warehouse, staged, version=version)
        assert warehouse.rows(Sql("SELECT n FROM numbers ORDER BY n")) == [(1,), (2,)]
        assert DeltaTable(lake.path("numbers")).version() == version
        assert self.seen(lake, warehouse, version) == [(1,)]

    def test_a_stage_may_read_what_it_replaces(self, lake: Lake, warehouse: Warehouse) -> None:
        """The old content is the old one while the select runs."""
        version = self.put(lake, warehouse, "SELECT 1 AS n")
        lake.view(warehouse, "numbers", version)
        assert self.seen(lake, warehouse, self.put(lake, warehouse, "SELECT n + 1 AS n FROM numbers")) == [
            (2,)
        ]

    def test_an_empty_table_is_a_table(self, lake: Lake, warehouse: Warehouse) -> None:
        """For us and for others; rows can come and go."""
        empty = self.put(lake, warehouse, "SELECT 1 AS n WHERE 1 = 0")
        filled = self.add(lake, warehouse, "SELECT 2 AS n")
        assert self.seen(lake, warehouse, empty) == []
        assert self.seen(lake, warehouse, filled) == [(2,)]
        again = self.put(lake, warehouse, "SELECT 1 AS n WHERE 1 = 0")
        assert self.seen(lake, warehouse, again) == []
        assert DeltaTable(lake.path("numbers")).to_pyarrow_table().num_rows == 0

    def test_columns_may_change_between_versions(self, lake: Lake, warehouse: Warehouse) -> None:
        """One added, one removed, one retyped: every version reads as it was written."""
        versions = [
            self.put(lake, warehouse, "SELECT 1 AS n", numbers("n")),
            self.put(lake, warehouse, "SELECT 1 AS n, 2 AS m", numbers("n", "m")),
            self.put(lake, warehouse, "SELECT 2 AS m", numbers("m")),
            self.put(
                lake, warehouse, "SELECT 'x' AS m", TableRef("numbers", (Column("m", ColumnType.TEXT),))
            ),
        ]
        seen = [self.seen(lake, warehouse, version) for version in versions]
        assert seen == [[(1,)], [(1, 2)], [(2,)], [("x",)]]
        names = [[column.name for column in lake.columns("numbers", version)] for version in versions]
        assert names == [["n"], ["n", "m"], ["m"], ["m"]]
        assert DeltaTable(lake.path("numbers")).to_pyarrow_table().to_pylist() == [{"m": "x"}]
        assert DeltaTable(lake.path("numbers"), version=1).to_pyarrow_table().to_pylist() == [
            {"n": 1, "m": 2}
        ]

    def test_an_unknown_version_is_not_found(self, lake: Lake, warehouse: Warehouse) -> None:
        """As is an unknown table."""
        version = self.put(lake, warehouse, "SELECT 1 AS n")
        for name, wanted in (("numbers", version + 1), ("nothing", 0)):
            with pytest.raises(NotFound) as caught:
                lake.view(warehouse, name, wanted)
            assert caught.value.code == "lake.table_unknown"


def _plain(described: object) -> object:
    kind = getattr(described, "type", None)
    if kind == "array":
        element = getattr(described, "element_type", None)
        contains = getattr(described, "contains_null", None)
        return {"type": "array", "elementType": getattr(element, "type", None), "containsNull": contains}
    return kind
