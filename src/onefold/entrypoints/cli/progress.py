"""What people see while a run goes: a live table on a terminal, plain lines in a pipe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from onefold.entrypoints.cli.output import OUTCOMES, words
from onefold.foundation.kernel import counted
from onefold.runs import Outcome, StageReport, Watcher

_STAGE_WIDTH = 28
_OTHER_WIDTHS = 1 + 11 + 7 + 4  # mark, rows, seconds and the gaps between the columns


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
        rows = counted(report.rows_out, "row")
        line = f"{report.stage}: {words(report.outcome.value)}, {rows}, {report.seconds:.2f} s"
        # Where nothing can be written, the run goes on; what it came to is in its history.
        with suppress(OSError):
            self._console.print(" — ".join([line, *report.messages]), markup=False, soft_wrap=True)

    def reached(self, point: str) -> None:
        """Say nothing."""


class LiveWatcher:
    """Keeps a table of stages on the terminal up to date."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows: dict[str, tuple[str, int, float | None, float, str]] = {}

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
        longest = max([_STAGE_WIDTH, *map(len, self._rows)])
        left = max(self._console.width - longest - _OTHER_WIDTHS, 0)
        drawn.add_column("", width=1)
        drawn.add_column("stage", no_wrap=True, width=longest)
        drawn.add_column("rows", justify="right", width=11)
        drawn.add_column("seconds", justify="right", width=7)
        drawn.add_column("", no_wrap=True, style="dim")
        for stage, (mark, rows, seconds, began, note) in self._rows.items():
            shown = f"{time.monotonic() - began:.1f}" if seconds is None else f"{seconds:.2f}"
            first = Spinner("dots") if seconds is None else mark
            told = f"{note[: left - 1]}…" if len(note) > left else note
            drawn.add_row(first, stage, f"{rows:,}" if rows else "", shown, Text(told if left > 1 else ""))
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
    watcher = LiveWatcher(console)
    live = Live(watcher, console=console, refresh_per_second=8)
    live.start()
    try:
        yield watcher
    finally:
        with suppress(OSError):  # the terminal may be gone by now
            live.stop()
