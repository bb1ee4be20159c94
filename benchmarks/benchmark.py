"""The contract of a benchmark, and what it says when it cannot run here."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from benchmarks.figure import Figure


class Skipped(Exception):  # noqa: N818 - it is no error
    """The benchmark cannot run here; the message says why and what would help."""


class Benchmark(ABC):
    """Measures something at a named size and yields its figures as it finds them.

    Attributes:
        kind: the name it is started by.
        summary: what it measures, for `--list`.
        sizes: the sizes it knows, smallest first; `small` and `full` mean the first and the last.
    """

    kind: ClassVar[str]
    summary: ClassVar[str]
    sizes: ClassVar[tuple[str, ...]]

    def size_named(self, name: str) -> str:
        """Return its own size for a name; `small` and `full` are every benchmark's.

        Raises:
            KeyError: it has no such size.
        """
        if name in self.sizes:
            return name
        return {"small": self.sizes[0], "full": self.sizes[-1]}[name]

    @abstractmethod
    def run(self, size: str, runs: int | None) -> Iterator[Figure]:
        """Measure at one of `sizes`.

        Args:
            size: one of `sizes`.
            runs: how many times; None is what suits the size.

        Raises:
            Skipped: something that it needs is not here.
        """


def say(message: str) -> None:
    """Tell whoever watches, on standard error; standard output is for figures."""
    sys.stderr.write(f"  {message}\n")
    sys.stderr.flush()
