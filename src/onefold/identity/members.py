"""From groups to profiles: which records count, which stand for their source, what the profile is called."""

from __future__ import annotations

from collections.abc import Sequence

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Sql, Warehouse, comma, ident, literal, sql
from onefold.identity.ids import ASSIGNED, MEMBERS
from onefold.identity.mapping import TablePlan
from onefold.identity.model import IdentityDefinition, Winner
from onefold.identity.records import RECORDS


def table_name(tables: Sequence[TablePlan], number: Sql) -> Sql:
    """Return the table's name for its number, as SQL."""
    cases = Sql(" ".join(f"WHEN {table.number} THEN {literal(table.table)}" for table in tables))
    return sql("CASE {number} {cases} END", number=number, cases=cases)


def build_members(warehouse: Warehouse, tables: Sequence[TablePlan], labels: str) -> int:
    """Create `identity_members(rid, label, table_no, source, record_id, record_ordinal, updated_at, filled)`.

    A group whose records are all of one table that does not include all its records is left out. Returns the
    number of records.
    """
    optional = [table.number for table in tables if not table.include_all]
    select = sql(
        "SELECT r.rid, g.label, r.table_no, {source} AS source, r.record_id, r.record_ordinal, r.updated_at, "
        "r.filled FROM {records} AS r JOIN {labels} AS g ON g.rid = r.rid",
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
    order = Sql(
        ", ".join(f"{column} {direction} NULLS LAST" for column, direction in _preference(definition, tables))
        + ", length(record_id) DESC, record_id DESC"
    )
    return sql(
        "SELECT profile_id, source, record_id, CAST(row_number() OVER (PARTITION BY profile_id ORDER BY table_no, "
        "{order}) AS SMALLINT) AS record_no, row_number() OVER (PARTITION BY profile_id, table_no ORDER BY {order}) "
        "= 1 AS is_winner, record_ordinal, updated_at, profile_created_at FROM (SELECT m.*, a.profile_id, "
        "a.profile_created_at FROM {members} AS m JOIN {assigned} AS a ON a.label = m.label) AS j",
        order=order,
        members=ident(MEMBERS),
        assigned=ident(ASSIGNED),
    )


def _preference(definition: IdentityDefinition, tables: Sequence[TablePlan]) -> list[tuple[str, str]]:
    """Return the columns that order a table's records; each is null for tables with another preference."""
    wanted: dict[Winner, list[int]] = {winner: [] for winner in Winner}
    for table in tables:
        found = definition.deduplication.get(table.table)
        wanted[found.winner if found else Winner.MOST_FILLED].append(table.number)
    columns = {
        Winner.MOST_FILLED: ("filled", "DESC"),
        Winner.MOST_RECENT: ("updated_at", "DESC"),
        Winner.LEAST_RECENT: ("updated_at", "ASC"),
    }
    if len(wanted[Winner.MOST_FILLED]) == len(tables):
        return [columns[Winner.MOST_FILLED]]
    return [
        (f"CASE WHEN table_no IN ({', '.join(map(str, wanted[winner]))}) THEN {column} END", direction)
        for winner, (column, direction) in columns.items()
        if wanted[winner]
    ]


def use_custom_ids(warehouse: Warehouse, fields: Sequence[str], tables: Sequence[TablePlan]) -> None:
    """Replace surrogates in `identity_assigned` by ids made from the fields' first known values.

    A profile without any of the values keeps its surrogate, and so does the second of two profiles that would
    get the same id.

    Raises:
        InvalidInput: a field is not `table.column` of a mapped table.
    """
    by_name = {table.table: table for table in tables}
    parts: list[Sql] = []
    for number, field in enumerate(fields):
        table, _, column = field.partition(".")
        if table not in by_name or column not in {c.name for c in warehouse.columns(table)}:
            message = f"Profile ids are to be made from {field!r}, which does not exist."
            hint = "Write `table.column` of a table in `map`."
            raise InvalidInput(message, code="identity.id_field_unknown", hint=hint)
        parts.append(
            sql(
                "SELECT m.label, {number} AS field, {table_text} || '|' || CAST(t.{column} AS VARCHAR) AS value, "
                "row_number() OVER (PARTITION BY m.label ORDER BY m.record_ordinal) AS place FROM {members} AS m "
                "JOIN {table} AS t ON t._ordinal = m.record_ordinal WHERE m.table_no = {table_no} "
                "AND t.{column} IS NOT NULL",
                number=number,
                table_text=literal(table),
                column=ident(column),
                members=ident(MEMBERS),
                table=ident(table),
                table_no=by_name[table].number,
            )
        )
    values = Sql(" UNION ALL ".join(part.text for part in parts))
    picks = comma(sql("max(CASE WHEN field = {i} THEN value END) AS f{i}", i=i) for i in range(len(fields)))
    texts = comma(sql("coalesce(f{i}, '')", i=i) for i in range(len(fields)))
    warehouse.create_table(
        "identity_custom",
        sql(
            "SELECT label, custom_id FROM (SELECT label, custom_id, row_number() OVER (PARTITION BY custom_id "
            "ORDER BY label) AS place FROM (SELECT label, 'prf_' || substr(md5(concat_ws('|', {texts})), 1, 22) "
            "AS custom_id FROM (SELECT label, {picks} FROM ({values}) AS v WHERE place = 1 GROUP BY label) AS w) "
            "AS x) AS y WHERE place = 1",
            texts=texts,
            picks=picks,
            values=values,
        ),
    )
    warehouse.create_table("identity_surrogates", sql("SELECT * FROM {a}", a=ident(ASSIGNED)))
    warehouse.create_table(
        ASSIGNED,
        Sql(
            "SELECT s.label, coalesce(c.custom_id, s.profile_id) AS profile_id, s.profile_created_at, s.is_new "
            "FROM identity_surrogates AS s LEFT JOIN identity_custom AS c ON c.label = s.label"
        ),
    )
    warehouse.drop("identity_custom", "identity_surrogates")
