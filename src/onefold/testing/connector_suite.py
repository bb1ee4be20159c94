"""What every connector proves. Subclass `ConnectorSuite` in a test file of your connector and give its builders.

    class TestCsv(ConnectorSuite):
        def write(self, rows: pa.Table) -> None:
            pyarrow.csv.write_csv(rows, self.directory / "a.csv")

        def connector(self) -> Connector:
            return CsvConnector(path="a.csv")

        def nowhere(self) -> Connector:
            return CsvConnector(path="b.csv")

        def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool: ...

Values are compared after the cast that follows reading, because a connector may deliver text where it cannot
deliver the type. Reading a million rows and being killed happen in processes of their own, so the connector's
settings must come through JSON, as they do from a definition.
"""

# ruff: noqa: D102 - a test says what it proves by its name
from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from onefold.foundation.kernel import OnefoldError
from onefold.foundation.warehouse import Column, ColumnType, Sql, comma, ident, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, Coverage, Scan, ScanRequest, Watermark
from onefold.sources.files import FileAccess

_SUBPROCESS_SECONDS: Final = 300

COLUMNS: Final = (
    Column("id", ColumnType.INTEGER),
    Column("name", ColumnType.TEXT),
    Column("amount", ColumnType.DECIMAL, (18, 2)),
    Column("score", ColumnType.NUMBER),
    Column("active", ColumnType.BOOLEAN),
    Column("born", ColumnType.DATE),
    Column("updated_at", ColumnType.INSTANT),
)
"""The columns of the rows that `write` is given."""

SCHEMA: Final = pa.schema(
    [
        ("id", pa.int64()),
        ("name", pa.string()),
        ("amount", pa.decimal128(18, 2)),
        ("score", pa.float64()),
        ("active", pa.bool_()),
        ("born", pa.date32()),
        ("updated_at", pa.timestamp("us", "UTC")),
    ]
)
"""Their Arrow schema."""

_NAMES: Final = (
    "Anna", "Юлия Иванова", "Ελένη", "José Ñandú", "李小龍", "O'Brien", 'Smith "Jr."', "a,b;c\tpipe|",
    "😀 Zoë", "ßÄ %s {x} $1",
)  # fmt: skip


def sample_rows(first: int = 1, count: int = 10) -> pa.Table:
    """Return rows with all the types, non-Latin names, nulls, and moments around changes of the clock.

    Ids count from `first`; `updated_at` grows with the id, so that it can be a watermark.
    """
    return pa.Table.from_pylist([_row(number) for number in range(first, first + count)], SCHEMA)


def _row(number: int) -> dict[str, object]:
    # 2025-10-26 00:30 UTC is in the hour that clocks in Berlin show twice.
    moment = dt.datetime(2025, 10, 26, 0, 30, 0, 123_000, dt.UTC) + dt.timedelta(minutes=number)
    return {
        "id": number,
        "name": _NAMES[number % len(_NAMES)] if number % 7 else None,
        "amount": None if number % 5 == 4 else Decimal("123456789012.34") - number,
        "score": None if number % 6 == 5 else number / 3,
        "active": None if number % 4 == 3 else number % 2 == 0,
        "born": None if number % 8 == 7 else dt.date(1900, 2, 28) + dt.timedelta(days=number),
        "updated_at": moment,
    }


