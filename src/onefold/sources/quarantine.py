"""Quarantine: the rows of a source that do not fit, with place, field, value and reason.

Each source has its own table `<source>__quarantine`, which holds what is wrong in the source now: rows that
were read again and fit have left it. `quarantine_select` shows all of them as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from onefold.foundation.warehouse import (
    Column,
    ColumnType,
    Sql,
    TableRef,
    Warehouse,
    comma,
    ident,
    literal,
    sql,
    union_all,
)
from onefold.sources.connectors import Coverage, Scan
from onefold.sources.connectors.connector import FILE, LINE
from onefold.sources.reading import BAD, ReadRows

SUFFIX: Final = "__quarantine"
_LONGEST_VALUE: Final = 1_000

COLUMNS: Final = (
    Column("source", ColumnType.TEXT),
    Column("file", ColumnType.TEXT, description="Where the row was read; null for what is no file."),
    Column("line", ColumnType.INTEGER, description="The line in the file, from 1; null for what is no file."),
    Column("record_key", ColumnType.TEXT, description="The record's primary key, where it has one."),
    Column("field", ColumnType.TEXT, description="The column that does not fit; null for the whole row."),
    Column("raw_value", ColumnType.TEXT, description="What was there; at most 1,000 characters."),
    Column("code", ColumnType.TEXT, description="type, key_missing, column_count, quote, encoding, ..."),
    Column("reason", ColumnType.TEXT),
    Column("run_id", ColumnType.TEXT, description="The run that read it last."),
    Column("quarantined_at", ColumnType.INSTANT),
    Column("first_seen_at", ColumnType.INSTANT),
)


def quarantine_ref(source: str) -> TableRef:
    """Return the table of a source's rejected rows."""
    description = f"Rows of {source} that do not fit, one for each misfit."
    return TableRef(f"{source}{SUFFIX}", COLUMNS, description=description)


def quarantine_select(sources: Iterable[str]) -> Sql:
    """Return the select of all rejected rows of these sources, each of which has such a table."""
    columns = comma(ident(column.name) for column in COLUMNS)
    selects = [sql("SELECT {c} FROM {t}", c=columns, t=ident(f"{name}{SUFFIX}")) for name in sources]
    if selects:
        return union_all(selects)
    nulls = comma(
        sql("CAST(NULL AS {t}) AS {n}", t=column.sql_type, n=ident(column.name)) for column in COLUMNS
    )
    return sql("SELECT {nulls} WHERE FALSE", nulls=nulls)


def quarantine_rows(warehouse: Warehouse, sources: Iterable[str]) -> list[dict[str, object]]:
    """Return the rejected rows of these sources, by source, file and line."""
    names = tuple(column.name for column in COLUMNS)
    select = sql("SELECT * FROM ({rows}) ORDER BY source, file, line, field", rows=quarantine_select(sources))
    return [dict(zip(names, row, strict=True)) for row in warehouse.rows(select)]


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


def collect(
    warehouse: Warehouse,
    scan: Scan,
    read: ReadRows,
    *,
    source: str,
    key: Sequence[str],
    run_id: str,
    now: dt.datetime,
) -> Rejections:
    """Gather the misfits of the rows and what the reader itself could not split into one table."""
    table = f"{read.table}_rejected"
    split = f"{read.table}_unsplit"
    unsplit = 0
    if scan.rejects is not None:
        unsplit = warehouse.create_table(split, scan.rejects)
    selects: list[Sql] = []
    if read.bad:
        selects.append(_misfits(warehouse, scan, read, key, split if unsplit else None))
    if unsplit:
        selects.append(
            sql(
                "SELECT file, line, CAST(NULL AS VARCHAR) AS record_key, field, raw_value, code, reason FROM ({rows})",
                rows=_with_breaks(
                    warehouse, scan, read, sql("SELECT * FROM {t}", t=ident(split)), _file_of(scan), split
                ),
            )
        )
    if not selects:
        warehouse.drop(split)
        return Rejections(table, 0, {})
    urls = " ".join(
        sql("WHEN {path} THEN {url}", path=literal(str(file.path)), url=literal(file.url)).text
        for file in scan.files
    )
    name_file = (
        sql("CASE file {urls} ELSE file END", urls=Sql(urls)) if urls else Sql("CAST(file AS VARCHAR)")
    )
    warehouse.create_table(
        table,
        sql(
            "SELECT {source} AS source, {file} AS file, line, record_key, field, "
            "left(raw_value, {longest}) AS raw_value, code, reason, {run} AS run_id, {now} AS quarantined_at, "
            "{now} AS first_seen_at FROM ({rows})",
            source=literal(source),
            file=name_file,
            longest=_LONGEST_VALUE,
            run=literal(run_id),
            now=literal(now),
            rows=union_all(selects),
        ),
    )
    rows = read.bad
    if unsplit:
        swallowed = sql(
            "SELECT count(*) + coalesce(sum(CASE WHEN code = 'quote' THEN greatest(0, length(trim(raw_value, chr(10)))"
            " - length(replace(trim(raw_value, chr(10)), chr(10), ''))) ELSE 0 END), 0) FROM {t}",
            t=ident(split),
        )
        rows += int(str(warehouse.rows(swallowed)[0][0]))
    warehouse.drop(split)
    counted = warehouse.rows(
        sql("SELECT code, count(*) FROM {t} GROUP BY code ORDER BY code", t=ident(table))
    )
    return Rejections(table, rows, {str(code): int(str(count)) for code, count in counted})


