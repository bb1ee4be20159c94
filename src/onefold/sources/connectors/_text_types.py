"""Which type the texts of a column suggest; used where a format has no types of its own."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from onefold.foundation.warehouse import ColumnType
from onefold.sources.connectors.connector import FoundColumn

# One misfit in two hundred is dirt; more says that the column is something else.
TOLERANCE: Final = 0.005
SAMPLES: Final = 20
# What looks like a date throughout may hold this share that no calendar has.
_UNREADABLE: Final = 0.05
_FEWEST_READ: Final = 3
_CELLS: Final = 200_000

# A leading zero is part of the value (postcodes, telephone numbers, article numbers).
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)\.\d+(?:[eE][+-]?\d+)?|-?(?:0|[1-9]\d{0,17})")
_BOOLEANS: Final = frozenset({"true", "false", "t", "f", "yes", "no", "y", "n"})
# Words for yes and no that the engine does not read by itself, as the definition's `format` has them.
_YES_AND_NO: Final = (
    "ja/nein", "j/n", "oui/non", "o/n", "sí/no", "si/no", "sì/no", "s/n", "sim/não", "sim/nao", "ja/nee", "ja/nej",
    "ja/nei", "tak/nie", "ano/ne", "áno/nie", "igen/nem", "da/nu", "da/ne", "да/нет", "так/ні", "ναι/όχι", "evet/hayır",
    "kyllä/ei", "wahr/falsch", "vrai/faux", "vero/falso", "verdadero/falso", "verdadeiro/falso",
)  # fmt: skip
# Numbers by their decimal mark and what may stand between thousands, with the example that says so.
_WRITTEN_NUMBERS: Final = tuple(
    (re.compile(rf"-?(?:0|[1-9]\d*|[1-9]\d{{0,2}}(?:[{thousands}]\d{{3}})+)(?:[{mark}]\d+)?"), mark, form)
    for thousands, mark, form in (
        (".", ",", "1.234,56"),
        (",", ".", "1,234.56"),
        (" \u00a0", ",", "1 234,56"),
        (" \u00a0", ".", "1 234.56"),
        ("'", ".", "1'234.56"),
        ("'", ",", "1'234,56"),
    )
)
_SHAPES: Final = (
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}"), (("%Y-%m-%d", None),)),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}"), (("%Y/%m/%d", "%Y/%m/%d"),)),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}"), (("%d.%m.%Y", "%d.%m.%Y"),)),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}"), (("%d/%m/%Y", "%d/%m/%Y"), ("%m/%d/%Y", "%m/%d/%Y"))),
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}"), (("%d-%m-%Y", "%d-%m-%Y"), ("%m-%d-%Y", "%m-%d-%Y"))),
)
_DIGITS: Final = re.compile(r"\d+")
_FIELDS: Final = re.compile("[Ymd]")
_TIME: Final = re.compile(r"(?:T| )(\d{1,2}:\d{2}(?::\d{2})?)(\.\d+)?(Z|[+-]\d{2}(?::?\d{2})?)?")


def typed_columns(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> tuple[FoundColumn, ...]:
    """Return what each column's texts suggest; rows may be shorter or longer than the header."""
    budget = max(100, _CELLS // max(1, len(names)))
    sample = rows[:budget]
    return tuple(
        typed_column(name, (row[index] for row in sample if index < len(row)))
        for index, name in enumerate(names)
    )


def typed_column(name: str, texts: Iterable[str | None]) -> FoundColumn:
    """Return the column with the narrowest type that nearly all of its texts fit; TEXT when in doubt."""
    values = [text for text in texts if text is not None and text.strip()]
    samples = tuple(dict.fromkeys(values))[:SAMPLES]
    if not values:
        return FoundColumn(name, ColumnType.TEXT)
    if _fits(values, lambda text: text.lower() in _BOOLEANS):
        return FoundColumn(name, ColumnType.BOOLEAN, samples=samples)
    if _fits(values, lambda text: _INTEGER.fullmatch(text) is not None):
        return FoundColumn(name, ColumnType.INTEGER, samples=samples)
    if _fits(values, lambda text: _NUMBER.fullmatch(text) is not None):
        return FoundColumn(name, ColumnType.NUMBER, samples=samples)
    if words := _yes_and_no(values):
        return FoundColumn(name, ColumnType.BOOLEAN, format=words, samples=samples)
    if form := _written_number(values):
        return FoundColumn(name, ColumnType.NUMBER, format=form, samples=samples)
    return _temporal(name, values, samples) or FoundColumn(name, ColumnType.TEXT, samples=samples)


def _yes_and_no(values: Sequence[str]) -> str | None:
    """Return the words of the language in which every value is yes or no, both of which occur; else None."""
    distinct = set(itertools.islice({value.strip().lower(): None for value in values}, 3))
    return next((words for words in _YES_AND_NO if set(words.split("/")) == distinct), None)


def _written_number(values: Sequence[str]) -> str | None:
    """Return the example of how all values write numbers; None where they do not, or where two ways read them.

    At least one has decimals: digits in groups alone may be a telephone number, and `1,234` may be either.
    """
    fitting = [(mark, form) for shape, mark, form in _WRITTEN_NUMBERS if all(map(shape.fullmatch, values))]
    marks = {mark for mark, _ in fitting}
    if len(marks) != 1 or not any(mark in value for mark in marks for value in values):
        return None
    return fitting[0][1]


def _fits(values: Sequence[str], test: Callable[[str], bool]) -> bool:
    allowed = int(len(values) * TOLERANCE)
    for value in values:
        if not test(value):
            allowed -= 1
            if allowed < 0:
                return False
    return True


def _temporal(name: str, values: Sequence[str], samples: tuple[str, ...]) -> FoundColumn | None:
    for shape, forms in _SHAPES:
        first = shape.match(values[0])
        if first is None and not any(shape.match(value) for value in values[:10]):
            continue
        if _fits(values, lambda text, shape=shape: shape.fullmatch(text) is not None):  # type: ignore[misc]  # bound
            return _one_form(name, ColumnType.DATE, values, forms, "", samples)
        timed = [_split_time(text, shape) for text in values]
        if sum(time is None for _, time in timed) > int(len(values) * TOLERANCE):
            continue
        times = {_time_form(time) for _, time in timed if time}
        if forms[0][1] is None:
            return FoundColumn(name, ColumnType.INSTANT, samples=samples)
        if len(times) == 1:
            dates = [date for date, _ in timed]
            return _one_form(name, ColumnType.INSTANT, dates, forms, times.pop(), samples)
    return None


def _one_form(
    name: str,
    kind: ColumnType,
    dates: Sequence[str],
    forms: Sequence[tuple[str, str | None]],
    time: str,
    samples: tuple[str, ...],
) -> FoundColumn | None:
    """Return the column when one order of day and month reads more of the dates than the other; else None.

    All of them look like dates, so a few that no calendar has do not make the column something else.
    """
    read = [(sum(_reads(text, form) for text in dates), declared) for form, declared in forms]
    most = max(count for count, _ in read)
    fitting = [declared for count, declared in read if count == most]
    if len(fitting) != 1:
        return None  # 01/02/2024 in every row: a guess would swap days and months in silence
    unread = len(dates) - most
    if unread > max(1, int(len(dates) * _UNREADABLE)) or (unread and most < _FEWEST_READ):
        return None
    declared = fitting[0]
    return FoundColumn(name, kind, format=None if declared is None else declared + time, samples=samples)


def _reads(text: str, form: str) -> bool:
    """Return whether a calendar has the date; `strptime` would take fifteen times as long."""
    parts = _DIGITS.findall(text)
    if len(parts) != 3:
        return False
    named = dict(zip(_FIELDS.findall(form), map(int, parts), strict=True))
    try:
        dt.date(named["Y"], named["m"], named["d"])
    except ValueError:
        return False
    return True


def _split_time(text: str, shape: re.Pattern[str]) -> tuple[str, re.Match[str] | None]:
    date = shape.match(text)
    if date is None:
        return text, None
    return date[0], _TIME.fullmatch(text, date.end())


def _time_form(time: re.Match[str]) -> str:
    clock = "%H:%M:%S" if time[1].count(":") == 2 else "%H:%M"
    return f"{time[0][0]}{clock}{'.%f' if time[2] else ''}{'%z' if time[3] else ''}"
