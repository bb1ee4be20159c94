"""How recent a record is, as a number: what winners and merge policies go by.

A moment counts as milliseconds since 1970, a number as it is. So numbers order the records of their table among
themselves; beside moments of another table, a number is read as milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from onefold.catalogue import TableDescription
from onefold.foundation.kernel import InvalidInput, nearest
from onefold.foundation.warehouse import Column, ColumnType, Sql, sql
from onefold.identity.model import IdentityDefinition, MappedTable, Winner

RECENCY = "_recency"
"""The column that holds it beside attributes, whose names begin with a letter."""
WHOLE = frozenset({ColumnType.SMALL_INTEGER, ColumnType.INTEGER})
MOMENTS = frozenset({ColumnType.DATE, ColumnType.INSTANT})
NUMBERS = WHOLE | {ColumnType.NUMBER, ColumnType.DECIMAL}
_WHOLE_DIGITS = {ColumnType.SMALL_INTEGER: 5, ColumnType.INTEGER: 19}
_MOST_DIGITS = 38
_BY_TIME = frozenset({Winner.MOST_RECENT, Winner.LEAST_RECENT})


def recency_column(
    mapped: MappedTable, description: TableDescription, existing: Mapping[str, Column]
) -> Column | None:
    """Return the column that says how recent the table's records are; None without one.

    Raises:
        InvalidInput: it does not exist, or holds neither moments nor numbers.
    """
    name = mapped.recency or description.updated_at
    if name is None:
        return None
    if name not in existing:
        message = f"{mapped.table}.{name}, the `recency` of its records, does not exist."
        raise InvalidInput(message, code="identity.column_unknown", hint=nearest(name, existing))
    column = existing[name]
    if column.type not in NUMBERS | MOMENTS | {ColumnType.TEXT}:
        message = (
            f"{mapped.table}.{name} does not say how recent a record is: its type is {column.type.value}."
        )
        hint = "Name a column of dates, instants or numbers as the source's `updated_at`, or as `recency` in `map`."
        raise InvalidInput(message, code="identity.recency_type", hint=hint)
    return column


def recency_problems(
    definition: IdentityDefinition, descriptions: Mapping[str, TableDescription]
) -> list[tuple[tuple[str, ...], InvalidInput]]:
    """Return what asks for recent records of a table that does not say how recent they are, with its place."""
    problems: list[tuple[tuple[str, ...], InvalidInput]] = []
    tables = {mapped.table: mapped for mapped in definition.map}
    for table, found in definition.deduplication.items():
        if has_recency(tables[table], descriptions):
            continue
        asking: list[tuple[str, ...]] = [("winner",)] if found.winner in _BY_TIME else []
        asking += [
            ("per_attribute", name) for name, winner in found.per_attribute.items() if winner in _BY_TIME
        ]
        for place in asking:
            message = f"Nothing says how recent the records of {table!r} are, by which its winners are to be chosen."
            hint = f"Give the source {table!r} an `updated_at`, or its entry in `map` a `recency`."
            error = InvalidInput(message, code="identity.recency_missing", hint=hint)
            problems.append((("deduplication", table, *place), error))
    return problems


def has_recency(mapped: MappedTable, descriptions: Mapping[str, TableDescription]) -> bool:
    """Return whether the table says how recent its records are, as far as definitions know."""
    described = descriptions.get(mapped.table)
    # A table that nobody describes is another problem than this one.
    return mapped.recency is not None or described is None or described.updated_at is not None


def moment(column: Column | None, value: Sql) -> Sql:
    """Return the column's moment as SQL; null for numbers, and for texts that are no moment in ISO 8601."""
    if column is None or column.type in NUMBERS:
        return Sql("CAST(NULL AS TIMESTAMPTZ)")
    if column.type is ColumnType.TEXT:
        return sql("of_instant({value})", value=value)
    return sql("CAST({value} AS TIMESTAMPTZ)", value=value)


def recency_value(column: Column | None, value: Sql, kind: Column) -> Sql:
    """Return how recent a record is, as SQL of the type `kind` that `recency_type` found; null when unknown."""
    if column is None:
        return sql("CAST(NULL AS {kind})", kind=kind.sql_type)
    if column.type in NUMBERS:
        # Adding nothing says that the column is a number, which engines then cast to a whole number alike.
        return sql("CAST({value} + 0 AS {kind})", value=value, kind=kind.sql_type)
    found = sql("of_epoch_ms({moment})", moment=moment(column, value))
    return found if kind.type is ColumnType.INTEGER else sql("CAST({m} AS {k})", m=found, k=kind.sql_type)


def recency_type(columns: Iterable[Column | None]) -> Column:
    """Return the type that holds how recent the records of all tables are."""
    numbers = [column for column in columns if column is not None and column.type in NUMBERS]
    return widest_number(RECENCY, [Column(RECENCY, ColumnType.INTEGER), *numbers])


def widest_number(name: str, used: Sequence[Column]) -> Column:
    """Return the type that holds all of the numbers exactly; a double where none does."""
    types = {column.type for column in used}
    if types <= _WHOLE_DIGITS.keys():
        return Column(name, ColumnType.INTEGER)
    if ColumnType.NUMBER in types:
        return Column(name, ColumnType.NUMBER)
    precisions = [column.decimal or (38, 9) for column in used if column.type is ColumnType.DECIMAL]
    scale = max(scale for _, scale in precisions)
    whole = max(
        *(precision - scale for precision, scale in precisions),
        *(_WHOLE_DIGITS.get(kind, 0) for kind in types),
    )
    if whole + scale > _MOST_DIGITS:
        return Column(name, ColumnType.NUMBER)
    return Column(name, ColumnType.DECIMAL, (whole + scale, scale))
