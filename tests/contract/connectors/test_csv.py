"""Csv passes the connector suite, and files as life writes them are read right or refused clearly."""

import codecs
import datetime as dt
import gzip
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, OnefoldError
from onefold.foundation.warehouse import ColumnType, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, ScanRequest
from onefold.sources.connectors._csv_lines import CsvFile
from onefold.sources.connectors.csv import Csv
from onefold.sources.files import FileAccess
from onefold.testing.connector_suite import ConnectorSuite
from tests.plugins.properties import examples


class TestCsv(ConnectorSuite):
    discovered: ClassVar[Mapping[str, frozenset[ColumnType]]] = {"amount": frozenset({ColumnType.NUMBER})}

    @override
    def write(self, rows: pa.Table) -> None:
        pyarrow.csv.write_csv(rows, self.directory / "rows.csv")

    @override
    def connector(self) -> Connector:
        return Csv(path="rows.csv")

    @override
    def nowhere(self) -> Connector:
        return Csv(path="missing.csv")

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        self.write(rows)
        lines = (self.directory / "rows.csv").read_text(encoding="utf-8").splitlines()
        for number in bad:
            lines[number] = f'{number},"cut off"'
        (self.directory / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return True


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ConnectorContext]:
    access = FileAccess(tmp_path, tmp_path / "cache")
    opened = ConnectorContext(DuckDBWarehouse(), access, dt.datetime.now(dt.UTC), tmp_path / "work")
    yield opened
    opened.files.close()


