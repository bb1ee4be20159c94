"""The order of a chain, and how it becomes one select."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import discover
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import sql
from onefold.identity.normalizers import (
    ColumnOf,
    NormalizeContext,
    Normalizer,
    in_order,
    normalize_many,
    normalized_column,
)
from onefold.identity.normalizers.alias import Alias
from onefold.identity.normalizers.bypass import Bypass
from onefold.identity.normalizers.email import Email
from onefold.identity.normalizers.lower_case import LowerCase
from onefold.identity.normalizers.name import Name
from onefold.identity.normalizers.numerals import Numerals
from onefold.identity.normalizers.symbols import Symbols
from onefold.identity.normalizers.unicode_to_ascii import UnicodeToAscii
from onefold.identity.normalizers.whitespace import Whitespace

ORDER = [
    "numerals",
    "unicode_to_ascii",
    "lower_case",
    "phone",
    "email",
    "date",
    "postcode",
    "name",
    "address",
    "organization",
    "symbols",
    "whitespace",
    "alias",
    "bypass",
]
NOWHERE = NormalizeContext()


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse(check_portable=True)
    yield opened
    opened.close()


def test_every_kind_has_its_documented_place() -> None:
    found = discover("onefold.identity.normalizers", Normalizer)
    assert sorted(found, key=lambda kind: found[kind].position) == ORDER


def test_a_chain_runs_in_the_documented_order_however_it_is_written() -> None:
    steps: list[Normalizer] = [
        Bypass(values=()),
        Alias(pairs=()),
        Whitespace(),
        Symbols(),
        LowerCase(),
        UnicodeToAscii(),
        Numerals(),
    ]
    assert [step.kind for step in in_order(steps)] == [
        "numerals",
        "unicode_to_ascii",
        "lower_case",
        "symbols",
        "whitespace",
        "alias",
        "bypass",
    ]


def test_numerals_come_before_transliteration() -> None:
    assert normalize_many([UnicodeToAscii(), Numerals()], ["Ⅷ"], NOWHERE) == ["8"]


def test_listed_values_go_through_the_steps_before_them() -> None:
    chain = [Bypass(values=("N. N.",)), Alias(pairs=(("Int'l", "International"),)), LowerCase(), Symbols()]
    values: list[str | None] = ["n n", "INTL", "international", "x"]
    assert normalize_many(chain, values, NOWHERE) == [None, "international", "international", "x"]


def test_a_chain_that_sql_decides_alone_needs_no_join(warehouse: DuckDBWarehouse) -> None:
    warehouse.create_table("plain", sql("SELECT 'a-b' AS v"))
    column = normalized_column(warehouse, ColumnOf("plain", "v"), [Symbols()], NOWHERE, "not_made")
    assert (column.joins.text, column.made) == ("", None)


def test_several_columns_fit_into_one_select(warehouse: DuckDBWarehouse) -> None:
    warehouse.create_table(
        "people",
        sql(
            "SELECT * FROM (VALUES (1, 'Bob', 'Ä'), (2, NULL, 'b'), (3, 'Юлия', NULL)) AS p(id, first, letter)"
        ),
    )
    first = normalized_column(warehouse, ColumnOf("people", "first", "p"), [Name()], NOWHERE, "m1")
    letter = normalized_column(
        warehouse, ColumnOf("people", "letter", "p"), [LowerCase(), UnicodeToAscii()], NOWHERE, "m2"
    )
    rows = warehouse.rows(
        sql(
            "SELECT p.id, {first}, {letter} FROM people AS p{j1}{j2} ORDER BY p.id",
            first=first.expression,
            letter=letter.expression,
            j1=first.joins,
            j2=letter.joins,
        )
    )
    assert rows == [(1, "robert", "a"), (2, None, "b"), (3, "julia", None)]


@pytest.mark.parametrize("kind", ORDER)
def test_a_column_of_nulls_only_stays_null(warehouse: DuckDBWarehouse, kind: str) -> None:
    # DuckDB 2.0 cannot bind some functions inside CASE over such a column; ours must keep clear of them.
    settings: dict[str, object] = {"alias": {"pairs": [("a", "b")]}, "bypass": {"values": ["a"]}}
    step = discover("onefold.identity.normalizers", Normalizer)[kind].model_validate(settings.get(kind, {}))
    warehouse.create_table("nothing", sql("SELECT CAST(NULL AS VARCHAR) AS v, 1 AS i"))
    column = normalized_column(
        warehouse,
        ColumnOf("nothing", "v"),
        [step],
        NormalizeContext(region="DE"),
        "m4",
        dummies_of="email",
    )
    select = sql(
        "SELECT CASE WHEN i = 1 THEN {x} END FROM nothing AS t{j}", x=column.expression, j=column.joins
    )
    assert warehouse.rows(select) == [(None,)]


def test_dummies_become_null(warehouse: DuckDBWarehouse) -> None:
    warehouse.create_table(
        "mails",
        sql("SELECT unnest(['test@test.com', 'NoReply@x.de', 'Anna@x.de', 'müller@x.de', NULL]) AS v"),
    )
    column = normalized_column(
        warehouse, ColumnOf("mails", "v"), [Email()], NOWHERE, "m3", dummies_of="email"
    )
    rows = warehouse.rows(sql("SELECT v, {x} FROM mails AS t{j}", x=column.expression, j=column.joins))
    assert {row[0]: row[1] for row in rows} == {
        "test@test.com": None,
        "NoReply@x.de": None,
        "Anna@x.de": "anna@x.de",
        "müller@x.de": None,
        None: None,
    }


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValidationError, match="gmail_dotts"):
        Email.model_validate({"gmail_dotts": True})
