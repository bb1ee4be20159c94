"""How the command line speaks: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

WORKSPACE_VARIABLE = "ONEFOLD_WORKSPACE"
_PIPE_WIDTH = 160
_GAP = 2
_NARROWEST = 12
_LONGEST_CELL = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


# A program that is started without a place to write to (`>&-`) works in silence.
sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for all of the program
sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for all of the program


def forget(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere: its reader went away, and nothing is wrong."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class _Console(Console):
    """A console that falls silent when its reader goes away: work must not end because nobody watches it."""

    def on_broken_pipe(self) -> None:
        """Say nothing more, where Rich would end the program."""
        self.quiet = True
        forget(sys.stderr if self.stderr else sys.stdout)


def _console(*, stderr: bool) -> Console:
    """Return a console as wide as the terminal; a pipe has no width, so sentences are not folded early there."""
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return _Console(stderr=stderr, highlight=False, width=None if is_terminal else _PIPE_WIDTH)


console = _console(stderr=False)
errors = _console(stderr=True)

Directory = Annotated[
    str,
    typer.Option(
        "--workspace", "-w", metavar="DIR", envvar=WORKSPACE_VARIABLE, help="The workspace's folder."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def print_json(value: object) -> None:
    """Print a value as JSON, one document."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal | dt.timedelta):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    message = f"{type(value).__name__} has no JSON form."
    raise TypeError(message)


def words(status: str) -> str:
    """Return a status or outcome as people read it: "completed with warnings"."""
    return status.replace("_", " ")


def safe(value: object) -> str:
    """Return a value of the data as text that is no markup and moves no cursor."""
    text = _CONTROL.sub(" ", str(value)).replace("[", "\\[")
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "",
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
    drop: Sequence[str] = (),
    exact: bool = False,
) -> None:
    """Print a table so that it stays readable: in a pipe one line per row; on a terminal as wide as that is.

    On a narrow terminal the columns in `drop` are left out, in that order, then the others are folded, but not
    those in `whole`. What does not fit even then is printed record by record. Cells are values, or `Text`.
    Numbers are grouped and rounded for reading, unless they are to be `exact`: an id is not "1,001".
    """
    cells = [[_exact_cell(value) if exact else _cell(value) for value in row] for row in rows]
    widths = {
        name: max([cell_len(name), *(row[number].cell_len for row in cells)])
        for number, name in enumerate(columns)
    }
    if title:
        console.print(f"[bold]{title}[/]")
    if not console.is_terminal:
        _print_lines(columns, cells, widths, right)
        return
    shown = list(columns)
    for name in drop:
        if _sum(widths[one] for one in shown) <= console.width:
            break
        shown = [one for one in shown if one != name]
    least = _sum(widths[one] if one in whole else min(widths[one], _NARROWEST) for one in shown)
    if least > console.width and len(columns) > 1:
        _print_records(columns, cells)
        return
    drawn = Table(header_style="bold", box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    for name in shown:
        drawn.add_column(
            name,
            justify="right" if name in right else "left",
            overflow="fold",
            no_wrap=name in whole,
            min_width=min(widths[name], _NARROWEST),
        )
    for row in cells:
        drawn.add_row(*(cell for name, cell in zip(columns, row, strict=True) if name in shown))
    console.print(drawn)


def _sum(widths: Iterable[int]) -> int:
    found = list(widths)
    return sum(found) + _GAP * len(found)


def _print_lines(
    columns: Sequence[str], cells: Sequence[Sequence[Text]], widths: dict[str, int], right: Sequence[str]
) -> None:
    for row in ([Text(name) for name in columns], *cells):
        parts = []
        for name, cell in zip(columns, row, strict=True):
            padding = " " * (widths[name] - cell.cell_len)
            parts.append(padding + cell.plain if name in right else cell.plain + padding)
        sys.stdout.write((" " * _GAP).join(parts).rstrip() + "\n")


def _print_records(columns: Sequence[str], cells: Sequence[Sequence[Text]]) -> None:
    for number, row in enumerate(cells, 1):
        console.print(f"[dim]── {number} of {len(cells)}[/]")
        drawn = Table(box=None, pad_edge=False, show_header=False, padding=(0, _GAP, 0, 0))
        drawn.add_column(style="dim", no_wrap=True)
        drawn.add_column(overflow="fold")
        for name, cell in zip(columns, row, strict=True):
            if cell.plain:
                drawn.add_row(name, cell)
        console.print(drawn)


def _exact_cell(value: object) -> Text:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Text(str(value)) if is_number else _cell(value)


def _cell(value: object) -> Text:
    if value is None:
        return Text("")
    if isinstance(value, Text):
        return value
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, int):
        return Text(f"{value:,}")
    if isinstance(value, float):
        return Text(f"{value:,.3f}".rstrip("0").rstrip("."))
    if isinstance(value, dt.datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S}")
    if isinstance(value, list | tuple):
        return Text.from_markup(safe("; ".join(map(str, value))))
    return Text.from_markup(safe(value))


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
