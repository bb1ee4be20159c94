"""Operators on text, and the one way to compare text without regard to case."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from onefold.foundation.warehouse import Column, Sql, comma, literal, sql
from onefold.rules.operators import Cell, Operand, Operator, Prepared, Value, one, several


def fold(text: str) -> str:
    """Return the text as it is compared when case does not matter."""
    # Engines disagree on the two letters whose small form depends on context or is two characters.
    return text.lower().replace("i\u0307", "i").replace("ς", "σ")


def fold_sql(text: Sql) -> Sql:
    """Return `fold` as SQL."""
    return sql(
        "replace(replace(lower({text}), {dotted}, 'i'), 'ς', 'σ')", text=text, dotted=literal("i\u0307")
    )


def text_value(value: Value) -> str:
    """Return the value if it is text.

    Raises:
        ValueError: it is something else; a number or yes/no probably lacks its quotes.
    """
    if not isinstance(value, str):
        message = "text; put it in quotes"
        raise ValueError(message)
    return value


def _column(sensitive: bool) -> Callable[[Sql], Sql]:
    return (lambda x: x) if sensitive else fold_sql


def _cell(sensitive: bool) -> Callable[[Cell], str]:
    return str if sensitive else (lambda x: fold(str(x)))


def _single(
    template: str, compare: Callable[[str, str], bool]
) -> Callable[[Column, Operand, bool], Prepared]:
    def prepare(_: Column, operand: Operand, sensitive: bool) -> Prepared:
        text = text_value(one(operand))
        wanted = text if sensitive else fold(text)
        left, cell = _column(sensitive), _cell(sensitive)
        return Prepared(
            sql=lambda x, _: sql(template, x=left(x), v=literal(wanted)),
            test=lambda x, _: compare(cell(x), wanted),
        )

    return prepare


def _list(template: str, *, inside: bool) -> Callable[[Column, Operand, bool], Prepared]:
    def prepare(_: Column, operand: Operand, sensitive: bool) -> Prepared:
        texts = [text_value(value) for value in several(operand)]
        wanted = list(dict.fromkeys(texts if sensitive else map(fold, texts)))
        left, cell = _column(sensitive), _cell(sensitive)
        return Prepared(
            sql=lambda x, _: sql(template, x=left(x), v=comma(literal(text) for text in wanted)),
            test=lambda x, _: (cell(x) in wanted) is inside,
        )

    return prepare


def _matches(_: Column, operand: Operand, sensitive: bool) -> Prepared:
    text = text_value(one(operand))
    pattern = text if sensitive else fold(text)
    like = re.sub("([~%_])", r"~\1", pattern).replace("*", "%").replace("?", "_")
    # Each run before the last is matched at its first place for good (atomic), so that no text makes it slow.
    *runs, last = [re.escape(run).replace(r"\?", ".") for run in re.split(r"\*+", pattern)]
    if runs:
        first, *middle = runs
        compiled = re.compile(first + "".join(f"(?>.*?{run})" for run in middle) + ".*" + last, re.DOTALL)
    else:
        compiled = re.compile(last, re.DOTALL)
    left, cell = _column(sensitive), _cell(sensitive)

    def condition(x: Sql, _: dt.datetime) -> Sql:
        return sql("{x} LIKE {v} ESCAPE '~'", x=left(x), v=literal(like))

    return Prepared(sql=condition, test=lambda x, _: compiled.fullmatch(cell(x)) is not None)


OPERATORS = {
    "equals": Operator("is {value}", _single("{x} = {v}", lambda x, v: x == v)),
    "not_equals": Operator("is not {value}", _single("{x} <> {v}", lambda x, v: x != v)),
    "one_of": Operator("is one of {value}", _list("{x} IN ({v})", inside=True)),
    "none_of": Operator("is none of {value}", _list("{x} NOT IN ({v})", inside=False)),
    "contains": Operator("contains {value}", _single("contains({x}, {v})", lambda x, v: v in x)),
    "starts_with": Operator("starts with {value}", _single("starts_with({x}, {v})", str.startswith)),
    "ends_with": Operator("ends with {value}", _single("ends_with({x}, {v})", str.endswith)),
    "matches": Operator("matches {value}", _matches),
}
