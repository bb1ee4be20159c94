"""The records table: every record of every mapped table as one slim row with its normalized values.

`identity_records(rid, table_no, record_ordinal, record_id, updated_at, recency, filled, c0, c0_1, c1, …)`: `rid`
counts over all tables (a table's offset plus its ingest ordinal), so that pairs are two integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from onefold.foundation.warehouse import (
    Column,
    Sql,
    Warehouse,
    comma,
    ident,
    literal,
    spaced,
    sql,
    union_all,
)
from onefold.foundation.warehouse.sql import after_commas
from onefold.identity.blanks import says_something
from onefold.identity.mapping import TablePlan
from onefold.identity.model import MappedColumns
from onefold.identity.normalizers.apply import Normalizing, normalize_values
from onefold.identity.recency import moment, recency_type, recency_value
from onefold.identity.terms import Term, Terms

RECORDS = "identity_records"
_INPUT = "identity_input"
_NOTHING = Sql("CAST(NULL AS VARCHAR)")
_BY_REGION = frozenset({"phone", "postcode"})
"""Normalizers that read a value by its region's habits."""
_MOST_REGIONS = 40
_PLAIN = ("rid", "table_no", "record_ordinal", "record_id", "updated_at", "recency", "filled")
"""The columns of a record beside its values."""


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

    The values stay in the records until `drop_bypassed` takes them out.

    Args:
        warehouse: the engine, which sees the tables under their names.
        tables: the tables in order.
        terms: what to normalize.
        only: record ids by table; without it every record is taken.
        bypassed_before: the table of values found over-frequent earlier, for when only some records are read.
    """
    _create_input(warehouse, tables, terms, only)
    made = _create_records(warehouse, terms, _regions(warehouse))
    warehouse.drop(_INPUT, *made)
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


def _create_input(
    warehouse: Warehouse,
    tables: Sequence[TablePlan],
    terms: Terms,
    only: Mapping[str, Sequence[str]] | None,
) -> None:
    """Create the view or table of all raw texts: a column per attribute and alternative, null where a table has none.

    All tables in one view, so that a value that several of them have is normalized once.
    """
    widths: dict[str, int] = {}
    for term in terms.all():
        widths[term.attribute] = max(term.width, widths.get(term.attribute, 0))
    selects: list[Sql] = []
    offset = 0
    kind = recency_type(table.recency for table in tables)
    for table in tables:
        if only is None or only.get(table.table):
            selects.append(
                _input(
                    table, widths, offset, recency_kind=kind, only=None if only is None else only[table.table]
                )
            )
        ((largest,),) = warehouse.rows(
            sql("SELECT coalesce(max(_ordinal), 0) AS largest FROM {table}", table=ident(table.table))
        )
        offset += int(str(largest)) + 1
    # An engine that plans anew for each of the many reads is far faster on a table.
    create = warehouse.create_view if warehouse.engine == "duckdb" else warehouse.create_table
    create(_INPUT, union_all(selects))


def _input(
    table: TablePlan,
    widths: Mapping[str, int],
    offset: int,
    *,
    recency_kind: Column,
    only: Sequence[str] | None,
) -> Sql:
    columns = []
    for attribute, width in widths.items():
        source = table.columns.get(attribute)
        present = 0 if source is None else 1 if source.join else len(source.columns)
        for k in range(width):
            text = _raw_text(source, k) if source and k < present else _NOTHING
            columns.append(sql("{text} AS {name}", text=text, name=ident(_raw_column(attribute, k))))
    wanted = (
        Sql("TRUE")
        if only is None
        else sql("{key} IN ({ids})", key=record_key(table), ids=comma(literal(i) for i in only))
    )
    return sql(
        "SELECT _ordinal + {offset} AS rid, CAST({number} AS SMALLINT) AS table_no, _ordinal AS record_ordinal, "
        "{key} AS record_id, {updated_at} AS updated_at, {recency} AS recency, {filled} AS filled, "
        "{region} AS region{columns} "
        "FROM {table} WHERE {wanted}",
        offset=offset,
        number=table.number,
        key=record_key(table),
        updated_at=moment(table.updated_at, _column(table.updated_at)),
        recency=recency_value(table.recency, _column(table.recency), recency_kind),
        filled=_filled(table),
        region=_region(table),
        columns=after_commas(columns),
        table=ident(table.table),
        wanted=wanted,
    )


def _column(column: Column | None) -> Sql:
    return Sql("NULL") if column is None else ident(column.name)


def _filled(table: TablePlan) -> Sql:
    """Return how many of the mapped columns a record knows; blanks alone are unknown."""
    filled = Sql("0")
    for column in sorted({column for source in table.columns.values() for column in source.columns}):
        known = (
            says_something(ident(column))
            if column in table.texts
            else sql("{c} IS NOT NULL", c=ident(column))
        )
        filled = sql("{filled} + CASE WHEN {known} THEN 1 ELSE 0 END", filled=filled, known=known)
    return filled


def _region(table: TablePlan) -> Sql:
    """Return the region of a record in small letters: its own, else its table's, else an empty text."""
    default = literal((table.region or "").lower())
    if table.region_column is None:
        return default
    own = sql("lower(CAST({column} AS VARCHAR))", column=ident(table.region_column))
    return sql(
        "coalesce(nullif(regexp_extract({own}, '^ *([a-z]{{2}}) *$', 1), ''), {default})",
        own=own,
        default=default,
    )


def _raw_column(attribute: str, alternative: int) -> str:
    return f"{attribute}__{alternative}"


def _raw_text(source: MappedColumns, alternative: int) -> Sql:
    texts = [sql("CAST({column} AS VARCHAR)", column=ident(column)) for column in source.columns]
    return sql("concat_ws(' ', {texts})", texts=comma(texts)) if source.join else texts[alternative]


