"""Files in a bucket come through a cache of immutable copies; the bucket is a moto server over real HTTP."""

import datetime as dt
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import obstore
import pyarrow as pa
import pyarrow.parquet
import pytest
from obstore.store import S3Store
from typing_extensions import override

from onefold.foundation.kernel import Forbidden, InvalidInput, NotFound, OnefoldError, Transient
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, Coverage, ScanRequest
from onefold.sources.connectors.parquet import Parquet
from onefold.sources.files import FileAccess
from onefold.sources.locations import StorageOptions
from onefold.sources.locations.s3 import S3
from onefold.testing.connector_suite import ConnectorSuite
from tests.plugins.services import S3Bucket

ENVIRONMENT = {"ONEFOLD_TEST_S3_KEY": "test", "ONEFOLD_TEST_S3_SECRET": "test"}


def options(bucket: S3Bucket) -> StorageOptions:
    return StorageOptions(
        endpoint=bucket.endpoint,
        region=bucket.region,
        access_key="${ONEFOLD_TEST_S3_KEY}",
        secret_key="${ONEFOLD_TEST_S3_SECRET}",
    )


def store(bucket: S3Bucket) -> S3Store:
    return S3Store(
        bucket.name,
        config={
            "endpoint": bucket.endpoint,
            "region": bucket.region,
            "access_key_id": bucket.access_key_id,
            "secret_access_key": bucket.secret_access_key,
        },
        client_options={"allow_http": True},
    )


class TestParquetInABucket(ConnectorSuite):
    bucket: S3Bucket

    @pytest.fixture(autouse=True)
    def _server(self, _place: None, s3_bucket: S3Bucket) -> None:
        self.bucket = s3_bucket
        self.environment.update(ENVIRONMENT)

    @override
    def write(self, rows: pa.Table) -> None:
        pyarrow.parquet.write_table(rows, self.directory / "people.parquet")
        obstore.put(store(self.bucket), "crm/people.parquet", self.directory / "people.parquet")

    @override
    def connector(self) -> Connector:
        return Parquet(path=f"s3://{self.bucket.name}/crm/*.parquet", storage=options(self.bucket))

    @override
    def nowhere(self) -> Connector:
        return Parquet(path=f"s3://{self.bucket.name}/erp/*.parquet", storage=options(self.bucket))

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        return False


@pytest.fixture
def access(tmp_path: Path) -> FileAccess:
    return FileAccess(tmp_path, tmp_path / "cache", ENVIRONMENT)


@pytest.fixture
def context(tmp_path: Path, access: FileAccess) -> Iterator[ConnectorContext]:
    warehouse = DuckDBWarehouse()
    yield ConnectorContext(warehouse, access, dt.datetime.now(dt.UTC), tmp_path)
    warehouse.close()


def put(bucket: S3Bucket, **texts: str) -> None:
    for key, text in texts.items():
        obstore.put(store(bucket), key, text.encode())


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a/*.csv", ["a/x y.csv", "a/x.csv", "a/é.csv"]),
        ("a/?.csv", ["a/x.csv", "a/é.csv"]),
        ("**/*.csv", ["a/b/deep.csv", "a/x y.csv", "a/x.csv", "a/é.csv", "top.csv"]),
        ("a/**", ["a/b/deep.csv", "a/x y.csv", "a/x.csv", "a/x.txt", "a/é.csv"]),
        ("top.csv", ["top.csv"]),
        ("a/x y.csv", ["a/x y.csv"]),
        ("a/é.csv", ["a/é.csv"]),
    ],
)
def test_globs(s3_bucket: S3Bucket, access: FileAccess, pattern: str, expected: list[str]) -> None:
    keys = ["a/x.csv", "a/x y.csv", "a/é.csv", "a/x.txt", "a/b/deep.csv", "top.csv"]
    put(s3_bucket, **{key: f"id\n{key}\n" for key in keys})
    files = access.fetch(f"s3://{s3_bucket.name}/{pattern}", options(s3_bucket))
    assert [file.url for file in files] == [f"s3://{s3_bucket.name}/{key}" for key in expected]
    for file, key in zip(files, expected, strict=True):
        assert file.path.read_text() == f"id\n{key}\n"


