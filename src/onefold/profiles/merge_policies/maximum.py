"""The largest value."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy, SortKey, descending


class Maximum(MergePolicy):
    """Take the largest value: the latest date, the highest number, the last in the order of characters."""

    kind: ClassVar[str] = "maximum"
    looks_at_value: ClassVar[bool] = True

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return sql("{value} DESC", value=value)

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (descending(candidate.value),)
