"""Build the profiles: candidates from every record, one winner per attribute, values with their lineage.

`profile_candidates` has one row a record; a window ranks the records for each order that a policy asks for, and
one aggregation picks every attribute's first known value together with the number of the record it is from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onefold.foundation.warehouse import (
    Column,
    Sql,
    Warehouse,
    any_of,
    comma,
    ident,
    literal,
    sql,
    union_all,
)
from onefold.identity import PROFILE_RECORDS
from onefold.profiles.plan import AttributePlan, Origin, ProfilePlan, record_order

CANDIDATES = "profile_candidates"
MERGED = "profile_merged"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The column that ranks candidates for an attribute, and how it is computed."""

    column: str
    expression: Sql | None
    prepared: tuple[str, Sql] | None


def build_candidates(
    warehouse: Warehouse, plan: ProfilePlan, tables: Sequence[str], *, alternates_fill: bool
) -> int:
    """Create `profile_candidates`: profile, record and every attribute's value; return the rows.

    Besides the attributes it has `profile_id, record_no, source, updated_at, filled` and the columns that rank.
    """
    rankings = rank_columns(plan, tables)
    inner = union_all(_table_candidates(plan, table, alternates_fill=alternates_fill) for table in tables)
    prepared = comma_after(
        sql("{value} AS {name}", value=value, name=ident(name))
        for name, value in {r.prepared[0]: r.prepared[1] for r in rankings.values() if r.prepared}.items()
    )
    ranks = comma_after(
        sql("{expression} AS {name}", expression=expression, name=ident(name))
        for name, expression in {r.column: r.expression for r in rankings.values() if r.expression}.items()
        if expression is not None
    )
    filled = Sql(
        " + ".join(f"CASE WHEN {ident(one.name)} IS NULL THEN 0 ELSE 1 END" for one in plan.attributes) or "0"
    )
    select = sql("SELECT c.*, {filled} AS filled FROM ({inner}) AS c", filled=filled, inner=inner)
    if prepared.text:
        select = sql("SELECT c.*{prepared} FROM ({select}) AS c", prepared=prepared, select=select)
    if ranks.text:
        select = sql("SELECT c.*{ranks} FROM ({select}) AS c", ranks=ranks, select=select)
    return warehouse.create_table(CANDIDATES, select)


def comma_after(parts: Iterable[Sql]) -> Sql:
    """Return the parts, each after a comma."""
    return Sql("".join(f", {part}" for part in parts))


def rank_columns(plan: ProfilePlan, tables: Sequence[str]) -> dict[str, Ranking]:
    """Return for each attribute the column that ranks its candidates; equal orders share one."""
    shared: dict[str, Ranking] = {}
    found: dict[str, Ranking] = {}
    for attribute in plan.attributes:
        order = record_order(attribute, tables)
        if order is None:
            found[attribute.name] = Ranking("record_no", None, None)
            continue
        value = ident(attribute.name)
        prepared = None
        key = order.text
        if attribute.policy.looks_at_value:
            needed = attribute.policy.prepared(value)
            name = f"prepared_{attribute.name}"
            prepared = (name, needed) if needed is not None else None
            order = attribute.policy.order(value, ident(name))
            key = f"{attribute.name}: {order}"
        if key not in shared:
            shared[key] = Ranking(
                column=f"rank_{len(shared)}",
                expression=sql(
                    "row_number() OVER (PARTITION BY profile_id ORDER BY {order}, record_no)", order=order
                ),
                prepared=prepared,
            )
        found[attribute.name] = shared[key]
    return found


def _table_candidates(plan: ProfilePlan, table: str, *, alternates_fill: bool) -> Sql:
    values = comma_after(
        sql("{value} AS {name}", value=_value(attribute, table), name=ident(attribute.name))
        for attribute in plan.attributes
    )
    return sql(
        "SELECT p.profile_id, p.record_no, p.source, p.updated_at{values} FROM {records} AS p "
        "JOIN {table} AS t ON t._ordinal = p.record_ordinal WHERE p.source = {name}{only}",
        values=values,
        records=ident(PROFILE_RECORDS.name),
        table=ident(table),
        name=literal(table),
        only=Sql("" if alternates_fill else " AND p.is_winner"),
    )


def _value(attribute: AttributePlan, table: str) -> Sql:
    kind = attribute.value_type.sql_type
    for origin in attribute.origins:
        if origin.table == table:
            return sql(
                "CAST({value} AS {kind})", value=_origin_value(origin, attribute.value_type), kind=kind
            )
    return sql("CAST(NULL AS {kind})", kind=kind)


def _origin_value(origin: Origin, kind: Column) -> Sql:
    columns = [sql("CAST({c} AS {kind})", c=ident("t", name), kind=kind.sql_type) for name in origin.columns]
    if origin.is_joined:
        return sql("nullif(concat_ws(' ', {columns}), '')", columns=comma(columns))
    return columns[0] if len(columns) == 1 else sql("coalesce({columns})", columns=comma(columns))


