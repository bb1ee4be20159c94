"""When a stage runs, what it may see, what is kept of it, and how the run is called in the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from deltalake import write_deltalake

from onefold.foundation.kernel import InvalidInput, NotFound
from onefold.foundation.store import Store, migrate
from onefold.foundation.store.sqlite import SQLiteStore
from onefold.foundation.warehouse import Column, ColumnType, Sql, TableRef
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.lake import Lake
from onefold.runs import (
    Outcome,
    Runner,
    RunOptions,
    RunReport,
    RunStatus,
    Stage,
    StageContext,
    StageResult,
    recent_runs,
)
from onefold.runs.storage import last_manifest, manifest_of_run, memories, recent_manifests
from onefold.testing.clock import FakeClock
from tests.fault.small_run import START, Body, PlainStage, table


@dataclass
class House:
    """A workspace to run stages in."""

    directory: Path
    store: Store
    lake: Lake
    warehouse: DuckDBWarehouse
    clock: FakeClock
    ran: list[str] = field(default_factory=list)

    def run(
        self, *stages: Stage, only: Sequence[str] = (), full: bool = False, keep_runs: int = 10
    ) -> RunReport:
        self.ran.clear()
        self.clock.move(dt.timedelta(hours=1))
        runner = Runner(self.store, self.lake, self.warehouse, self.warehouse, self.clock)
        options = RunOptions(only=tuple(only), full=full, keep_runs=keep_runs)
        return runner.run(lambda: stages, options)

    def stage(
        self, name: str, *needs: str, mark: str | None = "1", body: Body | None = None, value: int = 1
    ) -> PlainStage:
        """A stage that publishes a table of its name with one row, and notes that it ran."""

        def publish(context: StageContext) -> StageResult:
            self.ran.append(name)
            if body is not None:
                return body(context)
            context.publish(table(name, "n"), Sql(f"SELECT {value} AS n"))
            return StageResult(rows_out=1, state={"value": value})

        return PlainStage(name, publish, frozenset(needs), mark)

    def tables(self) -> dict[str, int]:
        with self.store.read() as connection:
            return dict(last_manifest(connection).tables)

    def read(self, name: str) -> list[tuple[object, ...]]:
        self.lake.view(self.warehouse, name, self.tables()[name])
        return self.warehouse.rows(Sql(f"SELECT * FROM {name} ORDER BY ALL"))

    def history(self) -> list[RunReport]:
        with self.store.read() as connection:
            return recent_runs(connection, 100)


@pytest.fixture
def house(tmp_path: Path) -> House:
    store = SQLiteStore(tmp_path / ".onefold" / "store.db")
    migrate(store)
    return House(tmp_path, store, Lake(tmp_path / "lake"), DuckDBWarehouse(threads=1), FakeClock(START))


def result(outcome: Outcome, state: dict[str, object] | None = None) -> Callable[[StageContext], StageResult]:
    return lambda _: StageResult(outcome, state=state)


# What runs


def test_what_has_not_changed_is_passed_over(house: House) -> None:
    stages = [house.stage("a"), house.stage("b", "a")]
    house.run(*stages)
    assert house.ran == ["a", "b"]
    report = house.run(*stages)
    assert house.ran == []
    assert [stage.outcome for stage in report.stages] == [Outcome.UNCHANGED] * 2
    assert report.status is RunStatus.COMPLETED
    with house.store.read() as connection:
        assert len(recent_manifests(connection, 100)) == 1


def test_a_changed_definition_runs_and_what_needs_it(house: House) -> None:
    house.run(house.stage("a"), house.stage("b", "a"), house.stage("c"))
    house.run(house.stage("a", mark="2"), house.stage("b", "a"), house.stage("c"))
    assert house.ran == ["a", "b"]


def test_a_stage_that_ran_and_published_nothing_leaves_its_dependents_alone(house: House) -> None:
    house.run(house.stage("a"), house.stage("b", "a"))
    quiet = house.stage("a", mark="2", body=result(Outcome.UNCHANGED))
    house.run(quiet, house.stage("b", "a"))
    assert house.ran == ["a"]


def test_a_stage_without_fingerprint_looks_each_time(house: House) -> None:
    house.run(house.stage("a", mark=None), house.stage("b", "a"))
    house.run(house.stage("a", mark=None, body=result(Outcome.UNCHANGED)), house.stage("b", "a"))
    assert house.ran == ["a"]


def test_full_runs_everything(house: House) -> None:
    stages = [house.stage("a"), house.stage("b", "a")]
    house.run(*stages)
    seen: list[bool] = []

    def look(context: StageContext) -> StageResult:
        seen.append(context.full)
        return StageResult()

    report = house.run(house.stage("a", body=look), house.stage("b", "a"), full=True)
    assert house.ran == ["a", "b"]
    assert seen == [True]
    assert report.is_full


def test_only_runs_the_stages_named_or_their_group(house: House) -> None:
    stages = [house.stage("sources.a"), house.stage("sources.b"), house.stage("c", "sources.a")]
    for stage in stages:
        assert stage.group in {"sources", "c"}
    only = [PlainStage(s.name, quiet(house, s.name), s.needs, "1") for s in stages]
    report = house.run(*only, only=["sources"])
    assert house.ran == ["sources.a", "sources.b"]
    assert report.stages[2].outcome is Outcome.NOT_SELECTED
    assert report.status is RunStatus.COMPLETED
    house.run(*only, only=["c", "sources.b"])
    assert house.ran == ["c"]  # the other is unchanged


def quiet(house: House, name: str) -> Body:
    def body(context: StageContext) -> StageResult:
        house.ran.append(name)
        context.publish(table(name.rpartition(".")[2], "n"), Sql("SELECT 1 AS n"))
        return StageResult()

    return body


def test_only_an_unknown_stage_is_an_error_with_the_nearest(house: House) -> None:
    with pytest.raises(InvalidInput) as caught:
        house.run(house.stage("identity"), only=["identiti"])
    assert caught.value.code == "runs.stage_unknown"
    assert "identity" in caught.value.hint
    assert house.history() == []


def test_what_was_left_out_while_its_input_changed_runs_at_the_next_chance(house: House) -> None:
    def stages(mark: str) -> list[Stage]:
        return [house.stage("a", mark=mark), house.stage("b", "a")]

    house.run(*stages("1"))
    house.run(*stages("2"), only=["a"])
    house.run(*stages("2"))
    assert house.ran == ["b"]
    house.run(*stages("2"))
    assert house.ran == []


def test_what_failed_while_its_input_changed_runs_at_the_next_chance(house: House) -> None:
    seen: list[bool] = []

    def look(context: StageContext) -> StageResult:
        seen.append(context.changed("a"))
        context.publish(table("b", "n"), Sql("SELECT 1 AS n"))
        return StageResult()

    house.run(house.stage("a"), house.stage("b", "a", body=look))
    house.run(house.stage("a", mark="2"), house.stage("b", "a", body=result(Outcome.FAILED)))
    report = house.run(house.stage("a", mark="2"), house.stage("b", "a", body=look))
    assert [stage.outcome for stage in report.stages] == [Outcome.UNCHANGED, Outcome.COMPLETED]
    house.run(house.stage("a", mark="2"), house.stage("b", "a", body=look, mark="3"))
    assert seen == [True, True, False]


# Outcomes


@pytest.mark.parametrize(
    ("outcome", "status", "dependent"),
    [
        (Outcome.COMPLETED, RunStatus.COMPLETED, Outcome.COMPLETED),
        (Outcome.UNCHANGED, RunStatus.COMPLETED, Outcome.COMPLETED),
        (Outcome.COMPLETED_WITH_WARNINGS, RunStatus.COMPLETED_WITH_WARNINGS, Outcome.COMPLETED),
        (Outcome.STOPPED, RunStatus.COMPLETED_WITH_ERRORS, Outcome.COMPLETED),
        (Outcome.COMPLETED_WITH_ERRORS, RunStatus.COMPLETED_WITH_ERRORS, Outcome.SKIPPED),
        (Outcome.FAILED, RunStatus.COMPLETED_WITH_ERRORS, Outcome.SKIPPED),
    ],
)
def test_the_outcome_decides_for_the_run_and_for_dependents(
    house: House, outcome: Outcome, status: RunStatus, dependent: Outcome
) -> None:
    report = house.run(house.stage("a", body=result(outcome)), house.stage("b", "a"), house.stage("c", "b"))
    assert report.status is status
    assert [stage.outcome for stage in report.stages] == [outcome, dependent, dependent]
    if dependent is Outcome.SKIPPED:
        assert report.stages[1].messages == ("Left as it was, because a did not complete.",)
    assert house.history()[0] == report


@pytest.mark.parametrize(
    ("outcome", "tables", "states", "runs_again"),
    [
        (Outcome.COMPLETED, {"a"}, {"a": {"seen": 1}}, False),
        (Outcome.COMPLETED_WITH_WARNINGS, {"a"}, {"a": {"seen": 1}}, False),
        (Outcome.COMPLETED_WITH_ERRORS, {"a"}, {"a": {"seen": 1}}, True),
        (Outcome.STOPPED, set(), {}, True),
        (Outcome.FAILED, set(), {}, True),
    ],
)
def test_tables_and_state_are_kept_together_or_not_at_all(
    house: House, outcome: Outcome, tables: set[str], states: dict[str, object], *, runs_again: bool
) -> None:
    def body(context: StageContext) -> StageResult:
        context.publish(table("a", "n"), Sql("SELECT 1 AS n"))
        return StageResult(outcome, state={"seen": 1})

    house.run(house.stage("a", body=body))
    assert set(house.tables()) == tables
    with house.store.read() as connection:
        assert {name: memory.state for name, memory in memories(connection).items()} == states
    house.run(house.stage("a", body=body))
    assert bool(house.ran) is runs_again


def test_a_stage_that_gives_no_state_keeps_its_own(house: House) -> None:
    house.run(house.stage("a", mark=None, body=result(Outcome.COMPLETED, {"seen": 1})))
    house.run(house.stage("a", mark=None, body=result(Outcome.COMPLETED)))
    seen: list[object] = []

    def look(context: StageContext) -> StageResult:
        seen.append(context.state)
        return StageResult()

    house.run(house.stage("a", mark=None, body=look))
    assert seen == [{"seen": 1}]


# Publishing


def test_later_stages_see_what_earlier_ones_published_and_a_failed_one_takes_it_back(house: House) -> None:
    house.run(house.stage("a", value=1))
    seen: list[object] = []

    def broken(context: StageContext) -> StageResult:
        context.publish(table("a", "n"), Sql("SELECT n + 10 AS n FROM a"))
        context.publish(table("fresh", "n"), Sql("SELECT 1 AS n"))
        seen.extend(context.warehouse.rows(Sql("SELECT n FROM a")))
        message = "broken"
        raise RuntimeError(message)

    def look(context: StageContext) -> StageResult:
        seen.extend(context.warehouse.rows(Sql("SELECT n FROM a")))
        seen.append((context.exists("a"), context.exists("fresh")))
        return StageResult()

    house.run(house.stage("a", mark="2", body=broken), house.stage("z", body=look))
    assert seen == [(11,), (1,), (True, False)]
    assert house.read("a") == [(1,)]


def test_a_table_may_be_published_twice_and_added_to_within_a_stage(house: House) -> None:
    def body(context: StageContext) -> StageResult:
        for value in (1, 2):
            context.publish(table("a", "n"), Sql(f"SELECT {value} AS n"))
        for value in (3, 4):
            context.publish(table("a", "n"), Sql(f"SELECT {value} AS n"), append=True)
            context.publish(table("log", "n"), Sql(f"SELECT {value} AS n"), append=True)
        return StageResult(rows_out=len(context.warehouse.rows(Sql("SELECT * FROM a"))))

    report = house.run(house.stage("a", mark=None, body=body))
    assert report.stages[0].rows_out == 3
    house.run(house.stage("a", mark=None, body=body))
    assert house.read("a") == [(2,), (3,), (4,)]
    assert house.read("log") == [(3,), (3,), (4,), (4,)]
    assert pl.read_delta(str(house.lake.path("log"))).height == 4
    held = {path for name, version in house.tables().items() for path in house.lake.files(name, version)}
    assert held <= set(house.lake.directory.rglob("*.parquet"))


def test_adding_rows_of_another_shape_writes_the_older_ones_anew(house: House) -> None:
    house.run(house.stage("a", value=1))
    wider = TableRef("a", (Column("more", ColumnType.TEXT), Column("n", ColumnType.NUMBER)))

    def body(context: StageContext) -> StageResult:
        return StageResult(rows_out=context.publish(wider, Sql("SELECT 'x' AS more, 2.5 AS n"), append=True))

    house.run(house.stage("a", mark="2", body=body))
    assert house.read("a") == [("x", 2.5), (None, 1.0)]
    assert sorted(pl.read_delta(str(house.lake.path("a"))).rows(), key=str) == [("x", 2.5), (None, 1.0)]


def test_two_stages_cannot_publish_one_table(house: House) -> None:
    def body(context: StageContext) -> StageResult:
        context.publish(table("a", "n"), Sql("SELECT 2 AS n"))
        return StageResult()

    report = house.run(house.stage("a"), house.stage("b", body=body))
    assert report.stages[1].error_code == "runs.two_writers"
    assert house.read("a") == [(1,)]


# What others put into the lake


def test_foreign_files_and_folders_stand(house: House) -> None:
    house.lake.directory.mkdir(parents=True)
    (house.lake.directory / "notes.txt").write_text("somebody's")
    (house.lake.directory / "folder").mkdir()
    (house.lake.directory / "folder" / "data.parquet").write_bytes(b"somebody's")
    write_deltalake(house.lake.path("theirs"), pl.DataFrame({"n": [7]}))
    for mark in ("1", "2"):
        assert house.run(house.stage("a", mark=mark), keep_runs=1).status is RunStatus.COMPLETED
    assert (house.lake.directory / "folder" / "data.parquet").exists()
    assert (house.lake.directory / "notes.txt").exists()
    assert pl.read_delta(str(house.lake.path("theirs"))).rows() == [(7,)]


def test_a_foreign_table_in_the_place_of_ours_fails_that_stage_only(house: House) -> None:
    write_deltalake(house.lake.path("a"), pl.DataFrame({"n": [7]}))
    report = house.run(house.stage("a"), house.stage("b"))
    assert report.stages[0].error_code == "lake.table_foreign"
    assert set(house.tables()) == {"b"}
    assert pl.read_delta(str(house.lake.path("a"))).rows() == [(7,)]


def test_what_others_write_to_our_tables_is_taken_back(house: House) -> None:
    house.run(house.stage("a"), house.stage("b"))
    write_deltalake(house.lake.path("a"), pl.DataFrame({"n": [99]}), mode="append")
    assert house.read("a") == [(1,)]  # readers through Onefold never saw it
    house.run(house.stage("a"), house.stage("b"))
    assert house.read("a") == [(1,)]
    assert pl.read_delta(str(house.lake.path("a"))).rows() == [(1,)]
    first = house.history()[-1].run_id
    with house.store.read() as connection:
        manifest = manifest_of_run(connection, first)
    assert manifest is not None
    assert manifest.tables == house.tables()


def test_a_lost_table_stops_the_run_and_a_full_one_makes_it_anew(house: House) -> None:
    house.run(house.stage("a"), house.stage("b", "a"))
    (house.lake.directory / "a").rename(house.directory / "away")
    with pytest.raises(NotFound) as caught:
        house.run(house.stage("a"), house.stage("b", "a"))
    assert caught.value.code == "lake.table_lost"
    assert "a." in caught.value.message
    report = house.run(house.stage("a"), house.stage("b", "a"), full=True)
    assert report.status is RunStatus.COMPLETED
    assert house.read("a") == house.read("b") == [(1,)]
    assert house.run(house.stage("a"), house.stage("b", "a")).status is RunStatus.COMPLETED


# History


def test_tables_whose_definition_is_gone_leave_and_are_said(house: House) -> None:
    house.run(house.stage("sources.a", body=quiet(house, "a")), house.stage("b"))
    report = house.run(house.stage("b"))
    assert [stage.stage for stage in report.stages] == ["sources.a", "b"]
    assert "a can be read in earlier runs only" in report.stages[0].messages[0]
    assert report.stages[0].group == "sources"
    assert set(house.tables()) == {"b"}
    assert pl.read_delta(str(house.lake.path("a"))).height == 1
    assert [stage.stage for stage in house.run(house.stage("b")).stages] == ["b"]
    # When no manifest that is kept holds it any more, its files go.
    house.run(house.stage("b", mark="3"), keep_runs=1)
    assert not house.lake.path("a").exists()
    # It can come back, and begins anew.
    house.run(house.stage("sources.a", body=quiet(house, "a")), house.stage("b", mark="3"))
    assert house.read("a") == [(1,)]


def test_a_stage_that_is_not_selected_is_not_gone(house: House) -> None:
    house.run(house.stage("a"), house.stage("b"))
    house.run(house.stage("a"), house.stage("b"), only=["a"])
    assert set(house.tables()) == {"a", "b"}


def test_history_tells_the_newest_runs_and_the_kept_ones_can_be_read(house: House) -> None:
    for number in range(6):
        house.run(house.stage("a", mark=str(number), value=number), house.stage("steady"), keep_runs=3)
    runs = house.history()
    assert [run.started_at for run in runs] == sorted((run.started_at for run in runs), reverse=True)
    assert len(runs) == 6
    with house.store.read() as connection:
        assert len(recent_runs(connection, 2)) == 2
        manifests = recent_manifests(connection, 10)
        gone = manifest_of_run(connection, runs[-1].run_id)
    assert [manifest.run_id for manifest in manifests] == [run.run_id for run in runs[:3]]
    assert gone is None
    for manifest, value in zip(manifests, (5, 4, 3), strict=True):
        for name, expected in (("a", value), ("steady", 1)):
            house.lake.view(house.warehouse, name, manifest.tables[name])
            assert house.warehouse.rows(Sql(f"SELECT n FROM {name}")) == [(expected,)]
    held = {
        path
        for kept in manifests
        for name, version in kept.tables.items()
        for path in house.lake.files(name, version)
    }
    assert set(house.lake.directory.glob("*/run_*/*")) == held


def test_a_report_as_json_has_everything(house: House) -> None:
    told = house.run(house.stage("a")).as_dict()
    assert told["status"] == "completed"
    assert told["full"] is False
    assert told["error"] == ""
    assert isinstance(told["stages"], list)
    assert [stage["rows_out"] for stage in told["stages"]] == [1]
