"""The contract of a quality check: which columns it is about and what it counts there.

A check gives probes; a probe counts failing rows. Row conditions and aggregates of all probes of a table run in
one pass over it. A check never sees rows, only composes SQL, except `ByValue`, which judges values by Python.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from onefold.catalogue import TableDescription
from onefold.foundation.definitions import Part
from onefold.foundation.warehouse import Column, Sql
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject, Survey


@dataclass(frozen=True, slots=True)
class ByRow:
    """Counts the rows that meet `failing` among those that meet `among`; null counts as not met.

    Attributes:
        sampled: count in the sample and extrapolate, where exact counts are not worth a scan.
    """

    failing: Sql
    among: Sql
    sampled: bool = False


@dataclass(frozen=True, slots=True)
class ByList:
    """Counts the rows of which a text is one of many; exact, by a hash join instead of many comparisons.

    Attributes:
        texts: expressions, each with the texts it must not be. A row that several name counts several times.
    """

    texts: tuple[tuple[Sql, frozenset[str]], ...]
    among: Sql


@dataclass(frozen=True, slots=True)
class ByAggregate:
    """Two aggregates over the whole table: failing rows, and rows looked at.

    Attributes:
        estimated: the first is a sketch.
        exactly: instead of that sketch where a table is small enough to be looked at whole.
    """

    failing: Sql
    checked: Sql
    estimated: bool = False
    exactly: Sql | None = None

    def counts(self, *, whole: bool) -> tuple[Sql, Sql, bool]:
        """Return failing rows, rows looked at, and whether they are estimated, of a table looked at whole or not."""
        if whole and self.exactly is not None:
            return self.exactly, self.checked, False
        return self.failing, self.checked, self.estimated


@dataclass(frozen=True, slots=True)
class BySelect:
    """A select of its own that yields one row: failing rows, and rows looked at; exact."""

    select: Sql


@dataclass(frozen=True, slots=True)
class ByValue:
    """A Python function over distinct texts of the sample: which of them fail; extrapolated to all rows.

    Attributes:
        text: the text to judge, as an expression over the column.
        fails: gives one answer per text, in order.
        at_most: how many distinct texts are judged.
    """

    text: Sql
    fails: Callable[[Sequence[str]], Sequence[bool]]
    at_most: int = 2_000


Measure: TypeAlias = ByRow | ByList | ByAggregate | BySelect | ByValue


@dataclass(frozen=True, slots=True)
class Detail:
    """What to say about the commonest failing values when they are no personal data (a domain, a code).

    Attributes:
        text: the expression whose values are counted over the failing rows.
        phrase: turns a value into words, "gmai.com → gmail.com"; None leaves the value.
    """

    text: Sql
    phrase: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """One count and what it means.

    Attributes:
        name: `kind.what`, unique in the check.
        sentence: what was found, with `{failing}` and `{checked}` in it.
        wanted: what is wanted, in words.
        advice: what to do about it.
        fine: the sentence when nothing fails.
        field: the column it is about when a table probe is about one; "" is the whole table.
        say: how a count is written; the limits of a probe with its own are multiples, not shares.
    """

    name: str
    pillar: Pillar
    severity: Severity
    limits: Limits
    measure: Measure
    sentence: str
    wanted: str
    advice: str = ""
    detail: Detail | None = None
    fine: str = "All {checked} are fine."
    field: str = ""
    say: Callable[[float], str] | None = None


@dataclass(frozen=True, slots=True)
class TableSubject:
    """One table under examination, with its columns."""

    table: TableDescription
    columns: tuple[Column, ...]
    subjects: tuple[Subject, ...]
    survey: Survey

    def column(self, name: str) -> Column | None:
        """Return the column, or None when the table lacks it."""
        return next((column for column in self.columns if column.name == name), None)


class Check(Part, ABC):
    """One kind of check; its settings are its fields, so a definition can change them by the check's kind."""

    kind: ClassVar[str]

    @abstractmethod
    def applies_to(self, subject: Subject) -> bool:
        """Return whether the check has something to say about the column."""

    @abstractmethod
    def probes(self, subject: Subject) -> Sequence[Probe]:
        """Return what to count in a column that the check applies to."""

    def table_probes(self, table: TableSubject) -> Sequence[Probe]:  # noqa: ARG002  # contract
        """Return what to count in a table as a whole; nothing unless the check says so."""
        return ()
