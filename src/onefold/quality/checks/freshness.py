"""Freshness: the newest row is no older than the table is expected to be refreshed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from onefold.foundation.kernel import counted
from onefold.foundation.warehouse import ident, literal, sql
from onefold.quality.checks.check import BySelect, Check, Probe, TableSubject
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import TEMPORAL, Subject


class Freshness(Check):
    """Compares the age of the newest row, in seconds, with the expected time between refreshes."""

    kind: ClassVar[str] = "freshness"

    @override
    def applies_to(self, subject: Subject) -> bool:
        return False

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        return ()

    @override
    def table_probes(self, table: TableSubject) -> Sequence[Probe]:
        expected = table.table.expected_refresh
        dated = dated_column(table)
        if expected is None or dated is None or expected <= dt.timedelta(0):
            return ()
        return [
            Probe(
                name="freshness.newest",
                pillar=Pillar.TIMELINESS,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=1, red=2),
                measure=BySelect(
                    sql(
                        # A clock that runs ahead must not make old data look fresh.
                        "SELECT greatest(0, epoch({now}) - epoch(max(CAST({v} AS TIMESTAMPTZ))))::BIGINT,"
                        " {expected} FROM {table} WHERE CAST({v} AS TIMESTAMPTZ) <= {slack}",
                        now=literal(table.survey.now),
                        v=ident(dated.column.name),
                        expected=int(expected.total_seconds()),
                        table=ident(table.table.name),
                        slack=literal(table.survey.now + dt.timedelta(days=1)),
                    )
                ),
                sentence="The newest row is {failing} old; a refresh is expected every {checked}.",
                wanted=f"The newest row is no older than {span(expected.total_seconds())}.",
                advice="Look whether the source still delivers; the data source inventory names its owner.",
                fine="The newest row is as old as the run; a refresh is expected every {checked}.",
                field=dated.column.name,
                say=span,
            )
        ]


def dated_column(table: TableSubject) -> Subject | None:
    """Return the column that dates a row: the declared one, else when it was updated, else when created."""
    dated = [subject for subject in table.subjects if subject.column.type in TEMPORAL]
    for subject in dated:
        if subject.column.name == table.table.updated_at:
            return subject
    for meaning in ("Calendar.UpdatedAt", "Calendar.CreatedAt"):
        for subject in dated:
            if subject.means(meaning):
                return subject
    return None


def span(seconds: float) -> str:
    """Return a time span in words of its largest fitting unit: `3 days`, `36 hours`."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            return counted(round(seconds / size), unit)
    return counted(round(seconds), "second")
