"""What can be told of an expression's type from its text alone, without knowing the tables."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlglot import exp

from onefold.foundation.warehouse.vocabulary import HASH, vocabulary


class Kind(StrEnum):
    """The kind of value; UNKNOWN is a column or what is made of one."""

    UNKNOWN = "unknown"
    WHOLE = "whole"
    FRACTION = "fraction"  # a double
    DECIMAL = "decimal"
    NUMBER = "number"  # one of the three above
    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    NULL = "null"
    OTHER = "other"


NUMBERS: Final = frozenset({Kind.WHOLE, Kind.FRACTION, Kind.DECIMAL, Kind.NUMBER})

_Type = exp.DataType.Type
_TYPES: Final = {
    _Type.SMALLINT: Kind.WHOLE,
    _Type.INT: Kind.WHOLE,
    _Type.BIGINT: Kind.WHOLE,
    _Type.DOUBLE: Kind.FRACTION,
    _Type.DECIMAL: Kind.DECIMAL,
    _Type.BOOLEAN: Kind.BOOLEAN,
    _Type.VARCHAR: Kind.TEXT,
    _Type.TEXT: Kind.TEXT,
    _Type.DATE: Kind.DATE,
    _Type.TIMESTAMPTZ: Kind.INSTANT,
}
_RETURNS: Final = {
    "VARCHAR": Kind.TEXT,
    "BIGINT": Kind.WHOLE,
    "DOUBLE": Kind.FRACTION,
    "BOOLEAN": Kind.BOOLEAN,
    "DATE": Kind.DATE,
    "TIMESTAMPTZ": Kind.INSTANT,
}
_ALWAYS: Final[dict[type[exp.Expr], Kind]] = {
    **dict.fromkeys(
        (
            exp.Count, exp.CountIf, exp.Length, exp.ArraySize, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile,
            exp.StrPosition, exp.DateDiff, exp.Year, exp.Month, exp.Day, exp.Quarter, exp.WeekOfYear,
            exp.DayOfYear, exp.Hour, exp.Minute, exp.Extract, exp.Floor, exp.Ceil, exp.BitwiseAnd, exp.BitwiseOr,
            exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift, exp.BitwiseRightShift, exp.BitwiseOrAgg,
            exp.BitwiseAndAgg, exp.BitwiseXorAgg, exp.IntDiv,
        ),
        Kind.WHOLE,
    ),
    **dict.fromkeys(
        (exp.Div, exp.Sqrt, exp.Exp, exp.Pow, exp.Ln, exp.Log, exp.Avg, exp.StddevSamp, exp.Stddev, exp.Variance,
         exp.VariancePop, exp.PercentRank, exp.CumeDist),
        Kind.FRACTION,
    ),
    **dict.fromkeys(
        (exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ,
         exp.NullSafeNEQ, exp.Is, exp.Between, exp.In, exp.Like, exp.Exists, exp.RegexpLike, exp.Contains,
         exp.StartsWith, exp.EndsWith, exp.Boolean, exp.ArrayContains, exp.LogicalAnd, exp.LogicalOr),
        Kind.BOOLEAN,
    ),
    **dict.fromkeys(
        (exp.Lower, exp.Trim, exp.Substring, exp.Left, exp.Right, exp.Replace, exp.Concat, exp.ConcatWs, exp.DPipe,
         exp.MD5, exp.SHA2, exp.RegexpReplace, exp.RegexpExtract, exp.SplitPart, exp.Pad, exp.Repeat,
         exp.Translate, exp.TimeToStr, exp.ArrayToString),
        Kind.TEXT,
    ),
    exp.Null: Kind.NULL,
    exp.DateFromParts: Kind.DATE,
    exp.LastDay: Kind.DATE,
    exp.Array: Kind.OTHER,
    exp.Struct: Kind.OTHER,
}  # fmt: skip
_SAME_AS_ARGUMENT: Final = (
    exp.Paren, exp.Neg, exp.Abs, exp.Sum, exp.Min, exp.Max, exp.Filter, exp.Window, exp.IgnoreNulls, exp.Lag,
    exp.Lead, exp.FirstValue, exp.LastValue, exp.Alias, exp.Distinct, exp.Nullif,
)  # fmt: skip
# DuckDB takes numbers only here, so an unknown argument is a number.
_NUMERIC: Final = (exp.Neg, exp.Abs, exp.Sum)


def kind_of(node: exp.Expr) -> Kind:
    """Return what the expression's text says of its type."""
    kind = type(node)
    if kind in _ALWAYS:
        return _ALWAYS[kind]
    if isinstance(node, exp.Cast):
        return _TYPES.get(node.args["to"].this, Kind.OTHER)
    if isinstance(node, exp.Literal):
        return _literal(node)
    if isinstance(node, exp.Anonymous):
        return _function(str(node.this).lower())
    if isinstance(node, exp.Round):
        inner = kind_of(node.this)
        return Kind.WHOLE if node.args.get("decimals") is None else inner
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Mod):
        return _arithmetic(kind_of(node.this), kind_of(node.expression))
    if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least):
        return _common([node.this, *node.expressions])
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        return _common([branch.args["true"] for branch in node.args["ifs"]] + ([default] if default else []))
    if isinstance(node, exp.If):
        return _common([part for part in (node.args.get("true"), node.args.get("false")) if part])
    if isinstance(node, _SAME_AS_ARGUMENT):
        return _of_argument(node)
    return Kind.UNKNOWN


