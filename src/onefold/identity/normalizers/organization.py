"""Names of organizations without legal form and filler words."""

from __future__ import annotations

import re
from functools import cached_property
from typing import ClassVar, Final

from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql, any_of, comma, literal, sql
from onefold.identity.normalizers._tables import words_under
from onefold.identity.normalizers.normalizer import (
    NormalizeContext,
    Normalizer,
    first_part,
    fits,
    second_part,
)
from onefold.identity.normalizers.unicode_to_ascii import to_ascii

_JOINED: Final = re.compile(r"['`.\u2018\u2019]")
_OTHER: Final = re.compile(r"[^a-z0-9/]+")
_PLAIN_WORDS: Final = "[A-Za-z0-9]{2,}( [A-Za-z0-9]{2,})?"


class Organization(Normalizer):
    """Bring names of organizations together: `ACME Trading Co., Ltd.` and `Acme GmbH & Co. KG` become `acme`.

    Letters become lower-case ASCII, words are separated by one blank, and runs of single letters are one word
    (`A. B. C.` is `abc`). If only legal forms and fillers are left, they stay.

    Attributes:
        legal_forms: drop legal forms of some forty countries; short ones (`AS`, `SA`) only at the ends of the name.
        noise: drop words such as `group`, `holding`, `the`, `and`.
    """

    kind: ClassVar[str] = "organization"
    position: ClassVar[int] = 46

    legal_forms: bool = True
    noise: bool = True

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        return sql("lower({v})", v=value)

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        # One or two plain words that no list knows stay as they are.
        whole = sql("lower({v})", v=value)
        known = sorted(self._anywhere | self._at_ends)
        conditions = [sql("NOT {plain}", plain=fits(value, _PLAIN_WORDS))]
        if known:
            listed = comma(literal(word) for word in known)
            words = (first_part(whole, " "), second_part(whole, " "))
            conditions += [sql("{word} IN ({listed})", word=word, listed=listed) for word in words]
        return any_of(conditions)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        text = _JOINED.sub("", to_ascii(value).casefold())
        words = [word.replace("/", "") for word in _OTHER.split(text)]
        words = _letters_joined([word for word in words if word])
        kept = self._without_forms(words)
        return " ".join(kept or words) or None

    def _without_forms(self, words: list[str]) -> list[str]:
        anywhere, at_ends = self._anywhere, self._at_ends
        kept = [word for word in words if word not in anywhere]
        # Of a name in front of its form one word must stay: "AS Roma AS" keeps the club.
        while len(kept) > 1 and kept[-1] in at_ends:
            kept.pop()
        while len(kept) > 1 and kept[0] in at_ends:
            kept.pop(0)
        return kept

    @cached_property
    def _anywhere(self) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        if self.legal_forms:
            found |= words_under("legal_forms", "clear")
        if self.noise:
            found |= words_under("legal_forms", "noise")
        return found

    @cached_property
    def _at_ends(self) -> frozenset[str]:
        return words_under("legal_forms", "end") if self.legal_forms else frozenset()


def _letters_joined(words: list[str]) -> list[str]:
    """Return the words with runs of single letters made one: `s p a` is `spa`."""
    joined: list[str] = []
    run = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            joined.append(run)
            run = ""
        if word:
            joined.append(word)
    return joined
