"""The published table of all attributes: what screens, rules and later nouns choose from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from onefold.catalogue.model import Attribute, TableDescription
from onefold.catalogue.semantic_types import is_personal
from onefold.foundation.warehouse import (
    Column,
    ColumnType,
    Sql,
    TableRef,
    comma,
    ident,
    literal,
    sql,
    union_all,
)

ATTRIBUTE_CATALOGUE = TableRef(
    "attribute_catalogue",
    (
        Column(
            "table_name", ColumnType.TEXT, description="The published table the attribute is a column of."
        ),
        Column("attribute", ColumnType.TEXT, description="The column."),
        Column("position", ColumnType.INTEGER, description="Its place in the table, from 1."),
        Column("type", ColumnType.TEXT, description="The column's type: text, integer, date ..."),
        Column("label", ColumnType.TEXT, description="What people read above it."),
        Column("description", ColumnType.TEXT, description="What it is, in a sentence."),
        Column("semantic_type", ColumnType.TEXT, description="What it means, such as Person.FirstName."),
        Column("cardinality", ColumnType.TEXT, description="Values per person: one or many."),
        Column(
            "is_personal", ColumnType.BOOLEAN, description="Whether a value says something about a person."
        ),
        Column("choices", ColumnType.TEXT, description="JSON: the label per language of each code."),
        Column("made_by", ColumnType.TEXT, description="The noun that fills it: sources, profiles ..."),
    ),
    key=("table_name", "attribute"),
    description="Every attribute of the published tables and what it means.",
)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One attribute of one published table."""

    table: str
    position: int
    column: Column
    attribute: Attribute
    made_by: str


def catalogue_entries(
    table: TableRef, description: TableDescription | None, *, made_by: str
) -> list[CatalogueEntry]:
    """Return the entries of a table's columns; those that begin with `_` are bookkeeping and left out."""
    described = description or TableDescription(table.name)
    return [
        CatalogueEntry(table.name, position, column, described.attribute(column.name), made_by)
        for position, column in enumerate(table.columns, start=1)
        if not column.name.startswith("_")
    ]


def catalogue_select(entries: Iterable[CatalogueEntry]) -> Sql:
    """Return a select with one row per entry and the columns of `ATTRIBUTE_CATALOGUE`, ready to publish."""
    rows = [sql("SELECT {values}", values=comma(_values(entry))) for entry in entries]
    if rows:
        return union_all(rows)
    nulls = comma(
        sql("CAST(NULL AS {type}) AS {name}", type=column.sql_type, name=ident(column.name))
        for column in ATTRIBUTE_CATALOGUE.columns
    )
    return sql("SELECT {nulls} WHERE FALSE", nulls=nulls)


def label_for(attribute: Attribute) -> str:
    """Return what people read: the label, or the name in words."""
    return attribute.label or attribute.name.replace("_", " ").strip().capitalize()


def _values(entry: CatalogueEntry) -> list[Sql]:
    attribute, column = entry.attribute, entry.column
    choices = {code: dict(labels) for code, labels in attribute.choices.items()}
    values = (
        entry.table,
        column.name,
        entry.position,
        column.type.value,
        label_for(attribute),
        attribute.description or column.description,
        attribute.semantic_type,
        attribute.cardinality.value,
        # Nobody has said what the column means, so nobody has said that it is harmless either.
        is_personal(attribute.semantic_type),
        json.dumps(choices, ensure_ascii=False) if choices else None,
        entry.made_by,
    )
    return [
        sql(
            "CAST({value} AS {type}) AS {name}",
            value=literal(value),
            type=target.sql_type,
            name=ident(target.name),
        )
        for value, target in zip(values, ATTRIBUTE_CATALOGUE.columns, strict=True)
    ]
