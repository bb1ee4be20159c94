"""Excel workbooks (.xlsx, .xlsb, .xls) and OpenDocument sheets (.ods)."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar, Final, Self
from xml.etree import ElementTree

import pyarrow as pa
import python_calamine as calamine
from pydantic import Field
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, NotFound, nearest
from onefold.foundation.warehouse import ColumnType, ident, sql
from onefold.sources.connectors._header_place import header_place, table_cells
from onefold.sources.connectors.connector import FILE, LINE, ConnectorContext, FoundColumn, ScanRequest
from onefold.sources.connectors.file_connector import FileConnector, FileRead
from onefold.sources.files import LocalFile

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

_ROWS_PER_BATCH: Final = 16_384
_SAMPLE_ROWS: Final = 1_000
_SAMPLES: Final = 20
_LOOKED_AT: Final = 100
_WHOLE: Final = 10**18  # beyond, a text of digits would claim more than the cell knows

_REJECT_SCHEMA: Final = pa.schema(
    [("file", pa.string()), ("line", pa.int64()), ("field", pa.string()), ("raw_value", pa.string()),
     ("code", pa.string()), ("reason", pa.string())]
)  # fmt: skip

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL: Final = re.compile(rb"<c\b([^>]*?)>(?:<f\b[^>]*?(?:/>|>.*?</f>))?<v>([^<]*)</v>", re.DOTALL)
_REFERENCE: Final = re.compile(rb'\br="([A-Z]+)(\d+)"')


class Excel(FileConnector):
    """One sheet of each workbook, with a header row.

    Numbers, dates and booleans arrive as the cells hold them (a whole number as `12`, never `12.0` or `4.9E+11`;
    formulas as their last result). A blank header over data is called `column_4` after its place; the second of
    two equal headers gets `_2`; a merged header names its first column `name` and the others `name_2`, ... Rows
    without any value are passed over. A row with an error cell (`#N/A`) goes to quarantine; only .xlsx keeps
    errors apart, elsewhere they read as empty. `_line` is the row's number in the sheet.
    """

    kind: ClassVar[str] = "excel"
    endings: ClassVar[tuple[str, ...]] = ("xlsx", "xlsm", "xlsb", "xls", "ods")

    sheet: str | int | None = Field(
        default=None,
        description="The sheet's name, or its number from 1; without it the first visible sheet. A draft names the "
        "sheet that holds most of a table.",
    )
    header_row: int | None = Field(
        default=1, ge=1, description="The row of the column names; null when there is none."
    )

    @override
    def discover(self, context: ConnectorContext) -> tuple[FoundColumn, ...]:
        cells: dict[str, list[Cell]] = {}
        for file in self.located(context):
            sheet = self._opened(file.path)
            rows = list(itertools.islice(sheet.rows(), _SAMPLE_ROWS))
            for index, name in sheet.places.items():
                cells.setdefault(name, []).extend(row[index] for _, row in rows)
        return tuple(_found(name, values) for name, values in cells.items())

    @override
    def drafted(self, context: ConnectorContext) -> Self:
        path = self.located(context)[0].path
        workbook = self._workbook(path)
        settings: dict[str, object] = {}
        first = self._name(workbook, path)
        name = first if self.sheet is not None else _most_of_a_table(workbook, first)
        if name != first:
            settings["sheet"] = name
        if row := self._row_of_names(workbook.get_sheet_by_name(name)):
            settings["header_row"] = row
        return self.model_copy(update=settings)

    def _row_of_names(self, sheet: calamine.CalamineSheet) -> int | None:
        """Return the row of the column names where it is not the first, and the definition does not say."""
        if "header_row" in self.model_fields_set:
            return None
        place = header_place(_first_rows(sheet))
        return place + 1 if place else None

    def _note(self, file: LocalFile) -> str:
        """Return what to change when another sheet or row looks more like a table."""
        workbook = self._workbook(file.path)
        name = self._name(workbook, file.path)
        if self.sheet is None and not table_cells(_first_rows(workbook.get_sheet_by_name(name))):
            better = _most_of_a_table(workbook, name)
            if better != name:
                return (
                    f"{file.url}: the first sheet, {name!r}, holds no table, but {better!r} does: "
                    f"set the source's `sheet: {better}`."
                )
        if row := self._row_of_names(workbook.get_sheet_by_name(name)):
            return f"{file.url}: the columns' names seem to stand in row {row}: set the source's `header_row: {row}`."
        return ""

    @override
    def read(self, files: tuple[LocalFile, ...], request: ScanRequest, context: ConnectorContext) -> FileRead:
        sheets = [(str(file.path), self._opened(file.path)) for file in files]
        known = tuple(dict.fromkeys(name for _, sheet in sheets for name in sheet.places.values()))
        wanted = known if request.columns is None else request.columns
        if missing := [name for name in wanted if name not in known]:
            message = f"Column {missing[0]!r} is not in {files[0].url}."
            hint = nearest(missing[0], known)
            raise InvalidInput(message, code="sources.column_unknown", hint=hint)
        bad = [error for path, sheet in sheets for error in _error_cells(path, sheet, frozenset(wanted))]
        errors = f"excel_errors_{uuid.uuid4().hex[:12]}"
        context.files.load_arrow(errors, pa.Table.from_pylist([_rejected(e) for e in bad], _REJECT_SCHEMA))
        skipped = frozenset((error.file, error.line) for error in bad)
        return FileRead(
            reader=lambda: _reader(sheets, wanted, skipped),
            provenance=frozenset({FILE, LINE}),
            rejects=sql("SELECT * FROM {errors}", errors=ident(errors)),
            note=self._note(files[0]),
            drop_after=(errors,),
        )

    def _opened(self, path: Path) -> _Sheet:
        workbook = self._workbook(path)
        return _Sheet.of(workbook, self._name(workbook, path), self.header_row)

    def _workbook(self, path: Path) -> calamine.CalamineWorkbook:
        try:
            return calamine.CalamineWorkbook.from_path(str(path))
        except calamine.PasswordError as error:
            message = f"{path.name} is protected by a password."
            hint = "Save it without one (File, Info, Protect Workbook)."
            raise InvalidInput(message, code="sources.file_encrypted", hint=hint) from error
        except (calamine.CalamineError, OSError) as error:
            message = f"{path.name} is not an Excel workbook, or it is damaged."
            hint = "Open it in Excel and save it again as .xlsx; a text file wants `kind: csv`."
            raise InvalidInput(message, code="sources.file_unreadable", hint=hint) from error

    def _name(self, workbook: calamine.CalamineWorkbook, path: Path) -> str:
        names = workbook.sheet_names
        hint = f"It has: {', '.join(names)}."
        match self.sheet:
            case None:
                if visible := _visible(workbook):
                    return visible[0]
                message = f"{path.name} has no visible sheet."
            case int(number) if 1 <= number <= len(names):
                return names[number - 1]
            case str(name) if name in names:
                return name
            case wrong:
                message = f"{path.name} has no sheet {wrong!r}."
        raise NotFound(message, code="sources.sheet_missing", hint=hint)


def _visible(workbook: calamine.CalamineWorkbook) -> list[str]:
    return [
        each.name
        for each in workbook.sheets_metadata
        if each.visible == calamine.SheetVisibleEnum.Visible and each.typ == calamine.SheetTypeEnum.WorkSheet
    ]


def _most_of_a_table(workbook: calamine.CalamineWorkbook, first: str) -> str:
    """Return the visible sheet whose first rows hold most of a table; the first one when none does more."""
    cells = {name: table_cells(_first_rows(workbook.get_sheet_by_name(name))) for name in _visible(workbook)}
    return max(cells, key=lambda name: (cells[name], name == first), default=first)


def _first_rows(sheet: calamine.CalamineSheet) -> list[list[str | None]]:
    return [[_text(cell) for cell in row] for _, row in itertools.islice(_lines(sheet), _LOOKED_AT)]


@dataclass(frozen=True)
class _Sheet:
    """A sheet with its column names; "" marks a column without header and data."""

    name: str
    names: tuple[str, ...]
    first_line: int
    sheet: calamine.CalamineSheet

    @staticmethod
    def of(workbook: calamine.CalamineWorkbook, name: str, header_row: int | None) -> _Sheet:
        sheet = workbook.get_sheet_by_name(name)
        line = header_row or 0
        cells = next(itertools.islice(_lines(sheet), max(line - 1, 0), None), (0, []))[1]
        if header_row is None:
            names = tuple(f"column_{index}" for index, _ in enumerate(cells, 1))
        else:
            used = {
                index for _, row in itertools.islice(_lines(sheet), line, None) for index, cell in enumerate(row)
                if cell != ""
            } if any(cell == "" for cell in cells) else set()  # fmt: skip
            names = _unique(_filled(cells, sheet, line - 1), used)
        return _Sheet(name, names, line + 1, sheet)

    @property
    def places(self) -> dict[int, str]:
        """The columns that have a name, by their place from 0."""
        return {index: name for index, name in enumerate(self.names) if name}

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield line number and cells of the rows that hold anything."""
        for line, cells in itertools.islice(_lines(self.sheet), self.first_line - 1, None):
            if any(cell != "" for cell in cells):
                yield line, cells


