"""Run the stages and make what they staged visible all at once.

The order of events is what makes a kill harmless:

1. data files, in no version of any table;
2. the log entries of all tables, complete and on disk, where nobody reads them;
3. one transaction of the Store: the manifest, the stages' states, the run's end. This decides;
4. one link per table puts the prepared entry into the Delta log.

A kill before 3 leaves the last good run, and the next run deletes what was staged. A kill after 3 leaves the new
one: readers through Onefold put the missing links in place as they open tables, and so does the next run. Somebody
who reads the Delta tables without Onefold sees each table whole, old or new; only between the links of 4 (some ten
microseconds a table) can a kill leave them a mixture, until the next time that Onefold opens the tables.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import TypeVar

import structlog

from onefold.foundation.kernel import Clock, InvalidInput, OnefoldError, nearest, new_id
from onefold.foundation.store import Store
from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.lake import Lake
from onefold.runs import storage
from onefold.runs.context import RunContext
from onefold.runs.model import Manifest, RunReport, RunStatus, StageReport
from onefold.runs.order import in_order
from onefold.runs.recovery import forget_old, recover
from onefold.runs.stage import Outcome, Stage, StageResult
from onefold.runs.watcher import SilentWatcher, Watcher

V = TypeVar("V")

_log = structlog.get_logger("onefold.runs")

STANDING = frozenset(
    {
        Outcome.COMPLETED,
        Outcome.COMPLETED_WITH_WARNINGS,
        Outcome.UNCHANGED,
        Outcome.STOPPED,
        Outcome.NOT_SELECTED,
    }
)
"""Outcomes after which dependents may run."""
_NOT_KEPT = frozenset({Outcome.FAILED, Outcome.STOPPED})
"""Outcomes after which the stage's last good tables and state stand."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run.

    Attributes:
        only: groups or names of stages to run; empty runs all.
        full: read and compute everything anew.
        wait_seconds: how long to wait for another run to end.
        keep_runs: how many manifests stay readable, at least 1; readers that stay open longer than this many
            runs lose their files.
    """

    only: tuple[str, ...] = ()
    full: bool = False
    wait_seconds: float = 0.0
    keep_runs: int = 10


@dataclass(slots=True)
class Runner:
    """Runs stages over one workspace's store, lake and engines."""

    store: Store
    lake: Lake
    warehouse: Warehouse
    files: Warehouse
    clock: Clock
    watcher: Watcher = field(default_factory=SilentWatcher)

    def run(
        self, build_stages: Callable[[], Sequence[Stage]], options: RunOptions | None = None
    ) -> RunReport:
        """Run the stages under the run lock and commit what they staged.

        Raises:
            LockedError: another run goes on, and did not end within `wait_seconds`.
            InvalidInput: the stages cannot be ordered, or `only` names none of them.
        """
        options = options or RunOptions()
        with (
            self.store.lock("run", purpose="onefold run", wait_seconds=options.wait_seconds),
            _interruptions() as was_interrupted,
        ):
            manifest = recover(self.store, self.lake, now=self.clock.now(), full=options.full)
            stages = in_order(build_stages())
            selected = _selected(stages, options.only)
            return self._run(stages, selected, manifest, options, was_interrupted)

    def _run(
        self,
        stages: Sequence[Stage],
        selected: Collection[str],
        manifest: Manifest,
        options: RunOptions,
        was_interrupted: Callable[[], bool],
    ) -> RunReport:
        started_at = self.clock.now()
        run_id = new_id("run", started_at)
        with self.store.write() as connection:
            memories = storage.memories(connection)
            owners = storage.owners(connection)
            storage.start_run(
                connection,
                run_id=run_id,
                started_at=started_at,
                is_full=options.full,
                host=socket.gethostname(),
                pid=os.getpid(),
            )
        gone = _without_definition(stages, owners)
        context = RunContext(
            run_id=run_id,
            now=started_at,
            warehouse=self.warehouse,
            files=self.files,
            lake=self.lake,
            manifest=replace(manifest, tables=_without(manifest.tables, gone)),
            full=options.full,
            reached=self.watcher.reached,
            owners=_without(owners, gone),
        )
        try:
            context.open_tables()
            reports = self._removed(gone)
            results: dict[str, StageResult] = {}
            for stage in stages:
                memory = memories.get(stage.name, storage.Memory())
                context.begin(stage.name, memory, self.watcher.stage_progressed)
                report, result = self._stage(stage, selected, context, memory, reports, was_interrupted)
                if was_interrupted():
                    raise KeyboardInterrupt
                context.end(keep=report.outcome not in _NOT_KEPT)
                reports.append(report)
                if result is not None:
                    results[stage.name] = result
            ended = self._decide(stages, context, reports, results, options, gone)
        except BaseException as error:
            self._abandon(context, options, error)
            raise
        self.watcher.reached("visible")
        self._forget_old(options.keep_runs)
        self.watcher.reached("cleaned")
        _log.info("run.ended", run_id=ended.run_id, status=ended.status.value, seconds=ended.seconds)
        return ended

    def _removed(self, gone: Mapping[str, str]) -> list[StageReport]:
        """Tell of the stages that no definition makes any more, and of the tables that go with them."""
        reports = []
        for stage in sorted(set(gone.values())):
            tables = ", ".join(sorted(name for name, owner in gone.items() if owner == stage))
            message = f"No definition makes it any more: {tables} can be read in earlier runs only."
            report = StageReport(stage, stage.partition(".")[0], Outcome.COMPLETED, messages=(message,))
            self.watcher.stage_ended(report)
            reports.append(report)
        return reports

    def _abandon(self, context: RunContext, options: RunOptions, error: BaseException) -> None:
        """End a run that committed nothing; what cannot be done now is done by the next run."""
        try:
            with self.store.read() as connection:
                if context.run_id not in storage.running(connection):
                    return  # it was decided: what it made visible stays
            context.abandon()
            self.lake.discard(context.run_id)
            report = RunReport(
                run_id=context.run_id,
                status=RunStatus.FAILED,
                started_at=context.now,
                ended_at=self.clock.now(),
                is_full=options.full,
                error=_why(error),
            )
            with self.store.write() as connection:
                storage.end_run(connection, report)
        except (OnefoldError, OSError) as trouble:
            _log.warning("run.not_tidied", run_id=context.run_id, error=type(trouble).__name__)

    def _stage(
        self,
        stage: Stage,
        selected: Collection[str],
        context: RunContext,
        memory: storage.Memory,
        reports: Sequence[StageReport],
        was_interrupted: Callable[[], bool],
    ) -> tuple[StageReport, StageResult | None]:
        wanted = stage.needs - getattr(stage, "tolerates", frozenset())
        broken = [r.stage for r in reports if r.stage in wanted and r.outcome not in STANDING]
        if stage.name not in selected:
            return StageReport(stage.name, stage.group, Outcome.NOT_SELECTED), None
        if broken:
            message = f"Left as it was, because {', '.join(broken)} did not complete."
            report = StageReport(stage.name, stage.group, Outcome.SKIPPED, messages=(message,))
            self.watcher.stage_ended(report)
            return report, None
        if _is_unchanged(stage, memory, context):
            report = StageReport(stage.name, stage.group, Outcome.UNCHANGED)
            self.watcher.stage_ended(report)
            return report, None
        self.watcher.stage_started(stage.name, stage.group)
        began = time.perf_counter()
        code = ""
        try:
            result = stage.run(context)
        except OnefoldError as error:
            code = error.code
            result = StageResult(Outcome.FAILED, messages=(str(error),))
        except Exception as error:
            if was_interrupted():  # somebody's Ctrl-C in another's words: nothing is wrong with the stage
                raise KeyboardInterrupt from error
            # The job boundary: whatever went wrong in one stage, the others and the last good run stand.
            # Where, not what: a traceback with its values would write personal data into the log.
            _log.error(
                "run.stage_failed",
                stage=stage.name,
                run_id=context.run_id,
                error=type(error).__name__,
                where=[
                    f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
                ],
            )
            code = "runs.unexpected"
            result = StageResult(Outcome.FAILED, messages=(f"Unexpected {type(error).__name__}.",))
        report = StageReport(
            stage=stage.name,
            group=stage.group,
            outcome=result.outcome,
            rows_in=result.rows_in,
            rows_out=result.rows_out,
            seconds=time.perf_counter() - began,
            messages=result.messages,
            figures=result.figures,
            error_code=code,
        )
        self.watcher.stage_ended(report)
        return report, result

    def _decide(
        self,
        stages: Sequence[Stage],
        context: RunContext,
        reports: Sequence[StageReport],
        results: Mapping[str, StageResult],
        options: RunOptions,
        gone: Mapping[str, str],
    ) -> RunReport:
        self.watcher.reached("staged")
        versions = self.lake.prepare(context.staged(), context.manifest.tables)
        self.watcher.reached("prepared")
        report = RunReport(
            run_id=context.run_id,
            status=_status(reports),
            started_at=context.now,
            ended_at=self.clock.now(),
            is_full=options.full,
            stages=tuple(reports),
        )
        tables = {**context.manifest.tables, **versions}
        with self.store.write() as connection:
            storage.end_run(connection, report)
            storage.forget_stages(connection, set(gone.values()))
            storage.set_owners(connection, {name: context.owners[name] for name in versions}, gone=gone)
            for stage in stages:
                result = results.get(stage.name)
                if result is not None and result.outcome not in _NOT_KEPT:
                    memory = _memory(stage, result, context, tables)
                    storage.remember(connection, stage=stage.name, memory=memory, run_id=report.run_id)
            if versions or gone:
                storage.add_manifest(connection, run_id=report.run_id, created_at=context.now, tables=tables)
            self.watcher.reached("deciding")
        self.watcher.reached("decided")
        for name, version in versions.items():
            self.lake.settle({name: version}, run_id=report.run_id)
            self.watcher.reached(f"settled {name}")
        self.lake.finish(versions, run_id=report.run_id)
        return report

    def _forget_old(self, keep_runs: int) -> None:
        try:
            forget_old(self.store, self.lake, keep=max(keep_runs, 1))
        except (OnefoldError, OSError) as error:
            # The run is good and visible; the next one tries again.
            _log.warning("run.not_cleaned", error=type(error).__name__)


