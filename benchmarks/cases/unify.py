"""Files in, profiles out: sources, identity and profiles of the example company, cold."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from benchmarks.benchmark import Benchmark, say
from benchmarks.child import Child, in_child, number
from benchmarks.company import IDENTITY_SOURCES, Company, build_workspace, company
from benchmarks.figure import Figure, timed
from benchmarks.pipeline import STAGES, evaluated, run_workspace, stage_seconds
from benchmarks.places import work_directory

_GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class _Size:
    people: int
    sources: tuple[str, ...]
    parts: int
    runs: int
    timeout: float
    disk_gigabytes: float


_SIZES = {
    "10k": _Size(10_000, IDENTITY_SOURCES[:2], 1, 5, 120, 0.5),
    "500k": _Size(500_000, IDENTITY_SOURCES, 1, 3, 900, 4),
    "5m": _Size(5_000_000, IDENTITY_SOURCES, 2, 1, 5400, 40),
}


class Unify(Benchmark):
    """The run of a workspace in a process of its own; the limit is to read its files and write them as Parquet."""

    kind: ClassVar[str] = "unify"
    summary: ClassVar[str] = "10 k people of 2 sources, 500 k of 5, 5 M of 10: seconds and memory, cold"
    sizes: ClassVar[tuple[str, ...]] = tuple(_SIZES)

    @override
    def run(self, size: str, runs: int | None) -> Iterator[Figure]:
        setting = _SIZES[size]
        made = company(setting.people, parts=setting.parts)
        children: list[Child] = []
        limits: list[float] = []
        for at in range(runs or setting.runs):
            with work_directory(setting.disk_gigabytes) as place:
                limits.append(_limit(place, made, setting.sources, setting.timeout))
                build_workspace(place / "workspace", made, setting.sources)
                last = at + 1 == (runs or setting.runs)
                truth = made.directory / "truth" / "truth.csv" if last and setting.parts == 1 else None
                child = run_workspace(place / "workspace", truth=truth, timeout=setting.timeout)
                say(
                    f"run {at + 1}: {number(child.result, 'seconds'):.2f} s, read and write alone {limits[-1]:.2f} s"
                )
                children.append(child)
        yield from figures(size, children, limits)


def figures(size: str, children: Sequence[Child], limits: Sequence[float]) -> Iterator[Figure]:
    """Yield the figures of some runs of one size; `limits` are the seconds to read and write alone."""
    runs = len(children)
    yield timed(f"unify_{size}_s", [number(child.result, "seconds") for child in children], limits)
    peaks = [number(child.result, "peak_bytes") / _GIGABYTE for child in children]
    yield Figure(f"unify_{size}_gb", statistics.median(peaks), "GB", runs)
    yield timed(f"unify_{size}_process_s", [child.seconds for child in children])
    yield timed(f"unify_{size}_cpu_s", [number(child.result, "cpu_seconds") for child in children])
    for stage in STAGES:
        yield timed(f"unify_{size}_{stage}_s", [stage_seconds(child, stage) for child in children])
    yield Figure(f"unify_{size}_records", number(children[-1].result, "records"), "rows", runs)
    if "evaluation" in children[-1].result:
        yield Figure(f"unify_{size}_f1", evaluated(children[-1], "f1"), "f1", 1)


def _limit(place: Path, made: Company, sources: Sequence[str], timeout: float) -> float:
    files = [
        str(next((made.directory / "data").glob(f"{part}.*")))
        for name in sources
        for part in made.parts[name]
    ]
    (place / "limit").mkdir()
    arguments = {"files": files, "into": str(place / "limit")}
    child = in_child("benchmarks.cases.unify", "read_and_write", arguments, timeout=timeout)
    return number(child.result, "seconds")


def read_and_write(files: list[str], into: str) -> dict[str, object]:
    """Read the files with DuckDB and write each as Parquet: the least that any pipeline over them does."""
    import time

    import duckdb

    began = time.perf_counter()
    with duckdb.connect() as connection:
        for file in files:
            reader = "read_csv" if file.endswith(".csv") else "read_json"
            extra = ", all_varchar = true, ignore_errors = true" if reader == "read_csv" else ""
            target = Path(into) / f"{Path(file).stem}.parquet"
            connection.execute(
                f"COPY (SELECT * FROM {reader}('{file}'{extra})) TO '{target}' (COMPRESSION zstd)"
            )
    return {"seconds": time.perf_counter() - began}
