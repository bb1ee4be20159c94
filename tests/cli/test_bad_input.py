"""Files and databases as life brings them: one workspace with a bad source of each kind, run once.

What goes wrong in one source is told with file, line, field, reason and next step; the good rows of the others,
and the last good run of this one, stand.
"""

from __future__ import annotations

import gzip
import os
import random
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onefold.foundation.warehouse import ident, sql
from onefold.workspace import Workspace
from tests.cli.command import (
    SCRIPT,
    environment,
    error_of,
    onefold,
    onefold_process,
    stages_of,
    write_shop,
)
from tests.plugins.services import S3Bucket

pytestmark = pytest.mark.xdist_group("bad input")
GOOD = b"id,name,email\n1,Ann,ann@shop.example\n2,Bob,bob@shop.example\n3,Cy,cy@shop.example\n"
SECRET = "hidden-cell-value"


@dataclass(frozen=True)
class Case:
    """A source that was good once and is bad now.

    Attributes:
        bad: writes the bad file over the good one.
        outcome: how its stage ends.
        told: what the stage's messages say.
        rows: how many rows its table has afterwards.
        quarantined: file line, field and a part of the reason of each row in quarantine.
    """

    bad: Callable[[Path], object]
    outcome: str
    told: Sequence[str]
    rows: int = 3
    quarantined: Sequence[tuple[int | None, str | None, str]] = ()
    file: str = "csv"
    settings: str = ""
    key: str = "id"
    good: Callable[[Path], object] = field(default=lambda path: path.write_bytes(GOOD))


