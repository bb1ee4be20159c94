"""The profile of a field: how much is there, how it spreads, what it looks like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from onefold.foundation.warehouse import ColumnType, Sql, sql
from onefold.quality.sampling import Bars, Counted, Sample
from onefold.quality.subject import NUMERIC, TEMPORAL, Subject


@dataclass(frozen=True, slots=True)
class FieldProfile:
    """What is known of one field of one table.

    Attributes:
        rows: of the table; exact, as are nulls, blanks, lengths, minimum, maximum, mean and deviation.
        blanks: texts that are empty or white space.
        shortest: characters of the shortest text, blanks included; `longest` and `mean_length` likewise.
        distinct: different values; estimated (about 2 % off) unless `distinct_exact`.
        minimum: as text, of numbers and dates only; the year alone where the value is personal data.
        quantiles: at 5, 25, 50, 75 and 95 %, as text, from the sample.
        text_kind: what a text column mostly holds ("integer", "number", "date"), from the sample.
        text_kind_ratio: the share of its values that read so.
        shape: the commonest shape of identifiers, each run of letters or digits as one sign.
        top_values: the commonest values and their shares, from the sample; () where they are personal data.
        patterns: the commonest patterns and their shares, from the sample.
        sampled: rows of the sample.
    """

    table: str
    field: str
    position: int
    type: str
    semantic_type: str | None
    personal: bool
    rows: int
    nulls: int
    blanks: int
    distinct: int
    distinct_exact: bool
    sampled: int
    minimum: str | None = None
    maximum: str | None = None
    mean: float | None = None
    deviation: float | None = None
    quantiles: tuple[str, ...] = ()
    shortest: int | None = None
    longest: int | None = None
    mean_length: float | None = None
    text_kind: str | None = None
    text_kind_ratio: float = 0.0
    shape: str | None = None
    shape_ratio: float = 0.0
    top_values: tuple[Counted, ...] = ()
    patterns: tuple[Counted, ...] = ()
    bars: Bars | None = None

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.rows - self.nulls - self.blanks

    @property
    def present_ratio(self) -> float:
        """The share of rows with a value, 0 to 1; 1 for an empty table."""
        return self.present / self.rows if self.rows else 1.0


def figures(subject: Subject, *, whole: bool) -> list[Sql]:
    """Return the aggregates that `read_profile` reads, in its order.

    With `whole` the sample is the table, so that it has counted the distinct values already.
    """
    value = subject.value
    pieces = [sql("count({v})", v=value), sql("count(*) FILTER (WHERE {blank})", blank=subject.blank)]
    if not whole:
        pieces.append(sql("approx_count_distinct({v})", v=value))
    if subject.is_text:
        length = sql("length({v})", v=value)
        pieces += [sql("min({n})", n=length), sql("max({n})", n=length), sql("avg({n})", n=length)]
    elif subject.column.type in NUMERIC | TEMPORAL:
        pieces += [sql("CAST(min({v}) AS VARCHAR)", v=value), sql("CAST(max({v}) AS VARCHAR)", v=value)]
        if subject.column.type in NUMERIC:
            number = sql("CAST({v} AS DOUBLE)", v=value)
            # NaN and infinity would swallow the others.
            finite = (
                sql(" FILTER (WHERE isfinite({n}))", n=number)
                if subject.column.type is ColumnType.NUMBER
                else Sql("")
            )
            pieces += [
                sql("avg({n}){finite}", n=number, finite=finite),
                sql("stddev_pop({n}){finite}", n=number, finite=finite),
            ]
    return pieces


def read_profile(
    subject: Subject, position: int, rows: int, sample: Sample, values: Iterator[object]
) -> FieldProfile:
    """Return the profile from the values of `figures`, consuming as many as that gave."""
    facts, name = subject.facts, subject.column.name
    given, blanks = _whole(next(values)) or 0, _whole(next(values)) or 0
    distinct = facts.distinct if sample.whole else min(_whole(next(values)) or 0, given - blanks)
    lengths: list[object] = [None] * 3
    spread: list[object] = [None] * 4
    if subject.is_text:
        lengths = [next(values) for _ in range(3)]
    elif subject.column.type in NUMERIC:
        spread = [next(values) for _ in range(4)]
    elif subject.column.type in TEMPORAL:
        spread = [next(values), next(values), None, None]
    hidden = subject.personal
    return FieldProfile(
        table=subject.table.name,
        field=name,
        position=position,
        type=subject.column.type.value,
        semantic_type=subject.meaning,
        personal=hidden,
        rows=rows,
        nulls=rows - given,
        blanks=blanks,
        distinct=distinct,
        distinct_exact=sample.whole,
        sampled=sample.rows,
        minimum=_edge(subject, spread[0]),
        maximum=_edge(subject, spread[1]),
        mean=None if hidden else _number(spread[2]),
        deviation=None if hidden else _number(spread[3]),
        quantiles=tuple(_quantile(subject, each) for each in facts.quantiles) if not hidden else (),
        shortest=_whole(lengths[0]),
        longest=_whole(lengths[1]),
        mean_length=_number(lengths[2]),
        text_kind=facts.text_kind,
        text_kind_ratio=facts.text_kind_ratio,
        shape=facts.shape,
        shape_ratio=facts.shape_ratio,
        top_values=sample.top_values.get(name, ()),
        patterns=sample.patterns.get(name, ()),
        bars=sample.bars.get(name) if not subject.is_key else None,
    )


def _edge(subject: Subject, value: object) -> str | None:
    """The least or greatest value as text; of personal data no more than the year."""
    if value is None:
        return None
    text = str(value)
    if subject.personal:
        return text[:4] if subject.column.type in TEMPORAL else None
    return text


def _quantile(subject: Subject, value: float) -> str:
    if subject.column.type in TEMPORAL:
        return day_of(value)
    return f"{value:.10g}"


def day_of(seconds: float) -> str:
    """Return the day, as ISO text, of a moment in seconds since 1970; far years are kept in range."""
    first, last = -62_135_596_800, 253_402_214_400
    return (dt.datetime(1970, 1, 1) + dt.timedelta(seconds=min(max(seconds, first), last))).date().isoformat()  # noqa: DTZ001  # a day count, no moment


def _whole(value: object) -> int | None:
    return int(str(value)) if value is not None else None


def _number(value: object) -> float | None:
    return float(str(value)) if value is not None else None
