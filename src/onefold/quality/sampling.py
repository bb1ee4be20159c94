"""A sample of a table: quantiles, top values, patterns, shapes, what texts read as.

The sample is whole blocks of neighboring rows, evenly spread by ingest ordinal, so that parquet skips most of
the file and the same rows give the same sample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from onefold.catalogue import TableDescription
from onefold.foundation.warehouse import (
    Column,
    ColumnType,
    Sql,
    Warehouse,
    comma,
    ident,
    literal,
    sql,
    union_all,
)
from onefold.quality.subject import NUMERIC, TEMPORAL, Facts, Subject, Survey

ORDINAL: Final = "_ordinal"
BLOCK_ROWS: Final = 256
BARS: Final = 12
MOST_VALUES: Final = 10
_QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CLASSES: Final = (_UPPER + _UPPER.lower() + "0123456789", "A" * 26 + "a" * 26 + "9" * 10)
_LONGEST_VALUE: Final = 60
# Values of a column nobody has described are shown only when they repeat: a single one may be a person's.
_REPEATS: Final = 3
_FEW: Final = 20
# Patterns cost most of all and need least: a share of so many rows is within two points.
_PATTERN_ROWS: Final = 2_500


@dataclass(frozen=True, slots=True)
class Counted:
    """A value, or a pattern, and its share of the sample's rows with a value (0 to 1)."""

    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A distribution: the shares of equally wide bins from `low` to `high`; the ends take what lies beyond."""

    low: float
    high: float
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """What the sample of one table shows, by column name.

    Attributes:
        name: the engine's table that holds the sample; dropped by whoever asked for it.
        rows: its rows.
        whole: whether it is the table itself.
    """

    name: str
    rows: int
    whole: bool
    facts: Mapping[str, Facts] = field(default_factory=dict)
    top_values: Mapping[str, tuple[Counted, ...]] = field(default_factory=dict)
    patterns: Mapping[str, tuple[Counted, ...]] = field(default_factory=dict)
    bars: Mapping[str, Bars] = field(default_factory=dict)


def take_sample(
    warehouse: Warehouse, table: TableDescription, columns: Sequence[Column], survey: Survey, rows: int
) -> Sample:
    """Draw about `rows` rows of the table and look at every column of them.

    Creates the intermediate table that the result names.
    """
    name = f"_sample_{table.name}"
    whole = _draw(warehouse, name, table.name, columns, rows)
    ((sampled,),) = warehouse.rows(sql("SELECT count(*) FROM {name}", name=ident(name)))
    count = whole_number(sampled)
    subjects = [Subject(table, column, survey) for column in columns]
    facts, edges = _facts(warehouse, name, subjects, count)
    for column, (first, last) in _days(warehouse, table.name, subjects).items():
        facts[column] = replace(facts[column], first_day=first, last_day=last)
    texts = [each for each in subjects if each.is_text]
    identifiers = [each for each in texts if each.is_key or each.means("Identity", "Location.Postcode")]
    for column, (shape, share) in _shapes(warehouse, name, identifiers).items():
        facts[column] = replace(facts[column], shape=shape, shape_ratio=share)
    known = [Subject(table, column, survey, facts[column.name]) for column in columns]
    return Sample(
        name=name,
        rows=count,
        whole=whole,
        facts=facts,
        top_values=_top_values(warehouse, name, [each for each in known if not each.personal]),
        patterns=_patterns(warehouse, name, texts, count),
        bars=_bars(warehouse, name, edges),
    )


def _draw(warehouse: Warehouse, name: str, table: str, columns: Sequence[Column], rows: int) -> bool:
    """Create the sample and return whether it is the whole table."""
    ((total,),) = warehouse.rows(sql("SELECT count(*) FROM {table}", table=ident(table)))
    every = whole_number(total) // rows
    names = comma(ident(column.name) for column in columns)
    where = sql("")
    if every > 1:
        if any(column.name == ORDINAL for column in warehouse.columns(table)):
            where = sql(
                " WHERE {o} // {block} % {every} = 0", o=ident(ORDINAL), block=BLOCK_ROWS, every=every
            )
        else:
            where = sql(" USING SAMPLE reservoir({rows} ROWS) REPEATABLE (1)", rows=rows)
    warehouse.create_table(
        name, sql("SELECT {names} FROM {table}{where}", names=names, table=ident(table), where=where)
    )
    return every <= 1


def _facts(
    warehouse: Warehouse, name: str, subjects: Sequence[Subject], rows: int
) -> tuple[dict[str, Facts], dict[str, tuple[Sql, float, float]]]:
    """Return the facts of each column, and for the ordered ones how and between what to draw bars."""
    pieces: list[Sql] = []
    for subject in subjects:
        pieces += [
            sql("count(*) FILTER (WHERE {present})", present=subject.present),
            sql("count(DISTINCT {v}) FILTER (WHERE {present})", v=subject.value, present=subject.present),
        ]
        pieces += _text_counts(subject) if subject.is_text else [_quantiles(subject)]
    (row,) = warehouse.rows(sql("SELECT {pieces} FROM {name}", pieces=comma(pieces), name=ident(name)))
    values = iter(row)
    facts: dict[str, Facts] = {}
    edges: dict[str, tuple[Sql, float, float]] = {}
    for subject in subjects:
        present, distinct = whole_number(next(values)), whole_number(next(values))
        if subject.is_text:
            counts = [whole_number(next(values)) for _ in range(4)]
            facts[subject.column.name] = _text_facts(rows, present, distinct, counts)
            continue
        quantiles = _numbers(next(values))
        facts[subject.column.name] = Facts(rows, present, distinct, quantiles[1:-1])
        if quantiles and quantiles[-1] > quantiles[0]:
            edges[subject.column.name] = (_ordered(subject), quantiles[0], quantiles[-1])
    return facts, edges


def _days(warehouse: Warehouse, table: str, subjects: Sequence[Subject]) -> dict[str, tuple[int, int]]:
    """Return the first and last day of each date column, which parquet's statistics answer."""
    dated = [subject for subject in subjects if subject.column.type in TEMPORAL]
    if not dated:
        return {}
    edges = comma(
        sql("epoch({f}({v})) // 86400", f=Sql(f), v=subject.value)
        for subject in dated
        for f in ("min", "max")
    )
    (row,) = warehouse.rows(sql("SELECT {edges} FROM {table}", edges=edges, table=ident(table)))
    return {
        subject.column.name: (math.floor(_number(low)), math.floor(_number(high)))
        for subject, low, high in zip(dated, row[::2], row[1::2], strict=True)
        if low is not None
    }


