"""The `of_*` functions that compare texts, by characters on every engine.

DuckDB's own functions count bytes, which differs outside ASCII, so they serve only where both texts are ASCII;
elsewhere rapidfuzz does, which is also the reference. Similarities are rounded to nine digits, because the last
bit of a double depends on the order of the additions.
"""

from __future__ import annotations

from typing import Final

from rapidfuzz.distance import JaroWinkler

from onefold.foundation.warehouse.vocabulary import Function
from onefold.foundation.warehouse.vocabulary_keys import DUCKDB_TOKENS, SPARK_TOKENS

DIGITS: Final = 9
# What two texts share: lists of one struct name the words and the count, each worked out once. The body gives the
# count of common words `n` and the words of both sides in `sides`.
_DUCK: Final = (
    "list_transform([{{'a': "
    + DUCKDB_TOKENS.format(a="a")
    + ", 'b': "
    + DUCKDB_TOKENS.format(a="b")
    + "}}], lambda sides: list_transform([len(list_filter(sides.a, lambda one: list_contains(sides.b, one)))], "
    "lambda n: CASE WHEN sides.a IS NULL OR sides.b IS NULL THEN NULL "
    "ELSE coalesce(round(n::DOUBLE / nullif({base}, 0), 9), 0.0::DOUBLE) END)[1])[1]"
)
_SPARK: Final = {"ta": SPARK_TOKENS.format(a="a"), "tb": SPARK_TOKENS.format(a="b")}
# Two words with two words, in ASCII and without initials: the better of the two ways of pairing them. Null where both
# ways have an equally good best pair, as then the order of the words decides.
_TWO_WORDS: Final = r"^[!-~]{2,} [!-~]{2,}\z"
_DUCK_TWO_WORDS: Final = (
    "list_transform([{"
    + ", ".join(
        f"'s{i}{j}': round(jaro_winkler_similarity(split_part(a, ' ', {i}), split_part(b, ' ', {j})), 9)"
        for i in (1, 2)
        for j in (1, 2)
    )
    + "}], lambda s: CASE WHEN greatest(s.s11, s.s22) > greatest(s.s12, s.s21) THEN least(s.s11, s.s22) "
    "WHEN greatest(s.s11, s.s22) < greatest(s.s12, s.s21) THEN least(s.s12, s.s21) END)[1]"
)


def _is_ascii(text: str | None) -> bool | None:
    return None if text is None else text.isascii()


def _token_sets(left: str, right: str) -> tuple[set[str], set[str]]:
    return set(left.split(" ")) - {""}, set(right.split(" ")) - {""}


def _token_jaccard(left: str | None, right: str | None) -> float | None:
    if left is None or right is None:
        return None
    a, b = _token_sets(left, right)
    return round(len(a & b) / len(a | b), DIGITS) if a and b else 0.0


def _token_overlap(left: str | None, right: str | None) -> float | None:
    if left is None or right is None:
        return None
    a, b = _token_sets(left, right)
    return round(len(a & b) / min(len(a), len(b)), DIGITS) if a and b else 0.0


def _jaro_winkler(left: str | None, right: str | None) -> float | None:
    if left is None or right is None:
        return None
    if not left or not right:
        return 0.0
    return round(JaroWinkler.similarity(left, right), DIGITS)


def _word_similarity(left: str, right: str) -> float:
    """Two words: an initial stands for every word that begins with it, at 0.9."""
    if left == right:
        return 1.0
    if len(left) == 1 or len(right) == 1:
        return 0.9 if left[0] == right[0] else 0.0
    return round(JaroWinkler.similarity(left, right), DIGITS)


def _words(left: str | None, right: str | None) -> float | None:
    if left is None or right is None:
        return None
    # Sorted, so that neither the side nor the order of words decides between pairs that are equally alike.
    short, long = sorted((_sorted_words(left), _sorted_words(right)), key=lambda words: (len(words), words))
    if not short:
        return 0.0
    # Equal words are the most similar pairs there are, and most pairs are equal.
    different: list[str] = []
    for word in short:
        if word in long:
            long.remove(word)
        else:
            different.append(word)
    return _weakest_pair(different, long)


def _sorted_words(text: str) -> list[str]:
    return sorted(word for word in text.split(" ") if word)


def _weakest_pair(short: list[str], long: list[str]) -> float:
    """Return the similarity of the weakest pair when the best pairs are taken first, each word once."""
    if len(short) <= 1:
        return max((_word_similarity(word, other) for word in short for other in long), default=1.0)
    scores = {
        (i, j): _word_similarity(word, other) for i, word in enumerate(short) for j, other in enumerate(long)
    }
    weakest, left_words, right_words = 1.0, set(range(len(short))), set(range(len(long)))
    for i, j in sorted(scores, key=lambda pair: (-scores[pair], pair)):
        if i in left_words and j in right_words:
            weakest = min(weakest, scores[i, j])
            left_words.remove(i)
            right_words.remove(j)
    return weakest


