"""Why a rule that holds for two records did not join them: in the mode `first_rule`, another match came before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from onefold.foundation.warehouse import Sql, Warehouse, any_of, ident, literal, sql
from onefold.identity.blocking import RulePlan
from onefold.identity.model import Mode, RecordKey
from onefold.identity.tables import MATCH_EVIDENCE


@dataclass(frozen=True, slots=True)
class _Match:
    """The match across tables that a group of duplicates found.

    Attributes:
        lower: the record of the group.
        upper: the record of a table ranked before.
        bit: the rule's.
    """

    lower: RecordKey
    upper: RecordKey
    bit: int
    score: float


class MatchOrder:
    """What came before, by the evidence of the last run.

    Args:
        warehouse: the engine, in which `match_evidence` is published.
        mode: the definition's; in the mode `all_rules` nothing comes before anything.
        plans: all rules.
        numbers: the tables' ranks.
        left: a record.
        right: another one, which the last run did not match with it.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        mode: Mode,
        plans: Sequence[RulePlan],
        numbers: Mapping[str, int],
        left: RecordKey,
        right: RecordKey,
    ) -> None:
        self._warehouse = warehouse
        self._is_ordered = mode is Mode.FIRST_RULE
        self._numbers = numbers
        self._is_inside = left.table == right.table
        self._upper, self._lower = sorted((left, right), key=lambda record: numbers[record.table])
        self._across = {plan.bit: plan.name for plan in plans if plan.inside is None}
        self._inside = sum(1 << plan.bit for plan in plans if plan.inside is not None)
        matters = self._is_ordered and not self._is_inside
        self._match = self._found(self._group()) if matters else None

    def note(self, plan: RulePlan, score: float) -> str:
        """Return why the rule, which holds with that score, did not join the two; "" when nothing came before."""
        if not self._is_ordered or plan.inside is not None:
            return ""
        if self._is_inside:
            return (
                "not tried: in the mode first_rule, only rules of `deduplication` join records of one table"
            )
        if self._match is None or plan.bit < self._match.bit:
            return ""
        duplicate = "" if self._match.lower == self._lower else f", a duplicate of {_name(self._lower)},"
        matched = f"{_name(self._match.lower)}{duplicate} was matched to {_name(self._match.upper)}"
        if plan.bit > self._match.bit:
            return f"not tried: {matched} by {self._across[self._match.bit]} before"
        if self._match.score > score:
            return f"{matched}, which is more similar ({self._match.score:.2f} against {score:.2f})"
        return f"{matched}, which is as similar and ranked before"

    def _group(self) -> set[str]:
        """Return the record ids of the lower record and its duplicates in its table."""
        group: set[str] = set()
        fresh = {self._lower.id}
        while fresh:
            group |= fresh
            rows = self._warehouse.rows(
                sql(
                    "SELECT left_record, right_record FROM {evidence} WHERE left_source = {table} "
                    "AND right_source = {table} AND (rule_mask & {inside}) <> 0 AND {touches}",
                    evidence=ident(MATCH_EVIDENCE.name),
                    table=literal(self._lower.table),
                    inside=self._inside,
                    touches=any_of([_is_one("left_record", fresh), _is_one("right_record", fresh)]),
                )
            )
            fresh = {str(record) for row in rows for record in row} - group
        return group

    def _found(self, group: set[str]) -> _Match | None:
        """Return the match that the group has with a table ranked before."""
        table = literal(self._lower.table)
        rows = self._warehouse.rows(
            sql(
                "SELECT left_source, left_record, right_source, right_record, rule_mask, score FROM {evidence} "
                "WHERE (left_source = {table} AND {left}) OR (right_source = {table} AND {right})",
                evidence=ident(MATCH_EVIDENCE.name),
                table=table,
                left=_is_one("left_record", group),
                right=_is_one("right_record", group),
            )
        )
        found = []
        for left_source, left, right_source, right, mask, score in rows:
            ends = [
                RecordKey(table=str(left_source), id=str(left)),
                RecordKey(table=str(right_source), id=str(right)),
            ]
            upper, lower = sorted(ends, key=lambda record: self._numbers.get(record.table, -1))
            bits = [bit for bit in self._across if int(str(mask)) >> bit & 1]
            if lower.table == self._lower.table != upper.table and bits:
                found.append(_Match(lower, upper, min(bits), float(str(score))))
        return min(found, key=lambda match: (match.bit, -match.score), default=None)


def _is_one(column: str, values: Iterable[str]) -> Sql:
    return any_of(sql("{column} = {value}", column=ident(column), value=literal(v)) for v in sorted(values))


def _name(record: RecordKey) -> str:
    return f"{record.table}:{record.id}"
