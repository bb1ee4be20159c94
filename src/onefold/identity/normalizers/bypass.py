"""Values that never match."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, comma, literal, sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer


class Bypass(Normalizer):
    """Turn the listed values into null, so that no condition is ever met by them.

    Attributes:
        values: as people write them; the chain's other steps are applied to them first.
    """

    kind: ClassVar[str] = "bypass"
    position: ClassVar[int] = 80

    values: tuple[str, ...]

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        if not self.listed:
            return value
        listed = comma(literal(text) for text in sorted(self.listed))
        return sql("CASE WHEN {v} IN ({listed}) THEN NULL ELSE {v} END", v=value, listed=listed)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        return None if value in self.listed else value

    @override
    def prepared(self, before: tuple[Normalizer, ...], context: NormalizeContext) -> Normalizer:
        from onefold.identity.normalizers.chain import run_prepared

        forms = run_prepared(before, self.values, context)
        return Bypass(values=tuple(form for form in forms if form))

    @cached_property
    def listed(self) -> frozenset[str]:
        """The values as a set."""
        return frozenset(self.values)
