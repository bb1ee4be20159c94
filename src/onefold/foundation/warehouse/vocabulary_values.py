"""The `of_*` functions that read and write single values: keys, digits and numbers."""

from __future__ import annotations

import hashlib
import math
import re

from onefold.foundation.warehouse.vocabulary import Function

# The least that every engine reads alike: no `1_000`, `1d`, `0x10` or `inf`.
_INTEGER = r"^ *[+-]?[0-9]{1,18} *"
_NUMBER = r"^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})? *"
_EARTH_KM = 6371.0088
# The haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984) on the Earth's mean
# radius (IUGG 1980). To the millimetre: engines differ in the last bits of sines.
# least() passes over nulls; the last addend brings them back, without a CASE that would work everything out twice.
_SQUARE = (
    "(power(sin(radians(lat_b - lat_a) / 2), 2) + cos(radians(lat_a)) * cos(radians(lat_b)) "
    "* power(sin(radians(lon_b - lon_a) / 2), 2))"
)
_HAVERSINE = (
    "round(2 * CAST('6371.0088' AS DOUBLE) "
    f"* asin(sqrt(least(CAST(1 AS DOUBLE), {_SQUARE}) + 0 * {_SQUARE})), 6)"
)


def key(text: str | None) -> int | None:
    """Return the persisted key of a text: the first 60 bits of its MD5."""
    if text is None:
        return None
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:15], 16)


def _digits(text: str | None) -> str | None:
    return None if text is None else re.sub("[^0-9]", "", text)


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(_INTEGER, text) else None


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(_NUMBER, text) else None


def _round(value: float | None, digits: int | None) -> float | None:
    if value is None or digits is None:
        return None
    scale = 10.0**digits
    half_up = math.floor(abs(value) * scale + 0.5) / scale
    return half_up if value >= 0 else -half_up


def _distance_km(
    lat_a: float | None, lon_a: float | None, lat_b: float | None, lon_b: float | None
) -> float | None:
    if lat_a is None or lon_a is None or lat_b is None or lon_b is None:
        return None
    north, east = math.radians(lat_b - lat_a) / 2, math.radians(lon_b - lon_a) / 2
    square = (
        math.sin(north) ** 2
        + math.cos(math.radians(lat_a)) * math.cos(math.radians(lat_b)) * math.sin(east) ** 2
    )
    return _round(2 * _EARTH_KM * math.asin(math.sqrt(min(square, 1.0))), 6)


FUNCTIONS = (
    Function(
        name="of_key",
        parameters=(("a", "VARCHAR"),),
        returns="BIGINT",
        duckdb="CAST('0x' || substr(md5(a), 1, 15) AS BIGINT)",
        spark="CAST(conv(substring(md5(a), 1, 15), 16, 10) AS BIGINT)",
        python=key,
        examples=(
            (("",), 955282973525019424),
            (("Юлия",), key("Юлия")),
            (("a\tb",), key("a\tb")),
            ((None,), None),
        ),
    ),
    Function(
        name="of_digits",
        parameters=(("a", "VARCHAR"),),
        returns="VARCHAR",
        duckdb="regexp_replace(a, '[^0-9]', '', 'g')",
        spark="regexp_replace(a, '[^0-9]', '')",
        python=_digits,
        examples=(
            (("+43 (0)1/23-45",), "4301" + "2345"),
            (("٣ four",), ""),
            (("",), ""),
            ((None,), None),
        ),
    ),
    Function(
        name="of_integer",
        parameters=(("a", "VARCHAR"),),
        returns="BIGINT",
        duckdb=f"CASE WHEN regexp_matches(a, '{_INTEGER}$') THEN TRY_CAST(a AS BIGINT) END",
        spark=f"CASE WHEN a RLIKE '{_INTEGER}\\\\z' THEN TRY_CAST(a AS BIGINT) END",
        python=_integer,
        examples=(
            (("42",), 42),
            ((" -7 ",), -7),
            (("+3",), 3),
            (("007",), 7),
            (("999999999999999999",), 999999999999999999),
            (("9999999999999999999",), None),
            (("1.5",), None),
            (("1e3",), None),
            (("1_000",), None),
            (("0x10",), None),
            (("5\n",), None),
            (("٣",), None),
            (("",), None),
            ((None,), None),
        ),
    ),
    Function(
        name="of_number",
        parameters=(("a", "VARCHAR"),),
        returns="DOUBLE",
        duckdb=f"CASE WHEN regexp_matches(a, '{_NUMBER}$') THEN TRY_CAST(a AS DOUBLE) END",
        spark=f"CASE WHEN a RLIKE '{_NUMBER}\\\\z' THEN TRY_CAST(a AS DOUBLE) END",
        python=_number,
        examples=(
            (("1.5",), 1.5),
            ((" -.5 ",), -0.5),
            (("5.",), 5.0),
            (("1e-3",), 0.001),
            (("0.1",), 0.1),
            (("1d",), None),
            (("1_000",), None),
            (("1,5",), None),
            (("nan",), None),
            (("inf",), None),
            (("1.5\n",), None),
            (("",), None),
            ((None,), None),
        ),
    ),
    Function(
        name="of_round",
        parameters=(("a", "DOUBLE"), ("n", "BIGINT")),
        returns="DOUBLE",
        # Half away from zero of the double as it is: 1.005 is a little less than that, and gives 1.0.
        duckdb="CASE WHEN a >= 0 THEN floor(a * power(10.0::DOUBLE, n) + 0.5::DOUBLE) / power(10.0::DOUBLE, n) "
        "ELSE -(floor(-a * power(10.0::DOUBLE, n) + 0.5::DOUBLE) / power(10.0::DOUBLE, n)) END",
        spark="CASE WHEN a >= 0 THEN CAST(floor(a * power(CAST(10 AS DOUBLE), n) + CAST(0.5 AS DOUBLE)) AS DOUBLE) "
        "/ power(CAST(10 AS DOUBLE), n) "
        "ELSE -(CAST(floor(-a * power(CAST(10 AS DOUBLE), n) + CAST(0.5 AS DOUBLE)) AS DOUBLE) "
        "/ power(CAST(10 AS DOUBLE), n)) END",
        python=_round,
        examples=(
            ((1.005, 2), 1.0),
            ((2.675, 2), 2.68),
            ((0.125, 2), 0.13),
            ((-0.125, 2), -0.13),
            ((2.5, 0), 3.0),
            ((0.1234567891, 9), 0.123456789),
            ((None, 2), None),
        ),
    ),
    Function(
        name="of_distance_km",
        parameters=(("lat_a", "DOUBLE"), ("lon_a", "DOUBLE"), ("lat_b", "DOUBLE"), ("lon_b", "DOUBLE")),
        returns="DOUBLE",
        duckdb=_HAVERSINE,
        spark=_HAVERSINE,
        python=_distance_km,
        examples=(
            ((48.2082, 16.3738, 52.52, 13.405), 523.545719),
            ((0.0, 0.0, 0.0, 180.0), 20015.114442),
            ((-90.0, 0.0, 90.0, 0.0), 20015.114442),
            ((0.0, 179.5, 0.0, -179.5), 111.195080),
            ((48.0, 16.0, 48.0, 16.0), 0.0),
            ((None, 16.0, 48.0, 16.0), None),
        ),
    ),
)
