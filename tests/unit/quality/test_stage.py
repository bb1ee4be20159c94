from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest

from onefold.catalogue import Reference, TableDescription
from onefold.foundation.kernel import NotFound
from onefold.quality import (
    Acceptance,
    Light,
    QualityDefinition,
    QualityStage,
    field_lines,
    problem_lines,
    read_overview,
    report_html,
    report_json,
    table_lines,
)
from onefold.quality.model import AcceptanceCriterion
from onefold.runs import Outcome
from tests.unit.quality._stage_context import NOW, MemoryContext
from tests.unit.quality._tables import described

PEOPLE = described(
    "crm",
    {
        "id": "Identity.CustomerId",
        "name": "Person.FullName",
        "email": "Contact.Email",
        "changed_at": "Calendar.UpdatedAt",
    },
    key=("id",),
    system="CRM",
    owner="Customer care",
    expected_refresh=dt.timedelta(days=30),
)
ORDERS = described(
    "orders",
    {"customer": "Identity.CustomerId", "total": "Commerce.Amount"},
    key=("number",),
    references=(Reference("customer", "crm", "id"),),
)
GOOD = """SELECT i AS _ordinal, 'C-' || i AS id, 'Anna Muller' AS name, 'anna.' || i || '@example.org' AS email,
    TIMESTAMPTZ '2026-02-20' AS changed_at FROM range(200) r(i)"""
BAD = GOOD.replace("'C-' || i AS", "'C-' || (i // 2) AS")
SOLD = "SELECT i AS number, 'C-' || (i % 100) AS customer, i * 1.5 AS total FROM range(500) r(i)"


@pytest.fixture
def context() -> Iterator[MemoryContext]:
    memory = MemoryContext()
    yield memory
    memory.engine.close()


def stage(*tables: TableDescription, **definition: object) -> QualityStage:
    return QualityStage(tables or (PEOPLE, ORDERS), QualityDefinition(**definition))  # type: ignore[arg-type]  # by name


def grades(context: MemoryContext) -> dict[object, object]:
    return dict(context.rows("SELECT table_name, light FROM quality_tables"))  # type: ignore[arg-type]  # pairs


def test_nothing_to_profile(context: MemoryContext) -> None:
    assert context.run(stage()).outcome is Outcome.UNCHANGED
    assert not context.published


def test_what_a_run_publishes(context: MemoryContext) -> None:
    context.put("crm", GOOD)
    context.put("orders", SOLD)
    result = context.run(stage())
    assert result.outcome is Outcome.COMPLETED
    assert result.figures == {"green": 2, "yellow": 0, "red": 0, "lowest_grade": 100.0, "profiled": 2}
    assert result.rows_in == 700
    assert grades(context) == {"crm": "green", "orders": "green"}
    assert context.rows("SELECT count(*) FROM quality_fields") == [(7,)]
    assert context.rows("SELECT run_id, table_name, grade FROM quality_history ORDER BY 2") == [
        ("run_1", "crm", 100.0),
        ("run_1", "orders", 100.0),
    ]
    assert context.rows(
        "SELECT readiness, owner, system, decision FROM quality_tables WHERE table_name = 'crm'"
    ) == [("ready", "Customer care", "CRM", "met")]
    assert context.rows("SELECT readiness FROM quality_tables WHERE table_name = 'orders'") == [(None,)]


def test_only_what_changed_is_profiled_again(context: MemoryContext) -> None:
    quality = stage()
    context.put("crm", GOOD)
    context.put("orders", SOLD)
    context.run(quality)
    assert context.run(quality).outcome is Outcome.UNCHANGED
    context.put("orders", SOLD.replace("500", "300"))
    result = context.run(quality)
    assert (result.outcome, result.figures["profiled"]) == (Outcome.COMPLETED, 1)
    assert context.rows("SELECT table_name, rows, run_id FROM quality_tables ORDER BY 1") == [
        ("crm", 200, "run_1"),
        ("orders", 300, "run_3"),
    ]
    assert context.rows("SELECT table_name, count(*) FROM quality_history GROUP BY 1 ORDER BY 1") == [
        ("crm", 1),
        ("orders", 2),
    ]
    assert context.rows("SELECT count(*) FROM quality_fields") == [(7,)]


