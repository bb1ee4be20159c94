"""Equal or not."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.comparisons.comparison import Comparison, double


class Exact(Comparison):
    """1 for equal texts, else 0."""

    kind: ClassVar[str] = "exact"

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        return sql(
            "CASE WHEN {l} = {r} THEN {one} WHEN {l} <> {r} THEN {zero} END",
            l=left,
            r=right,
            one=double(1),
            zero=double(0),
        )

    @override
    def python(self, left: str, right: str) -> float | None:
        return 1.0 if left == right else 0.0
