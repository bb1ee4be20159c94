"""Connected components in memory: scipy for many edges, union-find for a handful."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.foundation.warehouse import Warehouse, ident, sql

T = TypeVar("T", int, str)


def local_components(warehouse: Warehouse, *, nodes: str, edges: str, into: str) -> int:
    """Create `into(rid, label)` with scipy; memory is about 40 bytes an edge and 16 a touched node."""
    found = warehouse.arrow(sql("SELECT l, r FROM {edges}", edges=ident(edges)))
    left = found.column("l").to_numpy()
    right = found.column("r").to_numpy()
    touched, labels = components(left, right)
    name = f"{into}_touched"
    warehouse.load_arrow(name, pa.table({"rid": touched, "label": labels}))
    warehouse.create_table(
        into,
        sql(
            "SELECT n.rid, coalesce(t.label, n.rid) AS label FROM {nodes} AS n "
            "LEFT JOIN {touched} AS t ON t.rid = n.rid",
            nodes=ident(nodes),
            touched=ident(name),
        ),
    )
    warehouse.drop(name)
    ((count,),) = warehouse.rows(sql("SELECT count(*) FROM {into} WHERE rid = label", into=ident(into)))
    return int(str(count))


def components(
    left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the touched nodes, ascending, and for each the smallest node of its component."""
    # A quarter of a second to import, and most commands unify nobody.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    touched, index = np.unique(np.concatenate([left, right]), return_inverse=True)
    half = len(left)
    graph = coo_array(
        (np.ones(half, dtype=np.int8), (index[:half], index[half:])), shape=(len(touched), len(touched))
    )
    count, numbers = connected_components(graph, directed=False)
    # Nodes ascend, so the first node of a component is its smallest.
    first = np.full(count, len(touched), dtype=np.int64)
    np.minimum.at(first, numbers, np.arange(len(touched)))
    return touched, touched[first[numbers]]


def union_find(nodes: Iterable[T], edges: Iterable[tuple[T, T]]) -> dict[T, T]:
    """Return for each node the smallest of its component: the plain reference (Tarjan 1975)."""
    parent: dict[T, T] = {node: node for node in nodes}

    def root(node: T) -> T:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in edges:
        first, second = sorted((root(a), root(b)))
        parent[second] = first
    return {node: root(node) for node in parent}