def is_nonzero(node: exp.Expr) -> bool:
    """Whether the text says that the number is never zero (it may be null)."""
    if isinstance(node, exp.Paren | exp.Cast | exp.Neg):
        return is_nonzero(node.this)
    if isinstance(node, exp.Nullif):
        return isinstance(node.expression, exp.Literal)
    if isinstance(node, exp.Greatest):
        return any(is_positive(part) for part in (node.this, *node.expressions))
    return _value(node) not in (None, 0.0)


def is_positive(node: exp.Expr) -> bool:
    """Whether the text says that the number is above zero."""
    if isinstance(node, exp.Paren | exp.Cast):
        return is_positive(node.this)
    if isinstance(node, exp.Greatest):
        return any(is_positive(part) for part in (node.this, *node.expressions))
    value = _value(node)
    return value is not None and value > 0


def _value(node: exp.Expr) -> float | None:
    """Return the written number, also from the text of a cast."""
    if not isinstance(node, exp.Literal):
        return None
    try:
        return float(str(node.this))
    except ValueError:
        return None


def _literal(node: exp.Literal) -> Kind:
    if node.is_string:
        return Kind.TEXT
    text = str(node.this).lower()
    if text.isdigit():
        return Kind.WHOLE
    return Kind.FRACTION if "e" in text else Kind.DECIMAL


def _function(name: str) -> Kind:
    if name == HASH:
        return Kind.WHOLE
    for function in vocabulary():
        if function.name == name:
            return _RETURNS.get(function.returns, Kind.OTHER)
    return Kind.UNKNOWN


def _arithmetic(left: Kind, right: Kind) -> Kind:
    if Kind.FRACTION in (left, right):
        return Kind.FRACTION
    if not {left, right} <= {Kind.WHOLE, Kind.DECIMAL}:
        return Kind.NUMBER
    return Kind.DECIMAL if Kind.DECIMAL in (left, right) else Kind.WHOLE


def _common(nodes: list[exp.Expr]) -> Kind:
    kinds = {kind_of(node) for node in nodes if not isinstance(node, exp.Null)}
    if len(kinds) == 1:
        return kinds.pop()
    return Kind.NUMBER if kinds and kinds <= NUMBERS else Kind.UNKNOWN


def _of_argument(node: exp.Expr) -> Kind:
    inner = node.expressions[0] if isinstance(node, exp.Distinct) else node.this
    kind = kind_of(inner) if isinstance(inner, exp.Expr) else Kind.UNKNOWN
    return Kind.NUMBER if kind is Kind.UNKNOWN and isinstance(node, _NUMERIC) else kind
