"""Texts become values exactly as Python's own strict parsers read them, or do not fit."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onefold.foundation.warehouse import Column, ColumnType, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.casting import fitted
from tests.plugins.properties import examples

TEXT = Column("t", ColumnType.TEXT)
ODD = st.sampled_from(
    (
        *("1.0", "1.5", "1e3", "0x1F", "1_000", "+5", "-0", " 7 ", "nan", "inf", "1e400", "1.", ".5", "--1"),
        *("19777-01-01", "infinity", "9223372036854775807", "9223372036854775808", "1,5", "epoch"),
    )
)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse()
    yield opened
    opened.close()


def value_of(warehouse: DuckDBWarehouse, text: str, want: Column, form: str | None = None) -> object:
    value = fitted(sql("CAST($text AS VARCHAR)"), TEXT, want, form=form, time_zone="UTC")
    ((found,),) = warehouse.rows(sql("SELECT {value}", value=value), text=text)
    return found


many = settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(st.one_of(ODD, st.integers(-(2**70), 2**70).map(str), st.from_regex(r"\A[+-]?\d{1,4}\.?\d{0,2}\Z")))
def test_whole_numbers_are_never_rounded(warehouse: DuckDBWarehouse, text: str) -> None:
    match = re.fullmatch(r"\s*([+-]?[0-9]+)(\.0*)?\s*", text)
    number = int(match[1]) if match else None
    expected = number if number is not None and -(2**63) <= number < 2**63 else None
    assert value_of(warehouse, text, Column("n", ColumnType.INTEGER)) == expected


@many
@given(st.one_of(st.decimals(-(10**9), 10**9, places=4), st.decimals(-99, 99, places=2)))
def test_decimals_are_never_cut(warehouse: DuckDBWarehouse, number: Decimal) -> None:
    text = f"{number:f}"
    fits = number == round(number, 2) and abs(number) < 10**6
    expected = number if fits else None
    assert value_of(warehouse, text, Column("n", ColumnType.DECIMAL, (8, 2))) == expected


@many
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_as_written(warehouse: DuckDBWarehouse, number: float) -> None:
    assert value_of(warehouse, repr(number), Column("n", ColumnType.NUMBER)) == number


@many
@given(st.dates(), st.sampled_from([None, "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d"]))
def test_dates_come_back_as_written(warehouse: DuckDBWarehouse, day: dt.date, form: str | None) -> None:
    # Python leaves out leading zeros of early years.
    text = (form or "%Y-%m-%d").replace("%Y", f"{day.year:04d}")
    assert value_of(warehouse, day.strftime(text), Column("d", ColumnType.DATE), form) == day


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("19777-01-01", ColumnType.DATE),
        ("01/01/19777", ColumnType.DATE),
        ("0000-01-01", ColumnType.DATE),
        ("2024-01-01 (BC)", ColumnType.DATE),
        ("infinity", ColumnType.DATE),
        ("2024-02-30", ColumnType.DATE),
        ("19777-01-01 10:00:00", ColumnType.INSTANT),
        ("infinity", ColumnType.INSTANT),
        ("2024-01-01 25:00:00", ColumnType.INSTANT),
        ("nan", ColumnType.NUMBER),
        ("1e400", ColumnType.NUMBER),
        ("1_000", ColumnType.NUMBER),
        ("maybe", ColumnType.BOOLEAN),
    ],
)
def test_what_engines_would_take_and_nobody_means_does_not_fit(
    warehouse: DuckDBWarehouse, text: str, kind: ColumnType
) -> None:
    assert value_of(warehouse, text, Column("x", kind)) is None


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("1.234.567,89", "1.234,56", 1234567.89),
        ("1 234,5", "1 234,56", 1234.5),
        ("1\u00a0234,5", "1 234,56", 1234.5),
        ("1234,5", "1234,56", 1234.5),
        ("1,234.5", "1,234.56", 1234.5),
        ("1.234,5", "1,234.56", None),  # the other country's: 1.2345 would be wrong by a factor of 1000
        ("12.34", "1.234,56", None),
        ("-1.234", "1.234,56", -1234.0),
    ],
)
def test_numbers_as_countries_write_them(
    warehouse: DuckDBWarehouse, text: str, form: str, expected: float | None
) -> None:
    assert value_of(warehouse, text, Column("n", ColumnType.NUMBER), form) == expected
