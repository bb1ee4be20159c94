"""The lake by itself: what is ours is kept and cleaned exactly, and what is not ours is never touched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from onefold.foundation.kernel import Conflict, NotFound, Permanent
from onefold.foundation.warehouse import Column, ColumnType, Sql, TableRef
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.lake import Lake, StagedTable

N = TableRef("numbers", (Column("n", ColumnType.INTEGER),))


@pytest.fixture
def warehouse() -> Iterator[DuckDBWarehouse]:
    warehouse = DuckDBWarehouse()
    yield warehouse
    warehouse.close()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def stage(
    lake: Lake, warehouse: DuckDBWarehouse, run: int, *, append: bool = False, table: TableRef = N
) -> StagedTable:
    mode = "append" if append else "overwrite"
    select = Sql(f"SELECT {run} AS n")
    return lake.stage(
        warehouse, table, select, run_id=f"run_{run}", mode="append" if mode == "append" else "overwrite"
    )


def put(
    lake: Lake, warehouse: DuckDBWarehouse, run: int, *, append: bool = False, table: TableRef = N
) -> int:
    return lake.commit([stage(lake, warehouse, run, append=append, table=table)])[table.name]


def numbers(lake: Lake, version: int | None = None, name: str = "numbers") -> list[int]:
    return sorted(DeltaTable(lake.path(name), version=version).to_pyarrow_table().column("n").to_pylist())


def data_files(lake: Lake) -> set[Path]:
    return set(lake.directory.rglob("*.parquet"))


# Preparing and settling


def test_what_is_prepared_is_in_no_version(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    put(lake, warehouse, 1)
    versions = lake.prepare([stage(lake, warehouse, 2)], {"numbers": 0})
    assert versions == {"numbers": 1}
    assert numbers(lake) == [1]
    assert pl.read_delta(str(lake.path("numbers"))).rows() == [(1,)]
    lake.settle(versions, run_id="run_2")
    assert numbers(lake) == [2]


def test_settling_again_changes_nothing(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    versions = lake.prepare([stage(lake, warehouse, 1)], {})
    for _ in range(2):
        lake.settle(versions, run_id="run_1")
    lake.finish(versions, run_id="run_1")
    lake.settle(versions, run_id="run_1")
    lake.finish(versions, run_id="run_1")
    assert numbers(lake) == [1]
    assert [path.name for path in lake.path("numbers").rglob("*.json")] == [f"{0:020}.json"]


def test_whoever_opens_a_decided_version_settles_it(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    put(lake, warehouse, 1)
    lake.prepare([stage(lake, warehouse, 2)], {"numbers": 0})
    lake.view(warehouse, "numbers", 1)
    assert warehouse.rows(Sql("SELECT n FROM numbers")) == [(2,)]
    assert numbers(lake) == [2]


def test_settling_takes_microseconds_a_table(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    tables = [TableRef(f"t{number}", N.columns) for number in range(30)]
    staged = [stage(lake, warehouse, 1, table=table) for table in tables]
    versions = lake.prepare(staged, {})
    began = time.perf_counter()
    lake.settle(versions, run_id="run_1")
    # Typically 1 ms; the bound leaves room for a machine that is busy with other tests.
    assert time.perf_counter() - began < 0.25


def test_a_staged_table_without_rows_in_its_files_counts_none(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    staged = lake.stage(warehouse, N, Sql("SELECT 1 AS n WHERE FALSE"), run_id="run_1")
    assert staged.rows == 0
    assert lake.commit([staged]) == {"numbers": 0}


# Others who write


def test_somebody_elses_commit_during_a_run_is_a_conflict(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    put(lake, warehouse, 1)
    staged = stage(lake, warehouse, 2)
    write_deltalake(lake.path("numbers"), pl.DataFrame({"n": [99]}), mode="append")
    with pytest.raises(Conflict) as caught:
        lake.prepare([staged], {"numbers": 0})
    assert caught.value.code == "lake.conflict"
    assert numbers(lake) == [1, 99]


@pytest.mark.parametrize("append", [False, True])
def test_somebody_elses_commit_after_the_decision_is_not_overwritten_and_ours_comes_after(
    lake: Lake, warehouse: DuckDBWarehouse, *, append: bool
) -> None:
    put(lake, warehouse, 1)
    versions = lake.prepare([stage(lake, warehouse, 2, append=append)], {"numbers": 0})
    write_deltalake(lake.path("numbers"), pl.DataFrame({"n": [99]}), mode="append")
    with pytest.raises(Conflict) as caught:
        lake.settle(versions, run_id="run_2")
    assert caught.value.code == "lake.conflict"
    assert numbers(lake) == [1, 99]
    lake.catch_up(versions, run_id="run_2")
    assert lake.restore(versions, run_id="run_2") == {"numbers": 2}
    assert numbers(lake) == ([1, 2] if append else [2])
    assert numbers(lake, 1) == [1, 99]
    assert not list(lake.path("numbers").glob("run_2/*.json"))


def test_a_table_that_others_wrote_to_is_brought_back(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    put(lake, warehouse, 1)
    put(lake, warehouse, 2, append=True)
    other = pl.DataFrame({"n": ["text"], "more": [1.5]})
    write_deltalake(lake.path("numbers"), other, mode="overwrite", schema_mode="overwrite")
    restored = lake.restore({"numbers": 1}, run_id="run_2")
    assert restored == {"numbers": 3}
    assert numbers(lake) == [1, 2]
    assert lake.columns("numbers", 3) == N.columns
    protocol = DeltaTable(lake.path("numbers")).protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
    assert lake.restore(restored, run_id="run_2") == restored


def test_a_foreign_delta_table_in_the_place_is_refused(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    write_deltalake(lake.path("numbers"), pl.DataFrame({"n": [7]}))
    with pytest.raises(Conflict) as caught:
        lake.refuse_foreign("numbers")
    assert caught.value.code == "lake.table_foreign"
    with pytest.raises(Conflict):
        lake.prepare([stage(lake, warehouse, 1)], {})
    lake.discard("run_1")
    assert numbers(lake) == [7]


def test_a_file_in_the_place_is_refused(lake: Lake) -> None:
    lake.directory.mkdir()
    lake.path("numbers").write_text("a file")
    with pytest.raises(Conflict) as caught:
        lake.refuse_foreign("numbers")
    assert caught.value.code == "lake.place_taken"


def test_our_own_table_of_an_earlier_store_is_taken_over(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    put(lake, warehouse, 1)
    lake.refuse_foreign("numbers")
    assert lake.prepare([stage(lake, warehouse, 2)], {}) == {"numbers": 1}


def test_discarding_deletes_what_the_run_staged_and_nothing_else(
    lake: Lake, warehouse: DuckDBWarehouse
) -> None:
    put(lake, warehouse, 1)
    staged = [stage(lake, warehouse, 2), stage(lake, warehouse, 2, table=TableRef("fresh", N.columns))]
    lake.prepare(staged, {"numbers": 0})
    beside = lake.directory / "fresh" / "notes.txt"
    beside.write_text("somebody's")
    foreign = lake.directory / "somebody's folder" / "data.parquet"
    foreign.parent.mkdir()
    foreign.write_bytes(b"somebody's")
    (lake.directory / "a file").write_text("somebody's")
    lake.discard("run_2")
    assert beside.exists()
    assert foreign.exists()
    assert (lake.directory / "a file").exists()
    assert numbers(lake) == [1]
    assert not list(lake.directory.rglob("run_2"))


def test_discarding_removes_the_folder_of_a_table_that_never_was(
    lake: Lake, warehouse: DuckDBWarehouse
) -> None:
    stage(lake, warehouse, 1)
    lake.discard("run_1")
    assert list(lake.directory.iterdir()) == []


# Old versions


def test_cleaning_keeps_exactly_the_kept_versions(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    put(lake, warehouse, 0)
    put(lake, warehouse, 1, append=True)
    for run in range(2, 5):
        put(lake, warehouse, run)
    put(lake, warehouse, 5, append=True)  # holds the files of 4 and 5
    assert lake.clean({"numbers": [1, 3]}) == 1  # only the file of 2 is in neither, nor in the latest
    assert [numbers(lake, version) for version in (1, 3, 5)] == [[0, 1], [3], [4, 5]]
    assert data_files(lake) == {path for version in (1, 3, 5) for path in lake.files("numbers", version)}
    assert lake.clean({"numbers": [5]}) == 3
    assert numbers(lake) == [4, 5]
    assert lake.clean({"numbers": [5]}) == 0
    assert lake.missing({"numbers": 5}) == []
    assert lake.missing({"numbers": 3}) == ["numbers"]


def test_cleaning_removes_orphans_of_ours_and_leaves_other_files(
    lake: Lake, warehouse: DuckDBWarehouse
) -> None:
    put(lake, warehouse, 1)
    stage(lake, warehouse, 2)  # of a run that nobody remembers
    beside = lake.path("numbers") / "notes.parquet"
    beside.write_bytes(b"somebody's")
    assert lake.clean({"numbers": [0]}) == 1
    assert data_files(lake) == {beside, *lake.files("numbers", 0)}


def test_cleaning_after_a_restore_keeps_what_came_back(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    put(lake, warehouse, 1)
    put(lake, warehouse, 2)
    assert lake.restore({"numbers": 0}, run_id="run_1") == {"numbers": 2}
    lake.clean({"numbers": [2]})
    assert numbers(lake) == [1]
    lake.view(warehouse, "numbers", 2)
    assert warehouse.rows(Sql("SELECT n FROM numbers")) == [(1,)]


def test_a_table_with_no_kept_version_goes_but_for_what_is_not_ours(
    lake: Lake, warehouse: DuckDBWarehouse
) -> None:
    put(lake, warehouse, 1)
    put(lake, warehouse, 1, table=TableRef("other", N.columns))
    (lake.path("other") / "notes.txt").write_text("somebody's")
    lake.clean({"numbers": [], "other": []})
    assert [path.name for path in lake.directory.rglob("*") if path.is_file()] == ["notes.txt"]
    assert not lake.path("numbers").exists()


def test_the_log_stays_short_and_old_versions_stay_readable(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    for run in range(45):
        version = put(lake, warehouse, run)
        lake.clean({"numbers": range(max(0, version - 4), version + 1)})
    entries = list((lake.path("numbers") / "_delta_log").iterdir())
    assert len(entries) < 40
    assert [numbers(lake, version) for version in range(40, 45)] == [[40], [41], [42], [43], [44]]
    lake.view(warehouse, "numbers", 42)
    assert warehouse.rows(Sql("SELECT n FROM numbers")) == [(42,)]
    assert pl.read_delta(str(lake.path("numbers"))).rows() == [(44,)]
    protocol = DeltaTable(lake.path("numbers")).protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
    assert put(lake, warehouse, 45, append=True) == 45
    assert numbers(lake) == [44, 45]


def test_a_missing_data_file_or_log_is_seen(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    put(lake, warehouse, 1)
    assert lake.missing({"numbers": 0, "nothing": 0}) == ["nothing"]
    lake.files("numbers", 0)[0].unlink()
    assert lake.missing({"numbers": 0}) == ["numbers"]


def test_a_lake_that_was_deleted_and_made_anew_is_not_remembered(
    lake: Lake, warehouse: DuckDBWarehouse, tmp_path: Path
) -> None:
    put(lake, warehouse, 1)
    before = lake.files("numbers", 0)
    lake.directory.rename(tmp_path / "away")
    with pytest.raises(NotFound):
        lake.files("numbers", 0)
    put(lake, warehouse, 1)
    assert lake.files("numbers", 0) != before


# Width


def test_two_thousand_columns(lake: Lake, warehouse: DuckDBWarehouse) -> None:
    columns = tuple(Column(f"c{number}", ColumnType.INTEGER) for number in range(2000))
    table = TableRef("wide", columns)
    select = Sql("SELECT " + ", ".join(f"{number} AS c{number}" for number in range(2000)))
    versions = [
        lake.commit([lake.stage(warehouse, table, select, run_id=f"run_{run}")])["wide"] for run in range(2)
    ]
    lake.view(warehouse, "wide", versions[-1])
    assert warehouse.rows(Sql("SELECT c0, c1999 FROM wide")) == [(0, 1999)]
    assert lake.columns("wide", versions[0]) == columns
    assert len(pl.read_delta(str(lake.path("wide"))).columns) == 2000


def test_a_lake_that_cannot_be_written_is_said(tmp_path: Path, warehouse: DuckDBWarehouse) -> None:
    (tmp_path / "lake").write_text("a file in the place of the folder")
    with pytest.raises(Permanent) as caught:
        stage(Lake(tmp_path / "lake"), warehouse, 1)
    assert caught.value.code == "lake.io"