def _memory(
    stage: Stage, result: StageResult, context: RunContext, tables: Mapping[str, int]
) -> storage.Memory:
    # After errors the state belongs to the tables that were kept, but the stage is not done: it runs again.
    is_done = result.outcome is not Outcome.COMPLETED_WITH_ERRORS
    return storage.Memory(
        fingerprint=(stage.fingerprint or "") if is_done else "",
        state=context.state_of(stage.name) if result.state is None else result.state,
        inputs=context.inputs_of(stage.needs, tables),
    )


@contextmanager
def _interruptions() -> Iterator[Callable[[], bool]]:
    """Yield whether somebody pressed Ctrl-C: engines turn that into errors of their own, which look like bugs."""
    seen: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False  # only the main thread is interrupted
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield lambda: bool(seen)
    finally:
        signal.signal(signal.SIGINT, before)


def _why(error: BaseException) -> str:
    match error:
        case OnefoldError():
            return str(error)
        case KeyboardInterrupt():
            return "Interrupted; nothing of it became visible."
        case _:
            return f"Unexpected {type(error).__name__}; nothing of it became visible."


def _without_definition(stages: Sequence[Stage], owners: Mapping[str, str]) -> dict[str, str]:
    """Return the tables, with their stages, that nothing publishes any more."""
    names = {stage.name for stage in stages}
    return {table: stage for table, stage in owners.items() if stage not in names}


