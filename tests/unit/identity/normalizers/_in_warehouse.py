"""Run a chain of normalizers over some values on any engine."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.sql import Sql, ident, literal, sql
from onefold.identity.normalizers import NormalizeContext, Normalizer, normalize_values


def normalized_in(
    warehouse: Warehouse,
    chain: Sequence[Normalizer],
    context: NormalizeContext,
    values: Sequence[str | None],
) -> list[str | None]:
    """Return the values as the engine normalizes them, in order."""
    given = pa.table({"i": pa.array(range(len(values)), pa.int64()), "v": pa.array(values, pa.string())})
    warehouse.load_arrow("given", given)
    region = (context.region or "").lower()
    select = sql("SELECT {region} AS region, v AS value FROM given", region=literal(region))
    made = normalize_now(warehouse, select, chain, "mapped", regions=[region] if region else [])
    joined = sql(
        "SELECT m.mapped AS x FROM given AS g LEFT JOIN {mapped} AS m ON m.value = g.v ORDER BY g.i",
        mapped=ident("mapped"),
    )
    rows = warehouse.rows(joined)
    warehouse.drop(*made)
    return [None if row[0] is None else str(row[0]) for row in rows]


def normalize_now(
    warehouse: Warehouse,
    values: Sql,
    chain: Sequence[Normalizer],
    into: str,
    *,
    regions: Sequence[str] = (),
    dummies_of: str | None = None,
) -> tuple[str, ...]:
    """Create `into(region, value, mapped)`, and wait for it; return what is to be dropped."""
    with ThreadPoolExecutor(1) as reference:
        begun = normalize_values(
            warehouse, values, chain, into, reference=reference, regions=regions, dummies_of=dummies_of
        )
        return begun.finish()
