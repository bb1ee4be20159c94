"""Why two records are one person, or why not: every rule, condition by condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from onefold.catalogue import TableDescription
from onefold.foundation.kernel import InvalidInput, NotFound, nearest
from onefold.foundation.warehouse import Warehouse, comma, ident, literal, sql
from onefold.identity.blocking import RulePlan, shares_key
from onefold.identity.guards import guard_in_words
from onefold.identity.mapping import TablePlan
from onefold.identity.matching import agrees, met, similarity
from onefold.identity.model import Condition, ExceptionCondition, IdentityDefinition, RecordKey
from onefold.identity.normalizers.dummies import is_dummy_text
from onefold.identity.order import MatchOrder
from onefold.identity.pins import JudgedPair, judged_between
from onefold.identity.records import RECORDS, Records, drop_bypassed, over_table, raw_texts
from onefold.identity.stage import prepare
from onefold.identity.tables import MATCH_BYPASSED, MATCH_EVIDENCE, PROFILE_ALIASES, PROFILE_RECORDS
from onefold.identity.terms import Term, Terms

_UNKNOWN = "unknown"
_NOT_RUN = (
    "holds now, but did not match in the last run: its block was over the rule's limit, "
    "or records or rules have changed since"
)


@dataclass(frozen=True, slots=True)
class ConditionExplanation:
    """One condition of a rule for a pair; the values are normalized, similarity is from 0 to 1."""

    attribute: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    compare: str
    similarity: float | None
    threshold: float
    holds: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """What a rule says of a pair.

    Attributes:
        compared: whether the pair shares one of the rule's keys, without which nobody compares it.
    """

    rule: str
    matches: bool
    compared: bool
    conditions: tuple[ConditionExplanation, ...]
    exceptions: tuple[ConditionExplanation, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """Why two records are one person or not.

    Attributes:
        same_profile: whether the last run put them together.
        verdict: what the last run recorded of the pair itself: match, cut or none.
        reason: the rules or the guard behind the verdict.
        never: judgments that keep the two, or others of their profiles, apart.
        always: judgments that the two are one.
    """

    left: RecordKey
    right: RecordKey
    left_profile: str | None
    right_profile: str | None
    verdict: str
    reason: str
    rules: tuple[RuleExplanation, ...]
    never: tuple[JudgedPair, ...] = ()
    always: tuple[JudgedPair, ...] = ()

    @property
    def judgments(self) -> tuple[str, ...]:
        """What people have said of the two, in sentences."""
        apart = (
            "A person keeps them apart from the next run on"
            if self.same_profile
            else "Kept apart by a person"
        )
        one = "Joined by a person" if self.same_profile else "A person says that they are one"
        return (
            *(self._judgment(apart, pin) for pin in self.never),
            *(self._judgment(one, pin) for pin in self.always),
        )

    def _judgment(self, said: str, pin: JudgedPair) -> str:
        about = ""
        if (pin.left, pin.right) not in ((self.left, self.right), (self.right, self.left)):
            about = f", of {pin.left.table}:{pin.left.id} and {pin.right.table}:{pin.right.id}"
        return f"{said}{about}: {pin.reason.rstrip('.') or 'no reason given'}."

    @property
    def because(self) -> str:
        """The reason in words."""
        return guard_in_words(self.reason)

    @property
    def same_profile(self) -> bool:
        """Whether the last run put them together."""
        return self.left_profile is not None and self.left_profile == self.right_profile

    def as_dict(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        records = {"left": self.left.model_dump(), "right": self.right.model_dump()}
        pins = {
            kind: [
                {"left": pin.left.model_dump(), "right": pin.right.model_dump(), "reason": pin.reason}
                for pin in found
            ]
            for kind, found in (("never", self.never), ("always", self.always))
        }
        return {**asdict(self), **records, **pins, "same_profile": self.same_profile}


def parse_record(text: str, tables: Mapping[str, object]) -> RecordKey:
    """Return the record that `table:id` names.

    Raises:
        NotFound: there is no such table.
    """
    table, separator, record = text.partition(":")
    if not separator or table not in tables:
        message = f"{text!r} does not name a record."
        hint = f"Write table:id, such as crm_contacts:4711. {nearest(table, tables)}"
        raise NotFound(message, code="identity.record_unknown", hint=hint)
    return RecordKey(table=table, id=record)


def current_profile(warehouse: Warehouse, profile_id: str) -> str:
    """Return the id that a profile has now; an id that went resolves to the profile that took it over.

    Raises:
        NotFound: no profile ever had the id.
    """
    known = warehouse.rows(
        sql(
            "SELECT profile_id FROM {records} WHERE profile_id = $id UNION ALL "
            "SELECT profile_id FROM {aliases} WHERE alias_id = $id LIMIT 1",
            records=ident(PROFILE_RECORDS.name),
            aliases=ident(PROFILE_ALIASES.name),
        ),
        id=profile_id,
    )
    if not known:
        message = f"There is no profile {profile_id!r}."
        hint = 'Find one: `onefold sql "select profile_id, email from profiles limit 10"`.'
        raise NotFound(message, code="identity.profile_unknown", hint=hint)
    return str(known[0][0])


def profile_of(warehouse: Warehouse, record: RecordKey) -> str | None:
    """Return the profile of a record; None when it has none."""
    found = warehouse.rows(
        sql(
            "SELECT profile_id FROM {records} WHERE source = $source AND record_id = $id",
            records=ident(PROFILE_RECORDS.name),
        ),
        source=record.table,
        id=record.id,
    )
    return str(found[0][0]) if found else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One pair that a rule matched."""

    left: RecordKey
    right: RecordKey
    score: float
    similarities: str
    verdict: str
    reason: str

    @property
    def because(self) -> str:
        """The reason in words."""
        return guard_in_words(self.reason)


