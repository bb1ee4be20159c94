"""Where the names of columns stand in a table that has lines above it: a title, a date, a blank line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

Row: TypeAlias = Sequence[str | None]
DATA_CELL: Final = re.compile(r"[-+]?\d[\d.,:/\- ]*|.*@.*\..*")
"""What stands in rows of data and never among names."""
_MOST_ABOVE: Final = 20
_CONSISTENT: Final = 0.9


def header_place(rows: Sequence[Row]) -> int | None:
    """Return the place of the row that holds the names, from 0; None when that cannot be told.

    It is the first row of several cells, all of them different and none of them data, that is as wide as the
    rows below it, and more than twice as wide as what stands above it.
    """
    filled = [_filled(row) for row in rows]
    for place, row in enumerate(rows[: _MOST_ABOVE + 1]):
        names = [cell.strip().lower() for cell in row if cell and cell.strip()]
        if len(names) < 2 or len(set(names)) < len(names) or any(map(DATA_CELL.fullmatch, names)):
            continue
        above = max(filled[:place], default=0)
        body = [below for below, count in zip(rows[place + 1 :], filled[place + 1 :], strict=True) if count]
        if above * 2 > len(names) or not body:
            return None
        fitting = sum(1 < _width(below) <= _width(row) for below in body)
        if fitting < len(body) * _CONSISTENT:
            continue
        return None if above > 1 and not _has_data(body) else place
    return None


def table_cells(rows: Sequence[Row]) -> int:
    """Return how many cells the table in these rows has; 0 when they hold none."""
    place = header_place(rows)
    if place is None:  # names that are numbers, or twice the same, may stand above a table even so
        return sum(count for count in map(_filled, rows[1:]) if count > 2) // 2
    return sum(count for count in map(_filled, rows[place + 1 :]) if count > 1)


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell and cell.strip())


def _width(row: Row) -> int:
    return max((place for place, cell in enumerate(row, 1) if cell and cell.strip()), default=0)


def _has_data(body: Sequence[Row]) -> bool:
    """Return whether a column of the rows holds data rather than words."""
    width = max(map(len, body))
    columns = ([row[place] for row in body if place < len(row) and row[place]] for place in range(width))
    return any(
        column and 2 * sum(bool(DATA_CELL.fullmatch(cell or "")) for cell in column) >= len(column)
        for column in columns
    )
