"""The columns of the five identity sources and of the CRM's companies, each in its system's own fashion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onefold.example.addresses import city_names, draw_addresses, postcodes, street_lines
from onefold.example.catalogue import nearest_shops
from onefold.example.columns import Dice, Ints, choose, digits, join, pick, text
from onefold.example.countries import countries
from onefold.example.days import DAY, END, START, dates, instants, local_times
from onefold.example.dirt import overfull, unreadable
from onefold.example.facts import Clerk, Facts, Habit
from onefold.example.model import Dirt
from onefold.example.people import BLOCK, People, account_count, account_domain, account_trade
from onefold.example.phones import draw_landlines, written
from onefold.example.records import Records, Source, guids

Columns = dict[str, pa.Array]

HABITS = {
    Source.CRM: Habit(
        latin=0.8,
        work_email=2,
        missing={"email": 0.4, "mobile": 1.5, "landline": 1, "birth": 3, "address": 0.6},
    ),
    Source.WEBSHOP: Habit(missing={"mobile": 1.2, "address": 0.5}),
    Source.LOYALTY: Habit(
        typos=1.6, missing={"email": 0.6, "mobile": 0.5, "birth": 0.8, "first": 0.1}, date_pattern="%d/%m/%Y"
    ),
    Source.ERP: Habit(
        latin=2,
        work_email=1.5,
        missing={"email": 1, "landline": 1, "mobile": 0.5, "birth": 3, "address": 0.1},
        upper=True,
        date_pattern="%d.%m.%Y",
    ),
    Source.NEWSLETTER: Habit(missing={"first": 0.8}),
}
CHANNELS = text(["102589547", "102589548", "102589549", "102589550"])
"""CRM codes of the preferred channel: e-mail, telephone, letter, text message."""
INDUSTRIES = text([str(102590000 + n) for n in range(10)])
"""CRM codes of the industry, in the order of `account_domain`'s trades."""
_OWNERS = text(
    [f"{name}@nordlicht.example" for name in ("k.brandt", "m.osei", "l.petit", "o.hrytsenko", "n.vlachou")]
)
_SIGNUPS = text(["footer", "checkout", "popup", "shop", "competition", "import"])
_LEGAL = ("GmbH", "Ltd", "SARL", "ТОВ", "ΑΕ")


def _codes() -> pa.Array:
    return text([country.code for country in countries()])


def identity_columns(
    source: Source, people: People, records: Records, dirt: Dirt, key: tuple[int, int]
) -> Columns:
    """Return the source's columns for a block's records; `key` is (seed, block)."""
    dice = Dice(*key, 4, list(Source).index(source))
    facts = Clerk(people, records, HABITS[source], dirt, dice).facts()
    return _FASHIONS[source](_Desk(people, records, facts, dirt, dice, key))


@dataclass(frozen=True)
class _Desk:
    """What lies before the one who writes a block of a source: `key` is (seed, block)."""

    people: People
    records: Records
    facts: Facts
    dirt: Dirt
    dice: Dice
    key: tuple[int, int]


_Fashion = Callable[[_Desk], Columns]


def _crm(desk: _Desk) -> Columns:
    people, records, facts, dirt, dice = desk.people, desk.records, desk.facts, desk.dirt, desk.dice
    count, sex = len(records), people.sex[records.person]
    salutations = text([word for country in countries() for word in country.salutations])
    account = people.employer[records.person]
    known = (account >= 0) & dice.hits(count, 0.7)
    preferred = np.minimum(dice.below(count, 4), dice.below(count, 4))
    return {
        "contact_id": records.key,
        "account_id": choose(~known, None, pick(account_keys(desk.key, len(people)), np.maximum(account, 0))),
        "salutation": pick(salutations, facts.country * 2 + sex),
        "first_name": facts.first,
        "last_name": facts.last,
        "email": facts.email,
        "phone": facts.landline,
        "mobile": facts.mobile,
        "street": facts.street,
        "postcode": facts.postcode,
        "city": facts.city,
        "country": overfull(pick(_codes(), facts.country), dice, dirt.malformed / 2, ";"),
        "birth_date": unreadable(facts.birth, dice, dirt.malformed),
        "preferred_channel": choose(dice.hits(count, 0.3), None, pick(CHANNELS, preferred)),
        "owner": pick(_OWNERS, facts.country),
        "is_deleted": choose(
            dice.hits(count, dirt.deleted), "true", pick(text(["false"]), records.person * 0)
        ),
        "created_on": instants(records.created),
        "modified_on": instants(records.modified),
    }


def _webshop(desk: _Desk) -> Columns:
    people, records, facts, dirt, dice = desk.people, desk.records, desk.facts, desk.dirt, desk.dice
    count = len(records)
    until = np.minimum(END, people.left[records.person])
    seen = np.maximum(
        records.modified, records.created + (dice.floats(count) * (until - records.created)).astype(int)
    )
    return {
        "customer_id": records.key,
        "first_name": facts.first,
        "last_name": facts.last,
        "email": facts.email,
        "phone": facts.mobile,
        "address.street": facts.street,
        "address.postcode": facts.postcode,
        "address.city": facts.city,
        "address.country": pick(_codes(), facts.country),
        "marketing_opt_in": pick(text(["false", "true"]), dice.hits(count, 0.6).astype(np.int64)),
        "registered_at": unreadable(instants(records.created), dice, dirt.malformed),
        "last_login_at": instants(seen),
        "updated_at": instants(records.modified),
    }


