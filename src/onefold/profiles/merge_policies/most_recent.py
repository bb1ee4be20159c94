"""The value that changed last."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.profiles.merge_policies.merge_policy import LAST, Candidate, MergePolicy, SortKey, age


class MostRecent(MergePolicy):
    """Take the value of the record that changed last.

    Moments count to the millisecond. Records without a moment of change come last.
    """

    kind: ClassVar[str] = "most_recent"

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return Sql("of_epoch_ms(updated_at) DESC NULLS LAST")

    @override
    def whole(self, value: Sql, prepared: Sql) -> Sql | None:
        return sql("coalesce(-of_epoch_ms(updated_at), {last})", last=LAST)

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (candidate.updated_at is None, -age(candidate))
