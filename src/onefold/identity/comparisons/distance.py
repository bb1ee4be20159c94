"""Places that are near each other."""

from __future__ import annotations

import math
import re
from typing import ClassVar, Final

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, literal, sql
from onefold.identity.comparisons.comparison import (
    Comparison,
    double,
    within,
    within_python,
)

_DEGREES: Final = "([+-]?[0-9]{1,3}(?:[.][0-9]{1,30})?)"
_PLACE: Final = f" *{_DEGREES} *, *{_DEGREES} *"
_PLACE_PATTERN: Final = re.compile(_PLACE)
_LARGEST: Final = (90.0, 180.0)
# The mean radius of the Earth (IUGG).
_EARTH_RADIUS_KM: Final = 6371.0088
# At the antipodes the sum may pass 1 by its last bit, where the arc sine is an error. This factor moves a distance by
# 0.2 m there and by nothing that shows elsewhere, and spares reading both coordinates twice.
_BELOW_ONE: Final = 1 - 1e-15


class Distance(Comparison):
    """1 up to `km` kilometers apart, falling in a straight line to 0 at twice as many.

    Both texts are `latitude,longitude` in degrees, such as `52.52,13.405`; anything else gives null. The distance is
    the great circle by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", 1984).

    Attributes:
        km: kilometers, more than 0.
    """

    kind: ClassVar[str] = "distance"

    km: float = Field(gt=0, allow_inf_nan=False)

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        holes = {
            "lat1": _coordinate(left, 1),
            "lon1": _coordinate(left, 2),
            "lat2": _coordinate(right, 1),
            "lon2": _coordinate(right, 2),
            "below_one": double(_BELOW_ONE),
            "two": double(2),
            "diameter": double(2 * _EARTH_RADIUS_KM),
        }
        kilometers = sql(
            "{diameter} * asin(sqrt({below_one} * (pow(sin(radians({lat2} - {lat1}) / {two}), {two}) "
            "+ cos(radians({lat1})) * cos(radians({lat2})) "
            "* pow(sin(radians({lon2} - {lon1}) / {two}), {two}))))",
            **holes,
        )
        return within(kilometers, self.km)

    @override
    def python(self, left: str, right: str) -> float | None:
        a, b = _place_in(left), _place_in(right)
        if a is None or b is None:
            return None
        haversine = math.pow(math.sin(math.radians(b[0] - a[0]) / 2), 2) + math.cos(
            math.radians(a[0])
        ) * math.cos(math.radians(b[0])) * math.pow(math.sin(math.radians(b[1] - a[1]) / 2), 2)
        return within_python(2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(_BELOW_ONE * haversine)), self.km)


def _coordinate(text: Sql, number: int) -> Sql:
    part = sql(
        "TRY_CAST(regexp_extract({t}, {place}, {number}) AS DOUBLE)",
        t=text,
        place=literal(rf"^(?:{_PLACE})\z"),
        number=number,
    )
    limit = double(_LARGEST[number - 1])
    return sql("CASE WHEN abs({part}) <= {limit} THEN {part} END", part=part, limit=limit)


def _place_in(text: str) -> tuple[float, float] | None:
    match = _PLACE_PATTERN.fullmatch(text)
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    if abs(latitude) > _LARGEST[0] or abs(longitude) > _LARGEST[1]:
        return None
    return latitude, longitude
