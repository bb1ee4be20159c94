"""Matching and clustering against Splink: same normalized records, same blocking keys, same comparison levels."""

from __future__ import annotations

import importlib.util
import statistics
from collections.abc import Iterator, Sequence
from typing import ClassVar

from typing_extensions import override

from benchmarks.benchmark import Benchmark, Skipped, say
from benchmarks.child import Child, in_child, number
from benchmarks.company import build_workspace, company
from benchmarks.figure import Figure, timed
from benchmarks.pipeline import run_workspace, stage_seconds
from benchmarks.places import work_directory

_PEOPLE = {"20k": 20_000, "100k": 100_000, "500k": 500_000}
_RUNS = 3
_TIMEOUT = 900
_MODULE = "benchmarks.splink_peer"


class UnifyVsSplink(Benchmark):
    """Rules, evidence and clusters of ours; train, predict and cluster of Splink; by turns, each in a new process.

    Splink estimates probabilities, which rules do not: the second figure leaves its training out.
    """

    kind: ClassVar[str] = "unify_vs_splink"
    summary: ClassVar[str] = (
        "matching and clustering against Splink 5 on DuckDB, from the same normalized records"
    )
    sizes: ClassVar[tuple[str, ...]] = tuple(_PEOPLE)

    @override
    def run(self, size: str, runs: int | None) -> Iterator[Figure]:
        if importlib.util.find_spec("splink") is None:
            message = "Splink is not installed; `make bench` installs it."
            raise Skipped(message)
        made = company(_PEOPLE[size])
        pairs: list[tuple[Child, Child]] = []
        with work_directory(0.5 + 8 * _PEOPLE[size] / 1e6) as place:
            build_workspace(place / "workspace", made)
            truth = str(made.directory / "truth" / "truth.csv")
            wanted = {"workspace": str(place / "workspace"), "truth": truth, "into": str(place)}
            in_child(_MODULE, "export", wanted, timeout=_TIMEOUT)
            for at in range(runs or _RUNS):
                here = in_child(_MODULE, "ours", {"place": str(place)}, timeout=_TIMEOUT)
                there = in_child(_MODULE, "splinks", {"place": str(place)}, timeout=_TIMEOUT)
                pairs.append((here, there))
                say(f"run {at + 1}: ours {_total(here):.2f} s, Splink {_total(there):.2f} s")
            build_workspace(place / "whole", made)
            whole = run_workspace(place / "whole", timeout=_TIMEOUT)
        yield from figures(pairs, stage_seconds(whole, "identity"))


def figures(pairs: Sequence[tuple[Child, Child]], stage: float) -> Iterator[Figure]:
    """Yield the figures of some runs of both; `stage` is our whole identity stage with the shipped rules."""
    ours = [_total(here) for here, _ in pairs]
    theirs = [_total(there) for _, there in pairs]
    trained = [_total(there) - number(there.result, "train") for _, there in pairs]
    count = len(pairs)
    yield Figure("unify_vs_splink", statistics.median(theirs) / statistics.median(ours), "ratio", count)
    yield timed("unify_vs_splink_s", ours, theirs)
    yield timed("unify_vs_splink_trained_s", ours, trained)
    yield timed("unify_vs_splink_whole_stage_s", [stage], theirs)
    peaks = [statistics.median(side[at].peak_bytes / 1e9 for side in pairs) for at in (0, 1)]
    yield Figure("unify_vs_splink_gb", peaks[0], "GB", count, peer=peaks[1], ratio=peaks[1] / peaks[0])
    found = [number(side.result, "f1") for side in pairs[-1]]
    yield Figure("unify_vs_splink_f1", found[0], "f1", 1, peer=found[1], ratio=found[0] / found[1])


def _total(child: Child) -> float:
    return number(child.result, "total")
