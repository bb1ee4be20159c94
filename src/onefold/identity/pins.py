"""Pairs that a person has judged: always one person, or never."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Sql, Warehouse, comma, ident, sql, union_all
from onefold.identity.mapping import TablePlan
from onefold.identity.matching import ALWAYS_MASK, EDGES
from onefold.identity.model import Pins
from onefold.identity.records import RECORDS

_COLUMNS = ("Table1", "Table1Key", "Table2", "Table2Key")


def pinned_pairs(warehouse: Warehouse, pins: Pins, tables: Sequence[TablePlan]) -> list[tuple[int, int]]:
    """Return the judged pairs as `(rid, rid)`, the smaller first; pairs with an unknown record are left out.

    Raises:
        InvalidInput: the source of pins lacks a column.
    """
    numbers = {table.table: table.number for table in tables}
    rows = [(pin.left.table, pin.left.id, pin.right.table, pin.right.id) for pin in pins.pairs]
    selects: list[Sql] = []
    if rows:
        columns = zip(*rows, strict=True)
        data = {name: pa.array(values, pa.string()) for name, values in zip(_COLUMNS, columns, strict=True)}
        warehouse.load_arrow("identity_pins", pa.table(data))
        selects.append(sql("SELECT * FROM {pins}", pins=ident("identity_pins")))
    if pins.source:
        selects.append(_from_source(warehouse, pins.source))
    if not selects:
        return []
    warehouse.load_arrow(
        "identity_numbers",
        pa.table({"name": pa.array(list(numbers)), "table_no": pa.array(list(numbers.values()), pa.int64())}),
    )
    found = warehouse.rows(
        sql(
            "SELECT DISTINCT least(a.rid, b.rid), greatest(a.rid, b.rid) FROM ({pins}) AS p "
            'JOIN identity_numbers AS n ON n.name = p."Table1" JOIN identity_numbers AS m ON m.name = p."Table2" '
            'JOIN {records} AS a ON a.table_no = n.table_no AND a.record_id = p."Table1Key" '
            'JOIN {records} AS b ON b.table_no = m.table_no AND b.record_id = p."Table2Key" WHERE a.rid <> b.rid',
            pins=union_all(selects),
            records=ident(RECORDS),
        )
    )
    warehouse.drop("identity_pins", "identity_numbers")
    return sorted((int(str(left)), int(str(right))) for left, right in found)


def _from_source(warehouse: Warehouse, source: str) -> Sql:
    existing = {column.name.lower(): column.name for column in warehouse.columns(source)}
    missing = [name for name in _COLUMNS if name.lower() not in existing]
    if missing:
        message = f"The source {source!r} of judged pairs has no {', '.join(missing)}."
        hint = f"It needs the columns {', '.join(_COLUMNS)}."
        raise InvalidInput(message, code="identity.pins_columns", hint=hint)
    columns = comma(
        sql("CAST({column} AS VARCHAR) AS {name}", column=ident(existing[name.lower()]), name=ident(name))
        for name in _COLUMNS
    )
    return sql("SELECT {columns} FROM {source}", columns=columns, source=ident(source))


def add_always(warehouse: Warehouse, pairs: Sequence[tuple[int, int]]) -> None:
    """Add the pairs to the edges, marked as a person's; they are the last to be cut."""
    if not pairs:
        return
    warehouse.load_arrow(
        "identity_always",
        pa.table(
            {
                "l": pa.array([left for left, _ in pairs], pa.int64()),
                "r": pa.array([right for _, right in pairs], pa.int64()),
            }
        ),
    )
    warehouse.create_table("identity_rule_edges", sql("SELECT * FROM {edges}", edges=ident(EDGES)))
    warehouse.create_table(
        EDGES,
        sql(
            "SELECT l, r, bit_or(mask) AS mask, max(score) AS score, max(similarities) AS similarities FROM ("
            "SELECT l, r, mask, score, similarities FROM identity_rule_edges UNION ALL "
            "SELECT l, r, CAST({mask} AS BIGINT), CAST(1 AS DOUBLE), CAST(NULL AS VARCHAR) FROM identity_always"
            ") AS e GROUP BY l, r",
            mask=ALWAYS_MASK,
        ),
    )
    warehouse.drop("identity_rule_edges", "identity_always")
