"""Which columns a source publishes, in which types, and what changed in them since the last run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from onefold.catalogue import suggest
from onefold.foundation.kernel import InvalidInput, nearest
from onefold.foundation.warehouse import Column, ColumnType, Warehouse, literal, sql, union_all
from onefold.sources.casting import fitted
from onefold.sources.cleaning import CleaningContext
from onefold.sources.connectors import FoundColumn
from onefold.sources.model import SourceDefinition

MOST_COLUMNS: Final = 2_000
_NOT_WORD: Final = re.compile(r"\W+")
_SURE: Final = 0.6
# Numbers that are names: leading zeros and length are part of them.
_WRITTEN_IN_DIGITS: Final = ("Contact.", "Location.Postcode", "Location.Street", "Person.")


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """One column from the source to the published table.

    Attributes:
        in_source: its header in the source.
        column: as it is published.
        form: how its texts are written; None for the default.
        declared: whether the definition says its type.
    """

    in_source: str
    column: Column
    form: str | None
    declared: bool

    @property
    def remembered(self) -> dict[str, object]:
        """The column as state keeps it, in plain JSON values."""
        decimal = list(self.column.decimal) if self.column.decimal else None
        return {
            "name": self.column.name,
            "type": self.column.type.value,
            "decimal": decimal,
            "format": self.form,
        }


@dataclass(frozen=True, slots=True)
class Drift:
    """How the source's columns differ from those of the last good run; published names."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.retyped)


def published_name(header: str) -> str:
    """Return the header as a column name: letters, digits and underscores; `First Name` is `First_Name`."""
    return _NOT_WORD.sub("_", header.strip()).strip("_")[:127] or "column"


def plan_columns(
    warehouse: Warehouse,
    definition: SourceDefinition,
    found: Sequence[FoundColumn],
    remembered: Mapping[str, Mapping[str, object]],
) -> tuple[PlannedColumn, ...]:
    """Return the columns to read, in the source's order.

    Args:
        warehouse: the embedded engine; judges whether samples still fit a remembered type.
        definition: what is declared.
        found: what the source has.
        remembered: by header, what the last good run published.

    Raises:
        InvalidInput: a declared column, the key or the watermark is not in the source, or there are too many
            columns.
    """
    by_header = {column.in_source: column for column in definition.columns}
    planned: list[PlannedColumn] = []
    taken: set[str] = {column.name.lower() for column in definition.columns}
    for each in found:
        described = by_header.get(each.name)
        name = described.name if described else _free(published_name(each.name), taken)
        taken.add(name.lower())
        if not _needed(definition, name):
            continue
        if described is not None and described.declared is not None:
            planned.append(PlannedColumn(each.name, described.declared, described.format, declared=True))
            continue
        form = (described.format if described else None) or each.format
        column = replace(_told(each), name=name)
        if (
            described is not None
            and column.type is ColumnType.BOOLEAN
            and set(described.choices) - {"true", "false"}
        ):
            column = replace(column, type=ColumnType.TEXT)  # J and N are codes here
        if column.type is not each.type and each.format == form:
            form = None  # it is how the values were written that are text now
        old = remembered.get(each.name)
        if old is not None:
            column, form = _settled(warehouse, each, column, form, old, definition.time_zone)
        planned.append(PlannedColumn(each.name, column, form, declared=False))
    _check(definition, planned, found, remembered)
    return tuple(planned)


def drift_of(planned: Sequence[PlannedColumn], remembered: Mapping[str, Mapping[str, object]]) -> Drift:
    """Return how the columns differ from the remembered ones; nothing remembered, nothing differs."""
    if not remembered:
        return Drift()
    now = {column.in_source: column for column in planned}
    return Drift(
        added=tuple(column.column.name for header, column in now.items() if header not in remembered),
        removed=tuple(str(old["name"]) for header, old in remembered.items() if header not in now),
        retyped=tuple(
            column.column.name
            for header, column in now.items()
            if header in remembered
            and not column.declared
            and (column.remembered["type"], column.remembered["decimal"])
            != (remembered[header].get("type"), remembered[header].get("decimal"))
        ),
    )


def own_dependents(definition: SourceDefinition, *, retyped: bool = False) -> dict[str, list[str]]:
    """Return what the source's own definition does with its columns, in words; with `retyped`, what minds the type."""
    from onefold.rules import fields

    uses: list[tuple[str | None, str]] = []
    if not retyped:
        uses += [(name, "the primary key") for name in definition.primary_key]
        uses += [
            (definition.updated_at, "`updated_at`"),
            (definition.deletes.column, "`deletes`"),
            (definition.region_column, "`region_column`"),
        ]
    if definition.row_filter is not None:
        uses += [(name, "the row filter") for name in sorted(fields(definition.row_filter))]
    uses += [(name, f"cleaning step {step.kind!r}") for step in definition.cleaning for name in step.reads()]
    found: dict[str, list[str]] = {}
    for name, use in uses:
        if name is not None and use not in found.setdefault(name, []):
            found[name].append(use)
    return found


