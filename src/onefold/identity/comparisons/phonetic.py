"""Alike in sound."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, sql
from onefold.foundation.warehouse.vocabulary import reference
from onefold.identity.comparisons.comparison import Comparison, double
from onefold.identity.comparisons.keys import Sound, phonetic_key


class Phonetic(Comparison):
    """1 when the sound codes of both texts are equal, else 0; null when one has no letters A-Z.

    Works on ASCII letters, so normalize with `unicode_to_ascii` first.

    Attributes:
        code: `cologne` (Kölner Phonetik, Postel 1969), a good fit for most European names, or `soundex`
            (American Soundex), coarser and made for English ones.
    """

    kind: ClassVar[str] = "phonetic"

    code: Sound = "cologne"

    @override
    def similarity(self, left: Sql, right: Sql) -> Sql:
        codes = {"l": phonetic_key(left, self.code), "r": phonetic_key(right, self.code)}
        return sql(
            "CASE WHEN {l} = {r} THEN {one} WHEN {l} <> {r} THEN {zero} END",
            **codes,
            one=double(1),
            zero=double(0),
        )

    @override
    def python(self, left: str, right: str) -> float | None:
        coded = reference(f"of_{self.code}")
        a, b = coded(left), coded(right)
        if a is None or b is None:
            return None
        return 1.0 if a == b else 0.0
