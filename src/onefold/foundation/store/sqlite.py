"""The Store on SQLite in WAL mode: one file, no service."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from onefold.foundation.kernel import Transient
from onefold.foundation.store.port import HOLDER_SECONDS, Holder, LockedError, transaction

_POLL_SECONDS = 0.1
_BUSY_SECONDS = 30.0


class SQLiteStore:
    """Transactional rows in one SQLite file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _configure)

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, all of it as of one moment."""
        with _translated(), transaction(self._engine, "PRAGMA query_only=ON", "BEGIN DEFERRED") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block."""
        # A transaction that reads first and writes later fails at once when somebody else writes.
        with (
            _translated(),
            transaction(self._engine, "PRAGMA query_only=OFF", "BEGIN IMMEDIATE") as connection,
        ):
            yield connection

    @contextmanager
    def lock(self, name: str, *, purpose: str, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold a named lock, kept by the operating system for as long as the process lives."""
        path = self._path.with_name(f"{self._path.stem}.{name}.lock")
        deadline = time.monotonic() + wait_seconds
        with path.open("a+", encoding="utf-8") as file:
            while not _taken(file):
                if time.monotonic() >= deadline:
                    raise LockedError(name, _holder(path))
                time.sleep(_POLL_SECONDS)
            file.truncate(0)
            since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            holder = {"host": socket.gethostname(), "pid": os.getpid(), "since": since, "purpose": purpose}
            file.write(json.dumps(holder))
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)
                fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release connections."""
        self._engine.dispose()


def _configure(connection: object, record: object) -> None:
    del record
    # Transactions are ours: the driver must not begin or commit any by itself.
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's connection
    cursor = connection.cursor()  # type: ignore[attr-defined]  # the driver's connection
    for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    # Going over to WAL does not wait for others who do the same, so it is tried until it has come about.
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(_POLL_SECONDS)
    cursor.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the driver's errors into ours, by what the caller can do about them."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)
        if "is full" in text:
            hint = "Free disk space where the Store lies and run again; what was committed stands."
            raise Transient("The Store's disk is full.", code="store.disk_full", hint=hint) from error
        if "locked" in text or "busy" in text:
            hint = "Another process is writing to it; run again."
            raise Transient("The Store is busy.", code="store.busy", hint=hint) from error
        if "unable to open" in text or "disk I/O" in text:
            hint = "Check the folder `.onefold`: its disk, its free space, its permissions."
            raise Transient("The Store cannot be opened.", code="store.unreachable", hint=hint) from error
        raise


def _taken(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> Holder | None:
    deadline = time.monotonic() + HOLDER_SECONDS
    while time.monotonic() < deadline:
        try:
            return Holder(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            time.sleep(_POLL_SECONDS / 10)  # it was taken or released between our try and this look
    return None
