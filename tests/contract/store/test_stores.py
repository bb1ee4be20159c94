"""SQLite and PostgreSQL keep the Store's contract."""

from __future__ import annotations

import errno
import functools
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from onefold.foundation.kernel import Transient
from onefold.foundation.store import Store
from onefold.foundation.store.postgres import PostgresStore
from onefold.foundation.store.sqlite import SQLiteStore
from onefold.testing.store_suite import StoreSuite

Opener = Callable[[], Store]


class TestSQLite(StoreSuite):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Opener:
        return functools.partial(SQLiteStore, tmp_path / "a folder" / "store.db")


class TestPostgres(StoreSuite):
    @pytest.fixture
    def opener(self, postgres_database: str) -> Opener:
        return functools.partial(PostgresStore, postgres_database)


def test_a_server_that_is_not_there_is_transient_and_the_password_is_not_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    store = PostgresStore(f"postgresql://somebody:hush-hush@127.0.0.1:{port}/nothing")
    for use in (store.read, store.write, lambda: store.lock("run", purpose="test")):
        with pytest.raises(Transient) as caught, use():
            pytest.fail("there is no server")
        assert caught.value.code == "store.unreachable"
        assert "hush-hush" not in str(caught.value)
        assert f"127.0.0.1:{port}" in str(caught.value)


def test_a_wrong_password_is_not_told(postgres_database: str) -> None:
    url = sa.make_url(postgres_database).set(password="hush-hush").render_as_string(hide_password=False)
    store = PostgresStore(url)
    with pytest.raises(Transient) as caught, store.read():
        pytest.fail("the password is wrong")
    assert caught.value.code == "store.unreachable"
    assert "hush-hush" not in f"{caught.value} {caught.value.__cause__}"
    store.close()


def test_a_postgres_lock_of_another_database_is_another_lock(
    postgres_url: str, postgres_database: str
) -> None:
    one, other = PostgresStore(postgres_url), PostgresStore(postgres_database)
    with one.lock("suite", purpose="one"), other.lock("suite", purpose="other"):
        pass
    one.close()
    other.close()


_OPEN = """
import sys
from pathlib import Path
from onefold.foundation.store import migrate
from onefold.foundation.store.sqlite import SQLiteStore

sys.stdin.readline()
store = SQLiteStore(Path(sys.argv[1]))
migrate(store)
store.close()
"""


def test_processes_that_open_a_new_store_at_once_all_get_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _OPEN, str(tmp_path / "store.db")]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=120)[1] for process in processes]
    assert [(process.returncode, text) for process, text in zip(processes, told, strict=True)] == [
        (0, "")
    ] * 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 2 MB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_and_what_was_committed_stands(small_disk: Path) -> None:
    store = SQLiteStore(small_disk / "store.db")
    with store.write() as connection:
        connection.execute(sa.text("CREATE TABLE kept (a text)"))
        connection.execute(sa.text("INSERT INTO kept VALUES ('before')"))
    many = [{"a": "x" * 100_000}] * 100
    with pytest.raises(Transient) as caught, store.write() as connection:
        connection.execute(sa.text("INSERT INTO kept VALUES (:a)"), many)
    assert caught.value.code in {"store.disk_full", "store.unreachable"}
    with store.read() as connection:
        assert connection.execute(sa.text("SELECT a FROM kept")).scalars().all() == ["before"]
    store.close()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "store.db"
    folder.mkdir()
    store = SQLiteStore(folder)  # a folder in the place of the file
    with pytest.raises(Transient) as caught, store.read():
        pytest.fail("a folder is no database")
    assert caught.value.code == "store.unreachable"
    assert errno.errorcode[errno.EISDIR] not in str(caught.value)
