"""Drafts from files that are not as files should be: another encoding, lines above the header, wrapped records."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.runs import Outcome, StageResult
from onefold.sources import ConnectorContext, FileAccess, SourceDefinition, SourceStage, discover_source
from onefold.sources.connectors import ScanRequest
from onefold.sources.connectors._header_place import header_place
from onefold.sources.connectors._text_types import typed_column
from onefold.sources.connectors.excel import Excel
from onefold.sources.connectors.json import Json
from onefold.testing.stages import StageRunner
from tests.contract.connectors.test_excel import write_workbook


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ConnectorContext]:
    access = FileAccess(tmp_path, tmp_path / "cache")
    opened = ConnectorContext(DuckDBWarehouse(), access, dt.datetime.now(dt.UTC), tmp_path / "work")
    yield opened
    opened.files.close()


def drafted(
    context: ConnectorContext, content: str | bytes, name: str
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return the settings that the draft of a file has beyond its path, and the rows it reads."""
    (context.directory / name).write_bytes(content.encode() if isinstance(content, str) else content)
    connector = discover_source(name, context).connector
    settings = connector.model_dump(exclude_defaults=True, exclude={"path"})
    return settings, connector.preview(context).to_pylist()


def run(directory: Path, **settings: object) -> StageResult:
    definition = SourceDefinition.model_validate({"name": "people", **settings})
    runner = StageRunner(directory)
    try:
        return runner.run(SourceStage(definition, directory, directory / "cache", {}))
    finally:
        runner.close()


ROWS = [{"id": "1", "name": "Müller"}, {"id": "2", "name": "Böll"}]


@pytest.mark.parametrize(
    ("content", "settings", "rows"),
    [
        ("id;name\n1;Müller\n2;Böll\n".encode("cp1252"), {"encoding": "cp1252"}, ROWS),
        ("id;größe\n1;€\n".encode("cp1252"), {"encoding": "cp1252"}, [{"id": "1", "größe": "€"}]),
        (gzip.compress("id;name\n1;Müller\n2;Böll\n".encode("cp1252"), mtime=0), {"encoding": "cp1252"}, ROWS),
        ("id;name\n1;Müller\n2;Böll\n", {}, ROWS),
        ("id;name\n1;Müller\n2;Böll\n".encode("utf-16"), {}, ROWS),
        # One broken row among good ones is dirt and no encoding.
        ("id;name\n1;Müller\n2;Böll\n".encode() + b"3;\xe9\n", {}, ROWS),
    ],
)  # fmt: skip
def test_the_encoding_of_windows_programs_is_told(
    context: ConnectorContext, content: bytes, settings: dict[str, object], rows: list[dict[str, object]]
) -> None:
    assert drafted(context, content, "a.csv") == (settings, rows)


def test_bytes_of_no_known_encoding_are_refused(context: ConnectorContext) -> None:
    with pytest.raises(InvalidInput) as caught:
        drafted(context, b"id;n\x81me\n1;a\n", "a.csv")
    assert caught.value.code == "sources.encoding_wrong"


BELOW = "id;first_name;email\n1;Ann;a@b.c\n2;Bob;b@b.c\n"
PEOPLE = [
    {"id": "1", "first_name": "Ann", "email": "a@b.c"},
    {"id": "2", "first_name": "Bob", "email": "b@b.c"},
]


@pytest.mark.parametrize(
    ("above", "skip"),
    [
        ("", 0),
        ("\n", 0),
        ("Export of 2026-11-01\n\n", 2),
        ("Export of 2026-11-01\n", 1),
        ("Export, by Ann, of 2026-11-01\n", 1),
        ("\ufeffExport\r\nof today\r\n", 2),
        ("Export;;\n\n\n", 3),
    ],
)
def test_lines_above_the_header_are_passed_over(context: ConnectorContext, above: str, skip: int) -> None:
    settings, rows = drafted(context, above + BELOW, "a.csv")
    assert (settings, rows) == ({"skip": skip} if skip else {}, PEOPLE)


