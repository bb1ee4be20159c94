"""Faults at chosen points of a run: the exhaustive crash test runs a scenario once for each point there is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from onefold.runs import StageReport


class InjectedError(Exception):
    """A failure that a test asked for."""


def fail() -> None:
    """Raise, as a bug would."""
    raise InjectedError


def kill() -> None:
    """End this process at once, as a power cut or the kernel would."""
    os.kill(os.getpid(), signal.SIGKILL)


class PointWatcher:
    """Notes the points that a run comes to, and does something at one of them.

    Attributes:
        points: what the run has come to, in order: `started STAGE`, `ended STAGE`, and the points between two
            durable steps (`staged TABLE`, `prepared`, `decided`, `settled TABLE`, ...).
    """

    def __init__(self, at: str = "", act: Callable[[], None] = fail) -> None:
        self.points: list[str] = []
        self._at = at
        self._act = act

    def stage_started(self, stage: str, group: str) -> None:
        """A stage begins."""
        del group
        self.reached(f"started {stage}")

    def stage_progressed(self, stage: str, rows: int, message: str) -> None:
        """Rows have gone through; no point, since how often this is told is the stage's affair."""

    def stage_ended(self, report: StageReport) -> None:
        """A stage has ended."""
        self.reached(f"ended {report.stage}")

    def reached(self, point: str) -> None:
        """Note the point, and act if it is the one."""
        self.points.append(point)
        if point == self._at:
            self._act()
