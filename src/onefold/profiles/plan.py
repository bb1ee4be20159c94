"""From the definition to what is built: attributes with types, origins and orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onefold.foundation.kernel import InvalidInput, nearest
from onefold.foundation.warehouse import Column, ColumnType, Sql, comma, ident, literal, spaced, sql
from onefold.identity import IdentityDefinition, TablePlan, Winner
from onefold.identity.recency import NUMBERS, RECENCY, recency_type, widest_number
from onefold.profiles.checks import nothing_recent, profile_problems
from onefold.profiles.merge_policies.merge_policy import MergePolicy
from onefold.profiles.model import AttributeRule, ProfileDefinition

_BY_TIME = frozenset({Winner.MOST_RECENT, Winner.LEAST_RECENT})
_MOMENTS = frozenset({ColumnType.DATE, ColumnType.INSTANT})


@dataclass(frozen=True, slots=True)
class Origin:
    """Columns of one table that give an attribute: the first known one, or all of them joined by blanks."""

    table: str
    columns: tuple[str, ...]
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class AttributePlan:
    """One unified attribute as it is built.

    Attributes:
        column: its name and type in `profiles`; a list for a policy that collects.
        value_type: the type of one candidate.
        group: the group it is taken with; None alone.
        preferences: tables that prefer another of their records for this attribute.
    """

    column: Column
    value_type: Column
    origins: tuple[Origin, ...]
    policy: MergePolicy
    group: str | None
    preferences: Mapping[str, Winner]
    label: str = ""

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self.column.name


@dataclass(frozen=True, slots=True)
class CombinedPlan:
    """An attribute made of others."""

    column: Column
    parts: tuple[str, ...]
    separator: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ProfilePlan:
    """Everything about the profile to build.

    Attributes:
        texts: by table, its columns that hold text, in which blanks alone say nothing.
        recencies: by table, the column that says how recent a record is; empty when nothing asks for it.
        notes: what people should know of it, in sentences.
    """

    attributes: tuple[AttributePlan, ...]
    combined: tuple[CombinedPlan, ...]
    texts: Mapping[str, frozenset[str]]
    recencies: Mapping[str, Column | None]
    notes: tuple[str, ...] = ()

    @property
    def recency(self) -> Column:
        """The column of the candidates that says how recent a record is."""
        return recency_type(self.recencies.values())

    @property
    def counts_milliseconds(self) -> bool:
        """Whether that is milliseconds in every table."""
        return not any(column is not None and column.type in NUMBERS for column in self.recencies.values())

    @property
    def columns(self) -> tuple[Column, ...]:
        """The attribute columns of `profiles`."""
        return (*(plan.column for plan in self.attributes), *(plan.column for plan in self.combined))

    def group(self, name: str) -> tuple[AttributePlan, ...]:
        """Return the attributes that are taken together under that name."""
        return tuple(plan for plan in self.attributes if plan.group == name)


def plan_profile(
    definition: ProfileDefinition,
    identity: IdentityDefinition,
    tables: Sequence[TablePlan],
    columns: Mapping[str, Sequence[Column]],
) -> ProfilePlan:
    """Return what to build; what texts hold besides blanks counts, blanks alone are unknown.

    Args:
        definition: the profile definition.
        identity: the identity definition, for its mapping and preferences.
        tables: the mapped tables.
        columns: the columns of every table by name.

    Raises:
        InvalidInput: an attribute, table or column does not exist, or a policy cannot decide.
    """
    recencies = {table.table: table.recency for table in tables}
    for _, problem in profile_problems(
        definition, {name: found is not None for name, found in recencies.items()}
    ):
        raise problem
    mapped = _mapped(identity, tables)
    wanted = {name: AttributeRule() for name in mapped if name not in definition.exclude}
    wanted |= definition.attributes
    groups = {name: group for group, found in definition.groups.items() for name in found.attributes}
    _check_names(definition, mapped, wanted)
    attributes: list[AttributePlan] = []
    for name, rule in wanted.items():
        if rule.combine:
            continue
        origins = _origins(name, rule, mapped, columns)
        value_type = _common_type(name, origins, columns)
        group = groups.get(name)
        policy = definition.groups[group].policy if group else rule.policy or definition.policy
        column = Column(name, ColumnType.TEXT_LIST) if policy.collects else value_type
        # A group is taken whole, so no single attribute of it has a say.
        preferences = {
            table: found.per_attribute[name]
            for table, found in identity.deduplication.items()
            if name in found.per_attribute and group is None
        }
        attributes.append(AttributePlan(column, value_type, origins, policy, group, preferences, rule.label))
    combined = tuple(
        CombinedPlan(Column(name, ColumnType.TEXT), rule.combine, rule.separator, rule.label)
        for name, rule in wanted.items()
        if rule.combine
    )
    asks = any(one.policy.looks_at_recency or _BY_TIME & set(one.preferences.values()) for one in attributes)
    return ProfilePlan(
        tuple(attributes),
        combined,
        texts={table.table: table.texts for table in tables},
        recencies=recencies if asks else {},
        notes=_notes(attributes, recencies),
    )


def _notes(attributes: Sequence[AttributePlan], recencies: Mapping[str, Column | None]) -> tuple[str, ...]:
    """Return a sentence on the tables whose records come last where recent ones go first.

    Raises:
        InvalidInput: no table of an attribute says how recent its records are.
    """
    silent: dict[str, None] = {}
    concerned: list[str] = []
    for attribute in attributes:
        if not attribute.policy.looks_at_recency:
            continue
        tables = [origin.table for origin in attribute.origins]
        without = [table for table in tables if recencies.get(table) is None]
        if len(without) == len(tables):
            raise nothing_recent(attribute.policy, attribute.name)
        if without:
            silent |= dict.fromkeys(without)
            concerned.append(attribute.name)
    if not concerned:
        return ()
    return (
        f"Records of {', '.join(silent)} do not say how recent they are: they come last for {', '.join(concerned)}.",
    )


def _mapped(identity: IdentityDefinition, tables: Sequence[TablePlan]) -> dict[str, list[Origin]]:
    found: dict[str, list[Origin]] = {}
    for table in tables:
        for name, source in table.columns.items():
            made_of_others = source.join and name in identity.join
            if not made_of_others:
                found.setdefault(name, []).append(Origin(table.table, source.columns, source.join))
    return found


def _check_names(
    definition: ProfileDefinition, mapped: Mapping[str, object], wanted: Mapping[str, AttributeRule]
) -> None:
    def unknown(name: str, where: str, known: Sequence[str]) -> InvalidInput:
        message = f"{where} names {name!r}, which the profile does not have."
        return InvalidInput(message, code="profiles.attribute_unknown", hint=nearest(name, known))

    for name in definition.exclude:
        if name not in mapped:
            raise unknown(name, "`exclude`", list(mapped))
    for group, found in definition.groups.items():
        for name in found.attributes:
            if name not in wanted:
                raise unknown(name, f"Group {group!r}", list(wanted))
    for name, rule in wanted.items():
        for part in rule.combine:
            if part not in wanted or wanted[part].combine:
                raise unknown(part, f"Attribute {name!r}", [key for key in wanted if not wanted[key].combine])


def _origins(
    name: str,
    rule: AttributeRule,
    mapped: Mapping[str, list[Origin]],
    columns: Mapping[str, Sequence[Column]],
) -> tuple[Origin, ...]:
    if not rule.sources:
        if name not in mapped:
            message = f"Attribute {name!r} has no `from`, and no table maps it."
            hint = f"Give `from: [table.column]`. {nearest(name, mapped)}"
            raise InvalidInput(message, code="profiles.attribute_without_source", hint=hint)
        return tuple(mapped[name])
    found: dict[str, list[str]] = {}
    for source in rule.sources:
        table, _, column = source.partition(".")
        if table not in columns or column not in {one.name for one in columns[table]}:
            message = f"Attribute {name!r} comes from {source!r}, which does not exist."
            known = [f"{one}.{other.name}" for one in columns for other in columns[one]]
            raise InvalidInput(message, code="profiles.column_unknown", hint=nearest(source, known))
        found.setdefault(table, []).append(column)
    return tuple(Origin(table, tuple(names)) for table, names in found.items())


def _common_type(name: str, origins: Sequence[Origin], columns: Mapping[str, Sequence[Column]]) -> Column:
    if any(origin.is_joined for origin in origins):
        return Column(name, ColumnType.TEXT)
    used = [column for origin in origins for column in columns[origin.table] if column.name in origin.columns]
    types = {column.type for column in used}
    if len({(column.type, column.decimal) for column in used}) == 1:
        return Column(name, used[0].type, used[0].decimal)
    if types <= NUMBERS:
        return widest_number(name, used)
    if types <= _MOMENTS:
        return Column(name, ColumnType.INSTANT)
    return Column(name, ColumnType.TEXT)


def record_order(plan: AttributePlan, tables: Sequence[str], *, value: Sql, prepared: Sql) -> Sql | None:
    """Return the ORDER BY of records for the attribute; None when `record_no` is it.

    Args:
        plan: the attribute.
        tables: the mapped tables by rank.
        value: the attribute's value.
        prepared: the column that the policy has had prepared.
    """
    order = plan.policy.order(value, prepared)
    plain = order.text == "record_no"
    if not plan.preferences:
        return None if plain else order
    ranks = spaced(
        sql("WHEN {table} THEN {rank}", table=literal(table), rank=rank) for rank, table in enumerate(tables)
    )
    terms = [] if plain else [order]
    terms.append(sql("CASE source {branches} END", branches=ranks))
    terms += [_preferred(table, winner) for table, winner in plan.preferences.items()]
    return comma(terms)


def _preferred(table: str, winner: Winner) -> Sql:
    column, direction = {
        Winner.MOST_FILLED: (Sql("filled"), Sql("DESC NULLS LAST")),
        Winner.MOST_RECENT: (ident(RECENCY), Sql("DESC NULLS LAST")),
        Winner.LEAST_RECENT: (ident(RECENCY), Sql("ASC NULLS LAST")),
    }[winner]
    return sql(
        "CASE WHEN source = {table} THEN {column} END {direction}",
        table=literal(table),
        column=column,
        direction=direction,
    )
