"""Pairs that a person has judged: always one person, or never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Sql, Warehouse, comma, ident, sql, union_all
from onefold.identity.mapping import TablePlan
from onefold.identity.matching import ALWAYS_MASK, EDGES
from onefold.identity.model import Pins, RecordKey
from onefold.identity.records import RECORDS
from onefold.identity.tables import PROFILE_RECORDS

_COLUMNS = ("Table1", "Table1Key", "Table2", "Table2Key")
_REASON = "Reason"
_PINS = "identity_pins"


@dataclass(frozen=True, slots=True)
class PinnedPairs:
    """Judged pairs as they are found among the records.

    Attributes:
        pairs: `(rid, rid)`, the smaller first, in order.
        unknown: how many judged pairs name a record that is not there.
    """

    pairs: tuple[tuple[int, int], ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A pair that a person has judged, and why; the reason is empty when none was given."""

    left: RecordKey
    right: RecordKey
    reason: str


def pinned_pairs(warehouse: Warehouse, pins: Pins, tables: Sequence[TablePlan]) -> PinnedPairs:
    """Return the judged pairs; pairs with an unknown record are only counted.

    Raises:
        InvalidInput: the source of pins lacks a column.
    """
    select = _judged(warehouse, pins)
    if select is None:
        return PinnedPairs()
    numbers = {table.table: table.number for table in tables}
    warehouse.load_arrow(
        "identity_numbers",
        pa.table({"name": pa.array(list(numbers)), "table_no": pa.array(list(numbers.values()), pa.int64())}),
    )
    found = warehouse.rows(
        sql(
            'SELECT DISTINCT p."Table1", p."Table1Key", p."Table2", p."Table2Key", a.rid AS l, b.rid AS r '
            "FROM ({pins}) AS p "
            'LEFT JOIN identity_numbers AS n ON n.name = p."Table1" '
            'LEFT JOIN identity_numbers AS m ON m.name = p."Table2" '
            'LEFT JOIN {records} AS a ON a.table_no = n.table_no AND a.record_id = p."Table1Key" '
            'LEFT JOIN {records} AS b ON b.table_no = m.table_no AND b.record_id = p."Table2Key"',
            pins=select,
            records=ident(RECORDS),
        )
    )
    warehouse.drop(_PINS, "identity_numbers")
    known = [
        (int(str(row[4])), int(str(row[5]))) for row in found if row[4] is not None and row[5] is not None
    ]
    pairs = {(min(pair), max(pair)) for pair in known if pair[0] != pair[1]}
    return PinnedPairs(tuple(sorted(pairs)), len(found) - len(known))


def judged_between(
    warehouse: Warehouse, pins: Pins, left: RecordKey, right: RecordKey, profiles: Sequence[str | None]
) -> list[JudgedPair]:
    """Return the judgments on two records, and on any two of which each is in one of their two profiles.

    Args:
        warehouse: the engine, in which `profile_records` is published.
        pins: the judged pairs.
        left: a record.
        right: another one.
        profiles: the profiles of the two, if they have any.
    """
    select = _judged(warehouse, pins)
    if select is None:
        return []
    one, other = (profile or "" for profile in profiles)
    rows = warehouse.rows(
        sql(
            'SELECT DISTINCT p."Table1", p."Table1Key", p."Table2", p."Table2Key", p."Reason" '
            'FROM ({pins}) AS p LEFT JOIN {records} AS a ON a.source = p."Table1" AND a.record_id = p."Table1Key" '
            'LEFT JOIN {records} AS b ON b.source = p."Table2" AND b.record_id = p."Table2Key" '
            'WHERE (p."Table1" = $lt AND p."Table1Key" = $lk AND p."Table2" = $rt AND p."Table2Key" = $rk) '
            'OR (p."Table1" = $rt AND p."Table1Key" = $rk AND p."Table2" = $lt AND p."Table2Key" = $lk) '
            "OR ($one <> $other AND ((a.profile_id = $one AND b.profile_id = $other) "
            "OR (a.profile_id = $other AND b.profile_id = $one))) ORDER BY 1, 2, 3, 4",
            pins=select,
            records=ident(PROFILE_RECORDS.name),
        ),
        lt=left.table,
        lk=left.id,
        rt=right.table,
        rk=right.id,
        one=one,
        other=other,
    )
    warehouse.drop(_PINS)
    return [
        JudgedPair(RecordKey(table=str(a), id=str(b)), RecordKey(table=str(c), id=str(d)), str(reason or ""))
        for a, b, c, d, reason in rows
    ]


def _judged(warehouse: Warehouse, pins: Pins) -> Sql | None:
    """Return the select of the judged pairs with their reasons; None without any."""
    rows = [(pin.left.table, pin.left.id, pin.right.table, pin.right.id, pin.reason) for pin in pins.pairs]
    selects: list[Sql] = []
    if rows:
        columns = zip(*rows, strict=True)
        names = (*_COLUMNS, _REASON)
        data = {name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)}
        warehouse.load_arrow(_PINS, pa.table(data))
        selects.append(sql("SELECT * FROM {pins}", pins=ident(_PINS)))
    if pins.source:
        selects.append(_from_source(warehouse, pins.source))
    return union_all(selects) if selects else None


def _from_source(warehouse: Warehouse, source: str) -> Sql:
    existing = {column.name.lower(): column.name for column in warehouse.columns(source)}
    missing = [name for name in _COLUMNS if name.lower() not in existing]
    if missing:
        message = f"The source {source!r} of judged pairs has no {', '.join(missing)}."
        hint = f"It needs the columns {', '.join(_COLUMNS)}."
        raise InvalidInput(message, code="identity.pins_columns", hint=hint)
    columns = [
        sql("CAST({column} AS VARCHAR) AS {name}", column=ident(existing[name.lower()]), name=ident(name))
        if name.lower() in existing
        else sql("CAST(NULL AS VARCHAR) AS {name}", name=ident(name))
        for name in (*_COLUMNS, _REASON)
    ]
    return sql("SELECT {columns} FROM {source}", columns=comma(columns), source=ident(source))


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
