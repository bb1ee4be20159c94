"""From rows as read to rows as published: order, one row per key, cleaning, labels, filter, hash; and merging."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from onefold.catalogue import label_case, unknown_code
from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import (
    Column,
    ColumnType,
    Sql,
    Warehouse,
    all_of,
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
from onefold.sources.connectors.connector import FILE
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
        duplicates: rows dropped because another has their key.
        unlabelled: by choice column, rows whose code has no label.
        watermark: the highest `updated_at` read, as text.
        overlaps: rows of changed files share keys with rows of files that were not read again.
    """

    select: Sql
    columns: tuple[Column, ...]
    rows: int
    duplicates: int
    unlabelled: Mapping[str, int]
    watermark: str | None
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
        ordered = self._ordered(scan, read, numbers)
        clean = apply_steps(
            self.warehouse,
            ordered,
            columns,
            self.definition.cleaning,
            CleaningContext(self.definition.default_region, self.definition.time_zone),
            self.new("step"),
        )
        self.add(*clean.temporary)
        rows = clean.select
        if self.definition.cleaning:
            table = self.new("clean")
            self.warehouse.create_table(table, rows)
            rows = sql("SELECT * FROM {t}", t=ident(table))
        watermark = self._watermark(read)
        unique, duplicates = self._one_per_key(rows, read.rows)
        merge = known and (scan.coverage is not Coverage.EVERYTHING or self.definition.deletes.missing_rows == "keep")
        if merge and scan.coverage is Coverage.CHANGES:
            unique = self._with_old_ordinals(unique)
        published, now_columns = self._published(unique, clean.columns, scan, many=FILE in scan.provenance)
        if not merge and not known:
            return Shaped(
                published, now_columns, read.rows - read.bad - duplicates, duplicates, {}, watermark
            )._counted(self)
        fresh = self.new("fresh")
        count = self.warehouse.create_table(fresh, published)
        select = sql("SELECT * FROM {t}", t=ident(fresh))
        if merge:
            if scan.coverage is Coverage.FILES and self._overlaps(fresh, scan):
                return Shaped(select, now_columns, count, duplicates, {}, watermark, overlaps=True)
            whole = self.new("whole")
            count = self.warehouse.create_table(whole, self._merged(fresh, unique, scan, now_columns))
            select = sql("SELECT * FROM {t}", t=ident(whole))
        return Shaped(select, now_columns, count, duplicates, self._unlabelled(select), watermark)
