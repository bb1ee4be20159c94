"""Run the stages and make what they staged visible all at once.

The order of events is what makes a kill harmless: data files first (in no version), then the Delta logs, then
one manifest row. Whatever is ahead of the manifest when the next run starts is put back.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from onefold.foundation.kernel import Clock, InvalidInput, OnefoldError, nearest, new_id
from onefold.foundation.store import Store
from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.lake import Lake
from onefold.runs import storage
from onefold.runs.context import RunContext
from onefold.runs.model import Manifest, RunReport, RunStatus, StageReport
from onefold.runs.order import in_order
from onefold.runs.stage import Outcome, Stage, StageResult

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


class Watcher(Protocol):
    """Whoever looks on while a run goes."""

    def stage_started(self, stage: str, group: str) -> None:
        """A stage begins."""
        ...

    def stage_progressed(self, stage: str, rows: int, message: str) -> None:
        """So many rows of it have gone through."""
        ...

    def stage_ended(self, report: StageReport) -> None:
        """A stage has ended."""
        ...

    def reached(self, point: str) -> None:
        """The run has come to a point between two durable steps."""
        ...


class SilentWatcher:
    """Looks on and says nothing."""

    def stage_started(self, stage: str, group: str) -> None:
        """Say nothing."""

    def stage_progressed(self, stage: str, rows: int, message: str) -> None:
        """Say nothing."""

    def stage_ended(self, report: StageReport) -> None:
        """Say nothing."""

    def reached(self, point: str) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run.

    Attributes:
        only: groups or names of stages to run; empty runs all.
        full: read and compute everything anew.
        wait_seconds: how long to wait for another run to end.
        keep_runs: how many manifests stay readable.
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
        with self.store.lock("run", purpose="onefold run", wait_seconds=options.wait_seconds):
            manifest = self._recover()
            stages = in_order(build_stages())
            selected = _selected(stages, options.only)
            return self._run(stages, selected, manifest, options)

    def _recover(self) -> Manifest:
        """Put back whatever a run that died left ahead of the manifest."""
        now = self.clock.now()
        with self.store.read() as connection:
            manifest = storage.last_manifest(connection)
        restored = self.lake.restore(manifest.tables)
        with self.store.write() as connection:
            died = storage.bury_running(connection, at=now)
            if restored != manifest.tables:
                run_id = manifest.run_id
                storage.add_manifest(connection, run_id=run_id, created_at=now, tables=restored)
            manifest = storage.last_manifest(connection)
        for run_id in died:
            _log.warning("run.recovered", run_id=run_id)
        return manifest

    def _run(
        self, stages: Sequence[Stage], selected: Collection[str], manifest: Manifest, options: RunOptions
    ) -> RunReport:
        started_at = self.clock.now()
        run_id = new_id("run", started_at)
        with self.store.write() as connection:
            states = storage.states(connection)
            storage.start_run(
                connection,
                run_id=run_id,
                started_at=started_at,
                is_full=options.full,
                host=socket.gethostname(),
                pid=os.getpid(),
            )
        context = RunContext(
            run_id=run_id,
            now=started_at,
            warehouse=self.warehouse,
            files=self.files,
            lake=self.lake,
            manifest=manifest,
            full=options.full,
            reached=self.watcher.reached,
        )
        context.open_tables()
        reports: list[StageReport] = []
        results: dict[str, StageResult] = {}
        for stage in stages:
            fingerprint, state = states.get(stage.name, ("", {}))
            context.begin(stage.name, state, self.watcher.stage_progressed)
            report, result = self._stage(stage, selected, context, fingerprint, reports)
            context.end(keep=report.outcome is not Outcome.FAILED)
            reports.append(report)
            if result is not None:
                results[stage.name] = result
        return self._commit(stages, context, reports, results, options)

    def _stage(
        self,
        stage: Stage,
        selected: Collection[str],
        context: RunContext,
        fingerprint: str,
        reports: Sequence[StageReport],
    ) -> tuple[StageReport, StageResult | None]:
        broken = [r.stage for r in reports if r.stage in stage.needs and r.outcome not in STANDING]
        if stage.name not in selected:
            return StageReport(stage.name, stage.group, Outcome.NOT_SELECTED), None
        if broken:
            message = f"Left as it was, because {', '.join(broken)} did not complete."
            report = StageReport(stage.name, stage.group, Outcome.SKIPPED, messages=(message,))
            self.watcher.stage_ended(report)
            return report, None
        if _is_unchanged(stage, fingerprint, context):
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
            # The job boundary: whatever went wrong in one stage, the others and the last good run stand.
            _log.exception("run.stage_failed", stage=stage.name, run_id=context.run_id)
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

    def _commit(
        self,
        stages: Sequence[Stage],
        context: RunContext,
        reports: Sequence[StageReport],
        results: Mapping[str, StageResult],
        options: RunOptions,
    ) -> RunReport:
        self.watcher.reached("staged")
        versions: dict[str, int] = {}
        for staged in context.staged():
            versions |= self.lake.commit([staged])
            self.watcher.reached(f"committed {staged.name}")
        self.watcher.reached("committed")
        report = RunReport(
            run_id=context.run_id,
            status=_status(reports),
            started_at=context.now,
            ended_at=self.clock.now(),
            is_full=options.full,
            stages=tuple(reports),
        )
        fingerprints = {stage.name: stage.fingerprint or "" for stage in stages}
        with self.store.write() as connection:
            storage.end_run(connection, report)
            for name, result in results.items():
                if result.outcome in (Outcome.FAILED, Outcome.STOPPED):
                    continue
                state = context.state_of(name) if result.state is None else result.state
                storage.keep_state(
                    connection, stage=name, fingerprint=fingerprints[name], state=state, run_id=report.run_id
                )
            if versions:
                tables = {**context.manifest.tables, **versions}
                storage.add_manifest(connection, run_id=report.run_id, created_at=context.now, tables=tables)
        self.watcher.reached("visible")
        if versions:
            self._clean(options.keep_runs)
        _log.info("run.ended", run_id=report.run_id, status=report.status.value, seconds=report.seconds)
        return report

    def _clean(self, keep_runs: int) -> None:
        with self.store.write() as connection:
            storage.forget_manifests(connection, keep=keep_runs)
            kept = storage.recent_manifests(connection, keep_runs)
        keep: dict[str, list[int]] = {}
        for manifest in kept:
            for name, version in manifest.tables.items():
                keep.setdefault(name, []).append(version)
        self.lake.clean(keep)


def _is_unchanged(stage: Stage, fingerprint: str, context: RunContext) -> bool:
    if context.full or stage.fingerprint is None or stage.fingerprint != fingerprint:
        return False
    return not any(context.has_published(need) for need in stage.needs)


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
    if outcomes & {Outcome.FAILED, Outcome.SKIPPED, Outcome.COMPLETED_WITH_ERRORS}:
        return RunStatus.COMPLETED_WITH_ERRORS
    if outcomes & {Outcome.COMPLETED_WITH_WARNINGS, Outcome.STOPPED}:
        return RunStatus.COMPLETED_WITH_WARNINGS
    return RunStatus.COMPLETED
