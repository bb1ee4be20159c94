"""Names of people in one spelling and order."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import ClassVar, Final, Literal

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, any_of, comma, literal, sql
from onefold.identity.normalizers._tables import variants, words_under
from onefold.identity.normalizers.normalizer import (
    NormalizeContext,
    Normalizer,
    first_part,
    fits,
    second_part,
)
from onefold.identity.normalizers.unicode_to_ascii import to_ascii

# An article written onto an Arabic name: al-Hassan.
_ARTICLE: Final = re.compile(r"\b(?:al|el|as|ash|ar|ad|an)-(?=[a-z]{3})")
_APOSTROPHE: Final = re.compile(r"['`\u2018\u2019\u02bc]")
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_SHORT: Final = {
    **dict.fromkeys(("junior", "jnr", "jun"), "jr"),
    **dict.fromkeys(("senior", "snr", "sen"), "sr"),
    "professor": "prof",
    "doctor": "dr",
    "doktor": "dr",
    "mister": "mr",
}
# The German way around a missing umlaut, except in names that have these letters by themselves.
_SPELLED_UMLAUT: Final = re.compile(r"(?<![aeiouq])([aou])e(?=[^aeiouy])")
_NO_UMLAUT: Final = words_under("name_words", "no_umlaut")
_PLAIN_WORDS: Final = "[A-Za-z]{2,}( [A-Za-z]{2,})?"


class Name(Normalizer):
    """Bring names of people together: titles, nicknames, particles, spellings and order.

    `Prof. Debby von Müller` and `MUELLER, Deborah` both become `deborah muller`. Letters become lower-case ASCII
    and words are separated by one blank.

    Attributes:
        titles: drop titles and degrees in eight languages; `jr` and `sr` stay, as they tell people apart.
        nicknames: replace each word that is a nickname or a form in another language by one given name.
        particles: drop `von`, `de`, `van der`, `al-` and the like, unless nothing would stay; `join` glues them
            to the next word, `keep` leaves them.
        initials: `drop` leaves out single letters beside longer words, `keep` leaves them.
        order: `sorted` puts the words into text order, so that `Last, First` meets `First Last`; `given` turns
            only what has a comma.
        umlauts: let `Mueller`, `Müller` and `Muller` meet.
    """

    kind: ClassVar[str] = "name"
    position: ClassVar[int] = 44

    titles: bool = True
    nicknames: bool = True
    particles: Literal["drop", "join", "keep"] = "drop"
    initials: Literal["keep", "drop"] = "keep"
    order: Literal["sorted", "given"] = "sorted"
    umlauts: bool = True

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        whole = sql("lower({v})", v=value)
        if self.order == "given":
            return whole
        first, second = first_part(whole, " "), second_part(whole, " ")
        return sql(
            "CASE WHEN {second} = '' OR {first} <= {second} THEN {whole} ELSE {second} || ' ' || {first} END",
            whole=whole,
            first=first,
            second=second,
        )

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        # One or two plain words that no list knows stay as they are; that is most of a column of full names.
        whole = sql("lower({v})", v=value)
        special = comma(literal(word) for word in sorted(self._special()))
        conditions = [sql("NOT {plain}", plain=fits(value, _PLAIN_WORDS))]
        words = (first_part(whole, " "), second_part(whole, " "))
        conditions += [sql("{word} IN ({special})", word=word, special=special) for word in words]
        if self.umlauts:
            conditions.append(sql("regexp_matches({v}, '[aou]e')", v=whole))
        return any_of(conditions)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        # Given name and surname, neither of them a title, a particle or an initial: most of what is asked for.
        first, blank, last = value.partition(" ")
        if blank and first.isalpha() and last.isalpha() and value.isascii():
            one, other = self._simple(first), self._simple(last)
            if one and other:
                return f"{other} {one}" if self.order == "sorted" and other < one else f"{one} {other}"
        return self._in_full(value)

    def _simple(self, word: str) -> str:
        return _simple(word, self.titles, self.particles, self.nicknames, self.umlauts)

    def _in_full(self, value: str) -> str | None:
        text = _APOSTROPHE.sub("", to_ascii(value)).casefold()
        if self.particles != "keep":
            text = _ARTICLE.sub("" if self.particles == "drop" else "al", text)
        last, comma_found, first = text.partition(",")
        if comma_found and _words(first) and not _all_titles(_words(first)):
            text = f"{first} {last}"
        words = self._without_titles([_SHORT.get(word, word) for word in _words(text)])
        words = self._particles_settled(words)
        words = [self._one_form(word) for word in words]
        if self.initials == "drop" and any(len(word) > 1 for word in words):
            words = [word for word in words if len(word) > 1]
        return " ".join(sorted(words) if self.order == "sorted" else words) or None

    def _special(self) -> frozenset[str]:
        special = frozenset(_SHORT)
        if self.titles:
            special |= _titles()
        if self.nicknames:
            special |= frozenset(variants("nicknames"))
        if self.particles != "keep":
            special |= words_under("name_words", "particle")
        return special

    def _without_titles(self, words: list[str]) -> list[str]:
        if not self.titles:
            return words
        return [word for word in words if word not in _titles()] or words

    def _particles_settled(self, words: list[str]) -> list[str]:
        """Return the words without particles, or with them glued to the next word.

        A particle needs a name behind it: the surnames Do and Le stay when they come last. One that is a
        nickname too (Al) is that in front.
        """
        if self.particles == "keep" or len(words) == 1:
            return words
        particles = words_under("name_words", "particle")
        settled: list[str] = []
        pending = ""
        for index, word in enumerate(words):
            nickname = self.nicknames and index == 0 and word in variants("nicknames")
            if word in particles and not nickname and index + 1 < len(words):
                pending += word if self.particles == "join" else ""
            else:
                settled.append(pending + word)
                pending = ""
        return settled

    def _one_form(self, word: str) -> str:
        return _one_form(word, self.nicknames, self.umlauts)


@lru_cache(maxsize=200_000)
def _simple(word: str, titles: bool, particles: str, nicknames: bool, umlauts: bool) -> str:
    """Return the form of an ASCII word that means the same wherever it stands; an empty text for any other."""
    word = word.lower()
    word = _SHORT.get(word, word)
    special = (titles and word in _titles()) or (
        particles != "keep" and word in words_under("name_words", "particle")
    )
    return "" if special or len(word) == 1 else _one_form(word, nicknames, umlauts)


@lru_cache(maxsize=200_000)
def _one_form(word: str, nicknames: bool, umlauts: bool) -> str:
    if nicknames:
        word = variants("nicknames").get(word, word)
    if umlauts and word not in _NO_UMLAUT:
        word = _SPELLED_UMLAUT.sub(r"\1", word)
        if nicknames:
            word = variants("nicknames").get(word, word)
    return word


def _words(text: str) -> list[str]:
    return [word for word in _OTHER.split(text) if word]


@cache
def _titles() -> frozenset[str]:
    return words_under("name_words", "title") | words_under("name_words", "degree")


def _all_titles(words: list[str]) -> bool:
    return set(words) <= _titles() | {"jr", "sr"}
