"""Put normalizers into their one order and run them in plain Python, the reference of what SQL does.

| position | step | why there |
|---|---|---|
| 10 | numerals | first, because transliteration would spell the glyph Ⅷ as the letters VIII |
| 20 | unicode_to_ascii | before everything that looks words up |
| 30 | lower_case | |
| 40-46 | phone, email, date, postcode, name, address, organization | need what symbols removes |
| 50 | symbols | |
| 60 | whitespace | last of the changing steps, because the type-specific ones read words |
| 70 | alias | compares the finished form |
| 80 | bypass | last, so that a value is bypassed however it was spelled |

The order of the steps in a definition therefore does not matter. Values of alias and bypass lists go through
the steps before them, so that they may be written as people write them.
"""

from __future__ import annotations

from collections.abc import Sequence

from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer


def in_order(chain: Sequence[Normalizer]) -> tuple[Normalizer, ...]:
    """Return the steps in the documented order; steps of one position keep theirs."""
    return tuple(sorted(chain, key=lambda step: step.position))


def prepared(chain: Sequence[Normalizer], context: NormalizeContext) -> tuple[Normalizer, ...]:
    """Return the steps in order, with the values that steps hold brought into the chain's own form."""
    ready: tuple[Normalizer, ...] = ()
    for step in in_order(chain):
        ready = (*ready, step.prepared(ready, context))
    return ready


def normalize_many(
    chain: Sequence[Normalizer], values: Sequence[str | None], context: NormalizeContext
) -> list[str | None]:
    """Return the normalized values in order: the reference in plain Python for one chain."""
    return run_prepared(prepared(chain, context), values, context)


def run_prepared(
    steps: Sequence[Normalizer], values: Sequence[str | None], context: NormalizeContext
) -> list[str | None]:
    """Return the values after the steps, which are taken as they stand; blanks around a value are no part of it."""
    current = _trimmed(values)
    for step in steps:
        current = [None if value is None else (step.python(value, context) or None) for value in current]
    return _trimmed(current)


def _trimmed(values: Sequence[str | None]) -> list[str | None]:
    return [value.strip(" ") or None if value else None for value in values]
