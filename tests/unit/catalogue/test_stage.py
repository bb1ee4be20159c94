"""The catalogue stage: which tables it describes, when it publishes, and what a unified profile's attributes mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from onefold.catalogue import (
    ATTRIBUTE_CATALOGUE,
    Attribute,
    Cardinality,
    CataloguedTable,
    CatalogueStage,
    TableDescription,
)
from onefold.foundation.kernel import SystemClock
from onefold.foundation.store import migrate
from onefold.foundation.store.sqlite import SQLiteStore
from onefold.foundation.warehouse import Sql, TableRef
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.lake import Lake
from onefold.identity import IdentityDefinition
from onefold.profiles import ProfileDefinition, ProfilesStage
from onefold.runs import Outcome, Runner, RunReport, Stage, StageContext, StageResult

SCORES = TableDescription(
    "scores",
    attributes=(
        Attribute("email", "Contact.Email", cardinality=Cardinality.MANY),
        Attribute("churn", "Prediction.Score", label="Churn risk"),
        Attribute("shape", "Choice"),
        Attribute("shape__code", choices={"7": {"en": "Round", "de": "Rund"}}),
    ),
)


class Publishing:
    """Publishes one row as a source would."""

    group = "sources"
    needs: frozenset[str] = frozenset()
    fingerprint = None

    def __init__(self, table: str, select: str) -> None:
        self.table, self.select = table, select
        self.name = f"sources.{table}"

    def run(self, context: StageContext) -> StageResult:
        context.warehouse.create_table("fresh", Sql(self.select))
        columns = context.warehouse.columns("fresh")
        return StageResult(
            rows_out=context.publish(TableRef(self.table, columns), Sql("SELECT * FROM fresh"))
        )


class House:
    """A lake and a store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.warehouse = DuckDBWarehouse()
        store = SQLiteStore(folder / "store.db")
        migrate(store)
        self.runner = Runner(store, Lake(folder / "lake"), self.warehouse, self.warehouse, SystemClock())

    def run(self, *stages: Stage) -> RunReport:
        return self.runner.run(lambda: stages)

    def catalogue(self) -> list[dict[str, object]]:
        select = Sql("SELECT * FROM attribute_catalogue ORDER BY table_name, position")
        return list(self.warehouse.arrow(select).to_pylist())


def a_source(extra: str = "") -> Publishing:
    return Publishing(
        "scores", f"SELECT 'a@b.example' AS email, 0.5 AS churn, 'Round' AS shape, 7 AS shape__code{extra}"
    )


def a_catalogue(*described: TableDescription, fingerprint: str = "") -> CatalogueStage:
    needs = {f"sources.{one.name}" for one in described if one.name != "absent"}
    tables = [CataloguedTable(one.name, "sources", one) for one in described]
    return CatalogueStage(tables, fingerprint=fingerprint, needs=needs, tolerates=needs)


def outcome(report: RunReport, stage: str = "catalogue") -> Outcome:
    (found,) = [one.outcome for one in report.stages if one.stage == stage]
    return found


def test_the_columns_of_the_tables_that_exist_are_published_with_what_they_mean(tmp_path: Path) -> None:
    house = House(tmp_path)
    report = house.run(a_source(), a_catalogue(SCORES, TableDescription("absent")))
    assert outcome(report) is Outcome.COMPLETED
    told = [
        (row["table_name"], row["attribute"], row["label"], row["semantic_type"], row["cardinality"])
        for row in house.catalogue()
    ]
    assert told == [
        ("scores", "email", "Email", "Contact.Email", "many"),
        ("scores", "churn", "Churn risk", "Prediction.Score", "one"),
        ("scores", "shape", "Shape", "Choice", "one"),
        ("scores", "shape__code", "Shape (code)", "Choice", "one"),
    ]
    assert {row["made_by"] for row in house.catalogue()} == {"sources"}


