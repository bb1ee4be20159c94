"""The profile definition: which attributes a unified profile has and how each is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from onefold.foundation.definitions import Definition, Name, Part
from onefold.foundation.kernel import discover, nearest
from onefold.profiles.merge_policies.importance import Importance
from onefold.profiles.merge_policies.merge_policy import MergePolicy

POLICIES = "onefold.profiles.merge_policies"


def _policy(value: object) -> object:
    if isinstance(value, MergePolicy):
        return value
    settings = {"kind": value} if isinstance(value, str) else value
    if not isinstance(settings, dict) or not isinstance(settings.get("kind"), str):
        message = "expected a policy's kind, or a mapping with `kind` and its settings"
        raise ValueError(message)
    known = discover(POLICIES, MergePolicy)
    if settings["kind"] not in known:
        message = f"there is no merge policy {settings['kind']!r}. {nearest(settings['kind'], known)}"
        raise ValueError(message)
    return known[settings["kind"]](**{key: item for key, item in settings.items() if key != "kind"})


def _dumped(policy: MergePolicy) -> dict[str, object]:
    return {"kind": policy.kind, **policy.model_dump(mode="json")}


PolicySpec = Annotated[MergePolicy, BeforeValidator(_policy), PlainSerializer(_dumped)]


def _as_attribute(value: object) -> object:
    """Let `email: most_recent` stand for `email: {policy: most_recent}`."""
    return {"policy": value} if isinstance(value, str) else value


class AttributeRule(Part):
    """One unified attribute."""

    policy: PolicySpec | None = Field(
        default=None, description="How the value is chosen; null: the default policy."
    )
    sources: tuple[str, ...] = Field(
        default=(), alias="from", description="`table.column`, in any order; empty: as mapped for identity."
    )
    combine: tuple[Name, ...] = Field(
        default=(), description="Unified attributes that together are this one, in order."
    )
    separator: str = " "
    label: str = ""
    description: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> AttributeRule:
        if self.combine and (self.sources or self.policy):
            message = "`combine` stands alone: the combined attributes have the sources and policies"
            raise ValueError(message)
        return self


class AttributeGroup(Part):
    """Attributes taken whole from one record, so that a street never meets another one's postcode."""

    attributes: tuple[Name, ...] = Field(min_length=2)
    policy: PolicySpec = Importance()

    @model_validator(mode="after")
    def _one_order(self) -> AttributeGroup:
        if self.policy.collects or self.policy.looks_at_value:
            message = f"a group cannot be chosen by {self.policy.kind!r}, which looks at single values"
            raise ValueError(message)
        return self


class ProfileDefinition(Definition):
    """How a person's records become one profile."""

    kind: Literal["profile"] = "profile"
    folder: ClassVar[str] = ""

    policy: PolicySpec = Importance()
    attributes: dict[Name, Annotated[AttributeRule, BeforeValidator(_as_attribute)]] = Field(
        default_factory=dict
    )
    groups: dict[Name, AttributeGroup] = Field(default_factory=dict)
    exclude: tuple[Name, ...] = Field(
        default=(), description="Mapped attributes that the profile leaves out."
    )
    alternates_fill: bool = Field(
        default=True,
        description="Whether records that another record of their source stands for may fill what it lacks.",
    )

    @model_validator(mode="after")
    def _groups_are_apart(self) -> ProfileDefinition:
        seen: dict[str, str] = {}
        for group, found in self.groups.items():
            for attribute in found.attributes:
                if attribute in seen:
                    message = f"attribute {attribute!r} is in the groups {seen[attribute]!r} and {group!r}"
                    raise ValueError(message)
                seen[attribute] = group
        return self

    @model_validator(mode="after")
    def _combined_of_plain_ones(self) -> ProfileDefinition:
        combined = {name: rule.combine for name, rule in self.attributes.items() if rule.combine}
        for name in combined:
            path = _into_combined(name, combined)
            if path:
                circle = " in a circle" if path[-1] in path[:-1] else ""
                message = f"attributes are combined of combined ones{circle}: {' → '.join(path)}; combine plain ones"
                raise ValueError(message)
        return self


def _into_combined(name: str, combined: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the way from a combined attribute through combined ones, to its end or to where it meets itself."""
    path = [name]
    while following := next((part for part in combined.get(path[-1], ()) if part in combined), None):
        path.append(following)
        if following in path[:-1]:
            break
    return path if len(path) > 1 else []
