"""Pydantic models, tables and docstrings in words, for the reference pages.

The first page of settings that was written by hand named a field that had been renamed the week before. So
what the code can say about itself is never typed twice.
"""

from __future__ import annotations

import datetime as dt
import enum
import inspect
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo

from onefold.foundation.definitions import Part
from onefold.foundation.secrets import SecretReference
from onefold.foundation.warehouse import TableRef
from onefold.identity.comparisons.comparison import Comparison
from onefold.identity.normalizers.normalizer import Normalizer
from onefold.profiles import MergePolicy
from onefold.rules import Rule
from onefold.sources import CleaningStep, Connector

PLUGINS: Mapping[type, str] = {
    Connector: "[connector](connectors.md)",
    CleaningStep: "[cleaning step](cleaning-steps.md)",
    Normalizer: "[normalizer](normalizers.md)",
    Comparison: "[comparison](comparisons.md)",
    MergePolicy: "[merge policy](merge-policies.md)",
    Rule: "[rule](rules.md)",
}
_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    dt.timedelta: "duration, such as `P1D`",
    dt.date: "date",
    dt.datetime: "instant",
    object: "any value",
    type(None): "none",
}
_BOUNDS = {
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "lt": "less than {}",
    "min_length": "at least {} of them",
    "max_length": "at most {} of them",
    "pattern": "as `{}`",
}
# What the fields' own descriptions leave out.
_TOLD = {
    "kind": "What the document defines.",
    "description": "For people.",
    "SourceDefinition.connector": "Where the records are.",
    "SourceDefinition.columns": "What is known of its columns; those not named are told from the data.",
    "SourceDefinition.exclude": "Columns to leave out.",
    "SourceDefinition.cleaning": "What changes values before they are published, in this order.",
    "Casing.to": "The case to write.",
    "DateFormat.columns": "The columns to read.",
    "Join.columns": "The columns to join, in this order.",
    "Join.separator": "What stands between them.",
    "Join.into": "The column that the text goes into.",
    "Replace.pattern": "Whether `find` is a regular expression.",
    "Split.column": "The column to split.",
    "Split.separator": "Where to split.",
    "Csv.max_line_bytes": "A longer line goes to quarantine.",
    "Json.max_record_bytes": "A longer record goes to quarantine.",
    "StorageOptions.region": "The bucket's region.",
    "StorageOptions.access_key": "The key's id.",
    "StorageOptions.secret_key": "The key itself.",
    "StorageOptions.session_token": "For temporary keys.",
    "IdentityDefinition.map": "The tables, most trusted first.",
    "IdentityDefinition.attributes": "How attributes are prepared for comparison; else by their meaning.",
    "IdentityDefinition.deduplication": "Rules inside a table, by the table's name.",
    "IdentityDefinition.rules": "Rules across tables, in order.",
    "IdentityDefinition.always": "Pairs that are one person whatever the rules say.",
    "IdentityDefinition.never": "Pairs that are not one person whatever the rules say.",
    "MappedColumns.columns": "The columns.",
    "MappedColumns.join": "Whether the columns together are one value.",
    "AttributeSettings.normalize": "Replaces the attribute's own chain.",
    "AttributeSettings.bypass_dummies": "Whether values that stand for none, such as 0000000000, never match.",
    "Deduplication.rules": "The rules.",
    "MatchRule.when": "All must hold.",
    "MatchRule.except": "None must be met.",
    "MatchRule.active": "Whether the rule is used.",
    "Condition.compare": "How alike the values must be; without it and `precision`, equal.",
    "Condition.precision": "The similarity asked for.",
    "ExceptionCondition.compare": "How alike the values are.",
    "ExceptionCondition.precision": "The similarity below which they differ, and from which they are the same.",
    "ExceptionCondition.is": "Whether being different or being the same keeps the pair apart.",
    "Pins.pairs": "The pairs, written here.",
    "Pins.source": "A source with more pairs.",
    "Pin.left": "One record.",
    "Pin.right": "The other record.",
    "Pin.reason": "Why, for people.",
    "RecordKey.id": "Its primary key, as text.",
    "ProfileIds.fields": "The columns; none: surrogates.",
    "ProfileDefinition.policy": "How values are chosen where nothing else is said.",
    "ProfileDefinition.attributes": "Those that need another policy, and those that identity does not map.",
    "ProfileDefinition.groups": "Attributes chosen together, by the group's name.",
    "AttributeRule.separator": "What stands between combined values.",
    "AttributeRule.label": "What people read above it.",
    "AttributeGroup.attributes": "The attributes.",
    "AttributeGroup.policy": "How the record is chosen.",
    "Condition.normalize": "Replaces the attribute's own chain for this condition.",
}
# What a validator reads before the type is looked at: the type alone would tell half of it.
_WRITTEN_AS = {
    ("Condition", "precision"): "low, medium, high, exact, or a per cent from 1 to 100",
    ("ExceptionCondition", "precision"): "low, medium, high, exact, or a per cent from 1 to 100",
    ("IdentityDefinition", "map"): "list of tables: names, or [MappedTable](#mappedtable)",
    ("MappedTable", "attributes"): "mapping of attribute to a column, a list of alternative columns, or "
    "[MappedColumns](#mappedcolumns)",
    ("MatchRule", "when"): "list of conditions: attribute names, or [Condition](#condition)",
    (
        "MatchRule",
        "except",
    ): "list of conditions: attribute names, or [ExceptionCondition](#exceptioncondition)",
    (
        "ProfileDefinition",
        "attributes",
    ): "mapping of attribute to a policy's kind, or [AttributeRule](#attributerule)",
}
_SECTIONS = re.compile(r"^(?:Attributes|Args|Raises|Returns):$", re.MULTILINE)
_ENTRY = re.compile(r"^    (\w+): (.*(?:\n     .*)*)", re.MULTILINE)


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def said(thing: object) -> str:
    """Return what a docstring says before its sections."""
    return _SECTIONS.split(inspect.getdoc(thing) or "")[0].strip()


