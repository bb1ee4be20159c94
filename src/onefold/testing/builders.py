"""Small tables and the stages over them, so that a test says what the records are and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from onefold.catalogue import Attribute, TableDescription
from onefold.foundation.store import migrate
from onefold.foundation.store.sqlite import SQLiteStore
from onefold.foundation.warehouse import Column, ColumnType, Sql, TableRef, Warehouse, comma, ident, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.lake import Lake
from onefold.identity import IdentityDefinition, IdentityStage
from onefold.profiles import ProfileDefinition, ProfilesStage
from onefold.runs import Runner, RunOptions, Stage, StageContext, StageResult
from onefold.testing.clock import FakeClock

_START = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SmallTable:
    """A published source table of a few rows; column types follow from the values, text where all are null.

    Attributes:
        meanings: semantic type by column, such as `{"email": "Contact.Email"}`.
        key: its primary key; empty for none.
    """

    name: str
    rows: Sequence[Row]
    meanings: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)
    updated_at: str | None = None
    region: str | None = None
    columns: tuple[str, ...] = ()

    def description(self) -> TableDescription:
        """Return the table as a source would describe it."""
        return TableDescription(
            self.name,
            key=self.key,
            updated_at=self.updated_at,
            region=self.region,
            attributes=tuple(Attribute(column, meaning) for column, meaning in self.meanings.items()),
        )

    def arrow(self) -> pa.Table:
        """Return the rows, each with its `_ordinal`."""
        names = list(dict.fromkeys([*self.columns, *(name for row in self.rows for name in row)]))
        columns = {name: [row.get(name) for row in self.rows] for name in names}
        arrays = {
            name: pa.array(values, pa.string() if all(v is None for v in values) else None)
            for name, values in columns.items()
        }
        return pa.table({**arrays, "_ordinal": pa.array(range(1, len(self.rows) + 1), pa.int64())})


@dataclass
class MemoryContext:
    """A stage's context over tables that live in the engine alone: published means visible, at once."""

    run_id: str
    now: dt.datetime
    warehouse: Warehouse
    published: set[str]
    full: bool = False
    state: Mapping[str, object] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)

    @property
    def files(self) -> Warehouse:
        """The same engine."""
        return self.warehouse

    def exists(self, table: str) -> bool:
        """Return whether the table has been published."""
        return table in self.published

    def changed(self, table: str) -> bool:
        """Return whether this run has published the table."""
        return table in self.fresh

    def publish(
        self,
        table: TableRef,
        select: Sql,
        *,
        append: bool = False,
        engine: Warehouse | None = None,  # noqa: ARG002 - the contract
    ) -> int:
        """Make the select, cast to the table's columns, the table's content or add it."""
        casts = comma(
            sql(
                "CAST({value} AS {type}) AS {name}",
                value=_number_or_name(c),
                type=c.sql_type,
                name=ident(c.name),
            )
            for c in table.columns
        )
        rows = sql("SELECT {casts} FROM ({select}) AS s", casts=casts, select=select)
        count = self.warehouse.create_table("published_rows", rows)
        if append and table.name in self.published:
            rows = sql("SELECT * FROM {old} UNION ALL SELECT * FROM published_rows", old=ident(table.name))
        else:
            rows = Sql("SELECT * FROM published_rows")
        self.warehouse.create_table("published_table", rows)
        self.warehouse.create_table(table.name, Sql("SELECT * FROM published_table"))
        self.warehouse.drop("published_rows", "published_table")
        self.published.add(table.name)
        self.fresh.add(table.name)
        return count

    def progress(self, rows: int, message: str = "") -> None:
        """Nobody watches a test."""


def _number_or_name(column: Column) -> Sql:
    """Return the column as something whose cast to a whole number means the same on every engine."""
    whole = column.type in (ColumnType.INTEGER, ColumnType.SMALL_INTEGER)
    return sql("{name} + 0", name=ident(column.name)) if whole else ident(column.name)


@dataclass(frozen=True)
class _TableStage:
    """Publishes a small table as a source would."""

    table: SmallTable
    needs: frozenset[str] = frozenset()
    group: str = "sources"
    fingerprint: ClassVar[None] = None

    @property
    def name(self) -> str:
        return f"sources.{self.table.name}"

    def run(self, context: StageContext) -> StageResult:
        context.warehouse.load_arrow("table_rows", self.table.arrow())
        columns = context.warehouse.columns("table_rows")
        rows = context.publish(TableRef(self.table.name, columns), Sql("SELECT * FROM table_rows"))
        context.warehouse.drop("table_rows")
        return StageResult(rows_out=rows)


