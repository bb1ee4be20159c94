"""The unified profile: one row a person, with the lineage of every value."""

from onefold.profiles.checks import unification_problems
from onefold.profiles.explain import (
    AttributeExplanation,
    EventExplanation,
    ProfileExplanation,
    RecordExplanation,
    explain_profile,
)
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy
from onefold.profiles.model import ProfileDefinition
from onefold.profiles.stage import ProfilesStage

__all__ = [
    "AttributeExplanation",
    "Candidate",
    "EventExplanation",
    "MergePolicy",
    "ProfileDefinition",
    "ProfileExplanation",
    "ProfilesStage",
    "RecordExplanation",
    "explain_profile",
    "unification_problems",
]
