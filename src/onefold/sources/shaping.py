"""From rows as read to rows as published: order, one row per key, cleaning, labels, filter, hash; and merging."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from onefold.catalogue import label_case, unknown_code
from onefold.foundation.kernel import InvalidInput
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
from onefold.rules import compile_sql
from onefold.sources.cleaning import CleaningContext
from onefold.sources.cleaning._pipeline import apply_steps
from onefold.sources.connectors import Coverage, Scan
from onefold.sources.connectors.connector import FILE, LINE
from onefold.sources.model import SourceDefinition
from onefold.sources.reading import BAD, ReadRows
from onefold.sources.schema import PlannedColumn

ORDINAL: Final = "_ordinal"
ROW_HASH: Final = "_row_hash"
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
        comparable: whether the table published before has the same columns.
        overlaps: rows of changed files share keys with rows of files that were not read again.
    """

    select: Sql
    columns: tuple[Column, ...]
    table: str | None
    duplicates: int
    unlabelled: Mapping[str, int]
    watermark: str | None
    comparable: bool = False
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class Differences:
    """How the rows differ from those published before."""

    added: int
    changed: int
    deleted: int

    @property
    def any(self) -> bool:
        """Whether they differ at all."""
        return bool(self.added or self.changed or self.deleted)

    @property
    def sentence(self) -> str:
        """The counts in words."""
        if not self.any:
            return "No row changed."
        return f"{self.added:,} rows added, {self.changed:,} changed, {self.deleted:,} deleted."


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
        rows, now_columns = self._cleaned(self._ordered(scan, read, numbers), columns)
        unique, duplicates = self._one_per_key(rows, read.rows - read.bad)
        keep = self.definition.deletes.missing_rows == "keep"
        merge = known and (scan.coverage is not Coverage.EVERYTHING or keep)
        if merge:
            unique = self._materialized("unique", self._with_old_ordinals(unique, scan))
        select, published = self._published(unique, now_columns, many=many)
        old = self.warehouse.columns(self.definition.name) if known else ()
        shaped = Shaped(
            select,
            published,
            None,
            duplicates,
            self._unlabelled(unique),
            self._watermark(read),
            comparable=_types(old) == _types(published),
        )
        if merge and scan.coverage is Coverage.FILES and self._overlaps(unique, scan):
            return replace(shaped, overlaps=True)
        if merge:
            select = self._merged(select, unique, scan, published, old)
        if not merge and not shaped.comparable:
            return shaped
        table = self.new("published")
        self.warehouse.create_table(table, select)
        return replace(shaped, select=sql("SELECT * FROM {t}", t=ident(table)), table=table)

    def differences(self, shaped: Shaped) -> Differences:
        """Return how the rows differ from those published under the source's name, by key and row hash.

        Without a key rows are told apart by their hash alone: a changed row counts as deleted and added.
        """
        key = self.definition.primary_key
        new, old = ident(shaped.table or ""), ident(self.definition.name)
        if key:
            on = all_of(sql("new.{k} = old.{k}", k=ident(name)) for name in key)
            changed = sql("new.{h} IS DISTINCT FROM old.{h}", h=ident(ROW_HASH))
            statement = sql(
                "SELECT count(*) FILTER (old.{o} IS NULL), "
                "count(*) FILTER (old.{o} IS NOT NULL AND new.{o} IS NOT NULL AND {changed}), "
                "count(*) FILTER (new.{o} IS NULL) FROM {new} AS new FULL JOIN {old} AS old ON {on}",
                o=ident(ORDINAL),
                changed=changed,
                new=new,
                old=old,
                on=on,
            )
        else:
            statement = sql(
                "SELECT coalesce(sum(greatest(coalesce(new.n, 0) - coalesce(old.n, 0), 0)), 0), 0, "
                "coalesce(sum(greatest(coalesce(old.n, 0) - coalesce(new.n, 0), 0)), 0) "
                "FROM ({new}) AS new FULL JOIN ({old}) AS old ON new.h = old.h",
                new=_counted_hashes(new),
                old=_counted_hashes(old),
            )
        (row,) = self.warehouse.rows(statement)
        return Differences(*(int(str(count)) for count in row))

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

    def _ordered(self, scan: Scan, read: ReadRows, numbers: Mapping[str, int]) -> Sql:
        """Return the rows that fit, with `_ordinal` and, for several files, the file's URL."""
        if FILE not in scan.provenance:
            number = numbers[scan.files[0].url] if scan.files else 0
            first = number * ROWS_PER_FILE + 1
            if scan.coverage is Coverage.CHANGES:
                first += self._highest_ordinal()
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
                base=sql("CAST({n} AS BIGINT)", n=literal(numbers[file.url] * ROWS_PER_FILE)),
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
            message = f"Cleaning leaves the primary key of {self.definition.name!r} empty in {row[0]:,} rows."
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

        Rows of files keep their place in the file instead.
        """
        key = self.definition.primary_key
        if not key or scan.files:
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

    def _published(
        self, rows: Sql, columns: Mapping[str, Column], *, many: bool
    ) -> tuple[Sql, tuple[Column, ...]]:
        """Return labels for codes, the row filter, and exactly the published columns with their hash."""
        definition = self.definition
        values: list[tuple[Column, Sql]] = []
        for name, column in columns.items():
            described = definition.column(name)
            value = ident("fitted", name)
            if described is None or not described.choices:
                values.append((column, value))
                continue
            label = label_case(value, described.choices, definition.language)
            values.append((Column(name, ColumnType.TEXT, None, column.description), label))
            values.append((Column(f"{name}__code", column.type, column.decimal), value))
        labelled = comma(sql("{v} AS {n}", v=value, n=ident(column.name)) for column, value in values)
        passed = comma(ident("fitted", name) for name in ((FILE, ORDINAL) if many else (ORDINAL,)))
        selected = sql(
            "SELECT {labelled}, {passed} FROM ({rows}) AS fitted WHERE {there}",
            labelled=labelled,
            passed=passed,
            rows=rows,
            there=sql("NOT ({deleted})", deleted=self._deleted()),
        )
        by_name = {column.name: column for column, _ in values}
        where = Sql("TRUE")
        if definition.row_filter is not None:
            where = compile_sql(definition.row_filter, by_name, now=self.now)
        kept = [
            column
            for column, _ in values
            if definition.wants(column.name.removesuffix("__code") or column.name)
        ]
        if many:
            kept.append(Column(FILE, ColumnType.TEXT, description="The file the row was read from."))
        names = comma(ident(column.name) for column in kept)
        hashed = comma(ident(column.name) for column in kept if column.name != FILE) if kept else Sql("0")
        # 60 bits, so that it is a positive integer everywhere; the engine's own hash costs a tenth of md5.
        select = sql(
            "SELECT {names}, {o}, CAST(hash({hashed}) >> 4 AS BIGINT) AS {h} FROM ({rows}) WHERE {where}",
            names=names,
            o=ident(ORDINAL),
            hashed=hashed,
            h=ident(ROW_HASH),
            rows=selected,
            where=where,
        )
        ordinal = Column(ORDINAL, ColumnType.INTEGER, description="Order of reading; unique in the table.")
        row_hash = Column(ROW_HASH, ColumnType.INTEGER, description="Changes when a value of the row does.")
        return select, (*kept, ordinal, row_hash)

    def _deleted(self) -> Sql:
        deletes = self.definition.deletes
        if deletes.column is None:
            return Sql("FALSE")
        return sql(
            "coalesce(lower(CAST({c} AS VARCHAR)) IN ({values}), FALSE)",
            c=ident("fitted", deletes.column),
            values=comma(literal(value.lower()) for value in deletes.values),
        )

    def _merged(
        self, select: Sql, unique: Sql, scan: Scan, columns: Sequence[Column], published: Sequence[Column]
    ) -> Sql:
        """Return the fresh rows with those published before that still stand."""
        names = comma(ident(column.name) for column in columns)
        here = {column.name for column in published}
        before_names = comma(
            sql(
                "TRY_CAST({v} AS {t}) AS {n}",
                v=ident("old", column.name) if column.name in here else Sql("NULL"),
                t=column.sql_type,
                n=ident(column.name),
            )
            for column in columns
        )
        old = ident(self.definition.name)
        if scan.coverage is Coverage.FILES:
            read = [*(file.url for file in scan.files), *scan.gone]
            stands = sql("{f} NOT IN ({read})", f=ident(FILE), read=comma(literal(url) for url in read))
        elif self.definition.primary_key:
            stands = sql(
                "NOT EXISTS (SELECT 1 FROM ({unique}) AS fresh WHERE {on})",
                unique=unique,
                on=all_of(sql("fresh.{k} = old.{k}", k=ident(name)) for name in self.definition.primary_key),
            )
        else:
            stands = sql("old.{h} NOT IN (SELECT {h} FROM ({select}))", h=ident(ROW_HASH), select=select)
        before = sql(
            "SELECT {names} FROM {old} AS old WHERE {stands}", names=before_names, old=old, stands=stands
        )
        return union_all([sql("SELECT {names} FROM ({select})", names=names, select=select), before])

    def _overlaps(self, unique: Sql, scan: Scan) -> bool:
        key = self.definition.primary_key
        if not key:
            return False
        read = comma(literal(url) for url in [*(file.url for file in scan.files), *scan.gone])
        statement = sql(
            "SELECT count(*) FROM ({unique}) AS fresh JOIN {old} AS old ON {on} WHERE old.{f} NOT IN ({read})",
            unique=unique,
            old=ident(self.definition.name),
            on=all_of(sql("fresh.{k} = old.{k}", k=ident(name)) for name in key),
            f=ident(FILE),
            read=read,
        )
        return self.warehouse.rows(statement)[0][0] != 0

    def _unlabelled(self, rows: Sql) -> dict[str, int]:
        described = [column for column in self.definition.columns if column.choices]
        if not described:
            return {}
        counts = comma(
            sql("count(*) FILTER ({c})", c=unknown_code(ident(column.name), column.choices))
            for column in described
        )
        (found,) = self.warehouse.rows(sql("SELECT {counts} FROM ({rows})", counts=counts, rows=rows))
        return {column.name: int(str(count)) for column, count in zip(described, found, strict=True) if count}

    def _watermark(self, read: ReadRows) -> str | None:
        name = self.definition.updated_at
        if name is None:
            return None
        (row,) = self.warehouse.rows(
            sql("SELECT CAST(max({u}) AS VARCHAR) FROM {t}", u=ident(name), t=ident(read.table))
        )
        return None if row[0] is None else str(row[0])


def _counted_hashes(table: Sql) -> Sql:
    return sql("SELECT {h} AS h, count(*) AS n FROM {t} GROUP BY ALL", h=ident(ROW_HASH), t=table)


def _types(columns: Sequence[Column]) -> list[tuple[str, ColumnType, tuple[int, int] | None]]:
    return [(column.name, column.type, column.decimal) for column in columns]
