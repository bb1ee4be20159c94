"""Apply a chain of normalizers to the distinct values of columns, in SQL wherever SQL can decide.

The steps become one nested expression. Values that a step leaves undecided run through the reference once each.
Rows repeat values (a city has few postcodes, a year 365 birth dates), and even of 1.2 M e-mail addresses of people
who are in several tables half are repeats: what reads regular expressions reads distinct values only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from onefold.foundation.warehouse import Warehouse, union_all
from onefold.foundation.warehouse.sql import Sql, any_of, ident, literal, sql
from onefold.identity.normalizers.chain import prepared, run_prepared
from onefold.identity.normalizers.dummies import is_dummy
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer

_AT_ONCE = 50_000
_NO_REGION = "--"
"""The tag of values without a region; those of the others are their two letters."""


@dataclass(frozen=True, slots=True)
class Normalizing:
    """Values on their way: SQL has decided what it can, and the reference may still be at work on the others.

    Attributes:
        made: the tables and views that `finish` leaves, to be dropped in the end.
    """

    made: tuple[str, ...]
    _warehouse: Warehouse
    _into: str
    _settled: Sql
    _answers: Answers | None

    def finish(self) -> tuple[str, ...]:
        """Create the view over all values, once the reference has answered; return what is to be dropped."""
        select = self._settled
        if self._answers is not None:
            self._warehouse.load_arrow(self._answers.table, self._answers.found.result())
            select = union_all([select, self._answers.select])
        self._warehouse.create_view(self._into, select)
        return self.made


@dataclass(frozen=True, slots=True)
class Answers:
    """What the reference makes of the undecided values: `table(value, mapped)`, and how to read it."""

    table: str
    found: Future[pa.Table]
    select: Sql


def normalize_values(
    warehouse: Warehouse,
    values: Sql,
    chain: Sequence[Normalizer],
    into: str,
    *,
    reference: Executor,
    regions: Sequence[str] = (),
    dummies_of: str | None = None,
) -> Normalizing:
    """Begin to create `into(region, value, mapped)` over the distinct non-null values.

    `mapped` is null where nothing is left to compare, and never an empty text. Blanks around a value are no part of it.

    Args:
        warehouse: the engine.
        values: a select of `region` (a small-letter code out of `regions`, or an empty text) and `value`.
        chain: the steps, in any order.
        into: the name of what is made, a view; its tables have names that begin with it.
        reference: where the reference works, while the engine goes on.
        regions: the codes whose habits the values are read by, each with those of its own region.
        dummies_of: an attribute of `onefold.identity.normalizers.dummies`, whose dummies are left out.
    """
    distinct, decided, known = f"{into}_distinct", f"{into}_decided", f"{into}_known"
    warehouse.create_table(
        distinct,
        sql(
            "SELECT region, value, nullif(of_trim(value), '') AS text FROM "
            "(SELECT DISTINCT region, value FROM ({values}) AS v WHERE value IS NOT NULL) AS d",
            values=values,
        ),
    )
    of_region = {
        region: _OfRegion(chain, NormalizeContext(region=region.upper() or None), dummies_of)
        for region in (*regions, "")
    }
    warehouse.create_table(
        decided, union_all(one.select(distinct, region) for region, one in of_region.items())
    )
    warehouse.drop(distinct)
    settled = sql(
        "SELECT region, value, mapped FROM {decided} WHERE NOT undecided AND NOT dummy",
        decided=ident(decided),
    )
    answers = None
    if any(one.undecided for one in of_region.values()):
        answers = _ask(warehouse, reference, decided, known, of_region)
    return Normalizing((into, known, decided), warehouse, into, settled, answers)


def _ask(
    warehouse: Warehouse, reference: Executor, decided: str, known: str, of_region: Mapping[str, _OfRegion]
) -> Answers:
    """Hand the undecided values to the reference."""
    names = {"decided": ident(decided), "known": ident(known), "none": literal(_NO_REGION)}
    if len(of_region) == 1:
        undecided = sql("SELECT value FROM {decided} WHERE undecided AND NOT dummy", **names)
        mapped = of_region[""].python
        select = sql("SELECT '' AS region, value, mapped FROM {known}", **names)
    else:
        undecided = sql(
            "SELECT CASE WHEN region = '' THEN {none} ELSE region END || value AS value "
            "FROM {decided} WHERE undecided AND NOT dummy",
            **names,
        )
        mapped = partial(_by_tag, of_region)
        select = sql(
            "SELECT CASE WHEN substr(value, 1, 2) = {none} THEN '' ELSE substr(value, 1, 2) END AS region, "
            "substr(value, 3) AS value, mapped FROM {known}",
            **names,
        )
    values = warehouse.arrow(undecided).column("value")
    return Answers(known, reference.submit(_answered, values, mapped), select)


def _answered(values: pa.ChunkedArray, mapped: Callable[[list[str]], list[str | None]]) -> pa.Table:
    """Return `value, mapped`; only so many values at once are texts of Python."""
    found = [
        pa.array(mapped(values.slice(start, _AT_ONCE).to_pylist()), pa.string())
        for start in range(0, len(values), _AT_ONCE)
    ]
    return pa.table({"value": values, "mapped": pa.chunked_array(found, pa.string())})


def _by_tag(of_region: Mapping[str, _OfRegion], texts: list[str]) -> list[str | None]:
    """Return the reference's answers to values that carry the tags of their regions."""
    by_tag: dict[str, list[str]] = {}
    for text in texts:
        by_tag.setdefault(text[:2], []).append(text[2:])
    answers = {
        tag: iter(of_region["" if tag == _NO_REGION else tag].python(values))
        for tag, values in by_tag.items()
    }
    return [next(answers[text[:2]]) for text in texts]


class _OfRegion:
    """A chain as it reads the values of one region."""

    def __init__(
        self, chain: Sequence[Normalizer], context: NormalizeContext, dummies_of: str | None
    ) -> None:
        value = ident("text")
        self._context = context
        self._steps = prepared(chain, context)
        self._decided = value
        self.undecided: list[Sql] = []
        for step in self._steps:
            condition = step.undecided(self._decided, context)
            if condition is not None and condition not in self.undecided:
                self.undecided.append(condition)
            self._decided = step.sql(self._decided, context)
        self._dummy = (is_dummy(dummies_of, value) if dummies_of else None) or Sql("FALSE")

    def select(self, distinct: str, region: str) -> Sql:
        """Return the select of `region, value, mapped, undecided, dummy`; `mapped` stands where SQL decides."""
        # Two columns rather than a CASE: DuckDB takes four times as long for a CASE inside a CASE.
        return sql(
            "SELECT region, value, nullif(of_trim({decided}), '') AS mapped, "
            "coalesce({undecided}, FALSE) AS undecided, coalesce({dummy}, FALSE) AS dummy "
            "FROM {distinct} WHERE region = {region}",
            decided=self._decided,
            undecided=any_of(self.undecided),
            dummy=self._dummy,
            distinct=ident(distinct),
            region=literal(region),
        )

    def python(self, values: list[str]) -> list[str | None]:
        """Return the reference's answers in order."""
        return run_prepared(self._steps, values, self._context)
