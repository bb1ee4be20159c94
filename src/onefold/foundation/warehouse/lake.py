"""The lake: every published table is a Delta table in a folder, committed together, readable by anyone.

A run *stages* data files (nothing visible), then *commits* all tables at once; which versions belong together
is the manifest's business (`onefold.runs`). Tables are copy-on-write, protocol (1, 2), instants in UTC, ZSTD.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlparse

from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import CommitFailedError, TableNotFoundError
from deltalake.schema import ArrayType, PrimitiveType
from deltalake.transaction import AddAction, RemoveAction

from onefold.foundation.kernel import Conflict, NotFound
from onefold.foundation.warehouse.port import Column, ColumnType, DataFile, TableRef, Warehouse
from onefold.foundation.warehouse.sql import Sql

Mode = Literal["overwrite", "append"]

_PRIMITIVES = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "long",
    ColumnType.SMALL_INTEGER: "short",
    ColumnType.NUMBER: "double",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.INSTANT: "timestamp",
    ColumnType.BLOB: "binary",
}
_COLUMN_TYPES = {text: kind for kind, text in _PRIMITIVES.items()} | {
    "integer": ColumnType.INTEGER,
    "byte": ColumnType.SMALL_INTEGER,
    "float": ColumnType.NUMBER,
}
# Old versions stay readable as long as the workspace keeps them: Delta's own clean-up must not cut them off.
_CONFIGURATION: dict[str, str | None] = {"delta.logRetentionDuration": "interval 36500 days"}


@dataclass(frozen=True, slots=True)
class StagedTable:
    """Data files that lie in a table's folder but are in no version yet."""

    name: str
    columns: tuple[Column, ...]
    files: tuple[DataFile, ...]
    mode: Mode = "overwrite"
    description: str = ""

    @property
    def rows(self) -> int:
        """The number of staged rows."""
        return sum(file.rows for file in self.files)


def delta_schema(columns: Sequence[Column]) -> Schema:
    """Return the Delta schema of the columns."""
    return Schema([Field(column.name, _delta_type(column), nullable=True) for column in columns])


def _delta_type(column: Column) -> PrimitiveType | ArrayType:
    match column.type:
        case ColumnType.DECIMAL:
            precision, scale = column.decimal or (38, 9)
            return PrimitiveType(f"decimal({precision},{scale})")
        case ColumnType.TEXT_LIST:
            return ArrayType(PrimitiveType("string"), contains_null=True)
        case ColumnType.INTEGER_LIST:
            return ArrayType(PrimitiveType("long"), contains_null=True)
        case _:
            return PrimitiveType(_PRIMITIVES[column.type])


def column_of_delta(name: str, described: object) -> Column:
    """Return the column for a type of a Delta schema; types outside the closed list become text."""
    if isinstance(described, dict) and described.get("type") == "array":
        integers = described.get("elementType") in ("long", "integer", "short", "byte")
        return Column(name, ColumnType.INTEGER_LIST if integers else ColumnType.TEXT_LIST)
    if isinstance(described, str) and described.startswith("decimal("):
        precision, scale = described[8:-1].split(",")
        return Column(name, ColumnType.DECIMAL, (int(precision), int(scale)))
    return Column(name, _COLUMN_TYPES.get(str(described), ColumnType.TEXT))


