"""The tree of a rule: what every node can do, and how a document becomes nodes.

A node is told apart by its key: `all`, `any`, `not`, `field`. The node kinds are found in
`onefold.rules.nodes`, so a new kind (events in a window, a measure) is a class there and nothing here
changes.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from onefold.foundation.definitions.model import Part
from onefold.foundation.kernel import InvalidInput, discover
from onefold.foundation.warehouse import Column, Sql, ident

if TYPE_CHECKING:
    from onefold.rules.operators import Cell

Row: TypeAlias = "Mapping[str, Cell]"
"""The values of one row by column name; a missing name is an unknown value."""

Test: TypeAlias = Callable[[Row, dt.datetime], bool]
"""Whether a row satisfies a rule at a moment (aware)."""

NODES = "onefold.rules.nodes"
MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule is compiled against: the columns it may name and, in SQL, the alias they belong to."""

    columns: Mapping[str, Column]
    table: str | None = None

    def name(self, field: str) -> Sql:
        """Return the quoted column."""
        return ident(field) if self.table is None else ident(self.table, field)


class Rule(Part, ABC):
    """One node of a rule: a condition on one row that is true or false, never in between."""

    # Building waits until all kinds are known, because a node may hold any other.
    model_config = ConfigDict(defer_build=True)

    kind: ClassVar[str]
    """The key that only this node has in a document."""

    @abstractmethod
    def problems(self, scope: Scope) -> list[InvalidInput]:
        """Return what does not fit the columns: unknown fields, operators and values of another type."""

    @abstractmethod
    def sql(self, scope: Scope, now: dt.datetime) -> Sql:
        """Return the condition as SQL that is never null."""

    @abstractmethod
    def test(self, scope: Scope) -> Test:
        """Return the condition as a Python function."""

    @abstractmethod
    def words(self, labels: Mapping[str, str]) -> str:
        """Return the condition in English; `labels` holds what to call the fields."""

    def children(self) -> tuple[Rule, ...]:
        """Return the nodes below this one."""
        return ()

    def own_fields(self) -> frozenset[str]:
        """Return the fields this node itself names."""
        return frozenset()

    def walk(self) -> Iterator[Rule]:
        """Yield this node and all below it."""
        yield self
        for child in self.children():
            yield from child.walk()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        if cls is not Rule:
            return handler(source)
        kinds = discover(NODES, Rule)
        choices = {_tag(kind): handler.generate_schema(node) for kind, node in kinds.items()}
        return core_schema.tagged_union_schema(
            choices,
            discriminator=_tag_of,
            custom_error_type="rule_kind",
            custom_error_message=f"a condition needs one of the keys {', '.join(sorted(kinds))}",
        )


def _tag(kind: str) -> str:
    # In brackets, so that an error's path tells a tag from a key of the document.
    return f"({kind})"


def _tag_of(document: object) -> str | None:
    if isinstance(document, Rule):
        return _tag(document.kind)
    if not isinstance(document, Mapping):
        return None
    kinds = discover(NODES, Rule)
    found = [kind for kind in kinds if kind in document]
    return _tag(found[0]) if found else None
