"""What a stage sees and stages while a run goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from onefold.foundation.warehouse import Sql, TableRef, Warehouse
from onefold.foundation.warehouse.lake import Lake, StagedTable
from onefold.runs.model import Manifest
from onefold.runs.stage import State

Progress = Callable[[str, int, str], None]


@dataclass(slots=True)
class RunContext:
    """The context of the stage that runs now; `begin` and `end` move it from one to the next."""

    run_id: str
    now: dt.datetime
    warehouse: Warehouse
    files: Warehouse
    lake: Lake
    manifest: Manifest
    full: bool
    reached: Callable[[str], None]
    _stage: str = ""
    _states: dict[str, State] = field(default_factory=dict)
    _progress: Progress | None = None
    _staged: dict[str, StagedTable] = field(default_factory=dict)
    _fresh: dict[str, StagedTable] = field(default_factory=dict)
    _publishers: set[str] = field(default_factory=set)

    def open_tables(self) -> None:
        """Let the engines see every table of the manifest under its name."""
        for name in self.manifest.tables:
            self._view_old(name)

    def begin(self, stage: str, state: State, progress: Progress) -> None:
        """Turn to the next stage."""
        self._stage = stage
        self._states[stage] = state
        self._progress = progress
        self._fresh = {}

    def end(self, *, keep: bool) -> None:
        """Keep what the stage staged, or put the engines' views back."""
        if keep:
            if self._fresh:
                self._publishers.add(self._stage)
            self._staged |= self._fresh
        else:
            for name in self._fresh:
                if name in self.manifest.tables:
                    self._view_old(name)
                else:
                    for engine in self._engines():
                        engine.drop(name)
        self._fresh = {}

    @property
    def state(self) -> State:
        """What the stage remembered at the last good run."""
        return self._states[self._stage]

    def state_of(self, stage: str) -> State:
        """What any stage remembered at the last good run."""
        return self._states[stage]

    def exists(self, table: str) -> bool:
        """Return whether the table has been published, in this run or an earlier one."""
        return table in self.manifest.tables or table in self._staged or table in self._fresh

    def changed(self, table: str) -> bool:
        """Return whether this run has published the table."""
        return table in self._staged or table in self._fresh

    def has_published(self, stage: str) -> bool:
        """Return whether the stage has published anything in this run."""
        return stage in self._publishers

    def publish(
        self, table: TableRef, select: Sql, *, append: bool = False, engine: Warehouse | None = None
    ) -> int:
        """Stage the select as the table's new content, or as rows to add; return the number of rows."""
        mode = "append" if append and table.name in self.manifest.tables else "overwrite"
        writer = engine or self.warehouse
        staged = self.lake.stage(writer, table, select, mode="append" if mode == "append" else "overwrite")
        version = self.manifest.tables.get(table.name)
        for reader in self._engines():
            self.lake.view_staged(reader, staged, version=version)
        self._fresh[table.name] = staged
        self.reached(f"staged {table.name}")
        return staged.rows

    def progress(self, rows: int, message: str = "") -> None:
        """Tell whoever watches how many rows have gone through so far."""
        if self._progress is not None:
            self._progress(self._stage, rows, message)

    def staged(self) -> list[StagedTable]:
        """Return all that is staged and kept."""
        return list(self._staged.values())

    def _engines(self) -> list[Warehouse]:
        return [self.warehouse] if self.files is self.warehouse else [self.warehouse, self.files]

    def _view_old(self, name: str) -> None:
        for engine in self._engines():
            self.lake.view(engine, name, self.manifest.tables[name])
