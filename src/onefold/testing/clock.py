"""Time that tests move."""

from __future__ import annotations

import datetime as dt


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: dt.datetime) -> None:
        self._at = at

    def now(self) -> dt.datetime:
        """Return the moment it was set to."""
        return self._at

    def move(self, by: dt.timedelta) -> None:
        """Let time pass."""
        self._at += by