def test_another_definition_or_a_full_run_profiles_anew(context: MemoryContext) -> None:
    context.put("crm", GOOD)
    context.run(stage(PEOPLE))
    assert context.run(stage(PEOPLE, sample_rows=5_000)).figures["profiled"] == 1
    assert context.run(stage(PEOPLE, sample_rows=5_000)).figures["profiled"] == 0
    context.full = True
    assert context.run(stage(PEOPLE, sample_rows=5_000)).figures["profiled"] == 1


def test_time_and_other_tables_change_a_light_without_profiling(context: MemoryContext) -> None:
    quality = stage()
    context.put("crm", GOOD)
    context.put("orders", SOLD)
    context.run(quality)
    late = context.run(quality, now=NOW + dt.timedelta(days=200))
    assert (late.outcome, late.figures["profiled"]) == (Outcome.COMPLETED, 0)
    assert grades(context) == {"crm": "yellow", "orders": "green"}
    context.put("crm", GOOD.replace("range(200)", "range(50)"))
    assert context.run(quality, now=NOW).figures["profiled"] == 1
    assert grades(context) == {"crm": "green", "orders": "red"}
    assert context.rows("SELECT failing FROM quality_checks WHERE check_name = 'references.orphans'") == [
        (250,)
    ]


def test_a_table_that_is_no_longer_described_leaves(context: MemoryContext) -> None:
    context.put("crm", GOOD)
    context.put("orders", SOLD)
    context.run(stage())
    context.put("crm", GOOD)
    context.run(stage(PEOPLE))
    assert grades(context) == {"crm": "green"}
    assert context.rows("SELECT DISTINCT table_name FROM quality_fields") == [("crm",)]


def test_identifiers_are_compared_across_sources(context: MemoryContext) -> None:
    odd = described("erp", {"number": "Identity.CustomerId"})
    quality = QualityStage((PEOPLE, odd), QualityDefinition())
    context.put("crm", GOOD)
    context.put("erp", "SELECT CAST(i AS VARCHAR) AS number FROM range(50) r(i)")
    context.run(quality)
    across = "SELECT table_name, failing FROM quality_checks WHERE check_name = 'identifiers.across_sources'"
    assert context.rows(across) == [("erp", 50)]
    # Now the others are the majority: the table that did not change is looked at again.
    context.put("erp", "SELECT CAST(i AS VARCHAR) AS number FROM range(5000) r(i)")
    assert context.run(quality).figures["profiled"] == 2
    assert context.rows(across) == [("crm", 200)]


def test_below_its_criteria_a_table_stops_the_run(context: MemoryContext) -> None:
    context.put("crm", BAD)
    result = context.run(stage(PEOPLE))
    assert result.outcome is Outcome.COMPLETED_WITH_ERRORS
    (message,) = result.messages
    assert message.startswith("crm is not good enough: keys.unique of id says Fix (100 of 200 keys")
    assert '`onefold quality accept crm --reason "..." --by NAME`' in message
    again = context.run(stage(PEOPLE))
    assert (again.outcome, again.figures["profiled"]) == (Outcome.COMPLETED_WITH_ERRORS, 0)


def test_an_accepted_table_goes_on_and_says_who_accepted_it(context: MemoryContext) -> None:
    context.put("crm", BAD)
    context.run(stage(PEOPLE))
    ((grade,),) = context.rows("SELECT grade FROM quality_tables")
    accepted = Acceptance("crm", float(str(grade)), "known, fixed in May", "Ada Reviewer", NOW)
    quality = QualityStage((PEOPLE,), QualityDefinition(), acceptances=lambda: {"crm": accepted})
    result = context.run(quality)
    assert result.outcome is Outcome.COMPLETED_WITH_WARNINGS
    assert result.messages == (
        "crm is below its criteria and was accepted by Ada Reviewer: known, fixed in May",
    )
    assert context.rows("SELECT decision, accepted_by, accepted_reason FROM quality_tables") == [
        ("accepted", "Ada Reviewer", "known, fixed in May")
    ]