def test_lines_above_the_header_are_told_where_the_definition_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Export of 2026-11-01\n\n" + BELOW)
    result = run(tmp_path, connector={"kind": "csv", "path": "a.csv"})
    assert any("line 3 of a.csv: set the source's `skip: 2`" in message for message in result.messages)
    assert result.outcome in (Outcome.COMPLETED_WITH_WARNINGS, Outcome.COMPLETED_WITH_ERRORS)
    result = run(tmp_path, connector={"kind": "csv", "path": "a.csv", "skip": 2})
    assert (result.outcome, result.rows_out, result.messages) == (Outcome.COMPLETED, 2, ())


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["id", "name"], ["1", "a"]], 0),
        ([["Title", None], ["id", "name"], ["1", "a"]], 1),
        ([["1", "a"], ["2", "b"]], None),  # no names at all
        ([["id", "name"]], None),  # nothing below
        ([["id", "name"], ["1", "a", "x"], ["2", "b", "y"]], None),  # the header is short of a name
        ([["note"], ["Hello"], ["you"]], None),
        ([["Made by", "Ann"], ["id", "name", "town", "land"], ["1", "a", "b", "c"]], 1),
        ([["Made by", "Ann"], ["red", "green", "blue", "white"], ["a", "b", "c", "d"]], None),
    ],
)
def test_where_the_names_stand(rows: list[list[str | None]], place: int | None) -> None:
    assert header_place(rows) == place


def test_the_sheet_with_the_table_and_the_row_of_its_names_are_drafted(context: ConnectorContext) -> None:
    people: list[Sequence[object]] = [["id", "name", "email"], [1, "Ann", "a@b.c"], [2, "Bob", "b@b.c"]]
    codes: list[Sequence[object]] = [["code", "label"], [1, "x"]]
    data: list[Sequence[object]] = [["Export of today"], [], *people]
    write_workbook(
        context.directory / "a.xlsx", {"Info": [["Exported by Ann"]], "Data": data, "Codes": codes}
    )
    draft = discover_source("a.xlsx", context)
    assert draft.connector.model_dump(exclude_defaults=True) == {
        "path": "a.xlsx",
        "sheet": "Data",
        "header_row": 3,
    }
    assert [column.name for column in draft.columns] == ["id", "name", "email"]
    first = Excel(path="a.xlsx").scan(context, ScanRequest()).note
    assert "the first sheet, 'Info', holds no table, but 'Data' does" in first
    assert "`header_row: 3`" in Excel(path="a.xlsx", sheet="Data").scan(context, ScanRequest()).note
    assert draft.connector.scan(context, ScanRequest()).note == ""
    write_workbook(context.directory / "b.xlsx", {"People": people, "Codes": codes})
    plain = discover_source("b.xlsx", context).connector
    assert plain.model_dump(exclude_defaults=True) == {"path": "b.xlsx"}
    assert plain.scan(context, ScanRequest()).note == ""


RECORDS = [{"id": 1, "name": "é]}", "tags": ["a", "]"]}, {"id": 2, "name": 'say "]"', "tags": []}]
READ = [{"id": "1", "name": "é]}", "tags": '["a","]"]'}, {"id": "2", "name": 'say "]"', "tags": "[]"}]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"customers": RECORDS}, "customers"),
        ({"total": 2, "customers": RECORDS, "more": {"tags": ["x"], "none": []}}, "customers"),
        ({"größe": RECORDS, "a": 1}, "größe"),
        ({"data": {"customers": RECORDS, "count": 2}}, "data.customers"),
    ],
)
def test_an_object_around_the_records_is_seen_through(
    context: ConnectorContext, document: dict[str, object], path: str, indent: int | None
) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    assert drafted(context, text, "a.json") == ({"records": path}, READ)
    assert Json(path="a.json").preview(context).to_pylist() == READ, "told from the file each time"
    packed = gzip.compress(b"\xef\xbb\xbf" + text.encode(), mtime=0)
    assert drafted(context, packed, "b.json.gz") == ({"records": path}, READ)


def test_of_several_lists_one_is_named(context: ConnectorContext) -> None:
    (context.directory / "a.json").write_text(json.dumps({"people": RECORDS, "shops": [{"id": 7}]}))
    assert [column.name for column in Json(path="a.json").discover(context)] == ["people", "shops"]
    assert Json(path="a.json", records="shops").preview(context).to_pylist() == [{"id": "7"}]
    with pytest.raises(InvalidInput) as caught:
        Json(path="a.json", records="persons").check(context)
    assert caught.value.code == "sources.json_no_records"