def test_a_copy_is_made_once_and_again_when_the_object_changes(
    s3_bucket: S3Bucket, access: FileAccess
) -> None:
    put(s3_bucket, **{"a.csv": "id\n1\n"})
    url = f"s3://{s3_bucket.name}/a.csv"
    (first,) = access.fetch(url, options(s3_bucket))
    written = first.path.stat().st_mtime_ns
    (second,) = access.fetch(url, options(s3_bucket))
    assert second == first
    assert second.path.stat().st_mtime_ns == written
    put(s3_bucket, **{"a.csv": "id\n2\n"})
    (third,) = access.fetch(url, options(s3_bucket))
    assert third.stamp != first.stamp
    assert third.path.read_text() == "id\n2\n"
    assert first.path.read_text() == "id\n1\n", "a copy in use does not change under its reader"


def test_the_cache_is_bounded_and_keeps_what_was_wanted_lately(s3_bucket: S3Bucket, tmp_path: Path) -> None:
    put(s3_bucket, **{f"{name}.csv": name * 1000 for name in "abc"})
    small = FileAccess(tmp_path, tmp_path / "cache", ENVIRONMENT, cache_bytes=1500)
    first, second = (
        small.fetch(f"s3://{s3_bucket.name}/{name}.csv", options(s3_bucket))[0].path for name in "ab"
    )
    assert first.exists(), "the run that wanted it may still read it"
    os.utime(first.parent, (0, 0))
    (third,) = small.fetch(f"s3://{s3_bucket.name}/c.csv", options(s3_bucket))
    assert (first.exists(), second.exists(), third.path.exists()) == (False, True, True)


def test_an_object_that_changes_between_finding_and_copying(s3_bucket: S3Bucket, tmp_path: Path) -> None:
    put(s3_bucket, **{"a.csv": "id\n1\n"})
    (found,) = S3().find(f"s3://{s3_bucket.name}/a.csv", options(s3_bucket), ENVIRONMENT)
    put(s3_bucket, **{"a.csv": "id\n2\n"})
    with pytest.raises(Transient) as caught:
        S3().copy(found, tmp_path / "a.csv", options(s3_bucket), ENVIRONMENT)
    assert caught.value.code == "sources.file_changed"
    obstore.delete(store(s3_bucket), "a.csv")
    with pytest.raises(Transient) as caught:
        S3().copy(found, tmp_path / "a.csv", options(s3_bucket), ENVIRONMENT)
    assert caught.value.code == "sources.file_missing"


def test_only_new_and_changed_objects_are_read_again(
    s3_bucket: S3Bucket, context: ConnectorContext, tmp_path: Path
) -> None:
    def write(key: str, numbers: list[int]) -> None:
        pyarrow.parquet.write_table(pa.table({"id": numbers}), tmp_path / "x.parquet")
        obstore.put(store(s3_bucket), key, tmp_path / "x.parquet")

    write("a.parquet", [1])
    write("b.parquet", [2])
    connector = Parquet(path=f"s3://{s3_bucket.name}/*.parquet", storage=options(s3_bucket))
    state = connector.scan(context, ScanRequest()).state
    assert connector.scan(context, ScanRequest(state=state)).coverage is Coverage.NOTHING
    write("b.parquet", [2, 3])
    write("c.parquet", [4])
    obstore.delete(store(s3_bucket), "a.parquet")
    scan = connector.scan(context, ScanRequest(state=state))
    assert {Path(file.url).name for file in scan.files} == {"b.parquet", "c.parquet"}
    assert scan.gone == (f"s3://{s3_bucket.name}/a.parquet",)


