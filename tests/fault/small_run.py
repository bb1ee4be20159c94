"""A small run over a workspace's store and lake, for tests that break it: three stages, four tables.

Generation g publishes `people` (10 g rows), adds one row to `events`, and derives `totals` from both; from the
second generation on there is `extra` too. The tables of one run agree with each other, so a mixture is seen.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from structlog.testing import capture_logs

from onefold.foundation.kernel import SystemClock
from onefold.foundation.store import Store, migrate
from onefold.foundation.store.sqlite import SQLiteStore
from onefold.foundation.warehouse import Column, ColumnType, Sql, TableRef
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.lake import Lake
from onefold.runs import (
    Runner,
    RunOptions,
    RunReport,
    SilentWatcher,
    Stage,
    StageContext,
    StageResult,
    Watcher,
)
from onefold.testing.faults import PointWatcher, kill

TABLES = ("events", "extra", "people", "totals")
Body = Callable[[StageContext], StageResult]


def table(name: str, *columns: str) -> TableRef:
    return TableRef(name, tuple(Column(column, ColumnType.INTEGER) for column in columns))


PEOPLE, EVENTS, EXTRA = table("people", "id"), table("events", "generation"), table("extra", "generation")
TOTALS = table("totals", "people", "events", "generation")


@dataclass(frozen=True)
class PlainStage:
    """A stage made of a function."""

    name: str
    body: Body
    needs: frozenset[str] = field(default_factory=frozenset)
    fingerprint: str | None = None

    @property
    def group(self) -> str:
        return self.name.partition(".")[0]

    def run(self, context: StageContext) -> StageResult:
        return self.body(context)


def stages(generation: int) -> Sequence[Stage]:
    def people(context: StageContext) -> StageResult:
        rows = context.publish(PEOPLE, Sql(f"SELECT range AS id FROM range({10 * generation})"))
        if generation > 1:
            context.publish(EXTRA, Sql(f"SELECT {generation} AS generation"))
        return StageResult(rows_out=rows, state={"generation": generation})

    def events(context: StageContext) -> StageResult:
        context.progress(1, "adding")
        return StageResult(
            rows_out=context.publish(EVENTS, Sql(f"SELECT {generation} AS generation"), append=True)
        )

    def totals(context: StageContext) -> StageResult:
        select = Sql(
            "SELECT (SELECT count(*) FROM people) AS people, count(*) AS events, "
            "max(generation) AS generation FROM events"
        )
        return StageResult(rows_out=context.publish(TOTALS, select))

    mark = str(generation)
    return [
        PlainStage("sources.people", people, fingerprint=mark),
        PlainStage("sources.events", events, fingerprint=mark),
        PlainStage("totals", totals, frozenset({"sources.people", "sources.events"}), mark),
    ]


def open_store(directory: Path) -> Store:
    store = SQLiteStore(directory / ".onefold" / "store.db")
    migrate(store)
    return store


def run(
    directory: Path,
    build_stages: Callable[[], Sequence[Stage]],
    *,
    watcher: Watcher | None = None,
    options: RunOptions | None = None,
) -> RunReport:
    """Run the stages over the workspace in the folder."""
    store, warehouse = open_store(directory), DuckDBWarehouse(threads=1)
    try:
        runner = Runner(
            store=store,
            lake=Lake(directory / "lake"),
            warehouse=warehouse,
            files=warehouse,
            clock=SystemClock(),
            watcher=watcher or SilentWatcher(),
        )
        return runner.run(build_stages, options)
    finally:
        warehouse.close()
        store.close()


def run_generation(
    directory: Path, generation: int, watcher: Watcher | None = None, options: RunOptions | None = None
) -> RunReport:
    return run(directory, lambda: stages(generation), watcher=watcher, options=options)


def run_and_die(directory: Path, generation: int, at: str) -> None:
    """Run in this process, which ends at the point; for a process of its own."""
    run_generation(directory, generation, PointWatcher(at, kill))


HUGE = Sql(
    "SELECT count(*) AS generation FROM range(100000000) a, range(1000) b WHERE a.range % 7 = b.range % 11"
)
"""A query that takes for ever."""


def interrupted_run(directory: Path, where: str) -> None:
    """Run until Ctrl-C: in a query, or in Python code that lets it pass, swallows it or gives it another name."""

    def people(context: StageContext) -> StageResult:
        context.publish(PEOPLE, Sql("SELECT 99 AS id"))
        (directory / "begun").touch()
        if where == "query":
            context.publish(table("huge", "generation"), HUGE)
        else:
            try:
                time.sleep(60)
            except KeyboardInterrupt:
                if where == "python":
                    raise
                if where == "renamed":
                    message = "as pydantic does"
                    raise ValueError(message) from None
        return StageResult()

    with capture_logs() as logged:
        try:
            run(directory, lambda: [PlainStage("sources.people", people)])
        except KeyboardInterrupt:
            (directory / "logged").write_text("\n".join(str(line["event"]) for line in logged))
            os._exit(77)


POINTS_BEFORE = (
    "started sources.people",
    "staged people",
    "staged extra",
    "ended sources.people",
    "started sources.events",
    "staged events",
    "ended sources.events",
    "started totals",
    "staged totals",
    "ended totals",
    "staged",
    "prepared",
    "deciding",
)
"""The points of a second generation's run at which nothing is decided."""
POINTS_BETWEEN = ("decided", "settled people", "settled extra", "settled events", "settled totals")
"""The points at which the run is decided and not every table is settled, but for the last."""
POINTS_AFTER = ("visible", "cleaned")
POINTS = (*POINTS_BEFORE, *POINTS_BETWEEN, *POINTS_AFTER)

EXPECTED = {
    0: {},
    1: {"people": [(i,) for i in range(10)], "events": [(1,)], "totals": [(10, 1, 1)]},
    2: {
        "people": [(i,) for i in range(20)],
        "events": [(1,), (2,)],
        "totals": [(20, 2, 2)],
        "extra": [(2,)],
    },
}
"""The rows of every table after each generation."""
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
