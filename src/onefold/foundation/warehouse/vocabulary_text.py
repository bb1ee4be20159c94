"""The `of_*` functions on text."""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

from onefold.foundation.warehouse.vocabulary import Function


def _levenshtein(left: str | None, right: str | None) -> int | None:
    if left is None or right is None:
        return None
    return Levenshtein.distance(left, right)


def _trim(text: str | None) -> str | None:
    return None if text is None else text.strip(" ")


FUNCTIONS = (
    Function(
        name="of_trim",
        parameters=(("a", "VARCHAR"),),
        returns="VARCHAR",
        # Few texts have anything to trim, and DuckDB's trim takes ten times as long as looking whether they do.
        duckdb="CASE WHEN a LIKE ' %' OR a LIKE '% ' THEN trim(a, ' ') ELSE a END",
        spark="trim(a)",
        python=_trim,
        examples=(
            ((" Юлия  ",), "Юлия"),
            (("a b",), "a b"),
            (("\ta ",), "\ta"),
            (("   ",), ""),
            (("",), ""),
            ((None,), None),
        ),
    ),
    Function(
        name="of_levenshtein",
        parameters=(("a", "VARCHAR"), ("b", "VARCHAR")),
        returns="BIGINT",
        # DuckDB's own function counts bytes, so it serves only where bytes are characters.
        duckdb="CASE WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN levenshtein(a, b) "
        "ELSE of_levenshtein__py(a, b) END",
        spark="CAST(levenshtein(a, b) AS BIGINT)",
        python=_levenshtein,
        examples=(
            (("kitten", "sitting"), 3),
            (("é", "e"), 1),
            (("Юлия", "Юлиа"), 1),
            (("", ""), 0),
            ((None, "a"), None),
        ),
    ),
)
