"""RE2 patterns as Java reads them. Java itself is asked in the contract suite; here the text."""

from __future__ import annotations

import pytest

from onefold.foundation.warehouse.patterns import PatternNotPortableError, java_pattern


@pytest.mark.parametrize(
    ("pattern", "java"),
    [
        ("abc", "abc"),
        ("a$", r"a\z"),
        (r"a\$", r"a\$"),
        ("[$.]", "[$.]"),
        ("a.b", r"a[^\n]b"),
        ("(?s)a.b", r"(?s)a[\s\S]b"),
        ("(?i)é", "(?iu)é"),
        ("(?:a|b)(c)", "(?:a|b)(c)"),
        ("(?P<name>a)", "(?<name>a)"),
        (r"\s+", r"[\t\n\f\r ]+"),
        (r"[\s,]", r"[\t\n\f\r ,]"),
        (r"\S", r"[^\t\n\f\r ]"),
        (r"\d\w\W", r"\d\w\W"),
        (r"\p{L}\pN\p{Greek}", r"\p{L}\p{N}\p{IsGreek}"),
        ("[]a]", r"[\]a]"),
        ("[^]a]", r"[^\]a]"),
        (r"[\[\]]", r"[\[\]]"),
        (r"\x41[\x{1F600}-\x{1F64F}]", r"\x41[\x{1F600}-\x{1F64F}]"),
    ],
)
def test_rewritten(pattern: str, java: str) -> None:
    assert java_pattern(pattern) == java


@pytest.mark.parametrize(
    "pattern",
    ["[[:alpha:]]", r"\B", r"\1", "(?m)a", "(?=a)", "[a&&b]", "[a", r"\Qa\E", r"\p{", r"[\S]", "a\\", r"\x4"],
)
def test_refused(pattern: str) -> None:
    with pytest.raises(PatternNotPortableError):
        java_pattern(pattern)
