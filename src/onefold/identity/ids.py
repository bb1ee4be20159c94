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


def assign_ids(warehouse: Warehouse, run: IdRun) -> int:
    """Create `identity_assigned(label, profile_id, profile_created_at, is_new)` and return the profiles.

    `identity_members(rid, label, source, record_id, ...)` holds the records of every profile.
    """
    _claims(warehouse, run)
    return warehouse.create_table(
        ASSIGNED,
        sql(
            "SELECT f.label, coalesce(w.profile_id, 'prf_' || substr(md5({run} || '|' || f.first_key), 1, 22)) "
            "AS profile_id, coalesce(w.profile_created_at, {now}) AS profile_created_at, "
            "w.profile_id IS NULL AS is_new FROM (SELECT label, min(source || '|' || record_id) AS first_key "
            "FROM {members} GROUP BY label) AS f LEFT JOIN identity_winners AS w ON w.label = f.label",
            run=literal(run.run_id),
            now=literal(run.now),
            members=ident(MEMBERS),
        ),
    )


def _claims(warehouse: Warehouse, run: IdRun) -> None:
    """Create `identity_claims`: each old id's largest part; and `identity_winners`: each part's largest old id."""
    if not run.has_previous:
        nothing = Sql(
            "SELECT CAST(NULL AS BIGINT) AS label, CAST(NULL AS VARCHAR) AS profile_id, "
            "CAST(NULL AS TIMESTAMPTZ) AS profile_created_at WHERE FALSE"
        )
        warehouse.create_table("identity_claims", nothing)
        warehouse.create_table("identity_winners", nothing)
        return
    warehouse.create_table(
        "identity_claims",
        sql(
            "SELECT label, profile_id, profile_created_at, records, first_key FROM (SELECT o.*, row_number() OVER "
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
        "identity_winners",
        Sql(
            "SELECT label, profile_id, profile_created_at FROM (SELECT c.*, row_number() OVER (PARTITION BY label "
            "ORDER BY records DESC, profile_created_at, profile_id) AS place FROM identity_claims AS c) AS r "
            "WHERE place = 1"
        ),
    )


def aliases(run: IdRun) -> Sql:
    """Return the select of the alias table: old aliases led to where their profile is now, and the new ones."""
    new = sql(
        "SELECT c.profile_id AS alias_id, a.profile_id AS profile_id, {now} AS since, {run} AS run_id "
        "FROM identity_claims AS c JOIN {assigned} AS a ON a.label = c.label WHERE a.profile_id <> c.profile_id",
        now=literal(run.now),
        run=literal(run.run_id),
        assigned=ident(ASSIGNED),
    )
    if not run.has_aliases:
        return new
    return sql(
        "WITH fresh AS ({new}) SELECT o.alias_id, coalesce(n.profile_id, o.profile_id) AS profile_id, o.since, "
        "o.run_id FROM {old} AS o LEFT JOIN fresh AS n ON n.alias_id = o.profile_id "
        "WHERE o.alias_id NOT IN (SELECT profile_id FROM {assigned}) "
        "AND o.alias_id NOT IN (SELECT alias_id FROM fresh) "
        "UNION ALL SELECT alias_id, profile_id, since, run_id FROM fresh",
        new=new,
        old=ident(PROFILE_ALIASES.name),
        assigned=ident(ASSIGNED),
    )


def events(run: IdRun) -> Sql:
    """Return the select of this run's events."""
    head = sql("{run} AS run_id, {now} AS at", run=literal(run.run_id), now=literal(run.now))
    nothing = Sql("CAST(NULL AS VARCHAR)")
    if not run.has_previous:
        return sql(
            "SELECT {head}, 'created' AS event, a.profile_id, {nothing} AS other_profile_id, {nothing} AS source, "
            "{nothing} AS record_id, count(*) AS records FROM {assigned} AS a JOIN {members} AS m "
            "ON m.label = a.label GROUP BY a.profile_id",
            head=head,
            nothing=nothing,
            assigned=ident(ASSIGNED),
            members=ident(MEMBERS),
        )
    return sql(
        "WITH now_then AS (SELECT m.source, m.record_id, a.profile_id, a.is_new, p.profile_id AS old_id "
        "FROM {members} AS m JOIN {assigned} AS a ON a.label = m.label LEFT JOIN {previous} AS p "
        "ON p.source = m.source AND p.record_id = m.record_id), "
        "origins AS (SELECT profile_id, is_new, count(*) AS records, count(old_id) AS old_records, "
        "min(old_id) AS old_id FROM now_then GROUP BY profile_id, is_new), "
        "gone AS (SELECT c.profile_id AS old_id, a.profile_id, c.records FROM identity_claims AS c "
        "JOIN {assigned} AS a ON a.label = c.label WHERE a.profile_id <> c.profile_id) "
        "SELECT {head}, 'created' AS event, profile_id, {nothing} AS other_profile_id, {nothing} AS source, "
        "{nothing} AS record_id, records FROM origins WHERE is_new AND old_records = 0 "
        "UNION ALL SELECT {head}, 'split' AS event, profile_id, old_id, {nothing}, {nothing}, records "
        "FROM origins WHERE is_new AND old_records > 0 "
        "UNION ALL SELECT {head}, 'merged' AS event, profile_id, old_id, {nothing}, {nothing}, records FROM gone "
        "UNION ALL SELECT {head}, 'joined' AS event, profile_id, {nothing}, source, record_id, "
        "CAST(NULL AS BIGINT) FROM now_then WHERE old_id IS NULL AND NOT is_new "
        "UNION ALL SELECT {head}, 'moved' AS event, n.profile_id, n.old_id, n.source, n.record_id, "
        "CAST(NULL AS BIGINT) FROM now_then AS n LEFT JOIN gone AS g ON g.old_id = n.old_id "
        "AND g.profile_id = n.profile_id WHERE n.old_id <> n.profile_id AND NOT n.is_new AND g.old_id IS NULL "
        "UNION ALL SELECT {head}, 'removed' AS event, p.profile_id, {nothing}, {nothing}, {nothing}, "
        "count(*) FROM {previous} AS p LEFT JOIN identity_claims AS c ON c.profile_id = p.profile_id "
        "WHERE c.profile_id IS NULL GROUP BY p.profile_id",
        head=head,
        nothing=nothing,
        members=ident(MEMBERS),
        assigned=ident(ASSIGNED),
        previous=ident(PROFILE_RECORDS.name),
    )
