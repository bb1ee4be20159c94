"""The tables that profiles own; their attribute columns come from the definition."""

from __future__ import annotations

from collections.abc import Sequence

from onefold.foundation.warehouse import Column, ColumnType, TableRef


def profiles_table(attributes: Sequence[Column]) -> TableRef:
    """Return the table of unified profiles: one row a person."""
    return TableRef(
        "profiles",
        (
            Column("profile_id", ColumnType.TEXT),
            *attributes,
            Column("record_count", ColumnType.INTEGER, description="Records that the profile unites."),
            Column("source_count", ColumnType.INTEGER, description="Sources that know the person."),
            Column("created_at", ColumnType.INSTANT, description="When the profile id was first given."),
        ),
        key=("profile_id",),
        description="One row a person: the unified profile.",
    )


def lineage_table(attributes: Sequence[str]) -> TableRef:
    """Return the table of lineage: for each attribute, the `record_no` of the record whose value it is."""
    return TableRef(
        "profile_lineage",
        (
            Column("profile_id", ColumnType.TEXT),
            *(
                Column(
                    name, ColumnType.SMALL_INTEGER, description="record_no in profile_records of the value."
                )
                for name in attributes
            ),
        ),
        key=("profile_id",),
        description="Which record each value of a profile comes from.",
    )
