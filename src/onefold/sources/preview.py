"""Look before the run: the first rows of a source, and what its cleaning steps make of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from onefold.foundation.warehouse import comma, ident, sql
from onefold.sources.cleaning import CleaningContext
from onefold.sources.cleaning._pipeline import apply_steps
from onefold.sources.connectors import ConnectorContext, Scan, ScanRequest
from onefold.sources.connectors.connector import first_rows
from onefold.sources.model import SourceDefinition
from onefold.sources.reading import BAD, read_scan
from onefold.sources.schema import plan_columns


@dataclass(frozen=True, slots=True)
class CleanedValue:
    """One value that cleaning changes; `row` counts from 1 in the order of reading."""

    row: int
    column: str
    before: str | None
    after: str | None


def preview_cleaning(
    definition: SourceDefinition, context: ConnectorContext, rows: int = 100
) -> list[CleanedValue]:
    """Return what the cleaning steps change in the first rows, by row and column; values as text.

    A column that a step adds has None before.

    Raises:
        InvalidInput: a step names a column that is missing or of another type, or the source cannot be read.
    """
    warehouse, connector = context.files, definition.connector
    planned = plan_columns(warehouse, definition, connector.discover(context), {})
    request = ScanRequest(
        columns=tuple(column.in_source for column in planned),
        types={column.in_source: column.column for column in planned},
        time_zone=definition.time_zone,
    )
    scan = _first(connector.scan(context, request), rows)
    table = f"_preview_{uuid.uuid4().hex[:12]}"
    temporary: tuple[str, ...] = ()
    try:
        read_scan(warehouse, scan, planned, table=table, key=(), time_zone=definition.time_zone)
        columns = {column.column.name: column.column for column in planned}
        first = sql(
            "SELECT {names}, row_number() OVER (ORDER BY rowid) AS _row FROM {t} WHERE {bad} IS NULL LIMIT {n}",
            names=comma(map(ident, columns)),
            t=ident(table),
            bad=ident(BAD),
            n=rows,
        )
        cleaning = CleaningContext(definition.default_region, definition.time_zone, definition.region_column)
        clean = apply_steps(warehouse, first, columns, definition.cleaning, cleaning, f"{table}_step")
        temporary = clean.temporary
        before = warehouse.arrow(sql("SELECT * FROM ({rows}) ORDER BY _row", rows=first)).to_pylist()
        after = warehouse.arrow(sql("SELECT * FROM ({rows}) ORDER BY _row", rows=clean.select)).to_pylist()
    finally:
        warehouse.drop(table, *temporary, *scan.drop_after)
    return [
        CleanedValue(int(new["_row"]), name, _text(old.get(name)), _text(new[name]))
        for old, new in zip(before, after, strict=True)
        for name in clean.columns
        if old.get(name) != new[name]
    ]


def _first(scan: Scan, rows: int) -> Scan:
    if scan.reader is not None:
        reader = scan.reader
        return replace(scan, reader=lambda: first_rows(reader(), rows).to_reader())
    if scan.select is None:
        return scan
    return replace(scan, select=sql("SELECT * FROM ({rows}) LIMIT {n}", rows=scan.select, n=rows))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
