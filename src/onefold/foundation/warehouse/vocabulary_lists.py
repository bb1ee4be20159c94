"""The `of_*` functions on lists of texts."""

from __future__ import annotations

from onefold.foundation.warehouse.vocabulary import Function


def _at(items: list[str | None] | None, position: int | None) -> str | None:
    if items is None or position is None or not 1 <= position <= len(items):
        return None
    return items[position - 1]


def _distinct_sorted(items: list[str | None] | None) -> list[str] | None:
    return None if items is None else sorted({item for item in items if item is not None})


def _list_text(items: list[str | None] | None, separator: str | None) -> str | None:
    if items is None or separator is None:
        return None
    return separator.join(item for item in items if item is not None)


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word for word in text.split(" ") if word]


FUNCTIONS = (
    Function(
        name="of_at",
        parameters=(("l", "VARCHAR[]"), ("i", "BIGINT")),
        returns="VARCHAR",
        duckdb="CASE WHEN i >= 1 THEN list_extract(l, i) END",
        spark="CASE WHEN i >= 1 THEN get(l, CAST(i AS INT) - 1) END",
        python=_at,
        examples=(
            ((["a", "é"], 2), "é"),
            ((["a", "é"], 3), None),
            ((["a"], 0), None),
            ((["a"], -1), None),
            (([], 1), None),
            (([None, "b"], 1), None),
            ((None, 1), None),
        ),
    ),
    Function(
        name="of_list_distinct_sorted",
        parameters=(("l", "VARCHAR[]"),),
        returns="VARCHAR[]",
        duckdb="list_sort(list_distinct(l))",
        spark="array_sort(array_distinct(filter(l, item -> item IS NOT NULL)))",
        python=_distinct_sorted,
        examples=(
            ((["b", "a", "b", None],), ["a", "b"]),
            ((["Юлия", "é", "Z", "a"],), ["Z", "a", "é", "Юлия"]),
            (([None],), []),
            (([],), []),
            ((None,), None),
        ),
    ),
    Function(
        name="of_list_text",
        parameters=(("l", "VARCHAR[]"), ("separator", "VARCHAR")),
        returns="VARCHAR",
        # array_to_string would take a constant separator only.
        duckdb="CASE WHEN l IS NOT NULL THEN substr(list_reduce(list_concat([''], "
        "list_filter(l, lambda item: item IS NOT NULL)), lambda one, other: one || separator || other), "
        "length(separator) + 1) END",
        spark="array_join(l, separator)",
        python=_list_text,
        examples=(
            ((["a", "é"], ", "), "a, é"),
            ((["a", None, "b"], "|"), "a|b"),
            (([], "|"), ""),
            ((None, "|"), None),
        ),
    ),
    Function(
        name="of_words",
        parameters=(("a", "VARCHAR"),),
        returns="VARCHAR[]",
        duckdb="list_filter(string_split(a, ' '), lambda word: word <> '')",
        spark="filter(split(a, ' '), word -> word <> '')",
        python=_words,
        examples=(
            (("b  a b ",), ["b", "a", "b"]),
            (("Юлия é",), ["Юлия", "é"]),
            (("",), []),
            ((None,), None),
        ),
    ),
)
