"""The `of_*` functions that derive keys from a text: words, n-grams and sounds."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from onefold.foundation.warehouse.vocabulary import Function

_COLOGNE_PLAIN: Final = {
    **dict.fromkeys("aeijouy", "0"),
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    **dict.fromkeys("mn", "6"),
    **dict.fromkeys("sz", "8"),
    "b": "1",
    "l": "5",
    "r": "7",
}
_SOUNDEX: Final = {
    **dict.fromkeys("bfpv", "1"),
    **dict.fromkeys("cgjkqsxz", "2"),
    **dict.fromkeys("dt", "3"),
    "l": "4",
    **dict.fromkeys("mn", "5"),
    "r": "6",
}
_SOUNDEX_LENGTH: Final = 4

# Entries cannot call each other (they are created in alphabetical order), so shared bodies are composed here.
# The list of one list names the words, so that they are split once. Looking up the place of each word is four times
# as fast as list_distinct() while there are few.
DUCKDB_TOKENS: Final = (
    "list_transform([string_split({a}, ' ')], lambda words: CASE WHEN len(words) > 100 "
    "THEN list_distinct(list_filter(words, lambda word: word <> '')) "
    "ELSE list_filter(words, lambda word, i: word <> '' AND list_position(words, word) = i) END)[1]"
)
SPARK_TOKENS: Final = "array_distinct(filter(split({a}, ' '), x -> x <> ''))"


def _words(text: str) -> list[str]:
    """Return the runs of ASCII letters; other characters separate them."""
    letters = (letter if letter.isascii() and letter.isalpha() else " " for letter in text.lower())
    return "".join(letters).split()


@lru_cache(maxsize=500_000)
def cologne(text: str | None) -> str | None:
    """Return the Kölner Phonetik code of every word, in order, joined by blanks; None when there is none.

    Reads ASCII letters only, so transliterate first. Source: H. J. Postel, "Die Kölner Phonetik", IBM-Nachrichten
    19 (1969), pp. 925-931.
    """
    if text is None:
        return None
    return " ".join(code for word in _words(text) if (code := _cologne_word(word))) or None


def _cologne_word(word: str) -> str:
    codes: list[str] = []
    for index, letter in enumerate(word):
        before = word[index - 1] if index else ""
        after = word[index + 1] if index + 1 < len(word) else ""
        codes.append(_cologne_letter(letter, before, after))
    joined = "".join(codes)
    distinct = "".join(code for index, code in enumerate(joined) if index == 0 or joined[index - 1] != code)
    return distinct[:1] + distinct[1:].replace("0", "")


def _cologne_letter(letter: str, before: str, after: str) -> str:
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if letter == "c":
        hard = "ahkloqrux" if not before else "ahkoqux"
        return "4" if after and after in hard and (not before or before not in "sz") else "8"
    return _COLOGNE_PLAIN.get(letter, "")


@lru_cache(maxsize=500_000)
def soundex(text: str | None) -> str | None:
    """Return the American Soundex code of every word, in order, joined by blanks; None when there is none.

    Reads ASCII letters only, so transliterate first. H and W do not separate equal codes, vowels do. Source:
    the United States National Archives, "Soundex System".
    """
    if text is None:
        return None
    return " ".join(_soundex_word(word) for word in _words(text)) or None


def _soundex_word(word: str) -> str:
    codes = word[0].upper()
    last = _SOUNDEX.get(word[0], "")
    for letter in word[1:]:
        code = _SOUNDEX.get(letter, "")
        if code and code != last:
            codes += code
        if letter not in "hw":
            last = code
    return codes[:_SOUNDEX_LENGTH].ljust(_SOUNDEX_LENGTH, "0")


def _tokens(text: str | None) -> list[str] | None:
    return None if text is None else sorted(set(text.split(" ")) - {""})


def _sorted_tokens(text: str | None) -> str | None:
    tokens = _tokens(text)
    return None if tokens is None else " ".join(tokens)


def _ngrams(text: str | None, size: int | None) -> list[str] | None:
    if text is None or size is None:
        return None
    if len(text) <= size:
        return [text] if text else []
    return sorted({text[start : start + size] for start in range(len(text) - size + 1)})


FUNCTIONS = (
    Function(
        name="of_tokens",
        parameters=(("a", "VARCHAR"),),
        returns="VARCHAR[]",
        duckdb=f"list_sort({DUCKDB_TOKENS.format(a='a')})",
        spark=f"array_sort({SPARK_TOKENS.format(a='a')})",
        python=_tokens,
        examples=(
            (("b a  b",), ["a", "b"]),
            (("Юлия",), ["Юлия"]),
            (("",), []),
            ((None,), None),
        ),
    ),
    Function(
        name="of_sorted_tokens",
        parameters=(("a", "VARCHAR"),),
        returns="VARCHAR",
        duckdb=f"array_to_string(list_sort({DUCKDB_TOKENS.format(a='a')}), ' ')",
        spark=f"array_join(array_sort({SPARK_TOKENS.format(a='a')}), ' ')",
        python=_sorted_tokens,
        examples=((("b a  b",), "a b"), (("",), ""), ((None,), None)),
    ),
    Function(
        name="of_ngrams",
        parameters=(("a", "VARCHAR"), ("n", "BIGINT")),
        returns="VARCHAR[]",
        duckdb="CASE WHEN length(a) > n THEN list_sort(list_transform([list_transform("
        "range(1, length(a) - n + 2), lambda i: substr(a, i, n))], lambda runs: CASE WHEN len(runs) > 100 "
        "THEN list_distinct(runs) ELSE list_filter(runs, lambda run, i: list_position(runs, run) = i) END)[1]) "
        "WHEN a <> '' THEN [a] WHEN a = '' THEN [] END",
        spark="CASE WHEN length(a) > n THEN array_sort(array_distinct(transform("
        "sequence(1, length(a) - CAST(n AS INT) + 1), i -> substr(a, i, CAST(n AS INT))))) "
        "WHEN a <> '' THEN array(a) WHEN a = '' THEN CAST(array() AS ARRAY<STRING>) END",
        python=_ngrams,
        examples=(
            (("banana", 2), ["an", "ba", "na"]),
            (("Юлия", 3), ["Юли", "лия"]),
            (("ab", 3), ["ab"]),
            (("", 3), []),
            ((None, 3), None),
        ),
    ),
    Function(
        name="of_cologne",
        parameters=(("a", "VARCHAR"),),
        returns="VARCHAR",
        duckdb=None,
        spark=None,
        python=cologne,
        examples=(
            (("wikipedia",), "3412"),
            (("mueller luedenscheidt",), "657 52682"),
            (("Meyer",), "67"),
            (("maier",), "67"),
            (("",), None),
            ((None,), None),
        ),
    ),
    Function(
        name="of_soundex",
        parameters=(("a", "VARCHAR"),),
        returns="VARCHAR",
        duckdb=None,
        spark=None,
        python=soundex,
        examples=(
            (("Robert",), "R163"),
            (("Rupert",), "R163"),
            (("Tymczak",), "T522"),
            (("Pfister",), "P236"),
            (("Ashcraft",), "A261"),
            (("Honeyman",), "H555"),
            ((None,), None),
        ),
    ),
)
