"""The value that changed first."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.profiles.merge_policies.merge_policy import LAST, Candidate, MergePolicy, SortKey


class LeastRecent(MergePolicy):
    """Take the value of the record that changed first.

    How recent a record is, is what its source's `updated_at` or the `recency` in identity's `map` says: a moment,
    which counts to the millisecond since 1970, or a number, which counts as it is. Records without one come last.
    """

    kind: ClassVar[str] = "least_recent"
    looks_at_recency: ClassVar[bool] = True

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return Sql("_recency ASC NULLS LAST")

    @override
    def whole(self, value: Sql, prepared: Sql) -> Sql | None:
        return sql("coalesce(_recency, {last})", last=LAST)

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (candidate.recency is None, candidate.recency or 0)
