"""What "good enough" means: pillars, lights, limits, acceptance criteria, readiness, as one definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, JsonValue, model_validator

from onefold.foundation.definitions import Definition, Name, Part


class Pillar(StrEnum):
    """What a check says something about; a table's grade is weighted over them."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    UNIQUENESS = "uniqueness"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    INTEGRITY = "integrity"


class Severity(StrEnum):
    """How much a check weighs: high 3, medium 2, low 1. Only a high one turns its table red by itself."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def weight(self) -> int:
        """How much the check counts in its pillar."""
        return {Severity.HIGH: 3, Severity.MEDIUM: 2, Severity.LOW: 1}[self]


class Light(StrEnum):
    """A traffic light; `word` is what stands beside it, because color alone says nothing to some."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @property
    def word(self) -> str:
        """What a person reads beside the light."""
        return {Light.GREEN: "Good", Light.YELLOW: "Check", Light.RED: "Fix"}[self]

    @property
    def rank(self) -> int:
        """0 for green, 1 for yellow, 2 for red: the worst is the highest."""
        return {Light.GREEN: 0, Light.YELLOW: 1, Light.RED: 2}[self]


Ratio = Annotated[float, Field(ge=0)]


class Limits(Part):
    """The share of failing rows up to which a check is green, and up to which it is yellow; red above."""

    yellow: Ratio = Field(description="Green up to this share of failing rows, 0 to 1.")
    red: Ratio = Field(description="Yellow up to this share, red above it.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.red < self.yellow:
            message = f"red ({self.red:g}) must not be below yellow ({self.yellow:g})"
            raise ValueError(message)
        return self

    def light(self, ratio: float) -> Light:
        """Return the light of a share of failing rows."""
        if ratio <= self.yellow:
            return Light.GREEN
        return Light.YELLOW if ratio <= self.red else Light.RED


class LimitRule(Part):
    """Other limits for some checks, tables and fields; `*` and `?` stand for any text."""

    check: str = Field(default="*", description="A check such as `email.syntax`, or its kind, `email`.")
    table: str = Field(default="*", description="The table's name.")
    field: str = Field(default="*", description="The field's name.")
    yellow: Ratio | None = Field(default=None, description="Green up to this share of failing rows.")
    red: Ratio | None = Field(default=None, description="Yellow up to this share, red above it.")
    off: bool = Field(default=False, description="Leave the check out.")

    def matches(self, check: str, table: str, field: str) -> bool:
        """Return whether the rule speaks of this check of this field."""
        kind = check.partition(".")[0]
        return (
            (fnmatchcase(check, self.check) or kind == self.check)
            and fnmatchcase(table, self.table)
            and fnmatchcase(field, self.field)
        )


class AcceptanceCriterion(Part):
    """What a table must reach so that the stages after it go on."""

    table: str = Field(default="*", description="The table's name; `*` and `?` stand for any text.")
    minimum_grade: Annotated[float, Field(ge=0, le=100)] = Field(
        default=50, description="The lowest grade, 0 to 100, with which the run goes on."
    )
    not_red: tuple[str, ...] = Field(
        default=("keys.unique", "keys.present"), description="Checks that must not be red."
    )
    green: tuple[str, ...] = Field(default=(), description="Checks that must be green.")


class Weights(Part):
    """How much each pillar counts in the grade. A pillar without a check in a table counts nothing there."""

    completeness: Ratio = Field(default=25, description="How much completeness counts.")
    validity: Ratio = Field(default=25, description="How much validity counts.")
    uniqueness: Ratio = Field(default=15, description="How much uniqueness counts.")
    consistency: Ratio = Field(default=15, description="How much consistency counts.")
    timeliness: Ratio = Field(default=10, description="How much timeliness counts.")
    integrity: Ratio = Field(default=10, description="How much integrity counts.")

    def of(self, pillar: Pillar) -> float:
        """Return the weight of a pillar."""
        return float(getattr(self, pillar.value))


class PresentRequirement(Part):
    """A share of the rows has a value of one of these meanings."""

    needs: Literal["present"] = Field(default="present", description="Which requirement this is.")
    meanings: tuple[str, ...] = Field(min_length=1, description="Semantic types; any one of them will do.")
    minimum_ratio: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.8, description="The share of rows, 0 to 1."
    )
    absent_is_failure: bool = Field(
        default=True, description="Whether a table without such a column fails, or is passed over."
    )


class CheckRequirement(Part):
    """A check of the table is no worse than this light."""

    needs: Literal["check"] = Field(default="check", description="Which requirement this is.")
    check: str = Field(description="The check's name, such as `email.syntax`.")
    at_worst: Light = Light.GREEN


class RowsRequirement(Part):
    """The table has at least so many rows."""

    needs: Literal["rows"] = Field(default="rows", description="Which requirement this is.")
    minimum_rows: Annotated[int, Field(ge=1)] = Field(description="How many rows at least.")


class HistoryRequirement(Part):
    """The dates of a meaning reach back at least so many days."""

    needs: Literal["history"] = Field(default="history", description="Which requirement this is.")
    meanings: tuple[str, ...] = Field(
        min_length=1, description="Semantic types of dates; any one of them will do."
    )
    minimum_days: Annotated[int, Field(ge=1)] = Field(description="From the oldest date to now.")


