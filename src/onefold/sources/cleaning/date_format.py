"""Dates written as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Column, ColumnType, comma, ident, literal, sql
from onefold.sources.casting import FIRST_DAY, LAST_DAY
from onefold.sources.cleaning.step import Cleaned, CleaningContext, CleaningStep, text_column


class DateFormat(CleaningStep):
    """Read text columns as dates; the first of the formats that fits counts, what fits none becomes missing.

    To have misfits in quarantine instead, declare the column with `type: date` and `format`.
    """

    kind: ClassVar[str] = "date_format"

    columns: tuple[str, ...] = Field(min_length=1)
    formats: tuple[str, ...] = Field(min_length=1, description="Such as `%d.%m.%Y`, in the order to try.")

    @override
    def reads(self) -> tuple[str, ...]:
        return self.columns

    @override
    def clean(self, columns: Mapping[str, Column], context: CleaningContext) -> tuple[Cleaned, ...]:
        forms = comma(literal(form) for form in self.formats)
        cleaned = []
        for name in self.columns:
            text_column(self, columns, name)
            date = sql("CAST(try_strptime(trim({v}), [{forms}]) AS DATE)", v=ident(name), forms=forms)
            bounded = sql("CASE WHEN {d} BETWEEN {a} AND {b} THEN {d} END", d=date, a=FIRST_DAY, b=LAST_DAY)
            cleaned.append(Cleaned(Column(name, ColumnType.DATE), bounded))
        return tuple(cleaned)
