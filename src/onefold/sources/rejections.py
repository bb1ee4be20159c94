"""Gather what a scan rejected: values that do not fit and records that could not be split, with their places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from onefold.foundation.warehouse import (
    Sql,
    Warehouse,
    comma,
    ident,
    literal,
    spaced,
    sql,
    union_all,
)
from onefold.sources.connectors import Scan
from onefold.sources.connectors.connector import FILE, LINE
from onefold.sources.reading import BAD, ReadRows

LONGEST_VALUE = 1_000


@dataclass(frozen=True, slots=True)
class Rejections:
    """The rows a scan rejected: in a table of the engine with the columns of quarantine.

    Attributes:
        rows: source rows rejected; a quote that is never closed counts all lines it swallowed.
        codes: how many misfits of each code.
    """

    table: str
    rows: int
    codes: dict[str, int]


@dataclass(frozen=True, slots=True)
class RunMoment:
    """The run that rejects: its id and its moment, aware, in UTC."""

    run_id: str
    now: dt.datetime


def collect(
    warehouse: Warehouse, scan: Scan, read: ReadRows, *, source: str, key: Sequence[str], run: RunMoment
) -> Rejections:
    """Gather the misfits of the rows and what the reader itself could not split into one table."""
    table, split, lines = (f"{read.table}_{what}" for what in ("rejected", "unsplit", "lines"))
    unsplit = 0 if scan.rejects is None else warehouse.create_table(split, scan.rejects)
    if not read.bad and not unsplit:
        warehouse.drop(split)
        return Rejections(table, 0, {})
    _place(warehouse, scan, read, split if unsplit else None, lines)
    selects = []
    if read.bad:
        selects.append(_misfits(scan, read, key, lines, split if unsplit else None))
    if unsplit:
        selects.append(_unsplit(scan, split, lines))
    warehouse.create_table(
        table,
        sql(
            "SELECT {source} AS source, {file} AS file, line, record_key, field, "
            "left(raw_value, {longest}) AS raw_value, code, reason, {run} AS run_id, {now} AS quarantined_at, "
            "{now} AS first_seen_at FROM ({rows})",
            source=literal(source),
            file=_url(scan),
            longest=LONGEST_VALUE,
            run=literal(run.run_id),
            now=literal(run.now),
            rows=union_all(selects),
        ),
    )
    rows = read.bad + (_swallowed(warehouse, split) if unsplit else 0)
    warehouse.drop(split, lines)
    counted = warehouse.rows(
        sql("SELECT code, count(*) FROM {t} GROUP BY code ORDER BY code", t=ident(table))
    )
    return Rejections(table, rows, {str(code): int(str(count)) for code, count in counted})


def _url(scan: Scan) -> Sql:
    """Return what people know the file by."""
    if not scan.files:
        return sql("CAST(file AS VARCHAR)")
    urls = spaced(
        sql("WHEN {path} THEN {url}", path=literal(str(file.path)), url=literal(file.url))
        for file in scan.files
    )
    return sql("CASE file {urls} ELSE file END", urls=urls)


def _file_of(scan: Scan) -> Sql:
    return (
        ident(FILE) if FILE in scan.provenance else literal(str(scan.files[0].path) if scan.files else None)
    )


def _swallowed(warehouse: Warehouse, split: str) -> int:
    statement = sql(
        "SELECT count(*) + coalesce(sum(CASE WHEN code = 'quote' THEN greatest(0, length(trim(raw_value, chr(10)))"
        " - length(replace(trim(raw_value, chr(10)), chr(10), ''))) ELSE 0 END), 0) FROM {t}",
        t=ident(split),
    )
    return int(str(warehouse.rows(statement)[0][0]))


def _misfits(scan: Scan, read: ReadRows, key: Sequence[str], lines: str, split: str | None) -> Sql:
    """Return the misfits of the table's rows with file, line and key."""
    parts = [sql("CAST({k} AS VARCHAR)", k=ident(name)) for name in key]
    record_key = sql("concat_ws(' / ', {parts})", parts=comma(parts)) if parts else Sql("NULL")
    has_line = LINE in scan.provenance or not scan.files
    line = sql("CAST({line} AS BIGINT) AS line", line=ident(LINE) if LINE in scan.provenance else Sql("NULL"))
    columns = [
        sql("rowid AS r"),
        sql("CAST({file} AS VARCHAR) AS file", file=_file_of(scan)),
        sql("nullif(CAST({key} AS VARCHAR), '') AS record_key", key=record_key),
        sql("unnest({bad}) AS misfit", bad=ident(BAD)),
        *([line] if has_line else []),
    ]
    rows = sql(
        "SELECT {columns} FROM {t} WHERE {bad} IS NOT NULL",
        columns=comma(columns),
        bad=ident(BAD),
        t=ident(read.table),
    )
    if not has_line and scan.locate is not None:
        rows = sql(
            "SELECT found.*, lines.line FROM ({rows}) AS found JOIN {lines} AS lines "
            "ON lines.file = found.file AND lines.place = found.r AND NOT lines.is_unsplit",
            rows=rows,
            lines=ident(lines),
        )
    elif not has_line:
        rows = _counted(scan, read, rows, split)
    return sql(
        "SELECT file, line, record_key, misfit.field AS field, misfit.raw AS raw_value, misfit.code AS code, "
        "misfit.reason AS reason FROM ({rows})",
        rows=rows,
    )


