"""Pools of first and last names with their Latin, feminine and short forms, drawn by falling frequency."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from onefold.example.columns import Dice, Floats, Ints, cumulate, text, words
from onefold.example.countries import Country, countries

_GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "œ": "oe"}
)
# Cabinet resolution 55 of 2010 (Ukraine), without its special forms at the start of a word.
_UKRAINIAN = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
        "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch _ iu ia _".replace(
            "_", ""
        ).split(" "),
        strict=True,
    )
)
# ELOT 743 (Greece), its letter table and its most frequent digraphs.
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        words("a v g d e z i th i k l m n x o p r s s t y f ch ps o"),
        strict=True,
    )
)
_GREEK_PAIRS = (
    ("ου", "ou"),
    ("αυ", "av"),
    ("ευ", "ev"),
    ("γγ", "ng"),
    ("γκ", "gk"),
    ("μπ", "b"),
    ("ντ", "nt"),
)
_FEMININE_GREEK = (
    ("όπουλος", "οπούλου"),
    ("ος", "ου"),
    ("ός", "ού"),
    ("ης", "η"),
    ("ής", "ή"),
    ("ας", "α"),
    ("άς", "ά"),
)
_FEMININE_UKRAINIAN = (("ський", "ська"), ("цький", "цька"), ("ий", "а"))
_HYPHENATED = 45


def latin(value: str) -> str:
    """Return the value in plain ASCII letters, as its own country's passports would write it."""
    written = value.translate(_GERMAN)
    if re.search("[\u0370-\u03ff\u1f00-\u1fff]", written):
        plain = unicodedata.normalize("NFD", written)
        written = "".join(c for c in plain if not unicodedata.combining(c))
        for pair, roman in _GREEK_PAIRS:
            written = written.replace(pair, roman).replace(pair.capitalize(), roman.capitalize())
        written = _mapped(written, _GREEK)
    elif re.search("[\u0400-\u04ff]", written):
        written = _mapped(written, _UKRAINIAN)
    plain = unicodedata.normalize("NFKD", written)
    return "".join(c for c in plain if ord(c) < 128)


def _mapped(value: str, table: dict[str, str]) -> str:
    out = []
    for letter in value:
        roman = table.get(letter.lower())
        out.append(letter if roman is None else roman.capitalize() if letter.isupper() else roman)
    return "".join(out)


def feminine(last: str) -> str:
    """Return a surname as a woman bears it (Ukraine and Greece); others are unchanged."""
    rules = _FEMININE_GREEK if "\u0370" <= last[-1] <= "\u03ff" else _FEMININE_UKRAINIAN
    for ending, hers in rules:
        if last.endswith(ending):
            return last[: -len(ending)] + hers
    return last


@dataclass(frozen=True)
class FirstNames:
    """First names of all countries. `forms` holds native, Latin, short and short Latin after one another.

    Attributes:
        size: number of names; the form `f` of name `c` is `forms[f * size + c]`.
        forms: the pool.
        letters: id of the name's e-mail spelling, equal for equal spellings.
        mail: e-mail spelling (lower-case ASCII letters).
        initial: first letter of the e-mail spelling, as a position in the alphabet.
        starts: first code per (country, sex), then the end.
        weights: cumulative weights per (country, sex).
    """

    size: int
    forms: pa.Array
    letters: Ints
    mail: pa.Array
    initial: Ints
    starts: Ints
    weights: tuple[Floats, ...]

    def draw(self, dice: Dice, country: Ints, sex: Ints) -> Ints:
        """Return one name code per person; sex 0 is female, 1 male."""
        group, drawn = country * 2 + sex, np.zeros(len(country), dtype=np.int64)
        for at, weights in enumerate(self.weights):
            rows = np.flatnonzero(group == at)
            drawn[rows] = self.starts[at] + dice.weighted(len(rows), weights)
        return drawn

    def another(self, code: Ints, country: Ints, sex: Ints) -> Ints:
        """Return the next name of the same country and sex."""
        group = country * 2 + sex
        start, end = self.starts[group], self.starts[group + 1]
        following: Ints = start + (code - start + 1) % (end - start)
        return following


@dataclass(frozen=True)
class LastNames:
    """Last names of all countries. `forms` holds his, her, his Latin and her Latin form after one another.

    `letters`, `mail` and `initial` (the e-mail spelling's id, text and first letter) hold his and her form
    after one another; `starts` and `weights` are per country.
    """

    size: int
    forms: pa.Array
    letters: Ints
    mail: pa.Array
    initial: Ints
    starts: Ints
    weights: tuple[Floats, ...]

    def draw(self, dice: Dice, country: Ints) -> Ints:
        """Return one surname code per household or person."""
        drawn = np.zeros(len(country), dtype=np.int64)
        for at, weights in enumerate(self.weights):
            rows = np.flatnonzero(country == at)
            drawn[rows] = self.starts[at] + dice.weighted(len(rows), weights)
        return drawn


def _mail(names: list[str]) -> tuple[pa.Array, Ints, Ints]:
    spelled = [re.sub("[^a-z]", "", latin(name).lower()) or "x" for name in names]
    _, letters = np.unique(np.array(spelled), return_inverse=True)
    return (
        text(spelled),
        letters.astype(np.int64),
        np.array([ord(s[0]) - 97 for s in spelled], dtype=np.int64),
    )


@cache
def first_names() -> FirstNames:
    """Return the pool of first names."""
    names: list[str] = []
    short: list[str] = []
    starts, weights = [0], []
    for country in countries():
        for listed in (country.female, country.male):
            names.extend(listed)
            short.extend(country.nicknames.get(name, name) for name in listed)
            starts.append(len(names))
            weights.append(cumulate(1 / (rank + 7) ** 0.9 for rank in range(len(listed))))
    forms = names + [latin(n) for n in names] + short + [latin(n) for n in short]
    mail, letters, initial = _mail(names)
    return FirstNames(len(names), text(forms), letters, mail, initial, np.array(starts), tuple(weights))


def _surnames(country: Country) -> tuple[list[str], Floats]:
    """Return a country's surnames with cumulative weights: listed 58 %, combined 39 %, hyphenated 3 %."""
    listed, combined = list(country.last), list(country.last_combined)
    double: list[str] = []
    if country.latin:
        top = [name for name in listed[:_HYPHENATED] if " " not in name]
        double = [f"{one}-{other}" for one in top for other in top if one != other]
    parts = (
        ([1 / (rank + 6) ** 0.7 for rank in range(len(listed))], 0.58),
        ([1 / (rank + 80) ** 0.45 for rank in range(len(combined))], 0.39),
        ([1.0] * len(double), 0.03),
    )
    weights = [weight * share / sum(part) for part, share in parts for weight in part]
    return listed + combined + double, cumulate(weights)


@cache
def last_names() -> LastNames:
    """Return the pool of last names."""
    his: list[str] = []
    starts, weights = [0], []
    for country in countries():
        names, cumulative = _surnames(country)
        his.extend(names)
        starts.append(len(his))
        weights.append(cumulative)
    hers = [feminine(name) for name in his]
    forms = his + hers + [latin(n) for n in his] + [latin(n) for n in hers]
    mail, letters, initial = _mail(his + hers)
    return LastNames(len(his), text(forms), letters, mail, initial, np.array(starts), tuple(weights))
