"""Log lines go to standard error, for people or as JSON; standard output belongs to what was asked for."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


def configure_logs(level: str, form: str, *, anew: bool = True) -> None:
    """Set the least important level that is written, and the form: `text` or `json`.

    Args:
        level: DEBUG, INFO, WARNING or ERROR.
        form: how a line is written.
        anew: replace what the program around us has configured; without it, that stands.
    """
    if structlog.is_configured() and not anew:
        return
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # Looked up for each line: who replaces standard error (a test, a server) gets the lines.
        logger_factory=lambda *_: structlog.PrintLogger(cast("TextIO", _Lossy(sys.stderr))),
    )


class _Lossy(io.TextIOBase):
    """A stream whose lines are lost, not raised, where they cannot be written: work goes on without its log."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str, /) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()
