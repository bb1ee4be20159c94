"""What the rules compare: each attribute under each chain of normalizers, once, as a column of the records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from onefold.foundation.warehouse import Sql, ident
from onefold.identity.mapping import TablePlan, attribute_plan
from onefold.identity.model import Blocking, Condition, IdentityDefinition
from onefold.identity.normalizers.normalizer import Normalizer


@dataclass(frozen=True, slots=True)
class Term:
    """One attribute under one chain.

    Attributes:
        index: its number; column `c3` holds the first alternative, `c3_1` the second.
        width: the largest number of alternatives a table has.
    """

    index: int
    attribute: str
    chain: tuple[Normalizer, ...]
    width: int
    bypass_over: int | None
    bypass_dummies: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the records table that hold its alternatives."""
        return tuple(f"c{self.index}" if k == 0 else f"c{self.index}_{k}" for k in range(self.width))

    @property
    def chain_text(self) -> str:
        """The chain as text, to tell terms of one attribute apart."""
        return _chain_text(self.chain)

    def column(self, alternative: int, alias: str) -> Sql:
        """Return one alternative as a select with that alias names it."""
        return ident(alias, self.columns[alternative])


def _chain_text(chain: tuple[Normalizer, ...]) -> str:
    return json.dumps([[step.kind, step.model_dump(mode="json")] for step in chain])


class Terms:
    """All terms of a definition, found by condition or blocking key."""

    def __init__(self, definition: IdentityDefinition, tables: Sequence[TablePlan]) -> None:
        self._definition = definition
        self._tables = tables
        self._found: dict[tuple[str, str], Term] = {}
        for rule in definition.all_rules():
            for condition in (*rule.when, *rule.except_):
                self.of(condition)
            for key in rule.block:
                for part in key:
                    self.of(part)
        for attribute in definition.guards.trusted:
            self.of_attribute(attribute)

    def of(self, part: Condition | Blocking) -> Term:
        """Return the term that a condition or blocking key is about."""
        chain = part.normalize if isinstance(part, Condition) else None
        return self.of_attribute(part.attribute, chain)

    def of_attribute(self, attribute: str, chain: tuple[Normalizer, ...] | None = None) -> Term:
        """Return the attribute's term under a chain; None takes the attribute's own."""
        plan = attribute_plan(self._definition, attribute)
        chain = plan.chain if chain is None else chain
        key = (attribute, _chain_text(chain))
        if key not in self._found:
            widths = [
                1 if source.join else len(source.columns)
                for table in self._tables
                if (source := table.columns.get(attribute)) is not None
            ]
            self._found[key] = Term(
                index=len(self._found),
                attribute=attribute,
                chain=chain,
                width=max(widths, default=1),
                bypass_over=plan.bypass_over,
                bypass_dummies=plan.bypass_dummies,
            )
        return self._found[key]

    def all(self) -> tuple[Term, ...]:
        """Return the terms in the order of their columns."""
        return tuple(self._found.values())
