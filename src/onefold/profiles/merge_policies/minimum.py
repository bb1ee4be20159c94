"""The smallest value."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy, SortKey, orderable


class Minimum(MergePolicy):
    """Take the smallest value: the earliest date, the lowest number, the first in the order of characters."""

    kind: ClassVar[str] = "minimum"
    looks_at_value: ClassVar[bool] = True

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return sql("{value} ASC", value=value)

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (orderable(candidate.value),)
