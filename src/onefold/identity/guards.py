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
_WORDS = {
    NEVER: "records said never to match would be joined",
    TRUSTED: "two values of a trusted attribute would be joined",
    SIZE: "the profile would have too many records",
}


def guard_in_words(reason: str) -> str:
    """Return the guard's name as a sentence has it; names of match rules stay as they are."""
    return _WORDS.get(reason, reason)


@dataclass(frozen=True, slots=True)
class Edge:
    """One piece of evidence inside a group; a higher score and more rules are stronger.

    Attributes:
        place: what ties are broken by: the records' tables and keys, which no order of rows changes.
        pinned: a person said so; such edges are the last to be cut.
    """

    left: int
    right: int
    score: float
    rules: int
    place: tuple[tuple[int, str], tuple[int, str]]
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """An edge that was taken back, and why."""

    left: int
    right: int
    reason: str


@dataclass(slots=True)
class _Group:
    members: list[int]
    trusted: dict[str, frozenset[str]] = field(default_factory=dict)


def cut_edges(
    edges: Iterable[Edge],
    *,
    never: Iterable[tuple[int, int]],
    trusted: Mapping[int, Mapping[str, frozenset[str]]],
    max_records: int,
) -> list[Cut]:
    """Return the edges to cut so that no group breaks a guard.

    Args:
        edges: the evidence inside the groups to look at.
        never: pairs of records that are not one person.
        trusted: record to attribute to values, where one person has one value. A record that has several itself
            goes with records that have any of them, and with no others.
        max_records: the most records of a group.
    """
    apart: dict[int, set[int]] = {}
    for left, right in never:
        apart.setdefault(left, set()).add(right)
        apart.setdefault(right, set()).add(left)
    home: dict[int, _Group] = {}

    def group_of(record: int) -> _Group:
        if record not in home:
            home[record] = _Group([record], dict(trusted.get(record, {})))
        return home[record]

    def refusal(small: _Group, large: _Group) -> str:
        if any(home.get(other) is large for one in small.members for other in apart.get(one, ())):
            return NEVER
        for name, values in small.trusted.items():
            known = large.trusted.get(name, values)
            if not (values <= known or known <= values):
                return TRUSTED
        return SIZE if len(small.members) + len(large.members) > max_records else ""

    cuts: list[Cut] = []
    for edge in _strongest_first(edges):
        small, large = sorted(
            (group_of(edge.left), group_of(edge.right)), key=lambda group: len(group.members)
        )
        if small is large:
            continue
        reason = refusal(small, large)
        if reason:
            cuts.append(Cut(edge.left, edge.right, reason))
            continue
        for name, values in small.trusted.items():
            large.trusted[name] = values | large.trusted.get(name, frozenset())
        large.members += small.members
        home.update(dict.fromkeys(small.members, large))
    # Groups only grow, so an edge whose ends have met stays inside its group: only refused edges cross groups.
    return cuts


def _strongest_first(edges: Iterable[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda one: (not one.pinned, -one.score, -one.rules, one.place))


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
        cuts = cut_edges(edges, never=never, trusted=values, max_records=max_records)
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
                    "GROUP BY g.label HAVING min(v.value) <> max(v.value)",
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
            "SELECT e.l, e.r, e.score, e.mask, a.table_no AS left_no, a.record_id AS left_record, "
            "b.table_no AS right_no, b.record_id AS right_record FROM {edges} AS e "
            "JOIN {labels} AS g ON g.rid = e.l JOIN {chosen} AS c ON c.label = g.label "
            "JOIN {records} AS a ON a.rid = e.l JOIN {records} AS b ON b.rid = e.r",
            edges=ident(EDGES),
            labels=ident(labels),
            chosen=ident(chosen),
            records=ident(RECORDS),
        )
    )
    edges = []
    for left, right, score, mask, left_no, left_record, right_no, right_record in rows:
        first, second = sorted(
            [(int(str(left_no)), str(left_record)), (int(str(right_no)), str(right_record))]
        )
        rules = int(str(mask))
        edges.append(
            Edge(
                left=int(str(left)),
                right=int(str(right)),
                score=float(str(score)),
                rules=rules.bit_count(),
                place=(first, second),
                pinned=bool(rules & ALWAYS_MASK),
            )
        )
    return edges


def _values_of(
    warehouse: Warehouse, labels: str, chosen: str, trusted: Sequence[Term]
) -> dict[int, dict[str, frozenset[str]]]:
    found: dict[int, dict[str, frozenset[str]]] = {}
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
            values = found.setdefault(int(str(rid)), {})
            values[term.attribute] = values.get(term.attribute, frozenset()) | {str(value)}
    return found
