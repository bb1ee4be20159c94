"""Telephone numbers: valid, with a known country, in one format, no dummy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from pydantic import Field
from typing_extensions import override

from onefold.foundation.contact_points import phones
from onefold.foundation.warehouse import Sql, literal, sql
from onefold.quality.checks.check import ByRow, ByValue, Check, Probe
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject

# Between a number and its row's region; no telephone number has it.
_MARK: Final = "\x1f"


class PhoneNumber(Check):
    """Judges numbers by the number plans; one without country code by its row's region, else the table's default."""

    kind: ClassVar[str] = "phone"

    judged_values: int = Field(
        default=1_000, ge=100, description="Distinct numbers of the sample that the number plans judge."
    )
    dummies: tuple[str, ...] = Field(
        default=("1234567", "12345678", "123456789", "1234567890", "0123456789", "0123456", "987654321"),
        description="Digits that stand for no number, beside repeated ones.",
    )

    @override
    def applies_to(self, subject: Subject) -> bool:
        return subject.is_text and subject.means("Contact.Phone", "Contact.MobilePhone")

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        value, region = subject.value, subject.row_region
        found = [
            Probe(
                name="phone.valid",
                pillar=Pillar.VALIDITY,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.05, red=0.3),
                measure=ByValue(
                    _with_region(subject),
                    lambda texts: [not _is_valid(text, subject.table.region) for text in texts],
                    self.judged_values,
                ),
                sentence="{failing} of {checked} numbers cannot exist.",
                wanted="The number plan of its country knows the number.",
                advice="Correct them at the source, or give the table its default region.",
            ),
            Probe(
                name="phone.dummy",
                pillar=Pillar.VALIDITY,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.005, red=0.05),
                measure=ByRow(self._dummy(value), subject.present),
                sentence="{failing} of {checked} numbers are dummies such as 0000000000.",
                wanted="No number stands for a missing one.",
                advice="Empty them; shared dummy numbers join strangers.",
            ),
            Probe(
                name="phone.formatted",
                pillar=Pillar.CONSISTENCY,
                severity=Severity.LOW,
                limits=Limits(yellow=0.5, red=0.999),
                measure=ByRow(
                    sql(r"NOT regexp_full_match({v}, '\+[1-9][0-9]{{6,14}}')", v=value),
                    subject.present,
                    sampled=True,
                ),
                sentence="{failing} of {checked} numbers are not in the international format.",
                wanted="Numbers read +491701234567 (E.164).",
                advice="Add the phone cleaning step.",
            ),
        ]
        if subject.table.region is None:
            no_country = sql(r"NOT regexp_matches({v}, '^\s*(\+|00|\(\+)')", v=value)
            if region is not None:
                no_country = sql("{no_country} AND trim({region}) = ''", no_country=no_country, region=region)
            found.append(
                Probe(
                    name="phone.country",
                    pillar=Pillar.VALIDITY,
                    severity=Severity.MEDIUM,
                    limits=Limits(yellow=0.05, red=0.5),
                    measure=ByRow(no_country, subject.present, sampled=True),
                    sentence="{failing} of {checked} numbers name no country.",
                    wanted="A number starts with its country code, or the table has a default region.",
                    advice="Give the source a default region, such as DE.",
                )
            )
        return found

    def _dummy(self, value: Sql) -> Sql:
        # One expression, which gives up at the third different digit of a real number.
        same = [f"(?:{digit}[^0-9]*){{4,}}" for digit in range(10)]
        listed = ["[^0-9]*".join(each) + "[^0-9]*" for each in self.dummies if each.isdigit()]
        expression = rf"[^0-9]*(?:\+[0-9]{{1,3}}[^0-9]+)?(?:0[^0-9]*)*(?:{'|'.join([*same, *listed])})"
        return sql("regexp_full_match({v}, {e})", v=value, e=literal(expression))


def _with_region(subject: Subject) -> Sql:
    """Return the number, followed by its row's region when the table has a column of them; null without a number."""
    if subject.row_region is None:
        return subject.value
    return sql(
        "CASE WHEN {present} THEN {v} || {mark} || {region} END",
        present=subject.present,
        v=subject.value,
        mark=literal(_MARK),
        region=subject.row_region,
    )


def _is_valid(text: str, default: str | None) -> bool:
    number, _, row_region = text.partition(_MARK)
    return phones.is_valid_phone(number, phones.region_or(row_region, default))
