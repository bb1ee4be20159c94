"""Delta tables of others, read in place: from a folder, or from a bucket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import unquote, urlparse

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError
from pydantic import Field
from typing_extensions import override

from onefold.foundation.kernel import Forbidden, InvalidInput, NotFound, OnefoldError, Transient, nearest
from onefold.foundation.warehouse import ColumnType, Sql, comma, ident, literal, sql
from onefold.sources.connectors.connector import (
    Connector,
    ConnectorContext,
    Coverage,
    FoundColumn,
    Scan,
    ScanRequest,
)
from onefold.sources.locations import StorageOptions

# Reader features under which a data file still means what it says; any other goes through delta-rs.
_PLAIN_FEATURES: Final = frozenset({"timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"})
_COLORS: Final = re.compile(r"\x1b\[[0-9;]*m")

_TYPES: Final = {
    "string": (ColumnType.TEXT, pa.string()),
    "long": (ColumnType.INTEGER, pa.int64()),
    "integer": (ColumnType.INTEGER, pa.int64()),
    "short": (ColumnType.INTEGER, pa.int64()),
    "byte": (ColumnType.INTEGER, pa.int64()),
    "float": (ColumnType.NUMBER, pa.float64()),
    "double": (ColumnType.NUMBER, pa.float64()),
    "boolean": (ColumnType.BOOLEAN, pa.bool_()),
    "date": (ColumnType.DATE, pa.date32()),
    "timestamp": (ColumnType.INSTANT, pa.timestamp("us", "UTC")),
    "timestamp_ntz": (ColumnType.INSTANT, pa.timestamp("us")),
    "binary": (ColumnType.BLOB, pa.binary()),
}
_WHOLE_NUMBERS: Final = frozenset({"long", "integer", "short", "byte"})


class Delta(Connector):
    """A Delta table, read where it lies; nothing is copied first.

    Plain tables in a folder are read as parquet at the engine's own speed. Tables with deletion vectors,
    column mapping, partitions or other features, and tables in a bucket, are read through delta-rs, which
    applies them; it promises no order of rows. A refresh reads nothing while the table's version is the one
    read last. Structs and maps become JSON text.
    """

    kind: ClassVar[str] = "delta"

    path: str = Field(description="The table's folder, from the workspace's folder, or `s3://bucket/table`.")
    storage: StorageOptions = Field(default_factory=StorageOptions)

    @override
    def discover(self, context: ConnectorContext) -> tuple[FoundColumn, ...]:
        return tuple(column.found for column in _columns(self._open(context)))

    @override
    def scan(self, context: ConnectorContext, request: ScanRequest) -> Scan:
        table = self._open(context)
        version = table.version()
        state = {"table": str(table.metadata().id), "version": version}
        if {key: request.state.get(key) for key in state} == state:
            return Scan(Coverage.NOTHING, state=state)
        columns = _wanted(_columns(table), request.columns, self.path)
        if self._is_plain(table) and (files := table.file_uris()):
            select = _parquet(context, [unquote(urlparse(uri).path) for uri in files], columns)
            return Scan(
                Coverage.EVERYTHING, select=select, state=state, note=f"Version {version}, as parquet."
            )

        def reader() -> pa.RecordBatchReader:
            return _streamed(self._open(context, version), columns, self.path)

        return Scan(Coverage.EVERYTHING, reader=reader, state=state, note=f"Version {version}, by delta-rs.")

    def _is_plain(self, table: DeltaTable) -> bool:
        features = set(table.protocol().reader_features or ())
        metadata = table.metadata()
        mapping = metadata.configuration.get("delta.columnMapping.mode", "none")
        return (
            "://" not in self.path
            and features <= _PLAIN_FEATURES
            and mapping == "none"
            and not metadata.partition_columns
        )

    def _open(self, context: ConnectorContext, version: int | None = None) -> DeltaTable:
        remote = "://" in self.path
        place = self.path if remote else str(context.directory / Path(self.path).expanduser())
        options = _storage(self.storage, context) if remote else None
        try:
            return DeltaTable(place, version=version, storage_options=options)
        except (DeltaError, OSError, ValueError) as error:
            raise _translated(error, self.path) from error


class _Column:
    """A column of a Delta schema: as it is described, and how it travels."""

    def __init__(self, name: str, described: object, nullable: bool) -> None:
        kind, arrow, decimal = _type(described)
        native = described if isinstance(described, str) else json.dumps(described)
        self.found = FoundColumn(name, kind, decimal, nullable, native)
        self.arrow = arrow
        self.nested = isinstance(described, dict) and kind is ColumnType.TEXT


def _columns(table: DeltaTable) -> tuple[_Column, ...]:
    schema = json.loads(table.schema().to_json())
    return tuple(_Column(field["name"], field["type"], field["nullable"]) for field in schema["fields"])


def _type(described: object) -> tuple[ColumnType, pa.DataType, tuple[int, int] | None]:
    if isinstance(described, str):
        if described.startswith("decimal("):
            precision, scale = (int(part) for part in described[8:-1].split(","))
            return ColumnType.DECIMAL, pa.decimal128(precision, scale), (precision, scale)
        kind, arrow = _TYPES.get(described, (ColumnType.TEXT, pa.string()))
        return kind, arrow, None
    if isinstance(described, dict) and described.get("type") == "array":
        element = described.get("elementType")
        if element in _WHOLE_NUMBERS:
            return ColumnType.INTEGER_LIST, pa.list_(pa.int64()), None
        if isinstance(element, str):
            return ColumnType.TEXT_LIST, pa.list_(pa.string()), None
    return ColumnType.TEXT, pa.string(), None


def _wanted(columns: Sequence[_Column], names: tuple[str, ...] | None, path: str) -> tuple[_Column, ...]:
    if names is None:
        return tuple(columns)
    by_name = {column.found.name: column for column in columns}
    if missing := [name for name in names if name not in by_name]:
        message = f"Column {missing[0]!r} is not in the Delta table {path}."
        hint = nearest(missing[0], by_name)
        raise InvalidInput(message, code="sources.column_unknown", hint=hint, context={"column": missing[0]})
    return tuple(by_name[name] for name in names)


def _parquet(context: ConnectorContext, paths: Sequence[str], columns: Sequence[_Column]) -> Sql:
    """Return the SELECT over the data files with the types of the table's schema."""
    files = comma(literal(path) for path in paths)
    relation = sql("read_parquet([{files}], union_by_name = true, hive_partitioning = false)", files=files)
    # A column added to the schema later may be in no file yet.
    there = set(context.files.arrow(sql("SELECT * FROM {relation} LIMIT 0", relation=relation)).column_names)
    selected = comma(_selected(column, column.found.name in there) for column in columns)
    return sql("SELECT {selected} FROM {relation}", selected=selected, relation=relation)


