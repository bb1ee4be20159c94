"""How the command line speaks: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

_PIPE_WIDTH = 160


def _console(*, stderr: bool) -> Console:
    """Return a console as wide as the terminal; a pipe has no width, so lines are not folded early there."""
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, width=None if is_terminal else _PIPE_WIDTH)


console = _console(stderr=False)
errors = _console(stderr=True)

Directory = Annotated[
    str,
    typer.Option(
        "--workspace", "-w", metavar="DIR", envvar="ONEFOLD_WORKSPACE", help="The workspace's folder."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def print_json(value: object) -> None:
    """Print a value as JSON, one document."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | dt.timedelta):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    message = f"{type(value).__name__} has no JSON form."
    raise TypeError(message)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
) -> Table:
    """Return a table to print; columns in `right` are aligned to the right."""
    drawn = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*("" if cell is None else _cell(cell) for cell in row))
    return drawn


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(value).replace("[", "\\[")


LIGHTS = {"green": "[green]●[/] green", "yellow": "[yellow]●[/] yellow", "red": "[red]●[/] red"}
"""Traffic lights as the terminal shows them."""

OUTCOMES = {
    "completed": "[green]✓[/]",
    "completed_with_warnings": "[yellow]![/]",
    "completed_with_errors": "[red]![/]",
    "unchanged": "[dim]=[/]",
    "stopped": "[yellow]■[/]",
    "failed": "[red]✗[/]",
    "skipped": "[dim]-[/]",
    "not_selected": "[dim]·[/]",
}
"""Marks for the outcomes of stages."""
