"""Delta tables pass the connector suite, and features that change what a data file means are applied.

Column mapping is written by delta-rs. No writer of deletion vectors is at hand (delta-rs rewrites files), so the
test writes the vector and its commit by the protocol's specification; delta-rs reads it back as the judge.
"""

import datetime as dt
import json
import struct
import time
import uuid
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import obstore
import pyarrow as pa
import pyarrow.parquet
import pytest
from deltalake import DeltaTable, write_deltalake
from obstore.store import S3Store
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, NotFound, OnefoldError
from onefold.foundation.warehouse import ColumnType, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.sources.connectors import Connector, ConnectorContext, Coverage, ScanRequest
from onefold.sources.connectors.delta import Delta
from onefold.sources.files import FileAccess
from onefold.sources.locations import StorageOptions
from onefold.testing.connector_suite import ConnectorSuite, sample_rows
from tests.plugins.services import S3Bucket

_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"


class DeltaSuite(ConnectorSuite):
    @override
    def connector(self) -> Connector:
        return Delta(path="people")

    @override
    def nowhere(self) -> Connector:
        return Delta(path="nobody")

    @override
    def write_bad(self, rows: pa.Table, bad: frozenset[int]) -> bool:
        return False


class TestPlainDelta(DeltaSuite):
    @override
    def write(self, rows: pa.Table) -> None:
        write_deltalake(self.directory / "people", rows, mode="overwrite")


class TestDeltaWithColumnMapping(DeltaSuite):
    ordered = False  # delta-rs promises none

    @override
    def write(self, rows: pa.Table) -> None:
        mapping = {"delta.columnMapping.mode": "name"}
        write_deltalake(self.directory / "people", rows, mode="overwrite", configuration=mapping)
        assert DeltaTable(self.directory / "people").metadata().configuration.items() >= mapping.items()


class TestDeltaWithDeletionVectors(DeltaSuite):
    """Every file has rows that a vector deletes."""

    ordered = False  # delta-rs promises none

    @override
    def write(self, rows: pa.Table) -> None:
        path = self.directory / "people"
        extra = pa.concat_tables([rows, sample_rows(-5, 3)])
        write_deltalake(path, extra, mode="overwrite", configuration={"delta.enableDeletionVectors": "true"})
        # The writer may put the pieces of a table into its file in any order.
        ids = pyarrow.parquet.read_table(DeltaTable(path).file_uris()[0]).column("id").to_pylist()
        delete_by_vector(path, [place for place, number in enumerate(ids) if number < 0])


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ConnectorContext]:
    warehouse = DuckDBWarehouse()
    access = FileAccess(tmp_path, tmp_path / "cache", {"KEY": "test"})
    yield ConnectorContext(warehouse, access, dt.datetime.now(dt.UTC), tmp_path)
    warehouse.close()


def rows_of(connector: Connector, context: ConnectorContext, request: ScanRequest | None = None) -> pa.Table:
    scan = connector.scan(context, request or ScanRequest())
    if scan.reader is not None:
        return scan.reader().read_all()
    assert scan.select is not None
    return context.files.arrow(scan.select)


def delete_by_vector(path: Path, rows: list[int], *, inline: bool = False) -> None:
    """Commit a version in which these rows of the table's only file are deleted by a vector."""
    table = DeltaTable(path)
    version = table.version()
    actions = [
        json.loads(line) for line in (path / f"_delta_log/{version:020}.json").read_text().splitlines()
    ]
    (add,) = [action["add"] for action in actions if "add" in action]
    vector = _vector(rows)
    if inline:
        padded = vector + b"\0" * (-len(vector) % 4)
        where = {"storageType": "i", "pathOrInlineDv": _z85(padded), "sizeInBytes": len(vector)}
    else:
        name = uuid.uuid4()
        stored = b"\x01" + struct.pack(">I", len(vector)) + vector + struct.pack(">I", zlib.crc32(vector))
        (path / f"deletion_vector_{name}.bin").write_bytes(stored)
        where = {
            "storageType": "u",
            "pathOrInlineDv": _z85(name.bytes),
            "offset": 1,
            "sizeInBytes": len(vector),
        }
    moment = int(time.time() * 1000)
    statistics = json.loads(add["stats"]) | {"tightBounds": False}
    gone = {key: add[key] for key in ("path", "partitionValues", "size")}
    commit = [
        {"commitInfo": {"timestamp": moment, "operation": "DELETE", "operationParameters": {}}},
        {"remove": gone | {"deletionTimestamp": moment, "dataChange": True, "extendedFileMetadata": True}},
        {
            "add": add
            | {"stats": json.dumps(statistics), "deletionVector": where | {"cardinality": len(rows)}}
        },
    ]
    text = "".join(json.dumps(action) + "\n" for action in commit)
    (path / f"_delta_log/{version + 1:020}.json").write_text(text)


