"""What a stage sees and stages while a run goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Column, Sql, TableRef, Warehouse, comma, ident, sql, union_all
from onefold.foundation.warehouse.lake import Lake, StagedTable
from onefold.runs.model import Manifest
from onefold.runs.stage import State
from onefold.runs.storage import Memory

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
    owners: dict[str, str]
    _stage: str = ""
    _memory: Memory = field(default_factory=Memory)
    _states: dict[str, State] = field(default_factory=dict)
    _progress: Progress | None = None
    _staged: dict[str, StagedTable] = field(default_factory=dict)
    _fresh: dict[str, StagedTable] = field(default_factory=dict)

    def open_tables(self) -> None:
        """Let the engines see every table of the manifest under its name."""
        for name in self.manifest.tables:
            self._view_old(name)

    def begin(self, stage: str, memory: Memory, progress: Progress) -> None:
        """Turn to the next stage."""
        self._stage = stage
        self._memory = memory
        self._states[stage] = memory.state
        self._progress = progress
        self._fresh = {}

    def end(self, *, keep: bool) -> None:
        """Keep what the stage staged, or put the engines' views back."""
        if keep:
            self._staged |= self._fresh
            self.owners |= dict.fromkeys(self._fresh, self._stage)
        else:
            self._put_back(self._fresh)
            for name in self._fresh:
                self.lake.discard(self.run_id, table=name)
        self._fresh = {}

    def abandon(self) -> None:
        """Put all of the engines' views back: the run commits nothing."""
        self._put_back(self._staged | self._fresh)
        self._staged, self._fresh = {}, {}

    @property
    def state(self) -> State:
        """What the stage remembered at its last good run; empty at first."""
        return self._memory.state

    def state_of(self, stage: str) -> State:
        """What a stage that has begun remembered at its last good run."""
        return self._states[stage]

    def exists(self, table: str) -> bool:
        """Return whether the table has been published, in this run or an earlier one."""
        return table in self.manifest.tables or table in self._staged or table in self._fresh

    def changed(self, table: str) -> bool:
        """Return whether the table was published since the stage's last good run, or in this one."""
        if table in self._staged or table in self._fresh:
            return True
        version = self.manifest.tables.get(table)
        return version is not None and self._memory.inputs.get(table) != version

    def inputs_of(self, needs: frozenset[str], tables: Mapping[str, int]) -> dict[str, int]:
        """Return the versions of the tables that the needed stages publish."""
        return {name: version for name, version in tables.items() if self.owners.get(name) in needs}

    def has_published(self, needs: frozenset[str]) -> bool:
        """Return whether one of the stages has published anything in this run."""
        return any(self.owners.get(name) in needs for name in self._staged)

    def publish(
        self, table: TableRef, select: Sql, *, append: bool = False, engine: Warehouse | None = None
    ) -> int:
        """Stage the select as the table's new content, or as rows to add; return the number of rows.

        Raises:
            InvalidInput: another stage of this run publishes the table.
            Conflict: something that is not ours lies in the table's place.
        """
        name = table.name
        if name in self._staged:
            message = f"{self._stage} and {self.owners[name]} both publish the table {name!r}."
            raise InvalidInput(message, code="runs.two_writers", hint="Give one of them another name.")
        version = self.manifest.tables.get(name)
        if version is None:
            self.lake.refuse_foreign(name)
        earlier = self._fresh.get(name)
        is_append = append and (version is not None or earlier is not None)
        if is_append and earlier is None and version is not None:
            before = self.lake.columns(name, version)
            if _shape(before) != _shape(table.columns):
                # Delta would cast silently or leave holes: the older rows are written anew in the new shape.
                select = _both(name, before, table.columns, select)
                is_append = False
        staged = self.lake.stage(
            engine or self.warehouse,
            table,
            select,
            run_id=self.run_id,
            mode="append" if is_append else "overwrite",
        )
        rows = staged.rows
        if earlier is not None and is_append:
            staged = _joined(earlier, staged)
        for reader in self._engines():
            self.lake.view_staged(reader, staged, version=version)
        self._fresh[name] = staged
        if earlier is not None and not is_append:
            self.lake.delete(earlier)
        self.reached(f"staged {name}")
        return rows

    def progress(self, rows: int, message: str = "") -> None:
        """Tell whoever watches how many rows have gone through so far."""
        if self._progress is not None:
            self._progress(self._stage, rows, message)

    def staged(self) -> list[StagedTable]:
        """Return all that is staged and kept."""
        return list(self._staged.values())

    def _engines(self) -> list[Warehouse]:
        return [self.warehouse] if self.files is self.warehouse else [self.warehouse, self.files]

    def _put_back(self, staged: Mapping[str, StagedTable]) -> None:
        for name in staged:
            if name in self.manifest.tables:
                self._view_old(name)
            else:
                for engine in self._engines():
                    engine.drop(name)

    def _view_old(self, name: str) -> None:
        for engine in self._engines():
            self.lake.view(engine, name, self.manifest.tables[name])


def _joined(earlier: StagedTable, later: StagedTable) -> StagedTable:
    if _shape(earlier.columns) != _shape(later.columns):
        message = f"Rows of two shapes are added to the table {later.name!r} in one stage."
        raise InvalidInput(message, code="runs.two_shapes", hint="Publish them with the same columns.")
    return earlier.followed_by(later)


def _shape(columns: tuple[Column, ...]) -> list[tuple[str, str]]:
    return [(column.name, column.sql_type.text) for column in columns]


def _both(name: str, before: tuple[Column, ...], after: tuple[Column, ...], select: Sql) -> Sql:
    known = {column.name for column in before}
    older = comma(
        sql("CAST({value} AS {type}) AS {name}", value=value, type=column.sql_type, name=ident(column.name))
        for column in after
        for value in [ident(column.name) if column.name in known else Sql("NULL")]
    )
    newer = comma(
        sql("CAST({name} AS {type}) AS {name}", name=ident(column.name), type=column.sql_type)
        for column in after
    )
    return union_all(
        [
            sql("SELECT {older} FROM {table}", older=older, table=ident(name)),
            sql("SELECT {newer} FROM ({select})", newer=newer, select=select),
        ]
    )
