"""References: every value that points to another table finds its row there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import ColumnType, ident, sql
from onefold.quality.checks.check import BySelect, Check, Probe, TableSubject
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject


class References(Check):
    """Counts orphans: values that no row of the other table has. A missing value is no orphan."""

    kind: ClassVar[str] = "references"

    @override
    def applies_to(self, subject: Subject) -> bool:
        return False

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        return ()

    @override
    def table_probes(self, table: TableSubject) -> Sequence[Probe]:
        found = []
        for reference in table.table.references:
            own = table.column(reference.column)
            others = {column.name: column for column in table.survey.tables.get(reference.table, ())}
            other = others.get(reference.table_column)
            if own is None or other is None:
                continue
            same = own.type is other.type
            mine, theirs = ident("o", own.name), ident("r", other.name)
            if not same:
                mine, theirs = (sql("CAST({v} AS VARCHAR)", v=each) for each in (mine, theirs))
            given = sql("{v} IS NOT NULL", v=mine)
            if own.type is ColumnType.TEXT:
                given = sql("{v} IS NOT NULL AND {v} <> ''", v=mine)
            found.append(
                Probe(
                    name="references.orphans",
                    pillar=Pillar.INTEGRITY,
                    severity=Severity.HIGH,
                    limits=Limits(yellow=0.001, red=0.05),
                    measure=BySelect(
                        sql(
                            "SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM {other} AS r"
                            " WHERE {theirs} = {mine})), count(*) FROM {own} AS o WHERE {given}",
                            other=ident(reference.table),
                            own=ident(table.table.name),
                            theirs=theirs,
                            mine=mine,
                            given=given,
                        )
                    ),
                    sentence=f"{{failing}} of {{checked}} values are not in {reference.table}.",
                    wanted=f"Each value is a {reference.table_column} of {reference.table}.",
                    advice=f"Load {reference.table} in full, or check which rows were left out.",
                    field=own.name,
                )
            )
        return found