def _vector(rows: list[int]) -> bytes:
    """Return the magic number and a 64-bit roaring bitmap array of array containers, in the portable format."""
    containers: dict[int, list[int]] = {}
    for row in sorted(rows):
        containers.setdefault(row >> 16, []).append(row & 0xFFFF)
    heads = b"".join(struct.pack("<HH", key, len(values) - 1) for key, values in containers.items())
    start = 8 + len(heads) + 4 * len(containers)
    offsets, body = b"", b""
    for values in containers.values():
        offsets += struct.pack("<I", start + len(body))
        body += struct.pack(f"<{len(values)}H", *values)
    bitmap = struct.pack("<II", 12346, len(containers)) + heads + offsets + body
    return struct.pack("<I", 1681511377) + struct.pack("<QI", 1, 0) + bitmap


def _z85(data: bytes) -> str:
    text = ""
    for start in range(0, len(data), 4):
        number = int.from_bytes(data[start : start + 4], "big")
        text += "".join(_Z85[number // 85**power % 85] for power in (4, 3, 2, 1, 0))
    return text


@pytest.mark.parametrize("inline", [False, True])
def test_deleted_rows_do_not_come_back(tmp_path: Path, context: ConnectorContext, inline: bool) -> None:
    write_deltalake(
        tmp_path / "t",
        pa.table({"id": list(range(200_000))}),
        configuration={"delta.enableDeletionVectors": "true"},
    )
    gone = [0, 7, 65_535, 65_536, 199_999]
    delete_by_vector(tmp_path / "t", gone, inline=inline)
    files = DeltaTable(tmp_path / "t").file_uris()
    raw = context.files.rows(sql("SELECT count(*) FROM read_parquet($files)"), files=files[0])
    assert raw == [(200_000,)], "the file itself still holds them"
    left = rows_of(Delta(path="t"), context).column("id").to_pylist()
    assert sorted(set(range(200_000)) - set(left)) == gone
    assert len(left) == 199_995


def test_mapped_columns_have_their_own_names(tmp_path: Path, context: ConnectorContext) -> None:
    rows = pa.table({"id": [1], "name": ["é"]})
    write_deltalake(tmp_path / "t", rows, configuration={"delta.columnMapping.mode": "name"})
    file = DeltaTable(tmp_path / "t").file_uris()[0]
    assert "name" not in context.files.arrow(sql("SELECT * FROM read_parquet($file)"), file=file).column_names
    assert rows_of(Delta(path="t"), context).to_pylist() == [{"id": 1, "name": "é"}]


def test_partition_columns_come_from_the_log(tmp_path: Path, context: ConnectorContext) -> None:
    rows = pa.table({"id": [1, 2, 3], "country": ["DE", None, "A/B %"]})
    write_deltalake(tmp_path / "t", rows, partition_by=["country"])
    found = rows_of(Delta(path="t"), context).sort_by("id")
    assert found.to_pylist() == rows.to_pylist()


def test_a_plain_table_is_read_as_parquet_and_another_by_delta_rs(
    tmp_path: Path, context: ConnectorContext
) -> None:
    write_deltalake(tmp_path / "plain", sample_rows())
    write_deltalake(tmp_path / "mapped", sample_rows(), configuration={"delta.columnMapping.mode": "name"})
    assert Delta(path="plain").scan(context, ScanRequest()).select is not None
    assert Delta(path="mapped").scan(context, ScanRequest()).reader is not None


@pytest.mark.parametrize("mapping", ["none", "name"])
def test_nested_types_become_json_and_lists_stay(
    tmp_path: Path, context: ConnectorContext, mapping: str
) -> None:
    rows = pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "tags": pa.array([["a", None], None], pa.list_(pa.string())),
            "numbers": pa.array([[1, 2], []], pa.list_(pa.int32())),
            "place": pa.array([{"lat": 1.5, "city": "Köln"}, None]),
            "price": pa.array([Decimal("1.10"), None], pa.decimal128(38, 9)),
            "naive": pa.array([dt.datetime.fromisoformat("2025-01-01T12:00"), None], pa.timestamp("us")),
        }
    )
    write_deltalake(tmp_path / "t", rows, configuration={"delta.columnMapping.mode": mapping})
    connector = Delta(path="t")
    assert [column.type for column in connector.discover(context)] == [
        ColumnType.INTEGER,
        ColumnType.TEXT_LIST,
        ColumnType.INTEGER_LIST,
        ColumnType.TEXT,
        ColumnType.DECIMAL,
        ColumnType.INSTANT,
    ]
    first, second = rows_of(connector, context).to_pylist()
    assert json.loads(first.pop("place")) == {"lat": 1.5, "city": "Köln"}
    assert first == {
        "id": 1,
        "tags": ["a", None],
        "numbers": [1, 2],
        "price": Decimal("1.100000000"),
        "naive": dt.datetime.fromisoformat("2025-01-01T12:00"),
    }
    assert second == {"id": 2, "tags": None, "numbers": [], "place": None, "price": None, "naive": None}


