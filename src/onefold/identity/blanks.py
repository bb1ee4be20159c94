"""Text that says nothing."""

from __future__ import annotations

from onefold.foundation.warehouse import Sql, sql


def says_something(text: Sql) -> Sql:
    """Return the condition that a text is more than blanks; null beside null."""
    # Nearly all texts begin with a letter or digit, which is looked at far faster than blanks are taken off.
    return sql("({text} >= '!' OR of_trim({text}) <> '')", text=text)
