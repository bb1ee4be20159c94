"""The Store port: transactional rows through SQLAlchemy Core.

Nouns declare their tables on `metadata` in their `storage.py` and pass a `Connection` on; one use case is one
transaction. Schema changes are Alembic migrations. Every backend passes `onefold.testing.store_suite`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, DateTime, Engine, MetaData
from sqlalchemy.types import TypeDecorator, TypeEngine

from onefold.foundation.kernel import Conflict

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)
"""Where every noun declares its tables."""

HOLDER_SECONDS = 0.3
"""How long to look for who holds a lock: it says so a moment after it has taken it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: enough for a person to find the process."""

    host: str
    pid: int
    since: str
    purpose: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since} ({self.purpose})"


class LockedError(Conflict):
    """Somebody else holds the lock."""

    code = "store.locked"

    def __init__(self, name: str, holder: Holder | None) -> None:
        held = f"held by {holder}" if holder else "held by somebody else"
        super().__init__(
            f"The {name} lock is {held}.",
            hint="Wait for it to end, or give `--wait SECONDS`.",
            context={"lock": name, "holder_pid": holder.pid if holder else None},
        )
        self.holder = holder


class Store(Protocol):
    """A transactional database."""

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine; for migrations and tests."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """Open a transaction that only reads, all of it as of one moment; writing in it is an error."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """Open a transaction that commits at the end of the block and rolls back on an error.

        On SQLite one writer comes after the other; on PostgreSQL rows that are read to be written back are to be
        read `FOR UPDATE`.

        Raises:
            Transient: the database is busy, cannot be reached, or its disk is full.
        """
        ...

    def lock(self, name: str, *, purpose: str, wait_seconds: float = 0.0) -> AbstractContextManager[None]:
        """Hold a named lock for the block; it is released when the process dies, however it dies.

        Raises:
            LockedError: it is held and stays so for `wait_seconds`.
        """
        ...

    def close(self) -> None:
        """Release connections."""
        ...


@contextmanager
def transaction(engine: Engine, *begin: str) -> Iterator[Connection]:
    """Open a connection with one transaction around the block, begun by these statements."""
    with engine.connect() as connection, connection.begin():
        for statement in begin:
            connection.exec_driver_sql(statement)
        yield connection


class Instant(TypeDecorator[object]):
    """An aware moment, kept in UTC on every backend (SQLite has no time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: object, dialect: object) -> object:
        """Refuse naive moments; turn aware ones into UTC."""
        del dialect
        if value is None:
            return None
        if not isinstance(value, dt.datetime) or value.tzinfo is None:
            message = "The Store takes aware datetimes only."
            raise TypeError(message)
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: object, dialect: object) -> object:
        """Return aware moments in UTC."""
        del dialect
        if isinstance(value, dt.datetime):
            return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
        return value

    def coerce_compared_value(self, op: object, value: object) -> TypeEngine[object]:
        """Compare as instants."""
        del op, value
        return self


def migrations_directory() -> Path:
    """Return the folder of the Alembic migrations."""
    return Path(__file__).parent / "migrations"