def _file_of(scan: Scan) -> Sql:
    return (
        ident(FILE) if FILE in scan.provenance else literal(str(scan.files[0].path) if scan.files else None)
    )


def _misfits(
    warehouse: Warehouse, scan: Scan, read: ReadRows, key: Sequence[str], unsplit: str | None
) -> Sql:
    """Return the misfits of the table's rows with file, line and key."""
    file = (
        ident(FILE) if FILE in scan.provenance else literal(str(scan.files[0].path) if scan.files else None)
    )
    parts = [sql("CAST({k} AS VARCHAR)", k=ident(name)) for name in key]
    record_key = sql("concat_ws(' / ', {parts})", parts=comma(parts)) if parts else Sql("NULL")
    line = Sql("")
    if LINE in scan.provenance:
        line = sql("CAST({line} AS BIGINT) AS line,", line=ident(LINE))
    elif not scan.files:
        line = Sql("CAST(NULL AS BIGINT) AS line,")
    rows = sql(
        "SELECT rowid AS r, CAST({file} AS VARCHAR) AS file, {line} "
        "nullif(CAST({key} AS VARCHAR), '') AS record_key, unnest({bad}) AS misfit FROM {t} WHERE {bad} IS NOT NULL",
        file=file,
        line=line,
        key=record_key,
        bad=ident(BAD),
        t=ident(read.table),
    )
    if not line.text:
        rows = _lined(scan, read, rows, file, unsplit)
        rows = _with_breaks(warehouse, scan, read, rows, file, unsplit)
    return sql(
        "SELECT file, line, record_key, misfit.field AS field, misfit.raw AS raw_value, misfit.code AS code, "
        "misfit.reason AS reason FROM ({rows})",
        rows=rows,
    )


def _lined(scan: Scan, read: ReadRows, rows: Sql, file: Sql, unsplit: str | None) -> Sql:
    """Return the rows (file, r) with the number of their record in the file, from `first_line`, as `line`."""
    starts = sql(
        "SELECT CAST({file} AS VARCHAR) AS file, min(rowid) AS start FROM {t} GROUP BY 1",
        file=file,
        t=ident(read.table),
    )
    lined = sql(
        "SELECT found.*, found.r - starts.start + {first} AS line FROM ({rows}) AS found "
        "JOIN ({starts}) AS starts USING (file)",
        first=scan.first_line,
        rows=rows,
        starts=starts,
    )
    if unsplit is None:
        return lined
    # The i-th unsplit record of a file (from 0) pushes down all that would stand at its number minus i.
    pushed = sql(
        "SELECT file, threshold, max(n) AS n FROM (SELECT file, line - row_number() OVER one + 1 AS threshold, "
        "row_number() OVER one AS n FROM {t} WINDOW one AS (PARTITION BY file ORDER BY line)) GROUP BY ALL",
        t=ident(unsplit),
    )
    return sql(
        "SELECT lined.* REPLACE (lined.line + coalesce(pushed.n, 0) AS line) FROM ({lined}) AS lined "
        "ASOF LEFT JOIN ({pushed}) AS pushed ON lined.file = pushed.file AND lined.line >= pushed.threshold",
        lined=lined,
        pushed=pushed,
    )


