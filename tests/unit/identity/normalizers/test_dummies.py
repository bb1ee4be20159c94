"""What counts as nobody's value, in SQL and in Python."""

from __future__ import annotations

import pytest

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import literal, sql
from onefold.identity.normalizers.dummies import is_dummy, is_dummy_text, not_dummy

DUMMIES = {
    "phone": [
        "0000000000",
        "000 000",
        "+49 000 0000000",
        "555-555-5555",
        "(111) 111-1111",
        "1234567890",
        "0123456789",
        "012 345 6789",
        "+1 111 111 1111",
        "9999999",
    ],
    "email": [
        "test@test.com",
        "TEST@example.org",
        "noreply@shop.de",
        "No-Reply@shop.de",
        "na@na.na",
        "x@x.x",
        "abc@abc.com",
        "n/a",
        "none@none.com",
        "unknown@unknown.net",
    ],
    "birth_date": [
        "1900-01-01",
        "01.01.1900",
        "1/1/1900",
        "1970-01-01",
        "01/01/1970",
        "0001-01-01",
        "0001-01-01T00:00:00",
        "1900-01-01 00:00:00",
        "9999-12-31",
        "19000101",
    ],
    "last_name": [
        "unknown",
        "Unknown",
        "TEST",
        "n.a.",
        "N/A",
        "-",
        "Mustermann",
        "неизвестно",
        "No Name",
        "#N/A",
    ],
    "postcode": ["00000", "99999", "12345", "n/a", "XXXX"],
}
REAL = {
    "phone": ["030 1234567", "+49 171 2345678", "0151 55555123", "+44 20 7946 0958", "112"],
    "email": ["anna@example.com", "mueller@mueller.de", "a@b.de", "testa@rossa.it", "latest@news.com"],
    "birth_date": ["1980-01-01", "05.06.1900", "1969-12-31", "02/29/2000"],
    "last_name": ["Nunn", "Na Li", "Tester-Smith", "Xu", "Иванова"],
    "postcode": ["10115", "01067", "SW1A 1AA", "90210"],
}
CASES = [(kind, value, True) for kind, values in DUMMIES.items() for value in values] + [
    (kind, value, False) for kind, values in REAL.items() for value in values
]


@pytest.mark.parametrize("attribute", sorted(DUMMIES))
def test_sql_and_reference_agree(attribute: str) -> None:
    cases = [(value, expected) for kind, value, expected in CASES if kind == attribute]
    warehouse = DuckDBWarehouse(check_portable=True)
    for value, expected in cases:
        condition = is_dummy(attribute, literal(value))
        assert condition is not None
        assert warehouse.rows(sql("SELECT {c}", c=condition)) == [(expected,)], value
        assert is_dummy_text(attribute, value) is expected, value
    warehouse.close()


def test_not_dummy_is_the_opposite_and_null_stays_null() -> None:
    warehouse = DuckDBWarehouse(check_portable=True)
    condition = not_dummy("email", sql("v"))
    assert condition is not None
    rows = warehouse.rows(
        sql("SELECT {c} FROM (VALUES ('test@test.com'), ('a@b.de'), (NULL)) AS t(v)", c=condition)
    )
    assert rows == [(False,), (True,), (None,)]
    warehouse.close()


def test_attributes_without_a_list_have_no_dummies() -> None:
    assert is_dummy("loyalty_number", literal("0000000")) is None
    assert not_dummy("loyalty_number", literal("0000000")) is None
    assert not is_dummy_text("loyalty_number", "0000000")