def _ordered(subject: Subject) -> Sql:
    if subject.column.type in TEMPORAL:
        return sql("epoch(CAST({v} AS TIMESTAMP))", v=subject.value)
    return sql("CAST({v} AS DOUBLE)", v=subject.value)


def _quantiles(subject: Subject) -> Sql:
    if subject.column.type not in NUMERIC | TEMPORAL:
        return sql("NULL")
    points = comma(literal(point) for point in _QUANTILES)
    # NaN and infinity have no place among quantiles.
    value = _ordered(subject)
    return sql("quantile_cont({v}, [{points}]) FILTER (WHERE isfinite({v}))", v=value, points=points)


def _text_counts(subject: Subject) -> list[Sql]:
    value, first = subject.value, sql("substr(ltrim({v}), 1, 1)", v=subject.value)
    # Only what begins like a number is tried as one: failed casts are dear.
    begins = sql("{first} BETWEEN '+' AND '9'", first=first)
    return [
        sql(
            "count(*) FILTER (WHERE CASE WHEN {begins} THEN TRY_CAST({v} AS BIGINT) IS NOT NULL"
            " AND NOT contains({v}, '.') ELSE FALSE END)",
            begins=begins,
            v=value,
        ),
        sql("count(CASE WHEN {begins} THEN TRY_CAST({v} AS DOUBLE) END)", begins=begins, v=value),
        sql(
            r"count(*) FILTER (WHERE {begins} AND regexp_matches({v},"
            r" '^\s*(\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}})\b'))",
            begins=begins,
            v=value,
        ),
        sql("count(*) FILTER (WHERE contains({v}, '@'))", v=value),
    ]


