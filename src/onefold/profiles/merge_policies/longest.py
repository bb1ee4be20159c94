"""The longest value."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.profiles.merge_policies.merge_policy import LAST, Candidate, MergePolicy, SortKey


class Longest(MergePolicy):
    """Take the value with the most characters: the name that is spelled out."""

    kind: ClassVar[str] = "longest"
    looks_at_value: ClassVar[bool] = True

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return sql("length(CAST({value} AS VARCHAR)) DESC", value=value)

    @override
    def whole(self, value: Sql, prepared: Sql) -> Sql | None:
        return sql("coalesce(-length(CAST({value} AS VARCHAR)), {last})", value=value, last=LAST)

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (-len(str(candidate.value)),)
