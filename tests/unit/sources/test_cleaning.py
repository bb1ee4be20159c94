"""Every cleaning step by example, and the preview of before and after."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, TypeAdapter

from onefold.foundation.kernel import InvalidInput, discover
from onefold.foundation.warehouse import Column, ColumnType, comma, ident, literal, sql, union_all
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources import (
    CleanedValue,
    CleaningStep,
    ConnectorContext,
    FileAccess,
    SourceDefinition,
    preview_cleaning,
)
from onefold.sources.cleaning import CleaningContext
from onefold.sources.cleaning._pipeline import apply_steps

Texts = tuple[str | None, ...]

ONE_COLUMN: list[tuple[dict[str, object], Texts, Texts]] = [
    (
        {"kind": "casing", "to": "title"},
        ("ANNA-LENA VON DER HEIDE", "o'brien", "ann's", "ЮЛИЯ", "éric l'hôte", "von ohlen", "", None),
        ("Anna-Lena von der Heide", "O'Brien", "Ann's", "Юлия", "Éric L'Hôte", "Von Ohlen", "", None),
    ),
    ({"kind": "casing", "to": "upper"}, ("müller", "юля", None), ("MÜLLER", "ЮЛЯ", None)),
    ({"kind": "casing", "to": "lower"}, ("ÄÖÜ", "ΕΛΈΝΗ"), ("äöü", "ελένη")),
    (
        {"kind": "trim"},
        ("  a  b ", "a\u00a0\u2003b", "\ta\n", "   ", "", "plain", "two words", None),
        ("a b", "a b", "a", None, None, "plain", "two words", None),
    ),
    ({"kind": "trim", "inside": False}, ("  a  b ", "\u00a0a"), ("a  b", "a")),
    ({"kind": "unaccent"}, ("José Ñandú", "Łódź", "Юлия", None), ("Jose Nandu", "Łodz", "Юлия", None)),
    (
        {"kind": "phone"},
        ("030 1234567", "+44 20 7946 0958", "call me", None),
        ("+49301234567", "+442079460958", "call me", None),
    ),
    (
        {"kind": "phone", "region": "FR", "unreadable": "empty"},
        ("01 42 68 53 00", "x"),
        ("+33142685300", None),
    ),
    (
        {"kind": "typo_domains", "domains": {"Acme.con": "acme.com"}},
        ("ann@gmai.com", "Ann@GMAI.com", "a@acme.con", "a@good.org", "no mail", None),
        ("ann@gmail.com", "Ann@gmail.com", "a@acme.com", "a@good.org", "no mail", None),
    ),
    (
        {"kind": "replace", "find": "str.", "put": "straße"},
        ("Hauptstr. 1", "strx"),
        ("Hauptstraße 1", "strx"),
    ),
    ({"kind": "replace", "find": "-"}, ("1-2-3", "-", None), ("123", None, None)),
    (
        {"kind": "replace", "find": r"^(\d+) (.*)$", "put": r"\2 \1", "pattern": True},
        ("12 High Street", "High Street"),
        ("High Street 12", "High Street"),
    ),
    (
        {"kind": "value_map", "values": {"DEU": "DE", "n/a": None}},
        ("deu", " DEU ", "FR", "N/A", None),
        ("DE", "DE", "FR", None, None),
    ),
    ({"kind": "value_map", "values": {"m": "male"}, "otherwise": "empty"}, ("M", "x"), ("male", None)),
]


@pytest.fixture
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse()
    yield opened
    opened.close()


def cleaned(
    warehouse: DuckDBWarehouse,
    steps: list[dict[str, object]],
    names: tuple[str, ...],
    rows: list[Texts],
    region_column: str | None = None,
) -> list[tuple[object, ...]]:
    columns = {name: Column(name, ColumnType.TEXT) for name in names}
    select = union_all(
        sql(
            "SELECT {values}, {place} AS place",
            values=comma(
                sql("CAST({v} AS VARCHAR) AS {n}", v=literal(v), n=ident(n))
                for v, n in zip(row, names, strict=True)
            ),
            place=place,
        )
        for place, row in enumerate(rows)
    )
    parsed = TypeAdapter(tuple[CleaningStep, ...]).validate_python(steps)
    relation = apply_steps(
        warehouse, select, columns, parsed, CleaningContext("DE", region_column=region_column), "step"
    )
    result = sql(
        "SELECT {names} FROM ({rows}) ORDER BY place",
        names=comma(map(ident, relation.columns)),
        rows=relation.select,
    )
    return warehouse.rows(result)


@pytest.mark.parametrize(("step", "before", "after"), ONE_COLUMN)
def test_one_column(warehouse: DuckDBWarehouse, step: dict[str, object], before: Texts, after: Texts) -> None:
    # Not `v`: a column that is called as the helper tables' own columns must not be mixed up with them.
    found = cleaned(warehouse, [step | {"columns": ["value"]}], ("value",), [(text,) for text in before])
    assert [row[0] for row in found] == list(after)


NUMBERS: list[Texts] = [
    ("0171 2345678", "DE"),
    ("020 7946 0958", " gb "),
    ("0171 2345678", None),
    ("020 7946 0958", "Atlantis"),
    ("+43 664 1234567", "GB"),
    (None, "GB"),
]


@pytest.mark.parametrize(
    ("step", "source_column", "expected"),
    [
        # The source's default is DE.
        (
            {},
            "country",
            ["+491712345678", "+442079460958", "+491712345678", "020 7946 0958", "+436641234567", None],
        ),
        (
            {"region_column": "country", "region": "GB", "unreadable": "empty"},
            None,
            ["+491712345678", "+442079460958", None, "+442079460958", "+436641234567", None],
        ),
        (
            {"region": "GB"},
            "country",
            ["0171 2345678", "+442079460958", "0171 2345678", "+442079460958", "+436641234567", None],
        ),
    ],
)
def test_a_number_is_read_in_its_rows_own_region(
    warehouse: DuckDBWarehouse,
    step: dict[str, object],
    source_column: str | None,
    expected: list[str | None],
) -> None:
    steps: list[dict[str, object]] = [{"kind": "phone", "columns": ["phone"]} | step]
    found = cleaned(warehouse, steps, ("phone", "country"), NUMBERS, region_column=source_column)
    assert [row[0] for row in found] == expected
    assert [row[1] for row in found] == [country for _, country in NUMBERS]


@pytest.mark.parametrize("where", ["step", "source"])
def test_a_region_column_that_is_not_there_is_an_error(warehouse: DuckDBWarehouse, where: str) -> None:
    step: dict[str, object] = {"kind": "phone", "columns": ["phone"]}
    if where == "step":
        step["region_column"] = "contry"
    with pytest.raises(InvalidInput, match="'contry'") as caught:
        cleaned(warehouse, [step], ("phone", "country"), NUMBERS, region_column="contry")
    assert caught.value.code == "sources.cleaning_column"
    assert "'country'" in str(caught.value)


def test_split_takes_the_rest_into_the_last_column(warehouse: DuckDBWarehouse) -> None:
    step: dict[str, object] = {"kind": "split", "column": "name", "separator": " ", "into": ["first", "last"]}
    rows: list[Texts] = [("Ann",), ("Ann B. Cyd",), (None,)]
    assert cleaned(warehouse, [step], ("name",), rows) == [
        ("Ann", "Ann", None),
        ("Ann B. Cyd", "Ann", "B. Cyd"),
        (None, None, None),
    ]


def test_join_passes_missing_ones_over(warehouse: DuckDBWarehouse) -> None:
    step: dict[str, object] = {"kind": "join", "columns": ["a", "b"], "into": "both"}
    rows: list[Texts] = [("x", "y"), (None, "y"), (None, None), ("", "y")]
    assert [row[2] for row in cleaned(warehouse, [step], ("a", "b"), rows)] == ["x y", "y", None, "y"]


def test_dates_take_the_first_format_that_fits(warehouse: DuckDBWarehouse) -> None:
    step: dict[str, object] = {"kind": "date_format", "columns": ["d"], "formats": ["%d.%m.%Y", "%Y%m%d"]}
    rows: list[Texts] = [("13.02.1990",), ("19900213",), ("13.13.1990",), ("01.01.19777",), (None,)]
    day = dt.date(1990, 2, 13)
    assert [row[0] for row in cleaned(warehouse, [step], ("d",), rows)] == [day, day, None, None, None]


def test_steps_build_on_one_another(warehouse: DuckDBWarehouse) -> None:
    steps: list[dict[str, object]] = [
        {"kind": "trim", "columns": ["n"]},
        {"kind": "casing", "columns": ["n"], "to": "title"},
        {"kind": "casing", "columns": ["n"], "to": "title"},
        {"kind": "split", "column": "n", "separator": " ", "into": ["n", "last"]},
        {"kind": "replace", "columns": ["last"], "find": "b", "put": "p"},
    ]
    assert cleaned(warehouse, steps, ("n",), [("  ann   bob ",)]) == [("Ann", "Bop")]


def test_every_step_has_an_example_and_a_docstring() -> None:
    kinds = discover("onefold.sources.cleaning", CleaningStep)
    tried = {str(step["kind"]) for step, _, _ in ONE_COLUMN} | {"split", "join", "date_format"}
    assert tried == set(kinds)
    assert all(kind.__doc__ and kind.__doc__ != BaseModel.__doc__ for kind in kinds.values())


def test_the_preview_shows_what_changes(tmp_path: Path, warehouse: DuckDBWarehouse) -> None:
    (tmp_path / "a.csv").write_text("id,name,mail\n1, ann ,a@gmai.com\n2,Bob,b@x.org\n3,cyd,\n")
    context = ConnectorContext(warehouse, FileAccess(tmp_path, tmp_path), dt.datetime.now(dt.UTC), tmp_path)
    definition = SourceDefinition.model_validate(
        {
            "name": "a",
            "connector": {"kind": "csv", "path": "a.csv"},
            "cleaning": [
                {"kind": "trim", "columns": ["name"]},
                {"kind": "typo_domains", "columns": ["mail"]},
                {"kind": "join", "columns": ["name", "mail"], "into": "both"},
            ],
        }
    )
    assert preview_cleaning(definition, context, rows=2) == [
        CleanedValue(1, "name", " ann ", "ann"),
        CleanedValue(1, "mail", "a@gmai.com", "a@gmail.com"),
        CleanedValue(1, "both", None, "ann a@gmail.com"),
        CleanedValue(2, "both", None, "Bob b@x.org"),
    ]