def evidence_within(warehouse: Warehouse, profile_id: str) -> list[Evidence]:
    """Return the pairs among a profile's records, and the cut ones that touch them, strongest first."""
    found = warehouse.rows(
        sql(
            "WITH members AS (SELECT source, record_id FROM {records} WHERE profile_id = $id) "
            "SELECT DISTINCT e.left_source, e.left_record, e.right_source, e.right_record, e.score, "
            "coalesce(e.similarities, '') AS similarities, e.verdict, e.reason FROM {evidence} AS e "
            "JOIN members AS m ON (m.source = e.left_source AND m.record_id = e.left_record) "
            "OR (m.source = e.right_source AND m.record_id = e.right_record) "
            "ORDER BY e.verdict DESC, e.score DESC, e.left_source, e.left_record, e.right_source, e.right_record",
            records=ident(PROFILE_RECORDS.name),
            evidence=ident(MATCH_EVIDENCE.name),
        ),
        id=profile_id,
    )
    return [
        Evidence(
            left=RecordKey(table=str(row[0]), id=str(row[1])),
            right=RecordKey(table=str(row[2]), id=str(row[3])),
            score=float(str(row[4])),
            similarities=str(row[5]),
            verdict=str(row[6]),
            reason=str(row[7]),
        )
        for row in found
    ]