def write(context: ConnectorContext, content: bytes | str, name: str = "a.csv") -> str:
    (context.directory / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def read(
    context: ConnectorContext, connector: Csv
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return the rows and the rejects (line, field, code)."""
    scan = connector.scan(context, ScanRequest())
    assert scan.select is not None
    assert scan.rejects is not None
    rows = context.files.rows(scan.select)
    rejected = [(row[1], row[2], row[4]) for row in context.files.rows(scan.rejects)]
    context.files.drop(*scan.drop_after)
    return rows, sorted(rejected, key=str)


TWO = [("1", "José €"), ("2", None)]


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        ("id,name\n1,José €\n2,\n".encode(), {}),
        ("id;name\n1;José €\n2;\n".encode(), {}),
        ("id\tname\n1\tJosé €\n2\t\n".encode(), {}),
        ('id|name\r\n1|José €\r\n2|""\r\n'.encode(), {}),
        (codecs.BOM_UTF8 + "id,name\n1,José €\n2,\n".encode(), {}),
        ("id,name\n1,José €\n2,\n".encode("utf-16"), {}),
        (codecs.BOM_UTF16_BE + "id,name\n1,José €\n2,\n".encode("utf-16-be"), {}),
        ("id,name\n1,José €\n2,\n".encode("cp1252"), {"encoding": "cp1252"}),
        (gzip.compress("id,name\n1,José €\n2,\n".encode(), mtime=0), {}),
        ("Report of today\nid,name\n1,José €\n2,NULL\n".encode(), {"skip": 1, "null_values": ["NULL"]}),
        ("id,name\n1,'José €'\n2,\n".encode(), {"quote": "'"}),
        ("1,José €\n2,\n".encode(), {"header": False, "names": ["id", "name"]}),
    ],
)
def test_dialects_are_told_from_the_file(
    context: ConnectorContext, content: bytes, settings: dict[str, object]
) -> None:
    connector = Csv.model_validate({"path": write(context, content), **settings})
    assert [column.name for column in connector.discover(context)] == ["id", "name"]
    assert read(context, connector) == (TWO, [])


def test_zstd_is_told_from_the_bytes(context: ConnectorContext) -> None:
    with pa.output_stream(str(context.directory / "a.csv"), compression="zstd") as out:
        out.write("id,name\n1,José €\n2,\n".encode())
    assert read(context, Csv(path="a.csv")) == (TWO, [])


@pytest.mark.parametrize(
    ("content", "settings", "code", "said"),
    [
        (b"", {}, "sources.file_empty", "a.csv is empty"),
        (b"PK\x03\x04" + bytes(500), {}, "sources.file_not_text", "Excel"),
        (bytes(range(256)) * 100, {}, "sources.file_not_text", "binary"),
        (b"id;name\n1;a\n", {"delimiter": ","}, "sources.delimiter_wrong", "semicolon"),
        (b"id,name,ID\n1,a,2\n", {}, "sources.header_twice", "columns 1, 3"),
        (b"id,name,name\n1,a,2\n", {}, "sources.header_twice", "line 1"),
        (b"id,n\xe9\n1,a\n", {}, "sources.encoding_wrong", "cp1252"),
        (b"id,name\n1,a\n", {"encoding": "utf-9"}, "sources.encoding_unknown", "utf-9"),
        (gzip.compress(b"id,name\n" + b"1,a\n" * 9999, mtime=0)[:40], {}, "sources.file_damaged", "gzip -t"),
        (b"id" * 2_000_000, {}, "sources.line_too_long", "line 1"),
        (b"id,name\n1,a\n", {"names": ["only"]}, "sources.names_count", "2 columns"),
    ],
)  # fmt: skip
def test_what_is_no_csv_is_refused_with_the_next_step(
    context: ConnectorContext, content: bytes, settings: dict[str, object], code: str, said: str
) -> None:
    connector = Csv.model_validate({"path": write(context, content), **settings})
    with pytest.raises(InvalidInput) as caught:
        connector.check(context)
    assert caught.value.code == code
    assert said in str(caught.value)
    assert caught.value.hint


def test_a_missing_file_is_named(context: ConnectorContext) -> None:
    with pytest.raises(OnefoldError, match="nope") as caught:
        Csv(path="nope.csv").check(context)
    assert caught.value.code == "sources.file_missing"


@pytest.mark.parametrize(
    ("content", "rejected"),
    [
        (b"id,name\n1,a\n2\n3,b,c\n", [(3, "name", "column_count"), (4, None, "column_count")]),
        (b"id,name\n1,a\n2,\xe9\n", [(3, "name", "encoding")]),
        (b'id,name\n1,a\n2,"x"y\n', [(3, "name", "quote")]),
        (b'id,name\n1,a\n2,"never closed\n3,b\n', [(3, "name", "quote")]),
    ],
)
def test_rows_that_cannot_be_split_are_rejected_with_their_line(
    context: ConnectorContext, content: bytes, rejected: list[tuple[object, ...]]
) -> None:
    assert read(context, Csv(path=write(context, content))) == ([("1", "a")], rejected)


@pytest.mark.parametrize("before", [0, 200_000])
@pytest.mark.parametrize("size", [3_000_000, 50_000_000])
def test_a_giant_line_is_rejected_and_not_lost(context: ConnectorContext, size: int, before: int) -> None:
    # The engine drops lines longer than its buffer in silence when the buffer is left as it is.
    content = b"id,name\n" + b"1,a\n" * before + b"2," + b"x" * size + b"\n3,c\n"
    rows, rejected = read(context, Csv(path=write(context, content)))
    assert rejected == [(before + 2, None, "line_too_long")]
    assert len(rows) == before + 1


def test_nul_characters_are_told(context: ConnectorContext) -> None:
    with_nul = Csv(path=write(context, b"id,name\n1,a\x00b\n" + b"2,c\n" * 100)).scan(context, ScanRequest())
    assert with_nul.may_hold_nul
    assert not Csv(path=write(context, b"id,name\n1,a\n")).scan(context, ScanRequest()).may_hold_nul


def test_files_of_a_glob_may_have_other_columns_and_delimiters(context: ConnectorContext) -> None:
    write(context, "id,name\n1,a\n", "p1.csv")
    write(context, "name;city;id\nb;c;2\n", "p2.csv")
    write(context, "id,name\n3,é\n".encode("utf-16"), "p3.csv")
    connector = Csv(path="p*.csv")
    assert [column.name for column in connector.discover(context)] == ["id", "name", "city"]
    rows, _ = read(context, connector)
    assert [row[:3] for row in rows] == [("1", "a", None), ("2", "b", "c"), ("3", "é", None)]
    assert [Path(str(row[3])).name for row in rows] == ["p1.csv", "p2.csv", "p3.csv"]


def test_types_are_guessed_without_losing_leading_zeros(context: ConnectorContext) -> None:
    content = (
        "postcode,count,price,born,us_date,ambiguous,seen,flag\n"
        "01067,1,1.5,13.02.1990,02/13/1990,01/02/1990,2024-01-01 10:00:00,true\n"
        "99999,2,2,01.01.2000,12/31/2000,03/04/1990,2024-01-02 11:30:00,false\n"
    )
    found = {column.name: column for column in Csv(path=write(context, content)).discover(context)}
    assert {name: (column.type.value, column.format) for name, column in found.items()} == {
        "postcode": ("text", None),
        "count": ("integer", None),
        "price": ("number", None),
        "born": ("date", "%d.%m.%Y"),
        "us_date": ("date", "%m/%d/%Y"),
        "ambiguous": ("text", None),
        "seen": ("instant", None),
        "flag": ("boolean", None),
    }


@pytest.mark.slow
def test_ten_thousand_columns_are_discovered(context: ConnectorContext) -> None:
    names = [f"c{number}" for number in range(10_000)]
    row = ",".join("1" for _ in names)
    connector = Csv(path=write(context, ",".join(names) + "\n" + f"{row}\n" * 5))
    assert len(connector.discover(context)) == 10_000
    assert connector.preview(context, 2).num_columns == 10_000


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\r\n1,a\r\n2,b\n3,c\r\n",
        b"id,name\n1,a\n2,b\r\n3,c\n",
        gzip.compress(b"id,name\n1,a\n2,b\r\n3,c\n", mtime=0),
    ],
)
def test_lines_may_end_in_two_ways(context: ConnectorContext, content: bytes) -> None:
    assert read(context, Csv(path=write(context, content))) == ([("1", "a"), ("2", "b"), ("3", "c")], [])


def test_line_breaks_of_another_kind_inside_values_stay(context: ConnectorContext) -> None:
    content = b'id,name\r\n1,"a\nb"\r\n2,c\r\n'
    assert read(context, Csv(path=write(context, content))) == ([("1", "a\nb"), ("2", "c")], [])


TRICKY = (
    'id,n,note\n'
    '1,5,"first\nof two"\n'  # lines 2 and 3
    "\n"
    "2,x,a\n"  # 5
    "3,7\n"  # 6
    "\n\n"
    '4,8,"a\n\nb"\n'  # 9 to 11
    '5,9,"q"q\n'  # 12
    "6,y,5 inch\n"  # 13
    "\n"
    '7,1,5" pipe\n'  # 15
    "8,z,ok"  # 16
)  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("delimiter", [",", "||", "¦"])
@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
def test_lines_are_found_past_blank_lines_and_line_breaks(
    context: ConnectorContext, delimiter: str, breaks: str, *, packed: bool
) -> None:
    content = TRICKY.replace(",", delimiter).replace("\n", breaks).encode()
    path = write(context, gzip.compress(content, mtime=0) if packed else content)
    scan = Csv(path=path, delimiter=delimiter).scan(context, ScanRequest())
    assert scan.select is not None
    assert scan.rejects is not None
    assert scan.locate is not None
    numbers = [row[0] for row in context.files.rows(scan.select)]
    rejects = context.files.rows(sql("SELECT position FROM ({rows}) ORDER BY position", rows=scan.rejects))
    bad = [numbers.index(number) for number in ("2", "6", "8")]
    positions = [int(str(position)) for (position,) in rejects]
    found = scan.locate(str(context.directory / path), len(numbers), bad, positions)
    assert [list(lines) for lines in found] == [[5, 13, 16], [6, 12]]


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "\n", "\n\n"]),
            st.sampled_from(["x", '"a\nb"', '"c ""d"" \n\n"', 'e" f']),
            st.booleans(),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_lines_of_any_mixture_are_found(records: list[tuple[str, str, bool]]) -> None:
    text, expected = "id,name\n", []
    for number, (above, name, is_short) in enumerate(records):
        text += above
        expected.append((number, text.count("\n") + 1, is_short))
        text += f"{number}\n" if is_short else f"{number},{name}\n"
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.csv"
        path.write_text(text, encoding="utf-8")
        good = [line for _, line, is_short in expected if not is_short]
        starts = [match.start() for match in re.finditer(r"(?m)^\d+$", text)]
        file = CsvFile(path, "none", ",", '"', '"', 1, 2)
        lines, unsplit = file.lines_of(len(good), range(len(good)), starts)
    assert lines == good
    assert unsplit == [line for _, line, is_short in expected if is_short]
