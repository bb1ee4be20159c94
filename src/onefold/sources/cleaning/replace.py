"""Texts inside texts."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Sql, literal, sql
from onefold.sources.cleaning.step import TextStep


class Replace(TextStep):
    """Put one text in place of another, everywhere in the value; nothing left becomes a missing value."""

    kind: ClassVar[str] = "replace"

    find: str = Field(
        min_length=1, description="The text to look for; with `pattern`, an RE2 regular expression."
    )
    put: str = Field(
        default="", description="What stands there afterwards; with `pattern`, \\1 is its first group."
    )
    pattern: bool = False

    @override
    def sql(self, value: Sql) -> Sql:
        find, put = literal(self.find), literal(self.put)
        if self.pattern:
            return sql("nullif(regexp_replace({v}, {find}, {put}, 'g'), '')", v=value, find=find, put=put)
        return sql("nullif(replace({v}, {find}, {put}), '')", v=value, find=find, put=put)