def _loyalty(desk: _Desk) -> Columns:
    people, records, facts, dirt, dice = desk.people, desk.records, desk.facts, desk.dirt, desk.dice
    count, person = len(records), records.person
    months = np.maximum(0, np.minimum(END, people.left[person]) - records.created) / (30.4 * DAY)
    points = (people.rate[person] * months * (20 + 60 * dice.floats(count))).astype(np.int64)
    return {
        "card_number": records.key,
        "first_name": facts.first,
        "last_name": facts.last,
        "phone": facts.mobile,
        "email": facts.email,
        "birth_date": unreadable(facts.birth, dice, dirt.malformed),
        "country": overfull(pick(_codes(), facts.country), dice, dirt.malformed / 2, ","),
        "home_shop": nearest_shops(people.home.city[person]),
        "points": digits(points),
        "joined_on": dates(records.created // DAY, "%d/%m/%Y"),
        "updated_at": local_times(records.modified),
    }


def _erp(desk: _Desk) -> Columns:
    records, facts, dirt, dice = desk.records, desk.facts, desk.dirt, desk.dice
    return {
        "CUSTOMER_NO": records.key,
        "NAME1": facts.last,
        "NAME2": facts.first,
        "STREET": facts.street,
        "POSTCODE": facts.postcode,
        "CITY": facts.city,
        "COUNTRY": overfull(pick(_codes(), facts.country), dice, dirt.malformed / 2, ";"),
        "TEL": pc.coalesce(facts.landline, facts.mobile),
        "EMAIL": facts.email,
        "BIRTHDATE": unreadable(facts.birth, dice, dirt.malformed),
        "CREATED_ON": dates(records.created // DAY, "%d.%m.%Y"),
        "CHANGED_ON": dates(records.modified // DAY, "%d.%m.%Y"),
    }


def _newsletter(desk: _Desk) -> Columns:
    records, facts, dirt, dice = desk.records, desk.facts, desk.dirt, desk.dice
    count = len(records)
    # Some sign up with the first name only, some with nothing but the address.
    alone = dice.hits(count, min(1.0, dirt.missing * 0.8))
    full = choose(alone, facts.first, join(facts.first, " ", facts.last))
    return {
        "subscriber_id": records.key,
        "email": facts.email,
        "full_name": full,
        "subscribed_at": unreadable(instants(records.created), dice, dirt.malformed),
        "source": pick(_SIGNUPS, np.minimum(dice.below(count, 6), dice.below(count, 6))),
        "country": overfull(
            pick(text([c.name for c in countries()]), facts.country), dice, dirt.malformed / 2, ","
        ),
        "updated_at": instants(records.modified),
    }


_FASHIONS: dict[Source, _Fashion] = {
    Source.CRM: _crm,
    Source.WEBSHOP: _webshop,
    Source.LOYALTY: _loyalty,
    Source.ERP: _erp,
    Source.NEWSLETTER: _newsletter,
}


def account_keys(key: tuple[int, int], people: int) -> pa.Array:
    """Return the keys of the block's companies."""
    return guids(Dice(*key, 5), account_count(people))


def account_columns(key: tuple[int, int], people: int) -> Columns:
    """Return the CRM's companies of a block: (seed, block) and its number of people."""
    dice, count = Dice(*key, 6), account_count(people)
    number: Ints = key[1] * account_count(BLOCK) + np.arange(count)
    domain = account_domain(number)
    country = np.minimum(dice.below(count, len(countries())), dice.below(count, len(countries())))
    home = draw_addresses(dice, country)
    words = pc.utf8_title(pc.replace_substring(pc.utf8_slice_codeunits(domain, 0, -8), "-", " "))
    name = pc.replace_substring_regex(words, r"(\d+)$", r" \1")
    created = START - dice.below(count, 5 * 365 * DAY)
    plain = np.zeros(count, dtype=bool)
    parent = choose(~dice.hits(count, 0.15), None, pick(account_keys(key, people), dice.below(count, count)))
    own = account_keys(key, people)
    return {
        "account_id": own,
        "parent_account_id": choose(pc.equal(parent, own).fill_null(False).to_numpy(False), None, parent),
        "name": join(name, " ", pick(text(_LEGAL), country)),
        "street": street_lines(home, plain, plain),
        "postcode": postcodes(home),
        "city": city_names(home, plain),
        "country": pick(_codes(), country),
        "phone": written(draw_landlines(dice, country, home.city), country * 0),
        "website": join("https://", domain),
        "industry": pick(INDUSTRIES, account_trade(number)),
        "employees": digits(5 + (400 * dice.floats(count) * dice.floats(count)).astype(np.int64)),
        "created_on": instants(created),
        "modified_on": instants(created + dice.below(count, END - START)),
    }
