"""Apply a chain of normalizers to a column of a table, in SQL wherever SQL can decide.

The steps become one nested expression. Values that a step leaves undecided are collected as distinct values,
run through the reference once each, and joined back; on 1 M rows that is 5 to 20 times cheaper than calling
Python for each row, and a chain without undecided steps needs no join at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.sql import Sql, any_of, ident, sql
from onefold.identity.normalizers.chain import prepared, run_prepared
from onefold.identity.normalizers.dummies import is_dummy, is_dummy_text
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer


@dataclass(frozen=True, slots=True)
class NormalizedColumn:
    """How to read one normalized column in a select over the table it came from.

    Attributes:
        expression: the normalized text; its columns are qualified by the table's alias.
        joins: ` LEFT JOIN ...` text to follow the table in FROM; empty for a chain that SQL decides alone.
        made: the intermediate table the join reads, to be dropped after use; None without one.
    """

    expression: Sql
    joins: Sql
    made: str | None


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """A text column and the alias its table has in the caller's select."""

    table: str
    column: str
    alias: str = "t"

    @property
    def qualified(self) -> Sql:
        """The column as the caller's select names it."""
        return ident(self.alias, self.column)


def normalized_column(
    warehouse: Warehouse,
    source: ColumnOf,
    chain: Sequence[Normalizer],
    context: NormalizeContext,
    into: str,
    *,
    dummies_of: str | None = None,
) -> NormalizedColumn:
    """Return the expression and join that yield the column normalized by the chain.

    Several of them fit into one select:
    `SELECT {a.expression}, {b.expression} FROM "table" AS "t"{a.joins}{b.joins}`. The result is null where nothing
    is left to compare, and never an empty text.

    Args:
        warehouse: the engine; table `into` (value text, mapped text; an empty text for null) is created on it
            when, and only when, some values need more than the expression.
        source: the raw column.
        chain: the steps, in any order.
        context: what is known of the column's source.
        into: the name of that table.
        dummies_of: an attribute of `onefold.identity.normalizers.dummies`, whose dummies become null. Judging
            distinct values costs a tenth of judging every row.
    """
    steps = prepared(chain, context)
    decided, conditions = _expressions(steps, source.qualified, context)
    dummy = is_dummy(dummies_of, source.qualified) if dummies_of else None
    if dummy is not None:
        conditions.append(dummy)
    if not conditions:
        return NormalizedColumn(sql("nullif({v}, '')", v=decided), Sql(""), None)

    def mapped(values: list[str]) -> list[str | None]:
        normalized = run_prepared(steps, values, context)
        if dummy is None or dummies_of is None:
            return [text or "" for text in normalized]
        return [
            "" if text is None or is_dummy_text(dummies_of, value) else text
            for value, text in zip(values, normalized, strict=True)
        ]

    # CASE rather than WHERE: DuckDB turns a long IN list inside a filter's OR into as many comparisons, 20 times
    # slower. The condition reads distinct values, of which most columns have far fewer than rows.
    select = sql(
        "SELECT CASE WHEN {undecided} THEN {value} END AS value "
        "FROM (SELECT DISTINCT {column} FROM {table}) AS {alias}",
        undecided=any_of(conditions),
        value=source.qualified,
        column=ident(source.column),
        table=ident(source.table),
        alias=ident(source.alias),
    )
    warehouse.map_distinct(into, select, mapped)
    return NormalizedColumn(
        # coalesce rather than CASE: DuckDB takes four times as long for a CASE inside a CASE.
        expression=sql("nullif(coalesce({map}.mapped, {decided}), '')", map=ident(into), decided=decided),
        joins=sql(" LEFT JOIN {map} ON {map}.value = {value}", map=ident(into), value=source.qualified),
        made=into,
    )


def _expressions(steps: Sequence[Normalizer], value: Sql, context: NormalizeContext) -> tuple[Sql, list[Sql]]:
    """Return the nested SQL of all steps, and the conditions under which one of them cannot decide."""
    current = value
    conditions: list[Sql] = []
    for step in steps:
        condition = step.undecided(current, context)
        if condition is not None and condition not in conditions:
            conditions.append(condition)
        current = step.sql(current, context)
    return current, conditions
