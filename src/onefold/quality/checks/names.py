"""Names of people: casing as people write it, no placeholder, no digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import sql
from onefold.quality.checks.check import ByList, ByRow, Check, Detail, Probe
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject


class PersonName(Check):
    """Looks at first, last, middle and full names."""

    kind: ClassVar[str] = "names"

    placeholders: tuple[str, ...] = Field(
        default=(
            "test",
            "tester",
            "test test",
            "dummy",
            "customer",
            "kunde",
            "client",
            "guest",
            "gast",
            "unknown",
            "unbekannt",
            "anonymous",
            "anonym",
            "no name",
            "noname",
            "name",
            "first name",
            "firstname",
            "vorname",
            "last name",
            "lastname",
            "nachname",
            "john doe",
            "jane doe",
            "max mustermann",
            "mustermann",
            "asdf",
            "abc",
            "x",
            "xx",
            "xxx",
        ),
        description="Texts that stand for no name; small and capital letters alike.",
    )

    @override
    def applies_to(self, subject: Subject) -> bool:
        return subject.is_text and subject.means(
            "Person.FirstName", "Person.LastName", "Person.FullName", "Person.MiddleName"
        )

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        value = subject.value
        folded = sql("lower(trim({v}))", v=value)
        longest = max((len(each) for each in self.placeholders), default=0)
        return [
            Probe(
                name="names.casing",
                pillar=Pillar.CONSISTENCY,
                severity=Severity.LOW,
                limits=Limits(yellow=0.05, red=0.5),
                # An initial is rightly a capital; scripts without case equal both and pass.
                measure=ByRow(
                    sql("length(trim({v})) > 1 AND ({v} = upper({v})) <> ({v} = lower({v}))", v=value),
                    subject.present,
                    sampled=True,
                ),
                sentence="{failing} of {checked} names are all capitals or all small letters.",
                wanted="Names are written as people write them: Anna Müller.",
                advice="Add a casing step (title).",
            ),
            Probe(
                name="names.placeholder",
                pillar=Pillar.VALIDITY,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.005, red=0.05),
                measure=ByList(
                    # Longer texts cannot be one of them, and null joins nothing.
                    (
                        (
                            sql(
                                "CASE WHEN length({v}) <= {longest} THEN {folded} END",
                                v=value,
                                longest=longest + 2,
                                folded=folded,
                            ),
                            frozenset(each.lower() for each in self.placeholders),
                        ),
                    ),
                    subject.present,
                ),
                sentence="{failing} of {checked} names stand for none (test, unknown).",
                wanted="A name is a person's.",
                advice="Empty them with a replace step.",
                detail=Detail(folded),
            ),
            Probe(
                name="names.digits",
                pillar=Pillar.VALIDITY,
                severity=Severity.LOW,
                limits=Limits(yellow=0.005, red=0.05),
                measure=ByRow(sql("regexp_matches({v}, '[0-9@]')", v=value), subject.present, sampled=True),
                sentence="{failing} of {checked} names hold digits or an @.",
                wanted="A name has letters only; numbers and addresses have fields of their own.",
                advice="Look whether columns were shifted or mixed at the source.",
            ),
        ]