def _needed(definition: SourceDefinition, name: str) -> bool:
    """Return whether the column is read: published, or used by key, watermark, deletes, filter or cleaning."""
    from onefold.rules import fields

    used = {
        *definition.primary_key,
        definition.updated_at,
        definition.deletes.column,
        definition.region_column,
    }
    if definition.row_filter is not None:
        used |= fields(definition.row_filter)
    for step in definition.cleaning:
        used |= set(step.reads())
    return definition.wants(name) or name in used


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    return next(free for number in range(2, 1 << 20) if (free := f"{name}_{number}").lower() not in taken)


def _told(found: FoundColumn) -> Column:
    """Return the column as found, but as text where its numbers are names."""
    if found.native == "" and found.type in (ColumnType.INTEGER, ColumnType.NUMBER):
        suggestion = suggest(found.name, list(found.samples))
        sure = suggestion is not None and suggestion.confidence >= _SURE
        if sure and suggestion is not None and suggestion.semantic_type.startswith(_WRITTEN_IN_DIGITS):
            return Column(found.name, ColumnType.TEXT)
    return found.column


def _settled(
    warehouse: Warehouse,
    found: FoundColumn,
    column: Column,
    form: str | None,
    old: Mapping[str, object],
    time_zone: str,
) -> tuple[Column, str | None]:
    """Keep the type of the last run while a text format's samples mostly fit it; misfits are dirt then."""
    kind = ColumnType(str(old["type"]))
    decimal = old.get("decimal")
    before = Column(column.name, kind, (decimal[0], decimal[1]) if isinstance(decimal, list) else None)
    if found.native or (before.type, before.decimal) == (column.type, column.decimal):
        return column, form
    old_form = old.get("format")
    before_form = old_form if isinstance(old_form, str) else None
    if kind is ColumnType.TEXT or not found.samples:
        return before, before_form
    texts = union_all(sql("SELECT {text} AS v", text=literal(text)) for text in found.samples)
    value = fitted(sql("v"), Column("v", ColumnType.TEXT), before, form=before_form, time_zone=time_zone)
    (row,) = warehouse.rows(
        sql("SELECT count({value}) * 2 >= count(*) FROM ({texts})", value=value, texts=texts)
    )
    return (before, before_form) if row[0] else (column, form)


def _check(
    definition: SourceDefinition,
    planned: Sequence[PlannedColumn],
    found: Sequence[FoundColumn],
    remembered: Mapping[str, Mapping[str, object]],
) -> None:
    # What was there at the last good run and no longer is, is drift rather than a mistake.
    names = {column.column.name for column in planned} | {str(old["name"]) for old in remembered.values()}
    headers = [column.name for column in found]
    for described in definition.columns:
        if described.in_source not in headers and described.in_source not in remembered:
            raise _missing(definition, described.in_source, headers, "describes")
    for key in definition.primary_key:
        if key not in names:
            raise _missing(definition, key, headers, "has as its primary key")
    for use, name in (
        ("has as its `updated_at`", definition.updated_at),
        ("deletes by", definition.deletes.column),
    ):
        if name is not None and name not in names:
            raise _missing(definition, name, headers, use)
    if not set(own_dependents(definition)) & (names - {column.column.name for column in planned}):
        _check_region(definition, planned)
    if len(planned) > MOST_COLUMNS:
        message = (
            f"Source {definition.name!r} has {len(planned):,} columns; at most {MOST_COLUMNS:,} are taken."
        )
        hint = "Name those you need in the source's `include`."
        raise InvalidInput(message, code="sources.too_many_columns", hint=hint)


def _check_region(definition: SourceDefinition, planned: Sequence[PlannedColumn]) -> None:
    """Raise unless the column of regions is there, before or after cleaning, and holds text."""
    name = definition.region_column
    if name is None:
        return
    columns = {column.column.name: column.column for column in planned}
    for step in () if name in columns else definition.cleaning:
        cleaned = step.clean(columns, CleaningContext(definition.default_region, definition.time_zone))
        columns |= {each.column.name: each.column for each in cleaned}
    if name not in columns:
        raise _missing(definition, name, list(columns), "has as its `region_column`")
    if columns[name].type is not ColumnType.TEXT:
        message = (
            f"Source {definition.name!r} has as its `region_column` {name!r}, which is {columns[name].type}."
        )
        hint = "It must hold country codes such as DE; declare it with `type: text` if it does."
        raise InvalidInput(
            message, code="sources.region_not_text", hint=hint, context={"source": definition.name}
        )


def _missing(definition: SourceDefinition, name: str, headers: Sequence[str], use: str) -> InvalidInput:
    message = f"Source {definition.name!r} {use} the column {name!r}, which is not in the source."
    shown = headers if len(headers) <= 30 else headers[:30]
    hint = nearest(name, shown)
    if len(headers) == 1:
        hint = "The source has a single column: is the delimiter right?"
    return InvalidInput(
        message, code="sources.column_missing", hint=hint, context={"source": definition.name}
    )
