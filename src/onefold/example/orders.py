"""Orders, their lines and returns over the three channels, from each person's rate, tastes and seasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from onefold.example.catalogue import ERP, GIFTS, TILL, WEBSHOP, Catalogue, nearest_shops, shop_ids
from onefold.example.columns import Bools, Dice, Ints, choose, cumulate, digits, join, pick, scrambled, text
from onefold.example.countries import countries
from onefold.example.days import DAY, END, FIRST_DAY, START, instants, shopping_times
from onefold.example.people import CATEGORIES, People
from onefold.example.records import Records, Source

Columns = dict[str, pa.Array]
CHANNELS = {Source.WEBSHOP: WEBSHOP, Source.LOYALTY: TILL, Source.ERP: ERP}
CHANNEL_NAMES = text(["webshop", "till", "phone"])
LINE_SCHEMA = pa.schema(
    [
        ("order_id", pa.string()),
        ("line_no", pa.int32()),
        ("product_id", pa.string()),
        ("quantity", pa.int32()),
        ("unit_price", pa.decimal128(12, 2)),
        ("amount", pa.decimal128(12, 2)),
    ]
)
_SHARES = np.array([0.55, 0.45, 0.3])
_RETURNED = np.array([0.09, 0.035, 0.02])
_LINES = cumulate((0.48, 0.26, 0.13, 0.07, 0.04, 0.02))
_QUANTITY = cumulate((0.82, 0.13, 0.05))
_LOYAL_TO_TASTE, _SECOND_TASTE = 0.5, 0.75
_GIFT_SHARE = 0.35
_LETTERS = text(["W", "T", "P", "RW", "RT", "RP"])
_CAPACITY = 4_000_000


@dataclass(frozen=True)
class _Orders:
    """Orders of a block: `holder` is the row in the joined list of customers, `at` the second of the order."""

    holder: Ints
    at: Ints
    channel: Ints
    lines: Ints
    origin: Ints

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True)
class _Customers:
    """The three channels' records one after another."""

    reference: pa.Array
    person: Ints
    channel: Ints
    since: Ints
    until: Ints
    orders: Ints


