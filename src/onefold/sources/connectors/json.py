"""JSON files: one object a line, one list of objects, or such a list inside an object."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Literal, Self, TypeAlias

import pyarrow as pa
from pydantic import Field
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, Transient
from onefold.foundation.warehouse import ColumnType, Sql, comma, ident, literal, sql, union_all
from onefold.sources.connectors._byte_scan import all_of_them, buffer_for, scan_bytes
from onefold.sources.connectors._json_wrapper import WrappedList, wrapped_list, write_list
from onefold.sources.connectors._text_types import SAMPLES, typed_column
from onefold.sources.connectors.connector import FILE, REJECT, ConnectorContext, FoundColumn, ScanRequest
from onefold.sources.connectors.csv import rejected_rows
from onefold.sources.connectors.file_connector import FileConnector, FileRead
from onefold.sources.files import LocalFile, packing

_HEAD_BYTES: Final = 1 << 20
_SAMPLE: Final = 2_000
_SEPARATOR: Final = re.compile(r"[\s,]*")
_DEEPEST: Final = 4
_LINES: Final = re.compile(r"(?i)\.(jsonl|ndjson)\b")  # one line of those is a record, whatever is in it
Path: TypeAlias = tuple[str, ...]
"""Where in a record a value is: `("address", "street")`."""
_NATIVES: Final = {
    bool: ColumnType.BOOLEAN,
    int: ColumnType.INTEGER,
    float: ColumnType.NUMBER,
    str: ColumnType.TEXT,
}


class Json(FileConnector):
    """Read JSON lines (one object a line) and JSON files (one list of objects), plain, gz or zst.

    An object around the list (`{"customers": [...], "total": 5}`) is seen through when it holds one list of objects;
    `records` names the list where it holds several.

    Members of objects inside a record become columns of their own, `address_street` for `address.street`; lists
    arrive as their JSON text. Lines that are no JSON object go to quarantine; a list file that is broken is
    refused as a whole.
    """

    kind: ClassVar[str] = "json"
    endings: ClassVar[tuple[str, ...]] = (
        "json", "jsonl", "ndjson", "json.gz", "jsonl.gz", "ndjson.gz", "jsonl.zst", "ndjson.zst",
    )  # fmt: skip

    layout: Literal["lines", "list"] | None = Field(
        default=None,
        description="`lines`: an object a line; `list`: one list of objects; None: told from the file.",
    )
    max_record_bytes: int = Field(default=16_777_216, ge=1_000, le=256_000_000)
    flatten: bool = Field(
        default=True, description="Whether members of inner objects are columns; else the object is one text."
    )

    records: str | None = Field(
        default=None,
        description="Where the list is when an object is around it: `customers`, or `data.customers`; None: the only "
        "list of objects in it.",
    )

    @override
    def drafted(self, context: ConnectorContext) -> Self:
        wrapped = self._wrapped(self.located(context)[0])
        return self if wrapped is None else self.model_copy(update={"records": wrapped.path})

    @override
    def discover(self, context: ConnectorContext) -> tuple[FoundColumn, ...]:
        values = {"_".join(path): seen for path, seen in self._seen(context).items()}
        if not values:
            message = f"{self.path} holds no JSON object in its first megabyte."
            hint = 'Each line, or each element of the list, must be an object: {"id": 1, ...}'
            raise InvalidInput(message, code="sources.json_no_objects", hint=hint)
        return tuple(_found(name, seen) for name, seen in values.items())

    @override
    def read(self, files: tuple[LocalFile, ...], request: ScanRequest, context: ConnectorContext) -> FileRead:
        names = request.columns or tuple(column.name for column in self.discover(context))
        paths_of = self._paths(context)
        wanted = [paths_of.get(name, (name,)) for name in names]
        run = uuid.uuid4().hex
        selects: list[Sql] = []
        rejects: list[Sql] = []
        tables: list[str] = []
        alike = itertools.groupby(files, key=lambda file: (self._layout(file), packing(file)))
        for number, ((layout, compression), group) in enumerate(alike):
            members = list(group)
            paths = comma(literal(str(file.path)) for file in members)
            if layout == "list":
                selects.append(self._list_select(paths, names, wanted, compression))
                continue
            if layout == "wrapped":
                selects += [self._wrapped_select(file, names, wanted, context) for file in members]
                continue
            pair = (f"rejects_{run}_{number}", f"rejects_scan_{run}_{number}")
            tables += pair
            scan = all_of_them(scan_bytes(file.path, compression) for file in members)
            buffer = buffer_for(members[0], scan, self.max_record_bytes)
            selects.append(self._lines_select(paths, names, wanted, compression, pair, buffer))
            rejects.append(rejected_rows(pair, None))
        return FileRead(
            select=union_all(selects),
            provenance=frozenset({FILE, REJECT} if self.many else {REJECT}),
            may_hold_nul=True,
            rejects=union_all(rejects) if rejects else None,
            drop_after=tuple(tables),
        )

    def _paths(self, context: ConnectorContext) -> dict[str, Path]:
        """Return where in a record each column is."""
        return {"_".join(path): path for path in self._seen(context)}

    def _seen(self, context: ConnectorContext) -> dict[Path, list[object]]:
        """Return the values at the files' start, of each column by its path."""
        values: dict[str, list[object]] = {}
        for file in self.located(context):
            layout, text = self._layout(file), _head(file)
            if layout == "wrapped" and (found := self._wrapped(file)) is not None:
                layout, text = "list", _raw_head(file)[found.start :]
            for record in _head_records(file, layout, text.decode("utf-8", "replace")):
                for name, value in record.items():
                    values.setdefault(name, []).append(value)
        return self._leaves(values)

    def _leaves(self, values: Mapping[str, list[object]]) -> dict[Path, list[object]]:
        """Return the values of each column by its path; an object that is not always one stays whole."""
        leaves: dict[Path, list[object]] = {}
        for name, seen in values.items():
            whole: dict[Path, list[object]] = {(name,): seen}
            found = _members((name,), seen) if self.flatten else whole
            taken = {"_".join(path) for path in leaves} | set(values) - {name}
            clash = any("_".join(path) in taken for path in found)
            leaves |= whole if clash else found
        return leaves

    def _lines_select(
        self,
        paths: Sql,
        names: tuple[str, ...],
        wanted: Sequence[Path],
        compression: str,
        rejects: tuple[str, str],
        buffer: int,
    ) -> Sql:
        structure = json.dumps(_structure(wanted))
        columns = [
            sql("{value} AS {n}", value=_extracted(path), n=ident(name))
            for name, path in zip(names, wanted, strict=True)
        ]
        columns.append(
            sql("CASE WHEN record IS NULL THEN coalesce(line, '') END AS {reject}", reject=ident(REJECT))
        )
        if self.many:
            columns.append(sql("filename AS {file}", file=ident(FILE)))
        # A control character cannot stand in JSON, so it never splits a line.
        return sql(
            "SELECT {columns} FROM (SELECT line, {filename} CASE WHEN TRY(json_type(line)) = 'OBJECT' "
            "THEN json_transform(line, {structure}) END AS record "
            "FROM read_csv([{paths}], columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, "
            "delim = chr(1), quote = '', escape = '', compression = {compression}, filename = {many}, "
            "max_line_size = {longest}, buffer_size = {buffer}, store_rejects = true, rejects_limit = 0, "
            "rejects_table = {rejects}, rejects_scan = {scans}))",
            columns=comma(columns),
            filename=Sql("filename,") if self.many else Sql(""),
            structure=literal(structure),
            paths=paths,
            compression=literal(compression),
            many=literal(self.many),
            longest=self.max_record_bytes,
            buffer=buffer,
            rejects=literal(rejects[0]),
            scans=literal(rejects[1]),
        )

    def _wrapped_select(
        self, file: LocalFile, names: tuple[str, ...], wanted: Sequence[Path], context: ConnectorContext
    ) -> Sql:
        """Return the select over a copy of the list alone; the engine would hold the object around it whole."""
        found = self._wrapped(file)
        if found is None:
            message = f"{file.url} changed while it was read."
            raise Transient(message, code="sources.file_changed", hint="Run again.")
        context.work.mkdir(parents=True, exist_ok=True)
        copy = write_list(file, found, context.work / f"{uuid.uuid4().hex}.json")
        rows = self._list_select(literal(str(copy)), names, wanted, "none")
        if not self.many:
            return rows
        return sql(
            "SELECT * REPLACE ({original} AS {file}) FROM ({rows})",
            original=literal(str(file.path)),
            file=ident(FILE),
            rows=rows,
        )

    def _list_select(
        self, paths: Sql, names: tuple[str, ...], wanted: Sequence[Path], compression: str
    ) -> Sql:
        columns = [
            sql(
                "json_extract_string({top}, {path}) AS {name}",
                top=ident(path[0]),
                path=literal("$" + "".join(f".{json.dumps(member)}" for member in path[1:])),
                name=ident(name),
            )
            if len(path) > 1
            else ident(name)
            for name, path in zip(names, wanted, strict=True)
        ]
        columns.append(sql("CAST(NULL AS VARCHAR) AS {reject}", reject=ident(REJECT)))
        if self.many:
            columns.append(sql("filename AS {file}", file=ident(FILE)))
        return sql(
            "SELECT {columns} FROM read_json([{paths}], format = 'array', columns = {{{types}}}, "
            "compression = {compression}, filename = {many}, maximum_object_size = {longest})",
            columns=comma(columns),
            paths=paths,
            types=comma(
                sql("{name}: 'VARCHAR'", name=literal(name))
                for name in dict.fromkeys(path[0] for path in wanted)
            ),
            compression=literal(compression),
            many=literal(self.many),
            longest=self.max_record_bytes,
        )

    def _layout(self, file: LocalFile) -> str:
        if self.layout:
            return self.layout
        if _head(file).lstrip()[:1] == b"[":
            return "list"
        return "lines" if self._wrapped(file) is None else "wrapped"

    def _wrapped(self, file: LocalFile) -> WrappedList | None:
        """Return where the list of an object that is all of the file is; None for another layout.

        Raises:
            InvalidInput: the definition says where it is, and it is not there.
        """
        if self.layout or (self.records is None and _LINES.search(file.path.name)):
            return None
        found = wrapped_list(_raw_head(file), self.records)
        if found is None and self.records is not None:
            message = f"{file.url} has no list of objects at {self.records!r}."
            hint = "Give the names that lead to it, joined by dots, or leave `records` out."
            raise InvalidInput(message, code="sources.json_no_records", hint=hint)
        return found


