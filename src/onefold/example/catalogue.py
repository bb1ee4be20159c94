"""What the company sells and where: products, some under a different id in each system, and shops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from onefold.example.addresses import Addresses, draw_addresses, postcodes, street_lines
from onefold.example.columns import Dice, Floats, Ints, choose, cumulate, digits, pick, text, words
from onefold.example.countries import countries
from onefold.example.days import START, dates

Columns = dict[str, pa.Array]
WEBSHOP, TILL, ERP = range(3)
SYSTEMS = ("webshop", "till", "erp")
_PER_CATEGORY = 60
_GIFTS = 9
_THREEFOLD = 0.3

# Category: price range in cents, then what is sold.
_CATEGORIES: tuple[tuple[str, int, int, str], ...] = (
    (
        "Lighting",
        1900,
        24900,
        "Table_Lamp|Floor_Lamp|Pendant_Light|Lantern|Night_Light|Wall_Lamp|LED_Candle|Desk_Lamp",
    ),
    ("Kitchen", 600, 14900, "Kettle|Teapot|Coffee_Maker|Mug|Bowl|Serving_Board|Chef's_Knife|Storage_Jar|Pan"),
    (
        "Textiles",
        900,
        11900,
        "Wool_Blanket|Cushion|Linen_Sheet|Bath_Towel|Table_Runner|Curtain|Throw|Bed_Cover",
    ),
    (
        "Outdoor",
        1200,
        29900,
        "Hammock|Camping_Stove|Rucksack|Thermos|Fire_Bowl|Folding_Chair|Headlamp|Picnic_Set",
    ),
    (
        "Tea & Coffee",
        350,
        2900,
        "Green_Tea|Black_Tea|Herbal_Tea|Espresso_Beans|Filter_Coffee|Chai|Decaf_Beans",
    ),
    ("Bath & Body", 450, 4900, "Hand_Soap|Body_Lotion|Bath_Salts|Shampoo|Beard_Oil|Face_Cream|Lip_Balm"),
    (
        "Garden",
        400,
        15900,
        "Planter|Watering_Can|Bird_Feeder|Herb_Seeds|Secateurs|Trellis|Garden_Gloves|Bulbs",
    ),
    ("Furniture", 4900, 89900, "Stool|Side_Table|Bookshelf|Coat_Rack|Bench|Dining_Chair|Writing_Desk|Chest"),
    (
        "Children",
        700,
        7900,
        "Wooden_Train|Rag_Doll|Puzzle|Story_Book|Building_Blocks|Rain_Jacket|Kite|Night_Lamp",
    ),
    (
        "Gifts",
        500,
        9900,
        "Gift_Card|Candle_Set|Advent_Calendar|Chocolate_Box|Ornament|Wrapping_Set|Photo_Frame",
    ),
)
_BRANDS = words("Nordlicht Fjellvik Hyggo Sommarø Lys&Luft Tindra Vesterhav Kattegat Aalund Brisling")
_QUALITIES = words(
    "Aurora Polar Birch Midnight Copper Nordic Classic Mini Grand Ocean Forest Winter Amber Slate Linen Juniper "
    "Saga Drift Ember Harbour Meadow Pebble Rowan Skerry Tundra"
)
_SHOPS_PER_COUNTRY = (14, 10, 9, 6, 5)


@dataclass(frozen=True)
class Catalogue:
    """Products by number: `ids` holds the webshop's, the till's and the ERP's id after one another.

    Attributes:
        size: number of products; the system `s` calls product `p` `ids[s * size + p]`.
        ids: the pool.
        price: list price in cents.
        starts: first product of each category.
        popularity: cumulative share of sales inside a category, most popular first.
        columns: the rows of `products.csv`, one per id.
        truth: product id and product number of every row.
    """

    size: int
    ids: pa.Array
    price: Ints
    starts: Ints
    popularity: Floats
    columns: Columns
    truth: Columns

    def called(self, product: Ints, system: Ints) -> pa.Array:
        """Return the id by which a system calls each product."""
        return pick(self.ids, system * self.size + product)

    def draw(self, dice: Dice, category: Ints) -> Ints:
        """Return one product per category drawn, popular ones more often."""
        return self.starts[category] + dice.weighted(len(category), self.popularity)


GIFTS = _GIFTS
"""The category that is bought before Christmas."""


def _ean(number: int) -> str:
    body = f"40{number:010d}"
    total = sum(int(c) * (3 if at % 2 else 1) for at, c in enumerate(body))
    return body + str(-total % 10)


@cache
def catalogue(seed: int) -> Catalogue:
    """Return the seed's products."""
    dice = Dice(seed, 1_000_001)
    size = len(_CATEGORIES) * _PER_CATEGORY
    spread, brand, quality = dice.floats(size), dice.below(size, len(_BRANDS)), dice.order(size)
    threefold, unscanned = dice.hits(size, _THREEFOLD).tolist(), dice.hits(size, 0.15).tolist()
    ids: tuple[list[str], list[str], list[str]] = ([], [], [])
    prices: list[int] = []
    rows: list[tuple[str, ...]] = []
    for at in range(size):
        name, low, high, things = _CATEGORIES[at // _PER_CATEGORY]
        nouns = things.replace("_", " ").split("|")
        place = at % _PER_CATEGORY
        adjective = _QUALITIES[(place // len(nouns) * 3 + int(quality[at])) % len(_QUALITIES)]
        thing = f"{adjective} {nouns[place % len(nouns)]}"
        maker = _BRANDS[int(brand[at])]
        price = int((low + (high - low) * float(spread[at]) ** 3) // 100 * 100 + 90)
        prices.append(price)
        own = (f"NL-{10_000 + at * 7}", f"PRD-{88_000 + at * 3}", f"M{100_000 + at * 11:09d}")
        names = (f"{maker} {thing}", thing, f"{thing} {maker}".upper()[:26])
        for system in range(3):
            ids[system].append(own[system] if threefold[at] else own[WEBSHOP])
            if threefold[at] or system == WEBSHOP:
                ean = "" if threefold[at] and system == TILL and unscanned[at] else _ean(at * 97 + 1000)
                money = f"{price // 100}.{price % 100:02d}"
                rows.append(
                    (own[system], SYSTEMS[system], ean, names[system], name, maker, money, "EUR", str(at))
                )
    titles = ("product_id", "system", "ean", "name", "category", "brand", "price", "currency", "product")
    columns = {title: text([row[n] or None for row in rows]) for n, title in enumerate(titles)}
    number = columns.pop("product")
    return Catalogue(
        size=size,
        ids=text(ids[0] + ids[1] + ids[2]),
        price=np.array(prices, dtype=np.int64),
        starts=np.arange(len(_CATEGORIES)) * _PER_CATEGORY,
        popularity=cumulate(1 / (rank + 3) for rank in range(_PER_CATEGORY)),
        columns=columns,
        truth={"product_id": columns["product_id"], "product": number},
    )


@cache
def _shop_cities() -> tuple[Ints, Ints]:
    """Return (country, city) codes of each shop."""
    of_country: list[int] = []
    of_city: list[int] = []
    start = 0
    for at, country in enumerate(countries()):
        of_city.extend(range(start, start + _SHOPS_PER_COUNTRY[at]))
        of_country.extend([at] * _SHOPS_PER_COUNTRY[at])
        start += len(country.cities)
    return np.array(of_country), np.array(of_city)


@cache
def _nearest() -> pa.Array:
    country, city = _shop_cities()
    places = [(at, c.latitude, c.longitude) for at, each in enumerate(countries()) for c in each.cities]
    out = []
    for at, north, east in places:
        distances = [
            ((places[there][1] - north) ** 2 + ((places[there][2] - east) * 0.65) ** 2, shop)
            for shop, there in enumerate(city.tolist())
            if country[shop] == at
        ]
        out.append(f"S{101 + min(distances)[1]}")
    return text(out)


def nearest_shops(city: Ints) -> pa.Array:
    """Return the id of the same country's shop nearest to each city."""
    return pick(_nearest(), city)


def shop_ids() -> pa.Array:
    """Return the ids of all shops."""
    return text([f"S{101 + n}" for n in range(len(_shop_cities()[0]))])


def shop_columns(seed: int) -> Columns:
    """Return the rows of `shops.csv`."""
    dice = Dice(seed, 1_000_002)
    country, city = _shop_cities()
    count = len(city)
    drawn = draw_addresses(dice, country)
    home = Addresses(country, city, drawn.street, drawn.house)
    plain = np.zeros(count, dtype=bool)
    cities = [each for one in countries() for each in one.cities]
    here = [cities[at] for at in city.tolist()]
    return {
        "shop_id": shop_ids(),
        "name": text([f"Nordlicht {each.name}" for each in here]),
        "street": street_lines(home, plain, plain),
        "postcode": postcodes(home),
        "city": text([each.name for each in here]),
        "country": text([countries()[at].code for at in country.tolist()]),
        "latitude": text(
            [f"{each.latitude + shift:.5f}" for each, shift in zip(here, _shifts(dice, count), strict=True)]
        ),
        "longitude": text(
            [f"{each.longitude + shift:.5f}" for each, shift in zip(here, _shifts(dice, count), strict=True)]
        ),
        "opened_on": dates(START // 86_400 - 200 - dice.below(count, 6000)),
        "area_m2": choose(dice.hits(count, 0.05), None, digits(120 + dice.below(count, 900))),
    }


def _shifts(dice: Dice, count: int) -> list[float]:
    shifts: list[float] = ((dice.floats(count) - 0.5) * 0.04).tolist()
    return shifts