def _without(mapping: Mapping[str, V], keys: Collection[str]) -> dict[str, V]:
    return {key: value for key, value in mapping.items() if key not in keys}


def _is_unchanged(stage: Stage, memory: storage.Memory, context: RunContext) -> bool:
    if context.full or not stage.fingerprint or stage.fingerprint != memory.fingerprint:
        return False
    inputs = context.inputs_of(stage.needs, context.manifest.tables)
    return inputs == memory.inputs and not context.has_published(stage.needs)


def _selected(stages: Sequence[Stage], only: Sequence[str]) -> set[str]:
    if not only:
        return {stage.name for stage in stages}
    known = {stage.name for stage in stages} | {stage.group for stage in stages}
    for wanted in only:
        if wanted not in known:
            message = f"There is no stage {wanted!r}."
            raise InvalidInput(message, code="runs.stage_unknown", hint=nearest(wanted, known))
    return {stage.name for stage in stages if stage.name in only or stage.group in only}


def _status(reports: Sequence[StageReport]) -> RunStatus:
    outcomes = {report.outcome for report in reports}
    # What stopped grows older with every run: whoever schedules runs must hear of it.
    if outcomes & {Outcome.FAILED, Outcome.SKIPPED, Outcome.COMPLETED_WITH_ERRORS, Outcome.STOPPED}:
        return RunStatus.COMPLETED_WITH_ERRORS
    if Outcome.COMPLETED_WITH_WARNINGS in outcomes:
        return RunStatus.COMPLETED_WITH_WARNINGS
    return RunStatus.COMPLETED
