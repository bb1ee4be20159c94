"""What people see while a run goes: a live table on a terminal, plain lines in a pipe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from onefold.entrypoints.cli.output import OUTCOMES
from onefold.runs import Outcome, StageReport, Watcher


class LineWatcher:
    """Writes one plain line when a stage ends."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def stage_started(self, stage: str, group: str) -> None:
        """Say nothing yet."""

    def stage_progressed(self, stage: str, rows: int, message: str) -> None:
        """Say nothing yet."""

    def stage_ended(self, report: StageReport) -> None:
        """Write the stage's outcome, rows, seconds and messages."""
        if report.outcome is Outcome.NOT_SELECTED:
            return
        head = f"{report.stage}: {report.outcome.value}, {report.rows_out} rows, {report.seconds:.2f} s"
        self._console.print(head, markup=False)
        for message in report.messages:
            self._console.print(f"  {message}", markup=False)

    def reached(self, point: str) -> None:
        """Say nothing."""


class LiveWatcher:
    """Keeps a table of stages on the terminal up to date."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[str, int, float | None, float, str]] = {}
        self.live: Live | None = None

    def stage_started(self, stage: str, group: str) -> None:
        """Show the stage as running."""
        del group
        self._rows[stage] = ("", 0, None, time.monotonic(), "")

    def stage_progressed(self, stage: str, rows: int, message: str) -> None:
        """Show how far it is."""
        if stage in self._rows:
            mark, _, seconds, began, _ = self._rows[stage]
            self._rows[stage] = (mark, rows, seconds, began, message)

    def stage_ended(self, report: StageReport) -> None:
        """Show how it ended."""
        if report.outcome is Outcome.NOT_SELECTED:
            return
        note = report.messages[0] if report.messages else ""
        if report.outcome is Outcome.UNCHANGED:
            note = note or "unchanged"
        self._rows[report.stage] = (
            OUTCOMES[report.outcome.value],
            report.rows_out,
            report.seconds,
            0.0,
            note,
        )

    def reached(self, point: str) -> None:
        """Say nothing."""

    def __rich__(self) -> Table:
        """Draw the table as it stands now."""
        drawn = Table(box=None, pad_edge=False, header_style="dim")
        drawn.add_column("", width=2)
        drawn.add_column("stage", min_width=28)
        drawn.add_column("rows", justify="right", min_width=10)
        drawn.add_column("seconds", justify="right", min_width=8)
        drawn.add_column("", overflow="ellipsis", no_wrap=True, style="dim")
        for stage, (mark, rows, seconds, began, note) in self._rows.items():
            shown = f"{time.monotonic() - began:.1f}" if seconds is None else f"{seconds:.2f}"
            first = Spinner("dots") if seconds is None else mark
            drawn.add_row(first, stage, f"{rows:,}" if rows else "", shown, note.replace("[", "\\["))
        return drawn


@contextmanager
def watching(console: Console, *, silent: bool = False) -> Iterator[Watcher]:
    """Yield the watcher that suits where the output goes."""
    if silent:
        from onefold.runs import SilentWatcher

        yield SilentWatcher()
        return
    if not console.is_terminal:
        yield LineWatcher(console)
        return
    watcher = LiveWatcher()
    with Live(watcher, console=console, refresh_per_second=8):
        yield watcher
