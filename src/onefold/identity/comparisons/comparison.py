"""The contract of a comparison: how alike two values are, from 0 to 1."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict

from onefold.foundation.warehouse.sql import Sql, literal, sql

# Doubles of two engines differ in the last bit; thresholds are compared after rounding to this many digits.
DIGITS: Final = 9

# What counts as a number in text. Engines read more than this (hexadecimal, `1_000`, infinity), each its own.
_NUMBER: Final = "[+-]?[0-9]{1,300}([.][0-9]{1,300})?"
_NUMBER_PATTERN: Final = re.compile(_NUMBER)


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
    return sql(
        "CASE WHEN {d} IS NULL THEN NULL ELSE "
        "round(greatest({zero}, least({one}, {two} - {d} / {tolerance})), 9) END",
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
    """Return the SQL of the number a text holds in plain notation, null when it holds none."""
    return sql(
        "CASE WHEN regexp_matches({t}, {number}) THEN TRY_CAST({t} AS DOUBLE) END",
        t=text,
        number=literal(rf"^(?:{_NUMBER})\z"),
    )


def number_in(text: str) -> float | None:
    """Return the number a text holds in plain notation, None when it holds none."""
    return float(text) if _NUMBER_PATTERN.fullmatch(text) else None
