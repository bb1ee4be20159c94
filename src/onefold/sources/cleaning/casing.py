"""Upper and lower case."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Literal

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.sources.cleaning.step import CleaningContext, TextFunction, TextStep

_WORD: Final = re.compile(r"[^\W\d_]+")
_PARTICLES: Final = (
    "von",
    "van",
    "der",
    "den",
    "de",
    "da",
    "del",
    "di",
    "du",
    "la",
    "le",
    "zu",
    "und",
    "of",
    "y",
)


class Casing(TextStep):
    """Write texts in lower, upper or title case.

    Title case starts every word with a capital, also after a hyphen or an apostrophe (`O'Brien-Smith`);
    particles stay small unless they come first.
    """

    kind: ClassVar[str] = "casing"

    to: Literal["lower", "upper", "title"]
    particles: tuple[str, ...] = Field(default=_PARTICLES, description="Words that title case leaves small.")

    @override
    def sql(self, value: Sql) -> Sql:
        return sql("upper({v})", v=value) if self.to == "upper" else sql("lower({v})", v=value)

    @override
    def function(self, context: CleaningContext) -> TextFunction | None:
        return self._titles if self.to == "title" else None

    def _titles(self, texts: list[str]) -> list[str | None]:
        small = frozenset(self.particles)

        def word(match: re.Match[str]) -> str:
            text, start = match[0], match.start()
            before = match.string[start - 1] if start else ""
            # What follows an apostrophe is a new word after one letter (O'Brien), an ending after more (Ann's).
            if before in ("'", "’") and not (start == 2 or match.string[start - 3] in " -"):
                return text
            return text if start and before == " " and text in small else text[0].upper() + text[1:]

        return [_WORD.sub(word, text) for text in texts]
