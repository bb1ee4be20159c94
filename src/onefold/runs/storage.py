"""Runs, manifests and stage states in the Store."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from onefold.foundation.store import Instant, metadata
from onefold.runs.model import EMPTY_MANIFEST, Manifest, RunReport, RunStatus, StageReport
from onefold.runs.stage import Outcome, State

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("status", String(40), nullable=False),
    Column("started_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
    Column("is_full", Boolean, nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("error", Text, nullable=False, default=""),
)
run_stages = Table(
    "run_stages",
    metadata,
    Column("run_id", String(40), ForeignKey("runs.run_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("stage", String(200), nullable=False),
    Column("stage_group", String(60), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("rows_in", BigInteger, nullable=False),
    Column("rows_out", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("messages", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("error_code", String(100), nullable=False, default=""),
)
manifests = Table(
    "manifests",
    metadata,
    Column("manifest_id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(40), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("tables", Text, nullable=False),
)
stage_states = Table(
    "stage_states",
    metadata,
    Column("stage", String(200), primary_key=True),
    Column("fingerprint", Text, nullable=False, default=""),
    Column("state", Text, nullable=False),
    Column("run_id", String(40), nullable=False),
    Column("inputs", Text, nullable=False, server_default="{}"),
)
stage_tables = Table(
    "stage_tables",
    metadata,
    Column("table_name", String(200), primary_key=True),
    Column("stage", String(200), nullable=False),
)
"""Which stage publishes which table."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a stage since its last good run: its definition's fingerprint, state, and inputs."""

    fingerprint: str = ""
    state: State = field(default_factory=dict)
    inputs: Mapping[str, int] = field(default_factory=dict)
    """The versions of the tables that it read."""


def last_manifest(connection: Connection) -> Manifest:
    """Return the newest manifest; an empty one before the first run."""
    found = connection.execute(select(manifests).order_by(manifests.c.manifest_id.desc()).limit(1)).first()
    return _manifest(found) if found else EMPTY_MANIFEST


def manifest_of_run(connection: Connection, run_id: str) -> Manifest | None:
    """Return the newest manifest of a run; None when it committed nothing."""
    statement = (
        select(manifests)
        .where(manifests.c.run_id == run_id)
        .order_by(manifests.c.manifest_id.desc())
        .limit(1)
    )
    found = connection.execute(statement).first()
    return _manifest(found) if found else None


def read_manifest(connection: Connection, run_id: str | None = None) -> Manifest | None:
    """Return the newest manifest, or a run's; None when that run left none that can be read."""
    return last_manifest(connection) if run_id is None else manifest_of_run(connection, run_id)


def recent_manifests(connection: Connection, count: int) -> list[Manifest]:
    """Return the newest manifests, newest first."""
    statement = select(manifests).order_by(manifests.c.manifest_id.desc()).limit(count)
    return [_manifest(row) for row in connection.execute(statement)]


def add_manifest(
    connection: Connection, *, run_id: str, created_at: dt.datetime, tables: Mapping[str, int]
) -> None:
    """Make this set of table versions the one that readers see."""
    values = {"run_id": run_id, "created_at": created_at, "tables": json.dumps(dict(tables), sort_keys=True)}
    connection.execute(insert(manifests).values(values))


def forget_manifests(connection: Connection, manifest_ids: Iterable[int]) -> None:
    """Delete these manifests: what they alone hold can no longer be read."""
    connection.execute(delete(manifests).where(manifests.c.manifest_id.in_(list(manifest_ids))))


def all_manifests(connection: Connection) -> list[Manifest]:
    """Return every manifest there is, newest first."""
    statement = select(manifests).order_by(manifests.c.manifest_id.desc())
    return [_manifest(row) for row in connection.execute(statement)]


def start_run(
    connection: Connection, *, run_id: str, started_at: dt.datetime, is_full: bool, host: str, pid: int
) -> None:
    """Record that a run has begun."""
    values = {
        "run_id": run_id,
        "status": RunStatus.RUNNING.value,
        "started_at": started_at,
        "is_full": is_full,
        "host": host,
        "pid": pid,
        "error": "",
    }
    connection.execute(insert(runs).values(values))


def running(connection: Connection) -> list[str]:
    """Return the ids of the runs that have not ended."""
    found = select(runs.c.run_id).where(runs.c.status == RunStatus.RUNNING.value).order_by(runs.c.run_id)
    return list(connection.execute(found).scalars())


