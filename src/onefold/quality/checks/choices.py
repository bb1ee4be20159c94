"""Choice columns: every code has a label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import ColumnType, comma, literal, sql
from onefold.quality.checks.check import ByRow, Check, Detail, Probe
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject


class Choices(Check):
    """Counts values that are none of the codes the catalog describes."""

    kind: ClassVar[str] = "choices"

    @override
    def applies_to(self, subject: Subject) -> bool:
        return bool(subject.attribute.choices) and subject.column.type is not ColumnType.BLOB

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        listed = subject.column.type in (ColumnType.TEXT_LIST, ColumnType.INTEGER_LIST)
        codes = comma(literal(code) for code in sorted(subject.attribute.choices))
        text = sql("CAST({v} AS VARCHAR)", v=subject.value)
        failing = (
            sql(
                "len(list_filter({v}, lambda c: CAST(c AS VARCHAR) NOT IN ({codes}))) > 0",
                v=subject.value,
                codes=codes,
            )
            if listed
            else sql("{text} NOT IN ({codes})", text=text, codes=codes)
        )
        return [
            Probe(
                name="choices.label",
                pillar=Pillar.CONSISTENCY,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.001, red=0.05),
                measure=ByRow(failing, subject.present),
                sentence="{failing} of {checked} codes have no label.",
                wanted="Every code of a choice column has a label.",
                advice="Add the label to the source's choice column.",
                # A code that is long is text somebody typed, not a code.
                detail=Detail(sql("substr({text}, 1, 20)", text=text)) if not subject.personal else None,
            )
        ]
