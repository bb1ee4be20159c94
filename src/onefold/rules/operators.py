"""What an operator is: its words, and how it becomes SQL and a Python test for a column and a value.

An unknown value (null; in numbers also NaN) satisfies no operator but `is_unknown`, so a comparison is
always true or false and `not` of it is the opposite. The SQL says so with `coalesce(.., FALSE)`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from onefold.foundation.warehouse import Column, Sql

Cell: TypeAlias = (
    "str | int | float | bool | Decimal | dt.date | dt.datetime | bytes | Sequence[str | int | None] | None"
)
"""A value of a row."""

Value: TypeAlias = bool | int | float | str
"""A value a person writes; dates and instants are ISO 8601 text."""

Operand: TypeAlias = Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operator with its value read.

    Attributes:
        sql: from the column and the moment to a condition; may be null where the column is.
        test: from a known cell and the moment to the answer.
    """

    sql: Callable[[Sql, dt.datetime], Sql]
    test: Callable[[Cell, dt.datetime], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of one type of column.

    Attributes:
        words: the sentence around `{value}`.
        prepare: reads the value for the column; the flag is `case_sensitive`. A value that does not fit
            raises `ValueError` with what was expected.
    """

    words: str
    prepare: Callable[[Column, Operand, bool], Prepared]


def one(operand: Operand) -> Value:
    """Return the single value.

    Raises:
        ValueError: it is a list.
    """
    if isinstance(operand, tuple):
        message = "one value, not a list"
        raise ValueError(message)
    return operand


def several(operand: Operand) -> tuple[Value, ...]:
    """Return the list of values.

    Raises:
        ValueError: it is not a list, or an empty one.
    """
    if not isinstance(operand, tuple) or not operand:
        message = "a list of at least one value"
        raise ValueError(message)
    return operand


def pair(operand: Operand) -> tuple[Value, Value]:
    """Return the two values of a range.

    Raises:
        ValueError: it is not a list of two.
    """
    values = several(operand)
    if len(values) != 2:
        message = "a list of two values: [from, to]"
        raise ValueError(message)
    return values[0], values[1]
