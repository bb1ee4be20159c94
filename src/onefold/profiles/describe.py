"""What the attributes of a unified profile are, told from where their values come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onefold.catalogue import SEMANTIC_TYPES, Attribute, Cardinality, TableDescription
from onefold.foundation.warehouse import ColumnType
from onefold.identity import attribute_of
from onefold.profiles.model import AttributeRule, ProfileDefinition
from onefold.profiles.plan import AttributePlan, CombinedPlan, ProfilePlan
from onefold.profiles.tables import profiles_table

_OWN = {"created_at": "Calendar.CreatedAt"}
_LISTS = frozenset({ColumnType.TEXT_LIST, ColumnType.INTEGER_LIST})


def describe_profiles(
    definition: ProfileDefinition, plan: ProfilePlan, descriptions: Mapping[str, TableDescription]
) -> TableDescription:
    """Return what the catalogue keeps of `profiles`.

    An attribute means what the columns mean that it comes from; where they differ, what its name says. What the
    definition says of label and description goes before what the columns say.

    Args:
        definition: the profile definition.
        plan: what is built by it.
        descriptions: the mapped tables by name.
    """
    attributes: dict[str, Attribute] = {}
    for attribute in plan.attributes:
        rule = definition.attributes.get(attribute.name, AttributeRule())
        attributes[attribute.name] = _unified(attribute, rule, descriptions)
    for combined in plan.combined:
        name = combined.column.name
        attributes[name] = _combined(combined, definition.attributes[name].description, attributes)
    table = profiles_table(plan.columns)
    own = [
        Attribute(column.name, _OWN.get(column.name), description=column.description)
        for column in table.columns
        if column.name not in attributes
    ]
    return TableDescription(
        name=table.name,
        description=table.description,
        owner=definition.owner,
        entity="person",
        key=table.key,
        attributes=(*own, *attributes.values()),
    )


def _unified(
    plan: AttributePlan, rule: AttributeRule, descriptions: Mapping[str, TableDescription]
) -> Attribute:
    found = [
        (f"{origin.table}.{column}", descriptions[origin.table].as_published(column))
        for origin in plan.origins
        for column in origin.columns
    ]
    # A value made of several columns is none of them.
    single = [] if any(origin.is_joined for origin in plan.origins) else [told for _, told in found]
    return Attribute(
        name=plan.name,
        semantic_type=_meaning(plan.name, single),
        label=plan.label or next((one.label for one in single if one.label), ""),
        description=rule.description or next((one.description for one in single if one.description), ""),
        cardinality=Cardinality.MANY if plan.column.type in _LISTS else Cardinality.ONE,
        choices=next((one.choices for one in single if one.choices), {}),
        origins=tuple(name for name, _ in found),
    )


def _combined(plan: CombinedPlan, description: str, attributes: Mapping[str, Attribute]) -> Attribute:
    origins = [origin for part in plan.parts for origin in attributes[part].origins]
    return Attribute(
        name=plan.column.name,
        semantic_type=_by_name(plan.column.name),
        label=plan.label,
        description=description,
        origins=tuple(dict.fromkeys(origins)),
    )


def _meaning(name: str, origins: Sequence[Attribute]) -> str | None:
    known = list(dict.fromkeys(one.semantic_type for one in origins if one.semantic_type))
    if len(known) == 1:
        return known[0]
    return _by_name(name) or next(iter(known), None)


def _by_name(name: str) -> str | None:
    return next((one for one in SEMANTIC_TYPES if attribute_of(one) == name), None)
