"""The contract of a normalizer: one way of making two spellings of a value meet, for comparison only.

A normalizer has two faces that say the same. `sql` is what runs on the warehouse over whole columns;
`python` is the reference. Where SQL cannot decide a value (another script, a foreign telephone number),
`undecided` says so in SQL, and the reference is applied to the distinct values that remain.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from onefold.foundation.warehouse.sql import Sql, any_of, literal, sql


@dataclass(frozen=True, slots=True)
class NormalizeContext:
    """What the values' source is known to be.

    Attributes:
        region: ISO 3166-1 alpha-2 code of the country its local formats belong to, such as `DE`.
    """

    region: str | None = None


class Normalizer(BaseModel, ABC):
    """One normalization step; its settings are its fields.

    Attributes:
        kind: the name it has in a definition.
        position: its fixed place in a chain, lower first; see `onefold.identity.normalizers.chain`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    position: ClassVar[int]

    @abstractmethod
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        """Return the SQL of the normalized text; null stays null and an empty result counts as null.

        The first step of a chain gets texts without blanks around them.
        """

    @abstractmethod
    def python(self, value: str, context: NormalizeContext) -> str | None:
        """Return the normalized text, or None when nothing is left to compare."""

    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:  # noqa: ARG002  # contract
        """Return the condition on the input under which only `python` knows; None when `sql` always does."""
        return None

    def prepared(self, before: tuple[Normalizer, ...], context: NormalizeContext) -> Normalizer:  # noqa: ARG002
        """Return this step as it stands after the steps `before` it in a chain.

        Steps that hold values of their own (alias, bypass) bring those into the same form.
        """
        return self


def not_ascii(value: Sql) -> Sql:
    """Return the condition that the text has a character outside ASCII."""
    return sql("NOT of_is_ascii({v})", v=value)


def any_not_ascii_or(value: Sql, *conditions: Sql) -> Sql:
    """Return the condition that the text leaves ASCII or meets one of the conditions."""
    return any_of([not_ascii(value), *conditions])


def fits(value: Sql, pattern: str) -> Sql:
    r"""Return the condition that the whole text matches the pattern, as Python's `fullmatch`.

    The end is `\z`: for Java, and so for Spark, `$` also stands before a last line break.
    """
    return sql("regexp_matches({v}, {pattern})", v=value, pattern=literal(rf"^(?:{pattern})\z"))


def captured(value: Sql, pattern: str) -> Sql:
    """Return the text of the pattern's first group when the whole value matches, else an empty text."""
    return sql("regexp_extract({v}, {pattern}, 1)", v=value, pattern=literal(rf"^(?:{pattern})\z"))


def first_part(value: Sql, mark: str) -> Sql:
    """Return the text before the first `mark`, one character; the whole text without one.

    Not `split_part`: inside a CASE over a column of nulls only, DuckDB 2.0 fails to bind it.
    """
    return sql("regexp_extract({v}, {pattern}, 1)", v=value, pattern=literal(f"^([^{mark}]*)"))


def second_part(value: Sql, mark: str) -> Sql:
    """Return the text between the first and the second `mark`, or up to the end; empty without a mark."""
    pattern = literal(f"^[^{mark}]*[{mark}]([^{mark}]*)")
    return sql("regexp_extract({v}, {pattern}, 1)", v=value, pattern=pattern)
