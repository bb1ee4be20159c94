"""The contract of a connector: one kind of place that records are read from.

A connector is one class in one file of this folder. Its settings are its fields (so their JSON Schema draws
the form), its docstring is its reference page, and `onefold.testing.connector_suite` proves it.

A connector delivers rows; typing, quarantine, keys, filters and cleaning happen afterwards, alike for all.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from onefold.foundation.definitions.model import Part
from onefold.foundation.secrets import resolve
from onefold.foundation.warehouse import Column, ColumnType, Sql, Warehouse, sql
from onefold.sources.files import FileAccess, LocalFile
from onefold.sources.locations import StorageOptions
from onefold.sources.polymorphic import union_schema

CONNECTORS = "onefold.sources.connectors"

FILE = (
    "_file"  # text: `str(LocalFile.path)` of the file the row came from (what `filename` of read_csv holds)
)
LINE = "_line"  # integer: the line (or sheet row, or record) in that file, from 1
# Text: what was there where no record could be made of it (its columns are then null); '' for a blank line.
REJECT = "_reject"
PROVENANCE = (FILE, LINE, REJECT)


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column as the source has it.

    Attributes:
        name: exactly as the source spells it.
        type: what its values fit; for a text format, what a sample suggests.
        decimal: precision and scale, for DECIMAL.
        nullable: None when the source does not say.
        native: the source's own name of the type, `varchar(40)`; "" when it has none.
        format: how its texts are written, for a text format: `%d.%m.%Y`; None for the default.
        samples: up to 20 distinct values as text, for suggestions; never logged.
    """

    name: str
    type: ColumnType
    decimal: tuple[int, int] | None = None
    nullable: bool | None = None
    native: str = ""
    format: str | None = None
    samples: tuple[str, ...] = ()

    @property
    def column(self) -> Column:
        """The column as a published table would have it."""
        return Column(self.name, self.type, self.decimal)


@dataclass(frozen=True, slots=True)
class Watermark:
    """Rows changed at this or after it are wanted: `column >= value`; value is the highest seen, as text.

    Those of the very moment too: a row that came later may carry it, and what was read before is known by its key.

    For INSTANT the text is ISO 8601 in UTC (`2026-11-21 10:00:00.123456+00`), for INTEGER its digits, for
    DATE `2026-11-21`.
    """

    column: str
    type: ColumnType
    value: str


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What is wanted.

    Attributes:
        columns: the columns to deliver, as the source spells them; None is all.
        types: the type each is wanted in. A connector delivers that type, or its own, or text: what is not
            yet of the wanted type is cast afterwards, and what does not fit goes to quarantine. A connector
            must not drop or change a value because of it.
        watermark: set when only changed rows are needed; a connector that cannot push it down ignores it
            and says so by its coverage.
        state: what the connector's last good scan returned as `Scan.state`; empty means read everything.
        time_zone: the zone of moments that carry none; what compares them with the watermark needs it.
    """

    columns: tuple[str, ...] | None = None
    types: Mapping[str, Column] = field(default_factory=dict)
    watermark: Watermark | None = None
    state: Mapping[str, object] = field(default_factory=dict)
    time_zone: str = "UTC"


class Coverage(StrEnum):
    """Which rows of the source a scan delivers."""

    EVERYTHING = "everything"  # all rows there are: what is not among them is gone
    FILES = "files"  # all rows of `Scan.files`; the other files are as they were
    CHANGES = "changes"  # rows changed since the watermark: nothing is known about the others
    NOTHING = "nothing"  # the source is as it was at the last good scan; no rows


Reader = Callable[[], pa.RecordBatchReader]

Locate = Callable[[str, int, Sequence[int], Sequence[int]], tuple[Sequence[int], Sequence[int]]]
"""Given a file (as `_file`), how many of its records were read, the numbers of some (from 0, growing) and the byte
positions of records that could not be split (growing): the lines, from 1, on which either begin."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Rows to read, in the order of reading: one of `select` and `reader` is set; neither: there are none.

    Attributes:
        coverage: which rows these are.
        select: a SELECT over the embedded engine (`ConnectorContext.files`) of the source's columns and the
            provenance columns named in `provenance`.
        reader: a factory of Arrow readers, same columns; called once per attempt.
        provenance: which of `_file`, `_line`, `_reject` the rows have. Needed: `_file` when `files` are several.
        first_line: the line of the first row in each file, where rows have no `_line` (2 below a header).
        locate: finds the lines of records, where not every record takes one line (csv); None: it does.
        may_hold_nul: whether texts may hold the character NUL, which quarantines their row.
        rejects: a SELECT over the embedded engine, run after the rows have been read to the end, of rows
            that the reader itself could not split: `file VARCHAR` (as `_file`), `line BIGINT`,
            `field VARCHAR`, `raw_value VARCHAR`, `code VARCHAR`, `reason VARCHAR`; with `locate` also
            `position BIGINT`, the bytes before it. None: there can be none.
            Rows are read by `create_table`, `rows` or `arrow`, not `batches`, whose cursor keeps its rejects.
        files: the files read, in the order of reading; empty for what is not files.
        gone: the URLs that the last scan knew and that no longer exist.
        state: what to hand back as `ScanRequest.state` next time; plain JSON values.
        note: a sentence for people about how the rows were read; "" when there is nothing to say.
        drop_after: tables or views of the embedded engine to drop when the rows have been read.
    """

    coverage: Coverage
    select: Sql | None = None
    reader: Reader | None = None
    provenance: frozenset[str] = frozenset()
    first_line: int = 1
    locate: Locate | None = None
    may_hold_nul: bool = False
    rejects: Sql | None = None
    files: tuple[LocalFile, ...] = ()
    gone: tuple[str, ...] = ()
    state: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    drop_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What a connector may use.

    Attributes:
        files: the embedded engine; `read_csv`, `read_json`, `read_parquet` and intermediate tables.
        access: finds local and remote files.
        now: the run's moment, aware, in UTC.
        work: a folder for temporary files of this run; it is removed afterwards.
    """

    files: Warehouse
    access: FileAccess
    now: dt.datetime
    work: Path

    @property
    def directory(self) -> Path:
        """The workspace's folder, which relative paths start from."""
        return self.access.directory

    def fetch(self, pattern: str, options: StorageOptions | None = None) -> tuple[LocalFile, ...]:
        """Return local files for a path, a glob or a URL; see `FileAccess.fetch`."""
        return self.access.fetch(pattern, options)

    def secret(self, text: str) -> str:
        """Return the text with `${NAME}` references resolved.

        Raises:
            InvalidInput: a variable is not set.
        """
        return resolve(text, self.access.environment)


