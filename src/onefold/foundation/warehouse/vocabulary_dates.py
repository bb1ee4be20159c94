"""The `of_*` functions on dates and instants. Instants are in UTC; a text without a zone is too."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from onefold.foundation.warehouse.vocabulary import Function

_DATE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
_ZONE: Final = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?"
_INSTANT: Final = f"{_DATE}([T ]{_TIME}{_ZONE})?"
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# The casts let a literal NULL choose the function.
_YEARS: Final = (
    "year({b}) - year({a}) "
    "- CASE WHEN month({b}) * 100 + day({b}) < month({a}) * 100 + day({a}) THEN 1 ELSE 0 END"
)
_MONTHS: Final = (
    "(year({b}) - year({a})) * 12 + month({b}) - month({a}) - CASE WHEN day({b}) < day({a}) THEN 1 ELSE 0 END"
)


def _both_ways(full: str) -> str:
    """Return the count of full units, negative when the second date is the earlier one."""
    first, second = "CAST(a AS DATE)", "CAST(b AS DATE)"
    forward, backward = full.format(a=first, b=second), full.format(a=second, b=first)
    return f"CASE WHEN b >= a THEN {forward} WHEN b < a THEN -({backward}) END"


def _date(text: str | None) -> dt.date | None:
    if text is None or not re.fullmatch(_DATE, text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str | None) -> dt.datetime | None:
    if text is None or not re.fullmatch(_INSTANT, text):
        return None
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _instant_text(value: dt.datetime | None) -> str | None:
    return None if value is None else value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _epoch_ms(value: dt.datetime | None) -> int | None:
    return None if value is None else (value - _EPOCH) // dt.timedelta(milliseconds=1)


def _year_diff(first: dt.date | None, second: dt.date | None) -> int | None:
    if first is None or second is None:
        return None
    if second < first:
        back = _year_diff(second, first)
        return None if back is None else -back
    return second.year - first.year - ((second.month, second.day) < (first.month, first.day))


def _month_diff(first: dt.date | None, second: dt.date | None) -> int | None:
    if first is None or second is None:
        return None
    if second < first:
        back = _month_diff(second, first)
        return None if back is None else -back
    return (second.year - first.year) * 12 + second.month - first.month - (second.day < first.day)


def _iso_weekday(day: dt.date | None) -> int | None:
    return None if day is None else day.isoweekday()


FUNCTIONS = (
    Function(
        name="of_date",
        parameters=(("a", "VARCHAR"),),
        returns="DATE",
        duckdb=f"CASE WHEN regexp_matches(a, '{_DATE}$') AND a >= '0001' THEN TRY_CAST(a AS DATE) END",
        spark=f"CASE WHEN a RLIKE '{_DATE}\\\\z' AND a >= '0001' THEN TRY_CAST(a AS DATE) END",
        python=_date,
        examples=(
            (("2024-02-29",), dt.date(2024, 2, 29)),
            (("0001-01-01",), dt.date(1, 1, 1)),
            (("1582-10-10",), dt.date(1582, 10, 10)),
            (("2023-02-29",), None),
            (("0000-01-01",), None),
            (("2024",), None),
            (("2024-1-5",), None),
            (("2024-01-05 10:00",), None),
            (("05.01.2024",), None),
            (("today",), None),
            (("",), None),
            ((None,), None),
        ),
    ),
    Function(
        name="of_instant",
        parameters=(("a", "VARCHAR"),),
        returns="TIMESTAMPTZ",
        duckdb=f"CASE WHEN regexp_matches(a, '{_INSTANT}$') AND a >= '0001' "
        "THEN TRY_CAST(replace(a, 'T', ' ') AS TIMESTAMPTZ) END",
        spark=f"CASE WHEN a RLIKE '{_INSTANT}\\\\z' AND a >= '0001' "
        "THEN TRY_CAST(replace(a, 'T', ' ') AS TIMESTAMP) END",
        python=_instant,
        examples=(
            (("2024-01-05T10:00:00Z",), dt.datetime(2024, 1, 5, 10, tzinfo=dt.UTC)),
            (("2024-01-05 10:00:00.25",), dt.datetime(2024, 1, 5, 10, 0, 0, 250_000, tzinfo=dt.UTC)),
            (("2024-01-05T00:30:00+02:00",), dt.datetime(2024, 1, 4, 22, 30, tzinfo=dt.UTC)),
            (("2024-01-05T10:00",), dt.datetime(2024, 1, 5, 10, tzinfo=dt.UTC)),
            (("2024-01-05",), dt.datetime(2024, 1, 5, tzinfo=dt.UTC)),
            (("2024-01-05T24:00:00",), None),
            (("2023-02-29T10:00:00",), None),
            (("10:00",), None),
            (("",), None),
            ((None,), None),
        ),
    ),
    Function(
        name="of_instant_text",
        parameters=(("a", "TIMESTAMPTZ"),),
        returns="VARCHAR",
        duckdb="strftime(a, '%Y-%m-%dT%H:%M:%S.%fZ')",
        spark="concat(date_format(a, 'yyyy-MM-dd'), 'T', date_format(a, 'HH:mm:ss.SSSSSS'), 'Z')",
        python=_instant_text,
        examples=(
            ((dt.datetime(2024, 1, 5, 10, 0, 0, 250_000, tzinfo=dt.UTC),), "2024-01-05T10:00:00.250000Z"),
            ((dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=dt.UTC),), "1969-12-31T23:59:59.000000Z"),
            ((None,), None),
        ),
    ),
    Function(
        name="of_epoch_ms",
        parameters=(("a", "TIMESTAMPTZ"),),
        returns="BIGINT",
        # DuckDB's epoch_ms rounds and its // truncates, so the part below a millisecond is taken off first.
        # The cast lets it take a NULL without a type.
        duckdb="(epoch_us(a::TIMESTAMPTZ) - (epoch_us(a::TIMESTAMPTZ) % 1000 + 1000) % 1000) // 1000",
        spark="unix_millis(a)",
        python=_epoch_ms,
        examples=(
            ((dt.datetime(2024, 1, 5, 10, 0, 0, 250_000, tzinfo=dt.UTC),), 1704448800250),
            ((dt.datetime(1970, 1, 1, tzinfo=dt.UTC),), 0),
            ((dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=dt.UTC),), -1000),
            ((dt.datetime(1970, 1, 1, 0, 0, 0, 1_999, tzinfo=dt.UTC),), 1),
            ((dt.datetime(1969, 12, 31, 23, 59, 59, 998_500, tzinfo=dt.UTC),), -2),
            ((None,), None),
        ),
    ),
    Function(
        name="of_year_diff",
        parameters=(("a", "DATE"), ("b", "DATE")),
        returns="BIGINT",
        duckdb=_both_ways(_YEARS),
        spark=_both_ways(_YEARS),
        python=_year_diff,
        examples=(
            ((dt.date(1980, 5, 17), dt.date(2024, 5, 16)), 43),
            ((dt.date(1980, 5, 17), dt.date(2024, 5, 17)), 44),
            ((dt.date(2020, 2, 29), dt.date(2021, 2, 28)), 0),
            ((dt.date(2024, 5, 17), dt.date(1980, 5, 17)), -44),
            ((dt.date(2023, 12, 31), dt.date(2024, 1, 1)), 0),
            ((None, dt.date(2024, 1, 1)), None),
        ),
    ),
    Function(
        name="of_month_diff",
        parameters=(("a", "DATE"), ("b", "DATE")),
        returns="BIGINT",
        duckdb=_both_ways(_MONTHS),
        spark=_both_ways(_MONTHS),
        python=_month_diff,
        examples=(
            ((dt.date(2024, 1, 31), dt.date(2024, 2, 29)), 0),
            ((dt.date(2024, 1, 31), dt.date(2024, 3, 31)), 2),
            ((dt.date(2023, 12, 31), dt.date(2024, 1, 1)), 0),
            ((dt.date(2024, 3, 1), dt.date(2023, 12, 31)), -2),
            ((dt.date(2024, 1, 1), None), None),
        ),
    ),
    Function(
        name="of_iso_weekday",
        parameters=(("a", "DATE"),),
        returns="BIGINT",
        duckdb="isodow(CAST(a AS DATE))",
        spark="weekday(a) + 1",
        python=_iso_weekday,
        examples=(
            ((dt.date(2024, 1, 1),), 1),
            ((dt.date(2024, 1, 7),), 7),
            ((dt.date(1899, 12, 31),), 7),
            ((None,), None),
        ),
    ),
)
