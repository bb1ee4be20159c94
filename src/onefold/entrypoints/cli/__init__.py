"""The command line: `onefold --help`."""

from onefold.entrypoints.cli.app import main

__all__ = ["main"]
