"""Choice columns: a code in the data, a label per language for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onefold.foundation.warehouse import Sql, comma, literal, spaced, sql

Choices = Mapping[str, Mapping[str, str]]
"""The label per language of each code, as `Attribute.choices` keeps them."""
CODE_SUFFIX: Final = "__code"
"""What the name of the published column of codes ends with; the column of labels has the name alone."""


def label_of(choices: Choices, code: str, language: str) -> str | None:
    """Return the code's label: in the language, else in English, else in the first one it has."""
    labels = choices.get(code, {})
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), None)


def label_case(column: Sql, choices: Choices, language: str) -> Sql:
    """Return the column's label as SQL; null for an unknown code, which `unknown_code` finds.

    Args:
        column: holds codes as text or integers.
        choices: the codes and their labels.
        language: which label; without one the same fall-back as `label_of`.
    """
    labels = {code: label for code in choices if (label := label_of(choices, code, language)) is not None}
    if not labels:
        return Sql("CAST(NULL AS VARCHAR)")
    branches = spaced(
        sql("WHEN {code} THEN {label}", code=literal(code), label=literal(label))
        for code, label in labels.items()
    )
    return sql("CASE CAST({column} AS VARCHAR) {branches} END", column=column, branches=branches)


def unknown_code(column: Sql, choices: Choices) -> Sql:
    """Return the condition that a value is there and no choice explains it; never null."""
    if not choices:
        return sql("{column} IS NOT NULL", column=column)
    return sql(
        "coalesce(CAST({column} AS VARCHAR) NOT IN ({codes}), FALSE)",
        column=column,
        codes=comma(literal(code) for code in choices),
    )
