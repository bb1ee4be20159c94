"""The identity definition: which tables, which attributes, which rules, which guards.

Semantics follow Dynamics 365 Customer Insights where it has any: conditions AND-ed inside a rule, rules OR-ed,
links transitive, precision words, ordered tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from onefold.foundation.definitions import Definition, Name, Part
from onefold.foundation.kernel import discover, nearest
from onefold.identity.comparisons.comparison import Comparison
from onefold.identity.normalizers.normalizer import Normalizer

PRECISIONS = {"low": 0.30, "medium": 0.60, "high": 0.80, "exact": 1.0}
"""The similarity that each precision word asks for."""

AttributeName = Name
T = TypeVar("T")

_AMBIGUOUS: Final = 1
"""As a whole number it may mean one per cent or all of it; 1.0 is all of it."""
_ALL_OF_IT: Final = 100


def _plugin_of(package: str, contract: type[Part] | type[object], value: object) -> object:
    """Turn `kind` or `{kind: ..., setting: ...}` into an instance of the plug-in."""
    if isinstance(value, contract):
        return value
    settings = {"kind": value} if isinstance(value, str) else value
    if not isinstance(settings, dict) or not isinstance(settings.get("kind"), str):
        message = "expected a kind, or a mapping with `kind` and its settings"
        raise ValueError(message)
    known = discover(package, contract)
    kind = settings["kind"]
    if kind not in known:
        message = f"there is no kind {kind!r}. {_nearest_kind(kind, known)}"
        raise ValueError(message)
    return known[kind](**{key: item for key, item in settings.items() if key != "kind"})


def _nearest_kind(wrong: str, known: Mapping[str, type[object]]) -> str:
    """Return the nearest kind, where the names of the plug-ins' classes count too: `date_tolerance` is `date`."""
    named = {re.sub(r"(?<!^)(?=[A-Z])", "_", plugin.__name__).lower(): kind for kind, plugin in known.items()}
    named |= {kind: kind for kind in known}
    close = get_close_matches(wrong.lower(), named, n=1) or [
        name for name in named if name.startswith(f"{wrong}_")
    ]
    return nearest(named[close[0]] if close else wrong, known)


def _normalizer(value: object) -> object:
    return _plugin_of("onefold.identity.normalizers", Normalizer, value)


def _comparison(value: object) -> object:
    return _plugin_of("onefold.identity.comparisons", Comparison, value)


def _precision(value: object) -> object:
    if isinstance(value, str) and value in PRECISIONS:
        return PRECISIONS[value]
    if not isinstance(value, str | int | float):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value == _AMBIGUOUS:
        message = "1 may mean one per cent or all of it: write 100 or exact, or 0.01"
        raise ValueError(message)
    if isinstance(value, str | bool) or not 0 < value <= _ALL_OF_IT:
        advice = nearest(value, PRECISIONS) if isinstance(value, str) else ""
        message = (
            "expected low, medium, high, exact, a per cent over 1 up to 100, or a fraction between 0 and 1. "
            f"{advice}"
        )
        raise ValueError(message.strip())
    return value / _ALL_OF_IT if value > _AMBIGUOUS else value


def _not_empty(values: tuple[T, ...]) -> tuple[T, ...]:
    # Not `min_length`, which counts what could be read and so adds a wrong complaint to the right one.
    if not values:
        message = "at least one is needed"
        raise ValueError(message)
    return values


def _as_condition(value: object) -> object:
    return {"attribute": value} if isinstance(value, str) else value


def _as_table(value: object) -> object:
    return {"table": value} if isinstance(value, str) else value


def _as_columns(value: object) -> object:
    return (
        {"columns": [value]}
        if isinstance(value, str)
        else {"columns": value}
        if isinstance(value, list)
        else value
    )


def _dumped(plugin: Normalizer | Comparison) -> dict[str, object]:
    return {"kind": plugin.kind, **plugin.model_dump(mode="json")}


