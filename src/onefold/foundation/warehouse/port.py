"""The Warehouse port: set-based SQL over the lake.

Statements are `Sql` in DuckDB's dialect. An engine runs them as they are (DuckDB) or transpiled (Spark).
Every engine passes `onefold.testing.warehouse_suite`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from onefold.foundation.warehouse.sql import Scalar, Sql


class ColumnType(StrEnum):
    """The closed list of types a published column may have (all of them fit Delta protocol 1/2)."""

    TEXT = "text"
    INTEGER = "integer"  # 64 bit, signed
    SMALL_INTEGER = "small_integer"  # 16 bit, signed
    NUMBER = "number"  # IEEE double
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"  # a moment, kept in UTC
    TEXT_LIST = "text_list"
    INTEGER_LIST = "integer_list"
    BLOB = "blob"


_SQL_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.SMALL_INTEGER: "SMALLINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.INSTANT: "TIMESTAMPTZ",
    ColumnType.TEXT_LIST: "VARCHAR[]",
    ColumnType.INTEGER_LIST: "BIGINT[]",
    ColumnType.BLOB: "BLOB",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `decimal` is (precision, scale) and set for DECIMAL only."""

    name: str
    type: ColumnType
    decimal: tuple[int, int] | None = None
    description: str = ""

    @property
    def sql_type(self) -> Sql:
        """The column's type in DuckDB's dialect."""
        if self.type is ColumnType.DECIMAL:
            precision, scale = self.decimal or (38, 9)
            return Sql(f"DECIMAL({precision}, {scale})")
        return Sql(_SQL_TYPES[self.type])


@dataclass(frozen=True, slots=True)
class TableRef:
    """A warehouse table that one noun owns and others read: name, columns, key."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    description: str = ""

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            KeyError: the table has none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names in order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class DataFile:
    """One parquet file that an engine wrote: where, how many bytes and rows."""

    path: Path
    size_bytes: int
    rows: int


class Warehouse(Protocol):
    """An engine that runs set-based SQL. Intermediate tables live in the engine and go with it."""

    @property
    def engine(self) -> str:
        """Return "duckdb" or "spark"."""
        ...

    @property
    def capabilities(self) -> frozenset[str]:
        """What the engine can do beyond the port: "read_files" (csv, json, parquet as table functions)."""
        ...

    def execute(self, statement: Sql, /, **params: Scalar) -> None:
        """Run a statement for its effect."""
        ...

    def rows(self, select: Sql, /, **params: Scalar) -> list[tuple[object, ...]]:
        """Return all rows; for results that fit memory by their nature."""
        ...

    def arrow(self, select: Sql, /, **params: Scalar) -> pa.Table:
        """Return the whole result as an Arrow table."""
        ...

    def batches(
        self, select: Sql, /, rows_per_batch: int = 65_536, **params: Scalar
    ) -> Iterator[pa.RecordBatch]:
        """Yield the result in batches without holding it whole."""
        ...

    def create_table(self, name: str, select: Sql, /, **params: Scalar) -> int:
        """Create or replace an intermediate table from the select and return its number of rows."""
        ...

    def create_view(self, name: str, select: Sql, /) -> None:
        """Create or replace a view."""
        ...

    def load_arrow(self, name: str, data: pa.Table | pa.RecordBatchReader, /) -> int:
        """Create or replace an intermediate table from Arrow data and return its number of rows."""
        ...

    def drop(self, *names: str) -> None:
        """Drop tables or views; those that do not exist are passed over."""
        ...

    def columns(self, name: str, /) -> tuple[Column, ...]:
        """Return the columns of a table or view, mapped to the closed list of types."""
        ...

    def map_distinct(
        self, name: str, select: Sql, function: Callable[[list[str]], Sequence[str | None]], /
    ) -> int:
        """Create the table `name(value, mapped)` over the distinct non-null texts of a one-column select.

        The function sees lists of distinct values (at most 50,000 each) and returns as many results.
        Returns the number of distinct values.
        """
        ...

    def write_parquet(self, select: Sql, directory: Path, columns: Sequence[Column], /) -> list[DataFile]:
        """Write the select as ZSTD parquet files with new names into the directory, cast to the columns."""
        ...

    def view_parquet(self, name: str, files: Sequence[Path], columns: Sequence[Column], /) -> None:
        """Create or replace a view over parquet files with these columns; empty without files."""
        ...

    def in_any_order(self) -> AbstractContextManager[None]:
        """For the block, what is made need not keep the order of the rows it is made of, which takes less time."""
        ...

    def close(self) -> None:
        """Release the engine and all intermediate tables."""
        ...


def map_texts(
    batches: Iterable[pa.RecordBatch], function: Callable[[list[str]], Sequence[str | None]]
) -> pa.RecordBatchReader:
    """Return `value, mapped` for the texts in the batches' first column, one batch in memory at a time."""
    schema = pa.schema([("value", pa.string()), ("mapped", pa.string())])

    def mapped() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            values: list[str] = batch.column(0).to_pylist()
            texts = pa.array(values, pa.string())
            yield pa.record_batch([texts, pa.array(list(function(values)), pa.string())], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, mapped())