def test_records_a_line_stay_records(context: ConnectorContext) -> None:
    order = '{"id": 1, "lines": [{"sku": 5}]}\n'
    for name, content in (("a.json", order * 2), ("a.jsonl", order)):
        settings, rows = drafted(context, content, name)
        assert (settings, rows[0]) == ({}, {"id": "1", "lines": '[{"sku":5}]'})


def test_wrapped_files_of_a_glob_keep_their_names_and_may_be_large(context: ConnectorContext) -> None:
    many = [{"id": number, "name": "x" * 100} for number in range(30_000)]
    (context.directory / "p1.json").write_text(json.dumps({"customers": many, "total": len(many)}))
    (context.directory / "p2.json").write_text(json.dumps([{"id": -1, "name": "plain"}]))
    scan = Json(path="p*.json").scan(context, ScanRequest())
    assert scan.select is not None
    rows = context.files.rows(scan.select)
    assert len(rows) == 30_001
    assert [(row[0], Path(str(row[-1])).name) for row in (rows[0], rows[29_999], rows[-1])] == [
        ("0", "p1.json"),
        ("29999", "p1.json"),
        ("-1", "p2.json"),
    ]


def test_a_wrapper_that_is_cut_off_is_refused(context: ConnectorContext) -> None:
    whole = json.dumps({"total": 2, "customers": RECORDS})
    (context.directory / "a.json").write_text(whole[:-1])
    with pytest.raises(InvalidInput) as caught:
        Json(path="a.json", records="customers").preview(context)
    assert caught.value.code == "sources.json_invalid"


@pytest.mark.parametrize(
    ("texts", "kind", "form"),
    [
        (["1.234,56", "7"], "number", "1.234,56"),
        (["12,5", "-3"], "number", "1.234,56"),
        (["1,234.56", "7"], "number", "1,234.56"),
        (["1,234", "12.50"], "number", "1,234.56"),
        (["1 234,56", "1\u00a0000,1"], "number", "1 234,56"),
        (["1'234.56", "2"], "number", "1'234.56"),
        (["1,234", "2,345"], "text", None),  # thousands or thousandths?
        (["1.234,5", "1,234.5"], "text", None),
        (["192.168.100.200"], "text", None),
        (["01,5"], "text", None),
        (["Ja", "nein", "JA"], "boolean", "ja/nein"),
        (["J", "N"], "boolean", "j/n"),
        (["oui", "non"], "boolean", "oui/non"),
        (["Sí", "no"], "boolean", "sí/no"),
        (["да", "нет"], "boolean", "да/нет"),
        (["ja"], "text", None),  # one word alone is any word
        (["ja", "nein", "vielleicht"], "text", None),
    ],
)  # fmt: skip
def test_numbers_and_yes_and_no_of_other_languages_are_told(
    tmp_path: Path, texts: list[str], kind: str, form: str | None
) -> None:
    found = typed_column("v", texts)
    assert (found.type.value, found.format) == (kind, form)
    (tmp_path / "a.csv").write_text(
        "id;v\n" + "".join(f"{number};{text}\n" for number, text in enumerate(texts))
    )
    result = run(tmp_path, connector={"kind": "csv", "path": "a.csv"}, primary_key="id")
    assert (result.figures["rejected"], result.rows_out) == (0, len(texts)), (
        "what is proposed reads all of them"
    )


def test_codes_named_like_yes_and_no_stay_codes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;news\n1;J\n2;N\n")
    choices = {"J": {"en": "wanted"}, "N": {"en": "unwanted"}}
    result = run(
        tmp_path, connector={"kind": "csv", "path": "a.csv"}, columns=[{"name": "news", "choices": choices}]
    )
    assert result.messages == ()


@pytest.mark.parametrize(("name", "region"), [("Till M", None), ("quarantine", None), (None, "xyz")])
def test_a_draft_no_source_may_be_is_refused(
    context: ConnectorContext, name: str | None, region: str | None
) -> None:
    (context.directory / "a.csv").write_text("id,name\n1,a\n")
    with pytest.raises(InvalidInput) as caught:
        discover_source("a.csv", context, name=name, region=region)
    assert caught.value.code == "sources.draft_invalid"
