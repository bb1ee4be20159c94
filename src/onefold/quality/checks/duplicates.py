"""Contact points and identifiers that several rows of one table share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import sql
from onefold.quality.checks.check import ByAggregate, Check, Probe
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject


class Duplicates(Check):
    """Estimates how many rows repeat a value that should be one person's; about 2 % off (HyperLogLog)."""

    kind: ClassVar[str] = "duplicates"

    @override
    def applies_to(self, subject: Subject) -> bool:
        # A row that refers to another table's key repeats it by right: orders of one customer.
        refers = any(each.column == subject.column.name for each in subject.table.references)
        return (
            not subject.is_key
            and not refers
            and subject.is_text
            and subject.means("Contact.Email", "Identity")
            and (subject.means("Contact.Email") or _holds_people(subject))
        )

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        counted = sql("count(CASE WHEN {present} THEN 1 END)", present=subject.present)
        given = sql("CASE WHEN {present} THEN {v} END", present=subject.present, v=subject.value)
        return [
            Probe(
                name="duplicates.shared",
                pillar=Pillar.UNIQUENESS,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.1, red=0.4),
                measure=ByAggregate(
                    failing=sql(
                        # The profile's own sketch: the engine computes it once.
                        "greatest(0, {counted} - approx_count_distinct({v}))",
                        counted=counted,
                        v=subject.value,
                    ),
                    checked=counted,
                    estimated=True,
                    exactly=sql("{counted} - count(DISTINCT {given})", counted=counted, given=given),
                ),
                sentence="{failing} of {checked} values repeat one of another row.",
                wanted="A contact point or identifier stands in one row only.",
                advice="Add a deduplication rule for this table.",
            )
        ]


def _holds_people(subject: Subject) -> bool:
    from onefold.quality.subject import meaning_of, means

    return any(means(meaning_of(each), "Person") for each in subject.table.attributes)
