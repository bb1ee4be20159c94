"""`field`: one column compared with a value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, nearest
from onefold.foundation.warehouse import Column, ColumnType, Sql, sql
from onefold.rules import lists, numbers, texts, times
from onefold.rules.model import Row, Rule, Scope, Test
from onefold.rules.operators import Operand, Operator, Prepared, Value


def _iso(value: object) -> object:
    """Return a date or instant, as YAML reads them, in the one form rules keep: ISO 8601 text."""
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


Written = Annotated[StrictBool | StrictInt | StrictFloat | StrictStr, BeforeValidator(_iso)]
Listed = tuple[Written, ...]
Range = tuple[Written, Written]

OPERATORS: Mapping[ColumnType, Mapping[str, Operator]] = {
    ColumnType.TEXT: texts.OPERATORS,
    ColumnType.INTEGER: numbers.OPERATORS,
    ColumnType.SMALL_INTEGER: numbers.OPERATORS,
    ColumnType.NUMBER: numbers.OPERATORS,
    ColumnType.DECIMAL: numbers.OPERATORS,
    ColumnType.BOOLEAN: lists.BOOLEAN_OPERATORS,
    ColumnType.DATE: times.OPERATORS,
    ColumnType.INSTANT: times.OPERATORS,
    ColumnType.TEXT_LIST: lists.OPERATORS,
    ColumnType.INTEGER_LIST: lists.OPERATORS,
    ColumnType.BLOB: {},
}
_KNOWN = ("is_known", "is_unknown")
_NOT_OPERATORS = frozenset({"field", "case_sensitive"})
# What people write for another type's operator.
_MEANT = {
    "more_than": "after",
    "at_least": "on_or_after",
    "less_than": "before",
    "at_most": "on_or_before",
    "after": "more_than",
    "on_or_after": "at_least",
    "before": "less_than",
    "on_or_before": "at_most",
    "contains": "contains_any",
    "contains_any": "contains",
    "one_of": "contains_any",
}


class Comparison(Rule):
    """One field compared by one operator; an unknown value satisfies `is_unknown` only."""

    kind: ClassVar[str] = "field"

    field: str = Field(min_length=1, description="The column.")
    is_known: StrictBool | None = Field(default=None, description="Whether there is a value.")
    is_unknown: StrictBool | None = Field(default=None, description="Whether there is no value.")
    equals: Written | None = Field(default=None, description="The value, or the day, is this one.")
    not_equals: Written | None = Field(default=None, description="There is a value, and another one.")
    one_of: Listed | None = Field(default=None, description="The value is in the list.")
    none_of: Listed | None = Field(default=None, description="There is a value, and it is not in the list.")
    contains: Written | None = Field(default=None, description="The text is somewhere in the value.")
    starts_with: Written | None = Field(default=None, description="The value begins with the text.")
    ends_with: Written | None = Field(default=None, description="The value ends with the text.")
    matches: Written | None = Field(
        default=None, description="The whole value fits; `*` stands for any text, `?` for one character."
    )
    more_than: Written | None = Field(default=None, description="The number is greater.")
    at_least: Written | None = Field(default=None, description="The number is greater or equal.")
    less_than: Written | None = Field(default=None, description="The number is smaller.")
    at_most: Written | None = Field(default=None, description="The number is smaller or equal.")
    between: Range | None = Field(default=None, description="From the first to the second, both included.")
    before: Written | None = Field(default=None, description="Earlier than the day or instant.")
    after: Written | None = Field(default=None, description="Later than the day or instant.")
    on_or_before: Written | None = Field(default=None, description="Not later than the day or instant.")
    on_or_after: Written | None = Field(default=None, description="Not earlier than the day or instant.")
    in_last: Written | None = Field(
        default=None, description="From so long ago until now, such as `30 days`."
    )
    in_next: Written | None = Field(default=None, description="From now until so far ahead.")
    contains_any: Listed | None = Field(default=None, description="The list holds at least one of these.")
    contains_all: Listed | None = Field(default=None, description="The list holds every one of these.")
    case_sensitive: bool = Field(default=False, description="Whether `A` and `a` differ; they do not.")

    @model_validator(mode="after")
    def _one_operator(self) -> Self:
        given = sorted(
            name for name in self.model_fields_set - _NOT_OPERATORS if getattr(self, name) is not None
        )
        if len(given) != 1:
            found = f"got {' and '.join(given)}" if given else "got none"
            message = f"a comparison needs exactly one operator, {found}; put several into `all`"
            raise ValueError(message)
        return self

    @property
    def operator(self) -> str:
        """The name of the operator."""
        return next(name for name in self._operators() if getattr(self, name) is not None)

    @property
    def operand(self) -> Operand:
        """The value or values it compares with."""
        operand: Operand = getattr(self, self.operator)
        return operand

    @classmethod
    def _operators(cls) -> list[str]:
        return [name for name in cls.model_fields if name not in _NOT_OPERATORS]

    @override
    def own_fields(self) -> frozenset[str]:
        return frozenset({self.field})

    @override
    def problems(self, scope: Scope) -> list[InvalidInput]:
        column = scope.columns.get(self.field)
        if column is None:
            return [
                InvalidInput(
                    f"There is no field {self.field!r}.",
                    code="rules.field_unknown",
                    hint=nearest(self.field, scope.columns),
                    context={"field": self.field},
                )
            ]
        name = self.operator
        context = {"field": self.field, "operator": name, "type": column.type.value}
        if name in _KNOWN:
            return []
        valid = OPERATORS[column.type]
        if name not in valid:
            meant = _MEANT.get(name)
            every = ", ".join([*valid, *_KNOWN])
            hint = f"Did you mean {meant!r}? Valid: {every}." if meant in valid else f"Valid: {every}."
            message = f"{name!r} does not fit {self.field!r}, which is {_article(column.type)}."
            return [InvalidInput(message, code="rules.operator_unfit", hint=hint, context=context)]
        try:
            self._prepared(column)
        except ValueError as error:
            message = (
                f"{name!r} of {self.field!r} ({_article(column.type)}) expects {error}; "
                f"got {_shape(self.operand)}."
            )
            return [InvalidInput(message, code="rules.value_unfit", hint="", context=context)]
        return []

    @override
    def sql(self, scope: Scope, now: dt.datetime) -> Sql:
        column = scope.columns[self.field]
        x = numbers.known(column, scope.name(self.field))
        if self.operator in _KNOWN:
            return sql("{x} IS NOT NULL", x=x) if self._wants_known() else sql("{x} IS NULL", x=x)
        return sql("coalesce({condition}, FALSE)", condition=self._prepared(column).sql(x, now))

    @override
    def test(self, scope: Scope) -> Test:
        name = self.field
        if self.operator in _KNOWN:
            wanted = self._wants_known()

            def is_known(row: Row, _: dt.datetime) -> bool:
                cell = row.get(name)
                return (cell is not None and not numbers.is_nan(cell)) is wanted

            return is_known
        test = self._prepared(scope.columns[name]).test

        def compare(row: Row, now: dt.datetime) -> bool:
            cell = row.get(name)
            return cell is not None and not numbers.is_nan(cell) and test(cell, now)

        return compare

    @override
    def words(self, labels: Mapping[str, str]) -> str:
        label = labels.get(self.field, self.field)
        if self.operator in _KNOWN:
            return f"{label} is known" if self._wants_known() else f"{label} is unknown"
        operand = self.operand
        phrase = next(
            operators[self.operator].words for operators in OPERATORS.values() if self.operator in operators
        )
        if isinstance(operand, tuple):
            joiner = " and " if self.operator == "between" else ", "
            said = joiner.join(_said(value, self.operator) for value in operand)
        else:
            said = _said(operand, self.operator)
        exact = " (same case)" if self.case_sensitive else ""
        return f"{label} {phrase.format(value=said)}{exact}"

    def _wants_known(self) -> bool:
        return self.is_known if self.is_known is not None else not self.is_unknown

    def _prepared(self, column: Column) -> Prepared:
        return OPERATORS[column.type][self.operator].prepare(column, self.operand, self.case_sensitive)


_UNQUOTED = frozenset({"before", "after", "on_or_before", "on_or_after", "in_last", "in_next", "between"})


def _said(value: Value, operator: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and operator not in _UNQUOTED:
        return f'"{value}"'
    return str(value)


def _article(kind: ColumnType) -> str:
    name = kind.value.replace("_", " ")
    if kind is ColumnType.TEXT:
        return name
    return f"an {name}" if name[0] in "aei" else f"a {name}"


def _shape(operand: Operand) -> str:
    """Return what was given by its kind; the value itself may be somebody's data."""
    if isinstance(operand, tuple):
        return f"a list of {len(operand)}"
    if isinstance(operand, bool):
        return "true or false"
    return "text" if isinstance(operand, str) else "a number"
