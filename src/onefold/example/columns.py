"""Whole columns at once: seeded draws (numpy) and text put together from pools (Arrow), no loop over rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_PRIME_TO_TEN = (765_432_101, 618_033_989, 414_213_563, 732_050_807, 236_067_977, 645_751_311)


class Dice:
    """Seeded draws. Two dice of the same key give the same values, whatever else was drawn before."""

    def __init__(self, *key: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))

    def floats(self, count: int) -> Floats:
        """Return `count` values in [0, 1)."""
        return self._generator.random(count)

    def hits(self, count: int, rate: float | Floats) -> Bools:
        """Return `count` booleans, each true with probability `rate`."""
        return self.floats(count) < rate

    def below(self, count: int, limit: int | Ints) -> Ints:
        """Return `count` integers in [0, limit)."""
        return (self.floats(count) * limit).astype(np.int64)

    def weighted(self, count: int, cumulative: Floats) -> Ints:
        """Return `count` positions drawn by the cumulative weights (see `cumulate`)."""
        return np.searchsorted(cumulative[:-1], self.floats(count), side="right").astype(np.int64)

    def waits(self, count: int, mean: float) -> Floats:
        """Return `count` exponential waiting times of the given mean, in its unit."""
        return -np.log1p(-self.floats(count)) * mean

    def poisson(self, means: Floats) -> Ints:
        """Return one Poisson count per mean."""
        return self._generator.poisson(means).astype(np.int64)

    def order(self, count: int) -> Ints:
        """Return a permutation of `range(count)`."""
        return np.argsort(self.floats(count), kind="stable").astype(np.int64)


def cumulate(weights: Iterable[float]) -> Floats:
    """Return cumulative shares of the weights; the last is 1."""
    sums = list(accumulate(weights))
    return np.array([value / sums[-1] for value in sums], dtype=np.float64)


def words(block: str) -> tuple[str, ...]:
    """Return the words of a block of text; an underscore inside a word is a space."""
    return tuple(word.replace("_", " ") for word in block.split())


def text(values: Sequence[str | None]) -> pa.Array:
    """Return a pool of strings."""
    return pa.array(values, type=pa.string())


def pick(pool: pa.Array, codes: Ints) -> pa.Array:
    """Return the pool's string for every code."""
    return pool.take(pa.array(codes))


def join(*parts: pa.Array | str) -> pa.Array:
    """Return the parts side by side, row by row; a row with a null part is null."""
    return pc.binary_join_element_wise(*parts, "", null_handling="emit_null")


def choose(mask: Bools, chosen: pa.Array | str | None, otherwise: pa.Array | str) -> pa.Array:
    """Return `chosen` where the mask is true, `otherwise` elsewhere."""
    left = pa.scalar(chosen, pa.string()) if chosen is None or isinstance(chosen, str) else chosen
    return pc.if_else(pa.array(mask), left, otherwise)


def digits(numbers: Ints, width: int = 0) -> pa.Array:
    """Return whole numbers as text, padded with zeros to `width`."""
    written = pa.array(numbers).cast(pa.string())
    return pc.utf8_lpad(written, width, "0") if width else written


def scattered(count: int, groups: Iterable[tuple[Ints, pa.Array]]) -> pa.Array:
    """Return one column of `count` rows from groups of (row positions, their values) that cover each row once."""
    positions, values = [], []
    for rows, part in groups:
        positions.append(rows)
        values.append(part)
    if not values:
        return pa.nulls(count, pa.string())
    back = np.empty(count, dtype=np.int64)
    back[np.concatenate(positions)] = np.arange(count)
    return pa.concat_arrays(values).take(pa.array(back))


def edited(values: pa.Array, rows: Bools, edit: Callable[[str, int], str]) -> pa.Array:
    """Return the column with `edit(value, k)` at the marked rows, k counting them; nulls stay null.

    The only loop over values: it is for the few rows that dirt touches.
    """
    marked = rows & pc.is_valid(values).to_numpy(zero_copy_only=False)
    if not marked.any():
        return values
    mask = pa.array(marked)
    changed = [edit(value, k) for k, value in enumerate(values.filter(mask).to_pylist())]
    return pc.replace_with_mask(values, mask, text(changed))


def scrambled(numbers: Ints, digits_wide: int, salt: int) -> Ints:
    """Return distinct numbers of at most `digits_wide` digits (10 or fewer) for distinct numbers of that size.

    Another `salt` gives another order, so that the keys of two systems do not run alike.

    Multiplication by a number prime to ten is a bijection modulo a power of ten: keys are unique without
    a register of those already given, and say nothing about the person.
    """
    mixed: Ints = (
        numbers * _PRIME_TO_TEN[salt % len(_PRIME_TO_TEN)] + 27_182_818 * (salt + 1)
    ) % 10**digits_wide
    return mixed
