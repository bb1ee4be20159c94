"""Telephone numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from pydantic import Field
from typing_extensions import override

from onefold.foundation.contact_points.phones import parse_phone, region_or
from onefold.foundation.warehouse import Column, Sql, ident, literal, sql
from onefold.sources.cleaning.step import Cleaned, CleaningContext, TextFunction, TextStep, text_column

# Between a number and its row's region; no telephone number has it.
_MARK: Final = "\x1f"


class Phone(TextStep):
    """Write telephone numbers in E.164: `0151 123-45 67` in Germany becomes `+491511234567`.

    A number without country code is read in the row's own region, when a column holds it, else in the step's or the
    source's.
    """

    kind: ClassVar[str] = "phone"

    region: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="Region of numbers without country code; None: the source's.",
    )
    region_column: str | None = Field(
        default=None,
        description="Column with the row's own region, ISO 3166-1 alpha-2; None: the source's `region_column`, "
        "unless `region` is set.",
    )
    unreadable: Literal["keep", "empty"] = Field(
        default="keep", description="What happens to texts that no numbering plan knows."
    )

    @override
    def reads(self) -> tuple[str, ...]:
        return (*self.columns, self.region_column) if self.region_column else self.columns

    @override
    def sql(self, value: Sql) -> Sql:
        return value

    @override
    def clean(self, columns: Mapping[str, Column], context: CleaningContext) -> tuple[Cleaned, ...]:
        own = self.region_column or (None if self.region else context.region_column)
        if own is None:
            return super().clean(columns, context)
        region = ident(text_column(self, columns, own).name)
        return tuple(
            Cleaned(
                text_column(self, columns, name),
                sql("{v} || {mark} || coalesce({r}, '')", v=ident(name), mark=literal(_MARK), r=region),
                self.function(context),
            )
            for name in self.columns
        )

    @override
    def function(self, context: CleaningContext) -> TextFunction:
        default = self.region or context.region

        def e164(texts: list[str]) -> list[str | None]:
            return [self._written(*text.partition(_MARK)[::2], default) for text in texts]

        return e164

    def _written(self, text: str, row_region: str, default: str | None) -> str | None:
        phone = parse_phone(text, region_or(row_region, default))
        if phone and phone.valid:
            return phone.e164
        return text if self.unreadable == "keep" else None
