"""Dates in one form, however they were written."""

from __future__ import annotations

import datetime as dt
import re
from typing import ClassVar, Final

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.normalizers._tables import variants
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer
from onefold.identity.normalizers.numerals import spelled_in_digits
from onefold.identity.normalizers.unicode_to_ascii import to_ascii

# Regions that write the month first in short dates (CLDR short formats).
_MONTH_FIRST: Final = frozenset({"US", "PH", "PR", "GU", "VI", "AS", "FM", "MH", "PW"})
_TIME: Final = re.compile(
    r"[t\s,]+\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(z|utc|[+-]\d{2}:?\d{2})?$"
)
_YEAR_FIRST: Final = re.compile(r"^(\d{4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,2})\.?$")
_YEAR_LAST: Final = re.compile(r"^(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})$")
_COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_DAY_NAMED: Final = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th|er|o|a)?[.\s-]*(?:de\s+|of\s+)?([a-z]+)[.,\s-]*(?:de\s+)?(\d{4})$"
)
_NAMED_DAY: Final = re.compile(r"^([a-z]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?[,\s]+(\d{4})$")
_WEEKDAY: Final = re.compile(r"^[a-z]{2,12}[.,]+\s+")


class Date(Normalizer):
    """Bring dates to ISO text `YYYY-MM-DD`; what is no date becomes null.

    Read are ISO dates with or without a time, year-first and year-last numbers with `.`, `/`, `-` or blanks,
    eight digits in a row, and month names of ten languages. A time of day and its zone are cut off, not
    converted.

    Attributes:
        day_first: how to read `03/04/1980`; None goes by the source's region (month first in the United
            States and a few others, else day first). A number above 12 settles it in any case.
        two_digit_years_from: years `00`-`99` fall into the hundred years that start here.
    """

    kind: ClassVar[str] = "date"
    position: ClassVar[int] = 42

    day_first: bool | None = None
    two_digit_years_from: int = 1930

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        return sql("CAST(of_date({v}) AS VARCHAR)", v=value)

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        return sql("of_date({v}) IS NULL", v=value)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        text = to_ascii(spelled_in_digits(value)).casefold().strip()
        text = _WEEKDAY.sub("", _TIME.sub("", text))
        parts = self._numbers(text, context) or _named(text)
        if parts is None:
            return None
        try:
            return dt.date(*parts).isoformat()
        except ValueError:
            return None

    def _numbers(self, text: str, context: NormalizeContext) -> tuple[int, int, int] | None:
        match = _YEAR_FIRST.match(text) or _COMPACT.match(text)
        if match:
            return int(match[1]), int(match[2]), int(match[3])
        match = _YEAR_LAST.match(text)
        if not match:
            return None
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if len(match[3]) == 2:  # 80, not 1980
            year += (self.two_digit_years_from - year + 99) // 100 * 100
        day_first = self.day_first
        if day_first is None:
            day_first = context.region not in _MONTH_FIRST
        last_month = 12
        if first > last_month or (day_first and second <= last_month):
            return year, second, first
        return year, first, second


def _named(text: str) -> tuple[int, int, int] | None:
    months = variants("months")
    match = _DAY_NAMED.match(text)
    if match and match[2] in months:
        return int(match[3]), int(months[match[2]]), int(match[1])
    match = _NAMED_DAY.match(text)
    if match and match[1] in months:
        return int(match[3]), int(months[match[1]]), int(match[2])
    return None
