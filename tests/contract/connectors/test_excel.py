"""Excel workbooks pass the connector suite, and what sheets alone have is read right."""

import datetime as dt
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pytest
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, NotFound
from onefold.foundation.warehouse import ColumnType
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, Scan, ScanRequest
from onefold.sources.connectors.excel import Excel
from onefold.sources.files import FileAccess
from onefold.testing.connector_suite import ConnectorSuite

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{PACKAGE}/content-types">
        <Default Extension="xml" ContentType="application/xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
        <Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{MAIN}"><numFmts count="3">
        <numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>
        <numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss.000"/>
        <numFmt numFmtId="166" formatCode="hh:mm:ss"/></numFmts>
        <cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs>
        </styleSheet>""",
}
EPOCH = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)
DATE, MOMENT, TIME = 1, 2, 3  # the styles of the workbook below
Sheets = dict[str, Iterable[Sequence[object]]]


class ErrorCell(str):
    """An error as Excel stores it: `#N/A`."""


def write_workbook(path: Path, sheets: Sheets, *, merged: str = "", hidden: Sequence[str] = ()) -> None:
    """Write the rows of each sheet as an .xlsx; `None` is no cell, a list is a row at its line."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        names = list(sheets)
        states = {name: ' state="hidden"' if name in hidden else "" for name in names}
        entries = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="r{number}"{states[name]}/>'
            for number, name in enumerate(names, 1)
        )
        relations = "".join(
            f'<Relationship Id="r{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number, _ in enumerate(names, 1)
        )
        relations += f'<Relationship Id="styles" Type="{OFFICE}/styles" Target="styles.xml"/>'
        parts = {
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        }
        for name, text in (PARTS | parts).items():
            archive.writestr(name, text)
        for number, rows in enumerate(sheets.values(), 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as sheet:
                sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for line, cells in enumerate(rows, 1):
                    sheet.write(_row(line, cells).encode())
                sheet.write(b"</sheetData>")
                if merged:
                    sheet.write(f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>'.encode())
                sheet.write(b"</worksheet>")


def _row(line: int, cells: Sequence[object]) -> str:
    found = "".join(
        _cell(f"{_letters(index)}{line}", cell) for index, cell in enumerate(cells) if cell is not None
    )
    return f'<row r="{line}">{found}</row>' if found else ""


def _letters(index: int) -> str:
    return (_letters(index // 26 - 1) if index >= 26 else "") + chr(65 + index % 26)


def _cell(place: str, cell: object) -> str:
    match cell:
        case ErrorCell():
            return f'<c r="{place}" t="e"><f>A1/0</f><v>{cell}</v></c>'
        case bool():
            return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{cell!r}</v></c>'
        case dt.datetime():
            return _number(place, MOMENT, (cell.replace(tzinfo=dt.UTC) - EPOCH) / dt.timedelta(days=1))
        case dt.date():
            return _number(place, DATE, (cell - EPOCH.date()).days)
        case dt.time():
            return _number(place, TIME, (cell.hour * 3600 + cell.minute * 60 + cell.second) / 86400)
        case _:
            return (
                f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>'
            )


def _number(place: str, style: int, value: float) -> str:
    return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'


class TestExcel(ConnectorSuite):
    # A cell keeps a double: the cents of the amounts come as numbers.
    discovered: ClassVar[Mapping[str, frozenset[ColumnType]]] = {"amount": frozenset({ColumnType.NUMBER})}
    keeps_microseconds = False
    million_mb = 700  # the reader decodes a sheet whole; a sheet ends at 1,048,576 rows

    @override
    def write(self, rows: pa.Table) -> None:
        self._write(rows, frozenset())

    def _write(self, rows: pa.Table, bad: frozenset[int]) -> None:
        def lines() -> Iterator[Sequence[object]]:
            yield rows.column_names
            for batch in rows.to_batches(max_chunksize=50_000):
                columns = batch.to_pydict()
                columns["amount"] = [None if each is None else float(each) for each in columns["amount"]]
                for cells in zip(*columns.values(), strict=True):
                    yield (cells[0], ErrorCell("#N/A"), *cells[2:]) if cells[0] in bad else cells

        write_workbook(self.directory / "people.xlsx", {"People": lines()})

    @override
    def connector(self) -> Connector:
        return Excel(path="people.xlsx")

    @override
    def nowhere(self) -> Connector:
        return Excel(path="people.xlsx", sheet="Nobody")

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        self._write(rows, bad)
        return True


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ConnectorContext]:
    warehouse = DuckDBWarehouse()
    yield ConnectorContext(
        warehouse, FileAccess(tmp_path, tmp_path / "cache", {}), dt.datetime.now(dt.UTC), tmp_path
    )
    warehouse.close()


def scanned(
    connector: Connector, context: ConnectorContext, request: ScanRequest | None = None
) -> tuple[Scan, list[dict[str, object]]]:
    scan = connector.scan(context, request or ScanRequest())
    assert scan.reader is not None
    return scan, scan.reader().read_all().to_pylist()


def test_cells_become_text_that_casts_back(tmp_path: Path, context: ConnectorContext) -> None:
    write_workbook(
        tmp_path / "a.xlsx",
        {
            "S": [
                ["phone", "share", "yes", "day", "at", "clock", "name", "big"],
                [491701234567, 0.1, True, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 23, 59, 58, tzinfo=dt.UTC),
                 dt.time(10, 30), " é & <b> ", 12345678901234567],
            ]
        },
    )  # fmt: skip
    found = Excel(path="a.xlsx").discover(context)
    assert [column.type for column in found] == [
        ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.INSTANT,
        ColumnType.TEXT, ColumnType.TEXT, ColumnType.INTEGER,
    ]  # fmt: skip
    _, (row,) = scanned(Excel(path="a.xlsx"), context)
    assert row == {
        "phone": "491701234567",
        "share": "0.1",
        "yes": "true",
        "day": "2024-02-29",
        "at": "2024-02-29 23:59:58",
        "clock": "10:30:00",
        "name": " é & <b> ",
        "big": "12345678901234568",
        "_file": str(tmp_path / "a.xlsx"),
        "_line": 2,
    }


def test_lines_are_those_of_the_sheet_and_empty_rows_are_passed_over(
    tmp_path: Path, context: ConnectorContext
) -> None:
    write_workbook(
        tmp_path / "a.xlsx",
        {"S": [[], ["Report of May"], [], ["id", "name"], [1, "a"], [], [None, None], [2, None]]},
    )
    _, rows = scanned(Excel(path="a.xlsx", header_row=4), context)
    assert [(row["_line"], row["id"], row["name"]) for row in rows] == [(5, "1", "a"), (8, "2", None)]


def test_a_sheet_that_does_not_start_in_its_first_cell(tmp_path: Path, context: ConnectorContext) -> None:
    write_workbook(tmp_path / "a.xlsx", {"S": [[], [], [None, None, "id", "name"], [None, None, 1, "a"]]})
    _, rows = scanned(Excel(path="a.xlsx", header_row=3), context)
    assert rows == [{"id": "1", "name": "a", "_file": str(tmp_path / "a.xlsx"), "_line": 4}]


def test_headers_that_are_merged_blank_or_twice_there(tmp_path: Path, context: ConnectorContext) -> None:
    header = ["name", None, "mail", None, "mail", None]
    write_workbook(
        tmp_path / "a.xlsx", {"S": [header, ["Anna", "Arndt", "a@b.c", "x", "d@e.f", None]]}, merged="A1:B1"
    )
    names = [column.name for column in Excel(path="a.xlsx").discover(context)]
    assert names == ["name", "name_2", "mail", "column_4", "mail_2"]
    _, (row,) = scanned(Excel(path="a.xlsx"), context, ScanRequest(columns=("mail_2", "name_2")))
    assert list(row.values())[:2] == ["d@e.f", "Arndt"]


def test_no_header(tmp_path: Path, context: ConnectorContext) -> None:
    write_workbook(tmp_path / "a.xlsx", {"S": [[1, "a"], [2, "b"]]})
    _, rows = scanned(Excel(path="a.xlsx", header_row=None), context)
    assert [(row["column_1"], row["column_2"], row["_line"]) for row in rows] == [
        ("1", "a", 1),
        ("2", "b", 2),
    ]


def test_a_row_with_an_error_cell_is_rejected_with_its_place(
    tmp_path: Path, context: ConnectorContext
) -> None:
    lines: list[list[object]] = [
        ["id", "name", "score"],
        [1, "a", 1.5],
        [2, "b", ErrorCell("#DIV/0!")],
        [3, ErrorCell("#N/A"), 2],
    ]
    write_workbook(tmp_path / "a.xlsx", {"S": lines})
    scan, rows = scanned(Excel(path="a.xlsx"), context)
    assert [row["id"] for row in rows] == ["1"]
    assert scan.rejects is not None
    assert [row[:5] for row in context.files.rows(scan.rejects)] == [
        (str(tmp_path / "a.xlsx"), 3, "score", "#DIV/0!", "cell.is_error"),
        (str(tmp_path / "a.xlsx"), 4, "name", "#N/A", "cell.is_error"),
    ]
    _, rows = scanned(Excel(path="a.xlsx"), context, ScanRequest(columns=("id",)))
    assert len(rows) == 3, "an error in a column that nobody wants does no harm"


def test_a_sheet_by_name_and_number_and_hidden_ones(tmp_path: Path, context: ConnectorContext) -> None:
    sheets: Sheets = {"Old": [["x"], [1]], "New & best": [["y"], [2]]}
    write_workbook(tmp_path / "a.xlsx", sheets, hidden=["Old"])
    for sheet, column in ((None, "y"), ("Old", "x"), (1, "x"), ("New & best", "y"), (2, "y")):
        assert [each.name for each in Excel(path="a.xlsx", sheet=sheet).discover(context)] == [column]
    for missing in ("Newest", 3, 0):
        with pytest.raises(NotFound, match="Old, New & best") as caught:
            Excel(path="a.xlsx", sheet=missing).check(context)
        assert caught.value.code == "sources.sheet_missing"


def test_a_glob_of_workbooks_with_different_columns(tmp_path: Path, context: ConnectorContext) -> None:
    write_workbook(tmp_path / "a.xlsx", {"S": [["id", "name"], [1, "a"]]})
    write_workbook(tmp_path / "b.xlsx", {"S": [["id", "mail"], [2, "b@c.d"]]})
    _, rows = scanned(Excel(path="*.xlsx"), context)
    assert [(row["id"], row["name"], row["mail"], row["_file"]) for row in rows] == [
        ("1", "a", None, str(tmp_path / "a.xlsx")),
        ("2", None, "b@c.d", str(tmp_path / "b.xlsx")),
    ]


def test_an_empty_sheet_has_no_columns(tmp_path: Path, context: ConnectorContext) -> None:
    write_workbook(tmp_path / "a.xlsx", {"S": []})
    assert Excel(path="a.xlsx").discover(context) == ()
    assert Excel(path="a.xlsx").preview(context).num_rows == 0


def test_a_text_file_with_the_wrong_ending(tmp_path: Path, context: ConnectorContext) -> None:
    (tmp_path / "a.xlsx").write_text("id,name\n1,a\n")
    with pytest.raises(InvalidInput, match="kind: csv") as caught:
        Excel(path="a.xlsx").check(context)
    assert caught.value.code == "sources.file_unreadable"


def test_an_unknown_column(tmp_path: Path, context: ConnectorContext) -> None:
    write_workbook(tmp_path / "a.xlsx", {"S": [["name"], ["a"]]})
    with pytest.raises(InvalidInput, match="Did you mean 'name'"):
        Excel(path="a.xlsx").scan(context, ScanRequest(columns=("nane",)))
