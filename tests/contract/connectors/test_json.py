"""Json passes the connector suite in both layouts, and broken lines do not stop the good ones."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pytest
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import ColumnType
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, ScanRequest
from onefold.sources.connectors.json import Json
from onefold.sources.files import FileAccess
from onefold.testing.connector_suite import ConnectorSuite


def objects(rows: pa.Table) -> Iterator[str]:
    """Yield each row as a JSON object; decimals and moments as programs write them."""
    texts = rows.cast(
        pa.schema(
            [
                field.with_type(pa.string()) if pa.types.is_temporal(field.type) else field
                for field in rows.schema
            ]
        )
    )
    for row in texts.to_pylist():
        amount = row["amount"]
        row["amount"] = "@amount" if amount is not None else None
        yield json.dumps(row, ensure_ascii=False).replace('"@amount"', str(amount))


class TestJsonLines(ConnectorSuite):
    discovered: ClassVar[Mapping[str, frozenset[ColumnType]]] = {"amount": frozenset({ColumnType.NUMBER})}

    @override
    def write(self, rows: pa.Table) -> None:
        lines = "".join(f"{line}\n" for line in objects(rows))
        (self.directory / "rows.jsonl").write_text(lines, encoding="utf-8")

    @override
    def test_nothing_is_no_error(self, context: ConnectorContext) -> None:
        # An empty file of lines names no columns, so there is nothing to discover: it says so.
        self.write(pa.table({}))
        with pytest.raises(InvalidInput) as caught:
            self.connector().check(context)
        assert caught.value.code == "sources.file_empty"

    @override
    def connector(self) -> Connector:
        return Json(path="rows.jsonl")

    @override
    def nowhere(self) -> Connector:
        return Json(path="missing.jsonl")

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        self.write(rows)
        lines = (self.directory / "rows.jsonl").read_text(encoding="utf-8").splitlines()
        for number in bad:
            lines[number - 1] = lines[number - 1].replace('"score": ', '"score": "a lot", "was": ')
        (self.directory / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return True


class TestJsonList(TestJsonLines):
    million_mb: ClassVar[int] = 400

    @override
    def write(self, rows: pa.Table) -> None:
        (self.directory / "rows.jsonl").write_text("[" + ",\n".join(objects(rows)) + "]", encoding="utf-8")

    @override
    def test_nothing_is_no_error(self, context: ConnectorContext) -> None:
        self.write(pa.table({}))
        with pytest.raises(InvalidInput) as caught:
            self.connector().check(context)
        assert caught.value.code == "sources.json_no_objects"

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        lines = list(objects(rows))
        for number in bad:
            lines[number - 1] = lines[number - 1].replace('"score": ', '"score": "a lot", "was": ')
        (self.directory / "rows.jsonl").write_text("[" + ",\n".join(lines) + "]", encoding="utf-8")
        return True


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ConnectorContext]:
    access = FileAccess(tmp_path, tmp_path / "cache")
    opened = ConnectorContext(DuckDBWarehouse(), access, dt.datetime.now(dt.UTC), tmp_path / "work")
    yield opened
    opened.files.close()


def rows_of(context: ConnectorContext, connector: Json) -> list[tuple[object, ...]]:
    scan = connector.scan(context, ScanRequest())
    assert scan.select is not None
    rows = context.files.rows(scan.select)
    context.files.drop(*scan.drop_after)
    return rows


def test_nested_values_are_json_text_and_lines_that_are_no_object_are_told(context: ConnectorContext) -> None:
    lines = '{"id": 1, "x": {"y": [1]}}\n\n{"id": "cut\n[2]\n{"id": 3, "x": null}\n'
    (context.directory / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    assert [column.name for column in Json(path="a.jsonl.gz").discover(context)] == ["id", "x_y"]
    assert rows_of(context, Json(path="a.jsonl.gz"))[0] == ("1", "[1]", None)
    assert rows_of(context, Json(path="a.jsonl.gz", flatten=False)) == [
        ("1", '{"y":[1]}', None),
        (None, None, ""),
        (None, None, '{"id": "cut'),
        (None, None, "[2]"),
        ("3", None, None),
    ]


def test_a_line_break_or_quote_inside_a_value_stays(context: ConnectorContext) -> None:
    record = {"id": 1, "text": 'say "hi"\nthen \\ and \u00e9'}
    (context.directory / "a.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert rows_of(context, Json(path="a.jsonl")) == [("1", record["text"], None)]


def test_quoted_digits_stay_text_and_quoted_dates_are_dates(context: ConnectorContext) -> None:
    (context.directory / "a.json").write_text('[{"zip": "1067", "born": "1990-02-13", "n": 5}, {"n": 1.5}]')
    found = {column.name: column.type.value for column in Json(path="a.json").discover(context)}
    assert found == {"zip": "text", "born": "date", "n": "number"}


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "sources.file_empty"), ("[1, 2]", "sources.json_invalid"), ("hello\n", "sources.json_no_objects")],
)
def test_what_holds_no_objects_is_refused(context: ConnectorContext, content: str, code: str) -> None:
    (context.directory / "a.json").write_text(content)
    with pytest.raises(InvalidInput) as caught:
        Json(path="a.json").check(context)
    assert caught.value.code == code
