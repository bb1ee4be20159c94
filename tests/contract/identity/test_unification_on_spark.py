"""Spark makes the same people of the example company as DuckDB: every group, every value, every reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from tests.contract.identity._company import Unified, company, unified
from tests.contract.identity._everything import elaborate, merged_in_every_way

if TYPE_CHECKING:
    from onefold.foundation.warehouse.spark import SparkWarehouse

PEOPLE: Final = 8_900
RECORDS: Final = 20_000
COMPARED: Final = (
    "profile_records",
    "profiles",
    "profile_lineage",
    "match_evidence",
    "match_rules",
    "match_bypassed",
    "profile_events",
    "profile_aliases",
)


@pytest.mark.spark
@pytest.mark.slow
def test_spark_unifies_twenty_thousand_records_alike(spark_warehouse: SparkWarehouse, tmp_path: Path) -> None:
    read = company(tmp_path / "company", people=PEOPLE)
    here: Unified = unified(read, DuckDBWarehouse(), tmp_path / "duckdb").run()
    there: Unified = unified(read, spark_warehouse, tmp_path / "spark").run()

    assert len(here.rows("profile_records")) >= RECORDS
    assert len(here.rows("match_evidence")) > RECORDS / 2
    _assert_equal(here, there)


@pytest.mark.spark
@pytest.mark.slow
def test_spark_does_everything_that_definitions_can_say(
    spark_warehouse: SparkWarehouse, tmp_path: Path
) -> None:
    read = company(tmp_path / "company", people=300)
    profile = merged_in_every_way(alternates_fill=True)
    here = unified(read, DuckDBWarehouse(), tmp_path / "duckdb")
    there = unified(read, spark_warehouse, tmp_path / "spark")
    for one in (here, there):
        one.run(elaborate("first_rule", one), profile)
    _assert_equal(here, there)


def _assert_equal(here: Unified, there: Unified) -> None:
    assert there.people() == here.people()
    for table in COMPARED:
        expected, found = here.rows(table), there.rows(table)
        assert len(found) == len(expected), table
        different = [pair for pair in zip(expected, found, strict=True) if pair[0] != pair[1]]
        assert not different, f"{table}: {len(different)} rows differ, such as {different[:2]}"
