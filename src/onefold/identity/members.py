"""From groups to profiles: which records count, and which stand for their source."""

from __future__ import annotations

from collections.abc import Sequence

from onefold.foundation.warehouse import Sql, Warehouse, comma, ident, literal, spaced, sql
from onefold.identity.ids import ASSIGNED, MEMBERS
from onefold.identity.mapping import TablePlan
from onefold.identity.model import IdentityDefinition, Winner
from onefold.identity.records import RECORDS


def table_name(tables: Sequence[TablePlan], number: Sql) -> Sql:
    """Return the table's name for its number, as SQL."""
    branches = spaced(
        sql("WHEN {number} THEN {name}", number=table.number, name=literal(table.table)) for table in tables
    )
    return sql("CASE {number} {branches} END", number=number, branches=branches)


def build_members(warehouse: Warehouse, tables: Sequence[TablePlan], labels: str) -> int:
    """Create the table of the records that are in profiles.

    It is `identity_members(rid, label, table_no, source, record_id, record_ordinal, updated_at, recency, filled)`.
    A group whose records are all of one table that does not include all its records is left out. Returns the
    number of records.
    """
    optional = [table.number for table in tables if not table.include_all]
    select = sql(
        "SELECT r.rid, g.label, r.table_no, {source} AS source, r.record_id, r.record_ordinal, r.updated_at, "
        "r.recency, r.filled FROM {records} AS r JOIN {labels} AS g ON g.rid = r.rid",
        source=table_name(tables, Sql("r.table_no")),
        records=ident(RECORDS),
        labels=ident(labels),
    )
    if optional:
        select = sql(
            "SELECT m.* FROM ({select}) AS m JOIN (SELECT g.label FROM {labels} AS g JOIN {records} AS r "
            "ON r.rid = g.rid GROUP BY g.label HAVING min(r.table_no) <> max(r.table_no) "
            "OR min(r.table_no) NOT IN ({optional})) AS k ON k.label = m.label",
            select=select,
            labels=ident(labels),
            records=ident(RECORDS),
            optional=comma(literal(number) for number in optional),
        )
    return warehouse.create_table(MEMBERS, select)


def profile_records(definition: IdentityDefinition, tables: Sequence[TablePlan]) -> Sql:
    """Return the select of `profile_records`: records ranked by table, the winner of each table first."""
    # Most people have one record, which needs no ranking.
    return sql(
        "SELECT a.profile_id, m.source, m.record_id, CAST(1 AS SMALLINT) AS record_no, TRUE AS is_winner, "
        "m.record_ordinal, m.updated_at, a.profile_created_at FROM {members} AS m JOIN {assigned} AS a "
        "ON a.label = m.label WHERE a.records = 1 "
        "UNION ALL SELECT profile_id, source, record_id, CAST(record_no + 0 AS SMALLINT) AS record_no, "
        "record_no = 1 OR table_no <> lag(table_no) OVER (PARTITION BY label ORDER BY record_no) AS is_winner, "
        "record_ordinal, updated_at, profile_created_at FROM (SELECT m.*, a.profile_id, a.profile_created_at, "
        "row_number() OVER (PARTITION BY m.label ORDER BY m.table_no, {order}) AS record_no "
        "FROM {members} AS m JOIN {assigned} AS a ON a.label = m.label WHERE a.records > 1) AS j",
        order=winners_first(definition, tables),
        members=ident(MEMBERS),
        assigned=ident(ASSIGNED),
    )


def winners_first(definition: IdentityDefinition, tables: Sequence[TablePlan]) -> Sql:
    """Return the ORDER BY, over members `m`, that puts the record that stands for its table first.

    Equal ones are ordered by their keys, the largest first: whole numbers as numbers, other keys as texts.
    """
    terms = [*_preference(definition, tables), Sql("of_integer(m.record_id) DESC NULLS LAST")]
    return comma([*terms, Sql("m.record_id DESC")])


def _preference(definition: IdentityDefinition, tables: Sequence[TablePlan]) -> list[Sql]:
    """Return the order of a table's records; a term is null for tables with another preference."""
    wanted: dict[Winner, list[int]] = {}
    for table in tables:
        found = definition.deduplication.get(table.table)
        wanted.setdefault(found.winner if found else Winner.MOST_FILLED, []).append(table.number)
    return [_preferred(winner, numbers) for winner, numbers in wanted.items()]


def _preferred(winner: Winner, tables: Sequence[int]) -> Sql:
    column, direction = {
        Winner.MOST_FILLED: (Sql("m.filled"), Sql("DESC NULLS LAST")),
        Winner.MOST_RECENT: (Sql("m.recency"), Sql("DESC NULLS LAST")),
        Winner.LEAST_RECENT: (Sql("m.recency"), Sql("ASC NULLS LAST")),
    }[winner]
    return sql(
        "CASE WHEN m.table_no IN ({tables}) THEN {column} END {direction}",
        tables=comma(literal(number) for number in tables),
        column=column,
        direction=direction,
    )
