"""PORT for set-based SQL over the lake: DuckDB embedded, Spark when outgrown, Delta Lake for what is kept."""

from onefold.foundation.warehouse.port import Column, ColumnType, DataFile, TableRef, Warehouse
from onefold.foundation.warehouse.sql import (
    Scalar,
    Sql,
    all_of,
    any_of,
    comma,
    ident,
    literal,
    spaced,
    sql,
    union_all,
)

__all__ = [
    "Column",
    "ColumnType",
    "DataFile",
    "Scalar",
    "Sql",
    "TableRef",
    "Warehouse",
    "all_of",
    "any_of",
    "comma",
    "ident",
    "literal",
    "spaced",
    "sql",
    "union_all",
]
