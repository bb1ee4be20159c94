"""Drafts of definitions from files, the definition's own checks, the inventory."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.runs import Outcome
from onefold.sources import (
    ConnectorContext,
    FileAccess,
    SourceDefinition,
    SourceStage,
    connector_for,
    describe,
    discover_source,
    inventory,
)
from onefold.sources.inventory import frequency
from onefold.testing.stages import StageRunner


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ConnectorContext]:
    access = FileAccess(tmp_path, tmp_path / "cache")
    opened = ConnectorContext(DuckDBWarehouse(), access, dt.datetime.now(dt.UTC), tmp_path / "work")
    yield opened
    opened.files.close()


PEOPLE = "Customer ID;First Name;E-Mail;Postcode;Birth Date;Updated At\n" + "".join(
    f"{number};Ann;ann{number}@mail.org;0{1000 + number};{1 + number % 28:02d}.01.1990;2024-01-01 10:00:00\n"
    for number in range(60)
)


def test_a_file_becomes_a_definition_that_runs(context: ConnectorContext) -> None:
    (context.directory / "Kunden 2024.csv").write_text(PEOPLE)
    draft = discover_source("Kunden 2024.csv", context)
    assert (draft.name, draft.primary_key, draft.updated_at) == (
        "kunden_2024",
        ("Customer_ID",),
        "Updated_At",
    )
    assert {column.name: (column.type, column.format, column.semantic_type) for column in draft.columns} == {
        "Customer_ID": ("integer", None, "Identity.CustomerId"),
        "First_Name": ("text", None, "Person.FirstName"),
        "E_Mail": ("text", None, "Contact.Email"),
        "Postcode": ("text", None, "Location.Postcode"),
        "Birth_Date": ("date", "%d.%m.%Y", "Person.BirthDate"),
        "Updated_At": ("instant", None, "Calendar.UpdatedAt"),
    }
    written = draft.model_dump(mode="json", exclude_defaults=True)
    again = SourceDefinition.model_validate(written)
    assert again == draft
    runner = StageRunner(context.directory)
    result = runner.run(SourceStage(again, context.directory, context.directory / "cache", {}))
    assert (result.outcome, result.rows_out) == (Outcome.COMPLETED, 60)
    runner.close()


def test_a_key_must_be_unique_and_there(context: ConnectorContext) -> None:
    (context.directory / "a.csv").write_text("id,order_number,v\n1,A,x\n1,B,y\n")
    assert discover_source("a.csv", context).primary_key == ("order_number",)
    (context.directory / "b.csv").write_text("id,v\n1,x\n,y\n")
    assert discover_source("b.csv", context).primary_key == ()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.csv", "csv"),
        ("data/A.TSV", "csv"),
        ("a.csv.gz", "csv"),
        ("s3://bucket/orders-*.jsonl", "json"),
        ("a.parquet", "parquet"),
        ("a.xlsx", "excel"),
    ],
)
def test_the_ending_chooses_the_connector(path: str, kind: str) -> None:
    assert connector_for(path).kind == kind


def test_an_unknown_ending_lists_the_known() -> None:
    with pytest.raises(InvalidInput, match="parquet") as caught:
        connector_for("a.docx")
    assert caught.value.code == "sources.ending_unknown"


def a_definition(**settings: object) -> SourceDefinition:
    document = {"name": "crm", "connector": {"kind": "csv", "path": "a.csv"}} | settings
    return SourceDefinition.model_validate(document)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"connector": {"kind": "cvs", "path": "a"}}, "csv, delta, excel"),
        ({"connector": {"kind": "csv", "pth": "a"}}, "connector.csv.pth"),
        ({"cleaning": [{"kind": "trimm", "columns": ["a"]}]}, "trim"),
        ({"time_zone": "Berlin"}, "Europe/Berlin"),
        ({"columns": [{"name": "a"}, {"name": "A"}]}, "described twice"),
        ({"primary_key": "id", "exclude": ["id"]}, "left out"),
        ({"name": "profiles"}, "reserved"),
        ({"columns": [{"name": "_row_hash"}]}, "columns.0.name"),
        ({"columns": [{"name": "a", "type": "int"}]}, "integer"),
        ({"connector": {"kind": "csv", "path": "s3://b/a", "storage": {"secret_key": "abc"}}}, "reference"),
    ],
)
def test_definitions_that_cannot_be_meant_are_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        a_definition(**settings)
    assert said in str(caught.value)


def test_the_catalogue_is_told_what_the_definition_says() -> None:
    definition = a_definition(
        primary_key="id",
        owner="Sales",
        system="CRM",
        entity="contact",
        expected_refresh="P1D",
        default_region="DE",
        columns=[
            {"name": "tier", "choices": {"1": {"en": "Gold"}}, "cardinality": "many", "label": "Tier"},
            {"name": "account", "references": "accounts.id", "semantic_type": "Identity.Account"},
        ],
    )
    found = describe(definition)
    assert (found.method, found.key, found.owner, found.region) == ("csv", ("id",), "Sales", "DE")
    assert found.attribute("tier__code").choices == {"1": {"en": "Gold"}}
    assert found.attribute("tier").cardinality == "many"
    assert [(each.column, each.table, each.table_column) for each in found.references] == [
        ("account", "accounts", "id")
    ]
    assert describe(a_definition()).key == ("_ordinal",)
    (row,) = inventory([found], {"crm": 7})
    assert (row.source, row.system, row.records, row.key, row.frequency, row.mapped) == (
        "crm",
        "CRM",
        7,
        "id",
        "every day",
        1,
    )


@pytest.mark.parametrize(
    ("every", "words"),
    [
        (None, ""),
        (dt.timedelta(days=7), "every 7 days"),
        (dt.timedelta(hours=1), "every hour"),
        (dt.timedelta(minutes=90), "every 90 minutes"),
        (dt.timedelta(seconds=1.5), "every 1.5 seconds"),
    ],
)
def test_frequencies_in_words(every: dt.timedelta | None, words: str) -> None:
    assert frequency(every) == words