def test_criteria_are_those_of_the_definition(context: MemoryContext) -> None:
    context.put("crm", BAD)
    lenient = AcceptanceCriterion(table="c*", minimum_grade=0, not_red=())
    assert context.run(stage(PEOPLE, acceptance=(lenient,))).outcome is Outcome.COMPLETED
    strict = AcceptanceCriterion(table="crm", minimum_grade=100, not_red=())
    result = context.run(stage(PEOPLE, acceptance=(lenient, strict)))
    assert result.outcome is Outcome.COMPLETED_WITH_ERRORS
    assert "and 100 is wanted" in result.messages[0]


def test_needs_are_the_stages_that_publish() -> None:
    quality = QualityStage((PEOPLE,), QualityDefinition(), needs=["sources.crm"])
    assert (quality.name, quality.group, quality.needs) == ("quality", "quality", frozenset({"sources.crm"}))
    assert quality.fingerprint is None


def test_overview_and_lines(context: MemoryContext) -> None:
    context.put("crm", BAD)
    context.put("orders", SOLD)
    context.run(stage())
    overview = read_overview(context.engine)
    assert [(line.source, line.table, line.light) for line in table_lines(overview)] == [
        ("CRM", "crm", Light.RED),
        ("orders", "orders", Light.GREEN),
    ]
    assert [line.field for line in field_lines(overview)] == [
        "id",
        "name",
        "email",
        "changed_at",
        "number",
        "customer",
        "total",
    ]
    assert problem_lines(overview)[0].check == "keys.unique"
    assert [table.name for table in read_overview(context.engine, "CRM").tables] == ["crm"]
    with pytest.raises(NotFound) as caught:
        read_overview(context.engine, "cmr")
    assert caught.value.code == "quality.source_unknown"
    assert "crm" in caught.value.hint.lower()


def test_before_the_first_run_there_is_nothing_to_show(context: MemoryContext) -> None:
    with pytest.raises(NotFound) as caught:
        read_overview(context.engine)
    assert caught.value.code == "quality.nothing_profiled"


def test_the_report_is_self_contained_and_shows_no_personal_value(context: MemoryContext) -> None:
    context.put("crm", BAD.replace("Anna Muller", "<b>Zebulon</b> & Co").replace("anna.", "zebulon."))
    context.put("orders", SOLD.replace("i * 1.5 AS total", "i * 1.5 AS total, '<i>' || (i % 3) AS state"))
    context.run(stage())
    overview = read_overview(context.engine)
    page = report_html(overview, made_at=NOW)
    for reference in ("http://", "https://", "src=", "@import", "url(", "<script", "<link"):
        assert reference not in page, reference
    assert "prefers-color-scheme: dark" in page
    assert "ebulon" not in page
    assert "&lt;i&gt;0" in page
    assert "<i>" not in page
    assert "onefold quality accept crm" in page
    for section in ("What to look at", "Top values", "Patterns", "Distribution", "Unification: not ready"):
        assert section in page, section


def test_the_json_report_says_the_same(context: MemoryContext) -> None:
    context.put("crm", BAD)
    context.run(stage(PEOPLE))
    overview = read_overview(context.engine)
    plain = json.loads(report_json(overview, made_at=NOW))
    (source,) = plain["sources"]
    (table,) = source["tables"]
    assert (source["name"], table["name"], table["grade"]["light"]) == ("CRM", "crm", "red")
    assert len(table["fields"]) == 4
    assert len(table["checks"]) == len(overview.tables[0].checks)
