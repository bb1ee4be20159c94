"""One column into several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Column, ColumnType, Sql, ident, literal, sql
from onefold.sources.cleaning.step import Cleaned, CleaningContext, CleaningStep, text_column


class Split(CleaningStep):
    """Split a text at a separator into columns; the last one takes the rest, missing parts stay missing."""

    kind: ClassVar[str] = "split"

    column: str
    separator: str = Field(min_length=1)
    into: tuple[str, ...] = Field(min_length=2, description="The columns that the parts go into.")

    @override
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    @override
    def clean(self, columns: Mapping[str, Column], context: CleaningContext) -> tuple[Cleaned, ...]:
        text_column(self, columns, self.column)
        parts = sql("string_split({v}, {s})", v=ident(self.column), s=literal(self.separator))
        last = len(self.into)
        pieces = [sql("{p}[{i}]", p=parts, i=i) for i in range(1, last)]
        pieces.append(sql("array_to_string({p}[{i}:], {s})", p=parts, i=last, s=literal(self.separator)))
        return tuple(
            Cleaned(Column(name, ColumnType.TEXT), _tidy(piece))
            for name, piece in zip(self.into, pieces, strict=True)
        )


def _tidy(piece: Sql) -> Sql:
    return sql("nullif(trim({p}), '')", p=piece)
