"""Every value, as a list."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse import Sql
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy, SortKey


class Collect(MergePolicy):
    """Keep every distinct value, sorted, as a list of texts; the attribute has many values."""

    kind: ClassVar[str] = "collect"
    collects: ClassVar[bool] = True

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        return Sql("record_no")

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        return (candidate.record_no,)

    @staticmethod
    def collected(candidates: list[Candidate]) -> list[str]:
        """Return the list of plain candidates: the reference of what the SQL does."""
        return sorted({str(candidate.value) for candidate in candidates})
