"""Every statement of identity and profiles means the same on every engine: the embedded one refuses the others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from onefold.foundation.warehouse import Sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity.block_report import block_report
from onefold.identity.evaluate import evaluate, load_truth
from onefold.identity.explain import explain_pair
from onefold.identity.model import RecordKey
from onefold.profiles import explain_profile
from tests.contract.identity._company import Company, Unified, company, unified
from tests.contract.identity._everything import elaborate, merged_in_every_way

PEOPLE: Final = 300


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return company(tmp_path_factory.mktemp("company") / "workspace", people=PEOPLE)


@pytest.fixture
def workspace(read: Company, tmp_path: Path) -> Unified:
    return unified(read, DuckDBWarehouse(check_portable=True), tmp_path / "lake")


@pytest.mark.parametrize("mode", ["all_rules", pytest.param("first_rule", marks=pytest.mark.slow)])
def test_all_that_definitions_can_say_is_portable(mode: str, workspace: Unified) -> None:
    identity = elaborate(mode, workspace)
    profile = merged_in_every_way(alternates_fill=mode == "first_rule")
    records = len(workspace.run(identity, profile).rows("profile_records"))
    rows = workspace.rows("match_evidence")
    assert {"cut", "match"} == {row[7] for row in rows}
    assert workspace.rows("match_bypassed")
    moments = workspace.files.rows(Sql("SELECT moments FROM profiles WHERE moments IS NOT NULL"))
    assert moments
    assert all(str(texts).endswith("Z']") for (texts,) in moments)
    # The second run finds the people of the first.
    workspace.again("run_later").run(workspace.company.identity, profile)
    assert len(workspace.rows("profile_records")) >= records
    assert {"split", "merged", "joined"} & {row[2] for row in workspace.rows("profile_events")}
    assert workspace.rows("profile_aliases")


def test_the_shipped_definitions_and_what_explains_them_are_portable(workspace: Unified) -> None:
    found, warehouse = workspace.company, workspace.warehouse
    workspace.run()
    assert block_report(warehouse, found.identity, found.descriptions)
    load_truth(warehouse, found.directory / "truth" / "truth.csv")
    assert evaluate(warehouse).precision > 0.9
    left_source, left, right_source, right = (str(part) for part in workspace.rows("match_evidence")[0][:4])
    pair = explain_pair(
        warehouse,
        found.identity,
        found.descriptions,
        RecordKey(table=left_source, id=left),
        RecordKey(table=right_source, id=right),
    )
    assert pair.same_profile
    assert pair.left_profile is not None
    profile = explain_profile(warehouse, found.profile, found.identity, found.descriptions, pair.left_profile)
    assert len(profile.records) >= 2