FUNCTIONS = (
    Function(
        name="of_words_similarity",
        parameters=(("a", "VARCHAR"), ("b", "VARCHAR")),
        returns="DOUBLE",
        # Most pairs that share a key share the name to the letter, and most others are two plain words on both sides.
        # What comes before '!' is empty or begins with a blank.
        duckdb="CASE WHEN a = b AND a >= '!' THEN 1.0::DOUBLE "
        rf"WHEN regexp_matches(a, '{_TWO_WORDS}') AND regexp_matches(b, '{_TWO_WORDS}') "
        f"THEN coalesce({_DUCK_TWO_WORDS}, of_words_similarity__py(a, b)) ELSE of_words_similarity__py(a, b) END",
        spark=None,
        python=_words,
        examples=(
            (("anna mueller", "mueller anna"), 1.0),
            (("anna maria mueller", "mueller anna"), 1.0),
            (("a mueller", "anna mueller"), 0.9),
            (("deligianni sofia", "deligiannis ilias"), 0.6),
            (("юлия", "юлиа"), 0.883333333),
            (("юлия", "юлия"), 1.0),
            ((" ", " "), 0.0),
            (("", "anna"), 0.0),
            (("", ""), 0.0),
            ((None, "anna"), None),
        ),
    ),
    Function(
        name="of_is_ascii",
        parameters=(("a", "VARCHAR"),),
        returns="BOOLEAN",
        duckdb="strlen(a) = length(a)",
        spark="octet_length(a) = char_length(a)",
        python=_is_ascii,
        examples=((("abc",), True), (("é",), False), (("Юлия",), False), (("",), True), ((None,), None)),
    ),
    Function(
        name="of_jaro_winkler",
        parameters=(("a", "VARCHAR"), ("b", "VARCHAR")),
        returns="DOUBLE",
        # Engines disagree on empty texts (0 or 1); nothing written is evidence of nothing, so it is 0.
        duckdb="CASE WHEN a = '' OR b = '' THEN 0.0::DOUBLE "
        "WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN round(jaro_winkler_similarity(a, b), 9) "
        "ELSE of_jaro_winkler__py(a, b) END",
        spark=None,
        python=_jaro_winkler,
        examples=(
            (("martha", "marhta"), 0.961111111),
            (("Юлия", "Юлиа"), 0.883333333),
            (("", ""), 0.0),
            (("a", ""), 0.0),
            (("same", "same"), 1.0),
            ((None, "a"), None),
        ),
    ),
    Function(
        name="of_token_jaccard",
        parameters=(("a", "VARCHAR"), ("b", "VARCHAR")),
        returns="DOUBLE",
        # |A or B| = |A| + |B| - |A and B|
        duckdb=_DUCK.format(base="len(sides.a) + len(sides.b) - n"),
        spark=(
            "CASE WHEN a IS NULL OR b IS NULL THEN NULL "
            "ELSE coalesce(round(CAST(size(array_intersect({ta}, {tb})) AS DOUBLE) "
            "/ nullif(size(array_union({ta}, {tb})), 0), 9), CAST(0.0 AS DOUBLE)) END"
        ).format(**_SPARK),
        python=_token_jaccard,
        examples=(
            (("haupt str 5", "haupt str 7"), 0.5),
            (("a b", "b a"), 1.0),
            (("a a b", "a"), 0.5),
            (("улица мира", "мира"), 0.5),
            (("  b  a ", "a b"), 1.0),
            (("", ""), 0.0),
            ((None, "a"), None),
            (("a", None), None),
        ),
    ),
    Function(
        name="of_token_overlap",
        parameters=(("a", "VARCHAR"), ("b", "VARCHAR")),
        returns="DOUBLE",
        duckdb=_DUCK.format(base="least(len(sides.a), len(sides.b))"),
        spark=(
            "CASE WHEN a IS NULL OR b IS NULL THEN NULL "
            "ELSE coalesce(round(CAST(size(array_intersect({ta}, {tb})) AS DOUBLE) "
            "/ nullif(least(size({ta}), size({tb})), 0), 9), CAST(0.0 AS DOUBLE)) END"
        ).format(**_SPARK),
        python=_token_overlap,
        examples=(
            (("acme", "acme trading"), 1.0),
            (("a b", "b c"), 0.5),
            (("a a b", "a"), 1.0),
            (("", "a"), 0.0),
            ((None, "a"), None),
        ),
    ),
)
