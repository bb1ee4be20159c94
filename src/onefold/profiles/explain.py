"""Why a profile is as it is: its records, what joins them, and for every value what won and what lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from onefold.catalogue import TableDescription
from onefold.foundation.kernel import NotFound
from onefold.foundation.warehouse import Warehouse, comma, ident, literal, sql
from onefold.identity import PROFILE_ALIASES, PROFILE_EVENTS, IdentityDefinition
from onefold.identity.explain import Evidence, current_profile, evidence_within
from onefold.profiles.build import (
    CANDIDATES,
    MERGED,
    RANKED,
    build_candidates,
    merge,
    number_column,
    rank_columns,
)
from onefold.profiles.model import ProfileDefinition
from onefold.profiles.plan import AttributePlan, ProfilePlan
from onefold.profiles.stage import plan_from


@dataclass(frozen=True, slots=True)
class RecordExplanation:
    """One record of a profile.

    Attributes:
        record_no: its rank inside the profile, from 1.
        is_winner: whether it stands for the profile's records of its source.
        values: the profile's attributes as this record has them, as text; null where it knows nothing.
    """

    record_no: int
    source: str
    record_id: str
    is_winner: bool
    updated_at: dt.datetime | None
    values: Mapping[str, str | None]

    @property
    def name(self) -> str:
        """The record as people write it, `source:id`."""
        return f"{self.source}:{self.record_id}"


@dataclass(frozen=True, slots=True)
class AttributeExplanation:
    """Where one value of a profile comes from.

    Attributes:
        origin: the record it is from, `source:id`; for a combined attribute, the attributes it is made of.
        policy: why it won, in words.
        others: the values that lost, each with its record, best first; values equal to the winner are left out.
    """

    name: str
    value: str | None
    origin: str | None
    policy: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventExplanation:
    """Something that happened to the profile."""

    happened_at: dt.datetime
    event: str
    detail: str
    run_id: str


@dataclass(frozen=True, slots=True)
class ProfileExplanation:
    """Everything about one profile.

    Attributes:
        aliases: the ids that led to it once.
        evidence: the pairs that join its records, and the cut ones that touch them, strongest first.
    """

    profile_id: str
    aliases: tuple[str, ...]
    records: tuple[RecordExplanation, ...]
    attributes: tuple[AttributeExplanation, ...]
    evidence: tuple[Evidence, ...]
    events: tuple[EventExplanation, ...]

    def as_dict(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        plain = asdict(self)
        plain["records"] = [
            {**asdict(one), "updated_at": one.updated_at.isoformat() if one.updated_at else None}
            for one in self.records
        ]
        plain["events"] = [{**asdict(one), "happened_at": one.happened_at.isoformat()} for one in self.events]
        plain["evidence"] = [
            {**asdict(one), "left": one.left.model_dump(), "right": one.right.model_dump()}
            for one in self.evidence
        ]
        return plain


def explain_profile(
    warehouse: Warehouse,
    definition: ProfileDefinition,
    identity: IdentityDefinition,
    descriptions: Mapping[str, TableDescription],
    profile_id: str,
) -> ProfileExplanation:
    """Return why a profile is as it is; an id that was merged away leads to the profile that took it over.

    The candidates are built anew for this profile alone, by the definition as it stands now.

    Raises:
        NotFound: no profile has or had the id, or its last record is gone.
    """
    current = current_profile(warehouse, profile_id)
    plan = plan_from(warehouse, definition, identity, descriptions)
    tables = [mapped.table for mapped in identity.map]
    found = build_candidates(
        warehouse, plan, tables, alternates_fill=definition.alternates_fill, profile_id=current
    )
    if not found:
        message = f"Profile {profile_id!r} has no records any more."
        hint = 'Its end is in `profile_events`, with the event "removed".'
        raise NotFound(message, code="profiles.profile_removed", hint=hint)
    merge(warehouse, plan, tables)
    records = _records(warehouse, plan, current)
    attributes = [_attribute(warehouse, plan, tables, one, records) for one in plan.attributes]
    attributes += _combined(plan, {one.name: one.value for one in attributes})
    aliases = _aliases(warehouse, current)
    warehouse.drop(CANDIDATES, RANKED, MERGED)
    return ProfileExplanation(
        profile_id=current,
        aliases=aliases,
        records=tuple(records.values()),
        attributes=tuple(attributes),
        evidence=tuple(evidence_within(warehouse, current)),
        events=_events(warehouse, [current, *aliases]),
    )


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _records(warehouse: Warehouse, plan: ProfilePlan, profile_id: str) -> dict[int, RecordExplanation]:
    names = [one.name for one in plan.attributes]
    rows = warehouse.rows(
        sql(
            "SELECT c.record_no, c.source, p.record_id, c.is_winner, c.updated_at, {values} "
            "FROM {candidates} AS c JOIN profile_records AS p ON p.profile_id = c.profile_id "
            "AND p.record_no = c.record_no WHERE c.profile_id = {id} ORDER BY c.record_no",
            values=comma(ident("c", name) for name in names),
            candidates=ident(CANDIDATES),
            id=literal(profile_id),
        )
    )
    return {
        int(str(no)): RecordExplanation(
            record_no=int(str(no)),
            source=str(source),
            record_id=str(record),
            is_winner=bool(is_winner),
            updated_at=updated_at if isinstance(updated_at, dt.datetime) else None,
            values={name: _text(value) for name, value in zip(names, values, strict=True)},
        )
        for no, source, record, is_winner, updated_at, *values in rows
    }


def _attribute(
    warehouse: Warehouse,
    plan: ProfilePlan,
    tables: Sequence[str],
    attribute: AttributePlan,
    records: Mapping[int, RecordExplanation],
) -> AttributeExplanation:
    ((value, number),) = warehouse.rows(
        sql(
            "SELECT {value}, {number} FROM {merged}",
            value=ident(attribute.name),
            number=ident(number_column(attribute.name)),
            merged=ident(MERGED),
        )
    )
    winner = None if number is None else records[int(str(number))]
    ranked = [records[no] for no in _in_rank_order(warehouse, plan, tables, attribute, records)]
    return AttributeExplanation(
        name=attribute.name,
        value=_text(value),
        origin=winner.name if winner else None,
        policy=_in_words(plan, attribute, ranked),
        others=() if attribute.policy.collects else _others(attribute.name, winner, ranked),
    )


def _others(
    name: str, winner: RecordExplanation | None, ranked: Sequence[RecordExplanation]
) -> tuple[str, ...]:
    """Return the values that lost; all of them where a group was taken whole from a record without one."""
    seen = {winner.values[name]} if winner else set()
    others: list[str] = []
    for record in ranked:
        value = record.values[name]
        if value is not None and value not in seen:
            seen.add(value)
            others.append(f"{value} ({record.name})")
    return tuple(others)


def _in_rank_order(
    warehouse: Warehouse,
    plan: ProfilePlan,
    tables: Sequence[str],
    attribute: AttributePlan,
    records: Mapping[int, RecordExplanation],
) -> list[int]:
    """Return the numbers of the records that know the attribute, best first."""
    if len(records) == 1:
        return [no for no, record in records.items() if record.values[attribute.name] is not None]
    rows = warehouse.rows(
        sql(
            "SELECT record_no FROM {ranked} WHERE {value} IS NOT NULL ORDER BY {rank}",
            ranked=ident(RANKED),
            value=ident(attribute.name),
            rank=ident(rank_columns(plan, tables)[attribute.name].column),
        )
    )
    return [int(str(no)) for (no,) in rows]


def _in_words(plan: ProfilePlan, attribute: AttributePlan, ranked: Sequence[RecordExplanation]) -> str:
    if len(ranked) == 1 and attribute.group is None:
        return "the only value"
    words = attribute.policy.in_words()
    if attribute.group is None:
        return words
    whole = [
        one.name for one in plan.attributes if one.group == attribute.group and one.name != attribute.name
    ]
    return f"{words}, taken whole with {', '.join(whole)}"


def _combined(plan: ProfilePlan, values: Mapping[str, str | None]) -> list[AttributeExplanation]:
    found = []
    for one in plan.combined:
        parts = [value for part in one.parts if (value := values[part]) is not None]
        joined = one.separator.join(parts) or None
        found.append(AttributeExplanation(one.column.name, joined, ", ".join(one.parts), "combined", ()))
    return found


def _aliases(warehouse: Warehouse, profile_id: str) -> tuple[str, ...]:
    rows = warehouse.rows(
        sql(
            "SELECT alias_id FROM {aliases} WHERE profile_id = $id ORDER BY since, alias_id",
            aliases=ident(PROFILE_ALIASES.name),
        ),
        id=profile_id,
    )
    return tuple(str(alias) for (alias,) in rows)


_DETAILS = {
    "created": "{records} records",
    "joined": "{source}:{record}",
    "merged": "took over {records} records of {other}",
    "split": "{records} records left {other}",
    "moved": "{source}:{record} came from {other}",
    "removed": "{records} records are gone",
}


def _events(warehouse: Warehouse, ids: Sequence[str]) -> tuple[EventExplanation, ...]:
    """Return what happened under any of the ids, oldest first; what left the profile is told too."""
    listed = comma(literal(one) for one in ids)
    rows = warehouse.rows(
        sql(
            "SELECT happened_at, event, profile_id, other_profile_id, source, record_id, records, run_id FROM {events} "
            "WHERE profile_id IN ({ids}) OR other_profile_id IN ({ids}) "
            "ORDER BY happened_at, event, profile_id, other_profile_id, source, record_id",
            events=ident(PROFILE_EVENTS.name),
            ids=listed,
        )
    )
    found = []
    for at, event, profile, other, source, record, count, run_id in rows:
        detail = _DETAILS[str(event)].format(records=count, source=source, record=record, other=other)
        if profile not in ids:
            detail = f"{detail}, into {profile}"
        elif profile != ids[0]:
            detail = f"{detail} (as {profile})"
        moment = at if isinstance(at, dt.datetime) else dt.datetime.fromisoformat(str(at))
        found.append(EventExplanation(moment, str(event), detail, str(run_id)))
    return tuple(found)
