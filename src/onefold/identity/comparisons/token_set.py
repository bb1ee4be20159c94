"""Shared words, whatever their order."""

from __future__ import annotations

from typing import ClassVar, Literal

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.comparisons.comparison import Comparison, said_by


class TokenSet(Comparison):
    """The share of words that both texts have; order and repetition do not count.

    Words are what blanks separate, so the values must not have gone through the `whitespace` normalizer.

    Attributes:
        measure: `jaccard` divides the common words by all distinct words (Jaccard 1901); `overlap` divides by
            the words of the shorter text (Szymkiewicz-Simpson), so that `acme` is wholly in `acme trading`.
    """

    kind: ClassVar[str] = "token_set"

    measure: Literal["jaccard", "overlap"] = "jaccard"

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        if self.measure == "jaccard":
            return sql("of_token_jaccard({l}, {r})", l=left, r=right)
        return sql("of_token_overlap({l}, {r})", l=left, r=right)

    @override
    def python(self, left: str, right: str) -> float | None:
        return said_by(f"of_token_{self.measure}", left, right)
