"""Build the profiles: candidates from every record, one winner per attribute, values with their lineage.

`profile_candidates` has one row a record. A profile of one record is that record. For the others a window ranks
the records for each order that a policy asks for, and one aggregation picks every attribute's first known value
together with the number of the record it is from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onefold.foundation.warehouse import (
    Column,
    ColumnType,
    Sql,
    Warehouse,
    any_of,
    comma,
    ident,
    literal,
    sql,
    union_all,
)
from onefold.foundation.warehouse.sql import after_commas
from onefold.identity import PROFILE_RECORDS, says_something
from onefold.identity.recency import RECENCY, recency_value
from onefold.profiles.plan import AttributePlan, Origin, ProfilePlan, record_order

CANDIDATES = "profile_candidates"
RANKED = "profile_ranked"
MERGED = "profile_merged"
_SEVERAL = "profile_several"
_RANKS = "profile_ranks"
_WHOLE = frozenset({ColumnType.SMALL_INTEGER, ColumnType.INTEGER})
_ABOUT = ("profile_id", "record_no", "source", "updated_at", "is_winner", "profile_created_at")


@dataclass(frozen=True, slots=True)
class Ranking:
    """The column that ranks candidates for an attribute, and how it is computed."""

    column: str
    expression: Sql | None
    prepared: tuple[str, Sql] | None


def build_candidates(
    warehouse: Warehouse,
    plan: ProfilePlan,
    tables: Sequence[str],
    *,
    alternates_fill: bool,
    profile_id: str | None = None,
) -> int:
    """Create `profile_candidates`: profile, record and every attribute's value; return the rows.

    Besides the attributes it has `profile_id, record_no, source, updated_at, is_winner, profile_created_at, _recency`.

    Args:
        warehouse: the engine.
        plan: what to build.
        tables: the mapped tables in order.
        alternates_fill: whether records count for which another record of their source stands.
        profile_id: the only profile to look at; None for all.
    """
    return warehouse.create_table(
        CANDIDATES,
        union_all(
            _table_candidates(plan, table, alternates_fill=alternates_fill, profile_id=profile_id)
            for table in tables
        ),
    )


def _rank(warehouse: Warehouse, plan: ProfilePlan, rankings: dict[str, Ranking]) -> None:
    """Create `profile_ranked`: the candidates of profiles with several records, with the columns that rank."""
    prepared = {r.prepared[0]: r.prepared[1] for r in rankings.values() if r.prepared}
    ranks = {r.column: r.expression for r in rankings.values() if r.expression is not None}
    filled = Sql("0")
    for one in plan.attributes:
        filled = sql(
            "{filled} + CASE WHEN c.{name} IS NULL THEN 0 ELSE 1 END", filled=filled, name=ident(one.name)
        )
    # Record numbers start at 1 without gaps, so whoever has a second record has it under 2.
    several = sql("SELECT profile_id FROM {candidates} WHERE record_no = 2", candidates=ident(CANDIDATES))
    warehouse.create_table(_SEVERAL, several)
    select = sql(
        "SELECT c.*, {filled} AS filled FROM {candidates} AS c JOIN {several} AS s ON s.profile_id = c.profile_id",
        filled=filled,
        candidates=ident(CANDIDATES),
        several=ident(_SEVERAL),
    )
    if prepared:
        columns = after_commas(
            sql("{value} AS {name}", value=value, name=ident(name)) for name, value in prepared.items()
        )
        select = sql("SELECT c.*{columns} FROM ({select}) AS c", columns=columns, select=select)
    # The windows over narrow rows, to which the values come afterwards: sorting carries every column along.
    warehouse.create_table(
        _RANKS,
        sql(
            "SELECT profile_id, record_no{ranks} FROM ({select}) AS c",
            ranks=after_commas(
                sql("{value} AS {name}", value=value, name=ident(name)) for name, value in ranks.items()
            ),
            select=select,
        ),
    )
    warehouse.create_table(
        RANKED,
        sql(
            "SELECT c.*{ranks} FROM {candidates} AS c "
            "JOIN {slim} AS r ON r.profile_id = c.profile_id AND r.record_no = c.record_no",
            ranks=after_commas(ident("r", name) for name in ranks),
            candidates=ident(CANDIDATES),
            slim=ident(_RANKS),
        ),
    )
    warehouse.drop(_RANKS)


def rank_columns(plan: ProfilePlan, tables: Sequence[str]) -> dict[str, Ranking]:
    """Return for each attribute the column that ranks its candidates; equal orders share one."""
    shared: dict[str, Ranking] = {}
    found: dict[str, Ranking] = {}
    for attribute in plan.attributes:
        value = ident(attribute.name)
        name = f"prepared_{attribute.name}"
        order = record_order(attribute, tables, value=value, prepared=ident(name))
        if order is None:
            found[attribute.name] = Ranking("record_no", None, None)
            continue
        if order.text not in shared:
            needed = attribute.policy.prepared(value)
            shared[order.text] = Ranking(
                column=f"rank_{len(shared)}",
                expression=_rank_expression(plan, attribute, order, ident(name)),
                prepared=None if needed is None else (name, needed),
            )
        found[attribute.name] = shared[order.text]
    return found


def _rank_expression(plan: ProfilePlan, attribute: AttributePlan, order: Sql, prepared: Sql) -> Sql:
    """Return a whole number that no two records of a profile share, the best record's the smallest."""
    policy = attribute.policy
    too_large = policy.looks_at_recency and not plan.counts_milliseconds
    whole = None if attribute.preferences or too_large else policy.whole(ident(attribute.name), prepared)
    if whole is not None:
        return sql("({whole}) * 32768 + record_no", whole=whole)
    return sql("row_number() OVER (PARTITION BY profile_id ORDER BY {order}, record_no)", order=order)