NormalizerSpec = Annotated[Normalizer, BeforeValidator(_normalizer), PlainSerializer(_dumped)]
ComparisonSpec = Annotated[Comparison, BeforeValidator(_comparison), PlainSerializer(_dumped)]
Precision = Annotated[float, BeforeValidator(_precision), Field(gt=0, le=1)]


class Mode(StrEnum):
    """What happens after a record has found a match."""

    ALL_RULES = "all_rules"  # every rule is tried, every rule that fired is kept as evidence
    FIRST_RULE = "first_rule"  # D365: a record is tried on later rules only if no earlier one matched


class Winner(StrEnum):
    """Which of a person's records in one table stands for them (ties: the largest primary key)."""

    MOST_FILLED = "most_filled"
    MOST_RECENT = "most_recent"
    LEAST_RECENT = "least_recent"


class MappedColumns(Part):
    """Where an attribute's values come from in one table.

    Several columns are alternatives, any of which may match, unless `join` says that they are one value.
    """

    columns: tuple[str, ...] = Field(min_length=1, max_length=4)
    join: bool = False


class MappedTable(Part):
    """One table of the unification; the order of the tables is their rank."""

    table: Name
    include_all: bool = Field(
        default=True, description="Whether a record that matches no other table becomes a profile."
    )
    recency: str | None = Field(
        default=None,
        description="The column of dates, instants or numbers by which `most_recent` and `least_recent` go; "
        "null: the source's `updated_at`.",
    )
    attributes: dict[AttributeName, Annotated[MappedColumns, BeforeValidator(_as_columns)]] = Field(
        default_factory=dict,
        description="Attribute to column; those not named here follow from the columns' semantic types.",
    )


class BlockKey(StrEnum):
    """How a key is derived from a normalized value, so that similar values share one."""

    EXACT = "exact"
    PREFIX = "prefix"
    PHONETIC = "phonetic"
    TOKENS = "tokens"
    NGRAMS = "ngrams"


class Blocking(Part):
    """One part of a blocking key."""

    attribute: AttributeName
    key: BlockKey = BlockKey.EXACT
    length: int = Field(default=4, ge=1, le=20, description="Characters of a prefix or n-gram.")


class Condition(Part):
    """Two records agree on an attribute.

    Without `compare` and `precision` the normalized values must be equal. An unknown value never agrees.
    """

    attribute: AttributeName
    normalize: tuple[NormalizerSpec, ...] | None = Field(
        default=None, description="Replaces the attribute's own chain for this condition."
    )
    compare: ComparisonSpec | None = None
    precision: Precision = 1.0

    @property
    def is_exact(self) -> bool:
        """Whether equal normalized values decide."""
        return self.compare is None and self.precision == 1.0

    @model_validator(mode="after")
    def _comparison_by_default(self) -> Condition:
        if self.compare is None and self.precision < 1.0:
            object.__setattr__(self, "compare", _comparison("edit_distance"))
        return self


class ExceptionCondition(Condition):
    """What keeps a pair apart although a rule matched; a pair with an unknown value meets no exception."""

    is_: Literal["different", "same"] = Field(default="different", alias="is")


class MatchRule(Part):
    """Conditions under which two records are the same person: all of them, and no exception."""

    name: Name
    when: Annotated[
        tuple[Annotated[Condition, BeforeValidator(_as_condition)], ...], AfterValidator(_not_empty)
    ]
    except_: tuple[Annotated[ExceptionCondition, BeforeValidator(_as_condition)], ...] = Field(
        default=(), alias="except"
    )
    tables: tuple[Name, ...] = Field(default=(), description="Only between these tables; empty: all.")
    block: tuple[tuple[Annotated[Blocking, BeforeValidator(_as_condition)], ...], ...] = Field(
        default=(), description="Keys of the candidate pairs; empty: the exact conditions, else derived keys."
    )
    max_block: int = Field(default=200, ge=2, description="Larger blocks are narrowed, and reported.")
    active: bool = True

    @property
    def exact(self) -> tuple[Condition, ...]:
        """The conditions that ask for equal values."""
        return tuple(condition for condition in self.when if condition.is_exact)

    @property
    def fuzzy(self) -> tuple[Condition, ...]:
        """The conditions that ask for similar values."""
        return tuple(condition for condition in self.when if not condition.is_exact)


