"""The form in which a source's rows are published: labels for codes, the row filter, order and hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from onefold.catalogue import CODE_SUFFIX, label_case, unknown_code
from onefold.foundation.warehouse import Column, ColumnType, Sql, Warehouse, any_of, comma, ident, sql
from onefold.rules import compile_sql
from onefold.sources.connectors.connector import FILE
from onefold.sources.model import SourceDefinition
from onefold.sources.reading import DELETED, marks_deleted

ORDINAL: Final = "_ordinal"
ROW_HASH: Final = "_row_hash"


def publishable(
    definition: SourceDefinition, rows: Sql, columns: Mapping[str, Column], *, now: dt.datetime, many: bool
) -> tuple[Sql, tuple[Column, ...]]:
    """Return the rows that pass the filter, with labels for codes and a hash, and the columns they have then.

    Args:
        definition: the source.
        rows: one row per key, cleaned, with `_ordinal`.
        columns: the columns of the rows by name.
        now: what the filter's relative dates count from.
        many: whether the rows come from several files and keep the name of theirs.
    """
    values: list[tuple[Column, Sql]] = []
    for name, column in columns.items():
        described = definition.column(name)
        value = ident("fitted", name)
        if described is None or not described.choices:
            values.append((column, value))
            continue
        label = label_case(value, described.choices, definition.language)
        values.append((Column(name, ColumnType.TEXT, None, column.description), label))
        values.append((Column(f"{name}{CODE_SUFFIX}", column.type, column.decimal), value))
    labelled = comma(sql("{v} AS {n}", v=value, n=ident(column.name)) for column, value in values)
    passed = comma(ident("fitted", name) for name in ((FILE, ORDINAL) if many else (ORDINAL,)))
    selected = sql(
        "SELECT {labelled}, {passed} FROM ({rows}) AS fitted WHERE {there}",
        labelled=labelled,
        passed=passed,
        rows=rows,
        there=sql("NOT ({deleted})", deleted=_deleted(definition)),
    )
    by_name = {column.name: column for column, _ in values}
    where = Sql("TRUE")
    if definition.row_filter is not None:
        where = compile_sql(definition.row_filter, by_name, now=now)
    kept = [
        column
        for column, _ in values
        if definition.wants(column.name.removesuffix(CODE_SUFFIX) or column.name)
    ]
    if many:
        kept.append(Column(FILE, ColumnType.TEXT, description="The file the row was read from."))
    names = comma(ident(column.name) for column in kept)
    hashed = comma(ident(column.name) for column in kept if column.name != FILE) if kept else Sql("0")
    # 60 bits, so that it is a positive integer everywhere; the engine's own hash costs a tenth of md5.
    select = sql(
        "SELECT {names}, {o}, CAST(hash({hashed}) >> 4 AS BIGINT) AS {h} FROM ({rows}) WHERE {where}",
        names=names,
        o=ident(ORDINAL),
        hashed=hashed,
        h=ident(ROW_HASH),
        rows=selected,
        where=where,
    )
    ordinal = Column(ORDINAL, ColumnType.INTEGER, description="Order of reading; unique in the table.")
    row_hash = Column(ROW_HASH, ColumnType.INTEGER, description="Changes when a value of the row does.")
    return select, (*kept, ordinal, row_hash)


def _deleted(definition: SourceDefinition) -> Sql:
    """Return whether a row is marked as deleted: by its value in the source, or as it is published."""
    deletes = definition.deletes
    if deletes.column is None:
        return Sql("FALSE")
    fitted = marks_deleted(ident("fitted", deletes.column), deletes)
    return any_of([ident("fitted", DELETED), fitted])


@dataclass(frozen=True, slots=True)
class Marks:
    """What a source's column says of deleted rows.

    Attributes:
        deleted: rows that it marks as deleted.
        values: how many different values it holds; a missing one counts as a value.
        is_sure: whether the values that mean deleted are the column's own true and false, so none is misspelled.
    """

    deleted: int
    values: int
    is_sure: bool


def marks(
    warehouse: Warehouse, definition: SourceDefinition, rows: Sql, columns: Mapping[str, Column]
) -> Marks | None:
    """Return what the column that marks deleted rows says; None without such a column."""
    deletes = definition.deletes
    if deletes.column is None:
        return None
    statement = sql(
        "SELECT count(*) FILTER ({deleted}), count(DISTINCT {c}) + count(DISTINCT CASE WHEN {c} IS NULL THEN 1 END) "
        "FROM ({rows}) AS fitted",
        deleted=_deleted(definition),
        c=ident("fitted", deletes.column),
        rows=rows,
    )
    ((deleted, values),) = warehouse.rows(statement)
    is_boolean = columns[deletes.column].type is ColumnType.BOOLEAN
    is_sure = is_boolean and not {value.lower() for value in deletes.values}.isdisjoint({"true", "false"})
    return Marks(int(str(deleted)), int(str(values)), is_sure)


def unlabelled(warehouse: Warehouse, definition: SourceDefinition, rows: Sql) -> dict[str, int]:
    """Return by choice column how many rows have a code without a label; columns without such rows are left out."""
    described = [column for column in definition.columns if column.choices]
    if not described:
        return {}
    counts = comma(
        sql("count(*) FILTER ({c})", c=unknown_code(ident(column.name), column.choices))
        for column in described
    )
    (found,) = warehouse.rows(sql("SELECT {counts} FROM ({rows})", counts=counts, rows=rows))
    return {column.name: int(str(count)) for column, count in zip(described, found, strict=True) if count}
