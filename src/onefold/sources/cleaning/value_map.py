"""Values for values."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Sql, literal, spaced, sql
from onefold.sources.cleaning.step import TextStep


class ValueMap(TextStep):
    """Put other values in place of known ones: `{DEU: DE, Germany: DE}`; case does not count."""

    kind: ClassVar[str] = "value_map"

    values: dict[str, str | None] = Field(
        min_length=1, description="What is found, and what is put; null empties."
    )
    otherwise: Literal["keep", "empty"] = Field(default="keep", description="What happens to other values.")

    @override
    def sql(self, value: Sql) -> Sql:
        branches = spaced(
            sql("WHEN {found} THEN {put}", found=literal(found.lower()), put=literal(put))
            for found, put in self.values.items()
        )
        rest = value if self.otherwise == "keep" else Sql("NULL")
        return sql("CASE lower(trim({v})) {branches} ELSE {rest} END", v=value, branches=branches, rest=rest)
