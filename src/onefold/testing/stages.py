"""Run single stages in tests: a lake in a folder, an embedded engine, and state kept from run to run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from onefold.foundation.warehouse import Sql, TableRef, Warehouse
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.lake import Lake, Mode, StagedTable
from onefold.runs import Outcome, Stage, StageResult

_KEPT = frozenset({Outcome.COMPLETED, Outcome.COMPLETED_WITH_WARNINGS, Outcome.COMPLETED_WITH_ERRORS})


@dataclass
class LakeContext:
    """A stage's context over a lake; what it publishes is visible at once and committed by the runner."""

    run_id: str
    now: dt.datetime
    warehouse: Warehouse
    lake: Lake
    versions: Mapping[str, int]
    state: Mapping[str, object]
    full: bool = False
    staged: dict[str, StagedTable] = field(default_factory=dict)

    @property
    def files(self) -> Warehouse:
        """The embedded engine, which is the warehouse itself."""
        return self.warehouse

    def exists(self, table: str) -> bool:
        """Return whether the table has been published."""
        return table in self.versions or table in self.staged

    def changed(self, table: str) -> bool:
        """Return whether this run has published the table."""
        return table in self.staged

    def publish(
        self, table: TableRef, select: Sql, *, append: bool = False, engine: Warehouse | None = None
    ) -> int:
        """Stage the select as the table's content."""
        mode: Mode = "append" if append else "overwrite"
        writer = engine or self.warehouse
        staged = self.lake.stage(writer, table, select, run_id=self.run_id, mode=mode)
        self.staged[table.name] = staged
        self.lake.view_staged(self.warehouse, staged, version=self.versions.get(table.name))
        return staged.rows

    def progress(self, rows: int, message: str = "") -> None:
        """Nobody watches a test."""


class StageRunner:
    """Runs stages one at a time and commits after each, as a run with one stage would."""

    def __init__(self, directory: Path, *, now: dt.datetime | None = None) -> None:
        self.lake = Lake(directory / "lake")
        self.warehouse = DuckDBWarehouse()
        self.now = now or dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
        self.states: dict[str, Mapping[str, object]] = {}
        self.versions: dict[str, int] = {}
        self.runs = 0

    def run(self, stage: Stage, *, full: bool = False) -> StageResult:
        """Run the stage, commit what it published and remember its state, unless it failed."""
        self.runs += 1
        for name, version in self.versions.items():
            self.lake.view(self.warehouse, name, version)
        context = LakeContext(
            f"run_{self.runs}",
            self.now + dt.timedelta(days=self.runs),
            self.warehouse,
            self.lake,
            dict(self.versions),
            self.states.get(stage.name, {}),
            full,
        )
        result = stage.run(context)
        if result.outcome in _KEPT:
            self.versions |= self.lake.commit(list(context.staged.values()))
        if result.state is not None:
            self.states[stage.name] = result.state
        return result

    def rows(self, table: str, columns: str = "*", order: str = "1") -> list[tuple[object, ...]]:
        """Return the rows of a published table."""
        return self.warehouse.rows(Sql(f'SELECT {columns} FROM "{table}" ORDER BY {order}'))  # noqa: S608  # of a test

    def close(self) -> None:
        """Release the engine."""
        self.warehouse.close()
