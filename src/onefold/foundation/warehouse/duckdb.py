"""The Warehouse on an embedded DuckDB: one process, memory bounded, spilling to a folder."""

from __future__ import annotations

import inspect
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from onefold.foundation.kernel import Forbidden, InvalidInput, OnefoldError, Permanent, Transient
from onefold.foundation.warehouse.dialects import require_portable
from onefold.foundation.warehouse.port import Column, ColumnType, DataFile, map_texts
from onefold.foundation.warehouse.sql import Scalar, Sql, comma, ident, literal, own_query, sql
from onefold.foundation.warehouse.vocabulary import HASH, MOST_HASHED, Function, Value, vocabulary

T = TypeVar("T")

_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
}
_COLUMN_TYPES = {
    "VARCHAR": ColumnType.TEXT,
    "BIGINT": ColumnType.INTEGER,
    "INTEGER": ColumnType.INTEGER,
    "SMALLINT": ColumnType.SMALL_INTEGER,
    "TINYINT": ColumnType.SMALL_INTEGER,
    "UTINYINT": ColumnType.SMALL_INTEGER,
    "USMALLINT": ColumnType.INTEGER,
    "UINTEGER": ColumnType.INTEGER,
    "DOUBLE": ColumnType.NUMBER,
    "FLOAT": ColumnType.NUMBER,
    "BOOLEAN": ColumnType.BOOLEAN,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.INSTANT,
    "TIMESTAMP_S": ColumnType.INSTANT,
    "TIMESTAMP_MS": ColumnType.INSTANT,
    "TIMESTAMP_NS": ColumnType.INSTANT,
    "TIMESTAMP WITH TIME ZONE": ColumnType.INSTANT,
    "VARCHAR[]": ColumnType.TEXT_LIST,
    "BIGINT[]": ColumnType.INTEGER_LIST,
    "INTEGER[]": ColumnType.INTEGER_LIST,
    "BLOB": ColumnType.BLOB,
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# The first level takes 70 % of the time of the usual one and makes files of the same size.
# A dictionary of a column whose values hardly repeat is given up early.
_PARQUET = Sql("COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 2000")
_DISTINCT_BATCH = 50_000
_HASH = f"CREATE MACRO {HASH}" + ", ".join(
    f"({columns}) AS (hash({columns}) >> 1)::BIGINT"
    for columns in (", ".join("abcdefgh"[:count]) for count in range(1, MOST_HASHED + 1))
)


def column_of(name: str, duckdb_type: str) -> Column:
    """Return the column for DuckDB's name of a type; types outside the closed list become text."""
    decimal = _DECIMAL.fullmatch(duckdb_type)
    if decimal:
        return Column(name, ColumnType.DECIMAL, (int(decimal[1]), int(decimal[2])))
    if duckdb_type in ("HUGEINT", "UBIGINT", "UHUGEINT"):
        return Column(name, ColumnType.DECIMAL, (38, 0))
    return Column(name, _COLUMN_TYPES.get(duckdb_type, ColumnType.TEXT))


class DuckDBWarehouse:
    """Set-based SQL on DuckDB.

    Args:
        database: a file, or None for memory.
        spill_directory: where intermediate results go that do not fit `memory_bytes`.
        memory_bytes: the engine's limit; None leaves DuckDB's default (80 % of the machine).
        threads: None takes every core.
        check_portable: refuse statements that would not mean the same on Spark (`warehouse.not_portable`);
            tests of code that runs on every engine set it.
    """

    engine = "duckdb"
    capabilities = frozenset({"read_files"})

    def __init__(
        self,
        database: Path | None = None,
        *,
        spill_directory: Path | None = None,
        memory_bytes: int | None = None,
        threads: int | None = None,
        check_portable: bool = False,
    ) -> None:
        self._check_portable = check_portable
        # No extension is ever fetched at run time: what is not built in is not used.
        options: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        if memory_bytes:
            options["memory_limit"] = f"{memory_bytes}B"
        if threads:
            options["threads"] = str(threads)
        if spill_directory:
            options["temp_directory"] = str(spill_directory)
        self._connection = duckdb.connect(str(database) if database else ":memory:", config=options)
        self._connection.execute("SET TimeZone = 'UTC'")
        # Progress is the run's to show; the engine's own bar would stand between what programs read.
        self._connection.execute("SET enable_progress_bar = false")
        for function in vocabulary():
            _register(self._connection, function)
        self._connection.execute(_HASH)

    def execute(self, statement: Sql, /, **params: Scalar) -> None:
        """Run a statement for its effect."""
        self._checked(statement)
        self._run(statement, params).fetchall()

    def rows(self, select: Sql, /, **params: Scalar) -> list[tuple[object, ...]]:
        """Return all rows."""
        return self._run(self._checked(select), params).fetchall()

    def arrow(self, select: Sql, /, **params: Scalar) -> pa.Table:
        """Return the whole result as an Arrow table."""
        self._checked(select, named=True)
        relation = _translated(lambda: self._connection.sql(select.text, params=params or None))
        if relation is None:
            message = "The statement returns no rows."
            raise InvalidInput(message, code="warehouse.no_result", hint="Give a SELECT.")
        return _translated(relation.to_arrow_table)

    def batches(
        self, select: Sql, /, rows_per_batch: int = 65_536, **params: Scalar
    ) -> Iterator[pa.RecordBatch]:
        """Yield the result in batches without holding it whole."""
        self._checked(select, named=True)
        # An unread stream blocks its connection, so each stream has a cursor of its own.
        cursor = self._connection.cursor()
        try:
            relation = _translated(lambda: cursor.sql(select.text, params=params or None))
            if relation is not None:
                reader: pa.RecordBatchReader = _translated(lambda: relation.to_arrow_reader(rows_per_batch))
                yield from reader
        finally:
            cursor.close()

    def create_table(self, name: str, select: Sql, /, **params: Scalar) -> int:
        """Create or replace an intermediate table and return its number of rows."""
        self._checked(select, named=True)
        # The select may read the table that it replaces.
        self._drop(name, but="TABLE")
        statement = sql("CREATE OR REPLACE TABLE {name} AS {select}", name=ident(name), select=select)
        (count,) = self._run(statement, params).fetchall()[0]
        return int(count)

    def create_view(self, name: str, select: Sql, /) -> None:
        """Create or replace a view."""
        self._create_view(name, self._checked(select, named=True))

    def _create_view(self, name: str, select: Sql) -> None:
        self.drop(name)
        self._run(sql("CREATE VIEW {name} AS {select}", name=ident(name), select=select), {})

    def load_arrow(self, name: str, data: pa.Table | pa.RecordBatchReader, /) -> int:
        """Create or replace an intermediate table from Arrow data."""
        handle = f"arrow_{uuid.uuid4().hex}"
        self._connection.register(handle, data)
        try:
            return self.create_table(name, sql("SELECT * FROM {handle}", handle=ident(handle)))
        finally:
            self._connection.unregister(handle)

    def drop(self, *names: str) -> None:
        """Drop tables or views that exist."""
        for name in names:
            self._drop(name)

    def _drop(self, name: str, *, but: str = "") -> None:
        """Drop what has the name, unless it is of the type `but`; names ignore case, as everywhere."""
        # Trying both is ten times as fast as asking the catalog which it is.
        for kind in ("VIEW",) if but == "TABLE" else ("TABLE", "VIEW"):
            try:
                self._connection.execute(f"DROP {kind} IF EXISTS {ident(name)}")
            except duckdb.CatalogException:  # it is of the other kind
                continue

    def columns(self, name: str, /) -> tuple[Column, ...]:
        """Return the columns of a table or view."""
        described = self._run(sql("DESCRIBE {name}", name=ident(name)), {}).fetchall()
        return tuple(column_of(str(row[0]), str(row[1])) for row in described)

    def map_distinct(
        self, name: str, select: Sql, function: Callable[[list[str]], Sequence[str | None]], /
    ) -> int:
        """Create `name(value, mapped)` over the distinct non-null texts of a one-column select."""
        distinct = sql("SELECT DISTINCT value FROM ({select}) WHERE value IS NOT NULL", select=select)
        batches = self.batches(distinct, rows_per_batch=_DISTINCT_BATCH)
        return self.load_arrow(name, map_texts(batches, function))

    def write_parquet(self, select: Sql, directory: Path, columns: Sequence[Column], /) -> list[DataFile]:
        """Write the select as one ZSTD parquet file with a new name."""
        self._checked(select)
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"part-{uuid.uuid4().hex}.parquet"
        casts = comma(
            sql("CAST({name} AS {type}) AS {name}", name=ident(column.name), type=column.sql_type)
            for column in columns
        )
        statement = sql(
            "COPY (SELECT {casts} FROM ({select})) TO {path} (FORMAT parquet, {options})",
            casts=casts,
            select=select,
            path=literal(str(path)),
            options=_PARQUET,
        )
        (count,) = self._run(statement, {}).fetchall()[0]
        return [DataFile(path, path.stat().st_size, int(count))]

    def view_parquet(self, name: str, files: Sequence[Path], columns: Sequence[Column], /) -> None:
        """Create or replace a view over parquet files with exactly these columns."""
        if files:
            paths = comma(literal(str(path)) for path in files)
            names = comma(
                sql("CAST({name} AS {type}) AS {name}", name=ident(column.name), type=column.sql_type)
                for column in columns
            )
            self._create_view(
                name, sql("SELECT {names} FROM read_parquet([{paths}])", names=names, paths=paths)
            )
            return
        nulls = comma(
            sql("CAST(NULL AS {type}) AS {name}", name=ident(column.name), type=column.sql_type)
            for column in columns
        )
        self._create_view(name, sql("SELECT {nulls} WHERE FALSE", nulls=nulls))

    def confine(self, *folders: Path) -> None:
        """Reach no file outside the folders from now on, whatever is asked; views over files inside them go on."""
        # DuckDB compares paths as they are written, so a folder counts by its own name and by where links lead.
        inside = comma(literal(f"{path}/") for folder in folders for path in {folder, folder.resolve()})
        self._run(sql("SET allowed_directories = [{inside}]", inside=inside), {})
        self._run(sql("SET enable_external_access = FALSE"), {})
        self._run(sql("SET lock_configuration = TRUE"), {})

    def ask(self, query: str, /, **params: Scalar) -> pa.Table:
        """Return the result of a query that a person wrote: one SELECT.

        Raises:
            InvalidInput: it is no SQL, no SELECT, or not one statement.
            Forbidden: it reads what `confine` keeps it from.
        """
        statements = _translated(lambda: self._connection.extract_statements(query))
        if len(statements) != 1:
            message = f"A query is one statement; here are {len(statements)}."
            hint = "Ask one SELECT at a time."
            raise InvalidInput(message, code="warehouse.query_not_single", hint=hint)
        kind = statements[0].type
        if kind is not duckdb.StatementType.SELECT:
            message = f"A query is a SELECT; this is {kind.name.replace('_', ' ')}, which is not run."
            hint = "Keep a result by `onefold sql --csv`, or with Python."
            if kind is duckdb.StatementType.MULTI:
                message = "A query is one SELECT; this one needs others before it."
                hint = "Name the values of a PIVOT: `PIVOT t ON column IN (...)`."
            raise InvalidInput(message, code="warehouse.query_not_reading", hint=hint)
        try:
            return self.arrow(own_query(query), **params)
        except Permanent as error:
            if not isinstance(error.__cause__, duckdb.PermissionException):
                raise
            message = "The query asks for a file or a setting; it may read the published tables only."
            hint = "To read a file, make it a source: `onefold sources add FILE`."
            raise Forbidden(message, code="warehouse.query_outside", hint=hint) from error

    @contextmanager
    def in_any_order(self) -> Iterator[None]:
        """For the block, tables and files need not keep the order of the rows they are made of."""
        self._connection.execute("SET preserve_insertion_order = false")
        try:
            yield
        finally:
            self._connection.execute("RESET preserve_insertion_order")

    def close(self) -> None:
        """Close the connection; intermediate tables in memory go with it."""
        self._connection.close()

    def _checked(self, statement: Sql, *, named: bool = False) -> Sql:
        if self._check_portable:
            require_portable(statement, named=named)
        return statement

    def _run(self, statement: Sql, params: dict[str, Scalar]) -> duckdb.DuckDBPyConnection:
        return _translated(lambda: self._connection.execute(statement.text, params or None))


def _translated(call: Callable[[], T]) -> T:
    """Run the call and turn the engine's errors into ours, by what the caller can do about them."""
    try:
        return call()
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        text = str(error)
        if "No space left" in text or "max_temp_directory_size" in text:
            hint = "Free disk space, or point `ONEFOLD_WORK_DIRECTORY` at a larger disk, and run again."
            raise Transient("The disk is full.", code="warehouse.disk_full", hint=hint) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            hint = "Raise `ONEFOLD_MEMORY_BYTES`, or give the machine more memory."
            raise Transient("The engine ran out of memory.", code="warehouse.memory", hint=hint) from error
        raise Permanent(text, code="warehouse.io", hint="Check the path and its permissions.") from error
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
        hint = '`onefold sql "show tables"` lists the tables.'
        raise InvalidInput(str(error), code="warehouse.sql_invalid", hint=hint) from error
    except duckdb.Error as error:
        raise Permanent(_without_values(str(error)), code="warehouse.failed") from error


def _without_values(text: str) -> str:
    """Return the first line without what it quotes: conversion errors quote the cell."""
    return _QUOTED.sub("'...'", text.partition("\n")[0])


def _register(connection: duckdb.DuckDBPyConnection, function: Function) -> None:
    if function.needs_python_on_duckdb:
        reference = function.python
        if reference is None:
            message = f"{function.name} has neither a DuckDB body nor a Python reference."
            raise OnefoldError(message, code="warehouse.function_empty")
        connection.create_function(
            function.python_name,
            _vectorized(reference, len(function.parameters), _ARROW_TYPES[function.returns]),
            [kind for _, kind in function.parameters],
            function.returns,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
    if function.duckdb is not None:
        parameters = ", ".join(name for name, _ in function.parameters)
        connection.execute(f"CREATE MACRO {function.name}({parameters}) AS ({function.duckdb})")


def _vectorized(reference: Callable[..., Value], arity: int, kind: pa.DataType) -> Callable[..., pa.Array]:
    def call(*arguments: pa.ChunkedArray) -> pa.Array:
        lists = [argument.to_pylist() for argument in arguments]
        return pa.array([reference(*values) for values in zip(*lists, strict=True)], kind)

    # DuckDB counts the parameters of the signature.
    names = [inspect.Parameter(f"a{i}", inspect.Parameter.POSITIONAL_ONLY) for i in range(arity)]
    call.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]  # functions carry attributes
    return call
