"""The value of the record that knows most."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy, SortKey


class MostComplete(MergePolicy):
    """Take the value of the record with the most known attributes."""

    kind: ClassVar[str] = "most_complete"

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return Sql("filled DESC")

    @override
    def whole(self, value: Sql, prepared: Sql) -> Sql | None:
        return Sql("-filled")

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (-candidate.filled,)
