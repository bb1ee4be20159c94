"""Bring a Store's schema up to date."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from onefold.foundation.store.port import Store, migrations_directory


def migrate(store: Store) -> None:
    """Run the migrations that the Store has not seen yet; nothing when it is up to date."""
    config = Config()
    config.set_main_option("script_location", str(migrations_directory()).replace("%", "%%"))
    with store.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present == ScriptDirectory.from_config(config).get_current_head():
        return
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
