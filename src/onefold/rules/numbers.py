"""Operators on numbers. Integers and decimals are compared exactly, in the column's own type."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from onefold.foundation.warehouse import Column, ColumnType, Sql, comma, literal, sql
from onefold.rules.operators import Cell, Operand, Operator, Prepared, Value, one, pair, several

Number: TypeAlias = int | float | Decimal

_WHOLE = {ColumnType.INTEGER: 63, ColumnType.SMALL_INTEGER: 15}


def number(column: Column, value: Value) -> Number:
    """Return the value in the column's type.

    Raises:
        ValueError: it is no number, or one that the column can never hold.
    """
    if isinstance(value, bool | str) or not math.isfinite(value):
        message = "a number"
        raise ValueError(message)
    if column.type is ColumnType.NUMBER:
        return float(value)
    exact = Decimal(repr(value))
    if column.type in _WHOLE:
        if exact != exact.to_integral_value() or abs(exact) >= 2 ** _WHOLE[column.type]:
            message = f"a whole number of at most {_WHOLE[column.type] + 1} bit"
            raise ValueError(message)
        return int(exact)
    precision, scale = column.decimal or (38, 9)
    exact = Decimal(format(exact.normalize(), "f"))
    if -int(exact.as_tuple().exponent) > scale or abs(exact) >= Decimal(10) ** (precision - scale):
        message = f"a number of at most {precision - scale} digits before the point and {scale} after it"
        raise ValueError(message)
    return exact


def constant(column: Column, value: Number) -> Sql:
    """Return the number as SQL of the column's type."""
    return sql("CAST({value} AS {type})", value=literal(value), type=column.sql_type)


def known(column: Column, x: Sql) -> Sql:
    """Return the column with NaN, which is no number, as null."""
    if column.type is not ColumnType.NUMBER:
        return x
    return sql("nullif({x}, {nan})", x=x, nan=literal(math.nan))


def is_nan(cell: Cell) -> bool:
    """Return whether the cell is NaN."""
    return isinstance(cell, float) and math.isnan(cell)


def _of(cell: Cell) -> Number:
    if isinstance(cell, int | float | Decimal):
        return cell
    message = "The row holds no number where the column is one."
    raise TypeError(message)


def _single(
    template: str, compare: Callable[[Number, Number], bool]
) -> Callable[[Column, Operand, bool], Prepared]:
    def prepare(column: Column, operand: Operand, _: bool) -> Prepared:
        wanted = number(column, one(operand))
        return Prepared(
            sql=lambda x, _: sql(template, x=x, v=constant(column, wanted)),
            test=lambda x, _: compare(_of(x), wanted),
        )

    return prepare


def _list(template: str, *, inside: bool) -> Callable[[Column, Operand, bool], Prepared]:
    def prepare(column: Column, operand: Operand, _: bool) -> Prepared:
        wanted = [number(column, value) for value in several(operand)]
        return Prepared(
            sql=lambda x, _: sql(template, x=x, v=comma(constant(column, value) for value in wanted)),
            test=lambda x, _: (_of(x) in wanted) is inside,
        )

    return prepare


def _between(column: Column, operand: Operand, _: bool) -> Prepared:
    first, last = (number(column, value) for value in pair(operand))
    if first > last:
        message = "the smaller number first"
        raise ValueError(message)
    low, high = constant(column, first), constant(column, last)
    return Prepared(
        sql=lambda x, _: sql("{x} BETWEEN {low} AND {high}", x=x, low=low, high=high),
        test=lambda x, _: first <= _of(x) <= last,
    )


OPERATORS = {
    "equals": Operator("is {value}", _single("{x} = {v}", operator.eq)),
    "not_equals": Operator("is not {value}", _single("{x} <> {v}", operator.ne)),
    "one_of": Operator("is one of {value}", _list("{x} IN ({v})", inside=True)),
    "none_of": Operator("is none of {value}", _list("{x} NOT IN ({v})", inside=False)),
    "more_than": Operator("is more than {value}", _single("{x} > {v}", operator.gt)),
    "at_least": Operator("is at least {value}", _single("{x} >= {v}", operator.ge)),
    "less_than": Operator("is less than {value}", _single("{x} < {v}", operator.lt)),
    "at_most": Operator("is at most {value}", _single("{x} <= {v}", operator.le)),
    "between": Operator("is between {value}", _between),
}
