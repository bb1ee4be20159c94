"""The migrations make the schema that the nouns declare, once, on every backend, and keep what is there."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import onefold
from onefold.foundation.kernel import Conflict
from onefold.foundation.store import Store, metadata, migrate
from onefold.foundation.store.migrate import newest_revision
from onefold.foundation.store.port import migrations_directory
from onefold.foundation.store.postgres import PostgresStore
from onefold.foundation.store.sqlite import SQLiteStore

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def every_table() -> None:
    """Import every noun's `storage`, since each declares its tables as it is imported."""
    for module in pkgutil.walk_packages(onefold.__path__, "onefold."):
        if module.name.rpartition(".")[2] == "storage":
            importlib.import_module(module.name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        store: Store = SQLiteStore(tmp_path / "store.db")
    else:
        store = PostgresStore(request.getfixturevalue("postgres_database"))
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """A migrated Store, and one whose tables were created from the declarations."""
    if request.param == "sqlite":
        migrated: Store = SQLiteStore(tmp_path / "migrated.db")
        created: Store = SQLiteStore(tmp_path / "created.db")
    else:
        url = request.getfixturevalue("postgres_database")
        migrated = PostgresStore(url)
        created = PostgresStore(f"{url}?options=-csearch_path%3Dcreated")
        with migrated.write() as connection:
            connection.execute(sa.text("CREATE SCHEMA created"))
    migrate(migrated)
    with created.write() as connection:
        metadata.create_all(connection)
    yield migrated, created
    migrated.close()
    created.close()


def described(store: Store) -> dict[str, object]:
    """Return all that the database itself says of its tables."""
    found: dict[str, object] = {}
    with store.read() as connection:
        inspector = sa.inspect(connection)
        schema = (
            connection.execute(sa.text("SELECT current_schema()")).scalar() if _has_schemas(store) else None
        )
        for table in inspector.get_table_names():
            if table == "alembic_version":
                continue
            columns = {
                column["name"]: (
                    str(column["type"]),
                    column["nullable"],
                    str(column["default"] or "").replace(f"{schema}.", ""),
                )
                for column in inspector.get_columns(table)
            }
            keys = [(key["name"], key["constrained_columns"]) for key in inspector.get_foreign_keys(table)]
            indexes = [(index["name"], index["column_names"]) for index in inspector.get_indexes(table)]
            primary = inspector.get_pk_constraint(table)
            found[table] = (
                columns,
                (primary["name"], primary["constrained_columns"]),
                sorted(keys, key=str),
                sorted(indexes, key=str),
            )
    return found


def _has_schemas(store: Store) -> bool:
    return store.engine.dialect.name == "postgresql"


def test_migrated_is_declared(fresh: tuple[Store, Store]) -> None:
    migrated, created = fresh
    assert described(migrated) == described(created)
    assert set(described(migrated)) == set(metadata.tables)
    with migrated.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    migrate(store)
    before = described(store)
    migrate(store)
    assert described(store) == before


def test_what_is_there_survives_every_migration(store: Store) -> None:
    revisions = sorted(path.name[:4] for path in (migrations_directory() / "versions").glob("0*.py"))
    _upgrade(store, revisions[0])
    now = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    with store.write() as connection:
        run = {"r": "run_1", "s": "completed", "a": now, "f": False, "h": "host", "p": 7, "e": ""}
        insert = "INSERT INTO runs (run_id, status, started_at, is_full, host, pid, error) "
        connection.execute(sa.text(f"{insert} VALUES (:r, :s, :a, :f, :h, :p, :e)"), run)
        state = {"s": "sources.a", "f": "1", "t": '{"watermark": 3}', "r": "run_1"}
        insert = "INSERT INTO stage_states (stage, fingerprint, state, run_id) "
        connection.execute(sa.text(f"{insert} VALUES (:s, :f, :t, :r)"), state)
    migrate(store)
    from onefold.runs.storage import memories, recent_runs

    with store.read() as connection:
        assert [run.run_id for run in recent_runs(connection, 5)] == ["run_1"]
        memory = memories(connection)["sources.a"]
    assert (memory.fingerprint, memory.state, memory.inputs) == ("1", {"watermark": 3}, {})


def test_each_migration_can_be_taken_back(store: Store) -> None:
    migrate(store)
    _config_run(store, command.downgrade, "base")
    assert described(store) == {}
    migrate(store)
    assert set(described(store)) == set(metadata.tables)


def test_a_store_of_a_newer_version_is_left_alone(store: Store) -> None:
    migrate(store)
    with store.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict) as caught:
        migrate(store)
    assert caught.value.code == "store.newer"


def test_files_are_called_after_their_revisions() -> None:
    script = ScriptDirectory(str(migrations_directory()))
    revisions = {Path(revision.path).name[:4]: revision.revision for revision in script.walk_revisions()}
    assert revisions == {name: name for name in revisions}
    assert script.get_current_head() == newest_revision()


@pytest.mark.slow
def test_the_migrations_are_in_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    if "No module named hatchling" in done.stderr:
        pytest.skip("hatchling is not installed: it is in the dependency group `build`")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    folder = migrations_directory()
    files = [folder / "env.py", *(folder / "versions").glob("0*.py")]
    assert {f"onefold/foundation/store/migrations/{path.relative_to(folder)}" for path in files} <= names


def _upgrade(store: Store, revision: str) -> None:
    _config_run(store, command.upgrade, revision)


def _config_run(store: Store, do: object, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_directory()))
    with store.write() as connection:
        config.attributes["connection"] = connection
        assert callable(do)
        do(config, revision)
