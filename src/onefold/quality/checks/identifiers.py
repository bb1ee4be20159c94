"""Identifiers: one shape in a column, and the same shape in every source that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Sql, literal, sql
from onefold.quality.checks.check import ByRow, Check, Probe
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject

_CLASSES = (("A", r"\p{Lu}"), ("a", r"\p{L}"), ("9", r"[0-9]"))


class Identifiers(Check):
    """Compares the shape of identifiers: runs of letters and digits as one sign each (`C-0012` is `A-9`)."""

    kind: ClassVar[str] = "identifiers"

    common: float = Field(
        default=0.6, ge=0, le=1, description="From this share on, a shape counts as the column's own."
    )

    @override
    def applies_to(self, subject: Subject) -> bool:
        return subject.is_text and (
            subject.is_key or subject.means("Identity") or subject.means("Location.Postcode")
        )

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        facts, found = subject.facts, []
        if facts.shape is not None and facts.shape_ratio >= self.common:
            found.append(
                Probe(
                    name="identifiers.shape",
                    pillar=Pillar.CONSISTENCY,
                    severity=Severity.MEDIUM,
                    # Postcodes of several countries share a column by right.
                    limits=Limits(yellow=0.5, red=0.9)
                    if subject.means("Location.Postcode")
                    else Limits(yellow=0.01, red=0.1),
                    measure=ByRow(differs_from(subject.value, facts.shape), subject.present),
                    sentence=f"{{failing}} of {{checked}} values do not have the shape {facts.shape}.",
                    wanted=f"Values of one identifier look alike: {facts.shape}.",
                    advice="Look for identifiers of another system, or for typing errors.",
                )
            )
        agreed = subject.survey.shapes.get(subject.meaning or "")
        if agreed is not None and subject.means("Identity") and not self._same(facts.shape, agreed):
            found.append(
                Probe(
                    name="identifiers.across_sources",
                    pillar=Pillar.CONSISTENCY,
                    severity=Severity.MEDIUM,
                    limits=Limits(yellow=0.01, red=0.5),
                    measure=ByRow(differs_from(subject.value, agreed), subject.present),
                    sentence=f"{{failing}} of {{checked}} values do not have the shape {agreed} "
                    f"that {subject.meaning} has elsewhere.",
                    wanted="The same identifier looks alike in every source, so that it can be compared.",
                    advice="Bring it into one form by a cleaning step (replace, split).",
                )
            )
        return found

    @staticmethod
    def _same(own: str | None, agreed: str) -> bool:
        return own == agreed


def differs_from(value: Sql, shape: str) -> Sql:
    """Return the condition that a text does not have the shape."""
    if shape == "uuid":
        return sql("TRY_CAST({v} AS UUID) IS NULL", v=value)
    return sql("NOT regexp_full_match({v}, {e})", v=value, e=literal(rf"\s*{shape_expression(shape)}\s*"))


def shape_expression(shape: str) -> str:
    """Return the regular expression (RE2) that all texts of a shape, and no others, match."""
    pieces = []
    for sign in shape:
        wanted = next((pattern for name, pattern in _CLASSES if name == sign), None)
        if wanted == r"\p{L}":
            wanted = r"[\p{Ll}\p{Lo}\p{Lt}\p{Lm}]"
        pieces.append(f"{wanted}+" if wanted else rf"\x{{{ord(sign):x}}}")
    return "".join(pieces)
