"""The published table of all attributes: what screens, rules and later nouns choose from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from onefold.catalogue.model import Attribute, TableDescription
from onefold.catalogue.semantic_types import is_personal
from onefold.foundation.warehouse import Column, ColumnType, TableRef

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
        Column(
            "origins",
            ColumnType.TEXT_LIST,
            description="The columns it is made from, as `table.column`; empty for a source's own column.",
        ),
        Column("made_by", ColumnType.TEXT, description="The noun that fills it: sources, profiles ..."),
    ),
    key=("table_name", "attribute"),
    description="Every attribute of the sources' tables and of the unified profile, and what it means.",
)
_SCHEMA = pa.schema(
    [
        ("table_name", pa.string()),
        ("attribute", pa.string()),
        ("position", pa.int64()),
        ("type", pa.string()),
        ("label", pa.string()),
        ("description", pa.string()),
        ("semantic_type", pa.string()),
        ("cardinality", pa.string()),
        ("is_personal", pa.bool_()),
        ("choices", pa.string()),
        ("origins", pa.list_(pa.string())),
        ("made_by", pa.string()),
    ]
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
        CatalogueEntry(table.name, position, column, described.as_published(column.name), made_by)
        for position, column in enumerate(table.columns, start=1)
        if not column.name.startswith("_")
    ]


def catalogue_rows(entries: Iterable[CatalogueEntry]) -> pa.Table:
    """Return one row per entry with the columns of `ATTRIBUTE_CATALOGUE`."""
    return pa.Table.from_pylist([_row(entry) for entry in entries], _SCHEMA)


def _row(entry: CatalogueEntry) -> dict[str, object]:
    attribute, column = entry.attribute, entry.column
    choices = {code: dict(labels) for code, labels in attribute.choices.items()}
    return {
        "table_name": entry.table,
        "attribute": column.name,
        "position": entry.position,
        "type": column.type.value,
        "label": attribute.shown,
        "description": attribute.description or column.description,
        "semantic_type": attribute.semantic_type,
        "cardinality": attribute.cardinality.value,
        # Nobody has said what the column means, so nobody has said that it is harmless either.
        "is_personal": is_personal(attribute.semantic_type),
        "choices": json.dumps(choices, ensure_ascii=False) if choices else None,
        "origins": list(attribute.origins),
        "made_by": entry.made_by,
    }
