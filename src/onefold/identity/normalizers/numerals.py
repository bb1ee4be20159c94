"""Digits written as other characters become 0-9."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer, not_ascii


class Numerals(Normalizer):
    """Turn Unicode numerals into digits: ⑧, Ⅷ, ٨, ⁸ and ８ all become 8; ½ and 十 stay.

    Source of the values: the Unicode character database (`unicodedata.digit`, `unicodedata.numeric` for the
    number letters and enclosed numbers with whole values).
    """

    kind: ClassVar[str] = "numerals"
    position: ClassVar[int] = 10

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        return value

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        return not_ascii(value)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        return spelled_in_digits(value)


def spelled_in_digits(value: str) -> str:
    """Return the text with every numeral character replaced by its digits."""
    if value.isascii():
        return value
    return "".join(character if character.isascii() else _digits(character) for character in value)


@cache
def _digits(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    # Nl holds the Roman numeral glyphs, No the enclosed and super-/subscript numbers. Letters that also count
    # (Chinese 十, category Lo) are words rather than numerals.
    if unicodedata.category(character) in ("Nl", "No"):
        number = unicodedata.numeric(character, None)
        if number is not None and number.is_integer():
            return str(int(number))
    return character
