"""Dates that are nearly equal."""

from __future__ import annotations

import datetime as dt
import re
from typing import ClassVar, Final

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, literal, sql
from onefold.identity.comparisons.comparison import Comparison, within, within_python

_ISO: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_PATTERN: Final = re.compile(_ISO)


class DateTolerance(Comparison):
    """1 up to `days` apart, falling in a straight line to 0 at twice as many.

    Both texts are ISO dates, as the `date` normalizer makes them; anything else gives null.

    Attributes:
        days: 0 or more; 0 asks for equality.
    """

    kind: ClassVar[str] = "date"

    days: int = Field(ge=0)

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        days = sql("abs(date_diff('day', {l}, {r}))", l=_date_of(left), r=_date_of(right))
        return within(days, float(self.days))

    @override
    def python(self, left: str, right: str) -> float | None:
        a, b = _date_in(left), _date_in(right)
        if a is None or b is None:
            return None
        return within_python(abs((a - b).days), float(self.days))


def _date_of(text: Sql) -> Sql:
    return sql(
        "CASE WHEN regexp_matches({t}, {iso}) AND substr({t}, 1, 4) <> '0000' THEN TRY_CAST({t} AS DATE) END",
        t=text,
        iso=literal(rf"^(?:{_ISO})\z"),
    )


def _date_in(text: str) -> dt.date | None:
    if not _ISO_PATTERN.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
