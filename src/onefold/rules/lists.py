"""Operators on lists of text or integers, and on yes/no columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from onefold.foundation.warehouse import Column, ColumnType, Sql, all_of, any_of, literal, sql
from onefold.rules.numbers import number
from onefold.rules.operators import Cell, Operand, Operator, Prepared, one, several
from onefold.rules.texts import fold, fold_sql, text_value

_INTEGER = Column("item", ColumnType.INTEGER)


def _items(cell: Cell) -> Sequence[str | int | None]:
    if not isinstance(cell, Sequence) or isinstance(cell, str | bytes):
        message = "The row holds no list where the column is one."
        raise TypeError(message)
    return cell


def _contains(
    join: Callable[[Iterable[Sql]], Sql], decide: Callable[[Iterable[bool]], bool]
) -> Callable[[Column, Operand, bool], Prepared]:
    def of_text(operand: Operand, *, sensitive: bool) -> Prepared:
        texts = [text_value(value) for value in several(operand)]
        wanted = texts if sensitive else [fold(text) for text in texts]

        def items(x: Sql) -> Sql:
            if sensitive:
                return x
            return sql("list_transform({x}, lambda item: {fold})", x=x, fold=fold_sql(Sql("item")))

        def test(cell: Cell) -> bool:
            known = [str(item) for item in _items(cell) if item is not None]
            present = set(known if sensitive else map(fold, known))
            return decide(text in present for text in wanted)

        return Prepared(
            sql=lambda x, _: join(
                sql("coalesce(list_contains({x}, {v}), FALSE)", x=items(x), v=literal(text))
                for text in wanted
            ),
            test=lambda cell, _: test(cell),
        )

    def prepare(column: Column, operand: Operand, sensitive: bool) -> Prepared:
        if column.type is ColumnType.TEXT_LIST:
            return of_text(operand, sensitive=sensitive)
        numbers = [number(_INTEGER, value) for value in several(operand)]
        return Prepared(
            sql=lambda x, _: join(
                sql("coalesce(list_contains({x}, CAST({v} AS BIGINT)), FALSE)", x=x, v=literal(value))
                for value in numbers
            ),
            test=lambda cell, _: decide(value in _items(cell) for value in numbers),
        )

    return prepare


def _is(*, equal: bool) -> Callable[[Column, Operand, bool], Prepared]:
    def prepare(_: Column, operand: Operand, __: bool) -> Prepared:
        value = one(operand)
        if not isinstance(value, bool):
            message = "true or false"
            raise ValueError(message)
        wanted = value is equal
        return Prepared(
            sql=lambda x, _: sql("{x} = {v}", x=x, v=literal(wanted)),
            test=lambda cell, _: cell is wanted,
        )

    return prepare


OPERATORS = {
    "contains_any": Operator("contains any of {value}", _contains(any_of, any)),
    "contains_all": Operator("contains all of {value}", _contains(all_of, all)),
}
BOOLEAN_OPERATORS = {
    "equals": Operator("is {value}", _is(equal=True)),
    "not_equals": Operator("is not {value}", _is(equal=False)),
}
