"""E-mail addresses: one private address per person that nobody else has, family and work addresses beside it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from onefold.example.columns import Dice, Floats, Ints, choose, cumulate, digits, join, pick, text
from onefold.example.countries import countries
from onefold.example.names import first_names, last_names

DUMMIES = ("test@test.com", "noemail@example.com", "a@a.com", "none@none.com", "info@example.com", "x@x.de")
GMAIL = 0
_FAMILY = ("familie", "family", "famille", "rodyna", "oikogeneia")
_SLOTS = 1 << 22
_STYLES = cumulate((0.42, 0.16, 0.10, 0.18, 0.14))
FIRST_LAST, INITIAL_LAST, FIRST_UNDER_LAST, WITH_YEAR, FIRST_INITIAL_YEAR, FAMILY, WORK = range(7)
_MARKS = text(["", ".", "_"])
NOTHING, DOT, UNDERSCORE = range(3)
_YEARLESS = frozenset({FIRST_LAST, INITIAL_LAST, FIRST_UNDER_LAST, FAMILY, WORK})


class Ledger:
    """Counts the addresses given for the same name at the same provider, so that a number keeps them apart.

    The counts live in a table of fixed size; two names that share a slot only skip numbers.
    """

    def __init__(self) -> None:
        self._given = np.zeros(_SLOTS, dtype=np.int64)

    def numbers(self, keys: Ints) -> Ints:
        """Return a number per key, 0 for the first of its slot, distinct among equal keys ever asked."""
        slots = ((keys * 0x9E3779B1) ^ (keys >> 17)) % _SLOTS
        order = np.argsort(slots, kind="stable")
        ordered = slots[order]
        first = np.searchsorted(ordered, ordered, side="left")
        rank = np.empty(len(keys), dtype=np.int64)
        rank[order] = np.arange(len(keys)) - first + self._given[ordered]
        last = np.append(ordered[1:] != ordered[:-1], True)
        self._given[ordered[last]] = rank[order[last]] + 1
        few = 10 + ((rank - 1) * 37 + slots) % 90
        many = 100 + ((rank - 91) * 7919 + slots) % 8_999_893
        return np.where(rank == 0, 0, np.where(rank <= 90, few, many))


@cache
def domains() -> pa.Array:
    """Return the pool of freemail domains; gmail.com is the first."""
    return text(list(dict.fromkeys(domain for country in countries() for domain in country.mail_domains)))


@cache
def mistyped_domains() -> pa.Array:
    """Return the domains with a slip of the finger, as long as `domains()`; gmail.com is `gmai.com`."""
    known = {"gmail.com": "gmai.com", "hotmail.com": "hotmial.com", "outlook.com": "outlok.com"}
    names = domains().to_pylist()
    return text(
        [known.get(name, name.rpartition(".")[0][:-1] + "." + name.rpartition(".")[2]) for name in names]
    )


@cache
def _shares() -> tuple[Ints, tuple[Floats, ...]]:
    position = {name: at for at, name in enumerate(domains().to_pylist())}
    widest = max(len(country.mail_domains) for country in countries())
    codes = np.zeros((len(countries()), widest), dtype=np.int64)
    weights = []
    for at, country in enumerate(countries()):
        codes[at, : len(country.mail_domains)] = [position[name] for name in country.mail_domains]
        weights.append(cumulate(1 / (rank + 1.2) for rank in range(len(country.mail_domains))))
    return codes, tuple(weights)


def draw_domains(dice: Dice, country: Ints) -> Ints:
    """Return a freemail domain's code per row by what is usual in the country."""
    codes, weights = _shares()
    drawn = np.zeros(len(country), dtype=np.int64)
    for at, cumulative in enumerate(weights):
        rows = np.flatnonzero(country == at)
        drawn[rows] = codes[at][dice.weighted(len(rows), cumulative)]
    return drawn


def draw_styles(dice: Dice, count: int) -> Ints:
    """Return how each person builds the part before the @."""
    return dice.weighted(count, _STYLES)


def local_parts(
    ledger: Ledger, dice: Dice, style: Ints, names: tuple[Ints, Ints], year: Ints, provider: Ints
) -> pa.Array:
    """Return the part before the @ for (first, last) name codes, unique at its provider and style.

    Args:
        ledger: what was given before.
        dice: for the dot between the names, present or not; gmail ignores it, so it never tells people apart.
        style: see `draw_styles`.
        names: first name codes; last name codes, a woman's plus the number of surnames.
        year: two-digit year of birth.
        provider: the domain's code; any number that is distinct per domain.
    """
    first, last = names
    given, family = first_names(), last_names()
    short_first, short_last = style == INITIAL_LAST, style == FIRST_INITIAL_YEAR
    dated = ~np.isin(style, list(_YEARLESS))
    one = np.where(short_first, given.initial[first] + 10_000, given.letters[first])
    two = np.where(short_last, family.initial[last] + 40_000, family.letters[last])
    kind = np.where(style == WORK, FIRST_LAST, style)
    key = (((kind * 101 + np.where(dated, year + 1, 0)) * 20_011 + one) * 70_001 + two) * 64 + provider
    number = ledger.numbers(key % (1 << 53))
    letters = text([chr(97 + n) for n in range(26)])
    head = choose(short_first, pick(letters, given.initial[first]), pick(given.mail, first))
    tail = choose(short_last, pick(letters, family.initial[last]), pick(family.mail, last))
    dotted = dice.hits(len(style), 0.7) | (style == WORK)
    gap = np.where(style == FIRST_UNDER_LAST, UNDERSCORE, np.where(short_last | ~dotted, NOTHING, DOT))
    bar = np.where(style == WITH_YEAR, UNDERSCORE, NOTHING)
    dates = choose(dated, digits(year, 2), "")
    numbered = choose(number > 0, digits(number), "")
    return join(head, pick(_MARKS, gap), tail, pick(_MARKS, bar), dates, numbered)


def family_parts(ledger: Ledger, country: Ints, last: Ints, provider: Ints) -> pa.Array:
    """Return `familie.<last name>` in the country's word, unique at its provider."""
    family = last_names()
    key = ((FAMILY * 10 + country) * 70_001 + family.letters[last]) * 64 + provider
    number = ledger.numbers(key)
    return join(
        pick(text(_FAMILY), country), ".", pick(family.mail, last), choose(number > 0, digits(number), "")
    )
