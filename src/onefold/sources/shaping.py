"""From rows as read to rows as published: order, cleaning, one row per key; then publishing and merging."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from onefold.foundation.kernel import InvalidInput, counted
from onefold.foundation.warehouse import (
    Column,
    ColumnType,
    Sql,
    Warehouse,
    all_of,
    any_of,
    comma,
    ident,
    literal,
    sql,
    union_all,
)
from onefold.sources.cleaning import CleaningContext
from onefold.sources.cleaning._pipeline import apply_steps
from onefold.sources.connectors import Coverage, Scan
from onefold.sources.connectors.connector import FILE, LINE
from onefold.sources.merging import overlaps, with_earlier
from onefold.sources.model import SourceDefinition
from onefold.sources.publishing import ORDINAL, Marks, marks, publishable, unlabelled
from onefold.sources.reading import BAD, ReadRows
from onefold.sources.schema import PlannedColumn

ROWS_PER_FILE: Final = 1 << 40  # an ordinal is the file's number times this plus the row's number in it


@dataclass(frozen=True, slots=True)
class Shaped:
    """What is to be published.

    Attributes:
        select: the rows, with exactly `columns`.
        table: the engine's table that the select reads whole; None when the rows are worked out on reading.
        duplicates: rows dropped because another has their key.
        unlabelled: by choice column, rows whose code has no label.
        watermark: the highest `updated_at` read, as text.
        marks: what the source says of deleted rows; None when it says nothing.
        comparable: whether the table published before has the same columns.
        overlaps: rows of changed files share keys with rows of files that were not read again.
    """

    select: Sql
    columns: tuple[Column, ...]
    table: str | None
    duplicates: int
    unlabelled: Mapping[str, int]
    watermark: str | None
    marks: Marks | None = None
    comparable: bool = False
    overlaps: bool = False


@dataclass
class ShapedTables:
    """Shapes the rows of one source in the engine and keeps book of its intermediate tables."""

    warehouse: Warehouse
    definition: SourceDefinition
    now: dt.datetime
    made: list[str] = field(default_factory=list)
    before_cleaning: Sql = field(default_factory=lambda: Sql(""))
    renumbered: str | None = None
    prefix: str = field(default_factory=lambda: f"_source_{uuid.uuid4().hex[:12]}")

    def new(self, what: str) -> str:
        """Return a fresh name for an intermediate table."""
        name = f"{self.prefix}_{what}_{len(self.made)}"
        self.made.append(name)
        return name

    def add(self, *names: str) -> None:
        """Take over tables that others made."""
        self.made.extend(names)

    def drop(self) -> None:
        """Drop all intermediate tables."""
        self.warehouse.drop(*reversed(self.made))
        self.made.clear()

    def key_texts(self, table: str) -> Sql:
        """Return the select of the keys of all rows read, as quarantine writes them."""
        parts = comma(sql("CAST({k} AS VARCHAR)", k=ident(name)) for name in self.definition.primary_key)
        key = sql("concat_ws(' / ', {parts})", parts=parts) if self.definition.primary_key else Sql("NULL")
        return sql("SELECT CAST({key} AS VARCHAR) AS record_key FROM {t}", key=key, t=ident(table))

    def shape(
        self,
        planned: Sequence[PlannedColumn],
        scan: Scan,
        read: ReadRows,
        *,
        numbers: Mapping[str, int],
        known: bool,
    ) -> Shaped:
        """Return the rows to publish.

        Args:
            planned: the columns that were read.
            scan: what was read.
            read: the rows, typed.
            numbers: by URL, each file's number.
            known: whether the published table exists with the same columns, to merge with.
        """
        columns = {column.column.name: column.column for column in planned}
        many = FILE in scan.provenance
        keep = self.definition.deletes.missing_rows == "keep"
        merge = known and (scan.coverage is not Coverage.EVERYTHING or keep)
        # Rows of files have their place in the file; others come after all that stay beside them.
        after = self._highest_ordinal() if merge and scan.coverage is not Coverage.FILES else 0
        rows, now_columns = self._cleaned(self._ordered(scan, read, numbers, after), columns)
        unique, duplicates = self._one_per_key(rows, read.rows - read.bad)
        if merge:
            unique = self._materialized("unique", self._with_old_ordinals(unique, scan))
        select, published = publishable(self.definition, unique, now_columns, now=self.now, many=many)
        old = self.warehouse.columns(self.definition.name) if known else ()
        shaped = Shaped(
            select,
            published,
            None,
            duplicates,
            unlabelled(self.warehouse, self.definition, unique),
            self._watermark(read),
            marks(self.warehouse, self.definition, unique, now_columns),
            comparable=_types(old) == _types(published),
        )
        if (
            merge
            and scan.coverage is Coverage.FILES
            and overlaps(self.warehouse, self.definition, scan, unique)
        ):
            return replace(shaped, overlaps=True)
        if merge:
            select = with_earlier(
                self.definition, scan, select, unique=unique, columns=published, published=old
            )
        if not merge and not shaped.comparable:
            return shaped
        table = self.new("published")
        self.warehouse.create_table(table, select)
        return replace(shaped, select=sql("SELECT * FROM {t}", t=ident(table)), table=table)

    def raw(self, shaped: Shaped, planned: Sequence[PlannedColumn], *, merge: bool) -> Sql:
        """Return the values as read of the rows that are published; with `merge`, those read earlier too."""
        names = comma(ident(column.column.name) for column in planned)
        o = ident(ORDINAL)
        kept = sql("SELECT {o} FROM ({rows})", o=o, rows=shaped.select)
        before = self.before_cleaning
        if self.renumbered:
            before = sql(
                "SELECT rows_before.* REPLACE (renumbered.after AS {o}) FROM ({rows}) AS rows_before "
                "JOIN {renumbered} AS renumbered ON rows_before.{o} = renumbered.before",
                o=o,
                rows=before,
                renumbered=ident(self.renumbered),
            )
        fresh = self._materialized(
            "raw", sql("SELECT {n}, {o} FROM ({b}) WHERE {o} IN ({kept})", n=names, o=o, b=before, kept=kept)
        )
        if not merge:
            return fresh
        old = sql(
            "SELECT {n}, {o} FROM {t} WHERE {o} IN ({kept}) AND {o} NOT IN (SELECT {o} FROM ({fresh}))",
            n=names,
            o=o,
            t=ident(f"{self.definition.name}__raw"),
            kept=kept,
            fresh=fresh,
        )
        return union_all([fresh, old])

    def _materialized(self, what: str, rows: Sql) -> Sql:
        table = self.new(what)
        self.warehouse.create_table(table, rows)
        return sql("SELECT * FROM {t}", t=ident(table))

    def _ordered(self, scan: Scan, read: ReadRows, numbers: Mapping[str, int], after: int) -> Sql:
        """Return the rows that fit, with `_ordinal` above `after` and, for several files, the file's URL."""
        if FILE not in scan.provenance:
            number = numbers[scan.files[0].url] if scan.files else 0
            first = number * ROWS_PER_FILE + 1 + after
            return sql(
                "SELECT * EXCLUDE ({gone}), rowid + {first} AS {o} FROM {t} WHERE {fits}",
                gone=comma(ident(name) for name in (BAD, LINE) if name == BAD or name in scan.provenance),
                first=first,
                o=ident(ORDINAL),
                t=ident(read.table),
                fits=sql("{bad} IS NULL", bad=ident(BAD)) if read.bad or read.blank else Sql("TRUE"),
            )
        known = union_all(
            sql(
                "SELECT {path} AS path, {url} AS url, {base} AS base",
                path=literal(str(file.path)),
                url=literal(file.url),
                base=sql("CAST({n} AS BIGINT)", n=literal(numbers[file.url] * ROWS_PER_FILE + after)),
            )
            for file in scan.files
        )
        starts = sql(
            "SELECT known.path, known.url, known.base - min(rows_read.rowid) + 1 AS shift "
            "FROM {t} AS rows_read JOIN ({known}) AS known ON rows_read.{file} = known.path "
            "GROUP BY known.path, known.url, known.base",
            t=ident(read.table),
            known=known,
            file=ident(FILE),
        )
        starts_table = self.new("starts")
        self.warehouse.create_table(starts_table, starts)
        return sql(
            "SELECT rows_read.* EXCLUDE ({gone}), starts.url AS {file}, rows_read.rowid + starts.shift AS {o} "
            "FROM {t} AS rows_read JOIN {starts} AS starts ON rows_read.{file} = starts.path "
            "WHERE rows_read.{bad} IS NULL",
            gone=comma(ident(name) for name in (BAD, FILE, LINE) if name != LINE or LINE in scan.provenance),
            file=ident(FILE),
            o=ident(ORDINAL),
            t=ident(read.table),
            starts=ident(starts_table),
            bad=ident(BAD),
        )

    def _highest_ordinal(self) -> int:
        statement = sql(
            "SELECT coalesce(max({o}), 0) FROM {t}", o=ident(ORDINAL), t=ident(self.definition.name)
        )
        return int(str(self.warehouse.rows(statement)[0][0]))

    def _cleaned(self, rows: Sql, columns: Mapping[str, Column]) -> tuple[Sql, Mapping[str, Column]]:
        if not self.definition.cleaning:
            return rows, columns
        clean = apply_steps(
            self.warehouse,
            rows,
            columns,
            self.definition.cleaning,
            CleaningContext(
                self.definition.default_region, self.definition.time_zone, self.definition.region_column
            ),
            self.new("step"),
        )
        self.add(*clean.temporary)
        self.before_cleaning = rows
        cleaned = self._materialized("clean", clean.select)
        self._check_keys(cleaned)
        return cleaned, clean.columns

    def _check_keys(self, rows: Sql) -> None:
        key = self.definition.primary_key
        if not key:
            return
        empty = any_of(sql("{k} IS NULL", k=ident(name)) for name in key)
        (row,) = self.warehouse.rows(
            sql("SELECT count(*) FROM ({rows}) WHERE {empty}", rows=rows, empty=empty)
        )
        if row[0]:
            rows_without = counted(int(str(row[0])), "row")
            message = f"Cleaning leaves the primary key of {self.definition.name!r} empty in {rows_without}."
            hint = "Take the key out of the cleaning step that empties it."
            raise InvalidInput(message, code="sources.cleaning_empties_key", hint=hint)

    def _one_per_key(self, rows: Sql, count: int) -> tuple[Sql, int]:
        """Return the newest row of each key (by `updated_at`, else the first read) and how many were dropped."""
        key = self.definition.primary_key
        if not key:
            return rows, 0
        names = comma(ident(name) for name in key)
        distinct = names if len(key) == 1 else sql("({names})", names=names)
        statement = sql("SELECT count(DISTINCT {keys}) FROM ({rows})", keys=distinct, rows=rows)
        duplicates = count - int(str(self.warehouse.rows(statement)[0][0]))
        if not duplicates:
            return rows, 0
        newest = Sql("")
        if self.definition.updated_at:
            newest = sql("{u} DESC NULLS LAST,", u=ident(self.definition.updated_at))
        losers = self.new("losers")
        self.warehouse.create_table(
            losers,
            sql(
                "SELECT {o} FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY {names} ORDER BY {newest} {o}) > 1",
                o=ident(ORDINAL),
                rows=rows,
                names=names,
                newest=newest,
            ),
        )
        return (
            sql(
                "SELECT * FROM ({rows}) WHERE {o} NOT IN (SELECT {o} FROM {losers})",
                rows=rows,
                o=ident(ORDINAL),
                losers=ident(losers),
            ),
            duplicates,
        )

    def _with_old_ordinals(self, rows: Sql, scan: Scan) -> Sql:
        """Give rows whose key is published already the ordinal they have there.

        Rows of files that are read alone keep their place in the file instead.
        """
        key = self.definition.primary_key
        if not key or scan.coverage is Coverage.FILES:
            return rows
        self.renumbered = self.new("renumbered")
        self.warehouse.create_table(
            self.renumbered,
            sql(
                "SELECT fresh.{o} AS before, coalesce(old.{o}, fresh.{o}) AS after "
                "FROM ({rows}) AS fresh LEFT JOIN {old} AS old ON {on}",
                o=ident(ORDINAL),
                rows=rows,
                old=ident(self.definition.name),
                on=all_of(sql("fresh.{k} = old.{k}", k=ident(name)) for name in key),
            ),
        )
        return sql(
            "SELECT fresh.* REPLACE (renumbered.after AS {o}) FROM ({rows}) AS fresh "
            "JOIN {renumbered} AS renumbered ON fresh.{o} = renumbered.before",
            o=ident(ORDINAL),
            rows=rows,
            renumbered=ident(self.renumbered),
        )

    def _watermark(self, read: ReadRows) -> str | None:
        name = self.definition.updated_at
        if name is None:
            return None
        (row,) = self.warehouse.rows(
            sql("SELECT CAST(max({u}) AS VARCHAR) FROM {t}", u=ident(name), t=ident(read.table))
        )
        return None if row[0] is None else str(row[0])


def _types(columns: Sequence[Column]) -> list[tuple[str, ColumnType, tuple[int, int] | None]]:
    return [(column.name, column.type, column.decimal) for column in columns]