def _table_candidates(plan: ProfilePlan, table: str, *, alternates_fill: bool, profile_id: str | None) -> Sql:
    values = after_commas(
        sql(
            "{value} AS {name}",
            # Where the attribute prefers another of the table's records, its order decides among all of them.
            value=_value(
                attribute,
                table,
                plan.texts[table],
                all_records=alternates_fill or table in attribute.preferences,
            ),
            name=ident(attribute.name),
        )
        for attribute in plan.attributes
    )
    wanted = sql("p.source = {name}", name=literal(table))
    if profile_id is not None:
        wanted = sql("{wanted} AND p.profile_id = {id}", wanted=wanted, id=literal(profile_id))
    column = plan.recencies.get(table)
    return sql(
        "SELECT {about}, {recency} AS {recency_name}{values} FROM {records} AS p "
        "JOIN {table} AS t ON t._ordinal = p.record_ordinal WHERE {wanted}",
        about=comma(sql("p.{name}", name=ident(name)) for name in _ABOUT),
        recency=recency_value(column, ident("t", column.name) if column else Sql("NULL"), plan.recency),
        recency_name=ident(RECENCY),
        values=values,
        records=ident(PROFILE_RECORDS.name),
        table=ident(table),
        wanted=wanted,
    )


def _value(attribute: AttributePlan, table: str, texts: frozenset[str], *, all_records: bool) -> Sql:
    kind = attribute.value_type.sql_type
    for origin in attribute.origins:
        if origin.table == table:
            value = _origin_value(origin, attribute.value_type, texts)
            return value if all_records else sql("CASE WHEN p.is_winner THEN {value} END", value=value)
    return sql("CAST(NULL AS {kind})", kind=kind)


def _origin_value(origin: Origin, kind: Column, texts: frozenset[str]) -> Sql:
    columns = [_known_value(name, kind, is_text=name in texts) for name in origin.columns]
    if origin.is_joined:
        return sql("nullif(concat_ws(' ', {columns}), '')", columns=comma(columns))
    return columns[0] if len(columns) == 1 else sql("coalesce({columns})", columns=comma(columns))


def _known_value(name: str, kind: Column, *, is_text: bool) -> Sql:
    """Return a column's value; a text of blanks alone is unknown, as the cell that it was typed into is empty."""
    column = ident("t", name)
    if is_text:
        known = says_something(column)
        return sql(
            "CASE WHEN {known} THEN CAST({c} AS {kind}) END", known=known, c=column, kind=kind.sql_type
        )
    # Adding nothing says that the column is a number, which engines then cast to a whole number alike.
    number = Sql(" + 0") if kind.type in _WHOLE else Sql("")
    return sql("CAST({c}{number} AS {kind})", c=column, number=number, kind=kind.sql_type)


def _as_text(value: Sql, kind: Column) -> Sql:
    """Return the value as text; engines cast moments to texts of their own."""
    if kind.type is ColumnType.INSTANT:
        return sql("of_instant_text({value})", value=value)
    return sql("CAST({value} AS VARCHAR)", value=value)


def number_column(name: str) -> str:
    """Return the name of the column with the number of the record an attribute's value is from."""
    return f"no_{name}"


def merge(warehouse: Warehouse, plan: ProfilePlan, tables: Sequence[str]) -> int:
    """Create `profile_merged(profile_id, values…, no_…, record_count, source_count, created_at)`.

    Returns the profiles.
    """
    rankings = rank_columns(plan, tables)
    _rank(warehouse, plan, rankings)
    rows = warehouse.create_table(MERGED, union_all([_of_one_record(plan), _of_several(plan, rankings)]))
    warehouse.drop(_SEVERAL)
    return rows


