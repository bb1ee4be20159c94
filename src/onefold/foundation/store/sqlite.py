"""The Store on SQLite in WAL mode: one file, no service."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError

from onefold.foundation.kernel import Transient
from onefold.foundation.store.port import Holder, LockedError, transaction

_POLL_SECONDS = 0.1


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
        """Open a transaction that only reads."""
        with transaction(self._engine) as connection:
            connection.exec_driver_sql("BEGIN DEFERRED")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block."""
        with transaction(self._engine) as connection:
            # A transaction that reads first and writes later fails at once when somebody else writes.
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                hint = "Another process is writing to it; run again."
                raise Transient("The Store is busy.", code="store.busy", hint=hint) from error
            yield connection

    @contextmanager
    def lock(self, name: str, *, purpose: str, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold a named lock, kept by the operating system for as long as the process lives."""
        path = self._path.with_name(f"{self._path.stem}.{name}.lock")
        deadline = time.monotonic() + wait_seconds
        with path.open("a+", encoding="utf-8") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise LockedError(name, _holder(path)) from None
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

    def size_bytes(self) -> int:
        """Return the size of the database."""
        with self.read() as connection:
            pages = connection.execute(
                text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            )
            return int(pages.scalar_one())

    def close(self) -> None:
        """Release connections."""
        self._engine.dispose()


def _configure(connection: object, record: object) -> None:
    del record
    # Transactions are ours: the driver must not begin or commit any by itself.
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's connection
    cursor = connection.cursor()  # type: ignore[attr-defined]  # the driver's connection
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _holder(path: Path) -> Holder | None:
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # it was released between our try and this look
