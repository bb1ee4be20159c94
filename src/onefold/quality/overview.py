"""What `onefold quality` shows: sources, tables, fields and checks as plain values, read from the lake."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from onefold.foundation.kernel import InvalidInput, NotFound, nearest
from onefold.foundation.warehouse import TableRef, Warehouse
from onefold.quality.grade import CheckResult, Grade, field_light, grade_source
from onefold.quality.model import Light
from onefold.quality.profile import FieldProfile
from onefold.quality.stage import rows_of
from onefold.quality.tables import CHECKS, FIELDS, HISTORY, TABLES, Row, check_of, grade_of, profile_of


@dataclass(frozen=True, slots=True)
class FieldOverview:
    """One field: its profile, its light with the reason, its checks."""

    profile: FieldProfile
    light: Light
    reason: str
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class GradePoint:
    """A table's grade at a moment."""

    at: dt.datetime
    grade: float


@dataclass(frozen=True, slots=True)
class ReadinessPoint:
    """One readiness rule and how it came out."""

    met: bool
    required: bool
    wanted: str
    found: str
    advice: str


@dataclass(frozen=True, slots=True)
class TableOverview:
    """One table: its grade, light, decision, readiness, fields and history (oldest first)."""

    name: str
    system: str
    owner: str
    rows: int
    sampled: int
    grade: Grade
    decision: str
    shortfalls: tuple[str, ...]
    accepted_by: str | None
    accepted_reason: str | None
    readiness: str | None
    readiness_points: tuple[ReadinessPoint, ...]
    profiled_at: dt.datetime
    fields: tuple[FieldOverview, ...]
    checks: tuple[CheckResult, ...]
    history: tuple[GradePoint, ...]

    @property
    def problems(self) -> tuple[CheckResult, ...]:
        """The checks that are not green, the weightiest first."""
        found = [check for check in self.checks if check.light is not Light.GREEN]
        return tuple(sorted(found, key=lambda c: (-c.light.rank, -c.weight, c.score, c.field, c.check)))


@dataclass(frozen=True, slots=True)
class SourceOverview:
    """One system with its tables; the light is the worst of theirs."""

    name: str
    grade: Grade
    tables: tuple[TableOverview, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The quality of a workspace, or of one source of it."""

    sources: tuple[SourceOverview, ...]

    @property
    def tables(self) -> tuple[TableOverview, ...]:
        """All tables, source by source."""
        return tuple(table for source in self.sources for table in source.tables)


def read_overview(warehouse: Warehouse, source: str | None = None) -> Overview:
    """Return what the last runs found.

    `source` is a table's or a system's name; None takes all.

    Raises:
        NotFound: nothing has been profiled yet, or there is no such source.
    """
    tables = sorted(_rows(warehouse, TABLES), key=lambda row: (str(row["system"]), str(row["table_name"])))
    if source is not None:
        names = {str(row[key]) for row in tables for key in ("table_name", "system")}
        if source not in names:
            message = f"No table or system {source!r} has been profiled."
            raise NotFound(message, code="quality.source_unknown", hint=nearest(source, names))
        tables = [row for row in tables if source in (row["table_name"], row["system"])]
    profiles = [profile_of(row) for row in _rows(warehouse, FIELDS)]
    checks = [check_of(row) for row in _rows(warehouse, CHECKS)]
    history = sorted(_rows(warehouse, HISTORY), key=lambda row: str(row["at"]))
    seen = [_table(row, profiles, checks, history) for row in tables]
    systems = list(dict.fromkeys(table.system for table in seen))
    return Overview(tuple(_source(name, [each for each in seen if each.system == name]) for name in systems))


def _rows(warehouse: Warehouse, table: TableRef) -> list[Row]:
    try:
        return rows_of(warehouse, table)
    except InvalidInput as error:
        message = "No table has been profiled yet."
        hint = "Run `onefold run --only quality` first."
        raise NotFound(message, code="quality.nothing_profiled", hint=hint) from error


def _source(name: str, tables: Sequence[TableOverview]) -> SourceOverview:
    return SourceOverview(
        name, grade_source([(each.name, each.grade, each.rows) for each in tables]), tuple(tables)
    )


def _table(
    row: Row,
    profiles: Sequence[FieldProfile],
    checks: Sequence[CheckResult],
    history: Sequence[Row],
) -> TableOverview:
    name = str(row["table_name"])
    own = [check for check in checks if check.table == name]
    fields = sorted((each for each in profiles if each.table == name), key=lambda each: each.position)
    at = row["profiled_at"]
    points = json.loads(str(row["readiness_findings"]))
    return TableOverview(
        name=name,
        system=str(row["system"]),
        owner=str(row["owner"] or ""),
        rows=int(str(row["rows"])),
        sampled=int(str(row["sampled_rows"])),
        grade=grade_of(row),
        decision=str(row["decision"]),
        shortfalls=tuple(json.loads(str(row["shortfalls"]))),
        accepted_by=_text(row["accepted_by"]),
        accepted_reason=_text(row["accepted_reason"]),
        readiness=_text(row["readiness"]),
        readiness_points=tuple(
            ReadinessPoint(each["met"], each["required"], each["wanted"], each["found"], each["advice"])
            for each in points
        ),
        profiled_at=_moment(at),
        fields=tuple(_field(each, own) for each in fields),
        checks=tuple(own),
        history=tuple(
            GradePoint(_moment(each["at"]), float(str(each["grade"])))
            for each in history
            if each["table_name"] == name
        ),
    )


def _field(profile: FieldProfile, checks: Sequence[CheckResult]) -> FieldOverview:
    own = tuple(check for check in checks if check.field == profile.field)
    light, reason = field_light(own)
    return FieldOverview(profile, light, reason, own)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _moment(value: object) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    message = "a moment is expected"
    raise TypeError(message)


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of the terminal's table of tables."""

    source: str
    table: str
    rows: int
    grade: Grade
    light: Light
    reason: str
    readiness: str
    decision: str


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of the terminal's table of fields."""

    table: str
    field: str
    type: str
    semantic_type: str
    filled: float
    distinct: int
    light: Light
    reason: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One line of the terminal's table of failing checks."""

    table: str
    field: str
    check: str
    light: Light
    sentence: str
    advice: str


def table_lines(overview: Overview) -> tuple[TableLine, ...]:
    """Return a line per table."""
    return tuple(
        TableLine(
            source=source.name,
            table=table.name,
            rows=table.rows,
            grade=table.grade,
            light=table.grade.light,
            reason=table.grade.reason,
            readiness=table.readiness or "",
            decision=table.decision,
        )
        for source in overview.sources
        for table in source.tables
    )


def field_lines(overview: Overview) -> tuple[FieldLine, ...]:
    """Return a line per field."""
    return tuple(
        FieldLine(
            table=table.name,
            field=each.profile.field,
            type=each.profile.type,
            semantic_type=each.profile.semantic_type or "",
            filled=each.profile.present_ratio,
            distinct=each.profile.distinct,
            light=each.light,
            reason=each.reason,
        )
        for table in overview.tables
        for each in table.fields
    )


def problem_lines(overview: Overview) -> tuple[ProblemLine, ...]:
    """Return a line per check that is not green, the weightiest first in each table."""
    return tuple(
        ProblemLine(table.name, each.field, each.check, each.light, each.sentence, each.advice)
        for table in overview.tables
        for each in table.problems
    )
