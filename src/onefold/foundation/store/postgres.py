"""The Store on PostgreSQL through psycopg 3."""

from __future__ import annotations

import datetime as dt
import os
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from onefold.foundation.kernel import InvalidInput, Transient
from onefold.foundation.store.port import HOLDER_SECONDS, Holder, LockedError, transaction

_POLL_SECONDS = 0.1
_CONNECT_SECONDS = 10
_DISK_FULL = "53100"
_RETRY = frozenset({"40", "55"})  # serialization failure, deadlock; lock not available
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:key)")
_HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = :key AND l.granted "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class PostgresStore:
    """Transactional rows in a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url).set(drivername="postgresql+psycopg")
        try:
            self._engine = create_engine(
                parsed, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT_SECONDS}
            )
        except ModuleNotFoundError as error:
            hint = "pip install 'onefold[postgres]'"
            raise InvalidInput("psycopg is not installed.", code="store.driver_missing", hint=hint) from error
        self._where = _without_password(parsed)

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, all of it as of one moment."""
        begin = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
        with self._translated(), transaction(self._engine, begin) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block."""
        with self._translated(), transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn the driver's errors into ours, by what the caller can do about them."""
        try:
            yield
        except OperationalError as error:
            state = getattr(error.orig, "sqlstate", None) or ""
            if state == _DISK_FULL:
                hint = "Free disk space on the server and run again; what was committed stands."
                raise Transient("The Store's disk is full.", code="store.disk_full", hint=hint) from error
            if state[:2] in _RETRY:
                hint = "Others were changing the same rows; run again."
                raise Transient("The Store is busy.", code="store.busy", hint=hint) from error
            hint = "Check that the server runs, and the user, password and database in ONEFOLD_STORE_URL."
            message = f"The Store at {self._where} cannot be reached."
            raise Transient(message, code="store.unreachable", hint=hint) from error

    @contextmanager
    def lock(self, name: str, *, purpose: str, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold a named advisory lock on a connection of its own; the server frees it when that ends."""
        key = zlib.crc32(f"onefold:{name}".encode())
        deadline = time.monotonic() + wait_seconds
        with self._translated():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with connection:
            with self._translated():
                _introduce(connection, _card(purpose))
                while not connection.execute(_TRY_LOCK, {"key": key}).scalar_one():
                    if time.monotonic() >= deadline:
                        _introduce(connection, "onefold")
                        raise LockedError(name, _holder(connection, key))
                    time.sleep(_POLL_SECONDS)
            try:
                yield
            finally:
                # A server that is gone has freed the lock.
                with suppress(OperationalError):
                    connection.execute(_UNLOCK, {"key": key})
                    _introduce(connection, "onefold")

    def close(self) -> None:
        """Release connections."""
        self._engine.dispose()


def _without_password(url: URL) -> str:
    return url.set(drivername="postgresql", password=None, username=None).render_as_string()


def _card(purpose: str) -> str:
    """Return who we are for `application_name`, which keeps 63 bytes and tells the others who holds a lock."""
    since = int(dt.datetime.now(dt.UTC).timestamp())
    return f"{os.getpid()}|{since}|{socket.gethostname()[:24]}|{purpose}"[:63]


def _introduce(connection: Connection, card: str) -> None:
    connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": card})


def _holder(connection: Connection, key: int) -> Holder | None:
    deadline = time.monotonic() + HOLDER_SECONDS
    while time.monotonic() < deadline:
        card = connection.execute(_HOLDER, {"key": key}).scalar() or ""
        try:
            pid, since, host, purpose = card.split("|", 3)
            moment = dt.datetime.fromtimestamp(int(since), dt.UTC)
            return Holder(host, int(pid), moment.isoformat(timespec="seconds"), purpose)
        except ValueError:
            time.sleep(_POLL_SECONDS / 10)  # it was released between our try and this look
    return None
