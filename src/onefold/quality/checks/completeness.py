"""Values are there: not null, not blank, not a word that stands for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import comma, literal, sql
from onefold.quality.checks.check import ByAggregate, ByRow, Check, Detail, Probe, TableSubject
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject


class Completeness(Check):
    """Counts rows without a value, and values that only say that there is none (`n/a`, `unknown`)."""

    kind: ClassVar[str] = "completeness"

    expected: tuple[str, ...] = Field(
        default=("Contact.Email", "Person.FirstName", "Person.LastName", "Person.FullName"),
        description="Semantic types that nearly every row should have.",
    )
    stand_ins: tuple[str, ...] = Field(
        default=(
            "n/a",
            "na",
            "null",
            "none",
            "nan",
            "nil",
            "-",
            "--",
            "?",
            ".",
            "#n/a",
            "unknown",
            "unbekannt",
            "inconnu",
            "undefined",
            "tbd",
        ),
        description="Texts that stand for a missing value; small and capital letters alike.",
    )

    @override
    def applies_to(self, subject: Subject) -> bool:
        return True

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        expected = subject.means(*self.expected)
        found = [
            Probe(
                name="completeness.present",
                pillar=Pillar.COMPLETENESS,
                severity=Severity.MEDIUM if expected else Severity.LOW,
                # A column nobody declared important may be sparse by nature (second address line).
                limits=Limits(yellow=0.2, red=0.5) if expected else Limits(yellow=0.5, red=0.999),
                measure=ByRow(sql("NOT {present}", present=subject.present), sql("TRUE")),
                sentence="{failing} of {checked} rows have no value.",
                wanted="The field is filled.",
                advice="Fill it at the source, or leave it out of rules that need it.",
            )
        ]
        if subject.is_text and not subject.attribute.choices:
            words = comma(literal(word.lower()) for word in self.stand_ins)
            longest = max((len(word) for word in self.stand_ins), default=0)
            text = sql("lower(trim({v}))", v=subject.value)
            found.append(
                Probe(
                    name="completeness.stand_in",
                    pillar=Pillar.COMPLETENESS,
                    severity=Severity.LOW,
                    limits=Limits(yellow=0.01, red=0.1),
                    # The length test is cheap and spares lower() for nearly every row.
                    measure=ByRow(
                        sql(
                            "CASE WHEN strlen({v}) <= {longest} THEN {text} IN ({words}) ELSE FALSE END",
                            v=subject.value,
                            longest=longest + 2,
                            text=text,
                            words=words,
                        ),
                        subject.present,
                        sampled=True,
                    ),
                    sentence="{failing} of {checked} values only say that there is none.",
                    wanted="A missing value is empty, not a word such as n/a.",
                    advice="Add a replace step that empties them.",
                    detail=Detail(text),
                )
            )
        return found

    @override
    def table_probes(self, table: TableSubject) -> Sequence[Probe]:
        return [
            Probe(
                name="completeness.rows",
                pillar=Pillar.COMPLETENESS,
                severity=Severity.HIGH,
                limits=Limits(yellow=0, red=0),
                measure=ByAggregate(sql("CASE WHEN count(*) = 0 THEN 1 ELSE 0 END"), sql("1")),
                sentence="The table is empty.",
                wanted="The table has rows.",
                advice="Look whether the source still delivers.",
                fine="The table has rows.",
            )
        ]
