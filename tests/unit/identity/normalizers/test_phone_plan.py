"""The short cut for telephone numbers says what the phonenumbers library says, wherever it says anything."""

from __future__ import annotations

import random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from onefold.foundation.contact_points.phone_plans import plan_of_country_code, plan_of_region
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import literal, sql
from onefold.identity.normalizers import NormalizeContext
from onefold.identity.normalizers.phone import Phone, e164_or_digits
from tests.unit.identity.normalizers._in_warehouse import normalize_now

REGIONS = ["AT", "BE", "BG", "CA", "CH", "DE", "ES", "FR", "GB", "GR", "IT", "NL", "PL", "UA", "US"]
NUMBERS = 2_000


@pytest.mark.parametrize("region", REGIONS)
def test_the_short_cut_equals_the_library(region: str) -> None:
    values = numbers_of(region, NUMBERS)
    expected = {value: e164_or_digits(value, region) or None for value in values}
    context = NormalizeContext(region=region)
    assert {value: Phone().python(value, context) for value in values} == expected
    warehouse = DuckDBWarehouse(check_portable=True)
    import pyarrow as pa

    warehouse.load_arrow("given", pa.table({"v": sorted(values)}))
    _phones_of(warehouse, region)
    assert {row[0]: row[1] for row in warehouse.rows(sql("SELECT value, mapped FROM m"))} == expected
    ((undecided,),) = warehouse.rows(sql("SELECT count(*) FROM m_known"))
    assert isinstance(undecided, int)
    assert undecided < len(values), "the short cut decides nothing"
    warehouse.close()


@pytest.mark.parametrize("region", ["DE", "FR", "GB", "GR", "PL", "US"])
def test_common_ways_of_writing_a_number_are_decided_in_sql(region: str) -> None:
    code = phonenumbers.country_code_for_region(region)
    numbers = [
        phonenumbers.format_number(number, style)
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
        if (number := phonenumbers.example_number_for_type(region, kind)) is not None
        for style in (
            phonenumbers.PhoneNumberFormat.E164,
            phonenumbers.PhoneNumberFormat.INTERNATIONAL,
            phonenumbers.PhoneNumberFormat.NATIONAL,
        )
    ]
    warehouse = DuckDBWarehouse(check_portable=True)
    import pyarrow as pa

    warehouse.load_arrow("given", pa.table({"v": numbers}))
    _phones_of(warehouse, region)
    assert warehouse.rows(sql("SELECT count(*) FROM m_known")) == [(0,)]
    rows = warehouse.rows(sql("SELECT DISTINCT mapped FROM m"))
    assert all(str(row[0]).startswith(f"+{code}") for row in rows)
    warehouse.close()


def _phones_of(warehouse: DuckDBWarehouse, region: str) -> None:
    """Create `m` over the numbers in `given`, read in the region."""
    code = region.lower()
    select = sql("SELECT {region} AS region, v AS value FROM given", region=literal(code))
    normalize_now(warehouse, select, [Phone()], "m", regions=[code])


def test_intricate_plans_are_left_to_the_library() -> None:
    assert plan_of_region("BR") is None
    assert plan_of_region("XX") is None
    assert plan_of_country_code("999") is None
    assert Phone().python("11 91234-5678", NormalizeContext(region="BR")) == "+5511912345678"


def numbers_of(region: str, count: int) -> set[str]:
    dice = random.Random(region)  # noqa: S311  # a repeatable sample, no secret
    code = phonenumbers.country_code_for_region(region)
    prefixes = [
        "",
        "0",
        "1",
        "00",
        "+",
        f"+{code}",
        f"00{code}",
        f"011{code}",
        f"+{code} (0)",
        f"{code}",
        "+33 ",
    ]
    numbers = set()
    for _ in range(count):
        kind = dice.choice([PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE])
        example = phonenumbers.example_number_for_type(region, kind)
        digits = str(example.national_number) if example and dice.random() < 0.7 else ""
        kept = digits[: len(digits) - dice.randint(0, 5)]
        length = len(digits) - len(kept) + dice.choice([-1, 0, 0, 0, 0, 1]) if digits else dice.randint(4, 13)
        number = kept + "".join(dice.choice("0123456789") for _ in range(max(length, 0)))
        middle = len(number) // 2
        number = number[:middle] + dice.choice(["", "", " ", "-", ".", "/", ") "]) + number[middle:]
        numbers.add(dice.choice(prefixes) + number + dice.choice(["", "", "", "", " ", " x 12", " ext 3"]))
    return numbers
