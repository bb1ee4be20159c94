"""What a table and its attributes are: meaning, role, labels, cardinality."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from onefold.catalogue.choices import CODE_SUFFIX


class Cardinality(StrEnum):
    """How many values of an attribute one person may have."""

    ONE = "one"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column of a table, described.

    Attributes:
        semantic_type: what it means (`Person.FirstName`); None when nobody has said.
        label: what people read above the column; "" takes the name.
        choices: for a choice column, the label per language of each code.
        origins: the columns that it is made from, as `table.column`; empty for a source's own.
    """

    name: str
    semantic_type: str | None = None
    label: str = ""
    description: str = ""
    cardinality: Cardinality = Cardinality.ONE
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    origins: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """What people read: the label, or the name in words."""
        return self.label or self.name.replace("_", " ").strip().capitalize()


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values are keys of another table."""

    column: str
    table: str
    table_column: str


@dataclass(frozen=True, slots=True)
class TableDescription:
    """A published table, described: what it holds, who answers for it, how fresh it should be."""

    name: str
    description: str = ""
    owner: str = ""
    system: str = ""  # where it comes from: "CRM", "web shop"
    entity: str = ""  # what a row is: "contact", "order"
    method: str = ""  # how it gets here: "csv", "sql"
    key: tuple[str, ...] = ()
    updated_at: str | None = None
    expected_refresh: dt.timedelta | None = None
    attributes: tuple[Attribute, ...] = ()
    references: tuple[Reference, ...] = ()
    region: str | None = None  # default region of its phone numbers and addresses, ISO 3166-1 alpha-2
    region_column: str | None = None  # the column that holds a row's own region, ISO 3166-1 alpha-2

    def attribute(self, name: str) -> Attribute:
        """Return the description of a column; a bare one when nobody has described it."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        return Attribute(name)

    def as_published(self, column: str) -> Attribute:
        """Return what a published column is; a choice's label and code, two columns, share meaning and choices."""
        found = self.attribute(column)
        if not column.endswith(CODE_SUFFIX):
            return replace(found, choices=found.choices or self.attribute(f"{column}{CODE_SUFFIX}").choices)
        choice = self.attribute(column.removesuffix(CODE_SUFFIX))
        return replace(
            choice,
            name=column,
            label=found.label or f"{choice.shown} (code)",
            description=found.description or f"The code whose label is in `{choice.name}`.",
            choices=found.choices or choice.choices,
        )
