"""Numbers as people write them in a sentence."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return the number with its noun: "1 row", "2,000 rows"; `plural` where an s alone does not make it."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
