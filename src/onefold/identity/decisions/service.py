"""Take profiles apart, put them together, take that back: kept in the Store, in force from the next run on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from onefold.foundation.kernel import InvalidInput, NotFound, new_id
from onefold.foundation.store import Store
from onefold.foundation.warehouse import Warehouse, ident, sql
from onefold.identity.decisions.model import Act, Decision, Kind, RecordKey, merge_decisions, split_decisions
from onefold.identity.decisions.storage import acts, add_act, mark_undone
from onefold.identity.explain import current_profile
from onefold.identity.tables import PROFILE_RECORDS


@dataclass(frozen=True, slots=True)
class Author:
    """Who decides, when, and why."""

    name: str
    at: dt.datetime
    reason: str = ""


def split_profile(
    warehouse: Warehouse, store: Store, profile_id: str, away: Sequence[RecordKey], author: Author
) -> Act:
    """Take records out of a profile: together they are another person, and the others stay together.

    Args:
        warehouse: an engine that sees the published tables.
        store: where the decision is kept.
        profile_id: the profile, by its id or one it once had.
        away: the records that go.
        author: who says so.

    Raises:
        NotFound: there is no such profile.
        InvalidInput: a record is not of the profile, or none would go or stay.
    """
    current = current_profile(warehouse, profile_id)
    act = _act(Kind.SPLIT, current, author, split_decisions(_records(warehouse, current), away))
    with store.write() as connection:
        add_act(connection, act)
    return act


def merge_profiles(warehouse: Warehouse, store: Store, profile_ids: Sequence[str], author: Author) -> Act:
    """Say that several profiles are one person.

    Raises:
        NotFound: there is no such profile.
        InvalidInput: they are fewer than two.
    """
    current = list(dict.fromkeys(current_profile(warehouse, one) for one in profile_ids))
    records = [_records(warehouse, one) for one in current]
    with store.write() as connection:
        decisions = merge_decisions(records, acts(connection, standing=True))
        act = _act(Kind.MERGE, current[0], author, decisions)
        add_act(connection, act)
    return act


def undo(store: Store, act_id: str, author: Author) -> Act:
    """Take an act back and return it; an act that is undone already stays as it is.

    Raises:
        NotFound: there is no such act.
    """
    with store.write() as connection:
        mark_undone(connection, act_id, by=author.name, at=author.at)
        found = [act for act in acts(connection) if act.act_id == act_id]
    if not found:
        message = f"There is no decision {act_id!r}."
        raise NotFound(message, code="identity.act_unknown", hint="`onefold profiles decisions` lists them.")
    return found[0]


def _records(warehouse: Warehouse, profile_id: str) -> list[RecordKey]:
    rows = warehouse.rows(
        sql(
            "SELECT source, record_id FROM {records} WHERE profile_id = $id ORDER BY record_no",
            records=ident(PROFILE_RECORDS.name),
        ),
        id=profile_id,
    )
    return [(str(source), str(record)) for source, record in rows]


def _act(kind: Kind, profile_id: str, author: Author, decisions: tuple[Decision, ...]) -> Act:
    if not author.name.strip():
        message = "A decision needs the name of who decides."
        raise InvalidInput(message, code="identity.act_unnamed", hint="Give `--by NAME`.")
    return Act(
        act_id=new_id("act", author.at),
        kind=kind,
        profile_id=profile_id,
        decided_by=author.name.strip(),
        decided_at=author.at,
        reason=author.reason.strip(),
        decisions=decisions,
    )
