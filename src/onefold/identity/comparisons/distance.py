"""Places that are near each other."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, literal, sql
from onefold.identity.comparisons.comparison import (
    Comparison,
    said_by,
    within,
    within_python,
)

# The limits are part of the form. Each next character decides between branches, which lets RE2 read in one pass.
_DECIMALS: Final = "[.][0-9]{1,30}"
_LATITUDE: Final = f"(?:[0-8][0-9]?(?:{_DECIMALS})?|9(?:{_DECIMALS}|0(?:[.]0{{1,30}})?)?)"
_LONGITUDE: Final = (
    f"(?:0[0-9]{{0,2}}(?:{_DECIMALS})?|[2-9][0-9]?(?:{_DECIMALS})?"
    f"|1(?:{_DECIMALS}|[0-7][0-9]?(?:{_DECIMALS})?|9(?:{_DECIMALS})?|8(?:{_DECIMALS}|0(?:[.]0{{1,30}})?)?)?)"
)
_PLACE: Final = f" *([+-]?{_LATITUDE}) *, *([+-]?{_LONGITUDE}) *"
_PLACE_PATTERN: Final = re.compile(_PLACE)


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
        kilometers = sql(
            "of_distance_km({lat_a}, {lon_a}, {lat_b}, {lon_b})",
            lat_a=_coordinate(left, 1),
            lon_a=_coordinate(left, 2),
            lat_b=_coordinate(right, 1),
            lon_b=_coordinate(right, 2),
        )
        return within(kilometers, self.km)

    @override
    def python(self, left: str, right: str) -> float | None:
        a, b = _place_in(left), _place_in(right)
        if a is None or b is None:
            return None
        kilometers = said_by("of_distance_km", *a, *b)
        return None if kilometers is None else within_python(kilometers, self.km)


def _coordinate(text: Sql, number: int) -> Sql:
    # The sum lets DuckDB see that it is the same expression each time; of a CASE, which of_number is, it does not.
    return sql(
        "(of_number(regexp_extract({t}, {place}, {number})) + 0)",
        t=text,
        place=literal(rf"^(?:{_PLACE})\z"),
        number=number,
    )


def _place_in(text: str) -> tuple[float, float] | None:
    match = _PLACE_PATTERN.fullmatch(text)
    return (float(match[1]), float(match[2])) if match else None
