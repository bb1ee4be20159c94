"""The records table: every record of every mapped table as one slim row with its normalized values.

`identity_records(rid, table_no, record_ordinal, record_id, updated_at, filled, c0, c0_1, c1, …)`: `rid` counts over
all tables (a table's offset plus its ingest ordinal), so that pairs are two integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onefold.foundation.warehouse import Sql, Warehouse, all_of, comma, ident, literal, spaced, sql, union_all
from onefold.identity.mapping import TablePlan
from onefold.identity.model import MappedColumns
from onefold.identity.normalizers.apply import ColumnOf, normalized_column
from onefold.identity.normalizers.dummies import not_dummy
from onefold.identity.normalizers.normalizer import NormalizeContext
from onefold.identity.terms import Term, Terms

RECORDS = "identity_records"
_BY_REGION = frozenset({"phone", "postcode"})
"""Normalizers that read a value by its region's habits."""
_MOST_REGIONS = 40


@dataclass(frozen=True, slots=True)
class Records:
    """What was read.

    Attributes:
        rows: records per table.
        bypassed: per term index, how many values are shared by too many records to be anybody's.
    """

    rows: Mapping[str, int]
    bypassed: Mapping[int, int]

    @property
    def total(self) -> int:
        """All records."""
        return sum(self.rows.values())


def over_table(term: Term) -> str:
    """Return the name of the table of the term's over-frequent values."""
    return f"identity_over_{term.index}"


def build_records(
    warehouse: Warehouse,
    tables: Sequence[TablePlan],
    terms: Terms,
    *,
    only: Mapping[str, Sequence[str]] | None = None,
    bypassed_before: str | None = None,
) -> Records:
    """Create `identity_records`, and one table of over-frequent values per term that has a limit.

    Args:
        warehouse: the engine, which sees the tables under their names.
        tables: the tables in order.
        terms: what to normalize.
        only: record ids by table; without it every record is taken.
        bypassed_before: the table of values found over-frequent earlier, for when only some records are read.
    """
    selects: list[Sql] = []
    made: list[str] = []
    offset = 0
    for table in tables:
        if only is not None and not only.get(table.table):
            continue
        view, largest = _input(warehouse, table, offset, None if only is None else only[table.table])
        offset += largest + 1
        select, maps = _normalized(warehouse, table, terms, view)
        selects.append(select)
        made += [view, *maps]
    warehouse.create_table(RECORDS, union_all(selects))
    warehouse.drop(*made)
    counted = warehouse.rows(
        sql("SELECT table_no, count(*) FROM {records} GROUP BY table_no", records=ident(RECORDS))
    )
    by_number = {int(str(number)): int(str(count)) for number, count in counted}
    rows = {table.table: by_number.get(table.number, 0) for table in tables}
    bypassed = {
        term.index: _find_over_frequent(warehouse, term)
        if bypassed_before is None
        else _recall_over_frequent(warehouse, term, bypassed_before)
        for term in terms.all()
        if term.bypass_over
    }
    return Records(rows, bypassed)


def record_key(table: TablePlan) -> Sql:
    """Return the record's key as text: the primary key, its parts joined by `|`; the ordinal without one."""
    parts = [sql("CAST({column} AS VARCHAR)", column=ident(column)) for column in table.key or ("_ordinal",)]
    return parts[0] if len(parts) == 1 else sql("concat_ws('|', {parts})", parts=comma(parts))


def _input(
    warehouse: Warehouse, table: TablePlan, offset: int, only: Sequence[str] | None
) -> tuple[str, int]:
    """Create the view of a table's raw texts, one column per attribute and alternative."""
    columns = [
        sql("{text} AS {name}", text=_raw_text(source, k), name=ident(f"{attribute}__{k}"))
        for attribute, source in table.columns.items()
        for k in range(1 if source.join else len(source.columns))
    ]
    used = sorted({column for source in table.columns.values() for column in source.columns})
    filled = Sql(
        " + ".join(
            sql("CASE WHEN {column} IS NULL THEN 0 ELSE 1 END", column=ident(column)).text for column in used
        )
        or "0"
    )
    updated_at = (
        sql("CAST({column} AS TIMESTAMPTZ)", column=ident(table.updated_at))
        if table.updated_at
        else Sql("CAST(NULL AS TIMESTAMPTZ)")
    )
    wanted = (
        Sql("TRUE")
        if only is None
        else sql("{key} IN ({ids})", key=record_key(table), ids=comma(literal(i) for i in only))
    )
    view = f"identity_input_{table.number}"
    warehouse.create_view(
        view,
        sql(
            "SELECT _ordinal + {offset} AS rid, _ordinal AS record_ordinal, {key} AS record_id, "
            "{updated_at} AS updated_at, {filled} AS filled, {region} AS region{columns} FROM {table} WHERE {wanted}",
            offset=offset,
            key=record_key(table),
            updated_at=updated_at,
            filled=filled,
            region=(
                sql("upper(trim(CAST({column} AS VARCHAR)))", column=ident(table.region_column))
                if table.region_column
                else Sql("CAST(NULL AS VARCHAR)")
            ),
            columns=Sql("".join(f", {column}" for column in columns)),
            table=ident(table.table),
            wanted=wanted,
        ),
    )
    ((largest,),) = warehouse.rows(
        sql("SELECT coalesce(max(_ordinal), 0) FROM {table}", table=ident(table.table))
    )
    return view, int(str(largest))


def _raw_text(source: MappedColumns, alternative: int) -> Sql:
    texts = [sql("CAST({column} AS VARCHAR)", column=ident(column)) for column in source.columns]
    value = sql("concat_ws(' ', {texts})", texts=comma(texts)) if source.join else texts[alternative]
    return sql("nullif(trim({value}), '')", value=value)


