"""Fixtures for what lives outside the process: database servers, a pretend S3, labelled data.

Servers are started once per pytest process (with xdist: once per worker) and end with it. A URL in
`ONEFOLD_TEST_POSTGRES_URL` or `ONEFOLD_TEST_MYSQL_URL` is used instead of starting one; its user must be
allowed to create databases. A server that is not installed skips its tests with the reason;
`ONEFOLD_TEST_REQUIRE_SERVICES=1`, which continuous integration sets, makes that a failure.
"""

import os
import secrets
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest

from tests.plugins import _servers

MARKER_OF_FIXTURE = {
    "postgres_url": "postgres",
    "postgres_database": "postgres",
    "mysql_url": "mysql",
    "mysql_database": "mysql",
    "spark": "spark",
}


@dataclass(frozen=True)
class S3Bucket:
    """An empty bucket on the pretend S3 and all a client needs to reach it."""

    endpoint: str
    name: str
    region: str = "us-east-1"
    access_key_id: str = "test"
    secret_access_key: str = "test"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the servers they ask for; keep all Spark tests in one process, so that one JVM runs."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKER_OF_FIXTURE and item.get_closest_marker(MARKER_OF_FIXTURE[fixture]) is None:
                item.add_marker(MARKER_OF_FIXTURE[fixture])
        if item.get_closest_marker("spark") is not None:
            item.add_marker(pytest.mark.xdist_group("spark"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL (`postgresql://`) of a database of this session; to create tables use `postgres_database`."""
    yield from _given_or_started("ONEFOLD_TEST_POSTGRES_URL", _servers.postgres)


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[str]:
    """The URL (`mysql+pymysql://`) of a MariaDB database; to create tables use `mysql_database`."""
    yield from _given_or_started("ONEFOLD_TEST_MYSQL_URL", _servers.mariadb)


@pytest.fixture
def mysql_database(mysql_url: str) -> Iterator[str]:
    """The URL of an empty MariaDB database of this test's own, dropped afterwards."""
    url, name = urlsplit(mysql_url), f"test_{secrets.token_hex(6)}"
    with (
        pymysql.connect(
            host=url.hostname, port=url.port or 3306, user=url.username, password=url.password or ""
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"create database {name} character set utf8mb4")
        yield url._replace(path=f"/{name}").geturl()
        cursor.execute(f"drop database {name}")


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The endpoint URL of a pretend S3 (moto) of this session: any key and secret, region us-east-1."""
    with _servers.moto() as endpoint:
        yield endpoint


@pytest.fixture
def s3_bucket(moto_server: str) -> S3Bucket:
    """An empty bucket of this test's own on the pretend S3."""
    name = f"test-{secrets.token_hex(6)}"
    request = urllib.request.Request(f"{moto_server}/{name}", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    return S3Bucket(endpoint=moto_server, name=name)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of labelled data: `$ONEFOLD_SHARED`, or `shared` beside the project."""
    folder = Path(os.environ.get("ONEFOLD_SHARED") or Path(__file__).parents[3] / "shared")
    if not folder.is_dir():
        pytest.skip("no labelled data: ONEFOLD_SHARED names no folder, and no 'shared' is beside the project")
    return folder


def _given_or_started(variable: str, start: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    if given := os.environ.get(variable):
        yield given
        return
    try:
        with start() as url:
            yield url
    except _servers.ServerMissingError as missing:
        if os.environ.get("ONEFOLD_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(f"ONEFOLD_TEST_REQUIRE_SERVICES is set, and there is {missing}")
        pytest.skip(f"{missing}, and {variable} is not set")
