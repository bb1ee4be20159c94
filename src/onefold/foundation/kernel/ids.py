"""Prefixed ids: `run_01jd…`, sortable by the moment they were made."""

from __future__ import annotations

import datetime as dt
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing that looks like something else


def new_id(prefix: str, at: dt.datetime) -> str:
    """Return a new id: 10 characters of time (milliseconds), 12 of chance (60 bits)."""
    number = (int(at.timestamp() * 1000) << 60) | secrets.randbits(60)
    digits = []
    for _ in range(22):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"
