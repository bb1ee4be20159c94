"""What is wrong with definitions of unification that each of them alone cannot know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onefold.catalogue import TableDescription
from onefold.foundation.definitions import Definition, Definitions
from onefold.foundation.kernel import InvalidInput, nearest
from onefold.identity import IdentityDefinition
from onefold.identity.recency import has_recency, recency_problems
from onefold.profiles.merge_policies.importance import Importance
from onefold.profiles.merge_policies.merge_policy import MergePolicy
from onefold.profiles.model import ProfileDefinition

Place = tuple[str, ...]


def unification_problems(
    definitions: Definitions, descriptions: Mapping[str, TableDescription]
) -> list[tuple[Definition, Place, InvalidInput]]:
    """Return what cannot decide as it is written in the identity and profile definitions, each with its place."""
    problems: list[tuple[Definition, Place, InvalidInput]] = []
    for identity in definitions.of(IdentityDefinition):
        problems += [(identity, *found) for found in recency_problems(identity, descriptions)]
        tables = {mapped.table: has_recency(mapped, descriptions) for mapped in identity.map}
        for profile in definitions.of(ProfileDefinition):
            problems += [(profile, *found) for found in profile_problems(profile, tables)]
    return problems


def profile_problems(
    definition: ProfileDefinition, tables: Mapping[str, bool]
) -> list[tuple[Place, InvalidInput]]:
    """Return the policies that cannot decide as they are written, each with its place.

    Args:
        definition: the profile definition.
        tables: the mapped tables, and whether each says how recent its records are.
    """
    problems: list[tuple[Place, InvalidInput]] = []
    for place, policy in _policies(definition):
        if isinstance(policy, Importance):
            problems += [
                ((*place, "sources"), _unknown(source, tables))
                for source in policy.sources
                if source not in tables
            ]
        if policy.looks_at_recency and not any(tables.values()):
            problems.append((place, nothing_recent(policy)))
    return problems


def nothing_recent(policy: MergePolicy, attribute: str | None = None) -> InvalidInput:
    """Return the problem that a policy goes by how recent records are, and no table says it."""
    where = f" for {attribute!r}" if attribute else ""
    message = f"`{policy.kind}` cannot decide{where}: no table says how recent its records are."
    hint = "Give the sources an `updated_at`, or their entries in identity's `map` a `recency`."
    return InvalidInput(message, code="profiles.recency_missing", hint=hint)


def _policies(definition: ProfileDefinition) -> Iterator[tuple[Place, MergePolicy]]:
    yield ("policy",), definition.policy
    for name, rule in definition.attributes.items():
        if rule.policy is not None:
            yield ("attributes", name, "policy"), rule.policy
    for name, group in definition.groups.items():
        yield ("groups", name, "policy"), group.policy


def _unknown(source: str, tables: Mapping[str, bool]) -> InvalidInput:
    message = f"`importance` ranks the source {source!r}, which identity does not map."
    return InvalidInput(message, code="profiles.source_unknown", hint=nearest(source, tables))
