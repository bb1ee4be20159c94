"""What people have decided about records, in the Store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, Text, insert, select, update

from onefold.foundation.store import Instant, metadata
from onefold.identity.decisions.model import Act, Decision, Kind, Verdict

ACTS: Final = Table(
    "identity_acts",
    metadata,
    Column("act_id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("profile_id", String(200), nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", Instant, nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("undone_by", String(200), nullable=False),
    Column("undone_at", Instant, nullable=True),
)
_AT_ONCE = 500
DECISIONS: Final = Table(
    "identity_decisions",
    metadata,
    Column("act_id", String(40), ForeignKey("identity_acts.act_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("verdict", String(20), nullable=False),
    Column("left_source", String(63), nullable=False),
    Column("left_record", Text, nullable=False),
    Column("right_source", String(63), nullable=False),
    Column("right_record", Text, nullable=False),
)


def add_act(connection: Connection, act: Act) -> None:
    """Keep an act with its decisions."""
    connection.execute(
        insert(ACTS).values(
            act_id=act.act_id,
            kind=act.kind.value,
            profile_id=act.profile_id,
            decided_by=act.decided_by,
            decided_at=act.decided_at,
            reason=act.reason,
            undone_by="",
        )
    )
    rows = [
        {
            "act_id": act.act_id,
            "position": position,
            "verdict": one.verdict.value,
            "left_source": one.left[0],
            "left_record": one.left[1],
            "right_source": one.right[0],
            "right_record": one.right[1],
        }
        for position, one in enumerate(act.decisions)
    ]
    if rows:
        connection.execute(insert(DECISIONS), rows)


def acts(connection: Connection, *, standing: bool = False, limit: int | None = None) -> list[Act]:
    """Return the acts, newest first; `standing` leaves out those that were undone."""
    query = select(ACTS).order_by(ACTS.c.decided_at.desc(), ACTS.c.act_id.desc())
    if standing:
        query = query.where(ACTS.c.undone_at.is_(None))
    if limit is not None:
        query = query.limit(limit)
    found = connection.execute(query).all()
    decisions = _decisions(connection, [row.act_id for row in found])
    return [
        Act(
            act_id=row.act_id,
            kind=Kind(row.kind),
            profile_id=row.profile_id,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            reason=row.reason,
            decisions=tuple(decisions.get(row.act_id, ())),
            undone_by=row.undone_by,
            undone_at=row.undone_at,
        )
        for row in found
    ]


def mark_undone(connection: Connection, act_id: str, *, by: str, at: dt.datetime) -> bool:
    """Take an act back; returns whether it stood until now."""
    changed = connection.execute(
        update(ACTS)
        .where(ACTS.c.act_id == act_id, ACTS.c.undone_at.is_(None))
        .values(undone_by=by, undone_at=at)
    )
    return changed.rowcount == 1


def _decisions(connection: Connection, ids: Sequence[str]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        query = (
            select(DECISIONS)
            .where(DECISIONS.c.act_id.in_(ids[start : start + _AT_ONCE]))
            .order_by(DECISIONS.c.act_id, DECISIONS.c.position)
        )
        for row in connection.execute(query):
            found.setdefault(row.act_id, []).append(
                Decision(
                    Verdict(row.verdict),
                    (row.left_source, row.left_record),
                    (row.right_source, row.right_record),
                )
            )
    return found
