"""Names people type: the nearest valid one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """Return a sentence that names the nearest valid name, or lists the valid ones."""
    options = sorted(valid)
    close = difflib.get_close_matches(wrong, options, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Valid: {', '.join(options)}." if options else ""
