"""Columns of what the embedded engine reads with types of its own: Parquet and JSON."""

from __future__ import annotations

import re
from typing import Final

from onefold.foundation.warehouse import Column, ColumnType, Sql, Warehouse, comma, ident, sql
from onefold.sources.connectors._text_types import SAMPLES
from onefold.sources.connectors.connector import PROVENANCE, FoundColumn

_SAMPLE_ROWS: Final = 2_000
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_TYPES: Final = {
    "BIGINT": ColumnType.INTEGER,
    "INTEGER": ColumnType.INTEGER,
    "SMALLINT": ColumnType.INTEGER,
    "TINYINT": ColumnType.INTEGER,
    "UINTEGER": ColumnType.INTEGER,
    "USMALLINT": ColumnType.INTEGER,
    "UTINYINT": ColumnType.INTEGER,
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
    "BLOB": ColumnType.BLOB,
} | {f"{kind}[]": ColumnType.INTEGER_LIST for kind in ("BIGINT", "INTEGER", "SMALLINT", "TINYINT")}


def found_column(name: str, native: str, samples: tuple[str, ...] = ()) -> FoundColumn:
    """Return the column for the engine's own name of its type; nested types become JSON text."""
    decimal = _DECIMAL.fullmatch(native)
    if decimal:
        return FoundColumn(name, ColumnType.DECIMAL, (int(decimal[1]), int(decimal[2])), native=native)
    if native in ("HUGEINT", "UBIGINT", "UHUGEINT"):
        return FoundColumn(name, ColumnType.DECIMAL, (38, 0), native=native)
    return FoundColumn(name, _TYPES.get(native, ColumnType.TEXT), native=native, samples=samples)


def described(warehouse: Warehouse, source: Sql, *, samples: bool = True) -> tuple[FoundColumn, ...]:
    """Return the columns of a table function, with samples of the first rows."""
    rows = warehouse.rows(sql("DESCRIBE SELECT * FROM {source}", source=source))
    natives = {str(row[0]): str(row[1]) for row in rows if row[0] not in (*PROVENANCE, "filename")}
    if not samples or not natives:
        return tuple(found_column(name, native) for name, native in natives.items())
    texts = comma(
        sql(
            "list_slice(list(DISTINCT CAST({n} AS VARCHAR)) FILTER ({n} IS NOT NULL), 1, {k})",
            n=ident(name),
            k=SAMPLES,
        )
        for name in natives
    )
    (found,) = warehouse.rows(
        sql(
            "SELECT {texts} FROM (SELECT * FROM {source} LIMIT {n})",
            texts=texts,
            source=source,
            n=_SAMPLE_ROWS,
        )
    )
    return tuple(
        found_column(name, native, tuple(values) if isinstance(values, list) else ())
        for (name, native), values in zip(natives.items(), found, strict=True)
    )


def published_form(name: str, found: FoundColumn | None, want: Column | None) -> Sql:
    """Return `expression AS name` that delivers the column in one of the closed list of types.

    Moments without a zone stay TIMESTAMP, so that the source's time zone can be applied to them.
    """
    column = ident(name)
    if found is None:
        return sql("CAST(NULL AS {type}) AS {n}", type=want.sql_type if want else Sql("VARCHAR"), n=column)
    if found.native.startswith("TIMESTAMP") and found.native != "TIMESTAMP WITH TIME ZONE":
        return sql("CAST({n} AS TIMESTAMP) AS {n}", n=column)
    if found.type is ColumnType.TEXT and found.native != "VARCHAR":
        nested = found.native.endswith(("]", ")")) or found.native == "JSON"
        text = sql("to_json({n})", n=column) if nested else column
        return sql("CAST({text} AS VARCHAR) AS {n}", text=text, n=column)
    return sql("CAST({n} AS {type}) AS {n}", n=column, type=found.column.sql_type)
