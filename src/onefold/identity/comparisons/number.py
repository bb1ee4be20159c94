"""Numbers that are nearly equal."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.comparisons.comparison import Comparison, number_in, number_of, within, within_python


class Number(Comparison):
    """1 up to `tolerance` apart, falling in a straight line to 0 at twice the tolerance.

    Attributes:
        tolerance: in the numbers' own unit, 0 or more; 0 asks for equality.
    """

    kind: ClassVar[str] = "number"

    tolerance: float = Field(ge=0, allow_inf_nan=False)

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        return within(sql("abs({l} - {r})", l=number_of(left), r=number_of(right)), self.tolerance)

    @override
    def python(self, left: str, right: str) -> float | None:
        a, b = number_in(left), number_in(right)
        if a is None or b is None:
            return None
        return within_python(abs(a - b), self.tolerance)
