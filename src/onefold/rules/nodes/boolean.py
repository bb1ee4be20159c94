"""`all`, `any` and `not`: how conditions are put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Sql, all_of, any_of, sql
from onefold.rules.model import Row, Rule, Scope, Test


def _not_empty(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    if not rules:
        message = "at least one condition is needed"
        raise ValueError(message)
    return rules


# Not `min_length`, which counts the conditions that could be read and so adds a wrong complaint.
Rules = Annotated[tuple[Rule, ...], AfterValidator(_not_empty)]


def _problems(rules: tuple[Rule, ...], scope: Scope) -> list[InvalidInput]:
    return [problem for rule in rules for problem in rule.problems(scope)]


def _joined(rules: tuple[Rule, ...], word: str, labels: Mapping[str, str]) -> str:
    parts = []
    for rule in rules:
        words = rule.words(labels)
        parts.append(f"({words})" if isinstance(rule, All | Any) and len(rule.children()) > 1 else words)
    return f" {word} ".join(parts)


class All(Rule):
    """Every condition must hold."""

    kind: ClassVar[str] = "all"

    rules: Rules = Field(alias="all", description="Conditions that must all hold.")

    @override
    def children(self) -> tuple[Rule, ...]:
        return self.rules

    @override
    def problems(self, scope: Scope) -> list[InvalidInput]:
        return _problems(self.rules, scope)

    @override
    def sql(self, scope: Scope, now: dt.datetime) -> Sql:
        return all_of(rule.sql(scope, now) for rule in self.rules)

    @override
    def test(self, scope: Scope) -> Test:
        tests = [rule.test(scope) for rule in self.rules]
        return lambda row, now: all(test(row, now) for test in tests)

    @override
    def words(self, labels: Mapping[str, str]) -> str:
        return _joined(self.rules, "and", labels)


class Any(Rule):
    """At least one condition must hold."""

    kind: ClassVar[str] = "any"

    rules: Rules = Field(alias="any", description="Conditions of which one must hold.")

    @override
    def children(self) -> tuple[Rule, ...]:
        return self.rules

    @override
    def problems(self, scope: Scope) -> list[InvalidInput]:
        return _problems(self.rules, scope)

    @override
    def sql(self, scope: Scope, now: dt.datetime) -> Sql:
        return any_of(rule.sql(scope, now) for rule in self.rules)

    @override
    def test(self, scope: Scope) -> Test:
        tests = [rule.test(scope) for rule in self.rules]
        return lambda row, now: any(test(row, now) for test in tests)

    @override
    def words(self, labels: Mapping[str, str]) -> str:
        return _joined(self.rules, "or", labels)


class Not(Rule):
    """The condition must not hold; so an unknown value satisfies `not` of any comparison with it."""

    kind: ClassVar[str] = "not"

    rule: Rule = Field(alias="not", description="The condition that must not hold.")

    @override
    def children(self) -> tuple[Rule, ...]:
        return (self.rule,)

    @override
    def problems(self, scope: Scope) -> list[InvalidInput]:
        return self.rule.problems(scope)

    @override
    def sql(self, scope: Scope, now: dt.datetime) -> Sql:
        return sql("NOT ({rule})", rule=self.rule.sql(scope, now))

    @override
    def test(self, scope: Scope) -> Test:
        test = self.rule.test(scope)

        def opposite(row: Row, now: dt.datetime) -> bool:
            return not test(row, now)

        return opposite

    @override
    def words(self, labels: Mapping[str, str]) -> str:
        return f"not ({self.rule.words(labels)})"
