"""The lake: every published table is a Delta table in a folder, committed together, readable by anyone.

A run *stages* data files below `TABLE/RUN_ID/` (in no version, so invisible), *prepares* the log entries of all
its tables beside them, decides in the Store, and then *settles*: one link per table puts the prepared entry into
the Delta log. What is decided but not yet settled, because the process was killed in between, is settled by
whoever opens the table next; what was never decided is discarded by its run's id. Nothing that Onefold did not
write is ever changed or deleted. Tables are copy-on-write, protocol (1, 2), instants in UTC, ZSTD.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deltalake import DeltaTable

from onefold.foundation.kernel import Conflict, NotFound, OnefoldError, Permanent, Transient
from onefold.foundation.warehouse.delta_log import (
    Addition,
    Snapshot,
    entry,
    entry_name,
    latest_version,
    paths_at,
    prepared_content,
    snapshot,
)
from onefold.foundation.warehouse.port import Column, DataFile, TableRef, Warehouse
from onefold.foundation.warehouse.sql import Sql

Mode = Literal["overwrite", "append"]

_CHECKPOINT_EVERY = 10
_LOG = "_delta_log"


@dataclass(frozen=True, slots=True)
class StagedTable:
    """Data files that lie in a table's folder but are in no version yet."""

    name: str
    columns: tuple[Column, ...]
    files: tuple[DataFile, ...]
    run_id: str
    mode: Mode = "overwrite"
    description: str = ""

    @property
    def rows(self) -> int:
        """The number of staged rows."""
        return sum(file.rows for file in self.files)

    def followed_by(self, later: StagedTable) -> StagedTable:
        """Return this with the rows that the same run added later."""
        return replace(self, files=self.files + later.files)


