"""The five countries of the example's customers, read from their data modules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from onefold.example import data_de, data_fr, data_gb, data_gr, data_ua
from onefold.example.columns import words


@dataclass(frozen=True)
class City:
    """A city: the start of its postcodes, its area code, where it lies, and its share of customers."""

    name: str
    postcode: str
    area: str
    latitude: float
    longitude: float
    weight: float


@dataclass(frozen=True)
class Country:
    """One country's vocabulary. Name tuples stand in order of frequency."""

    code: str
    name: str
    share: float
    calling: str
    currency: str
    latin: bool
    house_first: bool
    house_separator: str
    salutations: tuple[str, str]
    landline_digits: int
    female: tuple[str, ...]
    male: tuple[str, ...]
    last: tuple[str, ...]
    last_combined: tuple[str, ...]
    streets: tuple[str, ...]
    street_short: tuple[tuple[str, str], ...]
    nicknames: dict[str, str]
    cities: tuple[City, ...]
    mail_domains: tuple[str, ...]
    mobiles: tuple[tuple[str, int], ...]


def _combined(stems: str, suffixes: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return stem + suffix surnames that are not listed already, in an order that mixes the suffixes."""
    taken = set(known)
    names = [stem + suffix for suffix in suffixes.split() for stem in stems.split()]
    mixed = sorted(range(len(names)), key=lambda at: (at * 7919) % 10_007)
    return tuple(dict.fromkeys(names[at] for at in mixed if names[at] not in taken))


def _cities(block: str) -> tuple[City, ...]:
    rows = (row.split("|") for row in re.split(r"(?<=\d)\s+(?=\D)", block.strip()))
    return tuple(City(n, p, a, float(lat), float(lon), float(w)) for n, p, a, lat, lon, w in rows)


def _streets(data: ModuleType, before: bool) -> tuple[str, ...]:
    stems, ends = words(data.STREET_STEMS), words(data.STREET_SUFFIXES)
    if before:
        return tuple((end.lstrip() + stem) for end in ends for stem in stems)
    return tuple(stem + end for end in ends for stem in stems)


_PLAIN = (
    # code, name, share, calling code, currency, latin, house number first, before the number, salutations,
    # digits of a national landline number (area code and subscriber)
    (data_de, "DE", "Germany", 0.46, "49", "EUR", True, False, " ", ("Frau", "Herr"), 0),
    (data_gb, "GB", "United Kingdom", 0.19, "44", "GBP", True, True, " ", ("Ms", "Mr"), 10),
    (data_fr, "FR", "France", 0.17, "33", "EUR", True, True, " ", ("Mme", "M."), 9),
    (data_ua, "UA", "Ukraine", 0.10, "380", "EUR", False, False, ", ", ("пані", "пан"), 9),
    (data_gr, "GR", "Greece", 0.08, "30", "EUR", False, False, " ", ("Κα", "Κος"), 10),
)

# Mobile ranges as prefix:further digits, those the public numbering plans call valid throughout.
_MOBILES = {
    "DE": "151:8 160:7 170:7 171:7 172:7 173:7 174:7 175:7 176:8 177:7 178:7 179:7 1520:7 1577:7 162:7 163:7",
    "GB": "740:7 742:7 744:7 746:7 748:7 751:7 753:7 757:7 771:7 773:7 775:7 777:7 780:7 785:7 788:7 790:7 796:7",
    "FR": "60:7 61:7 62:7 64:7 65:7 66:7 67:7 68:7 74:7 76:7 77:7 78:7",
    "UA": "50:7 66:7 67:7 68:7 95:7 96:7 97:7 98:7 63:7 73:7 93:7 99:7",
    "GR": "690:7 693:7 694:7 695:7 697:7 698:7 699:7",
}


def _mobiles(code: str) -> tuple[tuple[str, int], ...]:
    pairs = (each.split(":") for each in _MOBILES[code].split())
    return tuple((prefix, int(more)) for prefix, more in pairs)


@cache
def countries() -> tuple[Country, ...]:
    """Return the five countries; a country's position is its code in every block of people."""
    out = []
    for data, code, name, share, calling, currency, latin, first, separator, salutations, landline in _PLAIN:
        last = words(data.LAST)
        out.append(
            Country(
                code=code,
                name=name,
                share=share,
                calling=calling,
                currency=currency,
                latin=latin,
                house_first=first,
                house_separator=separator,
                salutations=salutations,
                landline_digits=landline,
                female=words(data.FEMALE),
                male=words(data.MALE),
                last=last,
                last_combined=_combined(data.LAST_STEMS, data.LAST_SUFFIXES, last),
                streets=_streets(data, before=code in {"FR", "UA", "GR"}),
                street_short=data.STREET_SHORT,
                nicknames={
                    long: short for long, _, short in (w.partition("=") for w in data.NICKNAMES.split())
                },
                cities=_cities(data.CITIES),
                mail_domains=words(data.MAIL_DOMAINS),
                mobiles=_mobiles(code),
            )
        )
    return tuple(out)
