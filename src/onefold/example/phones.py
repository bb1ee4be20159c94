"""Telephone numbers: drawn inside each country's valid ranges, written in the habits of its people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onefold.example.columns import Bools, Dice, Ints, digits, join, pick, scattered, text
from onefold.example.countries import countries

# P is the area or network code, S the subscriber's number, N both; [from:to] cuts digits. The first is E.164.
_HABITS = {
    "DE": (
        "+49{N}",
        "+49 {P} {S}",
        "0049{N}",
        "0{P}/{S}",
        "0{P} {S}",
        "(0{P}) {S[0:3]} {S[3:]}",
        "0{N}",
        "0{P}-{S}",
    ),
    "GB": (
        "+44{N}",
        "+44 {N[0:4]} {N[4:]}",
        "0044 {N}",
        "0{N[0:4]} {N[4:]}",
        "(0{P}) {S}",
        "0{N}",
        "+44 (0){N}",
    ),
    "FR": (
        "+33{N}",
        "0{N[0:1]} {N[1:3]} {N[3:5]} {N[5:7]} {N[7:]}",
        "0{N[0:1]}.{N[1:3]}.{N[3:5]}.{N[5:7]}.{N[7:]}",
        "0{N}",
        "+33 {N[0:1]} {N[1:3]} {N[3:5]} {N[5:7]} {N[7:]}",
        "0033{N}",
    ),
    "UA": ("+380{N}", "0{N}", "+38 (0{P}) {S[0:3]}-{S[3:5]}-{S[5:]}", "(0{P}) {S[0:3]}-{S[3:]}", "380{N}"),
    "GR": ("+30{N}", "{N}", "{N[0:3]} {N[3:]}", "+30 {N[0:3]} {N[3:]}", "0030{N}", "{N[0:4]}-{N[4:]}"),
}
_HOLE = re.compile(r"\{([PSN])(?:\[(\d*):(\d*)\])?\}")
DUMMIES = ("0000000000", "1111111111", "000000", "9999999999", "+490000000", "12345")
_GERMAN_SUBSCRIBER = 7


@dataclass(frozen=True)
class Phones:
    """One number per row: the country, its prefix's code and the subscriber's digits as a whole number."""

    country: Ints
    prefix: Ints
    subscriber: Ints

    def of(self, rows: Ints) -> Phones:
        """Return the numbers of these rows."""
        return Phones(self.country[rows], self.prefix[rows], self.subscriber[rows])

    def where(self, mask: Bools, other: Phones) -> Phones:
        """Return these numbers where the mask is true, the others elsewhere."""
        return Phones(
            np.where(mask, self.country, other.country),
            np.where(mask, self.prefix, other.prefix),
            np.where(mask, self.subscriber, other.subscriber),
        )


@dataclass(frozen=True)
class _Pools:
    prefixes: pa.Array
    more: Ints
    mobile_starts: Ints
    mobile_counts: Ints
    city_prefix: Ints


@cache
def _pools() -> _Pools:
    prefixes: list[str] = []
    more: list[int] = []
    starts: list[int] = []
    city_prefix: list[int] = []
    for country in countries():
        starts.append(len(prefixes))
        for prefix, further in country.mobiles:
            prefixes.append(prefix)
            more.append(further)
    for country in countries():
        for city in country.cities:
            city_prefix.append(len(prefixes))
            prefixes.append(city.area)
            total = country.landline_digits or len(city.area) + _GERMAN_SUBSCRIBER
            more.append(total - len(city.area))
    counts = [len(country.mobiles) for country in countries()]
    return _Pools(text(prefixes), np.array(more), np.array(starts), np.array(counts), np.array(city_prefix))


def draw_mobiles(dice: Dice, country: Ints) -> Phones:
    """Return one mobile number per row, valid in its country."""
    pools, count = _pools(), len(country)
    prefix = pools.mobile_starts[country] + dice.below(count, pools.mobile_counts[country])
    low = 10 ** (pools.more[prefix] - 1)
    return Phones(country, prefix, low + dice.below(count, low * 9))


def draw_landlines(dice: Dice, country: Ints, city: Ints) -> Phones:
    """Return one landline number per row in the city's area; subscribers' numbers begin with 2."""
    pools = _pools()
    prefix = pools.city_prefix[city]
    low = 10 ** (pools.more[prefix] - 1)
    return Phones(country, prefix, 2 * low + dice.below(len(country), low))


def draw_habits(dice: Dice, country: Ints, local_share: float) -> Ints:
    """Return how each number is written: 0 is E.164, the others are drawn for `local_share` of the rows."""
    count = len(country)
    others = np.array([len(_HABITS[each.code]) - 1 for each in countries()])[country]
    return np.where(dice.hits(count, local_share), 1 + dice.below(count, others), 0)


def written(phones: Phones, habit: Ints) -> pa.Array:
    """Return the numbers as text in the given habit (see `draw_habits`)."""
    pools = _pools()
    prefix, subscriber = pick(pools.prefixes, phones.prefix), digits(phones.subscriber)
    parts = {"P": prefix, "S": subscriber, "N": join(prefix, subscriber)}

    def groups() -> Iterator[tuple[Ints, pa.Array]]:
        for at, country in enumerate(countries()):
            for form, template in enumerate(_HABITS[country.code]):
                rows = np.flatnonzero((phones.country == at) & (habit == form))
                if len(rows):
                    yield rows, _filled(template, {hole: pick(part, rows) for hole, part in parts.items()})

    return scattered(len(habit), groups())


def _filled(template: str, parts: dict[str, pa.Array]) -> pa.Array:
    pieces: list[pa.Array | str] = []
    at = 0
    for hole in _HOLE.finditer(template):
        pieces.append(template[at : hole.start()])
        part, start, stop = hole.group(1), hole.group(2), hole.group(3)
        whole = parts[part]
        cut = start is not None
        pieces.append(
            pc.utf8_slice_codeunits(whole, int(start or 0), int(stop) if stop else None) if cut else whole
        )
        at = hole.end()
    return join(*pieces, template[at:])
