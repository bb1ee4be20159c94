"""A run that is killed leaves the last good run: for readers through Onefold, for others, for the next run."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from deltalake.exceptions import TableNotFoundError

from onefold.foundation.warehouse import Sql, ident, sql
from onefold.foundation.warehouse.lake import Lake
from onefold.runs import RunStatus, recent_runs
from onefold.runs.storage import last_manifest, running
from onefold.testing.faults import PointWatcher
from onefold.workspace import Workspace
from tests.fault import small_run
from tests.fault.small_run import EXPECTED, POINTS, POINTS_AFTER, POINTS_BEFORE, POINTS_BETWEEN, TABLES

# A server that has the imports done and forks: a process a test costs a tenth of a second, not two.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.fault.small_run"])

Rows = list[tuple[object, ...]]
FAST = ("staged events", "prepared", "deciding", "decided", "settled people", "settled totals")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after its first good run."""
    directory = tmp_path_factory.mktemp("good")
    (directory / "onefold.yaml").write_text("kind: workspace\nname: workspace\n")
    small_run.run_generation(directory, 1)
    return directory


@pytest.fixture
def workspace(good: Path, tmp_path: Path) -> Path:
    """A copy of it, to be broken."""
    return Path(shutil.copytree(good, tmp_path / "workspace"))


def die(workspace: Path, at: str, *, generation: int = 2) -> None:
    """Run in a process of its own, which is killed at the point."""
    process = _processes.Process(target=small_run.run_and_die, args=(workspace, generation, at))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def through_onefold(directory: Path) -> dict[str, Rows]:
    """Return every table as a reader through Onefold sees it."""
    found = {}
    with Workspace(directory) as workspace, workspace.reader() as warehouse:
        for name in workspace.tables():
            found[name] = sorted(warehouse.rows(sql("SELECT * FROM {name}", name=ident(name))))
        if "people" in found:
            counted = "SELECT (SELECT count(*) FROM people), (SELECT people FROM totals)"
            ((people, total),) = warehouse.rows(Sql(counted))
            assert people == total
    return found


def without_onefold(directory: Path) -> dict[str, Rows]:
    """Return every table as Polars sees it, knowing nothing of Onefold."""
    found = {}
    for name in TABLES:
        try:
            found[name] = sorted(pl.read_delta(str(directory / "lake" / name)).rows())
        except (TableNotFoundError, FileNotFoundError):
            continue
    return found


def assert_nothing_lies_about(directory: Path) -> None:
    """Every file below the lake is in the log of its table, or the log itself."""
    lake = Lake(directory / "lake")
    with Workspace(directory) as workspace:
        tables = workspace.manifest().tables
        known = {path for manifest in workspace.manifests() for path in files(lake, manifest.tables)}
    there = {path for path in (directory / "lake").rglob("*") if path.is_file()}
    assert {path for path in there if path.parent.name != "_delta_log"} == known
    logs = {path.name for path in there if path.parent.name == "_delta_log"}
    assert all(name.endswith(".json") and name[:20].isdigit() for name in logs)
    assert {path.name for path in (directory / "lake").iterdir()} == set(tables)


def files(lake: Lake, tables: Mapping[str, int]) -> set[Path]:
    return {path for name, version in tables.items() for path in lake.files(name, version)}


def assert_the_next_run_is_good(directory: Path, *, statuses: list[RunStatus]) -> None:
    small_run.run_generation(directory, 2)
    assert through_onefold(directory) == EXPECTED[2]
    assert without_onefold(directory) == EXPECTED[2]
    assert_nothing_lies_about(directory)
    store = small_run.open_store(directory)
    with store.read() as connection:
        assert running(connection) == []
        assert [run.status for run in recent_runs(connection, 10)] == statuses
    store.close()


def test_the_points_are_these(workspace: Path) -> None:
    watcher = PointWatcher()
    small_run.run_generation(workspace, 2, watcher)
    assert tuple(watcher.points) == POINTS
    assert through_onefold(workspace) == without_onefold(workspace) == EXPECTED[2]


@pytest.mark.parametrize(
    "at", [pytest.param(at, marks=() if at in FAST else pytest.mark.slow) for at in POINTS_BEFORE]
)
def test_killed_before_the_decision_the_last_good_run_stands(workspace: Path, at: str) -> None:
    die(workspace, at)
    assert without_onefold(workspace) == EXPECTED[1]
    assert through_onefold(workspace) == EXPECTED[1]
    assert_the_next_run_is_good(
        workspace, statuses=[RunStatus.COMPLETED, RunStatus.DIED, RunStatus.COMPLETED]
    )


