"""Bring a Store's schema up to date."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, inspect, text

from onefold.foundation.kernel import Conflict
from onefold.foundation.store.port import Store, migrations_directory

_log = structlog.get_logger("onefold.store")

_WAIT_SECONDS = 60.0


def migrate(store: Store) -> None:
    """Run the migrations that the Store has not seen yet; nothing when it is up to date.

    Any number of processes may do it at once: one migrates, the others wait for it.

    Raises:
        Conflict: a newer version of Onefold has changed the schema.
    """
    if _present(store) == newest_revision():
        return
    with store.lock("migrate", purpose="migration", wait_seconds=_WAIT_SECONDS):
        present = _present(store)
        if present == newest_revision():
            return
        if present is not None and present not in _revisions():
            message = "The Store was changed by a newer version of Onefold."
            raise Conflict(message, code="store.newer", hint="Upgrade Onefold: pip install -U onefold.")
        _upgrade(store)
        _log.info("store.migrated", before=present, after=newest_revision())


def newest_revision() -> str:
    """Return the id of the newest migration."""
    return max(_revisions())


def _revisions() -> frozenset[str]:
    # A file is called after its revision: Alembic, which takes a second to import, is needed to migrate only.
    versions = migrations_directory() / "versions"
    return frozenset(path.name.partition("_")[0] for path in versions.glob("[0-9]*.py"))


def _present(store: Store) -> str | None:
    with store.read() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(store: Store) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_directory()).replace("%", "%%"))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
