"""White space is removed."""

from __future__ import annotations

from typing import ClassVar, Final

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, literal, sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer, not_ascii

# What `str.isspace` holds for white space inside ASCII; engines' `\s` leave out some of it.
_ASCII_SPACES: Final = r"[\x09-\x0d\x1c-\x20]+"


class Whitespace(Normalizer):
    """Remove every white-space character, inside the text too: `SW1A 1AA` becomes `SW1A1AA`."""

    kind: ClassVar[str] = "whitespace"
    position: ClassVar[int] = 60

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        return sql("regexp_replace({v}, {spaces}, '', 'g')", v=value, spaces=literal(_ASCII_SPACES))

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        return not_ascii(value)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        return "".join(value.split())
