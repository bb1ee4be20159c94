"""Identity: which records are one person, why, and what that person is called from run to run."""

from onefold.identity.blanks import says_something
from onefold.identity.mapping import TablePlan, attribute_of
from onefold.identity.mapping import plan_tables as mapped_tables
from onefold.identity.model import IdentityDefinition, MappedTable, Winner
from onefold.identity.published import check_read, check_unified
from onefold.identity.stage import IdentityStage
from onefold.identity.tables import (
    MATCH_EVIDENCE,
    MATCH_RULES,
    PROFILE_ALIASES,
    PROFILE_EVENTS,
    PROFILE_RECORDS,
)

__all__ = [
    "MATCH_EVIDENCE",
    "MATCH_RULES",
    "PROFILE_ALIASES",
    "PROFILE_EVENTS",
    "PROFILE_RECORDS",
    "IdentityDefinition",
    "IdentityStage",
    "MappedTable",
    "TablePlan",
    "Winner",
    "attribute_of",
    "check_read",
    "check_unified",
    "mapped_tables",
    "says_something",
]
