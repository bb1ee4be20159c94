"""One SQL text, two engines: is it portable, and what does Spark get to run?

`check_portable` lists what would not mean the same; `to_spark` refuses that and rewrites what sqlglot alone
would get wrong. Both remember the last statements, because a run executes the same ones over and over.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from sqlglot import exp, parse_one

from onefold.foundation.kernel import OnefoldError, Permanent
from onefold.foundation.warehouse.patterns import java_pattern
from onefold.foundation.warehouse.portable import functions, parsed, problems_of, spelling_problems
from onefold.foundation.warehouse.portable_kinds import Kind, kind_of
from onefold.foundation.warehouse.portable_rules import INTEGERS
from onefold.foundation.warehouse.sql import Sql
from onefold.foundation.warehouse.vocabulary import HASH, Function

NOT_PORTABLE: Final = "warehouse.not_portable"

# What DuckDB's trim strips: Unicode's space separators. Spark's strips the blank alone.
_BLANKS: Final = (
    " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_SPARK_TYPES: Final = {
    "VARCHAR": "STRING",
    "BIGINT": "BIGINT",
    "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "VARCHAR[]": "ARRAY<STRING>",
    "DATE": "DATE",
    "TIMESTAMPTZ": "TIMESTAMP",
}


def check_portable(statement: Sql, *, named: bool = False) -> list[str]:
    """Return why the statement would not mean the same on every engine; empty when it would.

    Args:
        statement: one statement in DuckDB's dialect.
        named: whether the result's columns are read by name, so that each needs one.
    """
    return list(_problems(statement.text, named))


def require_portable(statement: Sql, *, named: bool = False) -> None:
    """Refuse a statement that would not mean the same on every engine.

    Raises:
        Permanent: `warehouse.not_portable`, with every problem and what to write instead.
    """
    problems = _problems(statement.text, named)
    if problems:
        raise _not_portable(problems)


def to_spark(statement: Sql, *, named: bool = False) -> str:
    """Return the statement in Spark's dialect, `$x` as `:x` and the `of_*` functions written out.

    Raises:
        Permanent: `warehouse.not_portable`.
    """
    require_portable(statement, named=named)
    return _spark_text(statement.text)


def spark_type(duckdb_type: str) -> str:
    """Return Spark's name of a type that a vocabulary entry may have."""
    return _SPARK_TYPES[duckdb_type]


def _not_portable(problems: tuple[str, ...]) -> OnefoldError:
    hint = "The constructs that mean the same on every engine are listed in `warehouse/portable.py`."
    return Permanent(
        "The statement does not mean the same on every engine: " + " ".join(problems),
        code=NOT_PORTABLE,
        hint=hint,
        context={"problems": len(problems)},
    )


@lru_cache(maxsize=4096)
def _problems(text: str, named: bool) -> tuple[str, ...]:
    tree = parsed(text)
    if isinstance(tree, str):
        return (tree,)
    problems = problems_of(tree) + spelling_problems(text)
    if named:
        problems += _unnamed(tree)
    return tuple(problems)


def _unnamed(tree: exp.Expr) -> list[str]:
    while isinstance(tree, exp.Union | exp.Except | exp.Intersect | exp.Subquery):
        tree = tree.this
    if not isinstance(tree, exp.Select):
        return []
    return [
        f"Give `{item.sql(dialect='duckdb')[:60]}` a name by AS: engines name it differently."
        for item in tree.expressions
        if not (isinstance(item, exp.Alias | exp.Column | exp.Star | exp.Dot | exp.StructExtract))
    ]


@lru_cache(maxsize=4096)
def _spark_text(text: str) -> str:
    tree = parsed(text)
    if isinstance(tree, str):
        raise _not_portable((tree,))
    return rewritten(tree).sql(dialect="spark")


def rewritten(tree: exp.Expr) -> exp.Expr:
    """Return a copy in which what sqlglot would get wrong is written as Spark means it."""
    holder = exp.Paren(this=tree.copy())
    # Children come after their parents in a walk, so the reverse order rewrites inside out.
    for node in reversed(list(holder.this.walk(bfs=False))):
        rewrite = _REWRITES.get(type(node))
        if rewrite is not None:
            replacement = rewrite(node)
            if replacement is not node:
                node.replace(replacement)
    result: exp.Expr = holder.this
    return result.pop()


def _cast(node: exp.Expr, kind: str) -> exp.Expr:
    return exp.cast(node.copy(), exp.DataType.build(kind))


def _lower(node: exp.Expr) -> exp.Expr:
    # Java writes a final sigma at the end of a word and two characters for a dotted capital I; DuckDB does not.
    simple = exp.Translate(this=node.this.copy(), from_=exp.Literal.string("Σİ"), to=exp.Literal.string("σi"))
    return exp.Lower(this=simple)


def _trim(node: exp.Expr) -> exp.Expr:
    if node.args.get("expression") is None:
        node.set("expression", exp.Literal.string(_BLANKS))
        if node.args.get("position") is None:
            node.set("position", "BOTH")
    return node


def _division(node: exp.Expr) -> exp.Expr:
    # Of decimals Spark would give a decimal, DuckDB a double.
    return exp.Div(this=_cast(node.this, "double"), expression=_cast(node.expression, "double"))


def _average(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.this, exp.Distinct):
        node.set("this", _cast(node.this, "double"))
    return node


def _floor(node: exp.Expr) -> exp.Expr:
    return _cast(node, "double")


