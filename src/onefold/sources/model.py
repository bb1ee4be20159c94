"""The definition of a source: where its records are, what their columns mean, how they are refreshed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from onefold.catalogue import (
    ATTRIBUTE_CATALOGUE,
    CODE_SUFFIX,
    Attribute,
    Cardinality,
    Reference,
    TableDescription,
)
from onefold.foundation.definitions.model import Definition, Part
from onefold.foundation.warehouse import Column, ColumnType
from onefold.rules import Rule
from onefold.sources.cleaning import CleaningStep
from onefold.sources.connectors import Connector

ColumnName = Annotated[
    str,
    StringConstraints(pattern=r"^[^\W_]\w{0,126}$"),
    Field(description="Letters, digits and underscores, a letter or digit first."),
]
DeclaredType = Literal[
    "text", "integer", "number", "decimal", "boolean", "date", "instant", "text_list", "integer_list"
]


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_texts(value: object) -> object:
    """Take `1` and `true` for the texts that they are written as."""
    values = value if isinstance(value, list | tuple) else (value,)
    return tuple(
        str(one).lower() if isinstance(one, bool) else str(one) if isinstance(one, int) else one
        for one in values
    )


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"{name!r} is no time zone; write one such as Europe/Berlin"
        raise ValueError(message) from error
    return name


class ColumnDefinition(Part):
    """One column: how its values are read and what they mean. What is left out is told from the data."""

    name: ColumnName
    source_name: str | None = Field(default=None, description="Its header in the source, where that differs.")
    type: DeclaredType | None = Field(default=None, description="Values that do not fit go to quarantine.")
    decimal: tuple[int, int] = Field(default=(18, 4), description="Precision and scale of `type: decimal`.")
    format: str | None = Field(
        default=None,
        description="How it is written: `%d.%m.%Y` for dates and moments, `1.234,56` for numbers, `J/N` for yes/no.",
    )
    semantic_type: str | None = Field(default=None, description="What it means: `Person.FirstName`.")
    label: str = Field(default="", description="What people read above it.")
    description: str = ""
    cardinality: Cardinality = Cardinality.ONE
    choices: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="The label per language of each code: `{1: {en: Gold, de: Gold}}`."
    )
    references: str | None = Field(default=None, description="`table.column` whose values these are.")

    @property
    def in_source(self) -> str:
        """Its header in the source."""
        return self.source_name or self.name

    @property
    def declared(self) -> Column | None:
        """The column as it is to be published; None when nobody has said."""
        if self.type is None:
            return None
        kind = ColumnType(self.type)
        return Column(self.name, kind, self.decimal if kind is ColumnType.DECIMAL else None, self.description)


class Deletes(Part):
    """How the source says that a record is gone."""

    column: str | None = Field(default=None, description="A column that marks deleted rows.")
    values: Annotated[tuple[str, ...], BeforeValidator(_as_texts)] = Field(
        default=("true",),
        min_length=1,
        description="Its values that mean deleted, as they stand in the source or as they are published; "
        "capitals do not matter.",
    )
    missing_rows: Literal["delete", "keep"] = Field(
        default="delete", description="What a full read does with rows that are no longer there."
    )


class SourceDefinition(Definition):
    """One table of customer records and where it comes from."""

    folder: ClassVar[str] = "sources"

    kind: Literal["source"] = "source"
    connector: Connector
    primary_key: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = Field(
        default=(), description="The column or columns that tell one record from another."
    )
    updated_at: str | None = Field(
        default=None,
        description="The column that grows when a record changes; with a `primary_key` it limits what is read again.",
    )
    columns: tuple[ColumnDefinition, ...] = ()
    include: tuple[str, ...] | None = Field(default=None, description="Only these columns; None is all.")
    exclude: tuple[str, ...] = ()
    row_filter: Rule | None = Field(default=None, description="Only rows of which this is true.")
    cleaning: tuple[CleaningStep, ...] = ()
    deletes: Deletes = Field(default_factory=Deletes)
    refresh: Literal["auto", "full", "incremental"] = Field(
        default="auto",
        description="auto: changed files, or rows from the watermark on where the connector can and there is a "
        "primary key; full: all, always; incremental: as auto, and an error when the source offers neither.",
    )
    system: str = Field(default="", description='The system it comes from: "CRM".')
    entity: str = Field(default="", description='What a row is: "contact".')
    expected_refresh: dt.timedelta | None = Field(
        default=None, description="How often new data should come: `P1D`."
    )
    default_region: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="Country of its local telephone numbers and addresses.",
    )
    region_column: str | None = Field(
        default=None, description="The column with a row's own country code, where rows come from several."
    )
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="The zone of moments that carry none."
    )
    language: str = Field(default="en", description="The language of published choice labels.")
    max_rejected_ratio: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Above this share of rejected rows, and above five of them, what depends on the source is "
        "skipped; with 0 a single one does it.",
    )

    @model_validator(mode="after")
    def _names_fit(self) -> SourceDefinition:
        seen: set[str] = set()
        for column in self.columns:
            if column.name.lower() in seen:
                message = f"the column {column.name!r} is described twice"
                raise ValueError(message)
            seen.add(column.name.lower())
        reserved = self.name in ("quarantine", ATTRIBUTE_CATALOGUE.name)
        if reserved or self.name.startswith(("quality_", "profile", "match_", "identity_")):
            message = f"the name {self.name!r} is reserved for tables of Onefold"
            raise ValueError(message)
        if self.region_column is not None and not self.wants(self.region_column):
            message = f"the region column {self.region_column!r} is left out by include or exclude"
            raise ValueError(message)
        if self.refresh == "incremental" and not self.primary_key and not self.connector.knows_changes:
            message = (
                "`refresh: incremental` needs a `primary_key`: without one a changed row cannot be told from a new "
                "one; name the key, or leave `refresh` out to read all rows each time"
            )
            raise ValueError(message)
        for key in self.primary_key:
            if key in self.exclude or (self.include is not None and key not in self.include):
                message = f"the primary key {key!r} is left out by include or exclude"
                raise ValueError(message)
        return self

    def column(self, name: str) -> ColumnDefinition | None:
        """Return what the definition says of a published column."""
        return next((column for column in self.columns if column.name == name), None)

    def wants(self, name: str) -> bool:
        """Return whether the published column of that name is taken over."""
        return name not in self.exclude and (self.include is None or name in self.include)


def describe(definition: SourceDefinition) -> TableDescription:
    """Return what the catalogue keeps of the source's table."""
    return TableDescription(
        name=definition.name,
        description=definition.description,
        owner=definition.owner,
        system=definition.system,
        entity=definition.entity,
        method=definition.connector.kind,
        key=definition.primary_key or ("_ordinal",),
        updated_at=definition.updated_at,
        expected_refresh=definition.expected_refresh,
        attributes=tuple(
            Attribute(
                name=column.name,
                semantic_type=column.semantic_type,
                label=column.label,
                description=column.description,
                cardinality=column.cardinality,
            )
            for column in definition.columns
        )
        # The published column holds the label; the code stands beside it.
        + tuple(
            Attribute(name=f"{column.name}{CODE_SUFFIX}", choices=column.choices)
            for column in definition.columns
            if column.choices
        ),
        references=tuple(
            Reference(column.name, *column.references.rsplit(".", 1))
            for column in definition.columns
            if column.references and "." in column.references
        ),
        region=definition.default_region,
        region_column=definition.region_column,
    )


def key_of(definition: SourceDefinition, columns: Mapping[str, Column]) -> tuple[str, ...]:
    """Return the published key: the declared one, or `_ordinal` for a source without."""
    return tuple(name for name in definition.primary_key if name in columns) or ("_ordinal",)
