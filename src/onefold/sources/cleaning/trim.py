"""White space."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Sql, sql
from onefold.sources.cleaning.step import TextStep


class Trim(TextStep):
    """Drop white space at both ends and make that inside a single blank; nothing left becomes a missing value."""

    kind: ClassVar[str] = "trim"

    inside: bool = Field(default=True, description="Whether runs of white space inside become one blank.")

    @override
    def sql(self, value: Sql) -> Sql:
        # \s of the engine is ASCII only; no-break and other Unicode blanks are \p{Z}.
        pattern = Sql(r"'[\s\p{Z}]+'") if self.inside else Sql(r"'^[\s\p{Z}]+|[\s\p{Z}]+$'")
        blank = Sql("' '") if self.inside else Sql("''")
        # Only values that hold such a character pay for the pattern.
        return sql(
            "nullif(CASE WHEN regexp_matches({v}, {any}) "
            "THEN trim(regexp_replace({v}, {p}, {b}, 'g')) ELSE {v} END, '')",
            v=value,
            any=Sql(r"'^[\s\p{Z}]|[\s\p{Z}]$|[\s\p{Z}]{2}|[^\S ]|[^\P{Z} ]'"),
            p=pattern,
            b=blank,
        )
