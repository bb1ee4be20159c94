"""SQLite, over ADBC. Any cell may hold anything there, so values travel as text and are typed afterwards."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pyarrow as pa
from adbc_driver_sqlite import dbapi
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, NotFound, OnefoldError, Transient
from onefold.foundation.warehouse import ColumnType
from onefold.sources.connectors.connector import FoundColumn, Watermark
from onefold.sources.connectors.databases.database import (
    ROWS_PER_BATCH,
    Database,
    SourceColumn,
    Target,
    localized,
    quoted,
    select_statement,
    streamed,
)

_QUOTE: Final = '"'
_SAMPLE_ROWS: Final = 1_000
_PARAMETERS: Final = re.compile(r"\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)")
_AS_TEXT: Final = "CASE typeof({c}) WHEN 'blob' THEN hex({c}) ELSE CAST({c} AS TEXT) END"
# 17 digits bring every double back; CAST would keep 15.
_NUMBER_AS_TEXT: Final = "CASE typeof({c}) WHEN 'real' THEN printf('%!.17g', {c}) ELSE CAST({c} AS TEXT) END"


class SQLite(Database):
    """A SQLite file: `sqlite:///shop.db` from the workspace's folder, `sqlite:////srv/shop.db` from the root."""

    kind: ClassVar[str] = "sqlite"

    @override
    def describe(self, target: Target) -> tuple[SourceColumn, ...]:
        path = _path(target)
        try:
            with closing(
                sqlite3.connect(_uri(path), uri=True, timeout=target.connect_timeout_s)
            ) as connection:
                declared = _declared(connection, target)
                sampled = _sampled(connection, target, [name for name, _, _ in declared])
        except sqlite3.Error as error:
            raise _translated(str(error), path, target) from error
        return tuple(
            _column(name, native, nullable, sampled[name], target) for name, native, nullable in declared
        )

    @override
    def read(
        self, target: Target, columns: Sequence[SourceColumn], watermark: Watermark | None
    ) -> pa.RecordBatchReader:
        path = _path(target)
        selected = [(column.expression, column.found.name) for column in columns]
        condition, parameters = _bound(target, columns, watermark)
        rows = select_statement(target, _QUOTE, selected, condition)
        # The driver takes a column's type from its first row; this one settles it and is passed over.
        first = ", ".join("x''" if column.arrow == pa.binary() else "''" for column in columns)
        schema = pa.schema([(column.found.name, column.arrow) for column in columns])
        connection = dbapi.connect(_uri(path))
        cursor = connection.cursor()
        try:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(ROWS_PER_BATCH)})
            cursor.execute(f"SELECT {first} UNION ALL SELECT * FROM ({rows})", parameters)  # noqa: S608
            found = cursor.fetch_record_batch()
        except (dbapi.Error, OSError) as error:
            cursor.close()
            connection.close()
            raise _translated(str(error), path, target) from error

        def batches() -> Iterator[pa.RecordBatch]:
            passed = False
            try:
                for batch in found:
                    wanted = batch if passed else batch.slice(1)
                    passed = True
                    yield _newer(_finished(wanted, columns, schema, target), watermark)
            except (dbapi.Error, OSError, pa.ArrowException) as error:
                raise _translated(str(error), path, target) from error

        def close() -> None:
            found.close()
            cursor.close()
            connection.close()

        return streamed(schema, batches(), close)


