"""The data source inventory: which systems feed the workspace, with what, how often, and who answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from onefold.catalogue import TableDescription


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One source in the inventory.

    Attributes:
        records: published rows; None before the first run.
        frequency: how often new data should come, in words; "" when nobody has said.
        mapped: columns with a semantic type.
    """

    source: str
    system: str
    entity: str
    description: str
    records: int | None
    key: str
    frequency: str
    owner: str
    method: str
    mapped: int


def inventory(descriptions: Iterable[TableDescription], records: Mapping[str, int]) -> list[InventoryRow]:
    """Return the inventory, sorted by system and source.

    Args:
        descriptions: the sources' tables.
        records: published rows by source; a source that has none is left out of it.
    """
    rows = [
        InventoryRow(
            source=each.name,
            system=each.system,
            entity=each.entity,
            description=each.description,
            records=records.get(each.name),
            key=" + ".join(each.key),
            frequency=frequency(each.expected_refresh),
            owner=each.owner,
            method=each.method,
            mapped=sum(attribute.semantic_type is not None for attribute in each.attributes),
        )
        for each in descriptions
    ]
    return sorted(rows, key=lambda row: (row.system.lower(), row.source))


def frequency(every: dt.timedelta | None) -> str:
    """Return how often in words: `every hour`, `every 7 days`."""
    if every is None or every <= dt.timedelta(0):
        return ""
    for seconds, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count, rest = divmod(every.total_seconds(), seconds)
        if count and not rest:
            return f"every {unit}" if count == 1 else f"every {int(count)} {unit}s"
    return f"every {every.total_seconds():g} seconds"