def test_it_is_published_anew_only_when_it_says_something_else(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.run(a_source(), a_catalogue(SCORES))
    # The source publishes every time, always the same columns.
    assert outcome(house.run(a_source(), a_catalogue(SCORES))) is Outcome.UNCHANGED
    assert outcome(house.run(a_source(", 1 AS points"), a_catalogue(SCORES))) is Outcome.COMPLETED
    assert "points" in [row["attribute"] for row in house.catalogue()]
    relabelled = TableDescription("scores", attributes=(Attribute("churn", label="Loss risk"),))
    report = house.run(a_source(", 1 AS points"), a_catalogue(relabelled, fingerprint="another"))
    assert outcome(report) is Outcome.COMPLETED
    assert "Loss risk" in [row["label"] for row in house.catalogue()]


def test_a_source_that_failed_is_described_as_it_last_was(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.run(a_source(), a_catalogue(SCORES))
    report = house.run(Publishing("scores", "SELECT no_such_column"), a_catalogue(SCORES, fingerprint="new"))
    assert outcome(report, "sources.scores") is Outcome.FAILED
    assert outcome(report) is Outcome.UNCHANGED
    assert len(house.catalogue()) == 4


def unified(profile: Mapping[str, object], columns: Mapping[str, Sequence[str]]) -> dict[str, Attribute]:
    descriptions = {
        "crm": TableDescription(
            "crm",
            key=("id",),
            attributes=(
                Attribute("first", "Person.FirstName", label="Given name"),
                Attribute("last", "Person.LastName", description="As in the passport."),
                Attribute("phone", "Contact.Phone"),
                Attribute("mobile", "Contact.MobilePhone"),
                Attribute("channel__code", choices={"1": {"en": "Post"}}),
            ),
        ),
        "scores": SCORES,
    }
    warehouse = DuckDBWarehouse()
    for table, names in columns.items():
        texts = ", ".join(f"'x' AS {name}" for name in names)
        warehouse.create_table(table, Sql(f"SELECT {texts}"))
    stage = ProfilesStage(
        ProfileDefinition.model_validate({"name": "person", **profile}),
        IdentityDefinition.model_validate({"name": "people", "map": ["crm", "scores"]}),
        descriptions,
    )
    found = stage.describe({table: warehouse.columns(table) for table in columns})
    assert found.name == "profiles"
    return {attribute.name: attribute for attribute in found.attributes}


COLUMNS = {
    "crm": ["id", "first", "last", "phone", "mobile", "channel"],
    "scores": ["email", "churn", "shape", "shape__code"],
}


def test_a_unified_attribute_means_what_its_columns_mean() -> None:
    found = unified(
        {
            "attributes": {
                "emails": {"from": ["scores.email"], "policy": "collect"},
                "churn_risk": {"from": ["scores.churn"], "description": "From the model of May."},
                "channel": {"from": ["crm.channel"], "label": "Wanted channel"},
                "full_name": {"combine": ["first_name", "last_name"]},
            }
        },
        COLUMNS,
    )
    assert (found["first_name"].semantic_type, found["first_name"].label) == (
        "Person.FirstName",
        "Given name",
    )
    assert found["last_name"].description == "As in the passport."
    # Two meanings under one name: what the name says.
    assert found["phone"].semantic_type == "Contact.Phone"
    assert found["phone"].origins == ("crm.phone", "crm.mobile")
    # A person may have many addresses; the profile shows one of them, or collects all.
    assert (found["email"].cardinality, found["emails"].cardinality) == (Cardinality.ONE, Cardinality.MANY)
    assert (found["churn_risk"].semantic_type, found["churn_risk"].label) == (
        "Prediction.Score",
        "Churn risk",
    )
    assert found["churn_risk"].description == "From the model of May."
    assert found["channel"].label == "Wanted channel"
    assert found["channel"].choices == {"1": {"en": "Post"}}
    assert found["full_name"].semantic_type == "Person.FullName"
    assert found["full_name"].origins == ("crm.first", "crm.last")
    assert found["created_at"].semantic_type == "Calendar.CreatedAt"
    assert found["record_count"].description


def test_every_column_of_the_table_is_explained() -> None:
    for column in ATTRIBUTE_CATALOGUE.columns:
        assert column.description, column.name
