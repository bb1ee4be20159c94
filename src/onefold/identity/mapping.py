"""From tables with columns to records with attributes: what is compared, and how it is prepared."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from onefold.catalogue import TableDescription
from onefold.foundation.kernel import InvalidInput, nearest
from onefold.foundation.warehouse import Column, ColumnType
from onefold.identity.model import (
    AttributeSettings,
    Blocking,
    Condition,
    IdentityDefinition,
    MappedColumns,
    MappedTable,
)
from onefold.identity.normalizers.address import Address
from onefold.identity.normalizers.date import Date
from onefold.identity.normalizers.email import Email
from onefold.identity.normalizers.lower_case import LowerCase
from onefold.identity.normalizers.name import Name
from onefold.identity.normalizers.normalizer import Normalizer
from onefold.identity.normalizers.organization import Organization
from onefold.identity.normalizers.phone import Phone
from onefold.identity.normalizers.postcode import Postcode
from onefold.identity.normalizers.symbols import Symbols
from onefold.identity.normalizers.unicode_to_ascii import UnicodeToAscii
from onefold.identity.normalizers.whitespace import Whitespace
from onefold.identity.recency import recency_column, recency_problems

_ATTRIBUTES = {
    "Person.FirstName": "first_name",
    "Person.MiddleName": "middle_name",
    "Person.LastName": "last_name",
    "Person.FullName": "full_name",
    "Person.Salutation": "salutation",
    "Person.BirthDate": "birth_date",
    "Person.Gender": "gender",
    "Contact.Email": "email",
    "Contact.Phone": "phone",
    "Contact.MobilePhone": "phone",
    "Location.Street": "street",
    "Location.Address": "address",
    "Location.City": "city",
    "Location.Postcode": "postcode",
    "Location.Country": "country",
    "Organization.Name": "organization",
}
_PLAIN: tuple[Normalizer, ...] = (UnicodeToAscii(), LowerCase(), Symbols(), Whitespace())
_CHAINS: dict[str, tuple[Normalizer, ...]] = {
    "email": (Email(),),
    "phone": (Phone(),),
    "first_name": (UnicodeToAscii(), Name()),
    "last_name": (UnicodeToAscii(), Name()),
    "full_name": (UnicodeToAscii(), Name()),
    "birth_date": (Date(),),
    "street": (UnicodeToAscii(), Address()),
    "address": (UnicodeToAscii(), Address()),
    "postcode": (Postcode(),),
    "organization": (UnicodeToAscii(), Organization()),
}
_BYPASS_OVER = {"email": 12, "phone": 20}
"""More records than this with one e-mail address or number: it is a shop's, or nobody's."""


def attribute_of(semantic_type: str) -> str | None:
    """Return the standard attribute of a semantic type; identifiers keep their own name."""
    if semantic_type.startswith("Identity."):
        return re.sub(r"(?<!^)(?=[A-Z])", "_", semantic_type.split(".", 1)[1]).lower()
    return _ATTRIBUTES.get(semantic_type)


@dataclass(frozen=True, slots=True)
class AttributePlan:
    """How an attribute is prepared: its chain, and which values count as nobody's."""

    name: str
    chain: tuple[Normalizer, ...]
    bypass_over: int | None
    bypass_dummies: bool


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One table of the unification as it is read.

    Attributes:
        number: its rank, from 0.
        key: the primary key column; None uses the ordinal.
        columns: attribute to the columns it comes from.
        texts: those of the table's columns that hold text, in which blanks alone say nothing.
        recency: the column that says how recent a record is; None without one.
    """

    number: int
    table: str
    include_all: bool
    key: tuple[str, ...]
    updated_at: Column | None
    region: str | None
    region_column: str | None
    columns: Mapping[str, MappedColumns]
    texts: frozenset[str]
    recency: Column | None


def attribute_plan(definition: IdentityDefinition, name: str) -> AttributePlan:
    """Return how the attribute is prepared: as the definition says, else by its meaning."""
    settings = definition.attributes.get(name, AttributeSettings())
    over = settings.bypass_over if settings.bypass_over is not None else _BYPASS_OVER.get(name)
    chain = _CHAINS.get(name, _PLAIN) if settings.normalize is None else settings.normalize
    return AttributePlan(name, chain, over, settings.bypass_dummies)


def plan_tables(
    definition: IdentityDefinition,
    descriptions: Mapping[str, TableDescription],
    columns: Mapping[str, Sequence[Column]],
) -> list[TablePlan]:
    """Return the tables in their order with the columns of every attribute.

    Args:
        definition: the identity definition.
        descriptions: the tables' descriptions by name.
        columns: the tables' published columns by table.

    Raises:
        InvalidInput: a table or column does not exist, or says nothing of how recent a record is though asked to.
    """
    plans: list[TablePlan] = []
    for number, mapped in enumerate(definition.map):
        if mapped.table not in descriptions:
            message = f"Identity maps the table {mapped.table!r}, which no source makes."
            hint = nearest(mapped.table, descriptions)
            raise InvalidInput(message, code="identity.table_unknown", hint=hint)
        description = descriptions[mapped.table]
        existing = {column.name: column for column in columns[mapped.table]}
        _check_columns(mapped, list(existing))
        plans.append(
            TablePlan(
                number=number,
                table=mapped.table,
                include_all=mapped.include_all,
                key=description.key,
                updated_at=existing.get(description.updated_at or ""),
                region=description.region,
                region_column=description.region_column,
                columns=_with_joins(definition, _mapped(mapped, description, list(existing))),
                texts=frozenset(one.name for one in existing.values() if one.type is ColumnType.TEXT),
                recency=recency_column(mapped, description, existing),
            )
        )
    _check_attributes(definition, plans)
    for _, problem in recency_problems(definition, descriptions):
        raise problem
    return plans


def _check_columns(mapped: MappedTable, existing: Sequence[str]) -> None:
    for attribute, source in mapped.attributes.items():
        for column in source.columns:
            if column not in existing:
                message = f"{mapped.table}.{column}, mapped to {attribute!r}, does not exist."
                hint = nearest(column, existing)
                raise InvalidInput(message, code="identity.column_unknown", hint=hint)


def _mapped(
    mapped: MappedTable, description: TableDescription, existing: Sequence[str]
) -> dict[str, MappedColumns]:
    found: dict[str, list[str]] = {}
    for attribute in description.attributes:
        name = attribute_of(attribute.semantic_type or "")
        if name and attribute.name in existing:
            found.setdefault(name, []).append(attribute.name)
    suggested = {name: MappedColumns(columns=tuple(names[:4])) for name, names in found.items()}
    return suggested | mapped.attributes


def _with_joins(
    definition: IdentityDefinition, columns: Mapping[str, MappedColumns]
) -> dict[str, MappedColumns]:
    joined = dict(columns)
    for name, parts in definition.join.items():
        if name not in joined and all(part in columns for part in parts):
            joined[name] = MappedColumns(columns=tuple(columns[part].columns[0] for part in parts), join=True)
    return joined


def _check_attributes(definition: IdentityDefinition, plans: Sequence[TablePlan]) -> None:
    known = {attribute for plan in plans for attribute in plan.columns}
    for rule in definition.all_rules():
        parts: list[Condition | Blocking] = [*rule.when, *rule.except_]
        parts += [part for key in rule.block for part in key]
        for part in parts:
            if part.attribute not in known:
                message = f"Rule {rule.name!r} asks for {part.attribute!r}, which no table has."
                hint = _how_to_give(part.attribute, known)
                raise InvalidInput(message, code="identity.attribute_unknown", hint=hint)
    for attribute in definition.guards.trusted:
        if attribute not in known:
            message = f"The guards trust {attribute!r}, which no table has."
            hint = _how_to_give(attribute, known)
            raise InvalidInput(message, code="identity.attribute_unknown", hint=hint)


def _how_to_give(attribute: str, known: Collection[str]) -> str:
    """Return what to do about an attribute that no table has."""
    close = nearest(attribute, known)
    meaning = next((one for one, name in _ATTRIBUTES.items() if name == attribute), None)
    if meaning is None:
        return f"{close} Or map a column to it under `attributes`.".strip()
    advice = f"Give a column `semantic_type: {meaning}`, or map it under `attributes`."
    return f"{close} {advice}" if close.startswith("Did") else advice
