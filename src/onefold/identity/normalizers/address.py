"""Street addresses in one spelling and order."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar, Final, NamedTuple

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql
from onefold.foundation.warehouse.sql import sql as sql_of
from onefold.identity.normalizers._tables import variants, words_under
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer
from onefold.identity.normalizers.unicode_to_ascii import to_ascii

_JOINED: Final = re.compile(r"['`\u2018\u2019\u02bc]|(?<=\b[a-z])\.(?=[a-z]\b)")
_OTHER: Final = re.compile(r"[^a-z0-9]+")
# A letter apart from its number belongs to it unless it may be a direction (12 N Main) or counts on (12 m 3).
_PIECE: Final = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+[a-z]\b|\d+ [a-df-h]\b(?! ?\d)|\d+|[a-z]+")
_STREET_NUMBER: Final = re.compile(r"([^0-9]+) ([0-9]+[A-Za-z]?)")
_NUMBER_STREET: Final = re.compile(r"([0-9]+[A-Za-z]?) ([^0-9]+)")
_ORDINAL: Final = re.compile(r"\d+(?:st|nd|rd|th)")
# German writes the word onto the name: Hauptstr., Marktplatz; so does Dutch: Kerkstraat.
_WRITTEN_ON: Final = re.compile(r"([a-z]{3,})(strasse|strase|str|straat|platz|gasse|allee)")


class Address(Normalizer):
    """Bring street addresses together: words of streets, directions, units, and the place of the number.

    The words of the street come in their order, then the numbers in theirs: `12 North Main Street, Apt 4` and
    `N. Main St. 12/4` become `n main st 12 4`; `Hauptstraße 5 a`, `Hauptstr. 5A` and `5a Haupt-Str.` become
    `haupt st 5a`. Letters become lower-case ASCII; words are separated by one blank.
    """

    kind: ClassVar[str] = "address"
    position: ClassVar[int] = 45

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        return value

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        # Words, endings and numbers all move: SQL settles no common shape in less time than Python.
        return sql_of("{v} IS NOT NULL", v=value)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        # A street and its number: most of what is asked for, and streets repeat far more than numbers do.
        if common := _STREET_NUMBER.fullmatch(value):
            street = _plain_street(common[1])
            if street.text and not street.ends_in_unit:
                return f"{street.text} {common[2].lower()}"
        elif common := _NUMBER_STREET.fullmatch(value):
            street = _plain_street(common[2])
            if street.text and not street.begins_with_letter:
                return f"{street.text} {common[1].lower()}"
        return _in_full(value)


def _in_full(value: str) -> str | None:
    words: list[str] = []
    numbers: list[str] = []
    for piece in _pieces(value):
        if piece[0].isdigit() and not _ORDINAL.fullmatch(piece):
            # The word before a number that says what the number counts says nothing else.
            if words and words[-1] in words_under("street_drops", "unit"):
                words.pop()
            numbers.append(piece.replace(" ", ""))
        else:
            words.append(piece)
    return " ".join([*_street(" ".join(words)), *numbers]) or None


def _pieces(value: str) -> list[str]:
    return _PIECE.findall(_OTHER.sub(" ", _JOINED.sub("", to_ascii(value).casefold())))


class _PlainStreet(NamedTuple):
    """The name of a street without a number, and what it might do to a number beside it.

    An empty text where a number hides in it (the 5th, a ½), or nothing is left.
    """

    text: str
    begins_with_letter: bool
    ends_in_unit: bool


@lru_cache(maxsize=200_000)
def _plain_street(name: str) -> _PlainStreet:
    words = _pieces(name)
    if not words or any(word[0].isdigit() for word in words):
        return _PlainStreet("", False, False)
    return _PlainStreet(
        " ".join(_street(" ".join(words))),
        begins_with_letter=len(words[0]) == 1,
        ends_in_unit=words[-1] in words_under("street_drops", "unit"),
    )


@lru_cache(maxsize=200_000)
def _street(name: str) -> tuple[str, ...]:
    """Return the words of a street's name in their short forms; cached, as streets repeat far more than numbers."""
    short = variants("street_words")
    kinds = words_under("street_drops", "kind")
    words: list[str] = []
    for word in name.split():
        written_on = _WRITTEN_ON.fullmatch(word) if word not in short else None
        parts = written_on.groups() if written_on else (word,)
        words += [short.get(part, part) for part in parts]
    kept = [word for word in words if word not in kinds]
    return tuple(kept or words)