@pytest.mark.parametrize(
    "at", [pytest.param(at, marks=() if at in FAST else pytest.mark.slow) for at in POINTS_BETWEEN]
)
def test_killed_after_the_decision_the_new_run_stands_once_onefold_has_looked(
    workspace: Path, at: str
) -> None:
    die(workspace, at)
    # Others see each table whole, and never one that is newer than the decision.
    settled = POINTS_BETWEEN[1 : POINTS_BETWEEN.index(at) + 1]
    seen = without_onefold(workspace)
    for name in TABLES:
        generation = 2 if f"settled {name}" in settled else 1
        assert seen.get(name) == EXPECTED[generation].get(name)
    assert through_onefold(workspace) == EXPECTED[2]
    assert without_onefold(workspace) == EXPECTED[2]
    assert_the_next_run_is_good(
        workspace, statuses=[RunStatus.COMPLETED, RunStatus.COMPLETED, RunStatus.COMPLETED]
    )


@pytest.mark.parametrize("at", ["decided", "settled people"])
def test_the_next_run_settles_too(workspace: Path, at: str) -> None:
    die(workspace, at)
    assert_the_next_run_is_good(
        workspace, statuses=[RunStatus.COMPLETED, RunStatus.COMPLETED, RunStatus.COMPLETED]
    )


@pytest.mark.parametrize("at", [pytest.param(at, marks=pytest.mark.slow) for at in POINTS_AFTER])
def test_killed_after_all_is_done_the_new_run_stands(workspace: Path, at: str) -> None:
    die(workspace, at)
    assert without_onefold(workspace) == EXPECTED[2]
    assert through_onefold(workspace) == EXPECTED[2]
    assert_the_next_run_is_good(
        workspace, statuses=[RunStatus.COMPLETED, RunStatus.COMPLETED, RunStatus.COMPLETED]
    )


@pytest.mark.parametrize("at", ["staged people", "prepared", "decided", "settled people"])
def test_a_first_run_that_is_killed_leaves_nothing_or_all(tmp_path: Path, at: str) -> None:
    (tmp_path / "onefold.yaml").write_text("kind: workspace\nname: workspace\n")
    die(tmp_path, at, generation=1)
    generation = 1 if at in POINTS_BETWEEN else 0
    assert through_onefold(tmp_path) == EXPECTED[generation]
    assert without_onefold(tmp_path) == EXPECTED[generation]
    small_run.run_generation(tmp_path, 1)
    assert through_onefold(tmp_path) == without_onefold(tmp_path) == EXPECTED[1]
    assert_nothing_lies_about(tmp_path)


@pytest.mark.parametrize("at", ["staged totals", "decided"])
def test_killed_again_and_again_the_next_good_run_is_right(workspace: Path, at: str) -> None:
    for _ in range(2):
        die(workspace, "staged people" if at == "decided" else at)
    die(workspace, at)
    small_run.run_generation(workspace, 2)
    assert through_onefold(workspace) == without_onefold(workspace) == EXPECTED[2]
    assert_nothing_lies_about(workspace)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_moment_one_run_or_the_other_stands(workspace: Path, seed: int) -> None:
    process = _processes.Process(target=small_run.run_generation, args=(workspace, 2))
    process.start()
    time.sleep(random.Random(seed).uniform(0.05, 0.8))  # noqa: S311 - a moment, not a secret
    process.kill()
    process.join()
    seen = through_onefold(workspace)
    assert seen in (EXPECTED[1], EXPECTED[2])
    assert without_onefold(workspace) == seen
    small_run.run_generation(workspace, 2)
    assert through_onefold(workspace) == without_onefold(workspace) == EXPECTED[2]
    assert_nothing_lies_about(workspace)


def test_a_reader_that_is_open_while_the_next_run_commits_goes_on_reading_its_own(workspace: Path) -> None:
    with Workspace(workspace) as reading, reading.reader() as warehouse:
        small_run.run_generation(workspace, 2)
        assert warehouse.rows(Sql("SELECT count(*) FROM people")) == [(10,)]
        assert warehouse.rows(Sql("SELECT people, events FROM totals")) == [(10, 1)]
    with Workspace(workspace) as after:
        runs = [manifest.run_id for manifest in after.manifests()]
        assert after.table("totals", run_id=runs[1]).to_arrow().to_pylist()[0]["people"] == 10
        store = after.store
        with store.read() as connection:
            assert last_manifest(connection).run_id == runs[0]
