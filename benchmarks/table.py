"""Figures as a table for people: reads the lines of JSON that benchmarks print."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.figure import Figure, read_line

_HEADINGS = ("figure", "value", "unit", "n", "peer", "ratio")


def render(lines: Iterable[str]) -> str:
    """Return the figures among the lines as an aligned table; lines that are none are left out."""
    rows = [_cells(figure) for line in lines if (figure := read_line(line)) is not None]
    widths = [max(len(row[at]) for row in (_HEADINGS, *rows)) for at in range(len(_HEADINGS))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_joined(row, widths) for row in (_HEADINGS, rule, *rows))


def _cells(figure: Figure) -> tuple[str, ...]:
    peer = "" if figure.peer is None else f"{figure.peer:g}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return (figure.name, f"{figure.value:g}", figure.unit, str(figure.n), peer, ratio)


def _joined(row: tuple[str, ...], widths: list[int]) -> str:
    # Names and units stand left, numbers right.
    cells = [
        cell.ljust(width) if at in (0, 2) else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