def _round(node: exp.Expr) -> exp.Expr:
    # DuckDB rounds the scaled double, Spark the shortest decimal that stands for it.
    digits = node.args.get("decimals")
    if digits is None or kind_of(node.this) is not Kind.FRACTION:
        return node
    scale = exp.cast(exp.Literal.string(f"1e{digits.name}"), exp.DataType.build("double"))
    scaled = exp.Mul(this=exp.Paren(this=node.this.copy()), expression=scale)
    return exp.Paren(this=exp.Div(this=_call("ROUND", scaled), expression=scale.copy()))


def _log10(node: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="LOG10", expressions=[node.expression.copy()])


def _list_contains(node: exp.Expr) -> exp.Expr:
    # array_contains is null when the list holds a null and not the value; the position is 0.
    position = exp.Anonymous(this="ARRAY_POSITION", expressions=[node.this.copy(), node.expression.copy()])
    return exp.Paren(this=exp.GT(this=position, expression=exp.Literal.number(0)))


def _days(node: exp.Expr) -> exp.Expr:
    # DuckDB counts midnights between, Spark whole 24 hours unless both are dates.
    node.set("this", _cast(node.this, "date"))
    node.set("expression", _cast(node.expression, "date"))
    return node


def _shift(node: exp.Expr) -> exp.Expr:
    # Spark shifts a 32-bit number around its end.
    node.set("this", _cast(node.this, "bigint"))
    return node


def _pattern(node: exp.Expr) -> exp.Expr:
    node.set("expression", exp.Literal.string(java_pattern(str(node.expression.this))))
    return node


def _list(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.ArrayAgg) and isinstance(node.parent, exp.Filter):
        return node  # rewritten with its filter
    if isinstance(node, exp.Filter) and not isinstance(node.this, exp.ArrayAgg):
        return node
    # Over no rows DuckDB gives null, Spark an empty list.
    size = exp.Anonymous(this="SIZE", expressions=[node.copy()])
    return exp.If(
        this=exp.EQ(this=size, expression=exp.Literal.number(0)), true=exp.Null(), false=node.copy()
    )


def _whole(node: exp.Expr) -> exp.Expr:
    """DuckDB rounds to whole numbers (doubles half to even, decimals half away from zero); Spark truncates."""
    if node.args["to"].this not in INTEGERS:
        return node
    value = node.this
    rounds: dict[Kind, Callable[[], exp.Expr]] = {
        Kind.FRACTION: lambda: _call("BROUND", value),
        Kind.DECIMAL: lambda: _call("ROUND", value),
        Kind.NUMBER: lambda: exp.Case(
            ifs=[
                exp.If(
                    this=exp.EQ(this=_call("TYPEOF", value), expression=exp.Literal.string("double")),
                    true=_call("BROUND", value),
                )
            ],
            default=_call("ROUND", value),
        ),
    }
    rounded = rounds.get(kind_of(_original(value)))
    if rounded is not None:
        node.set("this", rounded())
    return node


def _original(node: exp.Expr) -> exp.Expr:
    """Look through the cast that `_floor` puts around a whole number."""
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Floor | exp.Ceil):
        return node.this
    return node


def _call(name: str, argument: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[argument.copy()])


_FRESH = itertools.count()


def _written_out(node: exp.Expr) -> exp.Expr:
    """Paste the function's body with the arguments in place of its parameters.

    Spark's own SQL functions do not work inside lambdas, unnest and each other (4.2), so the body is pasted.
    """
    name = str(node.this).lower()
    if name == HASH:
        return exp.Anonymous(this="XXHASH64", expressions=[value.copy() for value in node.expressions])
    function = functions().get(name)
    if function is None:
        return node
    arguments = {
        name: _argument(value, kind)
        for (name, kind), value in zip(function.parameters, node.expressions, strict=True)
    }
    if function.spark is None:
        return exp.Anonymous(this=function.name, expressions=list(arguments.values()))
    body = _body(function.name).copy()
    _rename_lambdas(body)
    holder = exp.Paren(this=body)
    for column in list(holder.find_all(exp.Column)):
        if not column.table and column.name in arguments:
            column.replace(arguments[column.name].copy())
    return holder


def _argument(node: exp.Expr, kind: str) -> exp.Expr:
    value = node.copy()
    if isinstance(value, exp.Null | exp.Placeholder):
        return exp.cast(value, exp.DataType.build(spark_type(kind), dialect="spark"))
    return value if isinstance(value, exp.Column | exp.Literal) else exp.Paren(this=value)


@lru_cache(maxsize=512)
def _body(name: str) -> exp.Expr:
    function: Function = functions()[name]
    return parse_one(f"CAST({function.spark} AS {spark_type(function.returns)})", read="spark")


def _rename_lambdas(body: exp.Expr) -> None:
    """Give the body's lambdas variables of their own, lest they capture a column of the argument."""
    for one in list(body.find_all(exp.Lambda)):
        for variable in one.expressions:
            old, new = variable.name, f"of_{next(_FRESH)}"
            for use in list(one.find_all(exp.Identifier)):
                if use.name == old and not (isinstance(use.parent, exp.Column) and use.parent.table):
                    use.set("this", new)


_REWRITES: Final[dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]]] = {
    exp.Lower: _lower,
    exp.Trim: _trim,
    exp.Div: _division,
    exp.Avg: _average,
    exp.Floor: _floor,
    exp.Ceil: _floor,
    exp.Log: _log10,
    exp.Round: _round,
    exp.ArrayContains: _list_contains,
    exp.DateDiff: _days,
    exp.BitwiseLeftShift: _shift,
    exp.RegexpLike: _pattern,
    exp.RegexpExtract: _pattern,
    exp.RegexpExtractAll: _pattern,
    exp.RegexpReplace: _pattern,
    exp.ArrayAgg: _list,
    exp.Filter: _list,
    exp.Cast: _whole,
    exp.Anonymous: _written_out,
}
