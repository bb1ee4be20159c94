"""Word by word: every word of the shorter name needs its counterpart in the longer one."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.comparisons.comparison import Comparison, said_by


class Words(Comparison):
    """The weakest of the best word pairs, by Jaro-Winkler, whatever the order of the words.

    Every word of the text with fewer words is paired with another word of the other text, the most similar pairs
    first; the similarity is that of the weakest pair. So `Anna Mueller` is wholly in `Mueller Anna Maria`, and
    `Sofia Deligianni` is not like `Ilias Deligiannis`, although they share most letters. An initial stands for a
    word that begins with it, at 0.9. A relative of the Monge-Elkan measure (A. Monge, C. Elkan, "The field matching
    problem", 1996), with the minimum in place of the mean. Words are what blanks separate.
    """

    kind: ClassVar[str] = "words"

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        return sql("of_words_similarity({l}, {r})", l=left, r=right)

    @override
    def python(self, left: str, right: str) -> float | None:
        return said_by("of_words_similarity", left, right)
