"""Acts of people are kept alike on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from onefold.foundation.store import Store, migrate
from onefold.foundation.store.postgres import PostgresStore
from onefold.foundation.store.sqlite import SQLiteStore
from onefold.identity.decisions import Act, Decision, Kind, Verdict, acts
from onefold.identity.decisions.storage import add_act, mark_undone

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
A, B, C = (("a", key) for key in "123")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened: Store = (
        SQLiteStore(tmp_path / "store.db")
        if request.param == "sqlite"
        else PostgresStore(request.getfixturevalue("postgres_database"))
    )
    migrate(opened)
    yield opened
    opened.close()


def _act(number: int, *decisions: Decision) -> Act:
    at = NOON + dt.timedelta(minutes=number)
    return Act(f"act_{number}", Kind.REVIEW, "prf_1", "Eva", at, "why", decisions)


def test_acts_are_kept_in_full_and_undone_once(store: Store) -> None:
    first, second = _act(1, Decision(Verdict.SAME, A, B), Decision(Verdict.DIFFERENT, A, C)), _act(2)
    with store.write() as connection:
        add_act(connection, first)
        add_act(connection, second)
    with store.read() as connection:
        assert acts(connection) == [second, first]
    with store.write() as connection:
        assert mark_undone(connection, "act_1", by="Tom", at=NOON)
        assert not mark_undone(connection, "act_1", by="Eva", at=NOON)
        assert not mark_undone(connection, "act_9", by="Eva", at=NOON)
    with store.read() as connection:
        assert acts(connection, standing=True) == [second]
        (undone,) = [act for act in acts(connection) if act.undone_at]
    assert (undone.undone_by, undone.undone_at) == ("Tom", NOON)