def bury(connection: Connection, died: Sequence[str], *, at: dt.datetime) -> None:
    """Mark runs that never ended as died; only under the run lock."""
    error = "The process ended before the run did; nothing of it became visible."
    connection.execute(
        update(runs)
        .where(runs.c.run_id.in_(died))
        .values(status=RunStatus.DIED.value, ended_at=at, error=error)
    )


def end_run(connection: Connection, report: RunReport) -> None:
    """Record how the run and its stages ended."""
    connection.execute(
        update(runs)
        .where(runs.c.run_id == report.run_id)
        .values(status=report.status.value, ended_at=report.ended_at, error=report.error)
    )
    rows = [
        {
            "run_id": report.run_id,
            "position": position,
            "stage": stage.stage,
            "stage_group": stage.group,
            "outcome": stage.outcome.value,
            "rows_in": stage.rows_in,
            "rows_out": stage.rows_out,
            "seconds": stage.seconds,
            "messages": json.dumps(list(stage.messages)),
            "figures": json.dumps(dict(stage.figures)),
            "error_code": stage.error_code,
        }
        for position, stage in enumerate(report.stages)
    ]
    if rows:
        connection.execute(insert(run_stages), rows)


def recent_runs(connection: Connection, count: int) -> list[RunReport]:
    """Return the newest runs with their stages, newest first."""
    found = connection.execute(
        select(runs).order_by(runs.c.started_at.desc(), runs.c.run_id.desc()).limit(count)
    ).all()
    stages = connection.execute(
        select(run_stages)
        .where(run_stages.c.run_id.in_([row.run_id for row in found]))
        .order_by(run_stages.c.run_id, run_stages.c.position)
    ).all()
    return [_run(row, [stage for stage in stages if stage.run_id == row.run_id]) for row in found]


def memories(connection: Connection) -> dict[str, Memory]:
    """Return what is known of every stage."""
    return {
        row.stage: Memory(row.fingerprint, json.loads(row.state), json.loads(row.inputs))
        for row in connection.execute(select(stage_states))
    }


def remember(connection: Connection, *, stage: str, memory: Memory, run_id: str) -> None:
    """Replace what is known of a stage."""
    forget_stages(connection, [stage])
    values = {
        "stage": stage,
        "fingerprint": memory.fingerprint,
        "state": json.dumps(dict(memory.state)),
        "inputs": json.dumps(dict(memory.inputs), sort_keys=True),
        "run_id": run_id,
    }
    connection.execute(insert(stage_states).values(values))


def forget_stages(connection: Connection, stages: Iterable[str]) -> None:
    """Let these stages begin anew at their next run."""
    connection.execute(delete(stage_states).where(stage_states.c.stage.in_(list(stages))))


def owners(connection: Connection) -> dict[str, str]:
    """Return the stage that publishes each table."""
    return {row.table_name: row.stage for row in connection.execute(select(stage_tables))}


def set_owners(connection: Connection, changed: Mapping[str, str], *, gone: Iterable[str] = ()) -> None:
    """Record which stages publish these tables, and forget the tables that are gone."""
    names = [*changed, *gone]
    connection.execute(delete(stage_tables).where(stage_tables.c.table_name.in_(names)))
    if changed:
        rows = [{"table_name": table, "stage": stage} for table, stage in changed.items()]
        connection.execute(insert(stage_tables), rows)


def _manifest(row: Row[tuple[object, ...]]) -> Manifest:
    return Manifest(row.manifest_id, row.run_id, row.created_at, json.loads(row.tables))


def _run(row: Row[tuple[object, ...]], stages: Sequence[Row[tuple[object, ...]]]) -> RunReport:
    return RunReport(
        run_id=row.run_id,
        status=RunStatus(row.status),
        started_at=row.started_at,
        ended_at=row.ended_at,
        is_full=row.is_full,
        error=row.error,
        stages=tuple(
            StageReport(
                stage=stage.stage,
                group=stage.stage_group,
                outcome=Outcome(stage.outcome),
                rows_in=stage.rows_in,
                rows_out=stage.rows_out,
                seconds=stage.seconds,
                messages=tuple(json.loads(stage.messages)),
                figures=json.loads(stage.figures),
                error_code=stage.error_code,
            )
            for stage in stages
        ),
    )