Requirement: TypeAlias = Annotated[
    PresentRequirement | CheckRequirement | RowsRequirement | HistoryRequirement, Field(discriminator="needs")
]


class ReadinessRule(Part):
    """One thing a table must offer before a purpose can use it."""

    name: Name
    purpose: str = Field(default="unification", description="`unification`, or the prediction that asks.")
    sentence: str = Field(description="What is wanted, in words.")
    advice: str = Field(default="", description="What to do when it is not met.")
    required: bool = Field(default=True, description="Not ready without it; else ready with gaps.")
    table: str = Field(default="*", description="The tables it speaks of; `*` and `?` stand for any text.")
    requirement: Requirement = Field(description="What is looked at.")


NAMES = ("Person.FirstName", "Person.LastName", "Person.FullName")

UNIFICATION: tuple[ReadinessRule, ...] = (
    ReadinessRule(
        name="key_unique",
        sentence="Every row has a key of its own.",
        advice="Choose a key column whose values are unique.",
        requirement=CheckRequirement(check="keys.unique"),
    ),
    ReadinessRule(
        name="key_present",
        sentence="No row lacks its key.",
        advice="Rows without a key cannot be found again; fill it at the source.",
        requirement=CheckRequirement(check="keys.present"),
    ),
    ReadinessRule(
        name="name_present",
        sentence="More than 80 % of the rows have a name.",
        advice="Map the name columns to Person.FirstName, Person.LastName or Person.FullName.",
        requirement=PresentRequirement(meanings=NAMES),
    ),
    ReadinessRule(
        name="email_present",
        sentence="More than 80 % of the rows have an e-mail address.",
        advice="Without it, matching leans on names, phones and addresses; add exact conditions on those.",
        required=False,
        requirement=PresentRequirement(meanings=("Contact.Email",)),
    ),
    ReadinessRule(
        name="email_valid",
        sentence="The e-mail addresses are well-formed.",
        advice="Clean the column, or leave the address out of the match rules.",
        required=False,
        requirement=CheckRequirement(check="email.syntax", at_worst=Light.YELLOW),
    ),
    ReadinessRule(
        name="contact_or_address_present",
        sentence="More than 50 % of the rows have an e-mail address, a phone number or a street.",
        advice="A name alone joins strangers; add a contact point or an address.",
        requirement=PresentRequirement(
            meanings=(
                "Contact.Email",
                "Contact.Phone",
                "Contact.MobilePhone",
                "Location.Street",
                "Location.Address",
            ),
            minimum_ratio=0.5,
        ),
    ),
)


class QualityDefinition(Definition):
    """How good the data has to be: limits, weights, acceptance criteria and readiness rules.

    A workspace has at most one; without it the shipped values stand.
    """

    folder: ClassVar[str] = ""

    kind: Literal["quality"] = "quality"
    name: Name = "quality"
    weights: Weights = Weights()
    limits: tuple[LimitRule, ...] = Field(default=(), description="A later entry wins over an earlier one.")
    checks: Mapping[str, Mapping[str, JsonValue]] = Field(
        default_factory=dict, description="Settings of a check by its kind."
    )
    acceptance: tuple[AcceptanceCriterion, ...] = Field(
        default=(), description="The last that names a table holds for it; else the shipped one."
    )
    acceptance_tolerance: Annotated[float, Field(ge=0, le=100)] = Field(
        default=5, description="Points a table may fall below the grade a person accepted."
    )
    readiness: tuple[ReadinessRule, ...] = Field(
        default=UNIFICATION, description="Replaces the shipped rules for unification."
    )
    green_grade: Annotated[float, Field(ge=0, le=100)] = Field(
        default=80, description="A table's grade from which its light is green."
    )
    yellow_grade: Annotated[float, Field(ge=0, le=100)] = Field(
        default=50, description="A grade below turns the table red."
    )
    sample_rows: Annotated[int, Field(ge=1_000, le=1_000_000)] = Field(
        default=10_000, description="Rows from which patterns, top values and quantiles are taken."
    )

    @model_validator(mode="after")
    def _grades_ordered(self) -> Self:
        if self.yellow_grade > self.green_grade:
            message = "yellow_grade must not be above green_grade"
            raise ValueError(message)
        return self

    def limits_of(self, check: str, table: str, field: str, default: Limits) -> Limits | None:
        """Return the limits of a check of a field; None when it is switched off."""
        yellow, red, off = default.yellow, default.red, False
        for rule in self.limits:
            if rule.matches(check, table, field):
                off = rule.off
                # One limit alone moves the other along when they would cross.
                red = rule.red if rule.red is not None else red
                yellow = rule.yellow if rule.yellow is not None else min(yellow, red)
                red = max(red, yellow)
        return None if off else Limits(yellow=yellow, red=red)

    def criterion_of(self, table: str) -> AcceptanceCriterion:
        """Return what the table must reach."""
        named = [each for each in self.acceptance if fnmatchcase(table, each.table)]
        return named[-1] if named else AcceptanceCriterion()

    def readiness_of(self, table: str, purpose: str) -> Sequence[ReadinessRule]:
        """Return the rules of a purpose that speak of the table."""
        return [rule for rule in self.readiness if rule.purpose == purpose and fnmatchcase(table, rule.table)]
