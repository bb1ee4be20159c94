"""Three ways to find connected components agree: scipy, contraction in SQL, and plain union-find."""

from __future__ import annotations

import itertools
import random

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onefold.foundation.warehouse import Sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity.components import build_components, contraction_components, local_components, union_find
from tests.plugins.properties import examples

Graph = tuple[list[int], list[tuple[int, int]]]


@pytest.fixture(scope="module")
def warehouse() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def labels_of(warehouse: DuckDBWarehouse, graph: Graph, build: object) -> tuple[dict[int, int], int]:
    nodes, edges = graph
    warehouse.load_arrow("nodes", pa.table({"rid": pa.array(nodes, pa.int64())}))
    left, right = [l for l, _ in edges], [r for _, r in edges]  # noqa: E741
    warehouse.load_arrow(
        "edges", pa.table({"l": pa.array(left, pa.int64()), "r": pa.array(right, pa.int64())})
    )
    count = build(warehouse, nodes="nodes", edges="edges", into="labels")  # type: ignore[operator]  # one of three
    rows = warehouse.rows(Sql("SELECT rid, label FROM labels"))
    assert len(rows) == len(nodes)
    return {int(str(rid)): int(str(label)) for rid, label in rows}, count


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    nodes = draw(st.lists(st.integers(0, 10**12), min_size=1, max_size=60, unique=True))
    node = st.sampled_from(nodes)
    return nodes, draw(st.lists(st.tuples(node, node), max_size=80))


@settings(max_examples=examples(60), deadline=None)
@given(graph=graphs())
@example(graph=([7], []))
@example(graph=([3, 5], [(5, 3), (3, 5), (3, 3)]))
def test_all_ways_agree(warehouse: DuckDBWarehouse, graph: Graph) -> None:
    expected = union_find(*graph)
    people = len(set(expected.values()))
    for build in (local_components, contraction_components, build_components):
        assert labels_of(warehouse, graph, build) == (expected, people)


def chain(order: list[int]) -> Graph:
    return sorted(order), list(itertools.pairwise(order))


def shuffled(count: int, seed: int) -> list[int]:
    order = list(range(count))
    random.Random(seed).shuffle(order)  # noqa: S311 - a test's own disorder
    return order


@pytest.mark.parametrize(
    "graph",
    [
        pytest.param(chain(list(range(3_000))), id="a chain in order"),
        pytest.param(chain(shuffled(3_000, 1)), id="a chain in disorder"),
        # The far end holds a local minimum that everybody follows at first.
        pytest.param(chain([0, *range(2_000, 0, -1)]), id="a chain with a false minimum"),
        pytest.param(
            chain([x for pair in zip(range(1_000), range(2_000, 1_000, -1), strict=True) for x in pair]),
            id="a zigzag",
        ),
        pytest.param((list(range(2_000)), [(1_999, k) for k in range(1_999)]), id="a star"),
        pytest.param((list(range(500)), []), id="nobody knows anybody"),
        pytest.param((list(range(600)), [(a, a + 300) for a in range(300)]), id="pairs"),
    ],
)
def test_long_chains_settle_in_few_rounds(warehouse: DuckDBWarehouse, graph: Graph) -> None:
    expected = union_find(*graph)
    for build in (local_components, contraction_components):
        assert labels_of(warehouse, graph, build) == (expected, len(set(expected.values())))
