"""Punctuation and signs are removed."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, literal, sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer

# The list of Dynamics 365 Customer Insights, "Symbols" normalization, as documented; `*`, `|` and the
# backslash are not in it.
SYMBOLS: Final = "!?\"#$%&'()+,.-_/:;<=>@^~{}`[]"
_REMOVED: Final = str.maketrans("", "", SYMBOLS)


class Symbols(Normalizer):
    """Remove the symbols ``!?"#$%&'()+,.-_/:;<=>@^~{}`[]``; nothing takes their place."""

    kind: ClassVar[str] = "symbols"
    position: ClassVar[int] = 50

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        # On DuckDB a third of the time of translate() with as many characters.
        return sql("regexp_replace({v}, {any}, '', 'g')", v=value, any=literal(f"[{re.escape(SYMBOLS)}]"))

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        return value.translate(_REMOVED)
