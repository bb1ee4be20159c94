"""Labels of choices, and the table of all attributes."""

from __future__ import annotations

from onefold.catalogue import (
    ATTRIBUTE_CATALOGUE,
    Attribute,
    Cardinality,
    TableDescription,
    label_case,
    unknown_code,
)
from onefold.catalogue.tables import catalogue_entries, catalogue_rows
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
    rows = catalogue_rows(catalogue_entries(table, description, made_by="sources"))
    assert warehouse.load_arrow("attribute_catalogue", rows) == 3
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
    assert catalogue_rows([]).column_names == list(ATTRIBUTE_CATALOGUE.column_names)


def test_a_choice_has_its_label_and_its_code_in_two_columns_with_the_same_meaning() -> None:
    columns = (Column("status", ColumnType.TEXT), Column("status__code", ColumnType.INTEGER))
    described = TableDescription(
        "cases",
        attributes=(
            Attribute("status", "Choice", label="State", cardinality=Cardinality.MANY),
            Attribute("status__code", choices=STATUS),
        ),
    )
    label, code = catalogue_rows(
        catalogue_entries(TableRef("cases", columns), described, made_by="sources")
    ).to_pylist()
    assert (label["label"], code["label"]) == ("State", "State (code)")
    assert "`status`" in code["description"]
    for name in ("semantic_type", "cardinality", "choices"):
        assert label[name] == code[name]
    assert "\"O'Neil's\"" in label["choices"]
