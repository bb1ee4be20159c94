"""Readiness: whether a table offers what a purpose needs (unification today, predictions by the same contract)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from onefold.foundation.kernel import counted
from onefold.quality.grade import CheckResult
from onefold.quality.model import (
    CheckRequirement,
    HistoryRequirement,
    PresentRequirement,
    QualityDefinition,
    ReadinessRule,
    RowsRequirement,
)
from onefold.quality.profile import FieldProfile
from onefold.quality.subject import means

UNIFICATION_PURPOSE = "unification"


class Verdict(StrEnum):
    """What readiness comes to."""

    READY = "ready"
    READY_WITH_GAPS = "ready with gaps"
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one rule came out: what was wanted, what there is, what to do."""

    rule: str
    met: bool
    required: bool
    wanted: str
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a table is ready for a purpose, and why."""

    table: str
    purpose: str
    verdict: Verdict
    findings: tuple[Finding, ...]


def is_about_people(fields: Sequence[FieldProfile]) -> bool:
    """Return whether the table describes people, so that unification can use it."""
    return any(means(field.semantic_type, "Person", "Contact") for field in fields)


def readiness_of(
    table: str,
    fields: Sequence[FieldProfile],
    checks: Sequence[CheckResult],
    definition: QualityDefinition,
    purpose: str = UNIFICATION_PURPOSE,
) -> Readiness | None:
    """Return whether the table is ready; None when it has no part in the purpose or no rule speaks of it."""
    if purpose == UNIFICATION_PURPOSE and not is_about_people(fields):
        return None
    found = [
        finding
        for rule in definition.readiness_of(table, purpose)
        if (finding := _finding(rule, fields, checks)) is not None
    ]
    if not found:
        return None
    if all(each.met for each in found):
        verdict = Verdict.READY
    elif all(each.met for each in found if each.required):
        verdict = Verdict.READY_WITH_GAPS
    else:
        verdict = Verdict.NOT_READY
    return Readiness(table, purpose, verdict, tuple(found))


def _finding(
    rule: ReadinessRule, fields: Sequence[FieldProfile], checks: Sequence[CheckResult]
) -> Finding | None:
    """Return how the rule came out; None when it does not apply to the table."""
    answer: tuple[bool, str] | None
    match rule.requirement:
        case PresentRequirement() as wanted:
            answer = _present(wanted, fields)
        case CheckRequirement() as wanted:
            answer = _check(wanted, checks)
        case RowsRequirement() as wanted:
            rows = fields[0].rows if fields else 0
            answer = rows >= wanted.minimum_rows, f"{counted(rows, 'row')}."
        case HistoryRequirement() as wanted:
            answer = _history(wanted, fields)
        case _:
            assert_never(rule.requirement)
    if answer is None:
        return None
    met, found = answer
    return Finding(rule.name, met, rule.required, rule.sentence, found, "" if met else rule.advice)


def _present(wanted: PresentRequirement, fields: Sequence[FieldProfile]) -> tuple[bool, str] | None:
    own = [field for field in fields if means(field.semantic_type, *wanted.meanings)]
    if not own:
        return (False, "There is no such column.") if wanted.absent_is_failure else None
    # The fullest column bounds the share from below; what several fill together is not counted.
    best = max(own, key=lambda field: field.present_ratio)
    return (
        best.present_ratio > wanted.minimum_ratio or best.present_ratio == 1,
        f"{best.field} is filled in {best.present_ratio * 100:.1f} % of the rows.",
    )


def _check(wanted: CheckRequirement, checks: Sequence[CheckResult]) -> tuple[bool, str] | None:
    own = [result for result in checks if result.check == wanted.check]
    if not own:
        return (False, "The table has no key.") if wanted.check.startswith("keys.") else None
    worst = max(own, key=lambda result: result.light.rank)
    return worst.light.rank <= wanted.at_worst.rank, worst.sentence


def _history(wanted: HistoryRequirement, fields: Sequence[FieldProfile]) -> tuple[bool, str]:
    spans = []
    for field in fields:
        if means(field.semantic_type, *wanted.meanings) and field.minimum and field.maximum:
            if min(len(field.minimum), len(field.maximum)) < len("2026-01-31"):
                continue  # of personal data the year alone is kept
            first, last = (dt.date.fromisoformat(each[:10]) for each in (field.minimum, field.maximum))
            spans.append((last - first).days)
    days = max(spans, default=0)
    return days >= wanted.minimum_days, f"The dates span {counted(days, 'day')}."
