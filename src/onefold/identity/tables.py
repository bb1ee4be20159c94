"""The tables that identity owns."""

from __future__ import annotations

from onefold.foundation.warehouse import Column, ColumnType, TableRef

PROFILE_RECORDS = TableRef(
    "profile_records",
    (
        Column("profile_id", ColumnType.TEXT),
        Column("source", ColumnType.TEXT),
        Column("record_id", ColumnType.TEXT),
        Column(
            "record_no",
            ColumnType.SMALL_INTEGER,
            description="Rank of the record inside its profile, from 1.",
        ),
        Column(
            "is_winner",
            ColumnType.BOOLEAN,
            description="Whether it stands for the profile's records of its source.",
        ),
        Column("record_ordinal", ColumnType.INTEGER, description="Its `_ordinal` in the source's table."),
        Column(
            "updated_at",
            ColumnType.INSTANT,
            description="When the source says that it changed; null where it says so by a number.",
        ),
        Column("profile_created_at", ColumnType.INSTANT, description="When the profile id was first given."),
    ),
    key=("source", "record_id"),
    description="Which record belongs to which profile.",
)
PROFILE_ALIASES = TableRef(
    "profile_aliases",
    (
        Column("alias_id", ColumnType.TEXT, description="An id that a profile once had."),
        Column("profile_id", ColumnType.TEXT, description="The profile it stands for now."),
        Column("since", ColumnType.INSTANT),
        Column("run_id", ColumnType.TEXT),
    ),
    key=("alias_id",),
    description="Ids of merged profiles and the profiles they resolve to, for ever.",
)
PROFILE_EVENTS = TableRef(
    "profile_events",
    (
        Column("run_id", ColumnType.TEXT),
        Column("happened_at", ColumnType.INSTANT),
        Column("event", ColumnType.TEXT, description="created, joined, merged, split, moved or removed."),
        Column("profile_id", ColumnType.TEXT),
        Column(
            "other_profile_id",
            ColumnType.TEXT,
            description="merged: the id that went; split, moved: where from.",
        ),
        Column("source", ColumnType.TEXT, description="joined, moved: the record's source."),
        Column("record_id", ColumnType.TEXT),
        Column("records", ColumnType.INTEGER, description="created, merged, split: how many records."),
    ),
    description="What happened to profiles and their records, run by run.",
)
MATCH_EVIDENCE = TableRef(
    "match_evidence",
    (
        Column("left_source", ColumnType.TEXT),
        Column("left_record", ColumnType.TEXT),
        Column("right_source", ColumnType.TEXT),
        Column("right_record", ColumnType.TEXT),
        Column("rule_mask", ColumnType.INTEGER, description="A bit per rule that matched; see match_rules."),
        Column("score", ColumnType.NUMBER, description="The best rule's weakest similarity, from 0 to 1."),
        Column(
            "similarities",
            ColumnType.TEXT,
            description="The fuzzy values that were compared, with similarity.",
        ),
        Column("verdict", ColumnType.TEXT, description="match or cut."),
        Column("reason", ColumnType.TEXT, description="The rules that matched, or the guard that cut."),
        Column("run_id", ColumnType.TEXT),
    ),
    description="Every pair of records that a rule matched, and what became of it.",
)
MATCH_RULES = TableRef(
    "match_rules",
    (
        Column("rule", ColumnType.TEXT),
        Column("bit", ColumnType.INTEGER, description="Its bit in match_evidence.rule_mask, from 0."),
        Column("scope", ColumnType.TEXT, description="The table it deduplicates, or `all tables`."),
        Column("keyed_records", ColumnType.INTEGER),
        Column("blocks", ColumnType.INTEGER),
        Column("largest_block", ColumnType.INTEGER),
        Column("candidate_pairs", ColumnType.INTEGER),
        Column("capped_blocks", ColumnType.INTEGER),
        Column("pairs_left_out", ColumnType.INTEGER),
        Column("matched_pairs", ColumnType.INTEGER),
        Column("matched_alone", ColumnType.INTEGER, description="Pairs that no other rule matched."),
        Column("run_id", ColumnType.TEXT),
    ),
    key=("rule",),
    description="What each match rule did in the last run.",
)
MATCH_BYPASSED = TableRef(
    "match_bypassed",
    (
        Column("attribute", ColumnType.TEXT),
        Column("chain", ColumnType.TEXT, description="The normalizers under which the value was found."),
        Column("value", ColumnType.TEXT, description="The normalized value."),
        Column("records", ColumnType.INTEGER, description="How many records have it."),
    ),
    description="Values that too many records share to be anybody's; no rule matches on them.",
)
