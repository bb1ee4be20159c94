"""A number and its noun agree."""

import pytest

from onefold.foundation.kernel import counted


@pytest.mark.parametrize(
    ("count", "noun", "plural", "words"),
    [
        (0, "row", "", "0 rows"),
        (1, "row", "", "1 row"),
        (1_234_567, "row", "", "1,234,567 rows"),
        (1, "person", "people", "1 person"),
        (2, "person", "people", "2 people"),
    ],
)
def test_a_number_and_its_noun_agree(count: int, noun: str, plural: str, words: str) -> None:
    assert counted(count, noun, plural) == words