def raw_texts(warehouse: Warehouse, table: TablePlan, record_id: str, attribute: str) -> list[str]:
    """Return what a record says of an attribute, as its source has it; blanks alone are nothing."""
    source = table.columns.get(attribute)
    if source is None:
        return []
    texts = [_raw_text(source, k) for k in range(1 if source.join else len(source.columns))]
    rows = warehouse.rows(
        sql(
            "SELECT {texts} FROM {table} WHERE {key} = $id",
            texts=comma(
                sql("{text} AS {name}", text=text, name=ident(f"t{k}")) for k, text in enumerate(texts)
            ),
            table=ident(table.table),
            key=record_key(table),
        ),
        id=record_id,
    )
    return [text for row in rows for value in row if (text := str(value or "").strip(" "))]


def _create_records(warehouse: Warehouse, terms: Terms, regions: Sequence[str]) -> list[str]:
    """Create the records table from the input; return the tables and views made on the way."""
    pending: list[Normalizing] = []
    columns: list[Sql] = []
    joins: list[Sql] = []
    # The reference works on one attribute while the engine is at the next.
    with ThreadPoolExecutor(1, thread_name_prefix="normalizing") as reference:
        for term in terms.all():
            by_region = _reads_regions(term)
            region = _known_region(regions) if by_region else literal("")
            raw = [_raw_column(term.attribute, k) for k in range(term.width)]
            values = union_all(
                sql(
                    "SELECT {region} AS region, t.{column} AS value FROM {input} AS t",
                    region=region,
                    column=ident(column),
                    input=ident(_INPUT),
                )
                for column in raw
            )
            normalized = f"identity_map_c{term.index}"
            begun = normalize_values(
                warehouse,
                values,
                term.chain,
                normalized,
                reference=reference,
                regions=regions if by_region else (),
                dummies_of=term.attribute if term.bypass_dummies else None,
            )
            pending.append(begun)
            for name, column in zip(term.columns, raw, strict=True):
                joins.append(_join(normalized, name, column, region if by_region else None))
                columns.append(sql("{alias}.mapped AS {name}", alias=ident(f"m_{name}"), name=ident(name)))
        made = [name for one in pending for name in one.finish()]
    warehouse.create_table(
        RECORDS,
        sql(
            "SELECT {plain}{columns} FROM {input} AS t{joins}",
            plain=comma(ident("t", name) for name in _PLAIN),
            columns=after_commas(columns),
            input=ident(_INPUT),
            joins=spaced([Sql(""), *joins]),
        ),
    )
    return made


def _join(normalized: str, name: str, column: str, region: Sql | None) -> Sql:
    """Return the join of an attribute's raw column with what its values became."""
    alias = ident(f"m_{name}")
    join = sql(
        "LEFT JOIN {normalized} AS {alias} ON {alias}.value = t.{column}",
        normalized=ident(normalized),
        alias=alias,
        column=ident(column),
    )
    if region is None:
        return join
    return sql("{join} AND {alias}.region = {region}", join=join, alias=alias, region=region)


def _known_region(regions: Sequence[str]) -> Sql:
    """Return a record's region when it is one of them, else an empty text."""
    if not regions:
        return literal("")
    listed = comma(literal(region) for region in regions)
    return sql("CASE WHEN t.region IN ({listed}) THEN t.region ELSE '' END", listed=listed)


def _reads_regions(term: Term) -> bool:
    return any(step.kind in _BY_REGION for step in term.chain)


def _regions(warehouse: Warehouse) -> list[str]:
    """Return the most frequent regions of the input's records; values of others are read without a region."""
    found = warehouse.rows(
        sql(
            "SELECT region FROM {input} WHERE region <> '' GROUP BY region ORDER BY count(*) DESC, region LIMIT {most}",
            input=ident(_INPUT),
            most=_MOST_REGIONS,
        )
    )
    return sorted(str(region) for (region,) in found)


def _find_over_frequent(warehouse: Warehouse, term: Term) -> int:
    values = union_all(
        sql("SELECT rid, {column} AS value FROM {records}", column=ident(column), records=ident(RECORDS))
        for column in term.columns
    )
    if term.width > 1:
        # One record may have the same value twice, as phone and as mobile.
        values = sql("SELECT DISTINCT rid, value FROM ({values}) AS d", values=values)
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


def drop_bypassed(warehouse: Warehouse, terms: Terms, records: Records) -> None:
    """Take the over-frequent values out of the records, so that no rule, guard or key sees them."""
    affected = [term for term in terms.all() if records.bypassed.get(term.index)]
    if not affected:
        return
    taken = {name: f"b{term.index}_{k}" for term in affected for k, name in enumerate(term.columns)}
    columns = [ident("t", name) for name in _PLAIN]
    for name in (name for term in terms.all() for name in term.columns):
        if name in taken:
            columns.append(
                sql(
                    "CASE WHEN {over}.value IS NULL THEN t.{name} END AS {name}",
                    over=ident(taken[name]),
                    name=ident(name),
                )
            )
        else:
            columns.append(sql("t.{name}", name=ident(name)))
    joins = [
        sql(
            "LEFT JOIN {over} AS {alias} ON {alias}.value = t.{name}",
            over=ident(over_table(term)),
            alias=ident(taken[name]),
            name=ident(name),
        )
        for term in affected
        for name in term.columns
    ]
    warehouse.create_table(
        RECORDS,
        sql(
            "SELECT {columns} FROM {records} AS t{joins}",
            columns=comma(columns),
            records=ident(RECORDS),
            joins=spaced([Sql(""), *joins]),
        ),
    )