def explain_pair(
    warehouse: Warehouse,
    definition: IdentityDefinition,
    descriptions: Mapping[str, TableDescription],
    left: RecordKey,
    right: RecordKey,
) -> PairExplanation:
    """Return what every rule says of two records, and what the last run made of them.

    Raises:
        NotFound: a record does not exist.
        InvalidInput: both are the same record.
    """
    if left == right:
        message = f"{left.table}:{left.id} is one record."
        raise InvalidInput(message, code="identity.same_record", hint="Name two different records.")
    only: dict[str, list[str]] = {}
    for record in (left, right):
        only.setdefault(record.table, []).append(record.id)
    tables, plans, terms, records = prepare(
        warehouse, definition, descriptions, only=only, bypassed_before=MATCH_BYPASSED.name
    )
    numbers = {table.table: table.number for table in tables}
    rids = (_rid(warehouse, left, numbers), _rid(warehouse, right, numbers))
    bypassed = _bypassed_terms(warehouse, terms, records, rids)
    sides = tuple(
        _Side(record, rid, tables[numbers[record.table]])
        for record, rid in zip((left, right), rids, strict=True)
    )
    pair = _Pair(warehouse, terms, (sides[0], sides[1]), bypassed)
    drop_bypassed(warehouse, terms, records)
    applicable = [
        plan
        for plan in plans
        if plan.inside is None or (left.table == right.table and plan.inside == numbers[left.table])
    ]
    rules = [pair.rule(plan) for plan in applicable]
    verdict, reason = _verdict(warehouse, left, right)
    profiles = (profile_of(warehouse, left), profile_of(warehouse, right))
    if verdict == "none" and None not in profiles:
        order = MatchOrder(warehouse, definition.mode, plans, numbers, left, right)
        rules = [
            _as_run(found, order.note(plan, _score(found)), apart=profiles[0] != profiles[1])
            for plan, found in zip(applicable, rules, strict=True)
        ]
    warehouse.drop(RECORDS, *(over_table(term) for term in terms.all()))
    always = judged_between(warehouse, definition.always, left, right, (None, None))
    return PairExplanation(
        left=left,
        right=right,
        left_profile=profiles[0],
        right_profile=profiles[1],
        verdict=verdict,
        reason=reason,
        rules=tuple(rules),
        never=tuple(judged_between(warehouse, definition.never, left, right, profiles)),
        always=tuple(always),
    )


def _as_run(found: RuleExplanation, note: str, *, apart: bool) -> RuleExplanation:
    """Return the explanation of a rule that holds, but did not match the pair in the last run."""
    if not found.matches:
        return found
    if note:
        return replace(found, matches=False, note=note)
    return replace(found, note=_NOT_RUN) if apart else found


def _score(found: RuleExplanation) -> float:
    """Return the weakest similarity of a rule that holds; 1 where equality decides."""
    return min((c.similarity for c in found.conditions if c.similarity is not None), default=1.0)


def _rid(warehouse: Warehouse, record: RecordKey, numbers: Mapping[str, int]) -> int:
    found = warehouse.rows(
        sql("SELECT rid FROM {r} WHERE table_no = $no AND record_id = $id", r=ident(RECORDS)),
        no=numbers.get(record.table, -1),
        id=record.id,
    )
    if not found:
        message = f"There is no record {record.id!r} in {record.table!r}."
        hint = "Use the primary key as it stands in the source."
        raise NotFound(message, code="identity.record_unknown", hint=hint)
    return int(str(found[0][0]))


