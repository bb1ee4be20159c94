"""Labels of choices, and the table of all attributes."""

from __future__ import annotations

from onefold.catalogue import (
    ATTRIBUTE_CATALOGUE,
    Attribute,
    Cardinality,
    TableDescription,
    catalogue_entries,
    catalogue_select,
    label_case,
    unknown_code,
)
from onefold.foundation.warehouse import Column, ColumnType, TableRef, ident, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse

STATUS = {"102589547": {"en": "Open", "de": "Offen"}, "1": {"en": "O'Neil's"}, "2": {"fr": "Fermé"}}


def test_labels() -> None:
    warehouse = DuckDBWarehouse()
    select = sql(
        "SELECT {label}, {unknown} FROM (VALUES (102589547), (1), (2), (7), (NULL)) AS t(code)",
        label=label_case(ident("code"), STATUS, "de"),
        unknown=unknown_code(ident("code"), STATUS),
    )
    assert warehouse.rows(select) == [
        ("Offen", False),
        ("O'Neil's", False),
        ("Fermé", False),
        (None, True),
        (None, False),
    ]
    nothing = sql(
        "SELECT {label}, {unknown}",
        label=label_case(ident("c"), {}, "de"),
        unknown=unknown_code(ident("c"), {}),
    )
    assert warehouse.rows(sql("{s} FROM (VALUES ('x')) AS t(c)", s=nothing)) == [(None, True)]


def test_catalogue_of_attributes() -> None:
    table = TableRef(
        "people",
        (
            Column("_ordinal", ColumnType.INTEGER),
            Column("first_name", ColumnType.TEXT),
            Column("status", ColumnType.INTEGER, description="As in the CRM."),
            Column("shoe", ColumnType.NUMBER),
        ),
    )
    description = TableDescription(
        "people",
        attributes=(
            Attribute("first_name", "Person.FirstName", label="First name"),
            Attribute("status", "Choice", cardinality=Cardinality.MANY, choices=STATUS),
        ),
    )
    warehouse = DuckDBWarehouse()
    rows = catalogue_select(catalogue_entries(table, description, made_by="sources"))
    assert warehouse.create_table("attribute_catalogue", rows) == 3
    assert [column.type for column in warehouse.columns("attribute_catalogue")] == [
        column.type for column in ATTRIBUTE_CATALOGUE.columns
    ]
    found = warehouse.arrow(sql("SELECT * FROM attribute_catalogue ORDER BY position")).to_pylist()
    assert [(row["attribute"], row["label"], row["is_personal"]) for row in found] == [
        ("first_name", "First name", True),
        ("status", "Status", False),
        ("shoe", "Shoe", True),
    ]
    assert found[1]["cardinality"] == "many"
    assert found[1]["description"] == "As in the CRM."
    assert '"de": "Offen"' in found[1]["choices"]
    assert found[2]["choices"] is None
    assert warehouse.create_table("nothing", catalogue_select([])) == 0
    assert [column.name for column in warehouse.columns("nothing")] == list(ATTRIBUTE_CATALOGUE.column_names)
