"""Telephone numbers."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from onefold.foundation.contact_points.phones import parse_phone
from onefold.foundation.warehouse import Sql
from onefold.sources.cleaning.step import CleaningContext, TextFunction, TextStep


class Phone(TextStep):
    """Write telephone numbers in E.164: `0151 123-45 67` in Germany becomes `+491511234567`."""

    kind: ClassVar[str] = "phone"

    region: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="Region of numbers without country code; None: the source's.",
    )
    unreadable: Literal["keep", "empty"] = Field(
        default="keep", description="What happens to texts that no numbering plan knows."
    )

    @override
    def sql(self, value: Sql) -> Sql:
        return value

    @override
    def function(self, context: CleaningContext) -> TextFunction:
        region = self.region or context.region

        def e164(texts: list[str]) -> list[str | None]:
            phones = [parse_phone(text, region) for text in texts]
            return [
                phone.e164 if phone and phone.valid else (text if self.unreadable == "keep" else None)
                for text, phone in zip(texts, phones, strict=True)
            ]

        return e164