def _finished(
    batch: pa.RecordBatch, columns: Sequence[SourceColumn], schema: pa.Schema, target: Target
) -> pa.RecordBatch:
    arrays = [
        localized(_readable(array), target.time_zone) if column.local else _readable(array)
        for array, column in zip(batch.columns, columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _readable(texts: pa.Array) -> pa.Array:
    """Return the texts; bytes that are not UTF-8 show escaped, because no reader downstream takes them."""
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        values = texts.cast(pa.binary()).to_pylist()
        shown = [None if value is None else value.decode(errors="backslashreplace") for value in values]
        return pa.array(shown, pa.string())
    return texts


def _path(target: Target) -> Path:
    path = target.directory / target.address.database
    if not path.is_file():
        message = f"There is no SQLite file {target.address.database!r}."
        hint = "sqlite:///shop.db starts from the workspace's folder, sqlite:////srv/shop.db from the root."
        raise NotFound(message, code="sources.database_unknown", hint=hint)
    return path


def _uri(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}?mode=ro"


def _declared(connection: sqlite3.Connection, target: Target) -> list[tuple[str, str, bool | None]]:
    """Return name, declared type and nullability of the columns."""
    if target.query is None:
        schema, table = ("main", *target.table)[-2:]
        rows = connection.execute(
            f"PRAGMA {quoted(schema, _QUOTE)}.table_xinfo({quoted(table, _QUOTE)})"
        ).fetchall()
        if not rows:
            message = f"The SQLite file {target.address.database!r} has no table {table!r}."
            hint = f"It has: {', '.join(_tables(connection)) or 'none'}."
            raise NotFound(message, code="sources.table_missing", hint=hint, context={"table": table})
        # Hidden columns (1) belong to virtual tables; generated ones (2, 3) are columns like others.
        return [(row[1], row[2], not (row[3] or row[5])) for row in rows if row[6] != 1]
    # A temporary view lies outside the file and keeps the declared types of plain columns.
    connection.execute(f"CREATE TEMP VIEW onefold_source AS {select_statement(target, _QUOTE)}")
    described = connection.execute("PRAGMA temp.table_info(onefold_source)").fetchall()
    return [(row[1], row[2], None) for row in described]


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
    return [row[0] for row in found][:20]


def _sampled(connection: sqlite3.Connection, target: Target, names: list[str]) -> dict[str, frozenset[str]]:
    """Return the storage classes that each column's first values have."""
    kinds = [(f"typeof({quoted(name, _QUOTE)})", f"k{index}") for index, name in enumerate(names)]
    statement = select_statement(target, _QUOTE, kinds) + f" LIMIT {_SAMPLE_ROWS}"
    rows = connection.execute(statement).fetchall()
    return {name: frozenset(row[index] for row in rows) - {"null"} for index, name in enumerate(names)}


def _column(
    name: str, native: str, nullable: bool | None, sample: frozenset[str], target: Target
) -> SourceColumn:
    kind, decimal = _type(native.upper(), sample)
    c = quoted(name, _QUOTE)
    if kind is ColumnType.BLOB:
        expression, arrow = f"CAST({c} AS BLOB)", pa.binary()
    else:
        template = _NUMBER_AS_TEXT if kind is ColumnType.NUMBER else _AS_TEXT
        expression, arrow = template.format(c=c), pa.string()
    local = kind is ColumnType.INSTANT and target.time_zone != "UTC"
    return SourceColumn(FoundColumn(name, kind, decimal, nullable, native), expression, arrow, local)


def _type(native: str, sample: frozenset[str]) -> tuple[ColumnType, tuple[int, int] | None]:
    """Return the type that a declaration means where the values agree, else the one that the values have."""
    if "BOOL" in native and sample <= {"integer"}:
        return ColumnType.BOOLEAN, None
    if ("TIMESTAMP" in native or "DATETIME" in native) and sample <= {"text"}:
        return ColumnType.INSTANT, None
    if "DATE" in native and sample <= {"text"}:
        return ColumnType.DATE, None
    if ("DEC" in native or "NUMERIC" in native) and sample <= {"integer", "real", "text"}:
        if found := _PARAMETERS.search(native):
            return ColumnType.DECIMAL, (min(int(found[1]), 38), int(found[2] or 0))
    elif "INT" in native:
        return ColumnType.INTEGER, None
    elif any(word in native for word in ("CHAR", "TEXT", "CLOB", "JSON", "UUID")):
        return ColumnType.TEXT, None
    elif any(word in native for word in ("REAL", "FLOA", "DOUB")):
        return ColumnType.NUMBER, None
    return _stored(native, sample), None


def _stored(native: str, sample: frozenset[str]) -> ColumnType:
    if sample == {"integer"}:
        return ColumnType.INTEGER
    if sample and sample <= {"integer", "real"}:
        return ColumnType.NUMBER
    if sample == {"blob"} or (not sample and "BLOB" in native):
        return ColumnType.BLOB
    return ColumnType.TEXT


def _bound(
    target: Target, columns: Sequence[SourceColumn], watermark: Watermark | None
) -> tuple[str, tuple[str | int, ...] | None]:
    if watermark is None:
        return "", None
    name = quoted(watermark.column, _QUOTE)
    match watermark.type:
        case ColumnType.INTEGER:
            return f"{name} >= ?", (int(watermark.value),)
        case ColumnType.DATE:
            return f"{name} >= ?", (watermark.value,)
        case _:
            # Texts of moments come in many shapes (a space or a T, a zone or none); julianday reads them all,
            # but to the millisecond only: `_newer` tells those of the last one apart.
            local = any(each.local for each in columns if each.found.name == watermark.column)
            zone = ZoneInfo(target.time_zone) if local else dt.UTC
            moment = dt.datetime.fromisoformat(watermark.value).astimezone(zone)
            return f"julianday({name}) >= julianday(?)", (moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:23],)


def _newer(batch: pa.RecordBatch, watermark: Watermark | None) -> pa.RecordBatch:
    """Return the rows that are not before the watermark to the microsecond; what is no moment stays."""
    if watermark is None or watermark.type is not ColumnType.INSTANT:
        return batch
    if watermark.column not in batch.schema.names:
        return batch
    last = dt.datetime.fromisoformat(watermark.value)
    moments = [_moment(value) for value in batch.column(watermark.column).to_pylist()]
    return batch.filter(pa.array([moment is None or moment >= last for moment in moments]))


def _moment(text: str | None) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _translated(text: str, path: Path, target: Target) -> OnefoldError:
    if "locked" in text or "busy" in text:
        message = f"The SQLite file {path.name!r} is locked by another program."
        return Transient(message, code="sources.locked", hint="Run again when it has finished writing.")
    if "not a database" in text or "malformed" in text:
        message = f"{path.name!r} is no SQLite file, or it is damaged."
        hint = "Check the path; `sqlite3 FILE 'pragma integrity_check'` tells more."
        return InvalidInput(message, code="sources.database_unknown", hint=hint)
    if "readonly" in text:
        message = "The query would change data; sources are read only."
        return InvalidInput(message, code="sources.query_writes", hint="Write a SELECT.")
    if "unable to open" in text:
        message = f"{path.name!r} cannot be opened."
        return InvalidInput(message, code="sources.file_unreadable", hint="Check its permissions.")
    message = f"SQLite cannot run {target.what}: {text.splitlines()[0]}"
    hint = f"Try it first: sqlite3 {path.name}"
    return InvalidInput(message, code="sources.query_invalid", hint=hint)
