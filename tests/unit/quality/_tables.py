"""Small tables for quality tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from onefold.catalogue import Attribute, TableDescription
from onefold.foundation.warehouse import Sql, Warehouse, ident, sql
from onefold.quality.examination import TableExamination, examine
from onefold.quality.grade import CheckResult
from onefold.quality.model import QualityDefinition
from onefold.quality.subject import Survey
from tests.unit.quality._stage_context import NOW


def described(name: str, meanings: Mapping[str, str], **more: object) -> TableDescription:
    """A description whose attributes have these semantic types."""
    attributes = tuple(Attribute(column, meaning) for column, meaning in meanings.items())
    return TableDescription(name, attributes=attributes, **more)  # type: ignore[arg-type]  # by name


def values_table(
    warehouse: Warehouse, name: str, column: str, values: Sequence[object], type_: str = "VARCHAR"
) -> None:
    """A table of one column, with an ordinal."""
    warehouse.execute(
        sql(
            "CREATE OR REPLACE TABLE {t} (_ordinal BIGINT, {c} {type})",
            t=ident(name),
            c=ident(column),
            type=Sql(type_),
        )
    )
    for position, value in enumerate(values):
        warehouse.execute(
            sql("INSERT INTO {t} VALUES ($position, CAST($value AS {type}))", t=ident(name), type=Sql(type_)),
            position=position,
            value=value,  # type: ignore[arg-type]  # test values are scalars
        )


def examined(
    warehouse: Warehouse,
    table: TableDescription,
    definition: QualityDefinition | None = None,
    *,
    now: dt.datetime = NOW,
    others: Sequence[str] = (),
    shapes: Mapping[str, str] | None = None,
) -> TableExamination:
    """Examine the table, knowing the other tables."""
    columns = {name: warehouse.columns(name) for name in (table.name, *others)}
    survey = Survey(now, columns, shapes or {})
    return examine(warehouse, table, definition or QualityDefinition(), survey)


def result(found: TableExamination, check: str, field: str | None = None) -> CheckResult:
    """The one result of a check."""
    own = [each for each in found.checks if each.check == check and field in (None, each.field)]
    assert len(own) == 1, f"{check}: {[each.check for each in found.checks]}"
    return own[0]
