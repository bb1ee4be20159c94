"""SQL and predicate agree on random rules and rows, and both agree with three-line truths."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onefold.foundation.warehouse import Column, ColumnType, Sql, ident, literal, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.rules import compile_sql, parse_rule, predicate
from tests.plugins.properties import examples

NOW = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)
COLUMNS = {
    column.name: column
    for column in (
        Column("text", ColumnType.TEXT),
        Column("integer", ColumnType.INTEGER),
        Column("small", ColumnType.SMALL_INTEGER),
        Column("number", ColumnType.NUMBER),
        Column("amount", ColumnType.DECIMAL, (12, 2)),
        Column("flag", ColumnType.BOOLEAN),
        Column("day", ColumnType.DATE),
        Column("moment", ColumnType.INSTANT),
        Column("texts", ColumnType.TEXT_LIST),
        Column("integers", ColumnType.INTEGER_LIST),
        Column("order by", ColumnType.TEXT),
    )
}
ARROW = pa.schema(
    [
        ("text", pa.string()),
        ("integer", pa.int64()),
        ("small", pa.int16()),
        ("number", pa.float64()),
        ("amount", pa.decimal128(12, 2)),
        ("flag", pa.bool_()),
        ("day", pa.date32()),
        ("moment", pa.timestamp("us", tz="UTC")),
        ("texts", pa.list_(pa.string())),
        ("integers", pa.list_(pa.int64())),
        ("order by", pa.string()),
    ]
)

# Few distinct values, so that rules hit rows; the awkward letters and SQL's own signs are among them.
texts = st.text(alphabet="aAbB*?%_~'\\\".İiıΣσςßẞéЖж \n0", max_size=5) | st.sampled_from(
    ["DE", "de", "ΑΣ", "ας"]
)
integers = st.integers(-3, 3) | st.integers(-(2**62), 2**62)
small = st.integers(-3, 3)
numbers = st.sampled_from([0.0, -0.0, 0.1, 1.5, 1e300, -2.0]) | st.floats(
    allow_nan=False, allow_infinity=False
)
amounts = st.decimals(-5, 5, places=2) | st.sampled_from([Decimal("9999999999.99"), Decimal("0.10")])
days = st.dates(dt.date(2024, 2, 1), dt.date(2024, 4, 1)) | st.sampled_from(
    [dt.date(1900, 1, 1), dt.date(9999, 12, 31), dt.date(2023, 2, 28), dt.date(2024, 2, 29)]
)
moments = st.integers(0, 4 * 86_400_000_000).map(
    lambda microseconds: dt.datetime(2024, 2, 27, tzinfo=dt.UTC) + dt.timedelta(microseconds=microseconds)
) | st.sampled_from([NOW, NOW.replace(hour=0, minute=0), NOW + dt.timedelta(days=30)])


def some(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.none() | values


rows = st.fixed_dictionaries(
    {
        "text": some(texts),
        "integer": some(integers),
        "small": some(small),
        "number": some(numbers | st.just(math.nan) | st.just(math.inf)),
        "amount": some(amounts),
        "flag": some(st.booleans()),
        "day": some(days),
        "moment": some(moments),
        "texts": some(st.lists(some(texts), max_size=3)),
        "integers": some(st.lists(some(small), max_size=3)),
        "order by": some(texts),
    }
)
durations = st.builds(
    lambda count, unit: f"{count} {unit}s",
    st.integers(0, 60),
    st.sampled_from(["day", "week", "month", "year"]),
)
clocks = st.builds(
    lambda count, unit: f"{count} {unit}s", st.integers(0, 60), st.sampled_from(["minute", "hour"])
)
spoken = st.sampled_from(["today", "now", "2 weeks from now", "1 month ago", "1 year ago"])
day_values = days.map(dt.date.isoformat) | spoken
moment_values = day_values | moments.map(dt.datetime.isoformat) | st.sampled_from(["3 hours ago"])


def compared(field: str, operators: list[str], value: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.builds(lambda name, v: {"field": field, name: v}, st.sampled_from(operators), value)


def ranges(field: str, value: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.lists(value, min_size=2, max_size=2).map(
        lambda pair: {"field": field, "between": sorted(pair)}  # type: ignore[type-var]  # numbers and ISO text sort
    )


TEXT = ["equals", "not_equals", "contains", "starts_with", "ends_with", "matches"]
ORDER = ["equals", "not_equals", "more_than", "at_least", "less_than", "at_most"]
TIME = ["equals", "not_equals", "before", "after", "on_or_before", "on_or_after"]
EITHER = ["one_of", "none_of"]
ANY_OF = ["contains_any", "contains_all"]


def many(value: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.lists(value, min_size=1, max_size=3)


money = amounts.map(float)
comparisons = st.one_of(
    compared("text", TEXT, texts),
    compared("text", EITHER, many(texts)),
    compared("order by", TEXT, texts),
    compared("integer", ORDER, integers),
    compared("integer", EITHER, many(integers)),
    ranges("integer", integers),
    compared("small", ORDER, small),
    compared("number", ORDER, numbers),
    compared("number", EITHER, many(numbers)),
    ranges("number", numbers),
    compared("amount", ORDER, money),
    compared("amount", EITHER, many(money)),
    compared("flag", ["equals", "not_equals"], st.booleans()),
    compared("day", TIME, day_values),
    compared("day", ["in_last", "in_next"], durations),
    ranges("day", days.map(dt.date.isoformat)),
    compared("moment", TIME, moment_values),
    compared("moment", ["in_last", "in_next"], durations | clocks),
    compared("texts", ANY_OF, many(texts)),
    compared("integers", ANY_OF, many(small)),
    compared("texts", ["is_known", "is_unknown"], st.booleans()),
    st.builds(
        lambda field, name, flag: {"field": field, name: flag},
        st.sampled_from(list(COLUMNS)),
        st.sampled_from(["is_known", "is_unknown"]),
        st.booleans(),
    ),
    st.builds(lambda rule: {**rule, "case_sensitive": True}, compared("text", TEXT, texts)),
    st.builds(lambda rule: {**rule, "case_sensitive": True}, compared("texts", ANY_OF, many(texts))),
)
rules = st.recursive(
    comparisons,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def warehouse() -> DuckDBWarehouse:
    return DuckDBWarehouse(threads=1)


@settings(max_examples=examples(400), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=rules, data=st.lists(rows, min_size=1, max_size=8))
def test_sql_and_predicate_agree(
    warehouse: DuckDBWarehouse, document: object, data: list[dict[str, object]]
) -> None:
    rule = parse_rule(document)
    warehouse.load_arrow("people", pa.Table.from_pylist(data, schema=ARROW))
    condition = compile_sql(rule, COLUMNS, now=NOW, table="people")
    in_sql = [row[0] for row in warehouse.rows(sql("SELECT {c} FROM people", c=condition))]
    test = predicate(rule, COLUMNS)
    kept = warehouse.arrow(sql("SELECT * FROM people")).to_pylist()
    assert in_sql == [test(row, NOW) for row in kept]


def test_folding_is_the_same_for_every_letter(warehouse: DuckDBWarehouse) -> None:
    """Any difference would make SQL and predicate disagree on that letter."""
    from onefold.rules.texts import fold, fold_sql

    letters = [chr(code) for code in range(1, 0x11000) if not 0xD800 <= code <= 0xDFFF]
    warehouse.load_arrow("letters", pa.table({"letter": letters}))
    found = warehouse.rows(sql("SELECT letter, {fold} FROM letters", fold=fold_sql(ident("letter"))))
    assert [letter for letter, folded in found if fold(str(letter)) != folded] == []


@pytest.mark.parametrize("value", ["a'b", "~", "%", "\\", "x\ny", '"'])
def test_values_are_never_sql(warehouse: DuckDBWarehouse, value: str) -> None:
    for operator in TEXT:
        rule = parse_rule({"field": "text", operator: value})
        condition = compile_sql(rule, {"text": COLUMNS["text"]}, now=NOW)
        select = sql("SELECT {c} FROM (SELECT {v} AS text)", c=condition, v=literal(value))
        assert warehouse.rows(select) == [(operator != "not_equals",)], operator
    assert isinstance(condition, Sql)
