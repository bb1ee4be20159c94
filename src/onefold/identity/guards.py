"""What a profile may not be, and what is done about it: the weakest evidence is cut, and said so.

Groups that break a guard are put together again edge by edge, strongest first; an edge that would break a
guard is cut. The result depends on the evidence alone, not on the order of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from onefold.foundation.warehouse import Sql, Warehouse, ident, sql, union_all
from onefold.identity.matching import ALWAYS_MASK, EDGES
from onefold.identity.records import RECORDS
from onefold.identity.terms import Term

CUTS = "identity_cuts"

NEVER = "never_match"
TRUSTED = "conflicting_trusted_id"
SIZE = "too_many_records"


@dataclass(frozen=True, slots=True)
class Edge:
    """One piece of evidence inside a group; more rules and a higher score are stronger."""

    left: int
    right: int
    score: float
    rules: int
    pinned: bool = False

    @property
    def strength(self) -> tuple[bool, float, int, int, int]:
        """The order of edges, weakest first; ties by the records."""
        return (self.pinned, self.score, self.rules, -self.left, -self.right)


@dataclass(frozen=True, slots=True)
class Cut:
    """An edge that was taken back, and why."""

    left: int
    right: int
    reason: str


@dataclass(slots=True)
class _Group:
    members: set[int]
    trusted: dict[str, set[str]] = field(default_factory=dict)


def cut_edges(
    edges: Iterable[Edge],
    *,
    never: set[frozenset[int]],
    trusted: Mapping[int, Mapping[str, set[str]]],
    max_records: int,
) -> list[Cut]:
    """Return the edges to cut so that no group breaks a guard.

    Args:
        edges: the evidence inside the groups to look at.
        never: pairs of records that are not one person.
        trusted: record to attribute to values, where one person has one value.
        max_records: the most records of a group.
    """
    groups: dict[int, _Group] = {}
    home: dict[int, int] = {}

    def group_of(record: int) -> _Group:
        if record not in home:
            home[record] = record
            values = {name: set(found) for name, found in trusted.get(record, {}).items()}
            groups[record] = _Group({record}, values)
        return groups[home[record]]

    cuts: list[Cut] = []
    for edge in sorted(edges, key=lambda one: one.strength, reverse=True):
        left, right = group_of(edge.left), group_of(edge.right)
        if left is right:
            continue
        reason = _refusal(left, right, never=never, max_records=max_records)
        if reason:
            cuts.append(Cut(edge.left, edge.right, reason))
            continue
        small, large = sorted((left, right), key=lambda group: len(group.members))
        for name, values in small.trusted.items():
            large.trusted.setdefault(name, set()).update(values)
        large.members |= small.members
        target = next(record for record in large.members if groups.get(home[record]) is large)
        for record in small.members:
            home[record] = home[target]
    # An edge skipped because its ends had met already may still cross a cut made later: none can, since
    # groups only grow.
    return cuts


def _refusal(left: _Group, right: _Group, *, never: set[frozenset[int]], max_records: int) -> str:
    small, large = sorted((left, right), key=lambda group: len(group.members))
    if never and any(frozenset((a, b)) in never for a in small.members for b in large.members):
        return NEVER
    for name, values in small.trusted.items():
        if len(values | large.trusted.get(name, set())) > 1 and name in large.trusted:
            return TRUSTED
    if len(left.members) + len(right.members) > max_records:
        return SIZE
    return ""


def guard(
    warehouse: Warehouse,
    *,
    labels: str,
    never: Sequence[tuple[int, int]],
    trusted: Sequence[Term],
    max_records: int,
) -> dict[str, int]:
    """Create `identity_cuts(l, r, reason)` for the groups that break a guard; return cuts per reason.

    Args:
        warehouse: the engine, with the edges and records tables.
        labels: the table `(rid, label)` of groups before any cut.
        never: pairs of records that are not one person.
        trusted: the terms of which one person has one value.
        max_records: the most records of a group.
    """
    broken = _broken(warehouse, labels=labels, never=never, trusted=trusted, max_records=max_records)
    cuts: list[Cut] = []
    if broken:
        chosen = "identity_broken"
        warehouse.load_arrow(chosen, pa.table({"label": pa.array(sorted(broken), pa.int64())}))
        edges = _edges_of(warehouse, labels, chosen)
        values = _values_of(warehouse, labels, chosen, trusted)
        pairs = {frozenset(pair) for pair in never}
        cuts = cut_edges(edges, never=pairs, trusted=values, max_records=max_records)
        warehouse.drop(chosen)
    warehouse.load_arrow(
        CUTS,
        pa.table(
            {
                "l": pa.array([cut.left for cut in cuts], pa.int64()),
                "r": pa.array([cut.right for cut in cuts], pa.int64()),
                "reason": pa.array([cut.reason for cut in cuts], pa.string()),
            }
        ),
    )
    return {reason: sum(cut.reason == reason for cut in cuts) for reason in (NEVER, TRUSTED, SIZE)}


def _broken(
    warehouse: Warehouse,
    *,
    labels: str,
    never: Sequence[tuple[int, int]],
    trusted: Sequence[Term],
    max_records: int,
) -> set[int]:
    broken = _labels(
        warehouse.rows(
            sql(
                "SELECT label FROM {labels} GROUP BY label HAVING count(*) > {most}",
                labels=ident(labels),
                most=max_records,
            )
        )
    )
    for term in trusted:
        broken |= _labels(
            warehouse.rows(
                sql(
                    "SELECT g.label FROM {labels} AS g JOIN ({values}) AS v ON v.rid = g.rid "
                    "GROUP BY g.label HAVING count(DISTINCT v.value) > 1",
                    labels=ident(labels),
                    values=_term_values(term),
                )
            )
        )
    if never:
        table = "identity_never"
        left, right = [pair[0] for pair in never], [pair[1] for pair in never]
        warehouse.load_arrow(
            table, pa.table({"l": pa.array(left, pa.int64()), "r": pa.array(right, pa.int64())})
        )
        broken |= _labels(
            warehouse.rows(
                sql(
                    "SELECT a.label FROM {never} AS n JOIN {labels} AS a ON a.rid = n.l "
                    "JOIN {labels} AS b ON b.rid = n.r WHERE a.label = b.label",
                    never=ident(table),
                    labels=ident(labels),
                )
            )
        )
        warehouse.drop(table)
    return broken


def _labels(rows: Iterable[tuple[object, ...]]) -> set[int]:
    return {int(str(label)) for (label,) in rows}


def _term_values(term: Term) -> Sql:
    return union_all(
        sql(
            "SELECT rid, {column} AS value FROM {records} WHERE {column} IS NOT NULL",
            column=ident(column),
            records=ident(RECORDS),
        )
        for column in term.columns
    )


def _edges_of(warehouse: Warehouse, labels: str, chosen: str) -> list[Edge]:
    rows = warehouse.rows(
        sql(
            "SELECT e.l, e.r, e.score, e.mask FROM {edges} AS e JOIN {labels} AS g ON g.rid = e.l "
            "JOIN {chosen} AS c ON c.label = g.label",
            edges=ident(EDGES),
            labels=ident(labels),
            chosen=ident(chosen),
        )
    )
    return [
        Edge(
            left=int(str(left)),
            right=int(str(right)),
            score=float(str(score)),
            rules=int(str(mask)).bit_count(),
            pinned=bool(int(str(mask)) & ALWAYS_MASK),
        )
        for left, right, score, mask in rows
    ]


def _values_of(
    warehouse: Warehouse, labels: str, chosen: str, trusted: Sequence[Term]
) -> dict[int, dict[str, set[str]]]:
    found: dict[int, dict[str, set[str]]] = {}
    for term in trusted:
        rows = warehouse.rows(
            sql(
                "SELECT v.rid, v.value FROM ({values}) AS v JOIN {labels} AS g ON g.rid = v.rid "
                "JOIN {chosen} AS c ON c.label = g.label",
                values=_term_values(term),
                labels=ident(labels),
                chosen=ident(chosen),
            )
        )
        for rid, value in rows:
            found.setdefault(int(str(rid)), {}).setdefault(term.attribute, set()).add(str(value))
    return found
