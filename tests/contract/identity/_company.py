"""The example company's people, read once, and unified by any engine into tables of its own."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import onefold
from onefold.catalogue import TableDescription
from onefold.example import generate_retail, write_definitions
from onefold.foundation.warehouse import Sql, Warehouse, ident, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.lake import Lake
from onefold.identity import IdentityDefinition, IdentityStage
from onefold.profiles import ProfileDefinition, ProfilesStage
from onefold.runs.context import RunContext
from onefold.runs.model import Manifest
from onefold.runs.storage import Memory

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Company:
    """A workspace whose sources have been read, with its shipped definitions."""

    directory: Path
    manifest: Manifest
    descriptions: Mapping[str, TableDescription]
    identity: IdentityDefinition
    profile: ProfileDefinition


def company(directory: Path, *, people: int) -> Company:
    """Return the example company, its identity sources read by the embedded engine."""
    generate_retail(directory, people=people, seed=11)
    write_definitions(directory)
    with onefold.open(directory) as workspace:
        identity = workspace.identity()
        report = workspace.run(only=[f"sources.{mapped.table}" for mapped in identity.map])
        assert not [stage for stage in report.stages if stage.error_code]
        return Company(directory, workspace.manifest(), workspace.describe(), identity, workspace.profile())


@dataclass
class Unified:
    """What one engine has made of the company, run after run; its tables are read by the embedded engine."""

    company: Company
    warehouse: Warehouse
    files: DuckDBWarehouse
    context: RunContext

    def run(
        self, identity: IdentityDefinition | None = None, profile: ProfileDefinition | None = None
    ) -> Unified:
        """Run identity and profiles; errors are raised."""
        identity, profile = identity or self.company.identity, profile or self.company.profile
        described = self.company.descriptions
        for stage in (
            IdentityStage(identity, described, frozenset()),
            ProfilesStage(profile, identity, described),
        ):
            self.context.begin(stage.name, Memory(), lambda *_: None)
            stage.run(self.context)
            self.context.end(keep=True)
        return self

    def again(self, run_id: str) -> Unified:
        """Return it as it is at the next run, a day after what was published."""
        versions = self.context.lake.commit(self.context.staged())
        tables = {**self.context.manifest.tables, **versions}
        self.context = replace(
            _context(
                self.context.lake, self.warehouse, self.files, replace(self.context.manifest, tables=tables)
            ),
            run_id=run_id,
            now=self.context.now + dt.timedelta(days=1),
        )
        self.context.open_tables()
        return self

    def rows(self, table: str) -> list[tuple[object, ...]]:
        """Return the rows of a published table in an order of their own."""
        return sorted(self.files.rows(sql("SELECT * FROM {table}", table=ident(table))), key=repr)

    def people(self) -> set[frozenset[str]]:
        """Return the profiles as sets of records, each written `table:id`."""
        found: dict[str, set[str]] = {}
        for record, profile in self.files.rows(
            Sql("SELECT source || ':' || record_id, profile_id FROM profile_records")
        ):
            found.setdefault(str(profile), set()).add(str(record))
        return {frozenset(records) for records in found.values()}


def unified(found: Company, warehouse: Warehouse, directory: Path) -> Unified:
    """Return the company as the engine is about to unify it: the same source tables in a lake of its own."""
    shutil.copytree(found.directory / "lake", directory)
    files = DuckDBWarehouse()
    context = _context(Lake(directory), warehouse, files, found.manifest)
    context.open_tables()
    return Unified(found, warehouse, files, context)


def _context(lake: Lake, warehouse: Warehouse, files: Warehouse, manifest: Manifest) -> RunContext:
    return RunContext(
        run_id="run_first",
        now=NOW,
        warehouse=warehouse,
        files=files,
        lake=lake,
        manifest=manifest,
        full=True,
        reached=lambda _: None,
        owners={},
    )
