"""Quarantine: the rows of a source that do not fit, with place, field, value and reason.

Each source has its own table `<source>__quarantine`, which holds what is wrong in the source now: rows that
were read again and fit have left it. The table `quarantine` holds those of all sources.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from onefold.foundation.warehouse import (
    Column,
    ColumnType,
    Sql,
    TableRef,
    Warehouse,
    all_of,
    comma,
    ident,
    literal,
    sql,
    union_all,
)
from onefold.sources.connectors import Coverage, Scan
from onefold.sources.rejections import Rejections

SUFFIX: Final = "__quarantine"

COLUMNS: Final = (
    Column("source", ColumnType.TEXT, description="The source's name."),
    Column("file", ColumnType.TEXT, description="Where the row was read; null for what is no file."),
    Column("line", ColumnType.INTEGER, description="The line in the file, from 1; null for what is no file."),
    Column("record_key", ColumnType.TEXT, description="The record's primary key, where it has one."),
    Column("field", ColumnType.TEXT, description="The column that does not fit; null for the whole row."),
    Column("raw_value", ColumnType.TEXT, description="What was there; at most 1,000 characters."),
    Column("code", ColumnType.TEXT, description="type, key_missing, column_count, quote, encoding, ..."),
    Column("reason", ColumnType.TEXT, description="What does not fit, in a sentence."),
    Column("run_id", ColumnType.TEXT, description="The run that read it last."),
    Column("quarantined_at", ColumnType.INSTANT, description="When that run read it."),
    Column("first_seen_at", ColumnType.INSTANT, description="When it was first read with that value."),
)

QUARANTINE: Final = TableRef(
    "quarantine",
    COLUMNS,
    description="The rows of all sources that do not fit, one for each misfit, as they wait now; "
    "without rows when none does.",
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
        same = all_of(
            sql("now.{c} IS NOT DISTINCT FROM old.{c}", c=ident(name))
            for name in ("file", "record_key", "field", "raw_value")
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
