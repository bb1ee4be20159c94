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
# A statement over thousands of columns takes longer to plan than to run.
_COLUMNS_AT_ONCE: Final = 25
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
    count, whole = _draw(warehouse, name, table.name, columns, rows)
    facts: dict[str, Facts] = {}
    top_values: dict[str, tuple[Counted, ...]] = {}
    patterns: dict[str, tuple[Counted, ...]] = {}
    bars: dict[str, Bars] = {}
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        group = columns[start : start + _COLUMNS_AT_ONCE]
        ends = _edges(warehouse, table, group)
        subjects = [Subject(table, column, survey, ends.get(column.name, Facts())) for column in group]
        found, ranges = _facts(warehouse, name, subjects, count)
        texts = [each for each in subjects if each.is_text]
        identifiers = [each for each in texts if each.is_key or each.means("Identity", "Location.Postcode")]
        for column, (shape, share) in _shapes(warehouse, name, identifiers).items():
            found[column] = replace(found[column], shape=shape, shape_ratio=share)
        known = [Subject(table, column, survey, found[column.name]) for column in group]
        facts |= found
        top_values |= _top_values(warehouse, name, [each for each in known if not each.personal])
        patterns |= _patterns(warehouse, name, texts, count)
        bars |= _bars(warehouse, name, ranges)
    return Sample(name, count, whole, facts, top_values, patterns, bars)


def _draw(
    warehouse: Warehouse, name: str, table: str, columns: Sequence[Column], rows: int
) -> tuple[int, bool]:
    """Create the sample and return its rows and whether it is the whole table."""
    ((total,),) = warehouse.rows(sql("SELECT count(*) FROM {table}", table=ident(table)))
    every = whole_number(total) // rows
    select = sql(
        "SELECT {names} FROM {table}", names=comma(ident(c.name) for c in columns), table=ident(table)
    )
    if every <= 1:
        return warehouse.create_table(name, select), True
    if any(column.name == ORDINAL for column in warehouse.columns(table)):
        blocks = sql(
            "{select} WHERE {o} // {block} % {every} = 0",
            select=select,
            o=ident(ORDINAL),
            block=BLOCK_ROWS,
            every=every,
        )
        drawn = warehouse.create_table(name, blocks)
        # Ordinals with gaps may leave too little; then rows are drawn one by one.
        if drawn * 2 >= rows:
            return drawn, False
    drawn = warehouse.create_table(
        name, sql("{select} USING SAMPLE reservoir({rows} ROWS) REPEATABLE (1)", select=select, rows=rows)
    )
    return drawn, False


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
            facts[subject.column.name] = _text_facts(subject.facts, rows, present, distinct, counts)
            continue
        quantiles = _numbers(next(values))
        facts[subject.column.name] = replace(
            subject.facts, sampled=rows, present=present, distinct=distinct, quantiles=quantiles[1:-1]
        )
        if quantiles and quantiles[-1] > quantiles[0]:
            edges[subject.column.name] = (_ordered(subject), quantiles[0], quantiles[-1])
    return facts, edges


def _edges(warehouse: Warehouse, table: TableDescription, columns: Sequence[Column]) -> dict[str, Facts]:
    """Return what the least and greatest values of the whole table tell; parquet's statistics answer that.

    When the least text does not begin with white space, no text is blank, and nothing has to look for blanks.
    """
    dated = [column for column in columns if column.type in TEMPORAL]
    texts = [column for column in columns if column.type is ColumnType.TEXT]
    pieces = [
        end
        for column in dated
        for end in (
            sql("epoch(min({v})) // 86400", v=ident(column.name)),
            sql("epoch(max({v})) // 86400", v=ident(column.name)),
        )
    ] + [sql("min({v}) < '!'", v=ident(column.name)) for column in texts]
    if not pieces:
        return {}
    (row,) = warehouse.rows(
        sql("SELECT {pieces} FROM {table}", pieces=comma(pieces), table=ident(table.name))
    )
    ends = 2 * len(dated)
    found = {
        column.name: Facts(first_day=_day(low), last_day=_day(high))
        for column, low, high in zip(dated, row[:ends:2], row[1:ends:2], strict=True)
        if low is not None
    }
    for column, possible in zip(texts, row[ends:], strict=True):
        found[column.name] = Facts(may_be_blank=bool(possible))
    return found


def _day(seconds_by_day: object) -> int:
    # Infinity is a date in the engine; it lies beyond every limit.
    number = _number(seconds_by_day)
    return math.floor(number) if math.isfinite(number) else int(math.copysign(10**8, number))


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


def _text_facts(known: Facts, rows: int, present: int, distinct: int, counts: Sequence[int]) -> Facts:
    integers, numbers, dates, mails = counts
    kind, share = None, 0.0
    if present:
        for name, count in (("date", dates), ("integer", integers), ("number", numbers)):
            if count > present * max(share, 0.5):
                kind, share = name, count / present
    return replace(
        known,
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
