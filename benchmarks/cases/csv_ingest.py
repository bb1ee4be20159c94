"""Reading a large CSV into a published table, beside DuckDB doing the least of it."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, cast

from typing_extensions import override

from benchmarks.benchmark import Benchmark
from benchmarks.child import in_child
from benchmarks.company import write_workspace
from benchmarks.figure import Figure, timed
from benchmarks.places import work_directory

_ROWS = {"100k": 100_000, "1m": 1_000_000}
_TIMEOUT = 900

# Fifteen columns as exports have them: text of low and high cardinality, numbers, money, dates, moments, gaps.
_ROW = """
SELECT i AS id, 'C-' || lpad((i * 7919 % 9999991)::VARCHAR, 8, '0') AS customer_no,
    ['Anna', 'Jürgen', 'Zoë', 'Олена', 'Νίκος', 'Pierre'][1 + i % 6] AS first_name,
    'Name' || (i * 31 % 50021) AS last_name,
    CASE WHEN i % 9 = 0 THEN NULL ELSE 'person' || i || '@example.com' END AS email,
    '+49 30 ' || (i * 104729 % 8999999 + 1000000) AS phone,
    'Street ' || (i % 1999) || ' ' || (i % 97) AS street, lpad((i * 13 % 99999)::VARCHAR, 5, '0') AS postcode,
    'City, "' || (i % 503) || '"' AS city, ['DE', 'FR', 'GB', 'UA', 'GR'][1 + i % 5] AS country,
    DATE '1940-01-01' + (i * 37 % 25000)::INTEGER AS birth_date,
    TIMESTAMP '2024-01-01' + to_seconds(i * 61 % 70000000) AS updated_at,
    (i * 17 % 1000000) / 100.0 AS amount, i % 100 AS points, i % 3 = 0 AS opt_in
FROM range({rows}) AS t(i)
"""


class CsvIngest(Benchmark):
    """The sources stage on one CSV against `read_csv`, Parquet and a Delta log of DuckDB and delta-rs alone.

    Ours also types, checks and keys every row, keeps the order of reading and hashes rows; both sides are measured
    by turns in one process. The limit is to read the bytes of the file.
    """

    kind: ClassVar[str] = "csv_ingest"
    summary: ClassVar[str] = (
        "a CSV of 15 columns into a published table, against DuckDB's read_csv and a Delta write"
    )
    sizes: ClassVar[tuple[str, ...]] = tuple(_ROWS)

    @override
    def run(self, size: str, runs: int | None) -> Iterator[Figure]:
        with work_directory(0.3 + _ROWS[size] / 1e6) as place:
            arguments = {"place": str(place), "rows": _ROWS[size], "runs": runs or 3}
            child = in_child("benchmarks.cases.csv_ingest", "measure", arguments, timeout=_TIMEOUT)
        found = cast(dict[str, list[float]], child.result)
        yield from figures(size, found)


def figures(size: str, found: dict[str, list[float]]) -> Iterator[Figure]:
    """Yield the figures of the seconds that `measure` returned."""
    ours, theirs = found["run"], found["peer"]
    ratio = statistics.median(theirs) / statistics.median(ours)
    yield Figure("csv_ingest_ratio", ratio, "ratio", len(ours))
    yield timed(f"csv_ingest_{size}_s", ours, theirs)
    yield timed(f"csv_ingest_{size}_stage_s", found["stage"], theirs)
    yield timed(f"csv_ingest_{size}_read_s", ours, found["bytes"])


def measure(place: str, rows: int, runs: int) -> dict[str, list[float]]:
    """Write the file, then read it by turns; return the seconds of each way."""
    import duckdb

    import onefold
    from onefold import workspace as _loaded  # noqa: F401 - imports are not what is measured

    data = Path(place) / "data"
    data.mkdir()
    file = data / "people.csv"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({_ROW.format(rows=rows)}) TO '{file}' (HEADER)")
    found: dict[str, list[float]] = {"run": [], "stage": [], "peer": [], "bytes": []}
    for at in range(runs):
        workspace = Path(place) / f"workspace-{at}"
        write_workspace(workspace, _definitions(), data)
        with onefold.open(workspace) as opened:
            report = opened.run(only=("sources",))
        found["run"].append(report.seconds)
        stage = next(one for one in report.stages if one.group == "sources")
        if stage.rows_out != rows:
            message = f"{stage.rows_out:,} of {rows:,} rows arrived: {stage.outcome.value} {' '.join(stage.messages)}"
            raise RuntimeError(message)
        found["stage"].append(stage.seconds)
        found["peer"].append(_peer(file, Path(place) / f"peer-{at}"))
        found["bytes"].append(_bytes(file))
        shutil.rmtree(workspace)
        shutil.rmtree(Path(place) / f"peer-{at}")
    return found


def _peer(file: Path, into: Path) -> float:
    import duckdb
    from deltalake import convert_to_deltalake

    into.mkdir()
    began = time.perf_counter()
    with duckdb.connect() as connection:
        target = into / "part.parquet"
        connection.execute(f"COPY (SELECT * FROM read_csv('{file}')) TO '{target}' (COMPRESSION zstd)")
    convert_to_deltalake(str(into))
    return time.perf_counter() - began


def _bytes(file: Path) -> float:
    began = time.perf_counter()
    with file.open("rb") as opened:
        while opened.read(1 << 20):
            pass
    return time.perf_counter() - began


def _definitions() -> list[dict[str, object]]:
    types = {
        "id": "integer",
        "points": "integer",
        "amount": "number",
        "birth_date": "date",
        "updated_at": "instant",
        "opt_in": "boolean",
        "postcode": "text",
    }
    return [
        {"kind": "workspace", "name": "csv"},
        {
            "kind": "source",
            "name": "people",
            "connector": {"kind": "csv", "path": "data/people.csv"},
            "primary_key": "id",
            "updated_at": "updated_at",
            "columns": [{"name": name, "type": kind} for name, kind in types.items()],
        },
    ]
