"""Run the cleaning steps of a source over a relation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onefold.foundation.warehouse import Column, Sql, Warehouse, comma, ident, spaced, sql
from onefold.sources.cleaning.step import CleaningContext, CleaningStep


@dataclass(frozen=True, slots=True)
class CleanRelation:
    """Rows after cleaning.

    Attributes:
        select: the rows; columns that `columns` does not name pass through.
        columns: the columns as they are now, in order.
        temporary: tables to drop when the select has been read.
    """

    select: Sql
    columns: Mapping[str, Column]
    temporary: tuple[str, ...]


def apply_steps(
    warehouse: Warehouse,
    rows: Sql,
    columns: Mapping[str, Column],
    steps: Sequence[CleaningStep],
    context: CleaningContext,
    prefix: str,
) -> CleanRelation:
    """Return the select of the rows after all steps; order of rows is not kept.

    Args:
        warehouse: the embedded engine.
        rows: a select; columns beyond `columns` pass through unchanged.
        columns: the columns the steps may name.
        steps: in the order to run.
        context: what is known of the source.
        prefix: what names of temporary tables start with.

    Raises:
        InvalidInput: a step names a column that is missing or of another type.
    """
    now = dict(columns)
    temporary: list[str] = []
    select = rows
    for number, step in enumerate(steps):
        values: dict[str, Sql] = {}
        joins: list[Sql] = []
        replaced: list[str] = []
        for place, cleaned in enumerate(step.clean(now, context)):
            name, value = cleaned.column.name, cleaned.value
            if cleaned.function is not None:
                table = f"{prefix}_{number}_{place}"
                temporary.append(table)
                texts = sql("SELECT {v} AS value FROM ({rows})", v=value, rows=select)
                warehouse.map_distinct(table, texts, cleaned.function)
                # Names of their own: a source may well have a column called `value`.
                found, put = ident(f"_of_found_{place}"), ident(f"_of_put_{place}")
                join = sql(
                    "LEFT JOIN (SELECT value AS {found}, mapped AS {put} FROM {table}) ON {found} = {v}",
                    found=found,
                    put=put,
                    table=ident(table),
                    v=value,
                )
                joins.append(join)
                value = put
            values[name] = value
            if name in now:
                replaced.append(name)
        now |= {cleaned.column.name: cleaned.column for cleaned in step.clean(now, context)}
        select = sql(
            "SELECT rows_before.* {exclude}, {fresh} FROM ({rows}) AS rows_before {joins}",
            exclude=sql("EXCLUDE ({gone})", gone=comma(map(ident, replaced))) if replaced else Sql(""),
            fresh=comma(sql("{v} AS {n}", v=value, n=ident(name)) for name, value in values.items()),
            rows=select,
            joins=spaced(joins),
        )
    return CleanRelation(select, now, tuple(temporary))