def attributes_said(thing: type) -> dict[str, str]:
    """Return the entries of the docstring's section `Attributes:`."""
    parts = re.split(r"^Attributes:$", inspect.getdoc(thing) or "", flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in _ENTRY.findall(parts[1])} if len(parts) > 1 else {}


def type_words(annotation: object) -> str:
    """Return a type as people say it; models of ours are links to their section on the page."""
    if annotation == SecretReference:
        return "secret: a `${NAME}` reference"
    if annotation is JsonValue or str(annotation) == "JsonValue":
        return "JSON value"
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_words(arguments[0])
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        words = " or ".join(dict.fromkeys(type_words(one) for one in arguments if one is not type(None)))
        return "value" if words == "true or false or whole number or number or text" else words
    if origin is tuple and len(arguments) == 2 and arguments[1] is not Ellipsis:
        return f"list of two: {type_words(arguments[0])}"
    if origin in (tuple, list, frozenset, set, Sequence):
        return f"list of {type_words(arguments[0])}"
    if origin in (dict, Mapping):
        return f"mapping of {type_words(arguments[0])} to {type_words(arguments[1])}"
    return _class_words(annotation)


def _class_words(annotation: object) -> str:
    if not inspect.isclass(annotation):
        return str(annotation)
    if annotation in PLUGINS:
        return PLUGINS[annotation]
    if issubclass(annotation, enum.Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    if issubclass(annotation, Part):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return _PLAIN.get(annotation, annotation.__name__)


def bounds(field: FieldInfo) -> str:
    """Return what a value must keep to, in words; "" for nothing."""
    found = []
    is_text = type_words(field.annotation) == "text"
    for mark in field.metadata:
        for name, words in _BOUNDS.items():
            value = getattr(mark, name, None)
            if value is None:
                continue
            if value == 1 and name == "min_length":
                found.append("at least one" if not is_text else "not empty")
                continue
            shown = (
                f"{value:g}"
                if isinstance(value, float)
                else f"{value:,}"
                if isinstance(value, int)
                else value
            )
            text = words.format(shown)
            found.append(text.replace("of them", "characters") if is_text else text)
    return ", ".join(dict.fromkeys(found))


def default_words(field: FieldInfo) -> str:
    """Return the default as a definition would write it; "" where there is none to write."""
    if field.is_required():
        return "**required**"
    return _value_words(field.get_default(call_default_factory=True, validated_data={}))


def _value_words(value: object) -> str:
    if value is None or value == "" or value == () or value == {}:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, enum.Enum):
        return f"`{value.value}`"
    if isinstance(value, BaseModel):
        kind = getattr(type(value), "kind", None)
        return f"`{kind}`" if isinstance(kind, str) else "its defaults"
    if isinstance(value, tuple | list | frozenset):
        if any(isinstance(one, BaseModel) for one in value):
            return "the shipped ones, below"
        return ", ".join(f"`{one}`" for one in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def field_rows(model: type[BaseModel], *, leave_out: frozenset[str] = frozenset()) -> list[tuple[str, ...]]:
    """Return key, type, default and description of each field, the documented way round."""
    told = attributes_said(model)
    rows: list[tuple[str, ...]] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        if name in leave_out:
            continue
        kind = _WRITTEN_AS.get((model.__name__, key)) or type_words(field.annotation)
        limits = bounds(field)
        text = field.description or told.get(name) or _told(model, key, field)
        text = f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
        rows.append((f"`{key}`", f"{kind}; {limits}" if limits else kind, default_words(field), text))
    return rows


def _told(model: type[BaseModel], key: str, field: FieldInfo) -> str:
    own = _TOLD.get(f"{model.__name__}.{key}") or _TOLD.get(key)
    if own:
        return own
    annotation = field.annotation
    known = inspect.isclass(annotation) and issubclass(annotation, Part | enum.Enum)
    return said(annotation).split("\n\n")[0].replace("\n", " ") if known else ""


def fields_table(model: type[BaseModel], *, leave_out: frozenset[str] = frozenset()) -> str:
    """Return the settings of a model as a table."""
    rows = field_rows(model, leave_out=leave_out)
    return grid(("key", "type", "default", "what it is"), rows) if rows else "It has no settings."


def parts_of(model: type[BaseModel]) -> list[type[Part]]:
    """Return the models that the fields of a model hold, and theirs, in order of mention; no plug-ins."""
    found: dict[type[Part], None] = {}

    def visit(annotation: object) -> None:
        for argument in typing.get_args(annotation):
            visit(argument)
        is_part = inspect.isclass(annotation) and issubclass(annotation, Part)
        if not is_part or annotation in PLUGINS or annotation in found:
            return
        part = typing.cast("type[Part]", annotation)
        found[part] = None
        for field in part.model_fields.values():
            visit(field.annotation)

    for field in model.model_fields.values():
        visit(field.annotation)
    return list(found)


def table_of(ref: TableRef) -> str:
    """Return a published table with its columns."""
    key = f" Key: {', '.join(f'`{name}`' for name in ref.key)}." if ref.key else ""
    rows = [(f"`{one.name}`", one.type.value.replace("_", " "), one.description) for one in ref.columns]
    return f"{ref.description}{key}\n\n{grid(('column', 'type', 'what it is'), rows)}"
