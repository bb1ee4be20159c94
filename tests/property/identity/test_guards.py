"""Whatever the evidence: what is kept breaks no guard, nothing is cut without need, and row order is nothing."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from onefold.identity.components import union_find
from onefold.identity.guards import Edge, cut_edges
from tests.plugins.properties import examples

RECORDS = list(range(9))
records = st.sampled_from(RECORDS)
pairs = st.tuples(records, records).filter(lambda pair: pair[0] != pair[1])


@st.composite
def edges(draw: st.DrawFn) -> list[Edge]:
    found = {}
    for left, right in draw(st.lists(pairs, max_size=20)):
        low, high = sorted((left, right))
        found[low, high] = Edge(
            low,
            high,
            score=draw(st.sampled_from([0.5, 0.8, 1.0])),
            rules=draw(st.integers(1, 2)),
            place=((0, str(low)), (0, str(high))),
            pinned=draw(st.booleans()),
        )
    return list(found.values())


trusted_ids = st.dictionaries(
    records, st.frozensets(st.sampled_from("TUV"), min_size=1, max_size=2), max_size=6
)


@settings(max_examples=examples(300), deadline=None)
@given(
    found=edges(),
    never=st.lists(pairs, max_size=4),
    ids=trusted_ids,
    most=st.integers(2, 6),
    seed=st.integers(0, 99),
)
def test_kept_edges_break_no_guard_and_cuts_are_needed(
    found: list[Edge], never: list[tuple[int, int]], ids: dict[int, frozenset[str]], most: int, seed: int
) -> None:
    trusted = {record: {"tax": values} for record, values in ids.items()}
    cuts = cut_edges(found, never=never, trusted=trusted, max_records=most)
    cut = {(one.left, one.right) for one in cuts}
    kept = [(edge.left, edge.right) for edge in found if (edge.left, edge.right) not in cut]
    labels = union_find(RECORDS, kept)

    def breaks(labels: dict[int, int]) -> bool:
        groups: dict[int, list[int]] = {}
        for record, label in labels.items():
            groups.setdefault(label, []).append(record)
        return (
            any(labels[a] == labels[b] for a, b in never)
            or any(len(members) > most for members in groups.values())
            or any(_conflict([ids[r] for r in members if r in ids]) for members in groups.values())
        )

    assert not breaks(labels)
    for one in cuts:
        # Groups only grow while edges are taken back, so what was refused then would still be too much now.
        assert labels[one.left] != labels[one.right]
        if one.reason != "conflicting_trusted_id":
            assert breaks(union_find(RECORDS, [*kept, (one.left, one.right)]))
    again = list(found)
    random.Random(seed).shuffle(again)  # noqa: S311 - a test's own disorder
    assert cut_edges(again, never=never, trusted=trusted, max_records=most) == cuts


def _conflict(values: list[frozenset[str]]) -> bool:
    """Several ids in a group are fine only where one record has them all itself."""
    union = frozenset().union(*values)
    return bool(values) and union not in values


@given(found=edges())
def test_without_guards_nothing_is_cut(found: list[Edge]) -> None:
    assert cut_edges(found, never=[], trusted={}, max_records=len(RECORDS)) == []


@given(found=edges(), never=st.lists(pairs, max_size=3))
def test_the_strongest_edge_goes_only_to_a_judgement(found: list[Edge], never: list[tuple[int, int]]) -> None:
    cuts = {(one.left, one.right) for one in cut_edges(found, never=never, trusted={}, max_records=2)}
    if found:
        best = min(found, key=lambda e: (not e.pinned, -e.score, -e.rules, e.place))
        judged = any({best.left, best.right} == set(pair) for pair in never)
        assert ((best.left, best.right) in cuts) == judged