def _of_one_record(plan: ProfilePlan) -> Sql:
    columns = []
    for one in plan.attributes:
        value = sql("c.{name}", name=ident(one.name))
        shown = value
        if one.policy.collects:
            shown = sql(
                "CASE WHEN {value} IS NOT NULL THEN [{text}] END",
                value=value,
                text=_as_text(value, one.value_type),
            )
        columns.append(sql("{value} AS {name}", value=shown, name=ident(one.name)))
        columns.append(
            sql(
                "CASE WHEN {value} IS NOT NULL THEN c.record_no END AS {name}",
                value=value,
                name=ident(number_column(one.name)),
            )
        )
    return sql(
        "SELECT c.profile_id{columns}, CAST(1 AS BIGINT) AS record_count, CAST(1 AS BIGINT) AS source_count, "
        "c.profile_created_at AS created_at FROM {candidates} AS c LEFT JOIN {several} AS s "
        "ON s.profile_id = c.profile_id WHERE s.profile_id IS NULL",
        columns=after_commas(columns),
        candidates=ident(CANDIDATES),
        several=ident(_SEVERAL),
    )


def _of_several(plan: ProfilePlan, rankings: dict[str, Ranking]) -> Sql:
    """Return the merged profiles of several records: first the best ranks, then the values that have them."""
    best: dict[str, Sql] = {}
    columns: list[Sql] = []
    for one in plan.attributes:
        rank, value = ident("c", rankings[one.name].column), ident("c", one.name)
        best[_best_column(one)] = sql(
            "min(CASE WHEN {known} THEN {rank} END)",
            known=_known(plan, one),
            rank=ident(rankings[one.name].column),
        )
        wins = sql("{rank} = {best}", rank=rank, best=ident("b", _best_column(one)))
        if one.policy.collects:
            columns.append(_collected(one))
        else:
            columns.append(
                sql(
                    "max(CASE WHEN {wins} THEN {value} END) AS {name}",
                    wins=wins,
                    value=value,
                    name=ident(one.name),
                )
            )
        columns.append(
            sql(
                "max(CASE WHEN {wins} AND {value} IS NOT NULL THEN c.record_no END) AS {name}",
                wins=wins,
                value=value,
                name=ident(number_column(one.name)),
            )
        )
    bests = after_commas(sql("{pick} AS {name}", pick=pick, name=ident(name)) for name, pick in best.items())
    return sql(
        "SELECT c.profile_id{columns}, count(*) AS record_count, "
        "CAST(sum(CASE WHEN c.is_winner THEN 1 ELSE 0 END) + 0 AS BIGINT) AS source_count, "
        "min(c.profile_created_at) AS created_at FROM {ranked} AS c JOIN (SELECT profile_id{bests} FROM {ranked} "
        "GROUP BY profile_id) AS b ON b.profile_id = c.profile_id GROUP BY c.profile_id",
        columns=after_commas(columns),
        bests=bests,
        ranked=ident(RANKED),
    )


def _best_column(attribute: AttributePlan) -> str:
    return f"best_{attribute.name}" if attribute.group is None else f"best_group_{attribute.group}"


def _known(plan: ProfilePlan, attribute: AttributePlan) -> Sql:
    """Return the condition that a record has something to offer: a value, or any value of the group."""
    members = [attribute] if attribute.group is None else plan.group(attribute.group)
    return any_of(sql("{name} IS NOT NULL", name=ident(one.name)) for one in members)


def _collected(attribute: AttributePlan) -> Sql:
    text = _as_text(ident("c", attribute.name), attribute.value_type)
    return sql(
        # Of no values one engine makes an empty list and another none.
        "CASE WHEN count({text}) > 0 THEN of_list_distinct_sorted(list({text}) FILTER (WHERE {text} IS NOT NULL)) "
        "END AS {name}",
        text=text,
        name=ident(attribute.name),
    )


def profiles_select(plan: ProfilePlan) -> Sql:
    """Return the select of `profiles`."""
    kinds = {one.name: one.column for one in plan.attributes}
    combined = after_commas(
        sql(
            "nullif(concat_ws({separator}, {parts}), '') AS {name}",
            separator=literal(one.separator),
            parts=comma(_as_text(ident("m", part), kinds[part]) for part in one.parts),
            name=ident(one.column.name),
        )
        for one in plan.combined
    )
    return sql(
        "SELECT m.profile_id{values}{combined}, m.record_count, m.source_count, m.created_at FROM {merged} AS m",
        values=after_commas(ident("m", attribute.name) for attribute in plan.attributes),
        combined=combined,
        merged=ident(MERGED),
    )


def lineage_select(plan: ProfilePlan) -> Sql:
    """Return the select of `profile_lineage`."""
    numbers = after_commas(
        sql("{number} AS {name}", number=ident(number_column(one.name)), name=ident(one.name))
        for one in plan.attributes
    )
    return sql("SELECT profile_id{numbers} FROM {merged}", numbers=numbers, merged=ident(MERGED))
