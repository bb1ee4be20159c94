"""Log lines of the command line."""

from __future__ import annotations

from onefold.foundation.kernel.logs import configure_logs as configure
from onefold.settings import Settings


def configure_logs(settings: Settings) -> None:
    """Set level and form from the settings."""
    configure(settings.log_level, settings.log_format)
