"""What a check looks at: one column of one table, with what a sample of it showed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from onefold.catalogue import Attribute, TableDescription
from onefold.foundation.warehouse import Column, ColumnType, Sql
from onefold.foundation.warehouse.sql import ident, sql

NUMERIC: Final = frozenset(
    {ColumnType.INTEGER, ColumnType.SMALL_INTEGER, ColumnType.NUMBER, ColumnType.DECIMAL}
)
TEMPORAL: Final = frozenset({ColumnType.DATE, ColumnType.INSTANT})

# Only for columns nobody has described; sources suggest better, with the content at hand.
_MEANING_BY_NAME: Final[tuple[tuple[str, str], ...]] = (
    (r"e_?mail(_address|_adresse)?|mail", "Contact.Email"),
    (r"mobile(_phone|_number)?|cell(_phone)?|handy(nummer)?", "Contact.MobilePhone"),
    (r"(tele)?(ph|f)one?(_number|_no|nummer)?|tel", "Contact.Phone"),
    (r"first_?name|given_?name|vorname|forename|prenom", "Person.FirstName"),
    (r"last_?name|surname|family_?name|nachname|nom", "Person.LastName"),
    (r"(full_?|customer_?|contact_?|display_?)name", "Person.FullName"),
    (r"birth_?(date|day)|date_of_birth|dob|geburtsdatum|geburtstag", "Person.BirthDate"),
    (r"street(_address|_name)?|stra(ss|ß)e|address_?(line)?_?\d*|adresse", "Location.Street"),
    (r"post_?code|zip(_code)?|postal_code|plz", "Location.Postcode"),
    (r"created(_at|_on)?|created_date", "Calendar.CreatedAt"),
    (r"updated(_at|_on)?|modified(_at|_on)?|last_modified|changed_at", "Calendar.UpdatedAt"),
    (r"(.*_)?(amount|price|total|revenue|value)", "Commerce.Amount"),
    (r"(.*_)?(quantity|qty)", "Commerce.Quantity"),
)
_PERSONAL: Final = ("Person", "Contact", "Identity", "Location.Street", "Location.Address")


def meaning_of(attribute: Attribute) -> str | None:
    """Return the semantic type, or what the name alone lets one expect."""
    if attribute.semantic_type:
        return attribute.semantic_type
    name = re.sub(r"[^a-zß0-9]+", "_", attribute.name.lower()).strip("_")
    for pattern, meaning in _MEANING_BY_NAME:
        if re.fullmatch(pattern, name):
            return meaning
    return None


def means(meaning: str | None, *wanted: str) -> bool:
    """Return whether the meaning is one of the wanted, or below one: `Location` covers `Location.City`."""
    return meaning is not None and any(meaning == each or meaning.startswith(each + ".") for each in wanted)


def is_personal(meaning: str | None) -> bool:
    """Return whether values of this meaning are personal data, of which reports show patterns only."""
    return means(meaning, *_PERSONAL) or (meaning is not None and meaning.startswith("Location.Street"))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sample of the column showed.

    Attributes:
        sampled: rows of the sample.
        present: rows of the sample that hold a value.
        distinct: distinct values among them.
        quantiles: at 5, 25, 50, 75 and 95 %; instants and dates as seconds since 1970; () when not ordered.
        shape: the commonest shape of identifiers, runs of one class as one sign (`A-9`); None without one.
        shape_ratio: the share of the present values that have it.
        text_kind: what a text column mostly holds: "integer", "number", "date", or None for text.
        text_kind_ratio: the share of the present values that read as such.
        mails: the share of the present values with an @ inside.
        first_day: the least day of the whole table, counted from 1970-01-01; None for other types and
            without a value. `last_day` likewise the greatest.
        may_be_blank: whether a text of the whole table can be empty or white space.
    """

    sampled: int = 0
    present: int = 0
    distinct: int = 0
    quantiles: tuple[float, ...] = ()
    shape: str | None = None
    shape_ratio: float = 0.0
    text_kind: str | None = None
    text_kind_ratio: float = 0.0
    mails: float = 0.0
    first_day: int | None = None
    last_day: int | None = None
    may_be_blank: bool = True


@dataclass(frozen=True, slots=True)
class Survey:
    """What checks may know beyond their column.

    Attributes:
        now: the run's moment, aware.
        tables: the columns of every published table, by its name.
        shapes: for each identifying meaning, the shape most rows of all sources have.
    """

    now: dt.datetime
    tables: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    shapes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """One column under examination."""

    table: TableDescription
    column: Column
    survey: Survey
    facts: Facts = Facts()

    @property
    def attribute(self) -> Attribute:
        """The column's description."""
        return self.table.attribute(self.column.name)

    @property
    def meaning(self) -> str | None:
        """The semantic type, given or expected."""
        return meaning_of(self.attribute)

    @property
    def personal(self) -> bool:
        """Whether its values stay out of reports: by meaning, as a key, or because they are addresses."""
        return is_personal(self.meaning) or self.is_key or self.facts.mails > 0.05

    @property
    def is_key(self) -> bool:
        """Whether the column is (part of) the table's key."""
        return self.column.name in self.table.key

    @property
    def is_text(self) -> bool:
        """Whether the column holds text."""
        return self.column.type is ColumnType.TEXT

    @property
    def value(self) -> Sql:
        """The column, quoted."""
        return ident(self.column.name)

    @property
    def _blanks(self) -> bool:
        return self.is_text and self.facts.may_be_blank

    @property
    def blank(self) -> Sql:
        """The condition that the text is empty or white space; never true for other types, never null."""
        if not self._blanks:
            return Sql("FALSE")
        # White space sorts before "!", so the regular expression runs on few rows.
        return sql(r"CASE WHEN {v} < '!' THEN regexp_full_match({v}, '\s*') ELSE FALSE END", v=self.value)

    @property
    def present(self) -> Sql:
        """The condition that the row holds a value."""
        if not self._blanks:
            return sql("{v} IS NOT NULL", v=self.value)
        return sql("({v} IS NOT NULL AND NOT {blank})", v=self.value, blank=self.blank)

    @property
    def row_region(self) -> Sql | None:
        """The column with the row's own region as text, null as an empty one; None when the table has none."""
        name = self.table.region_column
        columns = self.survey.tables.get(self.table.name)
        # A source may leave out the column that its rows' regions were read from.
        if name is None or (columns is not None and all(column.name != name for column in columns)):
            return None
        return sql("coalesce(CAST({name} AS VARCHAR), '')", name=ident(name))

    def means(self, *wanted: str) -> bool:
        """Return whether the column has one of these meanings."""
        return means(self.meaning, *wanted)

    @property
    def importance(self) -> int:
        """How much the column counts in its table's grade: 3 for keys and people, 2 described, else 1."""
        if self.is_key or self.means("Person", "Contact", "Identity"):
            return 3
        return 2 if self.attribute.semantic_type else 1
