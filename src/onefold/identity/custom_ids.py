"""Profile ids made from fields of the records instead of surrogates."""

from __future__ import annotations

from collections.abc import Sequence

from onefold.foundation.kernel import InvalidInput, nearest
from onefold.foundation.warehouse import Sql, Warehouse, comma, ident, literal, sql, union_all
from onefold.identity.blanks import says_something
from onefold.identity.ids import ASSIGNED, FIRST_KEYS, MEMBERS, fresh_id
from onefold.identity.mapping import TablePlan
from onefold.identity.members import winners_first
from onefold.identity.model import IdentityDefinition

_CUSTOM = "identity_custom"
_SURROGATES = "identity_surrogates"


def use_custom_ids(
    warehouse: Warehouse, definition: IdentityDefinition, tables: Sequence[TablePlan], run_id: str
) -> None:
    """Replace surrogates in `identity_assigned` by ids made from the fields' first known values.

    A field's value is that of the record that stands for its table. Equal values give equal ids in every run, and
    a changed value a changed id, of which the former is an alias. A profile without any of the values keeps its
    surrogate; so does the second of two profiles with the same values, where the first is the one that had the id.

    Raises:
        InvalidInput: a field is not `table.column` of a mapped table.
    """
    fields = definition.profile_ids.fields
    order = winners_first(definition, tables)
    values = union_all(
        _values(warehouse, number, field, tables, order) for number, field in enumerate(fields)
    )
    picks = comma(
        sql("max(CASE WHEN field = {i} THEN value END) AS {name}", i=i, name=ident(f"f{i}"))
        for i in range(len(fields))
    )
    warehouse.create_table(_SURROGATES, sql("SELECT * FROM {assigned}", assigned=ident(ASSIGNED)))
    warehouse.create_table(
        _CUSTOM,
        sql(
            "SELECT label, custom_id FROM (SELECT x.label, x.custom_id, row_number() OVER (PARTITION BY x.custom_id "
            "ORDER BY CASE WHEN s.profile_id = x.custom_id THEN 0 ELSE 1 END, k.first_key) AS place "
            "FROM (SELECT label, 'prf_' || substr(md5(concat_ws('|', {texts})), 1, 22) AS custom_id "
            "FROM (SELECT label, {picks} FROM ({values}) AS v WHERE place = 1 GROUP BY label) AS w) AS x "
            "JOIN {surrogates} AS s ON s.label = x.label JOIN ({first_keys}) AS k ON k.label = x.label) AS y "
            "WHERE place = 1",
            texts=comma(sql("coalesce({name}, '')", name=ident(f"f{i}")) for i in range(len(fields))),
            picks=picks,
            values=values,
            surrogates=ident(_SURROGATES),
            first_keys=FIRST_KEYS,
        ),
    )
    warehouse.create_table(
        ASSIGNED,
        sql(
            "SELECT s.label, CASE WHEN c.custom_id IS NOT NULL THEN c.custom_id WHEN o.custom_id IS NULL "
            "THEN s.profile_id ELSE {fresh} END AS profile_id, s.profile_created_at, s.records, "
            "s.is_new OR (c.custom_id IS NULL AND o.custom_id IS NOT NULL) AS is_new "
            "FROM {surrogates} AS s LEFT JOIN {custom} AS c ON c.label = s.label "
            "LEFT JOIN {custom} AS o ON o.custom_id = s.profile_id AND o.label <> s.label "
            "LEFT JOIN ({first_keys}) AS k ON k.label = s.label",
            fresh=fresh_id(run_id, Sql("k.first_key")),
            surrogates=ident(_SURROGATES),
            custom=ident(_CUSTOM),
            first_keys=FIRST_KEYS,
        ),
    )
    warehouse.drop(_CUSTOM, _SURROGATES)


def _values(warehouse: Warehouse, number: int, field: str, tables: Sequence[TablePlan], order: Sql) -> Sql:
    """Return `(label, field, value, place)` of one field over the members of its table."""
    name, _, column = field.partition(".")
    known = [f"{table.table}.{one.name}" for table in tables for one in warehouse.columns(table.table)]
    if field not in known:
        message = f"Profile ids are to be made from {field!r}, which does not exist."
        hint = f"Write `table.column` of a table in `map`. {nearest(field, known)}"
        raise InvalidInput(message, code="identity.id_field_unknown", hint=hint)
    return sql(
        "SELECT m.label, {number} AS field, {name} || '|' || CAST(t.{column} AS VARCHAR) AS value, "
        "row_number() OVER (PARTITION BY m.label ORDER BY {order}) AS place FROM {members} AS m "
        "JOIN {table} AS t ON t._ordinal = m.record_ordinal WHERE m.source = {name} AND {known}",
        number=number,
        name=literal(name),
        column=ident(column),
        known=says_something(sql("CAST(t.{column} AS VARCHAR)", column=ident(column))),
        order=order,
        members=ident(MEMBERS),
        table=ident(name),
    )
