"""Profiles in SQL against plain Python."""

from __future__ import annotations

import datetime as dt
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onefold.catalogue import TableDescription
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.quality.examination import TableExamination, examine
from onefold.quality.grade import score_of
from onefold.quality.model import Limits, QualityDefinition
from onefold.quality.profile import FieldProfile
from onefold.quality.subject import Survey
from onefold.quality.tables import FIELDS, arrow, field_row, profile_of
from tests.plugins.properties import examples

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
WORDS = st.text("abzABZéÉЖж09 -.@\t", max_size=8)
SETTINGS = settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    engine = DuckDBWarehouse(threads=1)
    yield engine
    engine.close()


def profiled(warehouse: DuckDBWarehouse, column: pa.Array) -> tuple[FieldProfile, TableExamination]:
    warehouse.load_arrow("t", pa.table({"v": column}))
    found = examine(warehouse, TableDescription("t"), QualityDefinition(), Survey(NOW))
    return found.fields[0], found


@SETTINGS
@given(st.lists(st.none() | WORDS, max_size=40))
def test_text(warehouse: DuckDBWarehouse, values: list[str | None]) -> None:
    profile, found = profiled(warehouse, pa.array(values, pa.string()))
    texts = [value for value in values if value is not None]
    full = [value for value in texts if value.strip()]
    assert (profile.rows, profile.nulls) == (len(values), values.count(None))
    assert profile.blanks == len(texts) - len(full)
    assert profile.present == len(full)
    assert (profile.distinct, profile.distinct_exact) == (len(set(full)), True)
    lengths = [len(value) for value in texts]
    assert (profile.shortest, profile.longest) == ((min(lengths), max(lengths)) if lengths else (None, None))
    patterns = Counter(pattern(value) for value in full)
    assert {
        each.value: round(each.share * len(full)) for each in profile.patterns
    }.items() <= patterns.items()
    assert len(profile.patterns) == min(len(patterns), 10)
    missing = [each for each in found.checks if each.check == "completeness.present"]
    assert [each.failing for each in missing] == ([len(values) - len(full)] if values else [])


def pattern(value: str) -> str:
    classes = "".join(
        "9" if c in "0123456789" else "A" if c.isupper() else "a" if c.isalpha() else c for c in value
    )
    return re.sub(r"A{4,}|a{4,}|9{4,}", lambda run: run[0][0] + "+", classes)


@SETTINGS
@given(st.lists(st.none() | st.floats(-1e6, 1e6) | st.just(math.nan), max_size=60))
def test_numbers(warehouse: DuckDBWarehouse, values: list[float | None]) -> None:
    profile, _ = profiled(warehouse, pa.array(values, pa.float64()))
    finite = sorted(value for value in values if value is not None and not math.isnan(value))
    assert profile.nulls == values.count(None)
    if not finite:
        assert profile.mean is None
        assert profile.quantiles == ()
        return
    assert profile.mean == pytest.approx(statistics.fmean(finite), abs=1e-6)
    assert profile.deviation == pytest.approx(statistics.pstdev(finite), abs=1e-3)
    for share, shown in zip((0.05, 0.25, 0.5, 0.75, 0.95), profile.quantiles, strict=True):
        assert float(shown) == pytest.approx(quantile(finite, share), rel=1e-6, abs=1e-6)
    if profile.bars is not None:
        assert sum(profile.bars.shares) == pytest.approx(1)


def quantile(ordered: list[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@SETTINGS
@given(st.lists(st.none() | st.dates(dt.date(1700, 1, 1), dt.date(9999, 12, 31)), max_size=40))
def test_dates(warehouse: DuckDBWarehouse, values: list[dt.date | None]) -> None:
    profile, found = profiled(warehouse, pa.array(values, pa.date32()))
    days = [value for value in values if value is not None]
    assert profile.minimum == (min(days).isoformat() if days else None)
    assert profile.maximum == (max(days).isoformat() if days else None)
    counts = {each.check: each.failing for each in found.checks}
    if days:
        assert counts["dates.future"] == sum(dt.date(2026, 3, 2) < day <= dt.date(2200, 1, 1) for day in days)
        assert counts["dates.impossible"] == sum(
            (day < dt.date(1900, 1, 1) or day > dt.date(2200, 1, 1))
            and day not in (dt.date(1753, 1, 1), dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date.max)
            for day in days
        )


@SETTINGS
@given(st.lists(st.none() | st.sampled_from(["red", "green", "blue", "grey", ""]), min_size=1, max_size=60))
def test_top_values_and_the_way_through_the_lake(
    warehouse: DuckDBWarehouse, values: list[str | None]
) -> None:
    profile, found = profiled(warehouse, pa.array(values, pa.string()))
    counts = Counter(value for value in values if value)
    shown = {each.value: round(each.share * counts.total()) for each in profile.top_values}
    if len(counts) * 2 <= counts.total() or counts.total() < 20:
        assert shown == {value: count for value, count in counts.items() if count >= 3}
    row = arrow(FIELDS, [field_row(profile, found.checks)]).to_pylist()[0]
    back = profile_of(row)
    assert back.top_values == tuple(
        type(each)(each.value, round(each.share, 6)) for each in profile.top_values
    )
    assert (back.table, back.field, back.rows, back.nulls, back.blanks, back.distinct, back.sampled) == (
        profile.table,
        profile.field,
        profile.rows,
        profile.nulls,
        profile.blanks,
        profile.distinct,
        profile.sampled,
    )


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_failing_rows_never_score_better(a: float, b: float, c: float, d: float) -> None:
    yellow, red = sorted((a, b))
    fewer, more = sorted((c, d))
    limits = Limits(yellow=yellow, red=red)
    assert 0 <= score_of(more, limits) <= score_of(fewer, limits) + 1e-9 <= 100 + 1e-9
    assert limits.light(fewer).rank <= limits.light(more).rank
