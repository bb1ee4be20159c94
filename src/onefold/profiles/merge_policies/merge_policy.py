"""The contract of a merge policy: an order over candidate values, in SQL and in Python side by side.

The first candidate of the order wins. Ties go to the record ranked first inside its profile (`record_no`), so
every engine and every run picks the same.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final, TypeAlias

from onefold.foundation.definitions import Part
from onefold.foundation.warehouse import Sql

LAST: Final = 2**48 - 1
"""A whole number after all others: what a policy gives a candidate that it knows nothing about."""

Plain: TypeAlias = str | int | float | bool | Decimal | dt.date | dt.datetime
SortKey: TypeAlias = tuple["bool | int | float | str | Decimal | tuple[int, ...]", ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record's value for an attribute (never null) and what policies may look at.

    Attributes:
        record_no: the record's rank inside its profile, from 1.
        source: the table it comes from.
        recency: milliseconds since 1970 of its last change, or the number that grows with it; None when unknown.
        filled: how many of the profile's attributes the record knows.
        frequency: how many records of the profile have this value.
    """

    value: Plain
    record_no: int
    source: str
    recency: int | float | Decimal | None = None
    filled: int = 0
    frequency: int = 1


class MergePolicy(Part, ABC):
    """How a unified value is chosen among candidates; settings are fields."""

    kind: ClassVar[str]

    # Whether every value is kept, as a list, instead of one chosen.
    collects: ClassVar[bool] = False

    # Whether the order looks at the value itself, so that each attribute needs an order of its own.
    looks_at_value: ClassVar[bool] = False

    # Whether the order goes by how recent records are, which not every table says.
    looks_at_recency: ClassVar[bool] = False

    def prepared(self, value: Sql) -> Sql | None:  # noqa: ARG002 - for policies that need it
        """Return a column that the order needs and that takes a window to compute; None without one.

        Besides the value it may use `profile_id`, `record_no`, `source`, `_recency`, `filled`.
        """
        return None

    @abstractmethod
    def order(self, value: Sql, prepared: Sql) -> Sql:
        """Return the ORDER BY terms, best first, without the tie-breaker; columns as in `prepared`."""

    def whole(self, value: Sql, prepared: Sql) -> Sql | None:  # noqa: ARG002 - for policies that can
        """Return the order as one whole number, smallest first and less than 2^48 in size, never null.

        It spares the engine a sort. None where no number says it. A policy that goes by `_recency` is asked only
        where that is milliseconds.
        """
        return None

    @abstractmethod
    def sort_key(self, candidate: Candidate) -> SortKey:
        """Return the same order as a Python key, smallest first, without the tie-breaker."""

    def in_words(self) -> str:
        """Return the policy as people call it."""
        return self.kind.replace("_", " ")

    def choose(self, candidates: list[Candidate]) -> Candidate | None:
        """Return the winner of plain candidates: the reference of what the SQL does."""
        return min(candidates, key=lambda one: (*self.sort_key(one), one.record_no), default=None)


def orderable(value: Plain) -> int | float | str | Decimal:
    """Return the value as something that sorts like the value does in SQL."""
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, dt.date):
        return value.toordinal()
    return value


def descending(value: Plain) -> float | Decimal | tuple[int, ...]:
    """Return the value as something that sorts the other way round."""
    plain = orderable(value)
    if isinstance(plain, str):
        # One more than any code point ends the text, so that a prefix comes after what it begins.
        return (*(-ord(character) for character in plain), 1)
    return -plain
