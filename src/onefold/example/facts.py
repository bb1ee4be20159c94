"""What a source knows of each of its people, with the dirt of the hands that typed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onefold.example import emails, phones
from onefold.example.addresses import city_names, postcodes, street_lines
from onefold.example.columns import Bools, Dice, Ints, choose, edited, join, pick, text
from onefold.example.countries import countries
from onefold.example.days import dates, day_number
from onefold.example.dirt import cased, draw_casing, dummied, gapped, with_typos
from onefold.example.model import Dirt
from onefold.example.names import first_names, last_names
from onefold.example.people import People
from onefold.example.phones import draw_habits, written
from onefold.example.records import Records

_STALE = 0.15
_PHONE_TYPOS = 0.5
_ACCENTS = 0.4
_PRIMAL = day_number(1900, 1, 1)
_FUTURE = day_number(2031, 7, 14)
_TAGS = text(["shop", "news", "nordlicht", "spam", "promo", "2"])


@dataclass(frozen=True)
class Habit:
    """How a source is kept: factors on the rates of `Dirt`.

    Attributes:
        latin: on `transliteration`.
        typos: on `typos`.
        work_email: on `other_emails`.
        missing: on `missing`, per field; a field not named is never empty.
        upper: everything is written in capitals, clean data too.
        date_pattern: how birth dates are written (`strftime`).
    """

    latin: float = 1.0
    typos: float = 1.0
    work_email: float = 1.0
    missing: Mapping[str, float] = field(default_factory=dict)
    upper: bool = False
    date_pattern: str = "%Y-%m-%d"


@dataclass(frozen=True)
class Facts:
    """One row per record, as text; a null is an empty field. `in_latin` marks records kept in Latin letters."""

    first: pa.Array
    last: pa.Array
    email: pa.Array
    mobile: pa.Array
    landline: pa.Array
    street: pa.Array
    city: pa.Array
    postcode: pa.Array
    birth: pa.Array
    country: Ints
    in_latin: Bools


class Clerk:
    """Writes a source's records: draws once how each record was typed, then fills field by field."""

    def __init__(self, people: People, records: Records, habit: Habit, dirt: Dirt, dice: Dice) -> None:
        self._people, self._records, self._habit, self._dirt, self._dice = people, records, habit, dirt, dice
        self._count = len(records)
        self._country = people.country[records.person]
        foreign = np.array([not country.latin for country in countries()])[self._country]
        rate = min(1.0, dirt.transliteration * habit.latin)
        self._latin = dice.hits(self._count, np.where(foreign, rate, rate * _ACCENTS))
        manner = draw_casing(dice, self._count, dirt.casing)
        self._casing = np.full(self._count, 2) if habit.upper else manner
        self._aware = ~dice.hits(self._count, _STALE)

    def facts(self) -> Facts:
        """Return every field of every record."""
        first, last = self._names()
        street, city, postcode = self._address()
        mobile, landline = self._phones()
        return Facts(
            first=first,
            last=last,
            email=self._email(),
            mobile=mobile,
            landline=landline,
            street=street,
            city=city,
            postcode=postcode,
            birth=self._birth(),
            country=self._country,
            in_latin=self._latin,
        )

    def _typed(self, values: pa.Array, name: str, typos: float = 1.0) -> pa.Array:
        slipped = with_typos(values, self._dice, min(1.0, self._dirt.typos * self._habit.typos * typos))
        rate = self._dirt.missing * self._habit.missing.get(name, 0.0)
        return gapped(cased(slipped, self._casing), self._dice, rate)

    def _names(self) -> tuple[pa.Array, pa.Array]:
        person, at, dice = self._records.person, self._records.modified, self._dice
        given, family = first_names(), last_names()
        short = dice.hits(self._count, self._dirt.nicknames)
        first = pick(given.forms, self._people.first[person] + (self._latin + 2 * short) * given.size)
        renamed = (at >= self._people.married[person]) & self._aware
        code = np.where(renamed, self._people.last[person], self._people.last_before[person])
        hers = self._people.sex[person] == 0
        last = pick(family.forms, code + (hers + 2 * self._latin) * family.size)
        first, last = self._typed(first, "first"), self._typed(last, "last")
        swapped = dice.hits(self._count, self._dirt.swapped_names)
        return choose(swapped, last, first), choose(swapped, first, last)

    def _address(self) -> tuple[pa.Array, pa.Array, pa.Array]:
        person, at = self._records.person, self._records.modified
        now = (at >= self._people.moved[person]) & self._aware
        home = self._people.home.of(person).where(now, self._people.home_before.of(person))
        short = self._dice.hits(self._count, self._dirt.address_forms)
        # One hand leaves out a whole address, not one of its lines.
        none = self._dice.hits(
            self._count, min(1.0, self._dirt.missing * self._habit.missing.get("address", 0.0))
        )
        street = self._typed(street_lines(home, self._latin, short), "street")
        city = self._typed(city_names(home, self._latin), "city")
        postcode = gapped(
            postcodes(home), self._dice, self._dirt.missing * self._habit.missing.get("postcode", 0)
        )
        return choose(none, None, street), choose(none, None, city), choose(none, None, postcode)

    def _phones(self) -> tuple[pa.Array, pa.Array]:
        person = self._records.person
        mobile = self._phone(self._people.mobile.of(person), "mobile")
        landline = self._phone(self._people.landline.of(person), "landline")
        return mobile, choose(~self._people.has_landline[person], None, landline)

    def _phone(self, numbers: phones.Phones, name: str) -> pa.Array:
        habit = draw_habits(self._dice, self._country, self._dirt.phone_formats)
        slips = min(1.0, self._dirt.typos * self._habit.typos * _PHONE_TYPOS)
        typed = with_typos(written(numbers, habit), self._dice, slips)
        gaps = gapped(typed, self._dice, self._dirt.missing * self._habit.missing.get(name, 0.0))
        return dummied(gaps, self._dice, self._dirt.dummy_phones, text(phones.DUMMIES))

    def _email(self) -> pa.Array:
        person, dice, dirt = self._records.person, self._dice, self._dirt
        provider = self._people.provider[person]
        local = self._gmail_variants(pick(self._people.mailbox, person), provider == emails.GMAIL)
        local = with_typos(local, dice, min(1.0, dirt.typos * self._habit.typos))
        slip = dice.hits(self._count, dirt.typo_domains)
        domain = choose(slip, pick(emails.mistyped_domains(), provider), pick(emails.domains(), provider))
        mail = join(local, "@", domain)
        work = pick(self._people.work_email, person)
        at_work = dice.hits(self._count, min(1.0, dirt.other_emails * self._habit.work_email))
        mail = pc.coalesce(choose(~at_work, None, work), mail)
        # Whoever has a family address gives it half of the time.
        shared = choose(dice.hits(self._count, 0.5), None, pick(self._people.family_email, person))
        mail = cased(pc.coalesce(shared, mail), self._casing)
        gaps = gapped(mail, dice, dirt.missing * self._habit.missing.get("email", 0.0))
        return dummied(gaps, dice, dirt.dummy_emails, text(emails.DUMMIES))

    def _gmail_variants(self, local: pa.Array, gmail: Bools) -> pa.Array:
        rows = gmail & self._dice.hits(self._count, self._dirt.gmail_variants)
        tagged = self._dice.hits(self._count, 0.5)
        tag = pick(_TAGS, self._dice.below(self._count, len(_TAGS)))
        places = self._dice.floats(self._count)[rows & ~tagged].tolist()

        def redotted(value: str, k: int) -> str:
            if "." in value:
                return value.replace(".", "")
            at = 1 + int(places[k] * (len(value) - 1)) if len(value) > 1 else 1
            return value[:at] + "." + value[at:] if at < len(value) else value

        dotted = edited(local, rows & ~tagged, redotted)
        return choose(rows & tagged, join(local, "+", tag), dotted)

    def _birth(self) -> pa.Array:
        born, dice = self._people.born[self._records.person].copy(), self._dice
        odd = dice.hits(self._count, self._dirt.bad_dates)
        kind = dice.below(self._count, 3)
        born = np.where(odd & (kind == 0), _PRIMAL, np.where(odd & (kind == 1), _FUTURE, born))
        known = dates(born, self._habit.date_pattern)
        impossible = self._habit.date_pattern.replace("%d", "31").replace("%m", "02").replace("%Y", "1987")
        known = choose(odd & (kind == 2), impossible, known)
        return gapped(known, dice, self._dirt.missing * self._habit.missing.get("birth", 0.0))