@pytest.mark.parametrize("pattern", ["none.csv", "none/*.csv"])
def test_nothing_matches(s3_bucket: S3Bucket, access: FileAccess, pattern: str) -> None:
    with pytest.raises(NotFound) as caught:
        access.fetch(f"s3://{s3_bucket.name}/{pattern}", options(s3_bucket))
    assert caught.value.code == "sources.file_missing"


def test_a_folder_and_a_bucket_are_no_files(s3_bucket: S3Bucket, access: FileAccess) -> None:
    put(s3_bucket, **{"crm/a.csv": "id\n1\n"})
    for path, code in (
        ("/crm", "path_is_folder"),
        ("/crm/", "path_is_folder"),
        ("", "path_invalid"),
        ("/", "path_invalid"),
    ):
        with pytest.raises(InvalidInput) as caught:
            access.fetch(f"s3://{s3_bucket.name}{path}", options(s3_bucket))
        assert caught.value.code == f"sources.{code}"


@pytest.mark.parametrize("key", ["*.csv", "a.csv"])
def test_no_such_bucket(s3_bucket: S3Bucket, access: FileAccess, key: str) -> None:
    with pytest.raises(InvalidInput, match="no-bucket-of-that-name") as caught:
        access.fetch(f"s3://no-bucket-of-that-name/{key}", options(s3_bucket))
    assert caught.value.code == "sources.bucket_unknown"


def test_an_unreachable_endpoint_is_said_plainly(s3_bucket: S3Bucket, access: FileAccess) -> None:
    dead = options(s3_bucket).model_copy(update={"endpoint": "http://127.0.0.1:1"})
    with pytest.raises(Transient) as caught:
        access.fetch(f"s3://{s3_bucket.name}/*.csv", dead)
    assert caught.value.code == "sources.unreachable"
    assert caught.value.message == "http://127.0.0.1:1 cannot be reached."


def test_a_secret_that_is_not_set(s3_bucket: S3Bucket, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="ONEFOLD_TEST_S3_KEY") as caught:
        FileAccess(tmp_path, tmp_path, {}).fetch(f"s3://{s3_bucket.name}/*.csv", options(s3_bucket))
    assert caught.value.code == "secrets.not_set"


def test_no_credentials_at_all(
    s3_bucket: S3Bucket, access: FileAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    # Nobody's role: the address where the client would ask for it is a closed port of this machine.
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")
    keyless = StorageOptions(endpoint=s3_bucket.endpoint, region=s3_bucket.region)
    with pytest.raises(InvalidInput) as caught:
        access.fetch(f"s3://{s3_bucket.name}/*.csv", keyless)
    assert caught.value.code == "sources.credentials_missing"


def test_credentials_from_the_environment(
    s3_bucket: S3Bucket, access: FileAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3_bucket, **{"a.csv": "id\n1\n"})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", s3_bucket.region)
    found = access.fetch(f"s3://{s3_bucket.name}/a.csv", StorageOptions(endpoint=s3_bucket.endpoint))
    assert len(found) == 1


class RefusingServer:
    """A service that gives every request the same answer: moto refuses nobody."""

    def __init__(self) -> None:
        self.answer = (403, "")
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = server.answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body.encode())

            do_HEAD = do_GET  # noqa: N815 - the name the server calls

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def refusing_server() -> Iterator[RefusingServer]:
    server = RefusingServer()
    thread = threading.Thread(target=server.http.serve_forever)
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", Forbidden),
        (403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", Forbidden),
        (403, "<Error><Code>InvalidAccessKeyId</Code></Error>", Forbidden),
    ],
)
def test_access_denied(
    refusing_server: RefusingServer,
    access: FileAccess,
    s3_bucket: S3Bucket,
    status: int,
    body: str,
    kind: type[OnefoldError],
) -> None:
    refusing_server.answer = (status, body)
    refusing = options(s3_bucket).model_copy(update={"endpoint": refusing_server.url})
    for key in ("*.csv", "a.csv"):
        with pytest.raises(kind) as caught:
            access.fetch(f"s3://{s3_bucket.name}/{key}", refusing)
        assert caught.value.code == "sources.access_denied"