def _normalized(warehouse: Warehouse, table: TablePlan, terms: Terms, view: str) -> tuple[Sql, list[str]]:
    context = NormalizeContext(region=table.region)
    regions = _regions(warehouse, table, view)
    columns: list[Sql] = []
    joins: list[str] = []
    made: list[str] = [_region_view(view, region) for region in (*regions, None)] if regions else []
    for term in terms.all():
        source = table.columns.get(term.attribute)
        present = 0 if source is None else 1 if source.join else len(source.columns)
        for k, name in enumerate(term.columns):
            if k >= present:
                columns.append(sql("CAST(NULL AS VARCHAR) AS {name}", name=ident(name)))
                continue
            raw = ColumnOf(view, f"{term.attribute}__{k}")
            into = f"identity_map_{table.number}_{name}"
            by_region = regions if any(step.kind in _BY_REGION for step in term.chain) else ()
            branches: list[Sql] = []
            for region in by_region:
                seen = ColumnOf(_region_view(view, region), raw.column)
                found = normalized_column(
                    warehouse, seen, term.chain, NormalizeContext(region=region), f"{into}_{region.lower()}"
                )
                branches.append(
                    sql(
                        " WHEN t.region = {region} THEN {value}", region=literal(region), value=found.expression
                    )
                )
                joins.append(found.joins.text)
                made += [found.made] if found.made else []
            seen = ColumnOf(_region_view(view, None), raw.column) if by_region else raw
            found = normalized_column(warehouse, seen, term.chain, context, into)
            joins.append(found.joins.text)
            made += [found.made] if found.made else []
            value = found.expression
            if branches:
                value = sql("CASE{branches} ELSE {value} END", branches=spaced(branches), value=value)
            if term.bypass_dummies and (kept := not_dummy(term.attribute, raw.qualified)) is not None:
                value = sql("CASE WHEN {kept} THEN {value} END", kept=kept, value=value)
            columns.append(sql("{value} AS {name}", value=value, name=ident(name)))
    select = sql(
        "SELECT t.rid, CAST({number} AS SMALLINT) AS table_no, t.record_ordinal, t.record_id, t.updated_at, "
        "t.filled{columns} FROM {view} AS t{joins}",
        number=table.number,
        columns=Sql("".join(f", {column}" for column in columns)),
        view=ident(view),
        joins=Sql("".join(joins)),
    )
    return select, made


def _regions(warehouse: Warehouse, table: TablePlan, view: str) -> tuple[str, ...]:
    """Create a view for each frequent region of a table whose rows have their own, and return the regions."""
    if table.region_column is None:
        return ()
    found = warehouse.rows(
        sql(
            "SELECT region FROM {view} WHERE region IS NOT NULL AND region <> {own} AND length(region) = 2 "
            "GROUP BY region ORDER BY count(*) DESC, region LIMIT {most}",
            view=ident(view),
            own=literal(table.region or ""),
            most=_MOST_REGIONS,
        )
    )
    regions = tuple(sorted(str(region) for (region,) in found))
    for region in regions:
        one = sql("SELECT * FROM {view} WHERE region = {region}", view=ident(view), region=literal(region))
        warehouse.create_view(_region_view(view, region), one)
    if regions:
        listed = comma(literal(region) for region in regions)
        rest = sql(
            "SELECT * FROM {view} WHERE region IS NULL OR region NOT IN ({listed})", view=ident(view), listed=listed
        )
        warehouse.create_view(_region_view(view, None), rest)
    return regions


def _region_view(view: str, region: str | None) -> str:
    return f"{view}_{(region or 'rest').lower()}"


def _find_over_frequent(warehouse: Warehouse, term: Term) -> int:
    values = union_all(
        sql("SELECT {column} AS value FROM {records}", column=ident(column), records=ident(RECORDS))
        for column in term.columns
    )
    return warehouse.create_table(
        over_table(term),
        sql(
            "SELECT value, count(*) AS records FROM ({values}) AS v WHERE value IS NOT NULL "
            "GROUP BY value HAVING count(*) > {limit}",
            values=values,
            limit=term.bypass_over or 0,
        ),
    )


def _recall_over_frequent(warehouse: Warehouse, term: Term, before: str) -> int:
    return warehouse.create_table(
        over_table(term),
        sql(
            "SELECT value, records FROM {before} WHERE attribute = {attribute} AND chain = {chain}",
            before=ident(before),
            attribute=literal(term.attribute),
            chain=literal(term.chain_text),
        ),
    )


def bypassed_values(terms: Terms, records: Records) -> Sql:
    """Return the select of `match_bypassed`: the values that too many records share to be anybody's."""
    selects = [
        sql(
            "SELECT {attribute} AS attribute, {chain} AS chain, value, records FROM {over}",
            attribute=literal(term.attribute),
            chain=literal(term.chain_text),
            over=ident(over_table(term)),
        )
        for term in terms.all()
        if records.bypassed.get(term.index)
    ]
    if selects:
        return union_all(selects)
    return Sql(
        "SELECT CAST(NULL AS VARCHAR) AS attribute, CAST(NULL AS VARCHAR) AS chain, "
        "CAST(NULL AS VARCHAR) AS value, CAST(NULL AS BIGINT) AS records WHERE FALSE"
    )


def known(term: Term, alternative: int, alias: str, bypassed: Mapping[int, int]) -> Sql:
    """Return the condition that a value is there and somebody's."""
    column = term.column(alternative, alias)
    present = sql("{column} IS NOT NULL", column=column)
    if not bypassed.get(term.index):
        return present
    over = ident(over_table(term))
    return all_of([present, sql("{column} NOT IN (SELECT value FROM {over})", column=column, over=over)])
