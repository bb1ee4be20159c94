"""The value of the most important source."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.definitions import Name
from onefold.foundation.warehouse import Sql, literal, spaced, sql
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy, SortKey


class Importance(MergePolicy):
    """Take the value of the source ranked first; sources that are not named follow in the order of `map`."""

    kind: ClassVar[str] = "importance"

    sources: tuple[Name, ...] = Field(default=(), description="Sources by rank; empty: the order of `map`.")

    @override
    def order(self, value: Sql, prepared: Sql) -> Sql:
        if not self.sources:
            return Sql("record_no")
        return self._rank()

    @override
    def whole(self, value: Sql, prepared: Sql) -> Sql | None:
        return self._rank()

    def _rank(self) -> Sql:
        branches = spaced(
            sql("WHEN {source} THEN {rank}", source=literal(source), rank=rank)
            for rank, source in enumerate(self.sources)
        )
        return sql("CASE source {branches} ELSE {last} END", branches=branches, last=len(self.sources))

    @override
    def in_words(self) -> str:
        return f"importance: {', '.join(self.sources)}" if self.sources else "importance"

    @override
    def sort_key(self, candidate: Candidate) -> SortKey:
        ranks = {source: rank for rank, source in enumerate(self.sources)}
        return (ranks.get(candidate.source, len(self.sources)),)