class Lake:
    """The workspace's Delta tables below one folder."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, name: str) -> Path:
        """Return the folder of a table."""
        return self.directory / name

    # Reading

    def columns(self, name: str, version: int) -> tuple[Column, ...]:
        """Return the columns of a table at a version.

        Raises:
            NotFound: there is no such table or version.
        """
        return self._snapshot(name, version).columns

    def files(self, name: str, version: int) -> list[Path]:
        """Return the data files of a table at a version."""
        return [self.path(name) / path for path in self._snapshot(name, version).paths]

    def view(self, warehouse: Warehouse, name: str, version: int) -> None:
        """Let the warehouse see a table at a version under its name."""
        warehouse.view_parquet(name, self.files(name, version), self.columns(name, version))

    def view_staged(self, warehouse: Warehouse, staged: StagedTable, *, version: int | None) -> None:
        """Let the warehouse see a staged table (with the version it appends to) under its name."""
        files = [file.path for file in staged.files]
        if staged.mode == "append" and version is not None:
            files = self.files(staged.name, version) + files
        warehouse.view_parquet(staged.name, files, staged.columns)

    # Writing: stage, prepare, settle

    def stage(
        self, warehouse: Warehouse, table: TableRef, select: Sql, *, run_id: str, mode: Mode = "overwrite"
    ) -> StagedTable:
        """Write the select as data files of the table; nobody sees them before the run is settled.

        An append needs the columns that the table has.

        Raises:
            Transient: the disk is full.
        """
        with _disk_errors():
            files = warehouse.write_parquet(select, self.path(table.name) / run_id, table.columns)
        return StagedTable(table.name, table.columns, tuple(files), run_id, mode, table.description)

    def refuse_foreign(self, name: str) -> None:
        """Check that the place of a table that is not published yet is free, or holds a table of ours.

        Raises:
            Conflict: somebody else's Delta table, or a file, is there.
        """
        path = self.path(name)
        if path.exists() and not path.is_dir():
            message = f"{path.name!r} in the lake is a file; a table of that name needs a folder there."
            hint = "Move the file away, or give the table another name."
            raise Conflict(message, code="lake.place_taken", hint=hint)
        latest = latest_version(path)
        if latest >= 0 and not snapshot(path, latest).is_ours:
            message = f"The lake holds a Delta table {name!r} that Onefold did not make."
            hint = "Move its folder out of the lake, or give the table another name."
            raise Conflict(message, code="lake.table_foreign", hint=hint)

    def prepare(self, staged: Iterable[StagedTable], manifest: Mapping[str, int]) -> dict[str, int]:
        """Write the log entries of the staged tables where nobody reads them; return the versions to come.

        Afterwards the data files and the entries are on disk, safe from a power cut too.

        Raises:
            Conflict: somebody else committed to a table since the manifest, or holds its place.
            Transient: the disk is full.
        """
        versions: dict[str, int] = {}
        written: list[Path] = []
        with _disk_errors():
            for table in staged:
                base = self._base(table.name, manifest.get(table.name))
                path = self._prepared(table.name, table.run_id, base + 1)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self._entry(table, base), encoding="utf-8")
                versions[table.name] = base + 1
                folders = (path.parent, path.parent.parent, self.directory)
                written += [*(file.path for file in table.files), path, *folders]
            _to_disk(dict.fromkeys(written))
        return versions

    def settle(self, versions: Mapping[str, int], *, run_id: str) -> None:
        """Put the prepared entries of a decided run into the Delta logs, those that are not there yet.

        Any process may do it, any number of times; each table changes from one moment to the next.

        Raises:
            Conflict: somebody else wrote that version.
            Transient: the disk is full; whoever opens the tables next settles them.
        """
        with _disk_errors():
            for name, version in versions.items():
                self._link(self._prepared(name, run_id, version), self._entry_path(name, version))

    def finish(self, versions: Mapping[str, int], *, run_id: str) -> None:
        """Tidy up after `settle`: the logs are safe from a power cut, the prepared entries are gone."""
        prepared = [self._prepared(name, run_id, version) for name, version in versions.items()]
        waiting = [path for path in prepared if path.exists()]
        _to_disk(path.parent.parent / _LOG for path in waiting)
        for path in waiting:
            path.unlink(missing_ok=True)

    def commit(self, staged: Sequence[StagedTable]) -> dict[str, int]:
        """Make the staged tables their tables' latest versions and return those.

        Raises:
            Conflict: somebody else holds a table's place.
        """
        versions = self.prepare(staged, {})
        for table in staged:
            mine = {table.name: versions[table.name]}
            self.settle(mine, run_id=table.run_id)
            self.finish(mine, run_id=table.run_id)
        return versions

    def discard(self, run_id: str, *, table: str = "*") -> None:
        """Delete what a run that was never decided has staged, in one table or in all."""
        for folder in self.directory.glob(f"{table}/{run_id}"):
            shutil.rmtree(folder)
            with suppress(OSError):
                folder.parent.rmdir()  # a new table's folder; one with anything else in it stays

    def delete(self, staged: StagedTable) -> None:
        """Delete staged files that later ones of the same run replace."""
        for file in staged.files:
            file.path.unlink(missing_ok=True)

    # Upkeep, under the run lock

    def catch_up(self, versions: Mapping[str, int], *, run_id: str) -> None:
        """Settle and tidy what a run decided before it was killed; `restore` sees to what others overtook."""
        for name, version in versions.items():
            with suppress(Conflict):
                self.settle({name: version}, run_id=run_id)
                self.finish({name: version}, run_id=run_id)

    def missing(self, manifest: Mapping[str, int]) -> list[str]:
        """Return the tables of the manifest that cannot be read: their version or a data file is gone."""
        return [name for name, version in manifest.items() if not self._is_whole(name, version)]

    def restore(self, manifest: Mapping[str, int], *, run_id: str) -> dict[str, int]:
        """Bring every table that somebody else wrote to back to the manifest's version.

        Returns:
            The versions that now hold what the manifest says.
        """
        restored = dict(manifest)
        for name, version in manifest.items():
            latest = latest_version(self.path(name))
            prepared = self._prepared(name, run_id, version)
            if prepared.exists():
                # Somebody else took the version between the decision and its link: ours comes after theirs.
                additions, columns = prepared_content(self.path(name), version, prepared)
                restored[name] = self._write(name, latest, run_id, additions, columns)
                prepared.unlink()
            elif latest > version:
                old = snapshot(self.path(name), version)
                additions = tuple(
                    Addition(path, (self.path(name) / path).stat().st_size) for path in old.paths
                )
                restored[name] = self._write(name, latest, run_id, additions, old.columns)
        return restored

    def clean(self, keep: Mapping[str, Iterable[int]]) -> int:
        """Delete our data files that none of the kept versions holds; return how many.

        Only the tables named are looked at. One with no kept version is removed with its log.
        """
        return sum(self._clean(name, set(versions)) for name, versions in keep.items())

    def _clean(self, name: str, versions: set[int]) -> int:
        table = self.path(name)
        if not versions:
            shutil.rmtree(table / _LOG, ignore_errors=True)  # first, so that nobody reads half a table
        kept = paths_at(table, {*versions, latest_version(table)}) if versions else frozenset()
        removed = 0
        for folder in table.glob("run_*/"):
            for file in folder.iterdir():
                if f"{folder.name}/{file.name}" not in kept:
                    file.unlink()
                    removed += file.suffix == ".parquet"
            with suppress(OSError):
                folder.rmdir()
        if versions:
            self._shorten_log(table, min(versions))
        else:
            with suppress(OSError):
                table.rmdir()
        return removed

    def _shorten_log(self, table: Path, oldest: int) -> None:
        """Keep a log's length bounded: a checkpoint now and then, and no entries before the one needed."""
        log = table / _LOG
        latest = latest_version(table)
        points = sorted(int(path.name.partition(".")[0]) for path in log.glob("*.checkpoint.parquet"))
        if latest - (points[-1] if points else -1) >= _CHECKPOINT_EVERY:
            DeltaTable(table).create_checkpoint()
        usable = [point for point in points if point <= oldest]
        for path in log.iterdir() if usable else ():
            digits = path.name.partition(".")[0]
            if digits.isdigit() and int(digits) < usable[-1]:
                path.unlink(missing_ok=True)

    def _write(
        self,
        name: str,
        latest: int,
        run_id: str,
        additions: Sequence[Addition],
        columns: Sequence[Column],
    ) -> int:
        """Let the table hold just these files from its next version on, and return that."""
        before = snapshot(self.path(name), latest)
        text = entry(additions, columns, before=before, keep_before=False, now_ms=_now_ms(), name=name)
        prepared = self._prepared(name, run_id, latest + 1)
        prepared.parent.mkdir(parents=True, exist_ok=True)
        prepared.write_text(text, encoding="utf-8")
        _to_disk([prepared])
        self.settle({name: latest + 1}, run_id=run_id)
        self.finish({name: latest + 1}, run_id=run_id)
        return latest + 1

    def _is_whole(self, name: str, version: int) -> bool:
        try:
            return all(path.is_file() for path in self.files(name, version))
        except NotFound:
            return False

    def _snapshot(self, name: str, version: int) -> Snapshot:
        entry_path = self._entry_path(name, version)
        if not entry_path.exists():
            # A decided run that was killed before it settled. At most one run can have prepared this version:
            # what was not decided is discarded before another run starts.
            with _disk_errors():
                for prepared in self.path(name).glob(f"run_*/{entry_name(version)}"):
                    self._link(prepared, entry_path)
        return snapshot(self.path(name), version)

    def _base(self, name: str, decided: int | None) -> int:
        """Return the version that the staged table follows; -1 for a new table."""
        latest = latest_version(self.path(name))
        if decided is None:
            self.refuse_foreign(name)
        elif latest != decided:
            raise _changed_by_others(name)
        return latest

    def _entry(self, staged: StagedTable, base: int) -> str:
        table = self.path(staged.name)
        additions = [
            Addition(file.path.relative_to(table).as_posix(), file.size_bytes, file.rows)
            for file in staged.files
        ]
        return entry(
            additions,
            staged.columns,
            before=snapshot(table, base) if base >= 0 else None,
            keep_before=staged.mode == "append",
            now_ms=_now_ms(),
            name=staged.name,
            description=staged.description,
        )

    def _prepared(self, name: str, run_id: str, version: int) -> Path:
        return self.path(name) / run_id / entry_name(version)

    def _entry_path(self, name: str, version: int) -> Path:
        return self.path(name) / _LOG / entry_name(version)

    def _link(self, prepared: Path, target: Path) -> None:
        if not prepared.exists():
            return  # settled before, or by somebody else
        target.parent.mkdir(exist_ok=True)
        try:
            _move_without_replacing(prepared, target)
        except FileExistsError as error:
            if target.read_bytes() != prepared.read_bytes():
                raise _changed_by_others(target.parents[1].name) from error


def _move_without_replacing(source: Path, target: Path) -> None:
    try:
        os.link(source, target)  # atomic, and an error when somebody else wrote this version
    except FileExistsError:
        raise
    except FileNotFoundError:
        return  # another process settled and tidied up meanwhile
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV):
            raise
        if target.exists():
            raise FileExistsError(target) from error
        source.replace(target)  # a file system without hard links


def _changed_by_others(name: str) -> Conflict:
    message = f"Table {name!r} was changed by somebody else during the run."
    return Conflict(
        message, code="lake.conflict", hint="Only `onefold run` may write to the lake. Run again."
    )


def _now_ms() -> int:
    return int(time.time() * 1000)


def _to_disk(paths: Iterable[Path]) -> None:
    """Wait until files and folders are on disk; several at a time, since each waits for the device."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        for _ in pool.map(_sync, paths):
            pass


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OnefoldError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "Free disk space and run again; the last good run stands."
            raise Transient("The disk is full.", code="warehouse.disk_full", hint=hint) from error
        message = f"The lake cannot be written: {error.strerror}."
        raise Permanent(message, code="lake.io", hint="Check the folder and its permissions.") from error
