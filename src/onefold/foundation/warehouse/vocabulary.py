"""The `of_*` functions: what SQL text may use beyond the constructs that mean the same on every engine.

Each entry has a body for each engine and a Python reference. Where an engine has no body, the reference is
registered as an Arrow function under the same name. Where DuckDB's body needs the reference for some values
(texts outside ASCII), it calls it as `<name>__py`.

Every entry's examples run on every engine in `onefold.testing.warehouse_suite`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

HASH: Final = "of_hash"
"""`of_hash(a, b, ...)`: a whole number that joins rows by one to eight known values inside one run.

Its values are the engine's own, so that they are never published, ordered by, or compared with another run's; that
equal values give equal numbers, and others practically never (64 bit), is all that engines have in common.
"""
MOST_HASHED: Final = 8

SqlType: TypeAlias = Literal["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR[]", "DATE", "TIMESTAMPTZ"]
Value: TypeAlias = str | int | float | bool | dt.date | Sequence[str | None] | None


@dataclass(frozen=True, slots=True)
class Function:
    """One portable function.

    Attributes:
        parameters: name and type of each, in order.
        duckdb: the macro's body in DuckDB SQL; None registers `python` under the name.
        spark: the body in Spark SQL; None registers `python` under the name.
        python: the reference, one value at a time; nulls come in as None.
        examples: arguments and the expected result, equal on every engine.
    """

    name: str
    parameters: tuple[tuple[str, SqlType], ...]
    returns: SqlType
    duckdb: str | None
    spark: str | None
    python: Callable[..., Value] | None
    examples: tuple[tuple[tuple[Value, ...], Value], ...]

    @property
    def python_name(self) -> str:
        """The name under which DuckDB knows the Python reference."""
        return self.name if self.duckdb is None else f"{self.name}__py"

    @property
    def needs_python_on_duckdb(self) -> bool:
        """Whether DuckDB has to register the reference at all."""
        return self.duckdb is None or self.python_name in self.duckdb


@cache
def vocabulary() -> tuple[Function, ...]:
    """Return every entry, sorted by name."""
    from onefold.foundation.warehouse import (
        vocabulary_dates,
        vocabulary_keys,
        vocabulary_lists,
        vocabulary_similarity,
        vocabulary_text,
        vocabulary_values,
    )

    functions = (
        *vocabulary_dates.FUNCTIONS,
        *vocabulary_keys.FUNCTIONS,
        *vocabulary_lists.FUNCTIONS,
        *vocabulary_similarity.FUNCTIONS,
        *vocabulary_text.FUNCTIONS,
        *vocabulary_values.FUNCTIONS,
    )
    return tuple(sorted(functions, key=lambda function: function.name))


@cache
def reference(name: str) -> Callable[..., Value]:
    """Return the Python reference of an entry, for code that must say the same as the engines.

    Raises:
        KeyError: no entry of that name has a reference.
    """
    return {function.name: function.python for function in vocabulary() if function.python}[name]
