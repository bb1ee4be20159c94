"""Values a person declared equal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, comma, literal, sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer


class Alias(Normalizer):
    """Treat the two values of each pair as equal, and with them everything equal to either.

    Attributes:
        pairs: values as people write them; the chain's other steps are applied to them first.
    """

    kind: ClassVar[str] = "alias"
    position: ClassVar[int] = 70

    pairs: tuple[tuple[str, str], ...]

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        return value

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        changed = [text for text, chosen in sorted(self.chosen.items()) if text != chosen]
        if not changed:
            return None
        return sql("{v} IN ({values})", v=value, values=comma(literal(text) for text in changed))

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        return self.chosen.get(value, value)

    @override
    def prepared(self, before: tuple[Normalizer, ...], context: NormalizeContext) -> Normalizer:
        from onefold.identity.normalizers.chain import run_prepared

        flat = [value for pair in self.pairs for value in pair]
        forms = iter(run_prepared(before, flat, context))
        pairs = [(left, right) for left, right in zip(forms, forms, strict=True) if left and right]
        return Alias(pairs=tuple(pairs))

    @cached_property
    def chosen(self) -> Mapping[str, str]:
        """The one value that stands for each value of a group: the first in text order."""
        groups: dict[str, set[str]] = {}
        for left, right in self.pairs:
            merged = groups.get(left, {left}) | groups.get(right, {right})
            groups.update(dict.fromkeys(merged, merged))
        return {value: min(group) for value, group in groups.items()}
