from __future__ import annotations

import pytest

from onefold.foundation.warehouse import Sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.quality.model import (
    UNIFICATION,
    HistoryRequirement,
    QualityDefinition,
    ReadinessRule,
    RowsRequirement,
)
from onefold.quality.readiness import Readiness, readiness_of
from tests.unit.quality._tables import described, examined

MEANINGS = {
    "id": "Identity.X",
    "name": "Person.FullName",
    "mail": "Contact.Email",
    "at": "Calendar.CreatedAt",
}


def ready(
    select: str, purpose: str = "unification", meanings: dict[str, str] | None = None
) -> Readiness | None:
    warehouse = DuckDBWarehouse()
    try:
        warehouse.create_table("t", Sql(select))
        found = examined(warehouse, described("t", meanings or MEANINGS, key=("id",)))
    finally:
        warehouse.close()
    rules = (
        *UNIFICATION,
        ReadinessRule(
            name="enough",
            purpose="churn",
            sentence="1,000 rows.",
            requirement=RowsRequirement(minimum_rows=1_000),
        ),
        ReadinessRule(
            name="long",
            purpose="churn",
            sentence="A year.",
            requirement=HistoryRequirement(meanings=("Calendar.CreatedAt",), minimum_days=365),
        ),
    )
    return readiness_of("t", found.fields, found.checks, QualityDefinition(readiness=rules), purpose)


FULL = (
    "SELECT i AS id, 'Anna M' AS name, i || '@x.org' AS mail, DATE '2024-01-01' + CAST(i AS INT) AS at"
    " FROM range(100) r(i)"
)


@pytest.mark.parametrize(
    ("select", "verdict", "missed"),
    [
        (FULL, "ready", set()),
        (
            FULL.replace("i || '@x.org'", "CASE WHEN i < 80 THEN i || '@x.org' END"),
            "ready with gaps",
            {"email_present"},
        ),
        (
            FULL.replace("i || '@x.org'", "CASE WHEN i < 40 THEN i || '@x.org' END"),
            "not ready",
            {"email_present", "contact_or_address_present"},
        ),
        (FULL.replace("i AS id", "i // 2 AS id"), "not ready", {"key_unique"}),
        (FULL.replace("'Anna M'", "NULL::VARCHAR"), "not ready", {"name_present"}),
        (FULL.replace("i || '@x.org'", "'broken'"), "ready with gaps", {"email_valid"}),
    ],
)
def test_unification(select: str, verdict: str, missed: set[str]) -> None:
    found = ready(select)
    assert found is not None
    assert found.verdict.value == verdict
    assert {each.rule for each in found.findings if not each.met} == missed
    assert all(each.advice for each in found.findings if not each.met)


def test_a_table_without_people_has_no_part_in_unification() -> None:
    assert ready("SELECT 1 AS id, 2.5 AS total", meanings={"total": "Commerce.Amount"}) is None


@pytest.mark.parametrize(("rows", "missed"), [(100, {"enough", "long"}), (1000, set())])
def test_predictions_ask_by_the_same_contract(rows: int, missed: set[str]) -> None:
    found = ready(FULL.replace("range(100)", f"range({rows})"), "churn")
    assert found is not None
    assert {each.rule for each in found.findings if not each.met} == missed


def test_no_rule_of_a_purpose_no_verdict() -> None:
    assert ready(FULL, "lifetime_value") is None
