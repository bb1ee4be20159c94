"""Types: text that is meant to be, or mostly is, a number or a date really is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.quality.checks.check import ByRow, Check, Probe
from onefold.quality.checks.dates import date_of
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject

_WORDS = {"integer": "whole numbers", "number": "numbers", "date": "dates"}


class Conformity(Check):
    """Counts the texts that do not read as the type the column is meant to hold."""

    kind: ClassVar[str] = "conformity"

    mostly: float = Field(
        default=0.9, ge=0.5, le=1, description="From this share on, text counts as meant to be that type."
    )

    @override
    def applies_to(self, subject: Subject) -> bool:
        return subject.is_text and self.expected(subject) is not None

    def expected(self, subject: Subject) -> str | None:
        """Return what the text is meant to be: "integer", "number", "date", or None for text."""
        if subject.means("Person.BirthDate", "Calendar"):
            return "date"
        if subject.means("Commerce.Amount", "Commerce.Quantity", "Prediction.Score"):
            return "number"
        # What looks like numbers may be identifiers, where leading zeros carry meaning.
        if subject.personal or subject.means("Location.Postcode") or subject.attribute.choices:
            return None
        facts = subject.facts
        return facts.text_kind if facts.text_kind_ratio >= self.mostly else None

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        kind = self.expected(subject) or "number"
        return [
            Probe(
                name="conformity.type",
                pillar=Pillar.VALIDITY,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.005, red=0.1),
                measure=ByRow(_differs(subject, kind), subject.present),
                sentence=f"{{failing}} of {{checked}} texts are no {_WORDS[kind]}.",
                wanted=f"The column holds {_WORDS[kind]}.",
                advice="Declare the column's type at the source, so that bad values go to quarantine.",
            )
        ]


def _differs(subject: Subject, kind: str) -> Sql:
    if kind == "date":
        return sql("{day} IS NULL", day=date_of(subject))
    if kind == "integer":
        return sql(r"NOT regexp_full_match({v}, '\s*[+-]?[0-9]+\s*')", v=subject.value)
    return sql("TRY_CAST({v} AS DOUBLE) IS NULL", v=subject.value)
