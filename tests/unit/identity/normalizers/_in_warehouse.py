"""Run a chain of normalizers over some values on any engine."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.sql import ident, sql
from onefold.identity.normalizers import ColumnOf, NormalizeContext, Normalizer, normalized_column


def normalized_in(
    warehouse: Warehouse,
    chain: Sequence[Normalizer],
    context: NormalizeContext,
    values: Sequence[str | None],
) -> list[str | None]:
    """Return the values as the engine normalizes them, in order."""
    given = pa.table({"i": pa.array(range(len(values)), pa.int64()), "v": pa.array(values, pa.string())})
    warehouse.load_arrow("given", given)
    column = normalized_column(warehouse, ColumnOf("given", "v"), chain, context, "mapped")
    select = sql(
        "SELECT {x} AS x FROM given AS t{joins} ORDER BY {i}",
        x=column.expression,
        joins=column.joins,
        i=ident("t", "i"),
    )
    return [None if row[0] is None else str(row[0]) for row in warehouse.rows(select)]
