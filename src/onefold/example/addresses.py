"""Homes: city, street, house number and the postcode that follows from them, drawn as codes, written as text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from onefold.example.columns import Bools, Dice, Floats, Ints, choose, cumulate, join, pick, text
from onefold.example.countries import Country, countries
from onefold.example.names import latin

_HIGHEST_HOUSE = 160
_LETTERED = ("", "", "", "", "", "", "", "a", "b", "c")


@dataclass(frozen=True)
class Addresses:
    """One home per row, as codes into the pools."""

    country: Ints
    city: Ints
    street: Ints
    house: Ints

    def of(self, rows: Ints) -> Addresses:
        """Return the homes of these rows."""
        return Addresses(self.country[rows], self.city[rows], self.street[rows], self.house[rows])

    def where(self, mask: Bools, other: Addresses) -> Addresses:
        """Return these homes where the mask is true, the others elsewhere."""
        return Addresses(
            np.where(mask, self.country, other.country),
            np.where(mask, self.city, other.city),
            np.where(mask, self.street, other.street),
            np.where(mask, self.house, other.house),
        )


@dataclass(frozen=True)
class _Pools:
    city_count: int
    cities: pa.Array
    city_starts: Ints
    city_weights: tuple[Floats, ...]
    street_count: int
    streets: pa.Array
    street_starts: Ints
    house_before: pa.Array
    house_after: pa.Array
    postcode_starts: pa.Array
    postcode_ends: pa.Array
    end_starts: Ints
    end_sizes: Ints


def _short(street: str, country: Country) -> str:
    for word, brief in country.street_short:
        if word in street:
            return street.replace(word, brief)
    return street


def _postcode_ends(code: str) -> list[str]:
    if code == "DE":
        return [f"{n:03d}" for n in range(1000)]
    if code == "GB":
        letters = "ABDEFGHJLN"
        return [
            f"{n % 20 + 1} {n // 20 % 9 + 1}{letters[n // 180 % 10]}{letters[n // 1800 % 10]}"
            for n in range(18_000)
        ]
    gap = " " if code == "GR" else ""
    return [f"{gap}{n:02d}" for n in range(20 if code == "FR" else 100)]


@cache
def _pools() -> _Pools:
    cities: list[str] = []
    streets: list[str] = []
    short: list[str] = []
    ends: list[str] = []
    starts: list[str] = []
    city_starts, street_starts, end_starts, weights = [0], [0], [0], []
    for country in countries():
        cities.extend(city.name for city in country.cities)
        starts.extend(city.postcode for city in country.cities)
        weights.append(cumulate(city.weight for city in country.cities))
        streets.extend(country.streets)
        short.extend(_short(street, country) for street in country.streets)
        ends.extend(_postcode_ends(country.code))
        city_starts.append(len(cities))
        street_starts.append(len(streets))
        end_starts.append(len(ends))
    houses = [f"{n}{letter}" for n in range(1, _HIGHEST_HOUSE + 1) for letter in _LETTERED]
    return _Pools(
        city_count=len(cities),
        cities=text(cities + [latin(city) for city in cities]),
        city_starts=np.array(city_starts),
        city_weights=tuple(weights),
        street_count=len(streets),
        streets=text(streets + [latin(s) for s in streets] + short + [latin(s) for s in short]),
        street_starts=np.array(street_starts),
        house_before=text([f"{house} " for house in houses]),
        house_after=text([f" {house}" for house in houses] + [f", {house}" for house in houses]),
        postcode_starts=text(starts),
        postcode_ends=text(ends),
        end_starts=np.array(end_starts[:-1]),
        end_sizes=np.diff(np.array(end_starts)),
    )


def draw_addresses(dice: Dice, country: Ints) -> Addresses:
    """Return one home per row in the given country; large cities and low house numbers are more frequent."""
    pools, count = _pools(), len(country)
    city = np.zeros(count, dtype=np.int64)
    for at, weights in enumerate(pools.city_weights):
        rows = np.flatnonzero(country == at)
        city[rows] = pools.city_starts[at] + dice.weighted(len(rows), weights)
    streets = pools.street_starts[country + 1] - pools.street_starts[country]
    street = pools.street_starts[country] + dice.below(count, streets)
    low, high = dice.floats(count), dice.floats(count)
    house = (np.minimum(low, high) * _HIGHEST_HOUSE).astype(np.int64) * len(_LETTERED)
    return Addresses(country, city, street, house + dice.below(count, len(_LETTERED)))


def city_names(homes: Addresses, in_latin: Bools) -> pa.Array:
    """Return the city as its country or in Latin letters writes it."""
    pools = _pools()
    return pick(pools.cities, homes.city + in_latin * pools.city_count)


def street_lines(homes: Addresses, in_latin: Bools, short: Bools) -> pa.Array:
    """Return street and house number in the country's order, optionally Latin and with the short street word."""
    pools = _pools()
    first = np.array([country.house_first for country in countries()])[homes.country]
    comma = np.array([country.house_separator == ", " for country in countries()])[homes.country]
    before = choose(first, pick(pools.house_before, homes.house), "")
    after = choose(first, "", pick(pools.house_after, homes.house + comma * len(pools.house_before)))
    return join(
        before, pick(pools.streets, homes.street + (in_latin + 2 * short) * pools.street_count), after
    )


def postcodes(homes: Addresses) -> pa.Array:
    """Return the postcode: the city's start and an end that follows from the street (one street, one code)."""
    pools = _pools()
    end = (homes.street * 7919 + homes.city * 104_729) % pools.end_sizes[homes.country]
    return join(
        pick(pools.postcode_starts, homes.city),
        pick(pools.postcode_ends, pools.end_starts[homes.country] + end),
    )
