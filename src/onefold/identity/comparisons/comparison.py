"""The contract of a comparison: how alike two values are, from 0 to 1."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict

from onefold.foundation.warehouse.sql import Sql, literal, sql
from onefold.foundation.warehouse.vocabulary import reference

# Doubles of two engines differ in the last bit; thresholds are compared after rounding to this many digits.
DIGITS: Final = 9

# Longer texts are no numbers that people write, and may be too large for a double, where engines differ.
_LONGEST_NUMBER: Final = 100


class Comparison(BaseModel, ABC):
    """One similarity measure; its settings are its fields.

    Attributes:
        kind: the name it has in a definition.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]

    @abstractmethod
    def similarity(self, left: Sql, right: Sql) -> Sql:
        """Return the SQL of the similarity: a double from 0 to 1 rounded to nine digits, null beside null.

        Both sides are text. A text that is not what the measure compares (no number, no date) gives null.
        """

    @abstractmethod
    def python(self, left: str, right: str) -> float | None:
        """Return the same for one pair: the reference."""


def double(value: float) -> Sql:
    """Return the number as a DOUBLE literal, never a decimal whose scale engines handle differently."""
    return literal(float(value))


def within(difference: Sql, tolerance: float) -> Sql:
    """Return the similarity of a distance of zero or more: 1 up to the tolerance, 0 from twice it on.

    In between it falls in a straight line. With tolerance 0 only equal values are similar, wholly.
    """
    if tolerance == 0:
        return sql(
            "CASE WHEN {d} IS NULL THEN NULL WHEN {d} = 0 THEN {one} ELSE {zero} END",
            d=difference,
            one=double(1),
            zero=double(0),
        )
    # greatest() and least() skip nulls; the last addend brings them back. Inside a CASE the distance would be
    # worked out twice.
    return sql(
        "round(greatest({zero}, least({one}, {two} - {d} / {tolerance})) + {zero} * {d}, 9)",
        d=difference,
        zero=double(0),
        one=double(1),
        two=double(2),
        tolerance=double(tolerance),
    )


def within_python(difference: float, tolerance: float) -> float:
    """Return what `within` says of one distance."""
    if tolerance == 0:
        return 1.0 if difference == 0 else 0.0
    return round(max(0.0, min(1.0, 2.0 - difference / tolerance)), DIGITS)


def number_of(text: Sql) -> Sql:
    """Return the SQL of the number a text holds, as `of_number` reads it; null when it holds none."""
    return sql(
        "CASE WHEN length({t}) <= {longest} THEN of_number({t}) END",
        t=text,
        longest=_LONGEST_NUMBER,
    )


def number_in(text: str) -> float | None:
    """Return what `number_of` says of one text."""
    return said_by("of_number", text) if len(text) <= _LONGEST_NUMBER else None


def said_by(function: str, *arguments: str | float) -> float | None:
    """Return the number that a function of the warehouse's vocabulary gives, by its Python reference."""
    value = reference(function)(*arguments)
    return float(value) if isinstance(value, int | float) else None
