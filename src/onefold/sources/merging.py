"""Fresh rows beside those published before: which still stand, and how the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onefold.foundation.kernel import counted
from onefold.foundation.warehouse import Column, Sql, Warehouse, all_of, comma, ident, literal, sql, union_all
from onefold.sources.connectors import Coverage, Scan
from onefold.sources.connectors.connector import FILE
from onefold.sources.model import SourceDefinition
from onefold.sources.publishing import ORDINAL, ROW_HASH


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
        return f"{counted(self.added, 'row')} added, {self.changed:,} changed, {self.deleted:,} deleted."


def differences(warehouse: Warehouse, definition: SourceDefinition, table: str) -> Differences:
    """Return how the rows of a table differ from those published under the source's name, by key and row hash.

    Without a key rows are told apart by their hash alone: a changed row counts as deleted and added.
    """
    key = definition.primary_key
    new, old = ident(table), ident(definition.name)
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
    (row,) = warehouse.rows(statement)
    return Differences(*(int(str(count)) for count in row))


def with_earlier(
    definition: SourceDefinition,
    scan: Scan,
    select: Sql,
    *,
    unique: Sql,
    columns: Sequence[Column],
    published: Sequence[Column],
) -> Sql:
    """Return the fresh rows with those published before that still stand.

    Args:
        definition: the source.
        scan: what was read.
        select: the fresh rows as they are to be published, with `columns`.
        unique: the same rows before labels and filter: a row that no longer passes takes its earlier one along.
        columns: the columns to publish.
        published: the columns published before.
    """
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
    old = ident(definition.name)
    if scan.coverage is Coverage.FILES:
        read = [*(file.url for file in scan.files), *scan.gone]
        stands = sql("{f} NOT IN ({read})", f=ident(FILE), read=comma(literal(url) for url in read))
    elif definition.primary_key:
        stands = sql(
            "NOT EXISTS (SELECT 1 FROM ({unique}) AS fresh WHERE {on})",
            unique=unique,
            on=all_of(sql("fresh.{k} = old.{k}", k=ident(name)) for name in definition.primary_key),
        )
    else:
        stands = sql("old.{h} NOT IN (SELECT {h} FROM ({select}))", h=ident(ROW_HASH), select=select)
    before = sql(
        "SELECT {names} FROM {old} AS old WHERE {stands}", names=before_names, old=old, stands=stands
    )
    return union_all([sql("SELECT {names} FROM ({select})", names=names, select=select), before])


def overlaps(warehouse: Warehouse, definition: SourceDefinition, scan: Scan, unique: Sql) -> bool:
    """Return whether rows of the files read share keys with rows of files that were not read again."""
    key = definition.primary_key
    if not key:
        return False
    read = comma(literal(url) for url in [*(file.url for file in scan.files), *scan.gone])
    statement = sql(
        "SELECT count(*) FROM ({unique}) AS fresh JOIN {old} AS old ON {on} WHERE old.{f} NOT IN ({read})",
        unique=unique,
        old=ident(definition.name),
        on=all_of(sql("fresh.{k} = old.{k}", k=ident(name)) for name in key),
        f=ident(FILE),
        read=read,
    )
    return warehouse.rows(statement)[0][0] != 0


def _counted_hashes(table: Sql) -> Sql:
    return sql("SELECT {h} AS h, count(*) AS n FROM {t} GROUP BY ALL", h=ident(ROW_HASH), t=table)
