"""The value that changed last."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy, SortKey, age


class MostRecent(MergePolicy):
    """Take the value of the record that changed last; records without a moment of change come last."""

    kind: ClassVar[str] = "most_recent"

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return Sql("updated_at DESC NULLS LAST")

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (candidate.updated_at is None, -age(candidate))
