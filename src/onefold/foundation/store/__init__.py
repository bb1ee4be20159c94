"""PORT for transactional rows: SQLite in WAL mode by default, PostgreSQL by one URL."""

from sqlalchemy import Connection

from onefold.foundation.store.migrate import migrate
from onefold.foundation.store.port import Holder, Instant, LockedError, Store, metadata

__all__ = ["Connection", "Holder", "Instant", "LockedError", "Store", "metadata", "migrate"]
