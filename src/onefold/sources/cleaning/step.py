"""The contract of a cleaning step: it changes published values; what was read is kept beside them.

A step is one class in one file of this folder. Its settings are its fields, its docstring is its reference
page. Steps run in the order of the definition, each on what the one before left.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from onefold.foundation.definitions.model import Part
from onefold.foundation.kernel import InvalidInput, nearest
from onefold.foundation.warehouse import Column, ColumnType, Sql, ident
from onefold.sources.polymorphic import union_schema

CLEANING_STEPS = "onefold.sources.cleaning"

TextFunction: TypeAlias = Callable[[list[str]], Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class CleaningContext:
    """What is known of the source.

    Attributes:
        region: default region of telephone numbers, ISO 3166-1 alpha-2.
        time_zone: the zone of moments that carry none.
        region_column: the column that holds a row's own region; rows without one have the default.
    """

    region: str | None = None
    time_zone: str = "UTC"
    region_column: str | None = None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One column as it is after a step.

    Attributes:
        column: its name and type; a name that is new adds a column.
        value: SQL (of the embedded engine) over the row before the step.
        function: applied to the distinct texts of `value`, where SQL cannot say it.
    """

    column: Column
    value: Sql
    function: TextFunction | None = None


class CleaningStep(Part, ABC):
    """One step; its settings are its fields."""

    # Building waits until all kinds are known: a field of this type takes any of them.
    model_config = ConfigDict(defer_build=True)

    kind: ClassVar[str]

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        return union_schema(CLEANING_STEPS, CleaningStep, handler) if cls is CleaningStep else handler(source)

    @abstractmethod
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""

    @abstractmethod
    def clean(self, columns: Mapping[str, Column], context: CleaningContext) -> tuple[Cleaned, ...]:
        """Return the columns it changes or adds.

        Raises:
            InvalidInput: a column is missing or of another type.
        """


class TextStep(CleaningStep):
    """A step that treats each of its text columns alike."""

    columns: tuple[str, ...] = Field(min_length=1, description="The columns to clean.")

    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return self.columns

    @abstractmethod
    def sql(self, value: Sql) -> Sql:
        """Return the cleaned text; null stays null."""

    def function(self, context: CleaningContext) -> TextFunction | None:  # noqa: ARG002  # for steps that need it
        """Return what is applied to the distinct texts of `sql`, where SQL cannot say it."""
        return None

    def clean(self, columns: Mapping[str, Column], context: CleaningContext) -> tuple[Cleaned, ...]:
        """Return each column cleaned."""
        return tuple(
            Cleaned(text_column(self, columns, name), self.sql(ident(name)), self.function(context))
            for name in self.columns
        )


def text_column(step: CleaningStep, columns: Mapping[str, Column], name: str) -> Column:
    """Return the column of that name, which the step needs as text.

    Raises:
        InvalidInput: it is missing or not text.
    """
    if name not in columns:
        message = (
            f"The cleaning step {step.kind!r} names the column {name!r}, which the source does not have."
        )
        raise InvalidInput(message, code="sources.cleaning_column", hint=nearest(name, columns))
    if columns[name].type is not ColumnType.TEXT:
        message = f"The cleaning step {step.kind!r} needs text, but {name!r} is {columns[name].type}."
        hint = f"Declare {name!r} with `type: text`, or leave it out of the step."
        raise InvalidInput(message, code="sources.cleaning_type", hint=hint)
    return columns[name]