def _lines(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    """Yield all rows from the sheet's first cell A1, with their numbers from 1."""
    if sheet.start is None:
        return
    yield from enumerate(sheet.iter_rows(), 1)


def _filled(cells: Sequence[Cell], sheet: calamine.CalamineSheet, row: int) -> list[str]:
    """Return the header texts; the blank cells of a merged header take its text."""
    texts = [_text(cell) or "" for cell in cells]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top <= row <= bottom:
            for column in range(left + 1, min(right + 1, len(texts))):
                texts[column] = texts[left]
    return [text.strip() for text in texts]


def _unique(texts: Sequence[str], used: set[int]) -> tuple[str, ...]:
    names: list[str] = []
    taken = {text for text in texts if text}
    counts: dict[str, int] = {}
    for index, text in enumerate(texts):
        name = text or (f"column_{index + 1}" if index in used else "")
        counts[name] = counts.get(name, 0) + 1
        if name and counts[name] > 1:
            while (candidate := f"{name}_{counts[name]}") in taken:
                counts[name] += 1
            name = candidate
            taken.add(name)
        names.append(name)
    return tuple(names)


def _text(cell: Cell) -> str | None:
    """Return a cell as text that casts back to the same value; None for an empty one."""
    match cell:
        case "":
            return None
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) <= _WHOLE:
            return str(int(cell))
        case dt.datetime():
            return cell.isoformat(sep=" ")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)


