"""Several columns into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Column, ColumnType, comma, ident, literal, sql
from onefold.sources.cleaning.step import Cleaned, CleaningContext, CleaningStep, text_column


class Join(CleaningStep):
    """Join texts with a separator between them; missing ones are passed over."""

    kind: ClassVar[str] = "join"

    columns: tuple[str, ...] = Field(min_length=2)
    separator: str = " "
    into: str

    @override
    def reads(self) -> tuple[str, ...]:
        return self.columns

    @override
    def clean(self, columns: Mapping[str, Column], context: CleaningContext) -> tuple[Cleaned, ...]:
        for name in self.columns:
            text_column(self, columns, name)
        joined = sql(
            "nullif(concat_ws({s}, {parts}), '')",
            s=literal(self.separator),
            parts=comma(sql("nullif({c}, '')", c=ident(name)) for name in self.columns),
        )
        return (Cleaned(Column(self.into, ColumnType.TEXT), joined),)