def many_rows(count: int) -> pa.Table:
    """Return that many rows of the same columns, made without a loop."""
    numbers = pa.array(range(count), pa.int64())
    start_us = int(dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000
    return pa.table(
        {
            "id": numbers,
            "name": pc.binary_join_element_wise("Name", numbers.cast(pa.string()), " "),
            "amount": numbers.cast(pa.decimal128(21, 2)).cast(pa.decimal128(18, 2)),
            "score": pc.divide(numbers.cast(pa.float64()), 4.0),
            "active": pc.equal(pc.bit_wise_and(numbers, 1), 0),
            "born": pc.bit_wise_and(numbers, 8191).cast(pa.int32()).cast(pa.date32()),
            "updated_at": pc.add(pc.multiply(numbers, 1_000_000), start_us).cast(pa.timestamp("us", "UTC")),
        },
        schema=SCHEMA,
    )


class ConnectorSuite(ABC):
    """The suite. A fresh `directory` and context are made for each test.

    Attributes:
        discovered: the types that discovery may give a column where they are not the column's own: a text
            format may take a decimal for a number.
        keeps_microseconds: False where the place keeps moments only to the millisecond.
        ordered: False where the place gives no order of rows; they are compared by id then.
        million_mb: how much the process may grow while a million rows are read.
    """

    discovered: ClassVar[Mapping[str, frozenset[ColumnType]]] = {}
    keeps_microseconds: ClassVar[bool] = True
    ordered: ClassVar[bool] = True
    million_mb: ClassVar[int] = 150

    directory: Path
    environment: dict[str, str]

    @abstractmethod
    def write(self, rows: pa.Table) -> None:
        """Replace what the place holds by these rows (columns as COLUMNS, in this order, ids unique)."""

    @abstractmethod
    def connector(self) -> Connector:
        """Return the connector over what `write` wrote."""

    @abstractmethod
    def nowhere(self) -> Connector:
        """Return a connector over something that does not exist."""

    @abstractmethod
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        """Write the rows such that those whose id is in `bad` cannot be read as COLUMNS.

        Return False where the place's own types leave no room for such rows.
        """

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.directory = tmp_path
        self.environment = {}

    @pytest.fixture
    def context(self, _place: None) -> Iterator[ConnectorContext]:
        """What connectors are given."""
        opened = _context(self.directory, self.environment)
        yield opened
        opened.files.close()

    def test_check_passes(self, context: ConnectorContext) -> None:
        self.write(sample_rows())
        self.connector().check(context)

    def test_check_says_what_is_missing_and_what_to_do(self, context: ConnectorContext) -> None:
        self.write(sample_rows())
        with pytest.raises(OnefoldError) as caught:
            self.nowhere().check(context)
        assert caught.value.code.startswith("sources.")
        assert caught.value.hint

    def test_discovery_names_and_types(self, context: ConnectorContext) -> None:
        self.write(sample_rows(count=50))
        found = self.connector().discover(context)
        assert [column.name for column in found] == SCHEMA.names
        for column, expected in zip(found, COLUMNS, strict=True):
            assert column.type in self.discovered.get(column.name, {expected.type}), column.name
            if column.type is ColumnType.DECIMAL:
                assert column.decimal is not None
                assert column.decimal[1] >= 2

    def test_every_value_arrives_exactly(self, context: ConnectorContext) -> None:
        rows = self._kept(sample_rows(count=100))
        self.write(rows)
        self._same(_typed(self.connector(), context, ScanRequest(types=_WANTED)), rows)

    def test_only_the_wanted_columns_arrive(self, context: ConnectorContext) -> None:
        self.write(sample_rows())
        scan = self.connector().scan(context, ScanRequest(columns=("name", "id"), types=_WANTED))
        found = _read(scan, context)
        assert [name for name in found.column_names if name not in scan.provenance] == ["name", "id"]
        assert found.num_rows == 10

    def test_nothing_is_no_error(self, context: ConnectorContext) -> None:
        self.write(sample_rows(count=0))
        connector = self.connector()
        assert [column.name for column in connector.discover(context)] == SCHEMA.names
        assert _typed(connector, context, ScanRequest(types=_WANTED)).num_rows == 0

    def test_preview_shows_a_hundred_rows(self, context: ConnectorContext) -> None:
        self.write(sample_rows(count=250))
        shown = self.connector().preview(context)
        assert shown.column_names == SCHEMA.names
        ids = [int(value) for value in shown.column("id").to_pylist()]
        assert len(set(ids)) == 100
        assert not self.ordered or ids == list(range(1, 101))

    def test_reading_twice_is_the_same(self, context: ConnectorContext) -> None:
        self.write(sample_rows(count=100))
        connector = self.connector()
        first, second = (
            _read(connector.scan(context, ScanRequest(types=_WANTED)), context) for _ in range(2)
        )
        assert self._sorted(second).equals(self._sorted(first))

    def test_bad_rows_do_not_stop_the_good_ones(self, context: ConnectorContext) -> None:
        rows = sample_rows(count=40)
        bad = frozenset({3, 17, 40})
        if not self.write_bad(rows, bad):
            pytest.skip("this place has no room for values of another type")
        scan = self.connector().scan(context, ScanRequest(types=_WANTED))
        found = _read(scan, context)
        rejected = context.files.rows(scan.rejects) if scan.rejects is not None else []
        context.files.load_arrow("found", found)
        fits = [
            int(str(row[0]))
            for row in context.files.rows(sql("SELECT id FROM found WHERE {fit}", fit=_fits(found)))
        ]
        assert sorted(fits) == sorted(set(range(1, 41)) - bad)
        assert len(rejected) + found.num_rows - len(fits) == len(bad)
        for row in rejected:
            assert all(row[-2:]), "a rejected row needs a code and a reason"

    def test_what_is_new_arrives_at_the_next_refresh(self, context: ConnectorContext) -> None:
        connector = self.connector
        self.write(sample_rows(count=20))
        first = connector().scan(context, ScanRequest(types=_WANTED))
        _read(first, context)
        self.write(sample_rows(count=30))
        request = ScanRequest(types=_WANTED, state=_through_json(first.state))
        second = connector().scan(context, request)
        assert second.coverage in {Coverage.EVERYTHING, Coverage.FILES}
        assert _read(second, context).num_rows == 30

    def test_what_is_unchanged_is_not_read_again(self, context: ConnectorContext) -> None:
        self.write(sample_rows())
        first = self.connector().scan(context, ScanRequest(types=_WANTED))
        _read(first, context)
        if not first.state:
            pytest.skip("this place does not tell whether it changed")
        request = ScanRequest(types=_WANTED, state=_through_json(first.state))
        assert self.connector().scan(context, request).coverage is Coverage.NOTHING

    @pytest.mark.parametrize("column", ["updated_at", "id"])
    def test_a_watermark_asks_for_the_rows_from_it_on(self, context: ConnectorContext, column: str) -> None:
        rows = self._kept(sample_rows(count=60))
        self.write(rows)
        connector = self.connector()
        if not connector.pushes_watermark:
            pytest.skip("this place does not filter")
        last = rows.column(column)[39].as_py()
        value = last.isoformat(sep=" ") if isinstance(last, dt.datetime) else str(last)
        kind = ColumnType.INSTANT if column == "updated_at" else ColumnType.INTEGER
        request = ScanRequest(types=_WANTED, watermark=Watermark(column, kind, value))
        assert connector.scan(context, request).coverage is Coverage.CHANGES
        self._same(
            _typed(connector, context, request), rows.slice(39)
        )  # its own row too: another may share it

    @pytest.mark.slow
    def test_a_killed_reader_leaves_the_next_one_everything(self, context: ConnectorContext) -> None:
        rows = many_rows(60_000)
        self.write(rows)
        reader = self._start("half")
        assert reader.stdout is not None
        assert reader.stdout.readline().strip() == "half", reader.communicate()
        reader.send_signal(signal.SIGKILL)
        assert reader.wait() == -signal.SIGKILL
        reader.stdout.close()
        self._same(_typed(self.connector(), context, ScanRequest(types=_WANTED)), rows)

    @pytest.mark.slow
    def test_a_million_rows_need_bounded_memory(self) -> None:
        self.write(many_rows(1_000_000))
        reader = self._start("all")
        told, _ = reader.communicate(timeout=_SUBPROCESS_SECONDS)
        assert reader.returncode == 0
        measured = json.loads(told)
        assert measured["rows"] == 1_000_000
        assert measured["grown_mb"] < self.million_mb, measured

    def _kept(self, rows: pa.Table) -> pa.Table:
        """Return the rows as the place can keep them."""
        if self.keeps_microseconds:
            return rows
        index = rows.column_names.index("updated_at")
        rounded = pc.floor_temporal(rows.column(index), unit="millisecond")
        return rows.set_column(index, "updated_at", rounded.cast(SCHEMA.field("updated_at").type))

    def _same(self, found: pa.Table, expected: pa.Table) -> None:
        rows = self._sorted(found)
        assert rows.num_rows == expected.num_rows
        different = {
            name: [
                place
                for place, same in enumerate(_equal(rows.column(name), expected.column(name)))
                if not same
            ]
            for name in expected.column_names
        }
        assert {name: places[:5] for name, places in different.items() if places} == {}, "places that differ"

    def _sorted(self, rows: pa.Table) -> pa.Table:
        return rows if self.ordered else rows.sort_by("id").combine_chunks()

    def _start(self, how: str) -> subprocess.Popen[str]:
        connector = self.connector()
        task = {
            "how": how,
            "module": type(connector).__module__,
            "name": type(connector).__name__,
            "settings": connector.model_dump(mode="json"),
            "directory": str(self.directory),
        }
        return subprocess.Popen(  # noqa: S603 - this interpreter and this file
            [sys.executable, "-m", __name__, json.dumps(task)],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            text=True,
        )


_WANTED: Final = {column.name: column for column in COLUMNS}


def _context(directory: Path, environment: Mapping[str, str] | None) -> ConnectorContext:
    work = Path(tempfile.mkdtemp(dir=directory, prefix=".work-"))
    access = FileAccess(directory, directory / ".cache", environment)
    return ConnectorContext(DuckDBWarehouse(), access, dt.datetime.now(dt.UTC), work)


def _batches(scan: Scan, context: ConnectorContext) -> Iterator[pa.RecordBatch]:
    if scan.reader is not None:
        yield from scan.reader()
    elif scan.select is not None:
        yield from context.files.batches(scan.select)


def _read(scan: Scan, context: ConnectorContext) -> pa.Table:
    if scan.select is not None:
        # Not in batches: those have a cursor of their own, and the rejects of `read_csv` stay with the cursor.
        return context.files.arrow(scan.select).combine_chunks()
    batches = list(_batches(scan, context))
    if not batches:
        schema = scan.reader().schema if scan.reader is not None else SCHEMA
        return schema.empty_table()
    return pa.Table.from_batches(batches).combine_chunks()


def _typed(connector: Connector, context: ConnectorContext, request: ScanRequest) -> pa.Table:
    """Return the rows cast to COLUMNS, as reading is followed by."""
    scan = connector.scan(context, request)
    context.files.load_arrow("typed", _read(scan, context))
    casts = comma(
        sql("CAST({name} AS {kind}) AS {name}", name=ident(column.name), kind=column.sql_type)
        for column in COLUMNS
    )
    found = context.files.arrow(sql("SELECT {casts} FROM typed", casts=casts))
    return found.cast(SCHEMA).combine_chunks()


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> list[bool]:
    return [a == b for a, b in zip(one.to_pylist(), other.to_pylist(), strict=True)]


def _fits(found: pa.Table) -> Sql:
    """Return the condition that every value of a row can be cast to its column's type."""
    names = set(found.column_names)
    kept = [column for column in COLUMNS if column.name in names]
    conditions = [
        sql(
            "({name} IS NULL OR isfinite(TRY_CAST({name} AS {kind})))"
            if column.type in {ColumnType.DATE, ColumnType.INSTANT}
            else "({name} IS NULL OR TRY_CAST({name} AS {kind}) IS NOT NULL)",
            name=ident(column.name),
            kind=column.sql_type,
        )
        for column in kept
    ]
    return Sql(" AND ".join(f"coalesce({condition.text}, false)" for condition in conditions))


def _through_json(state: Mapping[str, object]) -> dict[str, object]:
    copied: dict[str, object] = json.loads(json.dumps(state))
    return copied


def _peak_mb() -> float:
    """Return this process's own peak memory; `ru_maxrss` would count what the parent held at the fork."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _subprocess(task: Mapping[str, object]) -> None:
    """Read in a process of its own: all rows, reporting memory; or half of them, waiting to be killed."""
    kind = getattr(importlib.import_module(str(task["module"])), str(task["name"]))
    connector: Connector = kind.model_validate(task["settings"])
    context = _context(Path(str(task["directory"])), None)
    connector.preview(context, 1)
    before, started, rows = _peak_mb(), time.perf_counter(), 0
    for batch in _batches(connector.scan(context, ScanRequest(types=_WANTED)), context):
        rows += batch.num_rows
        if task["how"] == "half" and rows >= 1:
            sys.stdout.write("half\n")
            sys.stdout.flush()
            time.sleep(_SUBPROCESS_SECONDS)
    seconds = time.perf_counter() - started
    grown = {"rows": rows, "grown_mb": _peak_mb() - before, "seconds": seconds}
    sys.stdout.write(json.dumps(grown))


if __name__ == "__main__":
    _subprocess(json.loads(sys.argv[1]))
