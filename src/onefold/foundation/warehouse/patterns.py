r"""Regular expressions that mean the same on RE2 (DuckDB) and on Java (Spark).

`java_pattern` rewrites what the two read differently and refuses what cannot be rewritten. Measured differences:
`$` also matches before a last line break in Java; `.` stops at more characters; `\s` includes the vertical tab;
`(?i)` folds ASCII only; `\b` sees letters outside ASCII; `[[:alpha:]]` is read as a nested class.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_SPACE: Final = r"\t\n\f\r "
_WORD: Final = "0-9A-Za-z_"
_BOUNDARY: Final = f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
# Letters after a backslash that both engines read alike, outside and inside a class.
_SAME: Final = frozenset("dDwWtnrfAz")
_CATEGORY_LENGTH: Final = 2
_CODE_POINT: Final = re.compile(r"\\x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})")


class PatternNotPortableError(ValueError):
    """The pattern has something that the engines read differently; the message says what to write."""


def java_pattern(pattern: str) -> str:
    """Return the RE2 pattern as Java reads it, matching the same texts.

    Raises:
        PatternNotPortableError: a construct has no equal in Java.
    """
    return _Rewriter(pattern).run()


class _Rewriter:
    """One pass over the pattern, from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._dot = r"[^\n]"

    def run(self) -> str:
        out: list[str] = []
        handlers: dict[str, Callable[[], str]] = {
            "\\": lambda: self._escape(in_class=False),
            "[": self._class,
            "(": self._group,
            "$": lambda: self._single(r"\z"),
            ".": lambda: self._single(self._dot),
        }
        while self._at < len(self._pattern):
            handler = handlers.get(self._pattern[self._at])
            out.append(handler() if handler else self._single(self._pattern[self._at]))
        return "".join(out)

    def _single(self, replacement: str) -> str:
        self._at += 1
        return replacement

    def _group(self) -> str:
        rest = self._pattern[self._at :]
        if not rest.startswith("(?"):
            return self._single("(")
        if rest.startswith(("(?:", "(?P<")):
            opener = "(?:" if rest.startswith("(?:") else "(?P<"
            self._at += len(opener)
            return "(?:" if opener == "(?:" else "(?<"
        flags = rest[2:].split(")")[0].split(":")[0]
        if not flags or set(flags) - set("is"):
            message = f"The group '(?{flags}' is read differently; use (?i), (?s) or (?:...)."
            raise PatternNotPortableError(message)
        if "s" in flags:
            self._dot = r"[\s\S]"
        self._at += 2 + len(flags)
        return "(?" + flags.replace("i", "iu")

    def _escape(self, *, in_class: bool) -> str:
        letter = self._pattern[self._at + 1 : self._at + 2]
        if letter == "p" or letter == "P":
            return self._property(letter)
        if letter == "x":
            return self._code_point()
        self._at += 2
        if letter == "s":
            return _SPACE if in_class else f"[{_SPACE}]"
        if letter == "S" and not in_class:
            return f"[^{_SPACE}]"
        if letter == "b" and not in_class:
            return _BOUNDARY
        if letter in _SAME or (letter and not letter.isalnum()):
            return "\\" + letter
        raise PatternNotPortableError(f"The escape '\\{letter}' is read differently; write the characters.")

    def _property(self, letter: str) -> str:
        start = self._at + 2
        if self._pattern[start : start + 1] != "{":
            self._at = start + 1
            return f"\\{letter}{{{self._pattern[start : start + 1]}}}"
        end = self._pattern.find("}", start)
        name = self._pattern[start + 1 : end]
        if end < 0 or not name.isalpha():
            raise PatternNotPortableError("Write \\p{L}, \\p{Lu} or a script such as \\p{Greek}.")
        self._at = end + 1
        # Java knows scripts by the prefix `Is`; general categories have one or two letters in both.
        java = name if len(name) <= _CATEGORY_LENGTH else f"Is{name}"
        return f"\\{letter}{{{java}}}"

    def _code_point(self) -> str:
        found = _CODE_POINT.match(self._pattern, self._at)
        if found is None:
            raise PatternNotPortableError("Write a code point as \\x41 or \\x{1F600}.")
        self._at = found.end()
        return found[0]

    def _class(self) -> str:
        out = ["["]
        self._at += 1
        if self._pattern[self._at : self._at + 1] == "^":
            out.append(self._single("^"))
        first = True
        while self._at < len(self._pattern):
            character = self._pattern[self._at]
            if character == "]" and not first:
                out.append(self._single("]"))
                return "".join(out)
            if character == "[":
                message = "Inside a class, write ranges such as a-z for [:alpha:], and '[' as '\\['."
                raise PatternNotPortableError(message)
            if self._pattern.startswith("&&", self._at):
                raise PatternNotPortableError("Java reads '&&' inside a class as an intersection.")
            if character == "\\":
                out.append(self._escape(in_class=True))
            else:
                out.append(self._single("\\]" if character == "]" else character))
            first = False
        raise PatternNotPortableError("The class has no end.")