@dataclass
class SmallWorkspace:
    """Small tables with an identity and a profile definition, run as often as a test likes.

    With a directory it is a real one: a lake of Delta tables, a SQLite store and `Runner`. Without, the tables
    live in the engine alone, which is many times faster.
    """

    tables: dict[str, SmallTable]
    identity: IdentityDefinition
    profile: ProfileDefinition | None
    warehouse: DuckDBWarehouse
    directory: Path | None
    clock: FakeClock = field(default_factory=lambda: FakeClock(_START))
    runs: int = 0
    results: dict[str, StageResult] = field(default_factory=dict)
    _published: set[str] = field(default_factory=set)

    def put(self, *tables: SmallTable) -> None:
        """Replace tables; the next run sees them."""
        self.tables |= {table.name: table for table in tables}

    @property
    def descriptions(self) -> dict[str, TableDescription]:
        """The tables' descriptions by name."""
        return {name: table.description() for name, table in self.tables.items()}

    def stages(self) -> list[Stage]:
        """Return the stages of a run."""
        sources: list[Stage] = [_TableStage(table) for table in self.tables.values()]
        stages = [
            *sources,
            IdentityStage(self.identity, self.descriptions, frozenset(s.name for s in sources)),
        ]
        if self.profile is not None:
            stages.append(ProfilesStage(self.profile, self.identity, self.descriptions))
        return stages

    def run(self) -> SmallWorkspace:
        """Run all stages a day after the last time; errors are raised."""
        self.runs += 1
        self.clock.move(dt.timedelta(days=1))
        if self.directory is not None:
            self._run_for_real(self.directory)
            return self
        for stage in self.stages():
            context = MemoryContext(f"run_{self.runs}", self.clock.now(), self.warehouse, self._published)
            self.results[stage.name] = stage.run(context)
        return self

    def _run_for_real(self, directory: Path) -> None:
        store = SQLiteStore(directory / "store.db")
        migrate(store)
        runner = Runner(store, Lake(directory / "lake"), self.warehouse, self.warehouse, self.clock)
        report = runner.run(self.stages, RunOptions(full=True))
        failed = [stage for stage in report.stages if stage.error_code]
        assert not failed, failed

    def rows(self, table: str) -> list[dict[str, object]]:
        """Return the rows of a published table as mappings."""
        return list(self.warehouse.arrow(sql("SELECT * FROM {table}", table=ident(table))).to_pylist())

    def people(self) -> frozenset[frozenset[str]]:
        """Return the profiles as sets of records, each written `table:id`."""
        found: dict[str, set[str]] = {}
        for record, profile in self.homes().items():
            found.setdefault(profile, set()).add(record)
        return frozenset(frozenset(records) for records in found.values())

    def homes(self) -> dict[str, str]:
        """Return the profile id of every record, written `table:id`."""
        rows = self.warehouse.rows(Sql("SELECT source || ':' || record_id, profile_id FROM profile_records"))
        return {str(record): str(profile) for record, profile in rows}


def a_workspace_of(
    *tables: SmallTable,
    identity: Mapping[str, object] | None = None,
    profile: Mapping[str, object] | None = None,
    directory: Path | None = None,
    warehouse: DuckDBWarehouse | None = None,
) -> SmallWorkspace:
    """Return a workspace of the tables.

    Args:
        tables: in the order of `map`.
        identity: the identity definition's settings; `map` follows from the tables unless it is given.
        profile: the profile definition's settings; None for no profiles stage.
        directory: where a real lake and store go; None keeps everything in the engine.
        warehouse: an engine to use again; what an earlier workspace published there must not matter.
    """
    settings = {"name": "people", "map": [table.name for table in tables], **(identity or {})}
    return SmallWorkspace(
        tables={table.name: table for table in tables},
        identity=IdentityDefinition.model_validate(settings),
        profile=None if profile is None else ProfileDefinition.model_validate({"name": "person", **profile}),
        warehouse=warehouse or DuckDBWarehouse(check_portable=True),
        directory=directory,
    )
