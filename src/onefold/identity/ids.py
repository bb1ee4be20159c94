"""Profile ids that stay: surrogates carried over from run to run by the records they stand for.

On a split the part with most of the old records keeps the id; on a merge the id that brings most records wins
(ties: the oldest id). Ids that went are aliases of those that stayed, for ever.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from onefold.foundation.warehouse import Sql, Warehouse, ident, literal, sql
from onefold.identity.tables import PROFILE_ALIASES, PROFILE_RECORDS

MEMBERS = "identity_members"
ASSIGNED = "identity_assigned"
FIRST_KEYS = sql(
    "SELECT label, min(source || '|' || record_id) AS first_key FROM {members} GROUP BY label",
    members=ident(MEMBERS),
)
"""The select of each profile's first record in text order, which no order of rows changes."""

_CLAIMS = "identity_claims"
_WINNERS = "identity_winners"
_CHANGES = "identity_changes"
_GONE = "identity_gone"
INTERMEDIATE = (MEMBERS, ASSIGNED, _CLAIMS, _WINNERS, _CHANGES, _GONE)
"""What is to be dropped in the end."""


@dataclass(frozen=True, slots=True)
class IdRun:
    """What the assignment needs to know of the run.

    Attributes:
        has_previous: whether `profile_records` of an earlier run is there.
        has_aliases: likewise `profile_aliases`.
    """

    run_id: str
    now: dt.datetime
    has_previous: bool
    has_aliases: bool


def fresh_id(run_id: str, first_key: Sql) -> Sql:
    """Return the SQL of a new surrogate: 88 bits of md5 over the run and the profile's first record."""
    return sql(
        "'prf_' || substr(md5({run} || '|' || {first_key}), 1, 22)", run=literal(run_id), first_key=first_key
    )


def assign_ids(warehouse: Warehouse, run: IdRun) -> int:
    """Create `identity_assigned(label, profile_id, profile_created_at, records, is_new)`; return the profiles.

    `identity_members(rid, label, source, record_id, ...)` holds the records of every profile.
    """
    _claims(warehouse, run)
    return warehouse.create_table(
        ASSIGNED,
        sql(
            "SELECT f.label, coalesce(w.profile_id, {fresh}) AS profile_id, "
            "coalesce(w.profile_created_at, {now}) AS profile_created_at, f.records, "
            "w.profile_id IS NULL AS is_new FROM (SELECT label, min(source || '|' || record_id) AS first_key, "
            "count(*) AS records FROM {members} GROUP BY label) AS f "
            "LEFT JOIN {winners} AS w ON w.label = f.label",
            fresh=fresh_id(run.run_id, Sql("f.first_key")),
            now=literal(run.now),
            members=ident(MEMBERS),
            winners=ident(_WINNERS),
        ),
    )


def _claims(warehouse: Warehouse, run: IdRun) -> None:
    """Create `identity_claims`: each old id's largest part; and `identity_winners`: each part's largest old id."""
    if not run.has_previous:
        nothing = Sql(
            "SELECT CAST(NULL AS BIGINT) AS label, CAST(NULL AS VARCHAR) AS profile_id, "
            "CAST(NULL AS TIMESTAMPTZ) AS profile_created_at, CAST(0 AS BIGINT) AS records WHERE FALSE"
        )
        warehouse.create_table(_CLAIMS, nothing)
        warehouse.create_table(_WINNERS, nothing)
        return
    warehouse.create_table(
        _CLAIMS,
        sql(
            "SELECT label, profile_id, profile_created_at, records FROM (SELECT o.*, row_number() OVER "
            "(PARTITION BY profile_id ORDER BY records DESC, first_key) AS place FROM (SELECT m.label, "
            "p.profile_id, min(p.profile_created_at) AS profile_created_at, count(*) AS records, "
            "min(m.source || '|' || m.record_id) AS first_key FROM {members} AS m JOIN {previous} AS p "
            "ON p.source = m.source AND p.record_id = m.record_id GROUP BY m.label, p.profile_id) AS o) AS r "
            "WHERE place = 1",
            members=ident(MEMBERS),
            previous=ident(PROFILE_RECORDS.name),
        ),
    )
    warehouse.create_table(
        _WINNERS,
        sql(
            "SELECT label, profile_id, profile_created_at FROM (SELECT c.*, row_number() OVER (PARTITION BY label "
            "ORDER BY records DESC, profile_created_at, profile_id) AS place FROM {claims} AS c) AS r "
            "WHERE place = 1",
            claims=ident(_CLAIMS),
        ),
    )


def note_changes(warehouse: Warehouse, run: IdRun) -> None:
    """Create what aliases and events are told from, once `identity_assigned` is final.

    `identity_gone(old_id, profile_id, records)`: ids that no profile has any more, and where their largest part
    went. `identity_changes(source, record_id, profile_id, is_new, old_id)`: the records that are not where they
    were; `old_id` is null for new records.
    """
    warehouse.create_table(
        _GONE,
        sql(
            "SELECT c.profile_id AS old_id, a.profile_id, c.records FROM {claims} AS c "
            "JOIN {assigned} AS a ON a.label = c.label LEFT JOIN {assigned} AS live "
            "ON live.profile_id = c.profile_id WHERE live.profile_id IS NULL",
            claims=ident(_CLAIMS),
            assigned=ident(ASSIGNED),
        ),
    )
    if run.has_previous:
        warehouse.create_table(
            _CHANGES,
            sql(
                "SELECT m.source, m.record_id, a.profile_id, a.is_new, p.profile_id AS old_id FROM {members} AS m "
                "JOIN {assigned} AS a ON a.label = m.label LEFT JOIN {previous} AS p ON p.source = m.source "
                "AND p.record_id = m.record_id WHERE p.profile_id IS NULL OR p.profile_id <> a.profile_id",
                members=ident(MEMBERS),
                assigned=ident(ASSIGNED),
                previous=ident(PROFILE_RECORDS.name),
            ),
        )


