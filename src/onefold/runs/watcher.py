"""Whoever looks on while a run goes: the terminal, a log, a test."""

from __future__ import annotations

from typing import Protocol

from onefold.runs.model import StageReport


class Watcher(Protocol):
    """Whoever looks on while a run goes. What it raises ends the run as an error of the run's own would."""

    def stage_started(self, stage: str, group: str) -> None:
        """A stage begins."""
        ...

    def stage_progressed(self, stage: str, rows: int, message: str) -> None:
        """So many rows of it have gone through."""
        ...

    def stage_ended(self, report: StageReport) -> None:
        """A stage has ended."""
        ...

    def reached(self, point: str) -> None:
        """The run has come to a point between two durable steps."""
        ...


class SilentWatcher:
    """Looks on and says nothing."""

    def stage_started(self, stage: str, group: str) -> None:
        """Say nothing."""

    def stage_progressed(self, stage: str, rows: int, message: str) -> None:
        """Say nothing."""

    def stage_ended(self, report: StageReport) -> None:
        """Say nothing."""

    def reached(self, point: str) -> None:
        """Say nothing."""