def _members(path: Path, seen: Sequence[object]) -> dict[Path, list[object]]:
    """Return the values below a path, one entry a column."""
    there = [value for value in seen if value is not None]
    objects = [value for value in there if isinstance(value, dict) and value]
    if not objects or len(objects) < len(there) or len(path) >= _DEEPEST:
        return {path: list(seen)}
    members: dict[str, list[object]] = {}
    for value in objects:
        for name, inner in value.items():
            members.setdefault(str(name), []).append(inner)
    found: dict[Path, list[object]] = {}
    for name, inner in members.items():
        found |= _members((*path, name), inner)
    names = ["_".join(one) for one in found]
    return found if len(set(names)) == len(names) else {path: list(seen)}


def _structure(wanted: Sequence[Path]) -> dict[str, object]:
    """Return the nested structure that `json_transform` is to read."""
    root: dict[str, object] = {}
    for path in wanted:
        inner = root
        for member in path[:-1]:
            below = inner.setdefault(member, {})
            if not isinstance(below, dict):
                break
            inner = below
        else:
            inner[path[-1]] = "VARCHAR"
    return root


def _extracted(path: Path) -> Sql:
    value = Sql("record")
    for member in path:
        value = sql("struct_extract({value}, {member})", value=value, member=literal(member))
    return value


