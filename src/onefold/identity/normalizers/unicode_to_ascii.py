"""Letters of other scripts and with accents become plain ASCII."""

from __future__ import annotations

from typing import ClassVar, Final

from anyascii import anyascii
from typing_extensions import override

from onefold.foundation.warehouse.sql import Sql
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer, not_ascii


class UnicodeToAscii(Normalizer):
    """Transliterate to ASCII with anyascii: é to e, Ж to Zh, Ω to O; the case of letters stays."""

    kind: ClassVar[str] = "unicode_to_ascii"
    position: ClassVar[int] = 20

    @override
    def sql(self, value: Sql, context: NormalizeContext) -> Sql:
        return value

    @override
    def undecided(self, value: Sql, context: NormalizeContext) -> Sql | None:
        return not_ascii(value)

    @override
    def python(self, value: str, context: NormalizeContext) -> str | None:
        return to_ascii(value)


def to_ascii(value: str) -> str:
    """Return the transliteration; ASCII text comes back as it is."""
    return value if value.isascii() else value.translate(_LETTERS)


class _Letters(dict[int, str]):
    """What anyascii makes of each character, asked once: it reads characters alone, never their neighbours."""

    def __missing__(self, code: int) -> str:
        self[code] = found = anyascii(chr(code))
        return found


_LETTERS: Final = _Letters()