def bytes_of(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def cut(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def parquet(path: Path) -> None:
    pq.write_table(pa.table({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cy"]}), path)


def database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table people (id integer primary key, name text)")
        connection.executemany("insert into people values (?, ?)", [(1, "Ann"), (2, "Bob"), (3, "Cy")])
    connection.close()


def drop_table(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("drop table people")
    connection.close()


def workbook(path: Path) -> None:
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = "".join(f'<row r="{n + 1}"><c r="A{n + 1}"><v>{n}</v></c></row>' for n in range(1, 4))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{sheet}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{sheet}"><sheetData><row r="1">'
        f'<c r="A1" t="inlineStr"><is><t>id</t></is></c></row>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0"?>{text}')


LATIN1 = GOOD.replace(b"Bob", "Jörg".encode("latin-1"))
RAGGED = GOOD + f"4,{SECRET}\n5,Dee,dee@shop.example,{SECRET},more\n".encode() + b"6,Ray\n" * 5
LONG = b"4," + b"x" * 50_000_000 + b",long@shop.example\n"

CASES = {
    "missing": Case(Path.unlink, "failed", ["data/missing.csv", "Check the path"]),
    "empty": Case(bytes_of(b""), "failed", ["data/empty.csv is empty", "still has its header"]),
    "header_only": Case(
        bytes_of(b"id,name,email\n"), "completed_with_warnings", ["columns but no rows"], rows=0
    ),
    "wrong_delimiter": Case(
        bytes_of(GOOD.replace(b",", b";")),
        "failed",
        ["data/wrong_delimiter.csv", "semicolon", "`delimiter: ';'`"],
        settings=', delimiter: ","',
    ),
    "picture": Case(
        bytes_of(b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(5000)),  # noqa: S311 - noise, not a secret
        "failed",
        ["data/picture.csv is a picture, not a csv file", "export it as csv"],
    ),
    "noise": Case(
        bytes_of(random.Random(2).randbytes(50_000)),  # noqa: S311 - noise, not a secret
        "failed",
        ["data/noise.csv"],
    ),
    "latin1": Case(
        bytes_of(LATIN1),
        "completed_with_warnings",
        ["1 of 3 rows went into quarantine (encoding: 1)", "`encoding`"],
        rows=2,
        quarantined=[(3, "name", "`encoding`")],
    ),
    "duplicate_headers": Case(
        bytes_of(GOOD.replace(b"email", b"name", 1)),
        "failed",
        ["data/duplicate_headers.csv, line 1", "'name' (columns 2, 3)", "Rename one"],
    ),
    "null_key": Case(
        bytes_of(b"id,name,email\n,Ann,a@shop.example\n,Bob,b@shop.example\n"),
        "failed",
        ["'id'", "missing in every row", "Name another `primary_key`"],
    ),
    "folder": Case(to_folder, "failed", ["data/folder.csv is a folder", "data/folder.csv/*.csv"]),
    "broken_gz": Case(
        cut,
        "failed",
        ["data/broken_gz.csv.gz", "cut off or damaged", "gzip -t"],
        file="csv.gz",
        good=lambda path: path.write_bytes(gzip.compress(GOOD, mtime=0)),
    ),
    "cut_parquet": Case(
        cut, "failed", ["data/cut_parquet.parquet", "cut off or damaged"], file="parquet", good=parquet
    ),
    "no_workbook": Case(
        bytes_of(GOOD), "failed", ["no_workbook.xlsx", "`kind: csv`"], file="xlsx", good=workbook
    ),
    "nul": Case(
        bytes_of(GOOD.replace(b"Bob", b"B\0b")),
        "completed_with_warnings",
        ["1 of 3 rows"],
        rows=2,
        quarantined=[(3, "name", "NUL")],
    ),
    "large_cell": Case(
        bytes_of(GOOD + b"4," + b"x" * 5_000_000 + b",d@shop.example\n"),
        "completed_with_warnings",
        ["line too long: 1"],
        quarantined=[(5, None, "`max_line_bytes`")],
    ),
    "large_line": Case(
        bytes_of(GOOD + LONG),
        "completed_with_warnings",
        ["line too long: 1"],
        quarantined=[(5, None, "`max_line_bytes`")],
    ),
    "ragged": Case(
        bytes_of(RAGGED),
        "completed_with_errors",
        ["7 of 10 rows went into quarantine (column count: 7)", "More than the 5.0% allowed"],
        quarantined=[(5, "email", "Expected Number of Columns: 3"), (6, None, "Found: 4")],
    ),
    "bad_json": Case(
        bytes_of(b'{"id":1,"name":"Ann"}\n{"id":2,"name":\n{"id":3,"name":"Cy"}\n'),
        "completed_with_warnings",
        ["1 of 3 rows"],
        rows=2,
        quarantined=[(2, None, "No record")],
        file="jsonl",
        good=bytes_of(b'{"id":1,"name":"Ann"}\n{"id":2,"name":"Bob"}\n{"id":3,"name":"Cy"}\n'),
    ),
    "fewer_columns": Case(
        bytes_of(b"id,name\n1,Ann\n2,Bob\n"),
        "completed_with_warnings",
        ["Column 'email' is gone; nothing uses it"],
        rows=2,
    ),
    "retyped": Case(
        bytes_of(GOOD.replace(b"\n1,", b"\nx1,").replace(b"\n2,", b"\nx2,").replace(b"\n3,", b"\nx3,")),
        "completed_with_warnings",
        ["Column 'id' has another type; nothing uses it"],
    ),
    "till": Case(  # the one that unification reads
        bytes_of(b"id,name\n1,Ann\n2,Bob\n"),
        "stopped",
        ["Column 'email' is gone", "identity attribute 'email'", "the last good table stands"],
    ),
    "no_key": Case(bytes_of(GOOD + b"1,Ann,ann@shop.example\n"), "completed", [], rows=4, key=""),
    "dropped_table": Case(
        drop_table,
        "failed",
        ["data/dropped_table.db", "has no table 'people'"],
        file="db",
        good=database,
        settings=', url: "sqlite:///data/dropped_table.db", table: people',
    ),
}
KINDS = {"csv": "csv", "csv.gz": "csv", "parquet": "parquet", "xlsx": "excel", "jsonl": "json", "db": "sql"}


@dataclass(frozen=True)
class Ran:
    """The workspace after the run with everything bad, that run's stages, and the rows of each case's table.

    `rows_before` is what the last good run shows when it is read again after the bad one.
    """

    folder: Path
    stages: dict[str, dict[str, object]]
    rows_before: dict[str, int]
    rows: dict[str, int]
    quarantine: list[dict[str, object]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run with good files, make them all bad, run again."""
    folder = write_shop(tmp_path_factory.mktemp("bad") / "shop")
    (folder / "sources" / "till.yaml").unlink()
    for name, case in CASES.items():
        case.good(folder / "data" / f"{name}.{case.file}")
        path = "" if case.file == "db" else f", path: data/{name}.{case.file}"
        (folder / "sources" / f"{name}.yaml").write_text(
            f"kind: source\nname: {name}\nconnector: {{kind: {KINDS[case.file]}{path}{case.settings}}}\n"
            + (f"primary_key: {case.key}\n" if case.key else "")
            + ("columns: [{name: email, semantic_type: Contact.Email}]\n" if name == "till" else "")
        )
    first = stages_of(onefold("run", "-w", folder, "--json").json)
    assert {stage["outcome"] for stage in first.values()} == {"completed"}
    with Workspace(folder) as workspace:
        before = workspace.manifest().run_id
    for name, case in CASES.items():
        case.bad(folder / "data" / f"{name}.{case.file}")
    with (folder / "data" / "crm.csv").open("a") as crm:
        crm.write("C4,Dee,Poe,dee@mail.example,,\n")
    report = onefold("run", "-w", folder, "--json", codes=(7,)).json
    with Workspace(folder) as workspace:
        quarantine = workspace.quarantine()
        return Ran(
            folder, stages_of(report), rows_of(workspace, before), rows_of(workspace, None), quarantine
        )


def rows_of(workspace: Workspace, run_id: str | None) -> dict[str, int]:
    """Return the number of rows of each case's table, through one engine: one for each would take a while."""
    with workspace.reader(run_id=run_id) as warehouse:
        return {
            name: warehouse.arrow(sql("SELECT * FROM {table}", table=ident(name))).num_rows for name in CASES
        }


@pytest.mark.parametrize("name", CASES)
def test_a_bad_source_is_told_and_its_good_rows_go_on(ran: Ran, name: str) -> None:
    case, stage = CASES[name], ran.stages[f"sources.{name}"]
    messages = stage["messages"]
    assert isinstance(messages, list)
    told = " ".join(map(str, messages))
    assert stage["outcome"] == case.outcome, told
    for part in case.told:
        assert part in told
    assert SECRET not in told
    assert "Unexpected" not in told
    if case.outcome == "failed":
        assert stage["error_code"]
    assert ran.rows[name] == case.rows
    # The last good run can be read as it was, whatever became of the source.
    assert ran.rows_before[name] == 3


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quarantined])
def test_a_row_in_quarantine_says_where_it_is_and_why(ran: Ran, name: str) -> None:
    rows = [row for row in ran.quarantine if row["source"] == name]
    assert all(str(row["file"]).startswith("data/") for row in rows)
    found = {(row["line"], row["field"], str(row["reason"])) for row in rows}
    for line, column, reason in CASES[name].quarantined:
        assert any(f[:2] == (line, column) and reason in f[2] for f in found), found


def test_the_other_sources_go_on_and_so_does_what_stands_on_them(ran: Ran) -> None:
    assert ran.stages["sources.crm"]["outcome"] == "completed"
    assert ran.stages["sources.crm"]["rows_out"] == 4
    # Identity reads none of the bad sources: a table that nothing reads is told, and stops nothing.
    assert ran.stages["quality"]["outcome"] == "completed_with_warnings"
    assert "Nothing depends on it yet" in str(ran.stages["quality"]["messages"])
    assert ran.stages["identity"]["outcome"] in ("completed", "completed_with_warnings")
    with Workspace(ran.folder) as workspace:
        crm = "select count(*) as n from profile_records where source = 'crm'"
        assert workspace.sql(crm).to_pylist() == [{"n": 4}]


@pytest.mark.slow
def test_people_read_it_too(ran: Ran) -> None:
    told = onefold("status", "-w", ran.folder).out
    assert "completed with errors" in told
    assert "sources.missing: " in told
    shown = onefold("quarantine", "-w", ran.folder).out
    assert "data/nul.csv" in shown
    assert max(map(len, shown.splitlines())) < 400


@pytest.mark.slow
def test_too_many_columns_are_told_soon(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    source(folder, "{kind: csv, path: data/crm.csv}")
    names = [f"c{number}" for number in range(10_000)]
    rows = [
        f"{row}," + ",".join(str((number * 7 + row) % 100) for number in range(10_000)) for row in range(20)
    ]
    (folder / "data" / "crm.csv").write_text("\n".join([",".join(["id", *names]), *rows]) + "\n")
    stages = stages_of(onefold("run", "-w", folder, "--json", codes=(7,)).json)
    told = str(stages["sources.crm"]["messages"])
    assert "10,001 columns" in told
    assert "`include`" in told
    assert stages["sources.till"]["outcome"] == "completed"


@pytest.mark.slow
def test_many_columns_that_are_allowed_are_graded_in_time(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    source(folder, "{kind: csv, path: data/crm.csv}")
    names = [f"c{number}" for number in range(1_999)]
    rows = [
        f"{row}," + ",".join(str((number * 7 + row) % 100) for number in range(1_999)) for row in range(20)
    ]
    (folder / "data" / "crm.csv").write_text("\n".join([",".join(["id", *names]), *rows]) + "\n")
    (folder / "identity.yaml").unlink()
    stages = stages_of(onefold("run", "-w", folder, "--json").json)
    assert stages["sources.crm"]["rows_out"] == 20


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(shop: Path) -> None:
    (shop / "data" / "crm.csv").chmod(0)
    stages = stages_of(onefold("run", "-w", shop, "--json", codes=(7,)).json)
    assert "data/crm.csv" in str(stages["sources.crm"]["messages"])
    assert "permission" in str(stages["sources.crm"]["messages"]).lower()


@pytest.mark.slow
def test_the_first_run_of_all_with_a_bad_source_publishes_the_others(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    (folder / "data" / "till.csv").unlink()
    done = onefold("run", "-w", folder, codes=(7,))
    assert "sources.till: failed" in done.out
    assert "profiles: skipped" in done.out
    assert onefold("sql", "--csv", "select count(*) as n from crm", "-w", folder).out == "n\n3\n"
    error = error_of(onefold("sql", "select * from profiles", "-w", folder, "--json", codes=(3,)))
    assert "profiles" in str(error["message"])


@pytest.mark.slow
def test_two_runs_at_once(shop: Path) -> None:
    with Workspace(shop) as workspace, workspace.store.lock("run", purpose="onefold run"):
        done = onefold_process("run", "-w", shop, codes=(4,))
        assert f"process {os.getpid()}" in done.err
        assert "--wait" in done.err
        waiting = subprocess.Popen(
            [SCRIPT, "run", "-w", shop, "--wait", "120"],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            waiting.wait(timeout=0.5)
            pytest.fail("it did not wait")
        except subprocess.TimeoutExpired:
            pass
    out, err = waiting.communicate(timeout=120)
    assert waiting.returncode == 0, err
    assert "completed" in out


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A tiny workspace on a disk of 24 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small tmpfs needs root")
    yield write_shop(place / "shop")
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.slow
def test_a_full_disk(small_disk: Path) -> None:
    onefold_process("run", "-w", small_disk)
    numbers = random.Random(3)  # noqa: S311 - noise, not a secret
    with (small_disk / "data" / "crm.csv").open("a") as crm:
        for number in range(60_000):
            crm.write(f"X{number},{numbers.randbytes(20).hex()},Lee,a{number}@mail.example,,\n")
    ballast = os.open(small_disk / "ballast", os.O_WRONLY | os.O_CREAT)
    written = 0
    try:
        while True:
            written += os.write(ballast, b"x" * 65536)
    except OSError:
        os.truncate(ballast, written - 1_000_000)  # a Store can still write, the table does not fit
    os.close(ballast)
    done = onefold_process("run", "-w", small_disk, codes=(1, 6, 7))
    assert "disk is full" in done.told
    (small_disk / "ballast").unlink()
    assert onefold_process("sql", "--csv", "select count(*) as n from crm", "-w", small_disk).out == "n\n3\n"
    onefold_process("run", "-w", small_disk)


def source(folder: Path, connector: str) -> None:
    (folder / "sources" / "crm.yaml").write_text(
        f"kind: source\nname: crm\nconnector: {connector}\nprimary_key: id\n"
    )


@pytest.mark.slow
def test_a_bucket_that_cannot_be_read(tmp_path: Path, s3_bucket: S3Bucket) -> None:
    folder = write_shop(tmp_path / "shop")
    reach = (
        f'storage: {{endpoint: "{s3_bucket.endpoint}", region: {s3_bucket.region}, '
        'access_key: "${SHOP_KEY}", secret_key: "${SHOP_SECRET}"}'
    )
    source(folder, f'{{kind: csv, path: "s3://nobodys-bucket/crm/*.csv", {reach}}}')
    without = stages_of(onefold("run", "-w", folder, "--json", codes=(7,)).json)
    assert "SHOP_KEY" in str(without["sources.crm"]["messages"])
    keys = {"SHOP_KEY": "test", "SHOP_SECRET": "hunter2"}
    stages = stages_of(onefold("run", "-w", folder, "--json", env=keys, codes=(7,)).json)
    told = str(stages["sources.crm"]["messages"])
    assert stages["sources.crm"]["outcome"] == "failed"
    assert "nobodys-bucket" in told
    assert "hunter2" not in told
    assert stages["sources.till"]["outcome"] in ("completed", "unchanged")


@pytest.mark.slow
def test_a_database_that_refuses_and_one_that_is_not_there(tmp_path: Path, postgres_database: str) -> None:
    folder = write_shop(tmp_path / "shop")
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("create table people (id int primary key, email text)")
        connection.execute("insert into people values (1, 'ann@shop.example')")
    url = urlsplit(postgres_database)
    address = f"postgresql://{url.username}:${{SHOP_PASSWORD}}@{url.hostname}:{url.port}{url.path}"
    source(folder, f'{{kind: sql, url: "{address}", table: people}}')
    right = {"SHOP_PASSWORD": str(url.password)}
    onefold("run", "-w", folder, env=right)

    def told(env: dict[str, str]) -> str:
        stages = stages_of(onefold("run", "-w", folder, "--json", env=env, codes=(7,)).json)
        assert stages["sources.crm"]["outcome"] == "failed"
        assert stages["sources.till"]["outcome"] == "unchanged"
        said = str(stages["sources.crm"]["messages"])
        assert "hunter2" not in said
        assert str(url.password) not in said
        return said

    assert "password" in told({"SHOP_PASSWORD": "hunter2"})
    assert "SHOP_PASSWORD" in told({})
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("drop table people")
    assert "people" in told(right)
    source(folder, f'{{kind: sql, url: "{address.replace(str(url.port), "1")}", table: people}}')
    assert "127.0.0.1" in told(right)
    assert onefold("sql", "--csv", "select count(*) as n from crm", "-w", folder).out == "n\n1\n"