def _with_breaks(
    warehouse: Warehouse, scan: Scan, read: ReadRows, rows: Sql, file: Sql, unsplit: str | None
) -> Sql:
    """Return the rows (file, line) with line breaks inside the values of earlier records added to their line.

    Line breaks in columns that are left out, and in records that could not be split, are not seen.
    """
    if not scan.line_breaks:
        return rows
    texts = [
        ident(c.name)
        for c in warehouse.columns(read.table)
        if c.type is ColumnType.TEXT and c.name not in (BAD, FILE)
    ]
    # Values that did not fit their type are in `_bad` only.
    misfits = sql(
        "list_sum(list_transform(list_filter({bad}, lambda e: e.code = 'type'), lambda e: {n}))",
        n=_line_breaks(Sql("e.raw")),
        bad=ident(BAD),
    )
    count = Sql(" + ".join(f"coalesce({breaks.text}, 0)" for breaks in [*map(_line_breaks, texts), misfits]))
    broken = sql(
        "SELECT * FROM (SELECT CAST({file} AS VARCHAR) AS file, rowid AS r, {count} AS n FROM {t}) WHERE n > 0",
        file=file,
        count=count,
        t=ident(read.table),
    )
    breaks = sql(
        "SELECT file, line, CAST(sum(n) OVER (PARTITION BY file ORDER BY line) AS BIGINT) AS n FROM ({lined})",
        lined=_lined(scan, read, broken, file, unsplit),
    )
    return sql(
        "SELECT found.* REPLACE (found.line + coalesce(breaks.n, 0) AS line) FROM ({rows}) AS found "
        "ASOF LEFT JOIN ({breaks}) AS breaks ON found.file = breaks.file AND found.line > breaks.line",
        rows=rows,
        breaks=breaks,
    )


def _line_breaks(text: Sql) -> Sql:
    return sql("length({t}) - length(replace({t}, chr(10), ''))", t=text)


def merged(
    rejections: Rejections, scan: Scan, *, source: str, known: bool, key_texts: Sql | None
) -> Sql | None:
    """Return the source's quarantine as it is now; None when it stays as it was.

    Args:
        rejections: what this scan rejected.
        scan: what was read.
        source: its name.
        known: whether the source's quarantine has been published before.
        key_texts: with coverage CHANGES, a select of the `record_key` of every row read.
    """
    fresh = any(rejections.codes.values())
    if not fresh and not known:
        return None
    columns = comma(ident(column.name) for column in COLUMNS)
    before = ident(f"{source}{SUFFIX}")
    selects: list[Sql] = []
    if fresh and not known:
        selects.append(sql("SELECT {c} FROM {t}", c=columns, t=ident(rejections.table)))
    if fresh and known:
        same = Sql(
            " AND ".join(
                f"now.{c} IS NOT DISTINCT FROM old.{c}" for c in ("file", "record_key", "field", "raw_value")
            )
        )
        selects.append(
            sql(
                "SELECT now.* REPLACE (coalesce((SELECT min(old.first_seen_at) FROM {before} AS old WHERE {same}), "
                "now.first_seen_at) AS first_seen_at) FROM {t} AS now",
                before=before,
                same=same,
                t=ident(rejections.table),
            )
        )
    if known and scan.coverage is Coverage.FILES:
        read = [*(file.url for file in scan.files), *scan.gone]
        selects.append(
            sql(
                "SELECT {c} FROM {t} WHERE file NOT IN ({read})",
                c=columns,
                t=before,
                read=comma(literal(url) for url in read),
            )
        )
    if known and scan.coverage is Coverage.CHANGES and key_texts is not None:
        selects.append(
            sql(
                "SELECT {c} FROM {t} AS old WHERE record_key IS NULL OR record_key NOT IN "
                "(SELECT record_key FROM ({keys}) WHERE record_key IS NOT NULL)",
                c=columns,
                t=before,
                keys=key_texts,
            )
        )
    return union_all(selects) if selects else sql("SELECT {c} FROM {t} WHERE FALSE", c=columns, t=before)
