"""Telephone numbers through Google's metadata (library `phonenumbers`); about 20 µs a number."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that could be read.

    Attributes:
        e164: `+491701234567`.
        region: ISO 3166-1 alpha-2 code of its country; None for shared and satellite codes.
        valid: whether the number plan of its country knows such a number.
    """

    e164: str
    region: str | None
    valid: bool


def parse_phone(text: str, region: str | None = None) -> Phone | None:
    """Return the number in the text, or None when it holds none.

    Args:
        text: as somebody typed it.
        region: the country a number without country code belongs to; without it such a number is unreadable.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        region=phonenumbers.region_code_for_number(number),
        valid=phonenumbers.is_valid_number(number),
    )


def possible_e164(text: str, region: str | None = None) -> str | None:
    """Return the number in E.164 when its length is one that its country has, else None.

    Weaker than `Phone.valid`: number plans grow, and what two records both hold is a number to compare by.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def is_region(code: str) -> bool:
    """Return whether there is a number plan under the code, ISO 3166-1 alpha-2 in capitals."""
    return code in phonenumbers.SUPPORTED_REGIONS


def region_or(code: str | None, default: str | None) -> str | None:
    """Return the code when it names a country with a number plan, whatever its case, else the default."""
    own = (code or "").strip().upper()
    return own if is_region(own) else default


def is_valid_phone(text: str, region: str | None = None) -> bool:
    """Return whether the text is a telephone number that can exist."""
    phone = parse_phone(text, region)
    return phone is not None and phone.valid
