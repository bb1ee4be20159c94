"""Apache Parquet files."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, OnefoldError
from onefold.foundation.warehouse import Sql, comma, ident, literal, sql
from onefold.sources.connectors._engine_files import described, published_form
from onefold.sources.connectors.connector import FILE, ConnectorContext, FoundColumn, ScanRequest
from onefold.sources.connectors.file_connector import FileConnector, FileRead
from onefold.sources.files import LocalFile


class Parquet(FileConnector):
    """Read Parquet files with the types they have; columns that only some files have are null in the others."""

    kind: ClassVar[str] = "parquet"
    endings: ClassVar[tuple[str, ...]] = ("parquet", "pq")

    @override
    def discover(self, context: ConnectorContext) -> tuple[FoundColumn, ...]:
        return described(context.files, self._source(self.located(context), context))

    @override
    def read(self, files: tuple[LocalFile, ...], request: ScanRequest, context: ConnectorContext) -> FileRead:
        source = self._source(files, context)
        found = {column.name: column for column in described(context.files, source, samples=False)}
        names = request.columns or tuple(found)
        columns = [published_form(name, found.get(name), request.types.get(name)) for name in names]
        if self.many:
            columns.append(sql("filename AS {file}", file=ident(FILE)))
        return FileRead(
            select=sql("SELECT {columns} FROM {source}", columns=comma(columns), source=source),
            provenance=frozenset({FILE}) if self.many else frozenset(),
            may_hold_nul=True,
        )

    def _source(self, files: tuple[LocalFile, ...], context: ConnectorContext) -> Sql:
        for file in files:
            _check(file, context)
        return sql(
            "read_parquet([{paths}], union_by_name = true, filename = {filename})",
            paths=comma(literal(str(file.path)) for file in files),
            filename=literal(self.many),
        )


def _check(file: LocalFile, context: ConnectorContext) -> None:
    """Raise unless the file has Parquet's marks and a footer that can be read."""
    with file.path.open("rb") as raw:
        start = raw.read(4)
    if start != b"PAR1":
        what = "empty" if file.size_bytes == 0 else "not a Parquet file"
        message = f"{file.url} is {what}."
        hint = "Use the connector of its kind, or export it again."
        raise InvalidInput(message, code="sources.file_not_parquet", hint=hint, context={"file": file.url})
    try:
        context.files.rows(sql("SELECT count(*) FROM parquet_schema({path})", path=literal(str(file.path))))
    except OnefoldError as error:
        message = f"{file.url} is cut off or damaged."
        hint = "Copy or export it again."
        raise InvalidInput(
            message, code="sources.file_damaged", hint=hint, context={"file": file.url}
        ) from error
