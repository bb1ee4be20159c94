"""Dates: none in the future that cannot be, none impossible, none that a system filled in by itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Sql, all_of, any_of, comma, literal, sql
from onefold.quality.checks.check import ByRow, Check, Detail, Probe
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import TEMPORAL, Subject

_OLDEST_AGE_YEARS = 120
_LAST = dt.date(2200, 1, 1)
_AHEAD = re.compile(
    r"(^|_)(until|end|ends|ended|expir\w*|due|renew\w*|next|planned|scheduled|valid|deliver\w*|follow|to)(_|$)"
)


class Dates(Check):
    """Looks at date and instant columns, and at text that is meant to hold dates."""

    kind: ClassVar[str] = "dates"

    defaults: tuple[dt.date, ...] = Field(
        default=(
            dt.date(1, 1, 1),
            dt.date(1753, 1, 1),
            dt.date(1899, 12, 30),
            dt.date(1899, 12, 31),
            dt.date(1900, 1, 1),
            dt.date(1970, 1, 1),
            dt.date(9999, 12, 31),
        ),
        description="Days that systems write where nobody gave a date.",
    )

    @override
    def applies_to(self, subject: Subject) -> bool:
        if subject.is_text:
            return subject.means("Person.BirthDate", "Calendar") or subject.facts.text_kind == "date"
        return subject.column.type in TEMPORAL

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        days = _Days(subject)
        found = [self._impossible(subject, days), self._default(days)]
        if not _AHEAD.search(subject.column.name.lower()):
            found.append(_future(subject, days))
        return found

    def _impossible(self, subject: Subject, days: _Days) -> Probe:
        birth = subject.means("Person.BirthDate")
        first = _years_before(subject.survey.now.date(), _OLDEST_AGE_YEARS) if birth else dt.date(1900, 1, 1)
        return Probe(
            name="dates.impossible",
            pillar=Pillar.VALIDITY,
            severity=Severity.MEDIUM,
            limits=Limits(yellow=0.001, red=0.05),
            # The days systems fill in are counted by their own probe.
            measure=ByRow(
                all_of(
                    [
                        any_of([days.before(first), days.after(_LAST)]),
                        sql("NOT ({default})", default=days.among(self.defaults)),
                    ]
                ),
                days.present,
            ),
            sentence="{failing} of {checked} dates "
            + ("make a person older than 120 years." if birth else "are before 1900 or after 2200."),
            wanted="A birth date leaves its person alive." if birth else "Dates lie between 1900 and 2200.",
            advice="Check the date format of the source; a two-digit year often ends here.",
        )

    def _default(self, days: _Days) -> Probe:
        return Probe(
            name="dates.default",
            pillar=Pillar.VALIDITY,
            severity=Severity.MEDIUM,
            limits=Limits(yellow=0.01, red=0.2),
            measure=ByRow(days.among(self.defaults), days.present),
            sentence="{failing} of {checked} dates are what a system writes when there is none.",
            wanted="A missing date is empty, not 1900-01-01.",
            advice="Add a replace step that empties them.",
            detail=Detail(sql("CAST({day} AS VARCHAR)", day=days.day)),
        )


def _future(subject: Subject, days: _Days) -> Probe:
    # A day of slack: midnight differs by time zone.
    tomorrow = subject.survey.now.date() + dt.timedelta(days=1)
    return Probe(
        name="dates.future",
        pillar=Pillar.VALIDITY,
        severity=Severity.MEDIUM,
        limits=Limits(yellow=0.001, red=0.05),
        # What lies beyond every calendar is impossible or a default, and counted there.
        measure=ByRow(
            all_of([days.after(tomorrow), sql("NOT ({far})", far=days.after(_LAST))]), days.present
        ),
        sentence="{failing} of {checked} dates lie in the future.",
        wanted="What is recorded has happened.",
        advice="Check the source's clock, time zone and date format.",
    )


class _Days:
    """Conditions on a column's day; what the column's first and last day rule out costs nothing."""

    def __init__(self, subject: Subject) -> None:
        self.day = date_of(subject)
        self.present = sql("{day} IS NOT NULL", day=self.day) if subject.is_text else subject.present
        self._first, self._last = subject.facts.first_day, subject.facts.last_day

    def before(self, day: dt.date) -> Sql:
        if self._first is not None and self._first >= _number_of(day):
            return sql("FALSE")
        return sql("{own} < {day}", own=self.day, day=literal(day))

    def after(self, day: dt.date) -> Sql:
        if self._last is not None and self._last <= _number_of(day):
            return sql("FALSE")
        return sql("{own} > {day}", own=self.day, day=literal(day))

    def among(self, days: Sequence[dt.date]) -> Sql:
        possible = [
            day
            for day in days
            if self._first is None or self._last is None or self._first <= _number_of(day) <= self._last
        ]
        if not possible:
            return sql("FALSE")
        return sql("{own} IN ({days})", own=self.day, days=comma(literal(day) for day in possible))


def _number_of(day: dt.date) -> int:
    """The day's number, counted from 1970-01-01."""
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


def _years_before(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def date_of(subject: Subject) -> Sql:
    """Return the column as a date; null where text is none."""
    if subject.is_text:
        return sql(
            "coalesce(TRY_CAST({v} AS DATE), CAST(try_strptime(trim({v}),"
            " ['%d.%m.%Y', '%d/%m/%Y', '%Y/%m/%d', '%Y%m%d', '%d-%m-%Y']) AS DATE))",
            v=subject.value,
        )
    return sql("CAST({v} AS DATE)", v=subject.value)
