"""What goes wrong in a run, short of a kill: an exception, Ctrl-C, a full disk, another run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from onefold.foundation.kernel import OnefoldError
from onefold.foundation.store import LockedError
from onefold.foundation.warehouse import Sql
from onefold.runs import Outcome, RunOptions, RunReport, RunStatus, StageContext, StageResult, recent_runs
from onefold.testing.faults import InjectedError, PointWatcher
from tests.fault import small_run
from tests.fault.small_run import EXPECTED, POINTS, POINTS_BEFORE, PlainStage
from tests.fault.test_kill import _processes, assert_nothing_lies_about, through_onefold, without_onefold

FAST = (
    "started totals",
    "ended sources.people",
    "prepared",
    "deciding",
    "decided",
    "settled people",
    "visible",
)
IN_A_STAGE = {f"staged {name}" for name in small_run.TABLES}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after its first good run; not to be changed."""
    directory = tmp_path_factory.mktemp("good")
    (directory / "onefold.yaml").write_text("kind: workspace\nname: workspace\n")
    small_run.run_generation(directory, 1)
    return directory


@pytest.fixture
def workspace(good: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(good, tmp_path, dirs_exist_ok=True))


def history(directory: Path) -> list[RunReport]:
    store = small_run.open_store(directory)
    with store.read() as connection:
        found = recent_runs(connection, 20)
    store.close()
    return found


def assert_good(directory: Path, generation: int) -> None:
    assert through_onefold(directory) == without_onefold(directory) == EXPECTED[generation]


@pytest.mark.parametrize(
    "at",
    [pytest.param(at, marks=() if at in FAST else pytest.mark.slow) for at in POINTS if at not in IN_A_STAGE],
)
def test_an_error_at_any_point_leaves_one_run_or_the_other(workspace: Path, at: str) -> None:
    with pytest.raises(InjectedError):
        small_run.run_generation(workspace, 2, PointWatcher(at))
    decided = at not in POINTS_BEFORE
    last = history(workspace)[0]
    assert last.status is (RunStatus.COMPLETED if decided else RunStatus.FAILED)
    assert last.ended_at is not None
    assert last.error == ("" if decided else "Unexpected InjectedError; nothing of it became visible.")
    assert through_onefold(workspace) == EXPECTED[2 if decided else 1]
    assert_good(workspace, 2 if decided else 1)
    small_run.run_generation(workspace, 2)
    assert_good(workspace, 2)
    assert_nothing_lies_about(workspace)


@pytest.mark.parametrize("at", sorted(IN_A_STAGE))
def test_an_error_while_a_stage_publishes_is_the_stages(workspace: Path, at: str) -> None:
    report = small_run.run_generation(workspace, 2, PointWatcher(at))
    assert report.status is RunStatus.COMPLETED_WITH_ERRORS
    assert Outcome.FAILED in {stage.outcome for stage in report.stages}
    # What did not fail is kept; the failed stage's own tables, and those of its dependents, are the last good ones.
    seen, failed = without_onefold(workspace), at.removeprefix("staged ")
    kept = {
        name
        for name in ("people", "extra", "events")
        if at not in ("staged people", "staged extra") or name == "events"
    }
    new = kept - {failed}
    assert seen == EXPECTED[1] | {name: EXPECTED[2][name] for name in new}
    small_run.run_generation(workspace, 2)
    assert_good(workspace, 2)
    assert_nothing_lies_about(workspace)


def test_an_error_in_a_stage_fails_it_skips_its_dependents_and_keeps_the_rest(workspace: Path) -> None:
    def broken(context: StageContext) -> StageResult:
        context.publish(small_run.EVENTS, Sql("SELECT 9 AS generation"))
        message = "a cell's value: jane@example.org"
        raise ValueError(message)

    def build() -> list[PlainStage]:
        made = {stage.name: stage for stage in small_run.stages(2)}
        broken_one = PlainStage("sources.events", broken, fingerprint="2")
        return [made["sources.people"], broken_one, made["totals"]]  # type: ignore[list-item]  # they are PlainStages

    report = small_run.run(workspace, build)
    assert report.status is RunStatus.COMPLETED_WITH_ERRORS
    assert [stage.outcome for stage in report.stages] == [Outcome.COMPLETED, Outcome.FAILED, Outcome.SKIPPED]
    assert report.stages[1].error_code == "runs.unexpected"
    assert "jane" not in str(report.as_dict())
    seen = without_onefold(workspace)
    assert seen == EXPECTED[1] | {"people": EXPECTED[2]["people"], "extra": EXPECTED[2]["extra"]}
    assert not list((workspace / "lake" / "events").glob(f"{report.run_id}/*"))
    # The skipped stage's input changed while it could not run: it is not taken for unchanged now.
    assert small_run.run_generation(workspace, 2).status is RunStatus.COMPLETED
    assert_good(workspace, 2)


