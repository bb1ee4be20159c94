"""The order of a chain, and how it becomes one select."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import InvalidInput, discover
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import sql
from onefold.identity.normalizers import (
    NormalizeContext,
    Normalizer,
    in_order,
    normalize_many,
)
from onefold.identity.normalizers.alias import Alias
from onefold.identity.normalizers.bypass import Bypass
from onefold.identity.normalizers.email import Email
from onefold.identity.normalizers.lower_case import LowerCase
from onefold.identity.normalizers.numerals import Numerals
from onefold.identity.normalizers.phone import Phone
from onefold.identity.normalizers.symbols import Symbols
from onefold.identity.normalizers.unicode_to_ascii import UnicodeToAscii
from onefold.identity.normalizers.whitespace import Whitespace
from tests.unit.identity.normalizers._in_warehouse import normalize_now

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


def test_a_chain_that_sql_decides_alone_asks_nobody(warehouse: DuckDBWarehouse) -> None:
    normalize_now(warehouse, sql("SELECT '' AS region, 'a-b' AS value"), [Symbols()], "made")
    assert warehouse.rows(sql("SELECT value, mapped FROM made")) == [("a-b", "ab")]
    with pytest.raises(InvalidInput):
        warehouse.rows(sql("SELECT * FROM made_known"))


def test_each_value_is_read_by_the_habits_of_its_region(warehouse: DuckDBWarehouse) -> None:
    warehouse.create_table(
        "numbers",
        sql(
            "SELECT * FROM (VALUES ('de', '030 1234567'), ('gb', '020 7946 0018'), ('', '020 7946 0018'), "
            "('de', '030/1234567 x 5'), ('', '+49 30 1234567'), ('gb', NULL), ('de', '12')) AS n(region, value)"
        ),
    )
    made = normalize_now(
        warehouse, sql("SELECT * FROM numbers"), [Phone()], "m1", regions=["de", "gb"], dummies_of="phone"
    )
    rows = warehouse.rows(sql("SELECT region, value, mapped FROM m1"))
    assert {(row[0], row[1]): row[2] for row in rows} == {
        ("de", "030 1234567"): "+49301234567",
        ("gb", "020 7946 0018"): "+442079460018",
        ("", "020 7946 0018"): "02079460018",
        ("de", "030/1234567 x 5"): "+49301234567",
        ("", "+49 30 1234567"): "+49301234567",
        ("de", "12"): None,
    }
    assert len(rows) == 6
    warehouse.drop(*made)


@pytest.mark.parametrize("kind", ORDER)
def test_a_column_of_nulls_only_stays_null(warehouse: DuckDBWarehouse, kind: str) -> None:
    # DuckDB 2.0 cannot bind some functions inside CASE over such a column; ours must keep clear of them.
    settings: dict[str, object] = {"alias": {"pairs": [("a", "b")]}, "bypass": {"values": ["a"]}}
    step = discover("onefold.identity.normalizers", Normalizer)[kind].model_validate(settings.get(kind, {}))
    nothing = sql("SELECT 'de' AS region, CAST(NULL AS VARCHAR) AS value")
    normalize_now(warehouse, nothing, [step], "m2", regions=["de"], dummies_of="email")
    assert warehouse.rows(sql("SELECT * FROM m2")) == []


def test_dummies_are_left_out(warehouse: DuckDBWarehouse) -> None:
    mails = sql(
        "SELECT '' AS region, unnest(['test@test.com', ' none@none.com ', 'NoReply@x.de', 'Anna@x.de', "
        "'müller@x.de', NULL]) AS value"
    )
    normalize_now(warehouse, mails, [Email()], "m3", dummies_of="email")
    rows = warehouse.rows(sql("SELECT value, mapped FROM m3"))
    assert {row[0]: row[1] for row in rows} == {
        "Anna@x.de": "anna@x.de",
        "müller@x.de": None,
    }


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValidationError, match="gmail_dotts"):
        Email.model_validate({"gmail_dotts": True})
