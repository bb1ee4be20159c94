"""Slips of hand and mind on whole columns of text: typos, casing, dummies, gaps, unreadable values."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onefold.example.columns import Bools, Dice, Ints, choose, edited, join, pick, text

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = "абвгдежзиійклмнопрстуфхцчшщьюя"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_DIGITS = "0123456789"
NO_DATE = text(["n/a", "unknown", "31/31/9999", "soon", "0000-00-00", "##########"])


def _alphabet(letter: str) -> str:
    if letter.isdigit():
        return _DIGITS
    if "\u0370" <= letter <= "\u03ff":
        return _GREEK
    return _CYRILLIC if "\u0400" <= letter <= "\u04ff" else _LATIN


def with_typos(values: pa.Array, dice: Dice, rate: float) -> pa.Array:
    """Return the column with one character inserted, dropped, replaced or swapped in a share of its rows."""
    rows = dice.hits(len(values), rate)
    count = int(rows.sum())
    kinds, places, letters = (
        dice.below(count, 4).tolist(),
        dice.floats(count).tolist(),
        dice.floats(count).tolist(),
    )

    def slip(value: str, k: int) -> str:
        if len(value) < 3:
            return value
        # The first character is spared: it is the one people see while they type.
        at = 1 + int(places[k] * (len(value) - 2))
        alphabet = _alphabet(value[at])
        letter = alphabet[int(letters[k] * len(alphabet))]
        if kinds[k] == 0:
            return value[:at] + letter + value[at:]
        if kinds[k] == 1:
            return value[:at] + value[at + 1 :]
        if kinds[k] == 2:
            return value[:at] + letter + value[at + 1 :]
        return value[:at] + value[at + 1] + value[at] + value[at + 2 :]

    return edited(values, rows, slip)


def cased(values: pa.Array, manner: Ints) -> pa.Array:
    """Return the column as it stands (0), lower-case (1) or upper-case (2), row by row."""
    lower, upper = manner == 1, manner == 2
    if lower.any():
        values = choose(lower, pc.utf8_lower(values), values)
    if upper.any():
        values = choose(upper, pc.utf8_upper(values), values)
    return values


def draw_casing(dice: Dice, count: int, rate: float) -> Ints:
    """Return how each record is typed (see `cased`)."""
    return np.where(dice.hits(count, rate), 1 + dice.below(count, 2), 0)


def gapped(values: pa.Array, dice: Dice, rate: float) -> pa.Array:
    """Return the column with a share of its values left empty."""
    return choose(dice.hits(len(values), min(1.0, rate)), None, values)


def dummied(values: pa.Array, dice: Dice, rate: float, dummies: pa.Array) -> pa.Array:
    """Return the column with a share of its rows filled with a dummy, the first of them most often."""
    count = len(values)
    rows = dice.hits(count, rate)
    low, other = dice.below(count, len(dummies)), dice.below(count, len(dummies))
    return choose(rows, pick(dummies, np.minimum(low, other)), values)


def unreadable(values: pa.Array, dice: Dice, rate: float) -> pa.Array:
    """Return a date column with a share of values that are no dates."""
    count = len(values)
    rows, which = dice.hits(count, rate), dice.below(count, len(NO_DATE))
    return choose(rows, pick(NO_DATE, which), values) if rows.any() else values


def overfull(values: pa.Array, dice: Dice, rate: float, delimiter: str) -> pa.Array:
    """Return a column whose value carries one unquoted delimiter too many in a share of the rows."""
    rows = dice.hits(len(values), rate)
    if not rows.any():
        return values
    return choose(rows, join(choose(_missing(values), "", values), delimiter, "?"), values)


def _missing(values: pa.Array) -> Bools:
    out: Bools = pc.is_null(values).to_numpy(zero_copy_only=False)
    return out