def order_rows(
    key: tuple[int, int], people: People, records: Mapping[Source, Records], products: Catalogue
) -> tuple[Columns, pa.RecordBatch]:
    """Return the block's rows of `orders.csv` and of `order_lines.parquet`; `key` is (seed, block)."""
    dice = Dice(*key, 7)
    customers = _customers(dice, people, records)
    orders = _draw_orders(dice, customers)
    product, quantity = _draw_lines(dice, people, customers, orders, products)
    price = products.price[product]
    of = np.repeat(np.arange(len(orders)), orders.lines)
    # Some weeks are sale: a tenth of all lines is sold at 20 % off.
    price = np.where(dice.hits(len(of), 0.1), price * 8 // 10, price)

    back = _draw_returns(dice, orders)
    all_orders = _with_returns(dice, orders, back)
    first = np.cumsum(orders.lines) - orders.lines
    source_line = np.concatenate([np.arange(len(of)), first[back]])
    sign = np.concatenate([np.ones(len(of), dtype=np.int64), np.full(len(back), -1)])
    order_of = np.concatenate([of, len(orders) + np.arange(len(back))])
    position = np.concatenate([np.arange(len(of)) - first[of] + 1, np.ones(len(back), dtype=np.int64)])
    quantity = quantity[source_line] * sign
    unit = price[source_line]
    total = np.bincount(
        order_of, weights=(quantity * unit).astype(np.float64), minlength=len(all_orders)
    ).astype(np.int64)

    ids = _order_ids(key[1], all_orders)
    chronological = np.argsort(all_orders.at, kind="stable")
    rows = _order_columns(dice, people, customers, all_orders, ids, total)
    lines = pa.RecordBatch.from_arrays(
        [
            pick(ids, order_of),
            pa.array(position.astype(np.int32)),
            products.called(product[source_line], all_orders.channel[order_of]),
            pa.array(quantity.astype(np.int32)),
            cents(unit),
            cents(quantity * unit),
        ],
        schema=LINE_SCHEMA,
    )
    return {name: pick(values, chronological) for name, values in rows.items()}, lines


def cents(amounts: Ints) -> pa.Array:
    """Return whole cents as decimals of two places, exactly."""
    words = np.empty((len(amounts), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = amounts, amounts >> 63
    return pa.Array.from_buffers(
        pa.decimal128(12, 2), len(amounts), [None, pa.py_buffer(words.astype("<i8"))]
    )


def _customers(dice: Dice, people: People, records: Mapping[Source, Records]) -> _Customers:
    held = [records[source] for source in CHANNELS]
    person = np.concatenate([each.person for each in held])
    channel = np.concatenate([np.full(len(records[source]), code) for source, code in CHANNELS.items()])
    created = np.concatenate([each.created for each in held])
    copies = np.concatenate([each.copies for each in held])
    since = np.maximum(created + 60, START)
    until = np.minimum(people.left[person], END)
    months = np.maximum(0, until - since) / (30.4 * DAY)
    orders = dice.poisson(people.rate[person] * _SHARES[channel] * months / copies)
    # Whoever registers in a channel mostly does so to buy: a first order within the month.
    opening = dice.hits(len(person), 0.4) & (created >= START) & (until > since + DAY)
    return _Customers(
        reference=pa.concat_arrays([each.key for each in held]),
        person=person,
        channel=channel,
        since=since,
        until=np.maximum(until, since),
        orders=np.where(opening, np.maximum(orders, 1), orders),
    )


def _draw_orders(dice: Dice, customers: _Customers) -> _Orders:
    holder = np.repeat(np.arange(len(customers.orders)), customers.orders)
    at = shopping_times(dice, customers.since[holder], customers.until[holder])
    lines = 1 + dice.weighted(len(holder), _LINES)
    return _Orders(holder, at, customers.channel[holder], lines, np.full(len(holder), -1))


def _draw_lines(
    dice: Dice, people: People, customers: _Customers, orders: _Orders, products: Catalogue
) -> tuple[Ints, Ints]:
    """Return product and quantity per line: mostly of the person's two tastes, gifts before Christmas."""
    of = np.repeat(np.arange(len(orders)), orders.lines)
    person = customers.person[orders.holder[of]]
    count = len(of)
    leaning = dice.floats(count)
    category = np.where(leaning < _SECOND_TASTE, people.other_taste[person], dice.below(count, CATEGORIES))
    category = np.where(leaning < _LOYAL_TO_TASTE, people.taste[person], category)
    festive = _festive(orders.at)[of] & dice.hits(count, _GIFT_SHARE)
    product = products.draw(dice, np.where(festive, GIFTS, category))
    return product, 1 + dice.weighted(count, _QUANTITY)


def _festive(at: Ints) -> Bools:
    first = np.datetime64(FIRST_DAY.isoformat())
    months = (first + (at - START) // DAY * np.timedelta64(1, "D")).astype("datetime64[M]").astype(
        np.int64
    ) % 12
    out: Bools = months >= 10
    return out


def _draw_returns(dice: Dice, orders: _Orders) -> Ints:
    """Return the orders of which the first line comes back before the end."""
    returned = dice.hits(len(orders), _RETURNED[orders.channel]) & (orders.at < END - 30 * DAY)
    return np.flatnonzero(returned)


def _with_returns(dice: Dice, orders: _Orders, back: Ints) -> _Orders:
    later = orders.at[back] + 2 * DAY + dice.below(len(back), 26 * DAY)
    return _Orders(
        holder=np.concatenate([orders.holder, orders.holder[back]]),
        at=np.concatenate([orders.at, later]),
        channel=np.concatenate([orders.channel, orders.channel[back]]),
        lines=np.concatenate([orders.lines, np.ones(len(back), dtype=np.int64)]),
        origin=np.concatenate([orders.origin, back]),
    )


def _order_ids(block: int, orders: _Orders) -> pa.Array:
    number = digits(scrambled(block * _CAPACITY + np.arange(len(orders)), 10, 0), 10)
    return join(pick(_LETTERS, orders.channel + 3 * (orders.origin >= 0)), number)


def _order_columns(
    dice: Dice, people: People, customers: _Customers, orders: _Orders, ids: pa.Array, total: Ints
) -> Columns:
    count, person = len(orders), customers.person[orders.holder]
    till = orders.channel == TILL
    abroad = dice.hits(count, 0.03)
    shop = choose(
        abroad, pick(shop_ids(), dice.below(count, len(shop_ids()))), nearest_shops(people.home.city[person])
    )
    currencies = text([country.currency for country in countries()])
    return {
        "order_id": ids,
        "customer_ref": pick(customers.reference, orders.holder),
        "channel": pick(CHANNEL_NAMES, orders.channel),
        "shop_id": choose(~till, None, shop),
        "ordered_at": instants(orders.at),
        "currency": pick(currencies, people.country[person]),
        "total": cents(total).cast(pa.string()),
        "return_of": choose(orders.origin < 0, None, pick(ids, np.maximum(orders.origin, 0))),
    }
