"""Characters to insert, delete or replace, relative to the shorter text."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.identity.comparisons.comparison import DIGITS, Comparison, double, said_by


class EditDistance(Comparison):
    """(shorter length - Levenshtein distance) / shorter length, at least 0, by characters.

    Source: "Score" of fuzzy conditions in Dynamics 365 Customer Insights: (base length - edit distance) / base
    length. Its documentation leaves open which of the two texts is the base; its one example
    (`robert2020@hotmail.com`, 22 characters, and `robrt2020@hotmail.cm`, 20 characters, distance 2, score 0.9) holds
    for the shorter one only, so that is what is meant here. An empty text is similar to nothing: 0.
    """

    kind: ClassVar[str] = "edit_distance"

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        return sql(
            # greatest() and least() skip nulls, so those go first.
            "CASE WHEN {l} IS NULL OR {r} IS NULL THEN NULL WHEN {l} = '' OR {r} = '' THEN {zero} "
            "WHEN {l} = {r} THEN {one} ELSE greatest({zero}, "
            "round(({shorter} - of_levenshtein({l}, {r})) / CAST(nullif({shorter}, 0) AS DOUBLE), 9)) END",
            l=left,
            r=right,
            one=double(1),
            zero=double(0),
            shorter=sql("least(length({l}), length({r}))", l=left, r=right),
        )

    @override
    def python(self, left: str, right: str) -> float | None:
        shorter = min(len(left), len(right))
        if shorter == 0:
            return 0.0
        distance = said_by("of_levenshtein", left, right) or 0.0
        return max(0.0, round((shorter - distance) / shorter, DIGITS))
