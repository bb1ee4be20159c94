"""What a definition of a database may say, and what it must not."""

import pyarrow as pa
import pytest
from pydantic import ValidationError

from onefold.sources.connectors.databases import localized, parse_address
from onefold.sources.connectors.sql import SqlConnector


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://crm:s3cret@db/crm",
        "postgresql://crm:${A}s3cret@db/crm",
        "postgresql://crm:s3cret${A}@db/crm",
        "postgresql://crm:${A}${B}@db/crm",
        "postgresql://db/crm?password=s3cret",
        "postgresql://db/crm?sslmode=require&PASSFILE=s3cret",
        "mysql://crm:s3cret%40@db/crm",
    ],
)
def test_a_literal_secret_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SqlConnector(url=url, table="people")
    assert [error["msg"] for error in caught.value.errors()]
    assert not any("s3cret" in error["msg"] for error in caught.value.errors())


def test_an_address_comes_apart() -> None:
    address = parse_address("postgresql://a%40b:${PW}@[::1]:5433/my%20db?sslmode=require")
    assert (address.user, address.password, address.host, address.port) == ("a@b", "${PW}", "::1", 5433)
    assert (address.database, dict(address.options)) == ("my db", {"sslmode": "require"})
    assert "PW" not in repr(address)


@pytest.mark.parametrize(
    ("url", "database"), [("sqlite:///shop.db", "shop.db"), ("sqlite:////srv/shop.db", "/srv/shop.db")]
)
def test_a_sqlite_path_is_relative_or_absolute(url: str, database: str) -> None:
    assert parse_address(url).database == database


@pytest.mark.parametrize("url", ["people", "postgresql://h:port/d", "://x"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValidationError, match="address"):
        SqlConnector(url=url, table="people")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"table": "a", "query": "select 1"},
        {"query": "delete from a"},
        {"query": "-- select\ndrop table a"},
    ],
)
def test_one_table_or_one_select(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SqlConnector(url="sqlite:///a.db", **settings)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    "query", ["/* all */ SELECT 1", "-- x\n(select 1)", "with a as (select 1) select * from a"]
)
def test_selects(query: str) -> None:
    assert SqlConnector(url="sqlite:///a.db", query=query).query == query


def test_local_times_around_changes_of_the_clock() -> None:
    texts = pa.array(["2025-03-30 02:30:00", "2025-10-26 02:30:00", "2025-07-01 12:00:00.5", None])
    assert localized(texts, "Europe/Berlin").to_pylist() == [
        "2025-03-30 01:00:00.000000Z",
        "2025-10-26 00:30:00.000000Z",
        "2025-07-01 10:00:00.500000Z",
        None,
    ]


def test_a_text_that_is_no_time_does_not_disturb_the_others() -> None:
    texts = pa.array(["2025-07-01 12:00:00", "0000-00-00 00:00:00", None])
    assert localized(texts, "Europe/Berlin").to_pylist() == [
        "2025-07-01 10:00:00.000000Z",
        "0000-00-00 00:00:00",
        None,
    ]
