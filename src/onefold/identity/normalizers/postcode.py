"""Postal codes without the ways of writing them."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer, captured, fits
from onefold.identity.normalizers.numerals import spelled_in_digits
from onefold.identity.normalizers.unicode_to_ascii import to_ascii

_OTHER: Final = re.compile(r"[^a-z0-9]")
# The country code that mail used to carry in front (CEPT: D-10115), or the ISO one (DE-10115).
_PREFIX: Final = (
    "(?:de|d|at|a|ch|fr|f|be|b|lu|l|nl|it|i|es|e|pt|p|pl|cz|sk|hu|h|si|hr|ro|bg|gr|el|fi|fin|se|s|no|n"
    "|dk|ee|lv|lt|ua|rs|us|usa)([0-9]{4,9}|[0-9]{4}[a-z]{2})"
)
_PREFIX_PATTERN: Final = re.compile(_PREFIX)
_ZIP_PLUS_FOUR: Final = "[0-9]{5}-[0-9]{4}"
_ZIP_PLUS_FOUR_PATTERN: Final = re.compile(_ZIP_PLUS_FOUR)


class Postcode(Normalizer):
    """Bring postal codes to lower-case letters and digits without blanks and hyphens.

    `SW1A 1AA` is `sw1a1aa`, `00-950` is `00950`, `D-10115` is `10115`; leading zeros stay. The United States'
    ZIP+4 is cut to five digits: always when written with its hyphen, and in sources of that region also when
    written as nine digits.
    """

    kind: ClassVar[str] = "postcode"
    position: ClassVar[int] = 43

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        bare = sql("replace(replace(lower({v}), ' ', ''), '-', '')", v=value)
        stripped = sql("coalesce(nullif({inner}, ''), {bare})", inner=captured(bare, _PREFIX), bare=bare)
        shape = fits(value, _ZIP_PLUS_FOUR)
        if context.region == "US":
            shape = fits(bare, "[0-9]{9}")
        return sql(
            "CASE WHEN {shape} THEN substr({bare}, 1, 5) ELSE {stripped} END",
            shape=shape,
            bare=bare,
            stripped=stripped,
        )

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        # Other characters than these are rare, and a general replacement costs six times as much.
        return sql("NOT {plain}", plain=fits(value, "[A-Za-z0-9 -]*"))

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        text = to_ascii(spelled_in_digits(value))
        bare = _OTHER.sub("", text.lower())
        nine = len(bare) == 9 and bare.isdigit()  # the length of ZIP+4
        if _ZIP_PLUS_FOUR_PATTERN.fullmatch(text) or (context.region == "US" and nine):
            return bare[:5]
        prefixed = _PREFIX_PATTERN.fullmatch(bare)
        return prefixed[1] if prefixed else bare
