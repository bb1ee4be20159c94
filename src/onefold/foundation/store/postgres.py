"""The Store on PostgreSQL through psycopg 3."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from onefold.foundation.kernel import InvalidInput, Transient
from onefold.foundation.store.port import Holder, LockedError, transaction

_POLL_SECONDS = 0.1


class PostgresStore:
    """Transactional rows in a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url).set(drivername="postgresql+psycopg")
        try:
            self._engine = create_engine(parsed, pool_pre_ping=True)
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
        with self._transaction() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block."""
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            context = transaction(self._engine)
            connection = context.__enter__()
        except OperationalError as error:
            hint = "Check that the server runs, and the user, password and database in ONEFOLD_STORE_URL."
            message = f"The Store at {self._where} cannot be reached."
            raise Transient(message, code="store.unreachable", hint=hint) from error
        try:
            yield connection
        except BaseException as error:
            if not context.__exit__(type(error), error, error.__traceback__):
                raise
        else:
            context.__exit__(None, None, None)

    @contextmanager
    def lock(self, name: str, *, purpose: str, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold a named advisory lock on a connection of its own; the server frees it when that ends."""
        key = zlib.crc32(f"onefold:{name}".encode())
        deadline = time.monotonic() + wait_seconds
        # `application_name` tells the others who holds it.
        since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        holder = {"h": socket.gethostname()[:20], "p": os.getpid(), "s": since, "w": purpose[:8]}
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            set_name = text("SELECT set_config('application_name', :name, false)")
            connection.execute(set_name, {"name": json.dumps(holder, separators=(",", ":"))[:63]})
            while not connection.execute(
                text("SELECT pg_try_advisory_lock(:key)"), {"key": key}
            ).scalar_one():
                if time.monotonic() >= deadline:
                    raise LockedError(name, _holder(connection, key))
                time.sleep(_POLL_SECONDS)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.execute(set_name, {"name": "onefold"})

    def close(self) -> None:
        """Release connections."""
        self._engine.dispose()


def _without_password(url: URL) -> str:
    return url.set(drivername="postgresql", password=None, username=None).render_as_string()


def _holder(connection: Connection, key: int) -> Holder | None:
    found = connection.execute(
        text(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
            "WHERE l.locktype = 'advisory' AND l.objid = :key AND l.granted"
        ),
        {"key": key},
    ).scalar()
    try:
        told = json.loads(found or "")
        return Holder(host=told["h"], pid=told["p"], since=told["s"], purpose=told["w"])
    except (ValueError, KeyError, TypeError):
        return None  # a name cut short, or not ours
