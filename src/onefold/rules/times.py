"""Operators on dates and instants.

A value is a date (`2024-05-01`), an instant (`2024-05-01T10:00:00+02:00`; UTC when it names no zone),
`today`, `now`, `30 days ago` or `2 weeks from now`. A date compared with an instant means the whole UTC day.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from onefold.foundation.warehouse import Column, ColumnType, Sql, literal, sql
from onefold.rules.operators import Cell, Operand, Operator, Prepared, Value, one, pair

Moment: TypeAlias = dt.date | dt.datetime


class Span(NamedTuple):
    """What a value stands for in the column's type: from the first to the last moment, both included."""

    first: Moment
    last: Moment


Resolve: TypeAlias = Callable[[dt.datetime], Span]

_DURATION = r"(\d{1,9}) (minute|hour|day|week|month|year)s?"
_FOREVER_YEARS = 1000
_PER_YEAR = {"minute": 525_600, "hour": 8766, "day": 365, "week": 52, "month": 12, "year": 1}


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of calendar or clock units."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: Value) -> Duration:
        """Read `30 days`.

        Raises:
            ValueError: it is not of that form, or longer than a thousand years.
        """
        found = re.fullmatch(_DURATION, text) if isinstance(text, str) else None
        if not found or int(found[1]) > _FOREVER_YEARS * _PER_YEAR[found[2]]:
            message = "a duration such as '30 days' (minutes, hours, days, weeks, months, years)"
            raise ValueError(message)
        return cls(int(found[1]), found[2])

    @property
    def is_clock(self) -> bool:
        """Whether it counts parts of a day."""
        return self.unit in ("minute", "hour")

    def after(self, moment: dt.datetime, sign: int = 1) -> dt.datetime:
        """Return the moment so much later (earlier with sign -1), held within the calendar."""
        count = self.count * sign
        try:
            if self.unit in ("month", "year"):
                return _add_months(moment, count * (12 if self.unit == "year" else 1))
            return moment + dt.timedelta(**{f"{self.unit}s": count})
        except (OverflowError, ValueError):
            day, time = (dt.date.max, dt.time.max) if sign > 0 else (dt.date.min, dt.time.min)
            return dt.datetime.combine(day, time, dt.UTC)


def _add_months(moment: dt.datetime, months: int) -> dt.datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _parse(text: Value) -> Callable[[dt.datetime], Moment]:
    """Read a value; the result depends on the moment for the relative forms only."""
    message = "a date such as 2024-05-01, an instant, 'today', 'now', '30 days ago' or '2 weeks from now'"
    if not isinstance(text, str):
        raise ValueError(message)
    if text == "now":
        return lambda now: now
    if text == "today":
        return lambda now: now.date()
    relative = re.fullmatch(rf"({_DURATION}) (ago|from now)", text)
    if relative:
        duration = Duration.parse(relative[1])
        sign = -1 if relative[4] == "ago" else 1
        if duration.is_clock:
            return lambda now: duration.after(now, sign)
        return lambda now: duration.after(now, sign).date()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = dt.date.fromisoformat(text)
            return lambda _: day
        instant = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(message) from error
    aware = instant.astimezone(dt.UTC) if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    return lambda _: aware


def _resolve(column: Column, text: Value) -> Resolve:
    """Return the span a value stands for in the column's type: a day, or the one instant."""
    parsed = _parse(text)
    sample = parsed(dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    if column.type is ColumnType.DATE:
        if isinstance(sample, dt.datetime) and text != "now":
            message = "a date, since the column holds dates without a time"
            raise ValueError(message)

        def day(now: dt.datetime) -> Span:
            moment = parsed(now)
            date = moment.date() if isinstance(moment, dt.datetime) else moment
            return Span(date, date)

        return day

    def instant(now: dt.datetime) -> Span:
        moment = parsed(now)
        if isinstance(moment, dt.datetime):
            return Span(moment, moment)
        return Span(
            dt.datetime.combine(moment, dt.time.min, dt.UTC), dt.datetime.combine(moment, dt.time.max, dt.UTC)
        )

    return instant


def _prepared(
    column: Column, resolve: Resolve, template: str, compare: Callable[[Moment, Span], bool]
) -> Prepared:
    def condition(x: Sql, now: dt.datetime) -> Sql:
        span = resolve(now.astimezone(dt.UTC))
        return sql(template, x=x, first=literal(span.first), last=literal(span.last))

    read = _day if column.type is ColumnType.DATE else _instant
    return Prepared(condition, lambda cell, now: compare(read(cell), resolve(now.astimezone(dt.UTC))))


def _instant(cell: Cell) -> Moment:
    if not isinstance(cell, dt.datetime):
        message = "The row holds no instant where the column is one."
        raise TypeError(message)
    return cell if cell.tzinfo else cell.replace(tzinfo=dt.UTC)


def _day(cell: Cell) -> Moment:
    if not isinstance(cell, dt.date) or isinstance(cell, dt.datetime):
        message = "The row holds no date where the column is one."
        raise TypeError(message)
    return cell


def _inside(moment: Moment, span: Span) -> bool:
    return span.first <= moment <= span.last


_INSIDE = "{x} BETWEEN {first} AND {last}"


def _single(
    template: str, compare: Callable[[Moment, Span], bool]
) -> Callable[[Column, Operand, bool], Prepared]:
    def prepare(column: Column, operand: Operand, _: bool) -> Prepared:
        return _prepared(column, _resolve(column, one(operand)), template, compare)

    return prepare


def _between(column: Column, operand: Operand, _: bool) -> Prepared:
    first, last = (_resolve(column, value) for value in pair(operand))
    return _prepared(column, lambda now: Span(first(now).first, last(now).last), _INSIDE, _inside)


def _window(sign: int) -> Callable[[Column, Operand, bool], Prepared]:
    def prepare(column: Column, operand: Operand, _: bool) -> Prepared:
        duration = Duration.parse(one(operand))
        if column.type is ColumnType.DATE and duration.is_clock:
            message = "a duration of days or longer, since the column holds dates without a time"
            raise ValueError(message)

        def resolve(now: dt.datetime) -> Span:
            first, last = sorted((now, duration.after(now, sign)))
            return Span(first.date(), last.date()) if column.type is ColumnType.DATE else Span(first, last)

        return _prepared(column, resolve, _INSIDE, _inside)

    return prepare


OPERATORS = {
    "equals": Operator("is on {value}", _single(_INSIDE, _inside)),
    "not_equals": Operator(
        "is not on {value}",
        _single("{x} NOT BETWEEN {first} AND {last}", lambda x, span: not _inside(x, span)),
    ),
    "before": Operator("is before {value}", _single("{x} < {first}", lambda x, span: x < span.first)),
    "after": Operator("is after {value}", _single("{x} > {last}", lambda x, span: x > span.last)),
    "on_or_before": Operator(
        "is on or before {value}", _single("{x} <= {last}", lambda x, span: x <= span.last)
    ),
    "on_or_after": Operator(
        "is on or after {value}", _single("{x} >= {first}", lambda x, span: x >= span.first)
    ),
    "between": Operator("is between {value}", _between),
    "in_last": Operator("is in the last {value}", _window(-1)),
    "in_next": Operator("is in the next {value}", _window(1)),
}