def test_a_column_that_older_files_lack_is_null_in_them(tmp_path: Path, context: ConnectorContext) -> None:
    write_deltalake(tmp_path / "t", pa.table({"id": [1]}))
    write_deltalake(tmp_path / "t", pa.table({"id": [2], "name": ["x"]}), mode="append", schema_mode="merge")
    found = rows_of(Delta(path="t"), context).sort_by("id")
    assert found.to_pylist() == [{"id": 1, "name": None}, {"id": 2, "name": "x"}]


def test_a_new_version_and_a_new_table_of_the_same_name_are_read(
    tmp_path: Path, context: ConnectorContext
) -> None:
    write_deltalake(tmp_path / "t", pa.table({"id": [1]}))
    connector = Delta(path="t")
    state = connector.scan(context, ScanRequest()).state
    assert connector.scan(context, ScanRequest(state=state)).coverage is Coverage.NOTHING
    write_deltalake(tmp_path / "t", pa.table({"id": [2]}), mode="append")
    changed = connector.scan(context, ScanRequest(state=state))
    assert changed.coverage is Coverage.EVERYTHING
    (tmp_path / "t").rename(tmp_path / "old")
    write_deltalake(tmp_path / "t", pa.table({"id": [3]}))
    write_deltalake(tmp_path / "t", pa.table({"id": [4]}), mode="append")
    again = connector.scan(context, ScanRequest(state=changed.state))
    assert again.coverage is Coverage.EVERYTHING


def test_a_scan_keeps_its_version_while_the_table_moves_on(tmp_path: Path, context: ConnectorContext) -> None:
    mapped = {"delta.columnMapping.mode": "name"}
    write_deltalake(tmp_path / "t", pa.table({"id": [1]}), configuration=mapped)
    scan = Delta(path="t").scan(context, ScanRequest())
    write_deltalake(tmp_path / "t", pa.table({"id": [2]}), mode="append")
    assert scan.reader is not None
    assert scan.reader().read_all().to_pylist() == [{"id": 1}]
    assert scan.reader().read_all().to_pylist() == [{"id": 1}], "the factory serves a second attempt"


def test_an_unknown_column_and_a_folder_without_a_table(tmp_path: Path, context: ConnectorContext) -> None:
    write_deltalake(tmp_path / "t", pa.table({"name": ["x"]}))
    with pytest.raises(InvalidInput, match="Did you mean 'name'"):
        Delta(path="t").scan(context, ScanRequest(columns=("nane",)))
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound) as caught:
        Delta(path="empty").check(context)
    assert caught.value.code == "sources.table_missing"


@pytest.mark.slow
def test_a_table_in_a_bucket(tmp_path: Path, context: ConnectorContext, s3_bucket: S3Bucket) -> None:
    write_deltalake(tmp_path / "t", sample_rows(count=20))
    store = S3Store(
        s3_bucket.name,
        config={
            "endpoint": s3_bucket.endpoint,
            "region": "us-east-1",
            "access_key_id": "t",
            "secret_access_key": "t",
        },
        client_options={"allow_http": True},
    )
    for file in (tmp_path / "t").rglob("*"):
        if file.is_file():
            obstore.put(store, f"lake/t/{file.relative_to(tmp_path / 't').as_posix()}", file.read_bytes())
    options = StorageOptions(
        endpoint=s3_bucket.endpoint, region="us-east-1", access_key="${KEY}", secret_key="${KEY}"
    )
    connector = Delta(path=f"s3://{s3_bucket.name}/lake/t", storage=options)
    assert rows_of(connector, context).equals(sample_rows(count=20))
    for path in (f"s3://{s3_bucket.name}/lake/none", "s3://no-such-bucket-here/t"):
        with pytest.raises(OnefoldError) as caught:
            Delta(path=path, storage=options).check(context)
        assert caught.value.code in {"sources.table_missing", "sources.bucket_unknown"}
        assert "\x1b" not in str(caught.value)
    dead = options.model_copy(update={"endpoint": "http://127.0.0.1:1"})
    with pytest.raises(OnefoldError) as caught:
        Delta(path=f"s3://{s3_bucket.name}/lake/t", storage=dead).check(context)
    assert caught.value.code == "sources.unreachable"
