"""A run's context over one in-memory engine: published tables are tables there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from onefold.foundation.warehouse import Sql, TableRef, Warehouse, ident, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.runs import StageResult
from onefold.runs.stage import Stage, State

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


@dataclass
class MemoryContext:
    """Keeps what stages publish in the engine and their state between runs."""

    engine: DuckDBWarehouse = field(default_factory=DuckDBWarehouse)
    now: dt.datetime = NOW
    run_id: str = "run_0"
    full: bool = False
    state: State = field(default_factory=dict)
    published: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    progressed: list[tuple[int, str]] = field(default_factory=list)

    @property
    def warehouse(self) -> Warehouse:
        return self.engine

    @property
    def files(self) -> Warehouse:
        return self.engine

    def exists(self, table: str) -> bool:
        return table in self.published

    def changed(self, table: str) -> bool:
        return table in self.fresh

    def publish(
        self, table: TableRef, select: Sql, *, append: bool = False, engine: Warehouse | None = None
    ) -> int:
        assert engine in (None, self.engine)
        if append and table.name in self.published:
            kept = sql("SELECT * FROM {name} UNION ALL {select}", name=ident(table.name), select=select)
        else:
            kept = select
        self.engine.create_table("_publishing", kept)
        rows = self.engine.create_table(table.name, sql("SELECT * FROM _publishing"))
        self.engine.drop("_publishing")
        self.published.add(table.name)
        self.fresh.add(table.name)
        return rows

    def put(self, table: str, select: str) -> None:
        """Publish a source's table."""
        self.engine.create_table(table, Sql(select))
        self.published.add(table)
        self.fresh.add(table)

    def progress(self, rows: int, message: str = "") -> None:
        self.progressed.append((rows, message))

    def run(self, stage: Stage, *, now: dt.datetime | None = None) -> StageResult:
        """Run the stage as the next run would."""
        self.run_id = f"run_{int(self.run_id.removeprefix('run_')) + 1}"
        self.now = now or self.now
        result = stage.run(self)
        if result.state is not None:
            self.state = result.state
        self.fresh = set()
        return result

    def rows(self, select: str) -> list[tuple[object, ...]]:
        """Read what was published."""
        return self.engine.rows(Sql(select))