class Lake:
    """The workspace's Delta tables below one folder."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, name: str) -> Path:
        """Return the folder of a table."""
        return self.directory / name

    def versions(self) -> dict[str, int]:
        """Return the latest version of every table there is."""
        found: dict[str, int] = {}
        for log in sorted(self.directory.glob("*/_delta_log")):
            try:
                found[log.parent.name] = DeltaTable(log.parent, without_files=True).version()
            except TableNotFoundError:
                continue  # a folder whose first commit never happened
        return found

    def columns(self, name: str, version: int) -> tuple[Column, ...]:
        """Return the columns of a table at a version.

        Raises:
            NotFound: there is no such table or version.
        """
        schema = json.loads(self._open(name, version).schema().to_json())
        return tuple(column_of_delta(field["name"], field["type"]) for field in schema["fields"])

    def files(self, name: str, version: int) -> list[Path]:
        """Return the data files of a table at a version."""
        return [Path(unquote(urlparse(uri).path)) for uri in self._open(name, version).file_uris()]

    def view(self, warehouse: Warehouse, name: str, version: int) -> None:
        """Let the warehouse see a table at a version under its name."""
        warehouse.view_parquet(name, self.files(name, version), self.columns(name, version))

    def stage(
        self, warehouse: Warehouse, table: TableRef, select: Sql, *, mode: Mode = "overwrite"
    ) -> StagedTable:
        """Write the select as data files of the table; nobody sees them before `commit`."""
        files = warehouse.write_parquet(select, self.path(table.name), table.columns)
        return StagedTable(table.name, table.columns, tuple(files), mode, table.description)

    def view_staged(self, warehouse: Warehouse, staged: StagedTable, *, version: int | None) -> None:
        """Let the warehouse see a staged table (with the version it appends to) under its name."""
        files = [file.path for file in staged.files]
        if staged.mode == "append" and version is not None:
            files = self.files(staged.name, version) + files
        warehouse.view_parquet(staged.name, files, staged.columns)

    def commit(self, staged: Iterable[StagedTable]) -> dict[str, int]:
        """Make the staged tables their tables' latest versions and return those.

        Raises:
            Conflict: somebody else committed to a table meanwhile.
        """
        versions: dict[str, int] = {}
        for table in staged:
            try:
                versions[table.name] = self._commit(table)
            except CommitFailedError as error:
                message = f"Table {table.name!r} was changed by somebody else during the run."
                hint = "Only `onefold run` may write to the lake. Run again."
                raise Conflict(message, code="lake.conflict", hint=hint) from error
        return versions

    def _commit(self, staged: StagedTable) -> int:
        schema = delta_schema(staged.columns)
        path = self.path(staged.name)
        try:
            table = DeltaTable(path)
        except TableNotFoundError:
            table = DeltaTable.create(
                path,
                schema,
                name=staged.name,
                description=staged.description or None,
                configuration=_CONFIGURATION,
            )
        now_ms = int(time.time() * 1000)
        adds: list[AddAction | RemoveAction] = [
            AddAction(
                file.path.name, file.size_bytes, {}, now_ms, True, json.dumps({"numRecords": file.rows})
            )
            for file in staged.files
        ]
        table.create_write_transaction(adds, staged.mode, schema)
        table.update_incremental()
        return table.version()

    def restore(self, manifest: Mapping[str, int]) -> dict[str, int]:
        """Bring every table back to the manifest's version; return the versions that now hold it.

        A table that the manifest does not know never became visible: its folder is removed.
        """
        for folder in self.directory.glob("*/"):
            if folder.name not in manifest:
                shutil.rmtree(folder)
        restored = dict(manifest)
        for name, latest in self.versions().items():
            if latest != manifest[name]:
                table = self._open(name, latest)
                table.restore(manifest[name])
                restored[name] = self._open(name, None).version()
        return restored

    def clean(self, keep: Mapping[str, Sequence[int]]) -> int:
        """Delete data files that belong to none of the kept versions; return how many."""
        removed = 0
        for name, latest in self.versions().items():
            versions = sorted({*keep.get(name, ()), latest})
            removed += len(
                self._open(name, None).vacuum(
                    retention_hours=0,
                    dry_run=False,
                    enforce_retention_duration=False,
                    full=True,
                    keep_versions=versions,
                )
            )
        return removed

    def _open(self, name: str, version: int | None) -> DeltaTable:
        try:
            return DeltaTable(self.path(name), version=version)
        except TableNotFoundError as error:
            hint = '`onefold sql "show tables"` lists the tables.'
            raise NotFound(f"There is no table {name!r}.", code="lake.table_unknown", hint=hint) from error
