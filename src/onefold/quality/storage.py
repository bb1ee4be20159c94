"""Rows of accepted tables in the Store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, Float, Integer, String, Table, Text, insert, select

from onefold.foundation.store import Instant, metadata
from onefold.quality.grade import shown

ACCEPTANCES: Final = Table(
    "quality_acceptances",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("table_name", String(63), nullable=False, index=True),
    Column("grade", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("accepted_by", String(200), nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A named person's decision to go on with a table below the criteria.

    Attributes:
        grade: the table's grade when it was accepted, 0 to 100.
        expires_at: None holds until the table gets worse.
    """

    table: str
    grade: float
    reason: str
    accepted_by: str
    accepted_at: dt.datetime
    expires_at: dt.datetime | None = None

    @property
    def shown_grade(self) -> str:
        """The grade as people read it."""
        return shown(self.grade)


def add_acceptance(connection: Connection, acceptance: Acceptance) -> None:
    """Keep the decision; earlier ones stay as history and no longer count."""
    connection.execute(
        insert(ACCEPTANCES).values(
            table_name=acceptance.table,
            grade=acceptance.grade,
            reason=acceptance.reason,
            accepted_by=acceptance.accepted_by,
            accepted_at=acceptance.accepted_at,
            expires_at=acceptance.expires_at,
        )
    )


def acceptances(connection: Connection) -> tuple[Acceptance, ...]:
    """Return all decisions, newest first."""
    rows = connection.execute(select(ACCEPTANCES).order_by(ACCEPTANCES.c.id.desc())).all()
    return tuple(
        Acceptance(row.table_name, row.grade, row.reason, row.accepted_by, row.accepted_at, row.expires_at)
        for row in rows
    )


def latest_acceptances(connection: Connection) -> dict[str, Acceptance]:
    """Return the newest decision on each table, by its name."""
    found: dict[str, Acceptance] = {}
    for acceptance in acceptances(connection):
        found.setdefault(acceptance.table, acceptance)
    return found
