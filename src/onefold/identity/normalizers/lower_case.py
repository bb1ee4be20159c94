"""Letters become lower case."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer, not_ascii


class LowerCase(Normalizer):
    """Turn text to lower case by Unicode's full case folding, so that ẞ, ß and ss, Σ, σ and ς are one."""

    kind: ClassVar[str] = "lower_case"
    position: ClassVar[int] = 30

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        return sql("lower({v})", v=value)

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        # Engines differ on dotted I, final sigma and sharp s; on ASCII they agree.
        return not_ascii(value)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        return value.casefold()
