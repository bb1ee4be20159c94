"""From a rule to SQL, to a Python predicate and to an English sentence; checked against the columns first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Column, Sql
from onefold.rules.model import MAX_DEPTH, Rule, Scope, Test


def parse_rule(document: object) -> Rule:
    """Read a rule from plain values (`{"field": "country", "equals": "DE"}`).

    Raises:
        InvalidInput: it is not a rule; the message lists every place and reason.
    """
    depth, level = 0, [document]
    while level:
        depth += 1
        if depth > 2 * MAX_DEPTH:
            raise _too_deep()
        level = [
            item
            for node in level
            if isinstance(node, Mapping | list | tuple)
            for item in (node.values() if isinstance(node, Mapping) else node)
        ]
    try:
        return TypeAdapter[Rule](Rule).validate_python(document)
    except ValidationError as error:
        places = []
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            path = ".".join(str(step) for step in problem["loc"] if not str(step).startswith("("))
            places.append(f"{path}: {problem['msg']}" if path else problem["msg"])
        message = f"The rule cannot be read. {'; '.join(places)}."
        hint = "A rule is {field: country, equals: DE}, or `all`, `any` or `not` of rules."
        raise InvalidInput(message, code="rules.unreadable", hint=hint) from error


def check_rule(rule: Rule, columns: Mapping[str, Column]) -> None:
    """Check that the rule fits the columns.

    Raises:
        InvalidInput: `rules.field_unknown`, `rules.operator_unfit`, `rules.value_unfit`, `rules.too_deep`;
            with several problems the message names them all and the code is the first one's.
    """
    _checked(rule, Scope(columns))


def compile_sql(
    rule: Rule, columns: Mapping[str, Column], *, now: dt.datetime, table: str | None = None
) -> Sql:
    """Return the rule as a boolean SQL expression that is never null.

    Args:
        rule: what to compile.
        columns: the columns it may name.
        now: the moment that `30 days ago` and the like refer to; aware.
        table: the alias the columns belong to.

    Raises:
        InvalidInput: the rule does not fit the columns.
    """
    scope = _checked(rule, Scope(columns, table))
    return rule.sql(scope, _aware(now))


def predicate(rule: Rule, columns: Mapping[str, Column]) -> Test:
    """Return the rule as a function of a row and a moment; it agrees with `compile_sql` on every row.

    Raises:
        InvalidInput: the rule does not fit the columns.
    """
    test = rule.test(_checked(rule, Scope(columns)))
    return lambda row, now: test(row, _aware(now))


def sentence(rule: Rule, labels: Mapping[str, str] | None = None) -> str:
    """Return the rule in English; `labels` holds what to call the fields."""
    return rule.words(labels or {})


def fields(rule: Rule) -> frozenset[str]:
    """Return the fields the rule reads."""
    return frozenset(field for node in rule.walk() for field in node.own_fields())


def _checked(rule: Rule, scope: Scope) -> Scope:
    if _depth(rule) > MAX_DEPTH:
        raise _too_deep()
    problems = rule.problems(scope)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        message = " ".join(str(problem) for problem in problems)
        raise InvalidInput(message, code=problems[0].code, context=problems[0].context)
    return scope


def _depth(rule: Rule) -> int:
    depth, level = 0, [rule]
    while level:
        depth += 1
        level = [child for node in level for child in node.children()]
    return depth


def _too_deep() -> InvalidInput:
    message = f"The rule is nested deeper than {MAX_DEPTH} levels."
    return InvalidInput(
        message, code="rules.too_deep", hint="Join conditions that stand alone in `all` or `any`."
    )


def _aware(now: dt.datetime) -> dt.datetime:
    if now.tzinfo is None:
        message = "`now` must name its time zone."
        raise ValueError(message)
    return now
