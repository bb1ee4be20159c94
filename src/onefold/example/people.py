"""The people behind the records: households, names, births, homes, moves, marriages, and how they shop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from onefold.example import emails
from onefold.example.addresses import Addresses, draw_addresses
from onefold.example.columns import (
    Bools,
    Dice,
    Floats,
    Ints,
    choose,
    cumulate,
    digits,
    join,
    pick,
    text,
    words,
)
from onefold.example.countries import countries
from onefold.example.days import DAY, END, NEVER, START, day_number
from onefold.example.emails import Ledger
from onefold.example.model import Dirt
from onefold.example.names import first_names, last_names
from onefold.example.phones import Phones, draw_landlines, draw_mobiles

BLOCK = 25_000
"""People made at once. Fixed, as every block has its own dice: the files do not depend on memory or threads."""

_SIZES = cumulate((0.42, 0.26, 0.23, 0.09))
_TODAY = day_number(2026, 6, 30)
_EMPLOYED = 0.2
CATEGORIES = 10
PEOPLE_PER_ACCOUNT = 60


@dataclass(frozen=True)
class People:
    """A block of people, one row each; instants are seconds since 1970, births days since 1970.

    Attributes:
        number: the person's number in the whole example.
        household: the household's position in the block.
        sex: 0 female, 1 male.
        first: first name code.
        last: last name code now.
        last_before: last name code before `married`.
        married: when the last name changed, `NEVER` if it did not.
        home: where the person lives now.
        home_before: where before `moved`.
        moved: when, `NEVER` if not.
        has_landline: whether the household has a landline number.
        joined: first contact with the company.
        left: last day of interest, possibly after the end of the files.
        rate: orders per month while interested, over all channels.
        taste: the favorite category; `other_taste` the second.
        employer: position of the person's company among the block's accounts, -1 without one.
        mailbox: part before the @ of the private address, `provider` its domain's code.
        work_email: address at the employer, null without one.
        family_email: the household's shared address, null without one.
    """

    number: Ints
    household: Ints
    country: Ints
    sex: Ints
    first: Ints
    last: Ints
    last_before: Ints
    married: Ints
    born: Ints
    home: Addresses
    home_before: Addresses
    moved: Ints
    mobile: Phones
    landline: Phones
    has_landline: Bools
    joined: Ints
    left: Ints
    rate: Floats
    taste: Ints
    other_taste: Ints
    employer: Ints
    mailbox: pa.Array
    provider: Ints
    work_email: pa.Array
    family_email: pa.Array

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class _Households:
    """Members of households in order: `of` is a member's household, `role` 0 head, 1 partner, 2... children."""

    size: Ints
    start: Ints
    of: Ints
    role: Ints
    country: Ints


