"""Keys: every row has one, and no two rows share one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import all_of, comma, ident, sql
from onefold.quality.checks.check import ByAggregate, ByRow, Check, Probe, TableSubject
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject


class Keys(Check):
    """Looks at the table's key, of one or several columns."""

    kind: ClassVar[str] = "keys"

    @override
    def applies_to(self, subject: Subject) -> bool:
        return False

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        return ()

    @override
    def table_probes(self, table: TableSubject) -> Sequence[Probe]:
        parts = [subject for subject in table.subjects if subject.is_key]
        if not parts or len(parts) != len(table.table.key):
            return ()
        names = [ident(part.column.name) for part in parts]
        whole = names[0] if len(names) == 1 else sql("row({names})", names=comma(names))
        given = parts[0].present if len(parts) == 1 else all_of(part.present for part in parts)
        counted = sql("count(CASE WHEN {given} THEN 1 END)", given=given)
        field = parts[0].column.name if len(parts) == 1 else ""
        return [
            Probe(
                name="keys.unique",
                pillar=Pillar.UNIQUENESS,
                severity=Severity.HIGH,
                limits=Limits(yellow=0, red=0.001),
                measure=ByAggregate(
                    failing=sql(
                        "{counted} - count(DISTINCT CASE WHEN {given} THEN {whole} END)",
                        counted=counted,
                        given=given,
                        whole=whole,
                    ),
                    checked=counted,
                ),
                sentence="{failing} of {checked} keys have been used by another row before.",
                wanted=f"No two rows share a key ({', '.join(table.table.key)}).",
                advice="Choose the column that tells rows apart, or remove the doubles at the source.",
                field=field,
            ),
            Probe(
                name="keys.present",
                pillar=Pillar.INTEGRITY,
                severity=Severity.HIGH,
                limits=Limits(yellow=0, red=0.001),
                measure=ByRow(
                    sql("NOT {given}", given=given) if len(parts) == 1 else sql("NOT ({given})", given=given),
                    sql("TRUE"),
                ),
                sentence="{failing} of {checked} rows have no key.",
                wanted=f"Every row has a key ({', '.join(table.table.key)}).",
                advice="Fill it at the source; without it a row cannot be found again.",
                field=field,
            ),
        ]