def _text_facts(rows: int, present: int, distinct: int, counts: Sequence[int]) -> Facts:
    integers, numbers, dates, mails = counts
    kind, share = None, 0.0
    if present:
        for name, count in (("date", dates), ("integer", integers), ("number", numbers)):
            if count > present * max(share, 0.5):
                kind, share = name, count / present
    return Facts(
        sampled=rows,
        present=present,
        distinct=distinct,
        text_kind=kind,
        text_kind_ratio=min(share, 1.0),
        mails=mails / present if present else 0.0,
    )


def pattern_of(value: Sql) -> Sql:
    """Return the text with letters as A or a and digits as 9; other characters stay."""
    ascii_only = sql(
        "translate({v}, {signs}, {classes})",
        v=value,
        signs=literal(_CLASSES[0]),
        classes=literal(_CLASSES[1]),
    )
    return sql(
        r"CASE WHEN strlen({v}) = length({v}) THEN {t} ELSE"
        r" regexp_replace(regexp_replace({t}, '\p{{Lu}}', 'A', 'g'), '[\p{{Ll}}\p{{Lo}}\p{{Lt}}\p{{Lm}}]', 'a', 'g')"
        r" END",
        v=value,
        t=ascii_only,
    )


def _collapsed(pattern: Sql, from_length: int, to: str) -> Sql:
    for sign in ("A", "a", "9"):
        pattern = sql(
            "regexp_replace({p}, {runs}, {to}, 'g')",
            p=pattern,
            runs=literal(f"{sign}{{{from_length},}}"),
            to=literal(sign + to),
        )
    return pattern


def _texts(name: str, subjects: Sequence[Subject], every: int) -> Sql:
    """The select of (field, value) of every so-manieth row of the sample, for each of the text columns."""
    return union_all(
        sql(
            "SELECT {i} AS field, substr({v}, 1, {longest}) AS value FROM {name}"
            " WHERE rowid % {every} = 0 AND {present}",
            i=position,
            v=subject.value,
            longest=_LONGEST_VALUE,
            name=ident(name),
            every=every,
            present=subject.present,
        )
        for position, subject in enumerate(subjects)
    )


