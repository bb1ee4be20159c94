"""The value that most records have."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy, SortKey


class MostFrequent(MergePolicy):
    """Take the value that most of the profile's records have."""

    kind: ClassVar[str] = "most_frequent"
    looks_at_value: ClassVar[bool] = True

    @override
    def prepared(self, value: Sql) -> Sql | None:
        return sql("count(*) OVER (PARTITION BY profile_id, {value})", value=value)

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return sql("{prepared} DESC", prepared=prepared)

    @override
    def whole(self, value: Sql, prepared: Sql) -> Sql | None:
        return sql("-{prepared}", prepared=prepared)

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (-candidate.frequency,)