def _bypassed_terms(
    warehouse: Warehouse, terms: Terms, records: Records, rids: Sequence[int]
) -> frozenset[tuple[int, int]]:
    """Return `(term, rid)` where the record has a value of the term that too many records share."""
    found: set[tuple[int, int]] = set()
    for term in terms.all():
        for column in term.columns if records.bypassed.get(term.index) else ():
            rows = warehouse.rows(
                sql(
                    "SELECT r.rid FROM {records} AS r JOIN {over} AS o ON o.value = r.{column} "
                    "WHERE r.rid IN ({rids})",
                    records=ident(RECORDS),
                    over=ident(over_table(term)),
                    column=ident(column),
                    rids=comma(literal(rid) for rid in rids),
                )
            )
            found |= {(term.index, int(str(rid))) for (rid,) in rows}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two records."""

    record: RecordKey
    rid: int
    table: TablePlan


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two records of the records table, over-frequent values taken out."""

    warehouse: Warehouse
    terms: Terms
    sides: tuple[_Side, _Side]
    bypassed: frozenset[tuple[int, int]]

    def rule(self, plan: RulePlan) -> RuleExplanation:
        """Return what a rule says of them."""
        conditions = tuple(self.condition(condition) for condition in plan.rule.when)
        exceptions = tuple(self.condition(exception) for exception in plan.rule.except_)
        holds = all(condition.holds for condition in conditions)
        met_exceptions = [exception.attribute for exception in exceptions if exception.holds]
        compared = shares_key(self.warehouse, self.terms, plan)
        note = ""
        if holds and met_exceptions:
            note = f"kept apart by the exception on {', '.join(met_exceptions)}"
        elif holds and not compared:
            note = "never compared: the records share none of the rule's keys, or are not of its tables"
        return RuleExplanation(
            rule=plan.name,
            matches=holds and compared and not met_exceptions,
            compared=compared,
            conditions=conditions,
            exceptions=exceptions,
            note=note,
        )

    def condition(self, condition: Condition) -> ConditionExplanation:
        """Return what a condition or an exception says of them."""
        term = self.terms.of(condition)
        holds = (
            met(condition, self.terms)
            if isinstance(condition, ExceptionCondition)
            else agrees(condition, self.terms)
        )
        columns = comma(
            sql("{value} AS {name}", value=term.column(k, side), name=ident(f"{side}{k}"))
            for side in ("a", "b")
            for k in range(term.width)
        )
        ((score, decided, *found),) = self.warehouse.rows(
            sql(
                "SELECT {similarity} AS similarity, {holds} AS holds, {values} FROM {records} AS a, "
                "{records} AS b WHERE a.rid = {left} AND b.rid = {right}",
                similarity=similarity(condition, self.terms, "a", "b"),
                holds=holds,
                values=columns,
                records=ident(RECORDS),
                left=self.sides[0].rid,
                right=self.sides[1].rid,
            )
        )
        left = tuple(str(value) for value in found[: term.width] if value is not None)
        right = tuple(str(value) for value in found[term.width :] if value is not None)
        missing = [
            self._why_empty(side, term)
            for side, values in zip(self.sides, (left, right), strict=True)
            if not values
        ]
        return ConditionExplanation(
            attribute=condition.attribute,
            left=left,
            right=right,
            compare="exact" if condition.compare is None else condition.compare.kind,
            similarity=None if score is None else float(str(score)),
            threshold=condition.precision,
            holds=bool(decided),
            note=_empty_in_words(missing),
        )

    def _why_empty(self, side: _Side, term: Term) -> str:
        """Return why a record has nothing to compare."""
        raw = raw_texts(self.warehouse, side.table, side.record.id, term.attribute)
        if not raw:
            return _UNKNOWN
        if term.bypass_dummies and all(is_dummy_text(term.attribute, text) for text in raw):
            return "stands for nobody (dummy)"
        if (term.index, side.rid) in self.bypassed:
            return "too many records share this value"
        if any(step.kind == "bypass" for step in term.chain):
            return "stands for nobody (bypass list)"
        return "nothing left to compare"


def _empty_in_words(reasons: Sequence[str]) -> str:
    """Return why one or both sides have nothing to compare; an empty text when both have something."""
    if not reasons:
        return ""
    if len(set(reasons)) > 1:
        return "; ".join(f"{side}: {reason}" for side, reason in zip(("left", "right"), reasons, strict=True))
    if reasons[0] == _UNKNOWN:
        return "unknown on both sides" if len(reasons) > 1 else "unknown on one side"
    return reasons[0]


def _verdict(warehouse: Warehouse, left: RecordKey, right: RecordKey) -> tuple[str, str]:
    found = warehouse.rows(
        sql(
            "SELECT verdict, reason FROM {evidence} WHERE "
            "(left_source = $ls AND left_record = $lr AND right_source = $rs AND right_record = $rr) OR "
            "(left_source = $rs AND left_record = $rr AND right_source = $ls AND right_record = $lr)",
            evidence=ident(MATCH_EVIDENCE.name),
        ),
        ls=left.table,
        lr=left.id,
        rs=right.table,
        rr=right.id,
    )
    return (str(found[0][0]), str(found[0][1])) if found else ("none", "")
