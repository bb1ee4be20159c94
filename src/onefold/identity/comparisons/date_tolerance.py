"""Dates that are nearly equal."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.foundation.warehouse.vocabulary import reference
from onefold.identity.comparisons.comparison import Comparison, within, within_python


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
        days = sql("abs(date_diff('day', of_date({l}), of_date({r})))", l=left, r=right)
        return within(days, float(self.days))

    @override
    def python(self, left: str, right: str) -> float | None:
        a, b = _date_in(left), _date_in(right)
        if a is None or b is None:
            return None
        return within_python(abs((a - b).days), float(self.days))


def _date_in(text: str) -> dt.date | None:
    date = reference("of_date")(text)
    return date if isinstance(date, dt.date) else None