def _patterns(
    warehouse: Warehouse, name: str, subjects: Sequence[Subject], rows: int
) -> dict[str, tuple[Counted, ...]]:
    """Return the commonest patterns: letters as A or a, digits as 9, more than three of a class as A+, a+, 9+."""
    if not subjects:
        return {}
    counted = warehouse.rows(
        sql(
            "SELECT field, pattern, share FROM (SELECT field, pattern,"
            " count(*) / sum(count(*)) OVER (PARTITION BY field) AS share,"
            " row_number() OVER (PARTITION BY field ORDER BY count(*) DESC, pattern) AS place"
            " FROM (SELECT field, {collapsed} AS pattern FROM (SELECT field, {pattern} AS p FROM ({values})))"
            " GROUP BY field, pattern) WHERE place <= {most} ORDER BY field, place",
            pattern=pattern_of(Sql("value")),
            values=_texts(name, subjects, max(1, rows // _PATTERN_ROWS)),
            collapsed=_collapsed(Sql("p"), 4, "+"),
            most=MOST_VALUES,
        )
    )
    found: dict[str, tuple[Counted, ...]] = {}
    for position, text, share in counted:
        column = subjects[whole_number(position)].column.name
        found[column] = (*found.get(column, ()), Counted(str(text), _number(share)))
    return found


def _shapes(warehouse: Warehouse, name: str, subjects: Sequence[Subject]) -> dict[str, tuple[str, float]]:
    """Return the commonest shape of each column and its share: every run of a class is one sign."""
    if not subjects:
        return {}
    # On the text itself, runs at once, this costs a third of what collapsing its pattern would.
    shape = Sql("trim(value)")
    for sign, members in (("9", "[0-9]+"), ("A", r"\p{Lu}+"), ("a", r"[\p{Ll}\p{Lo}\p{Lt}\p{Lm}]+")):
        shape = sql(
            "regexp_replace({s}, {members}, {sign}, 'g')",
            s=shape,
            members=literal(members),
            sign=literal(sign),
        )
    counted = warehouse.rows(
        sql(
            "SELECT field, shape, count(*) / any_value(total) FROM (SELECT field, CASE WHEN strlen(value) = 36 AND"
            " TRY_CAST(value AS UUID) IS NOT NULL THEN 'uuid' ELSE {shape} END AS shape,"
            " count(*) OVER (PARTITION BY field) AS total FROM ({values})) GROUP BY field, shape"
            " QUALIFY row_number() OVER (PARTITION BY field ORDER BY count(*) DESC, shape) = 1",
            shape=shape,
            values=_texts(name, subjects, 1),
        )
    )
    return {
        subjects[whole_number(position)].column.name: (str(text), _number(share))
        for position, text, share in counted
    }


def _top_values(
    warehouse: Warehouse, name: str, subjects: Sequence[Subject]
) -> dict[str, tuple[Counted, ...]]:
    # Where most values differ, the commonest says nothing.
    shown = [
        each
        for each in subjects
        if each.column.type is not ColumnType.BLOB
        and (each.facts.distinct * 2 <= each.facts.present or each.facts.present < _FEW)
    ]
    if not shown:
        return {}
    values = union_all(
        sql(
            "SELECT {i} AS field, {least} AS least, CAST({v} AS VARCHAR) AS value, count(*) AS n FROM {name}"
            " WHERE {present} GROUP BY ALL",
            i=position,
            least=1 if subject.attribute.semantic_type or subject.attribute.choices else _REPEATS,
            v=subject.value,
            name=ident(name),
            present=subject.present,
        )
        for position, subject in enumerate(shown)
    )
    counted = warehouse.rows(
        sql(
            "SELECT field, value, n / total FROM (SELECT *, sum(n) OVER (PARTITION BY field) AS total,"
            " row_number() OVER (PARTITION BY field ORDER BY n DESC, value) AS place FROM ({values}))"
            " WHERE place <= {most} AND n >= least ORDER BY field, place",
            values=values,
            most=MOST_VALUES,
        )
    )
    found: dict[str, tuple[Counted, ...]] = {}
    for position, value, share in counted:
        column = shown[whole_number(position)].column.name
        text = str(value)
        if len(text) > _LONGEST_VALUE:
            text = text[: _LONGEST_VALUE - 1] + "…"
        found[column] = (*found.get(column, ()), Counted(text, _number(share)))
    return found


def _bars(warehouse: Warehouse, name: str, edges: Mapping[str, tuple[Sql, float, float]]) -> dict[str, Bars]:
    if not edges:
        return {}
    pieces = comma(
        sql(
            "list_transform(range({bars}), lambda b: coalesce(map_extract(histogram(CAST(greatest(0, least({last},"
            " floor(({v} - {low}) / {width}))) AS BIGINT)) FILTER (WHERE isfinite({v})), b)[1], 0))",
            bars=BARS,
            last=BARS - 1,
            v=value,
            low=literal(low),
            width=literal((high - low) / BARS),
        )
        for value, low, high in edges.values()
    )
    (row,) = warehouse.rows(sql("SELECT {pieces} FROM {name}", pieces=pieces, name=ident(name)))
    found = {}
    for (column, (_, low, high)), counts in zip(edges.items(), row, strict=True):
        numbers = _numbers(counts)
        total = sum(numbers) or 1.0
        found[column] = Bars(low, high, tuple(each / total for each in numbers))
    return found


def _number(value: object) -> float:
    return float(str(value)) if value is not None else 0.0


def whole_number(value: object) -> int:
    """Return what a count came back as; null is 0."""
    return int(str(value)) if value is not None else 0


def _numbers(value: object) -> tuple[float, ...]:
    return tuple(_number(each) for each in value) if isinstance(value, list) else ()