@pytest.mark.parametrize("where", ["query", "python", "swallowed", "renamed"])
def test_ctrl_c_ends_the_run_and_leaves_the_last_good_one(workspace: Path, where: str) -> None:
    process = _processes.Process(target=small_run.interrupted_run, args=(workspace, where))
    process.start()
    deadline = time.monotonic() + 60
    while not (workspace / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.3)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGINT)
    process.join(60)
    assert process.exitcode == 77
    assert "run.stage_failed" not in (workspace / "logged").read_text()
    last = history(workspace)[0]
    assert (last.status, last.error) == (RunStatus.FAILED, "Interrupted; nothing of it became visible.")
    assert_good(workspace, 1)
    assert_nothing_lies_about(workspace)


def test_the_handler_of_ctrl_c_is_put_back(workspace: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    small_run.run_generation(workspace, 2)
    assert signal.getsignal(signal.SIGINT) is before


# Two runs


def test_a_second_run_says_who_holds_the_lock(workspace: Path) -> None:
    caught: list[OnefoldError] = []

    def run_too() -> None:
        with pytest.raises(LockedError) as error:
            small_run.run_generation(workspace, 2)
        caught.append(error.value)

    small_run.run_generation(workspace, 2, PointWatcher("staged totals", run_too))
    assert len(caught) == 1
    assert f"process {os.getpid()}" in str(caught[0])
    assert "onefold run" in str(caught[0])
    assert [run.status for run in history(workspace)] == [RunStatus.COMPLETED, RunStatus.COMPLETED]
    assert_good(workspace, 2)


def test_a_second_run_waits_for_the_first(workspace: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        assert go_on.wait(60)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(small_run.run_generation, workspace, 2, PointWatcher("staged totals", wait))
        assert begun.wait(60)
        options = RunOptions(wait_seconds=60)
        second = pool.submit(small_run.run_generation, workspace, 2, None, options)
        time.sleep(0.3)
        assert not second.done()
        go_on.set()
        assert [stage.outcome for stage in second.result().stages] == [Outcome.UNCHANGED] * 3
        assert first.result().status is RunStatus.COMPLETED
    assert_good(workspace, 2)


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A workspace on a disk of 8 MB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small tmpfs needs root")
    (folder / "onefold.yaml").write_text("kind: workspace\nname: workspace\n")
    small_run.run_generation(folder, 1)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_while_staging_fails_the_stage(small_disk: Path) -> None:
    def large(context: StageContext) -> StageResult:
        context.publish(
            small_run.PEOPLE,
            Sql("SELECT (hash(range) >> 4)::BIGINT AS id FROM range(5000000)"),
        )
        return StageResult()

    made = {stage.name: stage for stage in small_run.stages(1)}
    stages = [PlainStage("sources.people", large), made["sources.events"], made["totals"]]
    report = small_run.run(small_disk, lambda: stages)
    assert report.stages[0].outcome is Outcome.FAILED
    assert report.stages[0].error_code == "warehouse.disk_full"
    assert "disk is full" in report.stages[0].messages[0]
    assert_good(small_disk, 1)
    assert_nothing_lies_about(small_disk)


@pytest.mark.parametrize("at", ["ended totals", "staged", "prepared"])
def test_a_disk_that_is_full_at_the_end_fails_the_run(small_disk: Path, at: str) -> None:
    ballast = small_disk / "ballast"

    def fill() -> None:
        file = os.open(ballast, os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(file, b"x" * 4096)
        except OSError:
            os.close(file)

    with pytest.raises(OnefoldError) as caught:
        small_run.run_generation(small_disk, 2, PointWatcher(at, fill))
    assert caught.value.code in {"warehouse.disk_full", "store.disk_full", "store.unreachable"}
    ballast.unlink()
    assert_good(small_disk, 1)
    small_run.run_generation(small_disk, 2)
    assert_good(small_disk, 2)
    assert_nothing_lies_about(small_disk)
    assert all(run.status is not RunStatus.RUNNING for run in history(small_disk))
