"""The throwaway servers answer, are not root's, and end with a session that was killed."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import obstore.store
import psycopg
import pymysql
import pytest

from tests.plugins._servers import ServerMissingError
from tests.plugins.services import S3Bucket, _given_or_started

ROOT = Path(__file__).parents[3]


def test_postgres_gives_each_test_an_empty_database(postgres_database: str) -> None:
    with psycopg.connect(postgres_database) as connection:
        assert connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone() == (0,)
        assert connection.execute("select 'Юлия é'").fetchone() == ("Юлия é",)


def test_mariadb_gives_each_test_an_empty_database(mysql_database: str) -> None:
    url = urlsplit(mysql_database)
    with (
        pymysql.connect(
            host=url.hostname,
            port=url.port or 3306,
            user=url.username,
            password=url.password or "",
            database=url.path[1:],
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("show tables")
        assert cursor.fetchall() == ()
        cursor.execute("select 'Юлия é'")
        assert cursor.fetchone() == ("Юлия é",)


def test_the_pretend_s3_keeps_what_it_is_given(s3_bucket: S3Bucket) -> None:
    store = obstore.store.S3Store(
        s3_bucket.name,
        endpoint=s3_bucket.endpoint,
        region=s3_bucket.region,
        access_key_id=s3_bucket.access_key_id,
        secret_access_key=s3_bucket.secret_access_key,
        client_options={"allow_http": True},
    )
    assert list(obstore.list(store)) == []
    obstore.put(store, "a.csv", b"a,b\n1,2\n")
    assert bytes(obstore.get(store, "a.csv").bytes()) == b"a,b\n1,2\n"


def test_a_given_url_is_used_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_URL", "postgresql://elsewhere/db")
    assert list(_given_or_started("SOME_URL", _not_installed)) == ["postgresql://elsewhere/db"]


def test_a_server_that_is_not_installed_skips_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_URL", raising=False)
    monkeypatch.delenv("ONEFOLD_TEST_REQUIRE_SERVICES", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"no such program.*SOME_URL is not set"):
        list(_given_or_started("SOME_URL", _not_installed))


def test_where_services_are_required_a_missing_server_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_URL", raising=False)
    monkeypatch.setenv("ONEFOLD_TEST_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="no such program"):
        list(_given_or_started("SOME_URL", _not_installed))


@contextlib.contextmanager
def _not_installed() -> Iterator[str]:
    raise ServerMissingError("no such program")
    yield


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc to see whose a process is")
@pytest.mark.parametrize(
    "server",
    [pytest.param("postgres", marks=pytest.mark.postgres), pytest.param("mariadb", marks=pytest.mark.mysql)],
)
def test_a_server_ends_with_a_session_that_was_killed(server: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(
        f"{'mysql' if server == 'mariadb' else server}_url"
    )  # skips or fails where it is missing
    script = f"""
import time
from tests.plugins import _servers
with _servers.{server}() as url:
    print(url, flush=True)
    time.sleep(60)
"""
    session = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert session.stdout is not None
    port = urlsplit(session.stdout.readline().strip()).port
    started = _processes_mentioning(f"port={port}")
    folders = {
        Path(found) for text in started.values() for found in re.findall(r"/\S*onefold-test-\w+", text)
    }
    assert started
    assert folders
    os.kill(session.pid, signal.SIGKILL)
    session.communicate()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (
        _processes_mentioning(f"port={port}") or any(map(Path.exists, folders))
    ):
        time.sleep(0.05)
    assert _processes_mentioning(f"port={port}") == {}
    assert not [folder for folder in folders if folder.exists()]


@pytest.mark.postgres
def test_postgres_does_not_run_as_root(postgres_url: str) -> None:
    servers = _processes_mentioning(f"port={urlsplit(postgres_url).port}", program="postgres")
    if not servers:
        pytest.skip("the server is not one of ours (ONEFOLD_TEST_POSTGRES_URL)")
    assert all(Path(f"/proc/{process}").stat().st_uid != 0 for process in servers)


def _processes_mentioning(text: str, *, program: str = "") -> dict[int, str]:
    """Return command lines that contain `text`, by process id; `program` is part of the program's name."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if program in Path(words[0]).name and any(text in word for word in words):
                found[int(folder.name)] = " ".join(words)
    return found
