"""Accents."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.sources.cleaning.step import TextStep


class Unaccent(TextStep):
    """Drop accents from letters: `José` becomes `Jose`. Letters of other scripts stay."""

    kind: ClassVar[str] = "unaccent"

    @override
    def sql(self, value: Sql) -> Sql:
        return sql("strip_accents({v})", v=value)
