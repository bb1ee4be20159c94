"""Composable SQL text in DuckDB's dialect that cannot be built from raw strings.

A `Sql` is made from a template written in the code and holes that are themselves `Sql`: quoted identifiers,
escaped literals or other fragments. A plain `str` in a hole is a type error, so that nothing a person typed
can become SQL. The composed text is what DuckDB runs as it is and what sqlglot transpiles for Spark.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | Decimal | dt.date | dt.datetime | None


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL text that is safe to paste into another."""

    text: str

    def __str__(self) -> str:
        return self.text


def sql(template: str, /, **holes: Sql | int) -> Sql:
    """Return the template with its `{name}` holes filled.

    The template must be a literal of the code; braces that belong to SQL are doubled.

    Raises:
        TypeError: a hole is a plain string; wrap it in `ident` or `literal`.
    """
    texts: dict[str, str] = {}
    for name, hole in holes.items():
        if isinstance(hole, Sql):
            texts[name] = hole.text
        elif isinstance(hole, int) and not isinstance(hole, bool):
            texts[name] = str(hole)
        else:
            message = f"SQL hole {name!r} is a {type(hole).__name__}: wrap it in ident() or literal()."
            raise TypeError(message)
    return Sql(template.format(**texts))


def ident(*parts: str) -> Sql:
    """Return the quoted identifier, or `"table"."column"` for several parts."""
    return Sql(".".join('"' + part.replace('"', '""') + '"' for part in parts))


def literal(value: Scalar) -> Sql:
    """Return the value as an escaped SQL literal."""
    match value:
        case None:
            return Sql("NULL")
        case bool():
            return Sql("TRUE" if value else "FALSE")
        case int() | Decimal():
            return Sql(str(value))
        case float():
            return Sql(f"CAST('{value!r}' AS DOUBLE)")
        case dt.datetime():
            return Sql(f"CAST('{value.isoformat(sep=' ')}' AS TIMESTAMPTZ)")
        case dt.date():
            return Sql(f"CAST('{value.isoformat()}' AS DATE)")
        case str():
            # DuckDB knows no other escape in plain quotes; word lists make tens of thousands of these.
            return Sql("'" + value.replace("'", "''") + "'")


def comma(items: Iterable[Sql]) -> Sql:
    """Return the pieces joined by commas."""
    return Sql(", ".join(item.text for item in items))


def after_commas(items: Iterable[Sql]) -> Sql:
    """Return the pieces, each after a comma: further columns of a select that has some."""
    return Sql("".join(f", {item.text}" for item in items))


def spaced(items: Iterable[Sql]) -> Sql:
    """Return the pieces joined by blanks."""
    return Sql(" ".join(item.text for item in items))


def all_of(items: Iterable[Sql]) -> Sql:
    """Return the conditions joined by AND; TRUE when there are none."""
    return Sql(" AND ".join(f"({item.text})" for item in items) or "TRUE")


def any_of(items: Iterable[Sql]) -> Sql:
    """Return the conditions joined by OR; FALSE when there are none."""
    return Sql(" OR ".join(f"({item.text})" for item in items) or "FALSE")


def union_all(items: Iterable[Sql]) -> Sql:
    """Return the selects joined by UNION ALL."""
    return Sql(" UNION ALL ".join(item.text for item in items))


def own_query(text: str) -> Sql:
    """Return a query that a person wrote, as it is. It runs alone; it is never a piece of another statement."""
    return Sql(text)


def tables_in(query: str) -> set[str]:
    """Return the names of the tables a query reads; empty for one that cannot be parsed or names none."""
    import sqlglot
    from sqlglot import exp

    try:
        parsed = sqlglot.parse_one(query, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return set()  # the engine says what is wrong with it
    return {table.name for table in parsed.find_all(exp.Table)}
