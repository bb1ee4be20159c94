"""What people decide about records, above every rule: profiles taken apart, put together, pairs judged; with undo."""

from onefold.identity.decisions.model import Act, Decision, Kind, Verdict, with_decisions
from onefold.identity.decisions.service import Author, merge_profiles, split_profile, undo
from onefold.identity.decisions.storage import acts

__all__ = [
    "Act",
    "Author",
    "Decision",
    "Kind",
    "Verdict",
    "acts",
    "merge_profiles",
    "split_profile",
    "undo",
    "with_decisions",
]