def _selected(column: _Column, there: bool) -> Sql:
    name, kind = ident(column.found.name), column.found.column.sql_type
    if not there:
        return sql("CAST(NULL AS {kind}) AS {name}", kind=kind, name=name)
    if column.nested:
        return sql("CAST(to_json({name}) AS VARCHAR) AS {name}", name=name)
    if column.found.native == "timestamp_ntz":
        return sql("CAST({name} AS TIMESTAMP) AS {name}", name=name)
    return sql("CAST({name} AS {kind}) AS {name}", name=name, kind=kind)


def _streamed(table: DeltaTable, columns: Sequence[_Column], path: str) -> pa.RecordBatchReader:
    schema = pa.schema([(column.found.name, column.arrow) for column in columns])
    try:
        rows = pa.RecordBatchReader.from_stream(table.scan(columns=[column.found.name for column in columns]))
    except (DeltaError, OSError) as error:
        raise _translated(error, path) from error

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in rows:
                arrays = [
                    _as_json(batch.column(column.found.name)) if column.nested
                    else batch.column(column.found.name).cast(column.arrow)
                    for column in columns
                ]  # fmt: skip
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        except (DeltaError, OSError) as error:
            raise _translated(error, path) from error

    return pa.RecordBatchReader.from_batches(schema, batches())


def _as_json(values: pa.Array) -> pa.Array:
    return pa.array(
        [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in values.to_pylist()
        ],
        pa.string(),
    )


def _storage(options: StorageOptions, context: ConnectorContext) -> dict[str, str]:
    secrets: Mapping[str, str | None] = {
        "AWS_ACCESS_KEY_ID": options.access_key,
        "AWS_SECRET_ACCESS_KEY": options.secret_key,
        "AWS_SESSION_TOKEN": options.session_token,
    }
    given = {name: context.secret(reference) for name, reference in secrets.items() if reference is not None}
    if options.endpoint is not None:
        given["AWS_ENDPOINT_URL"] = options.endpoint
        given["AWS_ALLOW_HTTP"] = str(options.endpoint.startswith("http://")).lower()
    if options.region is not None:
        given["AWS_REGION"] = options.region
    return given


def _translated(error: Exception, path: str) -> OnefoldError:
    text = _COLORS.sub("", str(error))
    context = {"path": path}
    if "NoSuchBucket" in text:
        message = f"The bucket of {path} does not exist."
        hint = "Check the bucket's name, the endpoint and the region."
        return InvalidInput(message, code="sources.bucket_unknown", hint=hint, context=context)
    if "AccessDenied" in text or "403" in text or "Permission denied" in text:
        message = f"{path} may not be read."
        hint = "Check the credentials, or the permissions of the folder."
        return Forbidden(message, code="sources.access_denied", hint=hint, context=context)
    if isinstance(error, TableNotFoundError) or "not a Delta table" in text or "No such file" in text:
        message = f"There is no Delta table at {path}."
        hint = "Name the folder that holds `_delta_log`; relative paths start from the workspace's folder."
        return NotFound(message, code="sources.table_missing", hint=hint, context=context)
    if "error sending request" in text or "retries" in text:
        message = f"The service that holds {path} cannot be reached."
        hint = "Check the endpoint, that the service runs, and that this machine may connect to it."
        return Transient(message, code="sources.unreachable", hint=hint, context=context)
    message = (
        f"The Delta table at {path} cannot be read: {text.splitlines()[0] if text else 'no reason given'}"
    )
    hint = "It may be damaged, or use a feature that is not supported yet."
    return InvalidInput(message, code="sources.table_unreadable", hint=hint, context=context)