class Connector(Part, ABC):
    """One kind of place that records are read from; its settings are its fields."""

    # Building waits until all kinds are known: a field of this type takes any of them.
    model_config = ConfigDict(defer_build=True)

    kind: ClassVar[str]

    # Whether `ScanRequest.watermark` is pushed down to the place.
    pushes_watermark: ClassVar[bool] = False

    # Whether it reads only what changed without a watermark (by files, by versions).
    knows_changes: ClassVar[bool] = False

    # File endings (without the dot) that `discover_source` takes for this kind.
    endings: ClassVar[tuple[str, ...]] = ()

    def check(self, context: ConnectorContext) -> None:
        """Raise unless the place can be reached and holds the table; reads no rows beyond a sample.

        Raises:
            InvalidInput: wrong path, address, table or credentials; the hint says what to change.
            NotFound: the file or table is not there.
            Transient: the place cannot be reached now.
        """
        self.discover(context)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        return union_schema(CONNECTORS, Connector, handler) if cls is Connector else handler(source)

    @abstractmethod
    def discover(self, context: ConnectorContext) -> tuple[FoundColumn, ...]:
        """Return the columns there are, in the source's order. Raises what `check` raises."""

    def drafted(self, context: ConnectorContext) -> Self:  # noqa: ARG002
        """Return the connector with the settings that the place asks for, where none is given: for a first draft.

        Raises what `check` raises.
        """
        return self

    def is_unchanged(self, context: ConnectorContext, state: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Return whether a cheap look says that nothing changed since the scan that returned this state.

        False when only reading can tell. Raises what `check` raises.
        """
        return False

    @abstractmethod
    def scan(self, context: ConnectorContext, request: ScanRequest) -> Scan:
        """Return the rows wanted, unread. Raises what `check` raises."""

    def preview(self, context: ConnectorContext, rows: int = 100) -> pa.Table:
        """Return the first rows as the source has them, without provenance."""
        scan = self.scan(context, ScanRequest())
        try:
            if scan.reader is not None:
                found = first_rows(scan.reader(), rows)
                return found.drop_columns([name for name in found.column_names if name in scan.provenance])
            if scan.select is None:
                return pa.table({})
            statement = sql("SELECT * FROM ({select}) LIMIT {rows}", select=scan.select, rows=rows)
            found = context.files.arrow(statement)
            return found.drop_columns([name for name in found.column_names if name in scan.provenance])
        finally:
            context.files.drop(*scan.drop_after)


def first_rows(reader: pa.RecordBatchReader, rows: int) -> pa.Table:
    """Return the first rows of a stream, and read no further."""
    batches: list[pa.RecordBatch] = []
    missing = rows
    for batch in reader:
        batches.append(batch.slice(0, missing))
        missing -= batches[-1].num_rows
        if missing <= 0:
            break
    return pa.Table.from_batches(batches, schema=reader.schema)
