"""PORT for transactional rows: SQLite in WAL mode by default, PostgreSQL by one URL."""

from onefold.foundation.store.migrate import migrate
from onefold.foundation.store.port import Connection, Holder, Instant, LockedError, Store, metadata

__all__ = ["Connection", "Holder", "Instant", "LockedError", "Store", "metadata", "migrate"]