def _unsplit(scan: Scan, split: str, lines: str) -> Sql:
    """Return the records that could not be split, with their line."""
    found = sql("SELECT * FROM {t}", t=ident(split))
    if scan.locate is not None:
        found = sql(
            "SELECT found.* REPLACE (lines.line AS line) FROM {t} AS found JOIN {lines} AS lines "
            "ON lines.file = found.file AND lines.place = found.position AND lines.is_unsplit",
            t=ident(split),
            lines=ident(lines),
        )
    return sql(
        "SELECT file, line, CAST(NULL AS VARCHAR) AS record_key, field, raw_value, code, reason FROM ({found})",
        found=found,
    )


def _place(warehouse: Warehouse, scan: Scan, read: ReadRows, split: str | None, lines: str) -> None:
    """Create the table of the lines of all rejected rows: file, place (rowid or byte), is_unsplit, line.

    Not where records have a line anyway.
    """
    locate = scan.locate
    if locate is None:
        return
    file = sql("CAST({file} AS VARCHAR)", file=_file_of(scan))
    starts = {
        str(name): (int(str(start)), int(str(count)))
        for name, start, count in warehouse.rows(
            sql("SELECT {file}, min(rowid), count(*) FROM {t} GROUP BY 1", file=file, t=ident(read.table))
        )
    }
    found = sql(
        "SELECT {file} AS file, rowid AS place, FALSE AS is_unsplit FROM {t} WHERE {bad} IS NOT NULL",
        file=file,
        t=ident(read.table),
        bad=ident(BAD),
    )
    if split is not None:
        places = sql("SELECT file, position AS place, TRUE AS is_unsplit FROM {t}", t=ident(split))
        found = union_all([found, places])
    places_of: dict[str, tuple[list[int], list[int]]] = {}
    for name, place, is_unsplit in warehouse.rows(sql("SELECT * FROM ({found}) ORDER BY place", found=found)):
        places_of.setdefault(str(name), ([], []))[bool(is_unsplit)].append(int(str(place)))
    tables = []
    for name, (rows, positions) in places_of.items():
        start, total = starts.get(name, (0, 0))
        found_lines = locate(name, total, [row - start for row in rows], positions)
        for is_unsplit, at, numbers in zip((False, True), (rows, positions), found_lines, strict=True):
            columns = {
                "file": pa.array([name] * len(at), pa.string()),
                "place": pa.array(at, pa.int64()),
                "is_unsplit": pa.array([is_unsplit] * len(at), pa.bool_()),
                "line": pa.array(numbers, pa.int64()),
            }
            tables.append(pa.table(columns))
    warehouse.load_arrow(lines, pa.concat_tables(tables))


def _counted(scan: Scan, read: ReadRows, rows: Sql, split: str | None) -> Sql:
    """Return the rows (file, r) with the number of their record in the file, from `first_line`, as `line`."""
    starts = sql(
        "SELECT CAST({file} AS VARCHAR) AS file, min(rowid) AS start FROM {t} GROUP BY 1",
        file=_file_of(scan),
        t=ident(read.table),
    )
    lined = sql(
        "SELECT found.*, found.r - starts.start + {first} AS line FROM ({rows}) AS found "
        "JOIN ({starts}) AS starts USING (file)",
        first=scan.first_line,
        rows=rows,
        starts=starts,
    )
    if split is None:
        return lined
    # The i-th unsplit record of a file (from 0) pushes down all that would stand at its number minus i.
    pushed = sql(
        "SELECT file, threshold, max(n) AS n FROM (SELECT file, line - row_number() OVER one + 1 AS threshold, "
        "row_number() OVER one AS n FROM {t} WINDOW one AS (PARTITION BY file ORDER BY line)) GROUP BY ALL",
        t=ident(split),
    )
    return sql(
        "SELECT lined.* REPLACE (lined.line + coalesce(pushed.n, 0) AS line) FROM ({lined}) AS lined "
        "ASOF LEFT JOIN ({pushed}) AS pushed ON lined.file = pushed.file AND lined.line >= pushed.threshold",
        lined=lined,
        pushed=pushed,
    )
