"""One measured figure, its line of JSON, and the median it is made of."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What a benchmark found.

    Attributes:
        name: what it is called wherever figures are compared, such as `unify_500k_s`.
        value: the median over `n` runs.
        unit: `s`, `GB` (10^9 bytes), `ratio`, `f1`, `rows`.
        n: the number of runs.
        peer: the same measured of another tool, or of the physical limit, in the same run and unit.
        ratio: how often ours fits into the peer's: above 1 ours is better.
    """

    name: str
    value: float
    unit: str
    n: int
    peer: float | None = None
    ratio: float | None = None

    def line(self) -> str:
        """Return the figure as one line of JSON; numbers have four significant digits."""
        document: dict[str, object] = {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "n": self.n,
        }
        if self.peer is not None:
            document["peer"] = _rounded(self.peer)
        if self.ratio is not None:
            document["ratio"] = _rounded(self.ratio)
        return json.dumps(document)


def timed(name: str, seconds: Sequence[float], peer: Sequence[float] = ()) -> Figure:
    """Return the median of our seconds beside the median of the peer's."""
    ours = statistics.median(seconds)
    if not peer:
        return Figure(name, ours, "s", len(seconds))
    theirs = statistics.median(peer)
    return Figure(name, ours, "s", len(seconds), peer=theirs, ratio=theirs / ours)


def read_line(line: str) -> Figure | None:
    """Return the figure of a line that `Figure.line` wrote; None for any other line."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    if not isinstance(document, dict) or not {"name", "value", "unit", "n"} <= document.keys():
        return None
    return Figure(**{key: document[key] for key in Figure.__dataclass_fields__ if key in document})


def _rounded(value: float) -> float:
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, 3 - math.floor(math.log10(abs(value))))