def account_domain(number: Ints) -> pa.Array:
    """Return the mail domain of a company by its number in the whole example (a reserved top level)."""
    rivers = text(
        words(
            "alster nordwind hansa bergmann weser isar elbe spree rhein havel severn tyne mersey loire rhone dnipro "
            "olympos delphi hafen linden"
        )
    )
    trades = text(words("logistik handel technik bau media energie foods design travel consult"))
    name = join(pick(rivers, number % 20), "-", pick(trades, account_trade(number)))
    return join(name, choose(number >= 200, digits(number // 200 + 1), ""), ".example")


def account_trade(number: Ints) -> Ints:
    """Return the trade of a company as a code below ten."""
    return (number // 20 + number) % 10


def account_count(people: int) -> int:
    """Return how many companies a block of this many people works for."""
    return max(1, people // PEOPLE_PER_ACCOUNT)


def draw_people(seed: int, block: int, count: int, dirt: Dirt, ledger: Ledger) -> People:
    """Return the block's people. Blocks are drawn in order, as the ledger keeps mailboxes unique over all."""
    dice = Dice(seed, block, 1)
    households = _draw_households(dice, count, dirt)
    country = households.country[households.of]
    sex, first, born = _draw_members(dice, households, country, dirt)
    last, last_before, married = _draw_surnames(dice, households, country, sex, born, dirt)
    home, home_before, moved = _draw_homes(dice, households, dirt)
    joined, left, rate = _draw_interest(dice, count)
    taste = np.minimum(dice.below(count, CATEGORIES), dice.below(count, CATEGORIES))
    employer = np.where(dice.hits(count, _EMPLOYED), dice.below(count, account_count(count)), -1)
    landlines = draw_landlines(dice, households.country, home.city[households.start])
    has_landline = dice.hits(len(households.size), 0.45)
    provider = emails.draw_domains(dice, country)
    style = emails.draw_styles(dice, count)
    year = (1970 + born // 365.2425).astype(np.int64) % 100
    own = (first, last_before + (sex == 0) * last_names().size)
    mailbox = emails.local_parts(ledger, dice, style, own, year, provider)
    return People(
        number=block * BLOCK + np.arange(count),
        household=households.of,
        country=country,
        sex=sex,
        first=first,
        last=last,
        last_before=last_before,
        married=married,
        born=born,
        home=home,
        home_before=home_before,
        moved=moved,
        mobile=draw_mobiles(dice, country),
        landline=landlines.of(households.of),
        has_landline=has_landline[households.of],
        joined=joined,
        left=left,
        rate=rate,
        taste=taste,
        other_taste=dice.below(count, CATEGORIES),
        employer=employer,
        mailbox=mailbox,
        provider=provider,
        work_email=_work_emails(ledger, dice, employer, own, block),
        family_email=_family_emails(ledger, dice, households, last, dirt),
    )


def _draw_households(dice: Dice, count: int, dirt: Dirt) -> _Households:
    size = np.where(dice.hits(count, dirt.families), 2 + dice.weighted(count, _SIZES), 1)
    ends = np.cumsum(size)
    kept = int(np.searchsorted(ends, count)) + 1
    size = size[:kept]
    size[-1] -= ends[kept - 1] - count
    start = np.cumsum(size) - size
    of = np.repeat(np.arange(kept), size)
    shares = cumulate(country.share for country in countries())
    return _Households(size, start, of, np.arange(count) - start[of], dice.weighted(kept, shares))


def _draw_members(dice: Dice, houses: _Households, country: Ints, dirt: Dirt) -> tuple[Ints, Ints, Ints]:
    """Return sex, first name and birth of each member; children are 14 or older and 20 to 38 years younger."""
    count, families = len(houses.of), len(houses.size)
    head_sex = dice.below(families, 2)[houses.of]
    couple_differs = dice.hits(families, 0.96)[houses.of]
    sex = np.where(houses.role == 0, head_sex, np.where(couple_differs, 1 - head_sex, head_sex))
    sex = np.where(houses.role >= 2, dice.below(count, 2), sex)
    first = first_names().draw(dice, country, sex)

    spread = (dice.floats(families) + dice.floats(families)) / 2
    age = np.where(houses.size >= 3, 40 + spread * 35, 19 + spread * 66)[houses.of]
    own_age = np.where(houses.role == 1, np.maximum(18, age + (dice.floats(count) - 0.5) * 10), age)
    child_age = np.maximum(14 + dice.floats(count) * 4, age - 20 - dice.floats(count) * 18)
    own_age = np.where(houses.role >= 2, child_age, own_age)
    born = _TODAY - (own_age * 365.2425).astype(np.int64)

    twins = dice.hits(families, dirt.twins) & (houses.size >= 4)
    second = houses.start[twins] + 3
    born[second] = born[second - 1]
    same = first[second] == first[second - 1]
    first[second[same]] = first_names().another(first[second[same]], country[second[same]], sex[second[same]])

    junior = dice.hits(families, dirt.juniors) & (houses.size >= 3)
    son = houses.start[junior] + 2
    parent = houses.start[junior] + (sex[houses.start[junior]] == 0)
    named = (sex[son] == 1) & (sex[parent] == 1)
    first[son[named]] = first[parent[named]]
    return sex, first, born


def _draw_surnames(
    dice: Dice, houses: _Households, country: Ints, sex: Ints, born: Ints, dirt: Dirt
) -> tuple[Ints, Ints, Ints]:
    count = len(country)
    shared = last_names().draw(dice, houses.country)[houses.of]
    own = last_names().draw(dice, country)
    keeps_own = (houses.role == 1) & dice.hits(count, 0.25)
    last = np.where(keeps_own, own, shared)
    maiden = last_names().draw(dice, country)
    adult = _TODAY - born > 21 * 365
    marries = dice.hits(count, dirt.marriages) & (sex == 0) & (houses.role <= 1) & adult
    married = np.where(marries, START + dice.below(count, END - START), NEVER)
    return last, np.where(marries, maiden, last), married


def _draw_homes(dice: Dice, houses: _Households, dirt: Dirt) -> tuple[Addresses, Addresses, Ints]:
    families = len(houses.size)
    home = draw_addresses(dice, houses.country)
    before = draw_addresses(dice, houses.country)
    nearby = dice.hits(families, 0.6)
    before = Addresses(before.country, np.where(nearby, home.city, before.city), before.street, before.house)
    moves = dice.hits(families, dirt.moves)
    moved = np.where(moves, START + dice.below(families, END - START), NEVER)
    return home.of(houses.of), before.where(moves, home).of(houses.of), moved[houses.of]


def _draw_interest(dice: Dice, count: int) -> tuple[Ints, Ints, Floats]:
    """Return when people come and go, and how often they buy: many seldom, few very often (a Pareto tail)."""
    early = dice.hits(count, 0.45)
    before = START - dice.below(count, 5 * 365 * DAY)
    within = START + dice.below(count, END - START - 20 * DAY)
    joined = np.where(early, before, within)
    loyal = dice.hits(count, 0.3)
    stays = (dice.waits(count, 20 * 30.4) * DAY).astype(np.int64)
    left = np.where(loyal, NEVER, np.maximum(joined, START - 200 * DAY) + 20 * DAY + stays)
    rate = np.minimum(5.0, 0.26 / np.sqrt(1 - dice.floats(count)) - 0.18)
    return joined, left, rate


def _work_emails(
    ledger: Ledger, dice: Dice, employer: Ints, names: tuple[Ints, Ints], block: int
) -> pa.Array:
    account = block * account_count(BLOCK) + np.maximum(employer, 0)
    style = np.full(len(employer), emails.WORK)
    local = emails.local_parts(ledger, dice, style, names, style * 0, 1000 + account)
    return choose(employer < 0, None, join(local, "@", account_domain(account)))


def _family_emails(ledger: Ledger, dice: Dice, houses: _Households, last: Ints, dirt: Dirt) -> pa.Array:
    families = len(houses.size)
    shares = dice.hits(families, dirt.family_emails) & (houses.size >= 2)
    provider = emails.draw_domains(dice, houses.country)
    local = emails.family_parts(ledger, houses.country, last[houses.start], provider)
    whole = join(local, "@", pick(emails.domains(), provider))
    return pick(choose(~shares, None, whole), houses.of)
