"""Acceptance: does a table reach what it must, and if not, has somebody said that the run may go on?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from onefold.foundation.kernel import InvalidInput, NotFound, nearest
from onefold.foundation.store import Connection
from onefold.quality.grade import CheckResult, Grade
from onefold.quality.model import AcceptanceCriterion, Light, QualityDefinition
from onefold.quality.storage import Acceptance, add_acceptance


@dataclass(frozen=True, slots=True)
class Met:
    """The table reaches its criteria."""

    word = "met"


@dataclass(frozen=True, slots=True)
class Accepted:
    """It does not, and somebody has accepted that."""

    reasons: tuple[str, ...]
    acceptance: Acceptance
    word = "accepted"


@dataclass(frozen=True, slots=True)
class Below:
    """It does not, and the run stops after it.

    Attributes:
        reasons: which criteria it misses, in words.
        lapsed: why an earlier acceptance no longer counts; "" without one.
    """

    reasons: tuple[str, ...]
    lapsed: str = ""
    word = "below"


Decision: TypeAlias = Met | Accepted | Below


def decide(
    grade: Grade,
    checks: Sequence[CheckResult],
    definition: QualityDefinition,
    acceptance: Acceptance | None,
    *,
    table: str,
    now: dt.datetime,
) -> Decision:
    """Return whether the stages after the table may go on."""
    reasons = _shortfalls(grade, checks, definition.criterion_of(table))
    if not reasons:
        return Met()
    if acceptance is None:
        return Below(reasons)
    if acceptance.expires_at is not None and acceptance.expires_at <= now:
        return Below(reasons, f"The acceptance by {acceptance.accepted_by} has expired.")
    if grade.grade < acceptance.grade - definition.acceptance_tolerance:
        return Below(
            reasons,
            f"{acceptance.accepted_by} accepted a grade of {acceptance.shown_grade}; "
            f"it has fallen to {grade}.",
        )
    return Accepted(reasons, acceptance)


def _shortfalls(
    grade: Grade, checks: Sequence[CheckResult], criterion: AcceptanceCriterion
) -> tuple[str, ...]:
    found = []
    if grade.grade < criterion.minimum_grade:
        found.append(f"its grade is {grade}, and {criterion.minimum_grade:g} is wanted")
    for result in checks:
        where = f"{result.check} of {result.field}" if result.field else result.check
        if result.check in criterion.not_red and result.light is Light.RED:
            found.append(f"{where} says Fix ({result.sentence.rstrip('.')})")
        elif result.check in criterion.green and result.light is not Light.GREEN:
            found.append(f"{where} is not Good ({result.sentence.rstrip('.')})")
    return tuple(found)


def accept(
    connection: Connection,
    table: str,
    *,
    grades: dict[str, float],
    reason: str,
    accepted_by: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> Acceptance:
    """Keep a named person's decision to go on with a table as it is.

    `grades` holds the current grade of every table, by name. Without `expires_at` it holds until the table gets
    worse by more than the definition tolerates.

    Raises:
        NotFound: the table has no grade yet.
        InvalidInput: name or reason is missing, or it would expire at once.
    """
    if table not in grades:
        message = f"There is no grade of a table {table!r}."
        hint = nearest(table, grades) or "Run `onefold run --only quality` first."
        raise NotFound(message, code="quality.table_unknown", hint=hint)
    if not reason.strip() or not accepted_by.strip():
        message = "An acceptance needs a reason and the name of who accepts."
        hint = f'`onefold quality accept {table} --reason "..." --by NAME`'
        raise InvalidInput(message, code="quality.acceptance_unnamed", hint=hint)
    if expires_at is not None and expires_at <= now:
        message = "The acceptance would have expired already."
        raise InvalidInput(message, code="quality.acceptance_expired", hint="Give a later moment.")
    acceptance = Acceptance(table, grades[table], reason.strip(), accepted_by.strip(), now, expires_at)
    add_acceptance(connection, acceptance)
    return acceptance
