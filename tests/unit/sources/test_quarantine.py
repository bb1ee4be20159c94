"""The table of all sources' rejected rows."""

from pathlib import Path

import pytest

import onefold
from onefold.runs import Outcome, RunReport

BAD = "id,n\n1,5\n2,x\n"
GOOD = "id,n\n1,5\n2,6\n"
SOURCE = """kind: source
name: {name}
connector: {{kind: csv, path: {name}.csv}}
primary_key: id
columns: [{{name: n, type: integer}}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "onefold.yaml").write_text("kind: workspace\nname: shop\n")
    for name in ("crm", "till"):
        (tmp_path / f"{name}.yaml").write_text(SOURCE.format(name=name))
        (tmp_path / f"{name}.csv").write_text(BAD)
    return tmp_path


def run(shop: Path) -> tuple[RunReport, list[tuple[object, ...]]]:
    with onefold.open(shop) as workspace:
        report = workspace.run()
        rows = workspace.sql('select source, file, line, field, raw_value from quarantine order by "source"')
    return report, [tuple(row.values()) for row in rows.to_pylist()]


def outcome(report: RunReport) -> Outcome:
    return next(stage.outcome for stage in report.stages if stage.stage == "sources.quarantine")


def test_one_table_shows_what_waits_in_all_sources(shop: Path) -> None:
    assert run(shop)[1] == [("crm", "crm.csv", 3, "n", "x"), ("till", "till.csv", 3, "n", "x")]
    report, _ = run(shop)
    assert outcome(report) is Outcome.UNCHANGED
    (shop / "crm.csv").write_text(GOOD)
    (shop / "till.csv").unlink()  # its stage fails, and its row still waits
    assert run(shop)[1] == [("till", "till.csv", 3, "n", "x")]
    (shop / "till.yaml").unlink()
    assert run(shop)[1] == []


def test_rows_of_a_source_that_fits_nowhere_are_there_too(shop: Path) -> None:
    (shop / "crm.csv").write_text("id,n\n1,x\n2,y\n")
    report, rows = run(shop)
    assert {stage.stage: stage.outcome for stage in report.stages}[
        "sources.crm"
    ] is Outcome.COMPLETED_WITH_ERRORS
    assert [row[0] for row in rows] == ["crm", "crm", "till"]


def test_nothing_waits_at_first(shop: Path) -> None:
    for name in ("crm", "till"):
        (shop / f"{name}.csv").write_text(GOOD)
    report, rows = run(shop)
    assert (outcome(report), rows) == (Outcome.COMPLETED, [])
