import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from onefold.example.columns import Dice, edited, scrambled, text
from onefold.example.dirt import with_typos
from onefold.example.emails import Ledger
from onefold.example.writer import quoted_csv_chunk

WORDS = st.text(alphabet=st.characters(categories=("L", "N"), max_codepoint=0x4FF), min_size=3, max_size=20)
CELLS = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12))


@given(st.lists(st.integers(0, 10**9 - 1), unique=True, max_size=200), st.integers(0, 20))
def test_scrambling_keeps_numbers_apart(numbers: list[int], salt: int) -> None:
    keys = scrambled(np.array(numbers, dtype=np.int64), 9, salt)
    assert len(set(keys.tolist())) == len(numbers)
    assert all(0 <= key < 10**9 for key in keys.tolist())


@given(st.lists(WORDS, min_size=1, max_size=30), st.integers(0, 1000))
def test_a_typo_is_at_most_one_slip(words: list[str], seed: int) -> None:
    for before, after in zip(words, with_typos(text(words), Dice(seed), 1.0).to_pylist(), strict=True):
        assert after[0] == before[0]
        assert abs(len(after) - len(before)) <= 1
        assert (
            sorted(after) == sorted(before) or sum(a != b for a, b in zip(before, after, strict=False)) >= 0
        )
        assert _is_one_slip(before, after)


def _is_one_slip(before: str, after: str) -> bool:
    """Strip the common start and end; what is left is one letter more, less, other, or two swapped."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    left, right = before[start:], after[start:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=30), min_size=1, max_size=5))
def test_the_ledger_never_gives_a_number_twice_for_a_key(blocks: list[list[int]]) -> None:
    ledger = Ledger()
    given_out: list[tuple[int, int]] = []
    for keys in blocks:
        numbers = ledger.numbers(np.array(keys, dtype=np.int64))
        given_out.extend(zip(keys, numbers.tolist(), strict=True))
    assert len(set(given_out)) == len(given_out)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=20))
def test_quoted_lines_read_back_as_they_were(cells: list[tuple[str | None, str | None]]) -> None:
    columns = {"a": text([a for a, _ in cells]), "b": text([b for _, b in cells])}
    chunk = quoted_csv_chunk(columns, ",")
    read = list(csv.reader(io.StringIO(bytes(chunk.data).decode(), newline="")))
    assert read == [[a or "", b or ""] for a, b in cells]
    assert chunk.rows == len(cells)


@given(st.lists(st.one_of(st.none(), WORDS), max_size=30), st.data())
def test_edited_touches_marked_values_only(values: list[str | None], data: st.DataObject) -> None:
    marks = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    column = edited(text(values), np.array(marks, dtype=bool), lambda value, _: value + "!")
    expected = [
        value + "!" if mark and value is not None else value
        for value, mark in zip(values, marks, strict=True)
    ]
    assert column.to_pylist() == expected
