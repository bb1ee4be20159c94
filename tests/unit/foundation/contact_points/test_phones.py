"""What counts as a telephone number, and what it becomes."""

from __future__ import annotations

import pytest

from onefold.foundation.contact_points.phone_plans import e164_of_common_shape
from onefold.foundation.contact_points.phones import (
    Phone,
    is_region,
    is_valid_phone,
    parse_phone,
    possible_e164,
    region_or,
)


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("0171 2345678", "DE", Phone("+491712345678", "DE", valid=True)),
        ("+43 664 1234567", "DE", Phone("+436641234567", "AT", valid=True)),
        ("+49 1", "DE", None),
        ("+49 111", "DE", Phone("+49111", "DE", valid=False)),
        ("0171 2345678", None, None),
        ("0171 2345678", "XX", None),
        ("٠٣٠ ١٢٣٤٥٦٧", "DE", Phone("+49301234567", "DE", valid=True)),
        ("+870 773 111 632", None, Phone("+870773111632", "001", valid=True)),
        ("none", "DE", None),
        ("", "DE", None),
    ],
)
def test_a_number_is_read_in_its_region(text: str, region: str | None, expected: Phone | None) -> None:
    assert parse_phone(text, region) == expected
    assert is_valid_phone(text, region) is (expected is not None and expected.valid)


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("030 1234567 x 12", "DE", "+49301234567"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("555-0123", "US", None),  # of local length only
        ("12", "DE", None),
        ("call me", "DE", None),
        ("030 1234567", None, None),
    ],
)
def test_a_possible_number_has_a_length_its_country_knows(
    text: str, region: str | None, expected: str | None
) -> None:
    assert possible_e164(text, region) == expected


@pytest.mark.parametrize(
    ("text", "region"),
    [("030/123-4567", "DE"), ("+49 30 1234567", None), ("0049 30 1234567", "DE"), ("020 7946 0958", "GB")],
)
def test_common_shapes_need_no_full_parse(text: str, region: str | None) -> None:
    assert e164_of_common_shape(text, region) == possible_e164(text, region) is not None


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("030 1234567 x 12", "DE"),
        ("030 1234567", None),
        ("11 91234-5678", "BR"),
        ("no", "DE"),
        ("+999 1234567", None),
    ],
)
def test_what_a_plan_is_not_certain_of_is_left_to_the_library(text: str, region: str | None) -> None:
    assert e164_of_common_shape(text, region) is None


def test_regions_are_countries_with_a_plan() -> None:
    assert is_region("DE")
    assert not is_region("de")
    assert not is_region("XX")
    assert not is_region("")


@pytest.mark.parametrize(
    ("code", "expected"), [("fr", "FR"), (" FR ", "FR"), ("France", "DE"), ("", "DE"), (None, "DE")]
)
def test_a_rows_own_region_goes_before_the_default(code: str | None, expected: str) -> None:
    assert region_or(code, "DE") == expected


def test_without_any_region_there_is_none() -> None:
    assert region_or("nowhere", None) is None
