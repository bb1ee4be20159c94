"""Identity: which records are one person, why, and what that person is called from run to run."""

from onefold.identity.blocking import BlockReport
from onefold.identity.mapping import TablePlan, attribute_of
from onefold.identity.mapping import plan_tables as mapped_tables
from onefold.identity.model import IdentityDefinition, Winner
from onefold.identity.stage import IdentityStage, block_report
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
    "BlockReport",
    "IdentityDefinition",
    "IdentityStage",
    "TablePlan",
    "Winner",
    "attribute_of",
    "block_report",
    "mapped_tables",
]
