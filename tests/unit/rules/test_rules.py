"""What rules say, what they refuse, and how they read unknown values, days and instants."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from pydantic import BaseModel, TypeAdapter

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Column, ColumnType
from onefold.rules import Rule, check_rule, compile_sql, fields, parse_rule, predicate, sentence
from onefold.rules.nodes.comparison import OPERATORS, Comparison
from onefold.rules.operators import Cell

NOW = dt.datetime(2024, 3, 31, 12, tzinfo=dt.UTC)
COLUMNS = {
    "city": Column("city", ColumnType.TEXT),
    "points": Column("points", ColumnType.INTEGER),
    "amount": Column("amount", ColumnType.DECIMAL, (10, 2)),
    "ratio": Column("ratio", ColumnType.NUMBER),
    "is_member": Column("is_member", ColumnType.BOOLEAN),
    "born_on": Column("born_on", ColumnType.DATE),
    "seen_at": Column("seen_at", ColumnType.INSTANT),
    "topics": Column("topics", ColumnType.TEXT_LIST),
    "photo": Column("photo", ColumnType.BLOB),
}
RULE = {
    "all": [
        {"field": "city", "equals": "Köln"},
        {"any": [{"field": "points", "at_least": 100}, {"field": "seen_at", "in_last": "30 days"}]},
        {"not": {"field": "topics", "contains_any": ["spam", "test"]}},
    ]
}


def holds(rule: object, **row: Cell) -> bool:
    return predicate(parse_rule(rule), COLUMNS)(row, NOW)


def test_one_tree_says_reads_and_keeps() -> None:
    rule = parse_rule(RULE)
    assert sentence(rule, {"city": "City"}) == (
        'City is "Köln" and (points is at least 100 or seen_at is in the last 30 days) '
        'and not (topics contains any of "spam", "test")'
    )
    assert fields(rule) == {"city", "points", "seen_at", "topics"}
    assert parse_rule(rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)) == rule
    assert holds(RULE, city="KÖLN", points=100)
    assert not holds(RULE, city="KÖLN", points=99)
    assert not holds(RULE, city="KÖLN", points=100, topics=["Spam"])


def test_a_rule_is_a_field_of_a_definition_with_a_schema_for_its_form() -> None:
    class Filtered(BaseModel):
        where: Rule | None = None

    assert Filtered.model_validate({"where": RULE}).where == parse_rule(RULE)
    keys = {
        key for choice in TypeAdapter(Rule).json_schema()["$defs"].values() for key in choice["properties"]
    }
    assert {"all", "any", "not", "field", "at_least"} <= keys


def test_sql_names_the_table_and_folds_case() -> None:
    condition = compile_sql(parse_rule({"field": "points", "more_than": 5}), COLUMNS, now=NOW, table="t")
    assert condition.text == 'coalesce("t"."points" > CAST(5 AS BIGINT), FALSE)'


@pytest.mark.parametrize(
    ("rule", "row", "expected"),
    [
        # Unknown values satisfy `is_unknown` only, and `not` is the opposite.
        ({"field": "city", "equals": "x"}, {}, False),
        ({"field": "city", "not_equals": "x"}, {}, False),
        ({"not": {"field": "city", "equals": "x"}}, {}, True),
        ({"field": "city", "is_unknown": True}, {}, True),
        ({"field": "city", "is_known": False}, {}, True),
        ({"field": "city", "is_known": True}, {"city": ""}, True),
        ({"field": "ratio", "at_most": 1}, {"ratio": float("nan")}, False),
        ({"field": "ratio", "is_unknown": True}, {"ratio": float("nan")}, True),
        # Case, wildcards.
        ({"field": "city", "equals": "ΟΔΟΣ"}, {"city": "οδος"}, True),
        ({"field": "city", "equals": "a", "case_sensitive": True}, {"city": "A"}, False),
        ({"field": "city", "matches": "b*n"}, {"city": "Berlin"}, True),
        ({"field": "city", "matches": "b?n"}, {"city": "Berlin"}, False),
        ({"field": "city", "matches": "a.c"}, {"city": "abc"}, False),
        ({"field": "city", "matches": "*a*b"}, {"city": "xaxa"}, False),
        # Numbers are exact in the column's type.
        ({"field": "amount", "equals": 0.1}, {"amount": Decimal("0.10")}, True),
        ({"field": "amount", "between": [1, 2]}, {"amount": Decimal("2.00")}, True),
        ({"field": "points", "one_of": [1, 2]}, {"points": 2}, True),
        ({"field": "points", "none_of": [1, 2]}, {"points": None}, False),
        # Days and instants.
        ({"field": "seen_at", "equals": "2024-03-31"}, {"seen_at": NOW.replace(hour=23, minute=59)}, True),
        ({"field": "seen_at", "after": "2024-03-30"}, {"seen_at": NOW.replace(day=30, hour=23)}, False),
        ({"field": "seen_at", "on_or_before": "2024-03-31"}, {"seen_at": NOW.replace(hour=23)}, True),
        ({"field": "seen_at", "before": "2024-03-31T14:30:00+02:00"}, {"seen_at": NOW}, True),
        ({"field": "seen_at", "in_last": "2 hours"}, {"seen_at": NOW - dt.timedelta(hours=2)}, True),
        ({"field": "seen_at", "in_last": "2 hours"}, {"seen_at": NOW + dt.timedelta(seconds=1)}, False),
        ({"field": "born_on", "in_last": "1 month"}, {"born_on": dt.date(2024, 2, 29)}, True),
        ({"field": "born_on", "in_last": "1 month"}, {"born_on": dt.date(2024, 2, 28)}, False),
        ({"field": "born_on", "before": "18 years ago"}, {"born_on": dt.date(2006, 3, 30)}, True),
        ({"field": "born_on", "before": "18 years ago"}, {"born_on": dt.date(2006, 3, 31)}, False),
        ({"field": "born_on", "equals": "today"}, {"born_on": NOW.date()}, True),
        ({"field": "born_on", "in_next": "1000 years"}, {"born_on": dt.date(3024, 3, 31)}, True),
        ({"field": "born_on", "in_last": "12000 months"}, {"born_on": dt.date(1024, 3, 31)}, True),
        ({"field": "born_on", "on_or_before": "9999-12-31"}, {"born_on": dt.date(9999, 12, 31)}, True),
        # Lists and yes/no.
        ({"field": "topics", "contains_all": ["a", "b"]}, {"topics": ["B", None, "A"]}, True),
        ({"field": "topics", "contains_all": ["a", "b"]}, {"topics": ["a"]}, False),
        ({"field": "is_member", "equals": False}, {"is_member": False}, True),
        ({"field": "is_member", "not_equals": True}, {"is_member": None}, False),
    ],
)
def test_meaning(rule: object, row: dict[str, Cell], expected: bool) -> None:
    assert holds(rule, **row) is expected


@pytest.mark.parametrize(
    ("rule", "code", "parts"),
    [
        ({"field": "ctiy", "equals": "x"}, "rules.field_unknown", ["'ctiy'", "Did you mean 'city'?"]),
        (
            {"field": "born_on", "more_than": 1},
            "rules.operator_unfit",
            ["'more_than'", "'born_on'", "Did you mean 'after'?"],
        ),
        (
            {"field": "topics", "contains": "a"},
            "rules.operator_unfit",
            ["a text list", "Did you mean 'contains_any'?"],
        ),
        ({"field": "city", "at_least": 1}, "rules.operator_unfit", ["Valid: equals"]),
        ({"field": "photo", "equals": "x"}, "rules.operator_unfit", ["Valid: is_known, is_unknown."]),
        (
            {"field": "city", "equals": 10115},
            "rules.value_unfit",
            ["expects text; put it in quotes", "got a number"],
        ),
        ({"field": "points", "equals": "secret"}, "rules.value_unfit", ["expects a number", "got text"]),
        ({"field": "points", "equals": True}, "rules.value_unfit", ["got true or false"]),
        ({"field": "points", "at_least": 1.5}, "rules.value_unfit", ["a whole number"]),
        ({"field": "points", "at_least": 2**63}, "rules.value_unfit", ["64 bit"]),
        (
            {"field": "amount", "equals": 1.999},
            "rules.value_unfit",
            ["8 digits before the point and 2 after"],
        ),
        ({"field": "amount", "equals": 1e9}, "rules.value_unfit", ["8 digits"]),
        ({"field": "ratio", "at_least": float("inf")}, "rules.value_unfit", ["a number"]),
        ({"field": "points", "between": [3, 1]}, "rules.value_unfit", ["the smaller number first"]),
        ({"field": "born_on", "before": "01.05.2024"}, "rules.value_unfit", ["2024-05-01"]),
        ({"field": "born_on", "before": "2024-02-30"}, "rules.value_unfit", ["2024-05-01"]),
        ({"field": "born_on", "before": "2024-05-01T10:00:00"}, "rules.value_unfit", ["without a time"]),
        ({"field": "born_on", "in_last": "3 hours"}, "rules.value_unfit", ["days or longer"]),
        ({"field": "born_on", "in_last": "9999 years"}, "rules.value_unfit", ["'30 days'"]),
        ({"field": "is_member", "equals": "yes"}, "rules.value_unfit", ["true or false"]),
        ({"field": "topics", "contains_any": [1]}, "rules.value_unfit", ["in quotes", "got a list of 1"]),
    ],
)
def test_what_does_not_fit_the_columns(rule: object, code: str, parts: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_rule(parse_rule(rule), COLUMNS)
    assert caught.value.code == code
    for part in parts:
        assert part in str(caught.value)
    assert "secret" not in str(caught.value)


def test_all_problems_at_once() -> None:
    rule = parse_rule({"all": [{"field": "x", "equals": 1}, {"not": {"field": "city", "equals": 1}}]})
    with pytest.raises(InvalidInput, match=r"'x'.*'city'"):
        compile_sql(rule, COLUMNS, now=NOW)
    with pytest.raises(InvalidInput):
        predicate(rule, COLUMNS)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"al": []}, "one of the keys all, any, field, not"),
        ("city = 1", "one of the keys"),
        ({"all": []}, "at least one condition"),
        ({"all": [{"field": "city"}]}, "all.0: .*exactly one operator, got none"),
        ({"field": "a", "equals": 1, "contains": "b"}, "got contains and equals"),
        ({"field": "a", "equals": None}, "got none"),
        ({"field": "a", "equals": [1]}, "equals"),
        ({"field": "a", "is_known": "yes"}, "is_known"),
        ({"field": "a", "between": [1]}, "between"),
        ({"field": "", "equals": 1}, "field"),
        ({"not": {"field": "a", "equals": 1}, "all": []}, "Extra inputs|at least one"),
    ],
)
def test_what_is_no_rule(document: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        parse_rule(document)
    assert caught.value.code == "rules.unreadable"


def test_depth_is_limited() -> None:
    document: object = {"field": "city", "equals": "x"}
    for _ in range(31):
        document = {"not": document}
    assert holds(document, city="y")
    with pytest.raises(InvalidInput, match="deeper than 32"):
        check_rule(parse_rule({"not": document}), COLUMNS)
    for _ in range(5000):
        document = {"not": document}
    with pytest.raises(InvalidInput, match="deeper than 32"):
        parse_rule(document)


def test_every_operator_is_a_key_and_every_key_an_operator() -> None:
    names = {name for operators in OPERATORS.values() for name in operators}
    keys = set(Comparison.model_fields) - {"field", "case_sensitive", "is_known", "is_unknown"}
    assert names == keys
    assert set(OPERATORS) | {ColumnType.INTEGER_LIST} == set(ColumnType)
    assert all(field.description for field in Comparison.model_fields.values())


def test_many_stars_are_fast() -> None:
    rule = {"field": "city", "matches": "*a" * 30 + "b"}
    assert not holds(rule, city="a" * 20_000)
