"""Read a scan into the engine: one table with typed values, and for each misfit its field, value and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from onefold.foundation.kernel import InvalidInput, Permanent
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
)
from onefold.sources.casting import WORDS, Fit, fitting, moment
from onefold.sources.connectors import Scan
from onefold.sources.connectors._engine_files import found_column
from onefold.sources.connectors.connector import FILE, LINE, REJECT
from onefold.sources.model import Deletes
from onefold.sources.schema import PlannedColumn

BAD: Final = "_bad"  # list of struct(field, raw, code, reason); null for a row that fits
DELETED: Final = "_deleted"  # whether the source marks the row as deleted, by the value as it stands there
_BAD_TYPE: Final = Sql("STRUCT(field VARCHAR, raw VARCHAR, code VARCHAR, reason VARCHAR)[]")


@dataclass(frozen=True, slots=True)
class ReadRows:
    """What was read: a table of the engine, whose `rowid` is the order of reading.

    Attributes:
        table: columns under their published names, `_bad`, `_deleted` where the source marks deleted rows, and
            `_file` and `_line` where the scan has them.
        rows: all records in it.
        bad: records with misfits.
        blank: rows of the table that are no records: blank lines, with an empty `_bad`.
    """

    table: str
    rows: int
    bad: int
    blank: int = 0


def read_scan(
    warehouse: Warehouse,
    scan: Scan,
    planned: Sequence[PlannedColumn],
    *,
    table: str,
    key: Sequence[str],
    time_zone: str,
    deletes: Deletes | None = None,
) -> ReadRows:
    """Create the table from the scan's rows.

    Raises:
        InvalidInput: the source cannot be read as what it is declared to be.
    """
    try:
        return _read(warehouse, scan, planned, table, key, time_zone=time_zone, deletes=deletes)
    except Permanent as error:
        # The engine's text may quote values of the file; its first sentence does not.
        said = error.message.splitlines()[0].removeprefix("Invalid Input Error: ")[:300]
        where = f" ({scan.files[0].url})" if len(scan.files) == 1 else ""
        message = f"The source cannot be read{where}: {said}"
        hint = "Check that the file is whole and of the declared kind."
        raise InvalidInput(message, code="sources.unreadable", hint=hint) from error


def _read(
    warehouse: Warehouse,
    scan: Scan,
    planned: Sequence[PlannedColumn],
    table: str,
    key: Sequence[str],
    *,
    time_zone: str,
    deletes: Deletes | None,
) -> ReadRows:
    arrived = f"{table}_arrived"
    if scan.reader is not None:
        warehouse.load_arrow(arrived, scan.reader())
        rows = sql("SELECT * FROM {t}", t=ident(arrived))
    else:
        rows = scan.select or sql("SELECT NULL WHERE FALSE")
    described = warehouse.rows(sql("DESCRIBE {rows}", rows=rows))
    natives = {str(row[0]): str(row[1]) for row in described}
    casts: list[Sql] = []
    values: list[Sql] = []
    misfits: list[_Misfit] = []
    columns: list[Sql] = []
    for number, column in enumerate(planned):
        native, name = natives[column.in_source], column.column.name
        fit = _fit(column, native, time_zone)
        # Named casts and values: a subquery each, or the engine would work them out for every use.
        cast_as, value_as = ident(f"_cast_{number}"), ident(f"_value_{number}")
        casts.append(sql("{cast} AS {n}", cast=fit.cast, n=cast_as))
        values.append(sql("{value} AS {n}", value=fit.value(cast_as), n=value_as))
        misfits += _misfits(column, value_as, native, scan, name in key)
        columns.append(sql("{v} AS {n}", v=value_as, n=ident(name)))
        if deletes is not None and name == deletes.column:
            columns.append(
                sql(
                    "{marked} AS {n}",
                    marked=marks_deleted(ident(column.in_source), deletes),
                    n=ident(DELETED),
                )
            )
    columns.append(sql("{bad} AS {n}", bad=_bad(misfits, REJECT in natives), n=ident(BAD)))
    columns += [ident(name) for name in (FILE, LINE) if name in scan.provenance]
    rows = sql("SELECT *, {casts} FROM ({rows})", casts=comma(casts), rows=rows)
    rows = sql("SELECT *, {values} FROM ({rows})", values=comma(values), rows=rows)
    count = warehouse.create_table(
        table, sql("SELECT {columns} FROM ({rows})", columns=comma(columns), rows=rows)
    )
    warehouse.drop(arrived)
    statement = sql(
        "SELECT count(*) FILTER (len({bad}) > 0), count(*) FILTER (len({bad}) = 0) FROM {t}",
        bad=ident(BAD),
        t=ident(table),
    )
    bad, blank = (int(str(number)) for number in warehouse.rows(statement)[0])
    return ReadRows(table, count - blank, bad, blank)


def marks_deleted(value: Sql, deletes: Deletes) -> Sql:
    """Return whether the value is one of those that mean deleted; never null."""
    return sql(
        "coalesce(lower(trim(CAST({v} AS VARCHAR))) IN ({values}), FALSE)",
        v=value,
        values=comma(literal(text.strip().lower()) for text in deletes.values),
    )


@dataclass(frozen=True, slots=True)
class _Misfit:
    """A way in which a row does not fit: the condition, and what to say of it."""

    condition: Sql
    field: str
    raw: Sql
    code: str
    reason: str


def _fit(column: PlannedColumn, native: str, time_zone: str) -> Fit:
    raw = ident(column.in_source)
    have = found_column(column.in_source, native).column
    if have.type is ColumnType.INSTANT and native != "TIMESTAMP WITH TIME ZONE":
        raw = moment(sql("CAST({raw} AS TIMESTAMP)", raw=raw), time_zone)
    return fitting(raw, have, column.column, form=column.form, time_zone=time_zone)


def _misfits(column: PlannedColumn, value: Sql, native: str, scan: Scan, is_key: bool) -> list[_Misfit]:
    raw = ident(column.in_source)
    text = sql("CAST({raw} AS VARCHAR)", raw=raw)
    have = found_column(column.in_source, native).column
    found: list[_Misfit] = []
    safe = _never_misfits(have, column.column)
    if not safe:
        # CASE, for the engine evaluates both sides of AND for every row.
        condition = sql(
            "CASE WHEN {value} IS NULL THEN coalesce(trim({text}) <> '', FALSE) ELSE FALSE END",
            value=value,
            text=text,
        )
        written = f" written as {column.form}" if column.form else ""
        reason = f"Not {WORDS[column.column.type]}{written} ({_limits(column.column)})."
        found.append(_Misfit(condition, column.column.name, text, "type", reason))
    if have.type is ColumnType.TEXT and scan.may_hold_nul:
        condition = sql("coalesce(contains({raw}, chr(0)), FALSE)", raw=raw)
        shown = sql("replace({raw}, chr(0), '\\0')", raw=raw)
        found.append(_Misfit(condition, column.column.name, shown, "encoding", "It holds the character NUL."))
    if is_key:
        # A key of another type than text is null when blank.
        missing = sql("(trim(coalesce({text}, '')) = '')", text=text)
        if column.column.type is not ColumnType.TEXT:
            missing = sql(
                "CASE WHEN {value} IS NULL THEN {missing} ELSE FALSE END", value=value, missing=missing
            )
        found.append(_Misfit(missing, column.column.name, text, "key_missing", "The primary key is missing."))
    return found


def _never_misfits(have: Column, want: Column) -> bool:
    if want.type is ColumnType.TEXT:
        return True
    return (
        have.type is want.type
        and have.decimal == want.decimal
        and want.type
        not in (
            ColumnType.DATE,
            ColumnType.INSTANT,
        )
    )


def _limits(column: Column) -> str:
    match column.type:
        case ColumnType.DATE | ColumnType.INSTANT:
            return "years 1 to 9999"
        case ColumnType.INTEGER | ColumnType.SMALL_INTEGER:
            return "64 bit, no fraction" if column.type is ColumnType.INTEGER else "16 bit, no fraction"
        case ColumnType.DECIMAL:
            precision, scale = column.decimal or (38, 9)
            return f"at most {precision - scale} digits before and {scale} after the point"
        case _:
            return f"type {column.type.value}"


def _bad(misfits: Sequence[_Misfit], may_reject: bool) -> Sql:
    entries = comma(
        sql("CASE WHEN {c} THEN {entry} END", c=misfit.condition, entry=_entry(misfit)) for misfit in misfits
    )
    branches = Sql("CASE")
    if may_reject:
        rejected = _Misfit(
            sql("({r} IS NOT NULL)", r=ident(REJECT)),
            "",
            ident(REJECT),
            "unreadable",
            "No record can be made of it.",
        )
        branches = sql(
            "CASE WHEN {r} = '' THEN [] WHEN {c} THEN [{entry}]",
            r=ident(REJECT),
            c=rejected.condition,
            entry=_entry(rejected),
        )
    if misfits:
        branches = sql(
            "{before} WHEN {any} THEN list_filter([{entries}], lambda entry: entry IS NOT NULL)",
            before=branches,
            any=any_of(misfit.condition for misfit in misfits),
            entries=entries,
        )
    if not misfits and not may_reject:
        return sql("CAST(NULL AS {type})", type=_BAD_TYPE)
    return sql("CAST({branches} END AS {type})", branches=branches, type=_BAD_TYPE)


def _entry(misfit: _Misfit) -> Sql:
    return sql(
        "struct_pack(field := {field}, raw := {raw}, code := {code}, reason := {reason})",
        field=literal(misfit.field or None),
        raw=misfit.raw,
        code=literal(misfit.code),
        reason=literal(misfit.reason),
    )