def aliases(run: IdRun) -> Sql:
    """Return the select of the alias table: old aliases led to where their profile is now, and the new ones."""
    fresh = sql(
        "SELECT old_id AS alias_id, profile_id, {now} AS since, {run} AS run_id FROM {gone}",
        now=literal(run.now),
        run=literal(run.run_id),
        gone=ident(_GONE),
    )
    if not run.has_aliases:
        return fresh
    return sql(
        "SELECT o.alias_id, coalesce(n.profile_id, o.profile_id) AS profile_id, o.since, o.run_id "
        "FROM {old} AS o LEFT JOIN {gone} AS n ON n.old_id = o.profile_id "
        "LEFT JOIN {gone} AS again ON again.old_id = o.alias_id "
        "LEFT JOIN {assigned} AS live ON live.profile_id = o.alias_id "
        "WHERE live.profile_id IS NULL AND again.old_id IS NULL UNION ALL SELECT * FROM ({fresh}) AS f",
        fresh=fresh,
        old=ident(PROFILE_ALIASES.name),
        gone=ident(_GONE),
        assigned=ident(ASSIGNED),
    )


def events(run: IdRun) -> Sql:
    """Return the select of this run's events, after `note_changes`.

    A profile without any record of before was *created*. One whose id is new but whose records are not was
    *split* from the id that brings most of them. An id that went was *merged* into the profile of its largest
    part. Every other record that changed its profile has *moved*, a new record in a profile that was there (or
    was split) has *joined*, and an id of which no record is left was *removed*.
    """
    head = sql("{run} AS run_id, {now} AS happened_at", run=literal(run.run_id), now=literal(run.now))
    nothing = Sql("CAST(NULL AS VARCHAR)")
    if not run.has_previous:
        return sql(
            "SELECT {head}, 'created' AS event, profile_id, {nothing} AS other_profile_id, {nothing} AS source, "
            "{nothing} AS record_id, records FROM {assigned}",
            head=head,
            nothing=nothing,
            assigned=ident(ASSIGNED),
        )
    return sql(
        "WITH origins AS (SELECT profile_id, old_id, records FROM (SELECT c.*, row_number() OVER ("
        "PARTITION BY profile_id ORDER BY records DESC, old_id) AS place FROM (SELECT profile_id, old_id, "
        "count(*) AS records FROM {changes} WHERE is_new AND old_id IS NOT NULL GROUP BY profile_id, old_id) AS c"
        ") AS r WHERE place = 1) "
        "SELECT {head}, 'created' AS event, a.profile_id, {nothing} AS other_profile_id, {nothing} AS source, "
        "{nothing} AS record_id, a.records FROM {assigned} AS a LEFT JOIN origins AS o "
        "ON o.profile_id = a.profile_id WHERE a.is_new AND o.profile_id IS NULL "
        "UNION ALL SELECT {head}, 'split' AS event, profile_id, old_id, {nothing}, {nothing}, records FROM origins "
        "UNION ALL SELECT {head}, 'merged' AS event, profile_id, old_id, {nothing}, {nothing}, records FROM {gone} "
        "UNION ALL SELECT {head}, 'joined' AS event, n.profile_id, {nothing}, n.source, n.record_id, "
        "CAST(NULL AS BIGINT) FROM {changes} AS n LEFT JOIN origins AS o ON o.profile_id = n.profile_id "
        "WHERE n.old_id IS NULL AND (NOT n.is_new OR o.profile_id IS NOT NULL) "
        "UNION ALL SELECT {head}, 'moved' AS event, n.profile_id, n.old_id, n.source, n.record_id, "
        "CAST(NULL AS BIGINT) FROM {changes} AS n "
        "LEFT JOIN {gone} AS g ON g.old_id = n.old_id AND g.profile_id = n.profile_id "
        "LEFT JOIN origins AS o ON o.old_id = n.old_id AND o.profile_id = n.profile_id "
        "WHERE n.old_id IS NOT NULL AND g.old_id IS NULL AND o.old_id IS NULL "
        "UNION ALL SELECT {head}, 'removed' AS event, p.profile_id, {nothing}, {nothing}, {nothing}, "
        "count(*) FROM {previous} AS p LEFT JOIN {claims} AS c ON c.profile_id = p.profile_id "
        "WHERE c.profile_id IS NULL GROUP BY p.profile_id",
        head=head,
        nothing=nothing,
        assigned=ident(ASSIGNED),
        changes=ident(_CHANGES),
        gone=ident(_GONE),
        claims=ident(_CLAIMS),
        previous=ident(PROFILE_RECORDS.name),
    )
