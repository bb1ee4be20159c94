"""Telephone numbers become E.164, so that a number with and without country code meets."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from typing_extensions import override

from onefold.foundation.contact_points.phone_plans import (
    PLAIN,
    PUNCTUATION,
    Plan,
    e164_of_common_shape,
    plan_of_region,
)
from onefold.foundation.contact_points.phones import possible_e164
from onefold.foundation.warehouse.sql import Sql, literal, sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer, captured, fits
from onefold.identity.normalizers.numerals import spelled_in_digits

_EXTENSION: Final = re.compile(
    r"(?i)[\s,;.\-(]*(?:;ext=|extension|ext|extn|int|x|#|доб|wew|app?l|poste)[\s.:]*\d{1,7}\)?\s*$"
)
_NOT_DIGIT: Final = re.compile(r"[^0-9]")
_ZEROS_AFTER_PLUS: Final = re.compile(r"^([ (]*)[+＋]0+")
_FEWEST_DIGITS: Final = 5


class Phone(Normalizer):
    """Bring telephone numbers to E.164 with the numbering plans of the phonenumbers library.

    National numbers are read in the region of the value's source, or in `region` when it is set. Extensions
    (`x 123`) are ignored; `+01` counts as `+1`. A number whose length no plan allows becomes its bare digits;
    fewer than five digits are nothing to compare by and become null. Without any region only numbers with a
    country code get E.164, the others their digits.

    Attributes:
        region: ISO 3166-1 alpha-2 code that overrides the source's.
    """

    kind: ClassVar[str] = "phone"
    position: ClassVar[int] = 40

    region: str | None = None

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        plan = self._plan(context)
        if plan is None:
            return sql("CAST(NULL AS VARCHAR)")
        return sql(
            "('+{code}' || {national})",
            code=plan.country_code,
            national=captured(_bare(value), plan.decided),
        )

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        plan = self._plan(context)
        if plan is None:
            return sql("{v} IS NOT NULL", v=value)
        return sql(
            "NOT ({plain} AND {planned})",
            plain=fits(value, PLAIN),
            planned=fits(_bare(value), plan.decided),
        )

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        region = self.region or context.region
        return e164_of_common_shape(value, region) or e164_or_digits(value, region)

    def _plan(self, context: NormalizeContext) -> Plan | None:
        region = self.region or context.region
        return plan_of_region(region) if region else None


def e164_or_digits(value: str, region: str | None) -> str | None:
    """Return what the phonenumbers library makes of the value, else its digits, else None."""
    text = _ZEROS_AFTER_PLUS.sub(r"\1+", spelled_in_digits(value))
    # Without a region the library has no international prefix to look for; 00 is by far the commonest.
    if region is None and text.lstrip(" (").startswith("00"):
        text = "+" + text.lstrip(" (").lstrip("0")
    return possible_e164(text, region) or _digits_of(text)


def _digits_of(text: str) -> str | None:
    digits = _NOT_DIGIT.sub("", _EXTENSION.sub("", text))
    return digits if len(digits) >= _FEWEST_DIGITS else None


def _bare(value: Sql) -> Sql:
    return sql("regexp_replace({v}, {marks}, '', 'g')", v=value, marks=literal(f"[{PUNCTUATION}]+"))