def _head(file: LocalFile) -> bytes:
    return _raw_head(file).removeprefix(b"\xef\xbb\xbf")


def _raw_head(file: LocalFile) -> bytes:
    compression = packing(file)
    try:
        with pa.input_stream(
            str(file.path), compression=None if compression == "none" else compression
        ) as source:
            head: bytes = source.read(_HEAD_BYTES)
    except OSError as error:
        message = f"{file.url} cannot be unpacked: it is cut off or damaged."
        hint = "Copy it again."
        raise InvalidInput(
            message, code="sources.file_damaged", hint=hint, context={"file": file.url}
        ) from error
    if not head.strip():
        message = f"{file.url} is empty."
        hint = "Check the export that writes it; an empty list is written `[]`."
        raise InvalidInput(message, code="sources.file_empty", hint=hint, context={"file": file.url})
    return head


def _head_records(file: LocalFile, layout: str, text: str) -> list[dict[str, object]]:
    """Return the objects at the file's start."""
    if layout == "lines":
        whole = text.splitlines()
        return [record for line in whole[:_SAMPLE] if (record := _object(line)) is not None]
    decoder = json.JSONDecoder()
    records: list[dict[str, object]] = []
    position = text.find("[") + 1
    while len(records) < _SAMPLE:
        position = _SEPARATOR.match(text, position).end()  # type: ignore[union-attr]  # matches the empty text
        try:
            record, position = decoder.raw_decode(text, position)
        except ValueError:
            break  # the list's end, or the head's
        if isinstance(record, dict):
            records.append(record)
    if not records and text.strip("[] \t\r\n"):
        message = f"{file.url} is not a list of JSON objects."
        hint = "It must read [{...}, {...}]; for one object a line set `layout: lines`."
        raise InvalidInput(message, code="sources.json_invalid", hint=hint, context={"file": file.url})
    return records


def _object(line: str) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _found(name: str, values: list[object]) -> FoundColumn:
    there = [value for value in values if value is not None]
    kinds = {type(value) for value in there}
    texts = [value if isinstance(value, str) else json.dumps(value) for value in there]
    samples = tuple(dict.fromkeys(texts))[:SAMPLES]
    if kinds == {str}:
        typed = typed_column(name, texts)
        # What JSON quotes is text on purpose; only dates have no other way.
        if typed.type in (ColumnType.DATE, ColumnType.INSTANT):
            return typed
        return FoundColumn(name, ColumnType.TEXT, samples=samples)
    if kinds == {int, float}:
        return FoundColumn(name, ColumnType.NUMBER, samples=samples)
    kind = _NATIVES.get(next(iter(kinds)), ColumnType.TEXT) if len(kinds) == 1 else ColumnType.TEXT
    return FoundColumn(name, kind, samples=samples)
