"""Lights and grades: a pure function of check results.

A check scores 100 when nothing fails, 80 at its yellow limit, 50 at its red limit, 0 when everything fails, and
straight lines between. A pillar's score is the mean of its checks' scores, weighted by the check's severity times
the field's importance. A table's grade is the mean of its pillars, weighted as the definition says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from onefold.quality.model import Light, Limits, Pillar, QualityDefinition, Severity

AT_YELLOW = 80.0
AT_RED = 50.0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found in one field ("" for the table as a whole).

    Attributes:
        ratio: failing by checked, 0 to 1; of freshness the age by the expected span, from 0.
        estimated: counted on a sample or by a sketch.
        score: 0 to 100.
        weight: severity times the field's importance.
        sentence: what was found.
        rule: what is wanted and when the light changes, in words.
    """

    table: str
    field: str
    check: str
    pillar: Pillar
    severity: Severity
    failing: int
    checked: int
    ratio: float
    estimated: bool
    limits: Limits
    light: Light
    score: float
    weight: int
    sentence: str
    rule: str
    advice: str = ""


def shown(score: float) -> str:
    """Return a grade or score as people read it: whole, and rounded down, so that none reads as one it missed."""
    return f"{math.floor(score)}"


@dataclass(frozen=True, slots=True)
class Grade:
    """How good a table, or a source of several tables, is.

    Attributes:
        grade: 0 to 100.
        pillars: the score of each pillar that has a check, 0 to 100.
        light: of the table.
        reason: why the light is what it is, in words.
    """

    grade: float
    pillars: Mapping[Pillar, float]
    light: Light
    reason: str

    def __str__(self) -> str:
        return shown(self.grade)


def score_of(ratio: float, limits: Limits) -> float:
    """Return the score, 0 to 100, of a share of failing rows.

    A ratio above 1 (a multiple) falls off as `50 * red / ratio`.
    """
    if ratio <= 0:
        return 100.0
    if ratio <= limits.yellow:
        return 100 - (100 - AT_YELLOW) * ratio / limits.yellow
    if ratio <= limits.red:
        return AT_YELLOW - (AT_YELLOW - AT_RED) * (ratio - limits.yellow) / (limits.red - limits.yellow)
    if limits.red >= 1:
        return AT_RED * limits.red / ratio
    return AT_RED * max(0.0, 1 - ratio) / (1 - limits.red)


def field_light(results: Iterable[CheckResult]) -> tuple[Light, str]:
    """Return the worst light among a field's checks, and why; a low check alone never turns it red."""
    worst, why = Light.GREEN, "Every check is Good."
    for result in results:
        light = result.light
        if light is Light.RED and result.severity is Severity.LOW:
            light = Light.YELLOW
        if light.rank > worst.rank:
            worst, why = light, result.sentence
    return worst, why


def grade_table(results: Sequence[CheckResult], definition: QualityDefinition) -> Grade:
    """Return the table's grade and light."""
    pillars = {}
    for pillar in Pillar:
        own = [result for result in results if result.pillar is pillar]
        weight = sum(result.weight for result in own)
        if weight:
            pillars[pillar] = sum(result.score * result.weight for result in own) / weight
    # Rounded once: what is kept, compared and told is the same number.
    grade = round(_weighted(pillars, definition), 1)
    light, reason = _table_light(grade, results, definition)
    return Grade(grade, {each: round(score, 1) for each, score in pillars.items()}, light, reason)


def _weighted(pillars: Mapping[Pillar, float], definition: QualityDefinition) -> float:
    total = sum(definition.weights.of(pillar) for pillar in pillars)
    if not total:
        return 100.0
    return sum(score * definition.weights.of(pillar) for pillar, score in pillars.items()) / total


def _table_light(
    grade: float, results: Sequence[CheckResult], definition: QualityDefinition
) -> tuple[Light, str]:
    red = [result for result in results if result.light is Light.RED and result.severity is not Severity.LOW]
    high = [result for result in red if result.severity is Severity.HIGH]
    if high:
        return Light.RED, _named(high)
    if grade < definition.yellow_grade:
        return Light.RED, f"{_against(grade, definition.yellow_grade)} is below {definition.yellow_grade:g}."
    if red:
        return Light.YELLOW, _named(red)
    if grade < definition.green_grade:
        return Light.YELLOW, f"{_against(grade, definition.green_grade)} is below {definition.green_grade:g}."
    told = _against(grade, definition.green_grade)
    return Light.GREEN, f"{told} is at least {definition.green_grade:g} and no check says Fix."


def _against(grade: float, limit: float) -> str:
    return f"The grade {shown(grade) if float(limit).is_integer() else f'{grade:g}'}"


def _named(results: Sequence[CheckResult]) -> str:
    first = max(results, key=lambda result: (result.severity.weight, result.weight, -result.score))
    where = f"{first.field}: " if first.field else ""
    more = len(results) - 1
    others = f" {more} more {'check says' if more == 1 else 'checks say'} Fix." if more else ""
    return f"{where}{first.sentence}{others}"


def grade_source(tables: Sequence[tuple[str, Grade, int]]) -> Grade:
    """Return the grade of several tables (name, grade, rows) together, weighted by rows.

    Its light is the worst of theirs, and its reason names the worst table: of the worst light, the lowest grade.
    """
    weights = [max(rows, 1) for _, _, rows in tables]
    pillars = {}
    for pillar in Pillar:
        own = [
            (grade.pillars[pillar], rows)
            for (_, grade, _), rows in zip(tables, weights, strict=True)
            if pillar in grade.pillars
        ]
        if own:
            pillars[pillar] = round(sum(score * rows for score, rows in own) / sum(r for _, r in own), 1)
    total = sum(weights)
    graded = zip(tables, weights, strict=True)
    grade = sum(each.grade * rows for (_, each, _), rows in graded) / total if total else 100.0
    if not tables:
        return Grade(100.0, {}, Light.GREEN, "There is no table.")
    name, worst, _ = max(tables, key=lambda each: (each[1].light.rank, -each[1].grade))
    reason = worst.reason if len(tables) == 1 else f"Its worst table is {name}. {worst.reason}"
    return Grade(round(grade, 1), pillars, worst.light, reason)
