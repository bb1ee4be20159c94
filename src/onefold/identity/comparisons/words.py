"""Word by word: every word of the shorter name needs its counterpart in the longer one."""

from __future__ import annotations

from typing import ClassVar

from rapidfuzz.distance import JaroWinkler as Reference
from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.comparisons.comparison import DIGITS, Comparison

_INITIAL = 0.9


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
        short, long = sorted((left.split(), right.split()), key=len)
        if not short:
            return 0.0
        free_short, free_long = list(enumerate(short)), list(enumerate(long))
        weakest = 1.0
        while free_short:
            score, i, j = max(
                ((_pair(a, b), -i, -j) for i, a in free_short for j, b in free_long), key=lambda pair: pair
            )
            weakest = min(weakest, score)
            free_short = [one for one in free_short if one[0] != -i]
            free_long = [one for one in free_long if one[0] != -j]
        return round(weakest, DIGITS)


def _pair(left: str, right: str) -> float:
    if left == right:
        return 1.0
    if len(left) == 1 or len(right) == 1:
        return _INITIAL if left[0] == right[0] else 0.0
    return Reference.similarity(left, right)
