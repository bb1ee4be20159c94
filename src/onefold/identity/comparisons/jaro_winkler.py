"""Jaro-Winkler: shared characters in nearby places, with weight on the beginning; made for names."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.comparisons.comparison import Comparison, said_by


class JaroWinkler(Comparison):
    """Jaro-Winkler similarity by characters, prefix weight 0.1 up to four characters.

    Source: W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of
    Record Linkage", 1990. An empty text is similar to nothing: 0.
    """

    kind: ClassVar[str] = "jaro_winkler"

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        return sql("of_jaro_winkler({l}, {r})", l=left, r=right)

    @override
    def python(self, left: str, right: str) -> float | None:
        return said_by("of_jaro_winkler", left, right)
