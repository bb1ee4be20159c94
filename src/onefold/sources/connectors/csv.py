"""Comma-separated values and their kin."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self

from pydantic import Field
from typing_extensions import override

from onefold.foundation.kernel import Permanent
from onefold.foundation.warehouse import Sql, comma, ident, literal, spaced, sql, union_all
from onefold.sources.connectors._byte_scan import all_of_them, buffer_for, has_mixed_breaks, scan_bytes
from onefold.sources.connectors._csv_dialect import Dialect, Wanted, dialect_of, transcoded
from onefold.sources.connectors._csv_draft import foreign_encoding, lines_above_header
from onefold.sources.connectors._csv_lines import CsvFile
from onefold.sources.connectors._text_types import typed_columns
from onefold.sources.connectors.connector import FILE, ConnectorContext, FoundColumn, Locate, ScanRequest
from onefold.sources.connectors.file_connector import FileConnector, FileRead
from onefold.sources.files import Compression, LocalFile

_NATIVE: Final = frozenset({"utf-8", "ascii", "iso8859-1"})  # what the engine decodes itself
# Rows of one buffer stay together: with few buffers the engine has less to put together afterwards.
_LARGE_BUFFER: Final = 100_000_000
_CODES: Final = {
    "MISSING COLUMNS": "column_count",
    "TOO MANY COLUMNS": "column_count",
    "UNQUOTED VALUE": "quote",
    "INVALID ENCODING": "encoding",
    "INVALID STATE": "quote",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}
_REASONS: Final = {
    "encoding": "The row is not in the file's encoding. If many are not, set the source's `encoding` (cp1252?).",
    "quote": "A quote is opened and never closed, or text follows a closing quote.",
    "line_too_long": "The line is longer than the source's `max_line_bytes`.",
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """One call of `read_csv`: files that are alike, and the tables for what cannot be split."""

    paths: list[Path]
    origin: Sql | None
    compression: Compression
    buffer: int
    rejects: tuple[str, str]


class Csv(FileConnector):
    """Read csv and tsv files: delimiter, header and compression (gz, zst) are told from the file itself.

    Every value is read as text and an empty one as missing; types come afterwards. Rows that cannot be split
    into the header's columns go to quarantine with their line.
    """

    kind: ClassVar[str] = "csv"
    endings: ClassVar[tuple[str, ...]] = ("csv", "tsv", "txt", "csv.gz", "csv.zst", "tsv.gz", "tsv.zst")

    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=4,
        description="What stands between values; None: told from the file.",
    )
    quote: str = Field(default='"', max_length=1, description='What encloses values; "" for nothing.')
    escape: str | None = Field(
        default=None,
        max_length=1,
        description="What stands before a quote inside quotes; None: the quote, doubled.",
    )
    encoding: str | None = Field(
        default=None,
        description="Such as cp1252 or latin-1; None is UTF-8, or UTF-16 when the file's mark says so.",
    )
    header: bool | None = Field(
        default=None, description="Whether the first line holds names; None: told from the file."
    )
    names: tuple[str, ...] = Field(default=(), description="Names of the columns, instead of the header's.")
    skip: int = Field(default=0, ge=0, description="Lines above the header to pass over.")
    null_values: tuple[str, ...] = Field(
        default=(), description="Texts that mean a missing value, such as NULL."
    )
    max_line_bytes: int = Field(default=2_000_000, ge=1_000, le=64_000_000)

    @override
    def discover(self, context: ConnectorContext) -> tuple[FoundColumn, ...]:
        found: dict[str, FoundColumn] = {}
        for file in self.located(context):
            dialect = self._dialect(file)
            fresh = [name for name in dialect.names if name not in found]
            if fresh:
                columns = typed_columns(dialect.names, [self._without_nulls(row) for row in dialect.rows])
                found |= {column.name: column for column in columns if column.name in fresh}
        return tuple(found.values())

    @override
    def drafted(self, context: ConnectorContext) -> Self:
        files = self.located(context)
        settings: dict[str, object] = {}
        encoding = foreign_encoding(files) if self.encoding is None else None
        if encoding:
            settings["encoding"] = encoding
        if skip := self._lines_above(files[0], encoding or self.encoding):
            settings["skip"] = skip
        return self.model_copy(update=settings)

    def _lines_above(self, file: LocalFile, encoding: str | None) -> int:
        """Return how many lines to pass over where the definition does not say what the first line is."""
        if self.skip or self.names or self.header is not None:
            return 0
        delimiter = self.delimiter or ("\t" if ".tsv" in file.path.name.lower() else None)
        return lines_above_header(file, encoding=encoding, delimiter=delimiter, quote=self.quote)

    @override
    def read(self, files: tuple[LocalFile, ...], request: ScanRequest, context: ConnectorContext) -> FileRead:
        dialects = [(file, self._dialect(file)) for file in files]
        copied = {file.url for file, dialect in dialects if self._needs_copy(file, dialect, context)}
        names = request.columns or tuple(
            dict.fromkeys(name for _, dialect in dialects for name in dialect.names)
        )
        run = uuid.uuid4().hex
        selects: list[Sql] = []
        rejects: list[Sql] = []
        drop_after: list[str] = []
        spelled: dict[str, CsvFile] = {}
        may_hold_nul = False
        alike = itertools.groupby(dialects, key=lambda pair: _reading(*pair, copied=copied))
        for number, (_, group) in enumerate(alike):
            members = list(group)
            tables = (f"rejects_{run}_{number}", f"rejects_scan_{run}_{number}")
            drop_after += tables
            read, origin = self._native(members, context, copied)
            packed = members[0][1].compression if origin is None else "none"
            scan = all_of_them(scan_bytes(path, packed) for path in read)
            may_hold_nul = may_hold_nul or scan.has_nul
            buffer = buffer_for(members[0][0], scan, self.max_line_bytes, most=_LARGE_BUFFER)
            reading = _Reading(read, origin, packed, buffer, tables)
            selects.append(self._select(members[0][1], names, reading))
            rejects.append(rejected_rows(tables, origin))
            for (file, dialect), path in zip(members, read, strict=True):
                spelled[str(file.path)] = self._as_read(dialect, path, packed)
        return FileRead(
            select=union_all(selects),
            provenance=frozenset({FILE}) if self.many else frozenset(),
            first_line=dialects[0][1].lines_above + 1,
            locate=_locator(spelled),
            may_hold_nul=may_hold_nul,
            rejects=union_all(rejects),
            note=self._above_note(files[0]),
            drop_after=tuple(drop_after),
        )

    def _above_note(self, file: LocalFile) -> str:
        lines = self._lines_above(file, self.encoding)
        if not lines:
            return ""
        return f"The columns' names seem to stand on line {lines + 1} of {file.url}: set the source's `skip: {lines}`."

    def _dialect(self, file: LocalFile) -> Dialect:
        delimiter = self.delimiter
        if delimiter is None and ".tsv" in file.path.name.lower():
            delimiter = "\t"
        wanted = Wanted(delimiter, self.quote, self.encoding, self.header, self.skip, self.names)
        return dialect_of(file, wanted)

    def _without_nulls(self, row: tuple[str | None, ...]) -> tuple[str | None, ...]:
        return tuple(None if cell in self.null_values else cell for cell in row) if self.null_values else row

    def _needs_copy(self, file: LocalFile, dialect: Dialect, context: ConnectorContext) -> bool:
        """Return whether the engine can read a copy of the file only: for its encoding or its line breaks."""
        if dialect.encoding not in _NATIVE:
            return True
        if not has_mixed_breaks(file.path, dialect.compression):
            return False
        if dialect.skip:
            return True  # the engine goes by the first lines, and would take all others for one
        # Those inside quotes do no harm, but the engine refuses a file whose lines end in two ways.
        tables = (f"rejects_{uuid.uuid4().hex}", f"rejects_scan_{uuid.uuid4().hex}")
        scan = scan_bytes(file.path, dialect.compression)
        buffer = buffer_for(file, scan, self.max_line_bytes)
        reading = _Reading([file.path], None, dialect.compression, buffer, tables)
        rows = self._select(dialect, dialect.names[:1], reading)
        try:
            context.files.rows(sql("SELECT count(*) FROM ({rows})", rows=rows))
        except Permanent:
            return True  # if it is for another reason, reading says so
        finally:
            context.files.drop(*tables)
        return False

    def _native(
        self, members: list[tuple[LocalFile, Dialect]], context: ConnectorContext, copied: Container[str]
    ) -> tuple[list[Path], Sql | None]:
        """Return paths that the engine reads, and the name of the original when they are a copy of it."""
        file, dialect = members[0]
        if file.url not in copied:
            return [file.path for file, _ in members], None
        context.work.mkdir(parents=True, exist_ok=True)
        copy = transcoded(file, dialect, context.work / f"{uuid.uuid4().hex}.csv")
        return [copy], literal(str(file.path))

    def _as_read(self, dialect: Dialect, path: Path, packed: Compression) -> CsvFile:
        return CsvFile(
            path,
            packed,
            dialect.delimiter,
            self.quote,
            self.escape or self.quote,
            dialect.lines_above,
            len(dialect.names),
        )

    def _select(self, dialect: Dialect, names: tuple[str, ...], reading: _Reading) -> Sql:
        here = set(dialect.names)
        columns = [
            ident(name) if name in here else sql("CAST(NULL AS VARCHAR) AS {name}", name=ident(name))
            for name in names
        ]
        if self.many:
            columns.append(
                sql("{origin} AS {file}", origin=reading.origin or Sql("filename"), file=ident(FILE))
            )
        return sql(
            "SELECT {columns} FROM read_csv([{paths}], columns = {{{types}}}, auto_detect = false, "
            "header = {header}, skip = {skip}, delim = {delim}, quote = {quote}, escape = {escape}, "
            "nullstr = [{nulls}], compression = {compression}, encoding = {encoding}, filename = {filename}, "
            "max_line_size = {longest}, buffer_size = {buffer}, store_rejects = true, rejects_limit = 0, "
            "rejects_table = {rejects}, rejects_scan = {scans})",
            columns=comma(columns),
            paths=comma(literal(str(path)) for path in reading.paths),
            types=comma(sql("{name}: 'VARCHAR'", name=literal(name)) for name in dialect.names),
            header=literal(dialect.has_header),
            skip=dialect.skip,
            delim=literal(dialect.delimiter),
            quote=literal(self.quote),
            escape=literal(self.escape or self.quote),
            nulls=comma(literal(text) for text in ("", *self.null_values)),
            compression=literal(reading.compression),
            encoding=literal("latin-1" if dialect.encoding == "iso8859-1" else "utf-8"),
            filename=literal(self.many),
            longest=self.max_line_bytes,
            buffer=reading.buffer,
            rejects=literal(reading.rejects[0]),
            scans=literal(reading.rejects[1]),
        )


def _locator(files: Mapping[str, CsvFile]) -> Locate:
    def locate(
        file: str, total: int, records: Sequence[int], positions: Sequence[int]
    ) -> tuple[Sequence[int], Sequence[int]]:
        return files[file].lines_of(total, records, positions)

    return locate


def _reading(file: LocalFile, dialect: Dialect, *, copied: Container[str]) -> tuple[object, ...]:
    """Return what files must share to be read in one go; a file that is copied first is read alone."""
    alone = file.url if file.url in copied else ""
    return (
        dialect.names,
        dialect.delimiter,
        dialect.has_header,
        dialect.skip,
        dialect.compression,
        dialect.encoding,
        alone,
    )


def rejected_rows(tables: tuple[str, str], origin: Sql | None) -> Sql:
    """Return the select of the rows that `read_csv` put into its tables of rejects, as `Scan.rejects` wants."""
    errors = spaced(
        sql("WHEN {error} THEN {code}", error=literal(error), code=literal(code))
        for error, code in _CODES.items()
    )
    reasons = spaced(
        sql("WHEN {code} THEN {reason}", code=literal(code), reason=literal(reason))
        for code, reason in _REASONS.items()
    )
    return sql(
        # What is said of a record starts with the blank lines above it.
        "SELECT file, line, field, ltrim(raw, chr(13) || chr(10)) AS raw_value, code, "
        "CASE code {reasons} ELSE said END AS reason, "
        "position + strlen(raw) - strlen(ltrim(raw, chr(13) || chr(10))) AS position FROM ("
        "SELECT {origin} AS file, CAST(min(line) AS BIGINT) AS line, "
        "CAST(arg_min(column_name, column_idx) AS VARCHAR) AS field, first(csv_line) AS raw, "
        "CAST(line_byte_position AS BIGINT) AS position, "
        "CASE first(CAST(error_type AS VARCHAR)) {errors} ELSE 'unreadable' END AS code, "
        "first(error_message) AS said "
        "FROM {rejects} JOIN {scans} USING (scan_id, file_id) "
        "GROUP BY file_path, line_byte_position)",
        origin=origin or Sql("file_path"),
        errors=errors,
        reasons=reasons,
        rejects=ident(tables[0]),
        scans=ident(tables[1]),
    )
