"""Entries of a Delta log, written by hand so that the entries of many tables can appear together.

delta-rs writes an entry where it becomes visible at once. A run needs all entries complete on disk first, and then
only one link each. The form is the Delta protocol's (github.com/delta-io/delta, PROTOCOL.md, "Actions"),
reader version 1, writer version 2.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlparse

from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError
from deltalake.schema import ArrayType, PrimitiveType

from onefold.foundation.kernel import NotFound
from onefold.foundation.warehouse.port import Column, ColumnType

Action = Mapping[str, object]

OURS = "onefold.table"
"""The table property that tells our tables from somebody else's."""
_CONFIGURATION = {
    # Old versions stay readable as long as the workspace keeps them: Delta's clean-up must not cut them off.
    "delta.logRetentionDuration": "interval 36500 days",
    OURS: "true",
}
_PROTOCOL = {"minReaderVersion": 1, "minWriterVersion": 2}
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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table at one version; paths are as the log has them, relative to the table's folder."""

    version: int
    paths: tuple[str, ...]
    columns: tuple[Column, ...]
    schema_json: str
    table_id: str
    created_ms: int
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Addition:
    """A data file that an entry adds."""

    path: str
    size_bytes: int
    rows: int | None = None


def entry_name(version: int) -> str:
    """Return the file name of a version's entry."""
    return f"{version:020}.json"


def latest_version(table: Path) -> int:
    """Return the newest version of a Delta table; -1 when there is none."""
    versions = [int(path.stem) for path in (table / "_delta_log").glob("*.json") if path.stem.isdigit()]
    return max(versions, default=-1)


def snapshot(table: Path, version: int) -> Snapshot:
    """Return what the table holds at a version.

    Raises:
        NotFound: there is no such table or version.
    """
    entry = table / "_delta_log" / entry_name(version)
    try:
        state = entry.stat()
    except OSError as error:
        raise _unknown(table, version) from error
    # A version never changes; the file's identity tells a lake that was deleted and made anew.
    return _snapshot(table, version, (state.st_ino, state.st_mtime_ns))


@lru_cache(maxsize=512)
def _snapshot(table: Path, version: int, identity: tuple[int, int]) -> Snapshot:
    del identity
    root = table.resolve()
    try:
        delta = DeltaTable(root, version=version)
        uris = delta.file_uris()
    except DeltaError as error:
        raise _unknown(table, version) from error
    schema_json = delta.schema().to_json()
    metadata = delta.metadata()
    return Snapshot(
        version=version,
        paths=tuple(unquote(urlparse(uri).path).removeprefix(f"{root}/") for uri in uris),
        columns=_columns(schema_json),
        schema_json=schema_json,
        table_id=str(metadata.id),
        created_ms=metadata.created_time or 0,
        is_ours=(metadata.configuration or {}).get(OURS) == "true",
    )


def _unknown(table: Path, version: int) -> NotFound:
    message = f"There is no version {version} of table {table.name!r} in the lake."
    return NotFound(message, code="lake.table_unknown", hint='`onefold sql "show tables"` lists the tables.')


def entry(
    additions: Iterable[Addition],
    columns: Sequence[Column],
    *,
    before: Snapshot | None,
    keep_before: bool,
    now_ms: int,
    name: str,
    description: str = "",
) -> str:
    """Return the log entry after which the table holds the additions, and what was there with `keep_before`.

    The schema is written when it differs from the one before, the protocol with a table's first entry.
    """
    schema_json = delta_schema(columns).to_json()
    mode = "Append" if keep_before and before is not None else "Overwrite"
    parameters = {"mode": mode, "partitionBy": "[]"}
    actions: list[Action] = [
        {
            "commitInfo": {
                "timestamp": now_ms,
                "operation": "WRITE",
                "operationParameters": parameters,
                "engineInfo": "onefold",
            }
        }
    ]
    if before is None:
        actions.append({"protocol": _PROTOCOL})
    if before is None or json.loads(before.schema_json) != json.loads(schema_json):
        metadata: dict[str, object] = {
            "id": before.table_id if before else str(uuid.uuid4()),
            "name": name,
            "description": description or None,
            "format": {"provider": "parquet", "options": {}},
            "schemaString": schema_json,
            "partitionColumns": [],
            "createdTime": before.created_ms if before else now_ms,
            "configuration": _CONFIGURATION,
        }
        actions.append({"metaData": metadata})
    added = {addition.path: addition for addition in additions}
    gone = [] if keep_before or before is None else [path for path in before.paths if path not in added]
    actions += [
        {"remove": {"path": path, "deletionTimestamp": now_ms, "dataChange": True, "partitionValues": {}}}
        for path in gone
    ]
    there = frozenset(before.paths) if before else frozenset()
    actions += [_add(addition, now_ms) for path, addition in added.items() if path not in there]
    return "".join(f"{json.dumps(action, separators=(',', ':'))}\n" for action in actions)


def _add(addition: Addition, now_ms: int) -> Action:
    described: dict[str, object] = {
        "path": addition.path,
        "partitionValues": {},
        "size": addition.size_bytes,
        "modificationTime": now_ms,
        "dataChange": True,
    }
    if addition.rows is not None:
        described["stats"] = json.dumps({"numRecords": addition.rows})
    return {"add": described}


def prepared_content(
    table: Path, version: int, prepared: Path
) -> tuple[tuple[Addition, ...], tuple[Column, ...]]:
    """Return the files and columns that the table has once the prepared entry follows the version before it."""
    actions = [json.loads(line) for line in prepared.read_text(encoding="utf-8").splitlines()]
    additions = [
        Addition(
            action["add"]["path"], action["add"]["size"], json.loads(action["add"]["stats"])["numRecords"]
        )
        for action in actions
        if "add" in action
    ]
    described = [action["metaData"]["schemaString"] for action in actions if "metaData" in action]
    mode = next(a["commitInfo"]["operationParameters"]["mode"] for a in actions if "commitInfo" in a)
    before = snapshot(table, version - 1) if version > 0 else None
    if before is not None and mode == "Append":
        additions += [Addition(path, (table / path).stat().st_size) for path in before.paths]
    columns = _columns(described[0]) if described else before.columns if before is not None else ()
    return tuple(additions), columns


def _columns(schema_json: str) -> tuple[Column, ...]:
    fields = json.loads(schema_json)["fields"]
    return tuple(column_of_delta(field["name"], field["type"]) for field in fields)


def paths_at(table: Path, versions: Iterable[int]) -> frozenset[str]:
    """Return the paths of all data files that any of the versions holds.

    Reads the oldest version as a whole and goes on from entry to entry: linear in the entries between.
    """
    wanted = sorted(set(versions))
    active = set(snapshot(table, wanted[0]).paths)
    found = set(active)
    for version in range(wanted[0] + 1, wanted[-1] + 1):
        text = (table / "_delta_log" / entry_name(version)).read_text(encoding="utf-8")
        for line in text.splitlines():
            action = cast("dict[str, dict[str, str]]", json.loads(line))
            if "remove" in action:
                active.discard(unquote(action["remove"]["path"]))
            if "add" in action:
                active.add(unquote(action["add"]["path"]))
        if version in wanted:
            found |= active
    return frozenset(found)
