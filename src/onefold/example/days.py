"""The example's calendar: its 26 months, the rhythm of its seasons, and dates written in many ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pyarrow as pa

from onefold.example.columns import Dice, Floats, Ints, cumulate, join, pick, text

FIRST_DAY = date(2024, 5, 1)
LAST_DAY = date(2026, 6, 30)
DAY = 86_400
_EPOCH = date(1970, 1, 1)
START = (FIRST_DAY - _EPOCH).days * DAY
END = ((LAST_DAY - _EPOCH).days + 1) * DAY - 1
NEVER = END + 1000 * DAY

_OLDEST = date(1899, 1, 1)
_NEWEST = date(2040, 12, 31)
_MONTHS = (0.82, 0.80, 0.95, 1.0, 1.05, 0.95, 0.78, 0.80, 0.97, 1.08, 1.5, 1.8)
_WEEKDAYS = (0.9, 0.9, 0.95, 1.0, 1.15, 1.3, 0.8)
_HOURS = (1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2, 3, 4, 5, 5, 5, 4.5, 4.5, 5, 5.5, 6, 6.5, 7, 7, 6, 4, 2)
_YEARLY_GROWTH = 0.12


def day_number(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to this date."""
    return (date(year, month, day) - _EPOCH).days


@cache
def _pool(pattern: str) -> pa.Array:
    count = (_NEWEST - _OLDEST).days + 1
    return text([(_OLDEST + timedelta(days=n)).strftime(pattern) for n in range(count)])


@cache
def _times() -> pa.Array:
    return text([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY)])


def dates(days: Ints, pattern: str = "%Y-%m-%d") -> pa.Array:
    """Return days since 1970-01-01 as text in a `strftime` pattern."""
    return pick(_pool(pattern), days + (_EPOCH - _OLDEST).days)


def instants(seconds: Ints) -> pa.Array:
    """Return seconds since 1970 as ISO instants in UTC (`2025-03-14T09:26:53Z`)."""
    return join(dates(seconds // DAY), "T", pick(_times(), seconds % DAY), "Z")


def local_times(seconds: Ints) -> pa.Array:
    """Return seconds since 1970 as `2025-03-14 09:26:53`."""
    return join(dates(seconds // DAY), " ", pick(_times(), seconds % DAY))


def clock_times(dice: Dice, count: int) -> Ints:
    """Return seconds of the day by the hours in which people shop."""
    return dice.weighted(count, _hours()) * 3600 + dice.below(count, 3600)


@cache
def _hours() -> Floats:
    return cumulate(_HOURS)


@cache
def _rhythm() -> Floats:
    """Return the cumulative share of trade at the start of each day, from 0 to 1."""
    weights = []
    for n in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=n)
        rush = 1.6 if (day.month, day.day) in _RUSH else 1.0
        weights.append(
            _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * rush * (1 + _YEARLY_GROWTH * n / 365)
        )
    return np.concatenate([[0.0], cumulate(weights)])


_RUSH = frozenset({(11, 28), (11, 29), (11, 30), (12, 20), (12, 21), (12, 22), (12, 23)})


def shopping_times(dice: Dice, since: Ints, until: Ints) -> Ints:
    """Return one second per row between `since` and `until`, dense where the season and the week are busy."""
    rhythm = _rhythm()
    edges = START + np.arange(len(rhythm)) * float(DAY)
    low, high = np.interp(since, edges, rhythm), np.interp(until, edges, rhythm)
    at = low + dice.floats(len(since)) * (high - low)
    day = np.clip(np.searchsorted(rhythm, at, side="right") - 1, 0, len(rhythm) - 2)
    at_second: Ints = np.clip(START + day * DAY + clock_times(dice, len(since)), since, until)
    return at_second


def months_between() -> list[datetime]:
    """Return the first instant of each of the 26 months."""
    months = range(FIRST_DAY.year * 12 + FIRST_DAY.month - 1, LAST_DAY.year * 12 + LAST_DAY.month)
    return [datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in months]