class Deduplication(Part):
    """Rules inside one table, and which record of a group stands for the others."""

    rules: tuple[MatchRule, ...] = ()
    winner: Winner = Winner.MOST_FILLED
    per_attribute: dict[AttributeName, Winner] = Field(
        default_factory=dict, description="Another preference for single attributes."
    )


class RecordKey(Part):
    """One record, by its table and primary key."""

    table: Name
    id: str


class Pin(Part):
    """Two records that a person has judged."""

    left: RecordKey
    right: RecordKey
    reason: str = ""


class Pins(Part):
    """Judged pairs, written here or read from a table.

    The table has the columns Table1, Table1Key, Table2, Table2Key, as in Dynamics 365, and may have a Reason.
    """

    pairs: tuple[Pin, ...] = ()
    source: Name | None = None


class Guards(Part):
    """What a profile may not be; the weakest evidence is cut until it is not, and the cut is reported."""

    max_records: int = Field(default=100, ge=2, description="More records than this are not one person.")
    trusted: tuple[AttributeName, ...] = Field(
        default=(), description="Attributes of which one person has one value, such as a tax number."
    )


class AttributeSettings(Part):
    """How an attribute is prepared for comparison, in every rule."""

    normalize: tuple[NormalizerSpec, ...] | None = Field(
        default=None, description="The steps; an empty list for none, null: by meaning."
    )
    bypass_over: int | None = Field(
        default=None,
        ge=1,
        description="A value that more records than this share is nobody's; null: by meaning.",
    )
    bypass_dummies: bool = True


class ProfileIds(Part):
    """Profile ids made from up to five fields instead of surrogates, as `table.column`."""

    fields: tuple[str, ...] = Field(default=(), max_length=5)


class IdentityDefinition(Definition):
    """How records of many tables become people."""

    kind: Literal["identity"] = "identity"
    folder: ClassVar[str] = ""

    mode: Mode = Mode.ALL_RULES
    map: Annotated[tuple[Annotated[MappedTable, BeforeValidator(_as_table)], ...], AfterValidator(_not_empty)]
    attributes: dict[AttributeName, AttributeSettings] = Field(default_factory=dict)
    join: dict[AttributeName, tuple[AttributeName, ...]] = Field(
        default_factory=dict, description="Attributes made of others where a table has none of its own."
    )
    deduplication: dict[Name, Deduplication] = Field(default_factory=dict)
    rules: tuple[MatchRule, ...] = ()
    always: Pins = Pins()
    never: Pins = Pins()
    guards: Guards = Guards()
    profile_ids: ProfileIds = ProfileIds()

    @model_validator(mode="after")
    def _names_exist(self) -> IdentityDefinition:
        tables = [mapped.table for mapped in self.map]
        if len(set(tables)) != len(tables):
            message = "a table stands twice in `map`"
            raise ValueError(message)
        named = set(self.deduplication) | {table for rule in self.rules for table in rule.tables}
        named |= {
            record.table
            for pins in (self.always, self.never)
            for pin in pins.pairs
            for record in (pin.left, pin.right)
        }
        for table in sorted(named - set(tables)):
            message = f"table {table!r} is not in `map`. {nearest(table, tables)}"
            raise ValueError(message)
        names = [rule.name for rule in self.all_rules()]
        if len(set(names)) != len(names):
            message = "two rules have the same name"
            raise ValueError(message)
        return self

    def all_rules(self) -> tuple[MatchRule, ...]:
        """Return the rules inside tables (in the order of `map`), then the rules across tables."""
        inside: list[MatchRule] = []
        for mapped in self.map:
            found = self.deduplication.get(mapped.table)
            inside += found.rules if found else ()
        return (*inside, *self.rules)