def _found(name: str, cells: Sequence[Cell]) -> FoundColumn:
    values = [cell for cell in cells if cell != ""]
    samples = tuple(dict.fromkeys(text for cell in values if (text := _text(cell)) is not None))
    return FoundColumn(name, _type(values), nullable=True, samples=samples[:_SAMPLES])


def _type(values: Sequence[Cell]) -> ColumnType:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return ColumnType.BOOLEAN
    if kinds == {dt.date}:
        return ColumnType.DATE
    if kinds and kinds <= {dt.date, dt.datetime}:
        return ColumnType.INSTANT
    if kinds and kinds <= {int, float}:
        whole = all(float(value).is_integer() for value in values if isinstance(value, int | float))
        return ColumnType.INTEGER if whole else ColumnType.NUMBER
    return ColumnType.TEXT


@dataclass(frozen=True, slots=True)
class _Error:
    """An error cell: where, under which header, and what it shows."""

    file: str
    line: int
    field: str
    shown: str


def _reader(
    sheets: Sequence[tuple[str, _Sheet]], wanted: Sequence[str], skipped: frozenset[tuple[str, int]]
) -> pa.RecordBatchReader:
    schema = pa.schema([*((name, pa.string()) for name in wanted), (FILE, pa.string()), (LINE, pa.int64())])

    def batches() -> Iterator[pa.RecordBatch]:
        for path, sheet in sheets:
            index = {name: place for place, name in sheet.places.items()}
            places = [index.get(name) for name in wanted]
            rows = (row for row in sheet.rows() if (path, row[0]) not in skipped)
            while chunk := list(itertools.islice(rows, _ROWS_PER_BATCH)):
                columns = [
                    pa.nulls(len(chunk), pa.string())
                    if place is None
                    else pa.array([_text(cells[place]) for _, cells in chunk], pa.string())
                    for place in places
                ]
                columns.append(pa.repeat(pa.scalar(path, pa.string()), len(chunk)))
                columns.append(pa.array([line for line, _ in chunk], pa.int64()))
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _rejected(error: _Error) -> dict[str, str | int]:
    return {
        "file": error.file,
        "line": error.line,
        "field": error.field,
        "raw_value": error.shown,
        "code": "cell.is_error",
        "reason": "The cell holds an error of its formula.",
    }


def _error_cells(path: str, sheet: _Sheet, wanted: frozenset[str]) -> list[_Error]:
    """Return the error cells below the header, which the reader shows as empty.

    The sheet's XML is read for `t="e"`; cells without a reference (`r="B5"`) cannot be placed and stay empty.
    """
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        member = _member(archive, sheet.name)
        if member is None:
            return []
        with archive.open(member) as stream:
            found = list(_scanned(stream))
    return [
        _Error(path, line, field, shown)
        for column, line, shown in found
        if line >= sheet.first_line and (field := sheet.places.get(column, "")) in wanted
    ]


def _member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of a sheet's XML in an .xlsx, or None when the archive is none."""
    entries = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= entries:
        return None
    # Expat bounds the expansion of entities since 2.4.1.
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for entry in workbook.iter(f"{_MAIN}sheet"):
        if entry.get("name") == sheet:
            target = targets.get(entry.get(_RELATION), "")
            member = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            return member if member in entries else None
    return None


def _scanned(stream: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    """Yield column (from 0), line and text of the error cells of a sheet's XML, read in pieces."""
    rest = b""
    while piece := stream.read(1 << 20):
        text = rest + piece
        end = text.rfind(b"</row>") + 1
        if not end:
            rest = text
            continue
        rest, text = text[end:], text[:end]
        if b't="e"' not in text:
            continue
        for match in _CELL.finditer(text):
            place = _REFERENCE.search(match[1])
            if b't="e"' in match[1] and place is not None:
                yield _column_number(place[1]), int(place[2]), match[2].decode()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
