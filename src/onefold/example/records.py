"""Which source holds which person, under which key, since when, and as of when it last looked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa

from onefold.example.columns import Dice, Ints, digits, join, pick, scrambled, text
from onefold.example.days import DAY, END
from onefold.example.model import Dirt
from onefold.example.people import BLOCK, People


class Source(StrEnum):
    """The five sources that hold people."""

    CRM = "crm_contacts"
    WEBSHOP = "webshop_customers"
    LOYALTY = "loyalty_members"
    ERP = "erp_customers"
    NEWSLETTER = "newsletter_subscribers"


COVERAGE = {
    Source.CRM: 0.44,
    Source.WEBSHOP: 0.53,
    Source.LOYALTY: 0.48,
    Source.ERP: 0.28,
    Source.NEWSLETTER: 0.47,
}
"""Share of people each source holds; who would be in none of them is in the webshop."""

_CAPACITY = 2 * BLOCK


@dataclass(frozen=True)
class Records:
    """A source's records of one block, in the order of its file.

    Attributes:
        source: whose records.
        person: position of the person in the block.
        key: primary key value, unique over the whole file.
        created: when the record came to be, seconds since 1970.
        modified: when it was last brought up to date; what happened to the person later is unknown to it.
        copies: how many records of this source the person has (1, or 2 with a duplicate).
    """

    source: Source
    person: Ints
    key: pa.Array
    created: Ints
    modified: Ints
    copies: Ints

    def __len__(self) -> int:
        return len(self.person)


def draw_records(seed: int, block: int, people: People, dirt: Dirt) -> dict[Source, Records]:
    """Return the records of every source; each person has at least one."""
    dice, count = Dice(seed, block, 2), len(people)
    member = {source: dice.hits(count, share) for source, share in COVERAGE.items()}
    nowhere = ~np.logical_or.reduce(list(member.values()))
    member[Source.WEBSHOP] |= nowhere
    return {
        source: _records(
            Dice(seed, block, 3, at), source, block, np.flatnonzero(member[source]), people, dirt
        )
        for at, source in enumerate(Source)
    }


def _records(dice: Dice, source: Source, block: int, members: Ints, people: People, dirt: Dirt) -> Records:
    doubled = dice.hits(len(members), dirt.duplicates)
    person = np.concatenate([members, members[doubled]])
    copies = 1 + np.concatenate([doubled, doubled[doubled]]).astype(np.int64)
    count = len(person)
    direct = dice.hits(count, 0.5)
    wait = np.where(direct, dice.floats(count) * DAY, dice.waits(count, 90) * DAY)
    late = np.arange(count) >= len(members)
    created = people.joined[person] + (wait + late * dice.waits(count, 120) * DAY).astype(np.int64)
    room = END - DAY - people.joined[person]
    created = np.where(
        created > END - DAY, people.joined[person] + (dice.floats(count) * room).astype(np.int64), created
    )
    fresh = np.where(dice.hits(count, 0.25), 0.0, np.sqrt(dice.floats(count)))
    modified = created + (fresh * (END - created)).astype(np.int64)
    shuffle = dice.order(count)
    key = _keys(source, block * _CAPACITY + np.arange(count), dice)
    return Records(source, person[shuffle], key, created[shuffle], modified[shuffle], copies[shuffle])


def _keys(source: Source, ordinal: Ints, dice: Dice) -> pa.Array:
    if source is Source.CRM:
        return guids(dice, len(ordinal))
    if source is Source.WEBSHOP:
        return join("C-", digits(scrambled(ordinal, 9, 1), 9))
    if source is Source.LOYALTY:
        return join("2800", digits(scrambled(ordinal, 9, 2), 9))
    if source is Source.ERP:
        return digits(1_000_000_000 + scrambled(ordinal, 9, 3), 10)
    return join("N", digits(scrambled(ordinal, 9, 4), 9))


_HEX = text([f"{n:04x}" for n in range(1 << 16)])


def guids(dice: Dice, count: int) -> pa.Array:
    """Return random keys in the form of a GUID."""
    part = [pick(_HEX, dice.below(count, 1 << 16)) for _ in range(8)]
    return join(part[0], part[1], "-", part[2], "-", part[3], "-", part[4], "-", part[5], part[6], part[7])