def number_column(name: str) -> str:
    """Return the name of the column with the number of the record an attribute's value is from."""
    return f"no_{name}"


def merge(warehouse: Warehouse, plan: ProfilePlan, tables: Sequence[str]) -> int:
    """Create `profile_merged(profile_id, values…, no_…)` from the candidates; return the profiles."""
    rankings = rank_columns(plan, tables)
    alone = [attribute for attribute in plan.attributes if attribute.group is None]
    groups: dict[str, list[AttributePlan]] = {}
    for attribute in plan.attributes:
        if attribute.group is not None:
            groups.setdefault(attribute.group, []).append(attribute)
    picks = [pick for attribute in alone for pick in _picks(attribute, rankings[attribute.name])]
    for group, members in groups.items():
        known = any_of(sql("{name} IS NOT NULL", name=ident(one.name)) for one in members)
        picks.append(_winning_number(f"group_{group}", rankings[members[0].name], known))
    merged = sql(
        "SELECT profile_id{picks} FROM {candidates} GROUP BY profile_id",
        picks=comma_after(picks),
        candidates=ident(CANDIDATES),
    )
    columns: list[Sql] = []
    joins: list[str] = []
    for attribute in plan.attributes:
        if attribute.group is None:
            columns += [ident("m", attribute.name), ident("m", number_column(attribute.name))]
            continue
        alias = f"g_{attribute.group}"
        value = ident(alias, attribute.name)
        columns.append(value)
        columns.append(
            sql(
                "CASE WHEN {value} IS NOT NULL THEN {number} END AS {name}",
                value=value,
                number=ident("m", f"no_group_{attribute.group}"),
                name=ident(number_column(attribute.name)),
            )
        )
    for group in groups:
        joined = ident(f"g_{group}")
        number = ident("m", f"no_group_{group}")
        joins.append(
            f" LEFT JOIN {ident(CANDIDATES)} AS {joined} ON {joined}.profile_id = m.profile_id "
            f"AND {joined}.record_no = {number}"
        )
    return warehouse.create_table(
        MERGED,
        sql(
            "SELECT m.profile_id{columns} FROM ({merged}) AS m{joins}",
            columns=comma_after(columns),
            merged=merged,
            joins=Sql("".join(joins)),
        ),
    )


def _picks(attribute: AttributePlan, ranking: Ranking) -> list[Sql]:
    value, name = ident(attribute.name), ident(attribute.name)
    known = sql("{value} IS NOT NULL", value=value)
    number = _winning_number(attribute.name, ranking, known)
    if attribute.policy.collects:
        text = sql("CAST({value} AS VARCHAR)", value=value)
        collected = sql(
            "of_list_distinct_sorted(list({text}) FILTER (WHERE {known})) AS {name}",
            text=text,
            known=known,
            name=name,
        )
        return [collected, number]
    picked = sql(
        "arg_min({value}, {rank}) FILTER (WHERE {known}) AS {name}",
        value=value,
        rank=ident(ranking.column),
        known=known,
        name=name,
    )
    return [picked, number]


def _winning_number(name: str, ranking: Ranking, known: Sql) -> Sql:
    if ranking.column == "record_no":
        return sql(
            "min(record_no) FILTER (WHERE {known}) AS {name}", known=known, name=ident(number_column(name))
        )
    return sql(
        "arg_min(record_no, {rank}) FILTER (WHERE {known}) AS {name}",
        rank=ident(ranking.column),
        known=known,
        name=ident(number_column(name)),
    )


def profiles_select(plan: ProfilePlan) -> Sql:
    """Return the select of `profiles`."""
    values = comma_after(ident("m", attribute.name) for attribute in plan.attributes)
    combined = comma_after(
        sql(
            "nullif(concat_ws({separator}, {parts}), '') AS {name}",
            separator=literal(one.separator),
            parts=comma(sql("CAST({part} AS VARCHAR)", part=ident("m", part)) for part in one.parts),
            name=ident(one.column.name),
        )
        for one in plan.combined
    )
    return sql(
        "SELECT m.profile_id{values}{combined}, r.record_count, r.source_count, r.created_at FROM {merged} AS m "
        "JOIN (SELECT profile_id, count(*) AS record_count, count(DISTINCT source) AS source_count, "
        "min(profile_created_at) AS created_at FROM {records} GROUP BY profile_id) AS r "
        "ON r.profile_id = m.profile_id",
        values=values,
        combined=combined,
        merged=ident(MERGED),
        records=ident(PROFILE_RECORDS.name),
    )


def lineage_select(plan: ProfilePlan) -> Sql:
    """Return the select of `profile_lineage`."""
    numbers = comma_after(
        sql("{number} AS {name}", number=ident(number_column(one.name)), name=ident(one.name))
        for one in plan.attributes
    )
    return sql("SELECT profile_id{numbers} FROM {merged}", numbers=numbers, merged=ident(MERGED))
