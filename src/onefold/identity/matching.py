"""From candidate pairs to edges: every rule on its candidates, every rule that fired in one mask.

`identity_edges(l, r, mask, score, similarities)`: `mask` has a bit per rule that matched the pair, `score` is
the best rule's weakest similarity (1 where equality decided), `similarities` the fuzzy values of one of the rules
in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from onefold.foundation.warehouse import (
    Sql,
    Warehouse,
    all_of,
    any_of,
    comma,
    ident,
    literal,
    sql,
    union_all,
)
from onefold.foundation.warehouse.sql import after_commas
from onefold.identity.blocking import BlockReport, Blocks, RulePlan
from onefold.identity.comparisons.comparison import double
from onefold.identity.model import Condition, ExceptionCondition
from onefold.identity.records import RECORDS
from onefold.identity.terms import Terms

EDGES = "identity_edges"
_COMPARED = "identity_compared"
_HITS = "identity_hits"
ALWAYS_MASK = 1 << 62
"""The bit of pairs that a person has joined; rules have the bits below."""


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What a rule did: its blocks, the pairs it matched, and those that no other rule matched."""

    blocks: BlockReport
    matched: int
    alone: int


def similarity(condition: Condition, terms: Terms, left: str, right: str) -> Sql:
    """Return the similarity of two records on a condition: the best over all alternatives, null if unknown."""
    term = terms.of(condition)
    pairs = [(term.column(a, left), term.column(b, right)) for a, b in product(range(term.width), repeat=2)]
    if condition.compare is None:
        found = [
            sql(
                "CASE WHEN {l} = {r} THEN {one} WHEN {l} <> {r} THEN {zero} END",
                l=a,
                r=b,
                one=double(1),
                zero=double(0),
            )
            for a, b in pairs
        ]
    else:
        found = [condition.compare.similarity(a, b) for a, b in pairs]
    if len(found) == 1:
        return found[0]
    return sql("greatest({found})", found=comma(found))


def agrees(condition: Condition, terms: Terms, left: str = "a", right: str = "b") -> Sql:
    """Return the condition in SQL: similar enough, never null. An unknown value does not agree."""
    if not condition.is_exact:
        return sql(
            "coalesce({similarity} >= {threshold}, FALSE)",
            similarity=similarity(condition, terms, left, right),
            threshold=double(round(condition.precision, 9)),
        )
    term = terms.of(condition)
    return any_of(
        sql("coalesce({l} = {r}, FALSE)", l=term.column(a, left), r=term.column(b, right))
        for a, b in product(range(term.width), repeat=2)
    )


def met(exception: ExceptionCondition, terms: Terms, left: str = "a", right: str = "b") -> Sql:
    """Return whether a pair meets an exception, never null: a pair with an unknown value does not."""
    holes = {
        "similarity": similarity(exception, terms, left, right),
        "threshold": double(round(exception.precision, 9)),
    }
    if exception.is_ == "different":
        return sql("coalesce({similarity} < {threshold}, FALSE)", **holes)
    return sql("coalesce({similarity} >= {threshold}, FALSE)", **holes)


def match(
    warehouse: Warehouse,
    plans: Sequence[RulePlan],
    terms: Terms,
) -> list[BlockReport]:
    """Create `identity_hits(l, r, bit, mask, score, similarities)` of all rules and return their block reports."""
    blocks = Blocks(warehouse, terms)
    reports: list[BlockReport] = []
    tables: list[str] = []
    for plan in plans:
        reports.append(blocks.build(plan))
        name = f"identity_hits_{plan.bit}"
        # A table in between: an engine that filters by a similarity would work it out twice.
        warehouse.create_table(_COMPARED, _compared(plan, blocks, terms))
        warehouse.create_table(name, _hits(plan))
        warehouse.drop(_COMPARED, f"identity_keys_{plan.bit}", f"identity_chain_{plan.bit}")
        tables.append(name)
    hits = [sql("SELECT * FROM {table}", table=ident(name)) for name in tables]
    empty = Sql(
        "SELECT CAST(0 AS BIGINT) AS l, CAST(0 AS BIGINT) AS r, 0 AS bit, CAST(0 AS BIGINT) AS mask, "
        "CAST(0 AS DOUBLE) AS score, CAST(NULL AS VARCHAR) AS similarities WHERE FALSE"
    )
    warehouse.create_table(_HITS, union_all(hits) if hits else empty)
    warehouse.drop(*tables)
    return reports


def _compared(plan: RulePlan, blocks: Blocks, terms: Terms) -> Sql:
    """Return the select of the pairs that exact conditions and exceptions leave: `l, r, s0, s1, ...`."""
    candidates = blocks.pairs(plan)
    if plan.pairs_by_key_alone:
        chain = sql("SELECT l, r FROM {chain}", chain=ident(f"identity_chain_{plan.bit}"))
        return union_all([candidates, chain])
    rule = plan.rule
    # The key holds the exact conditions already, unless the rule brought its own keys.
    exact = rule.exact if rule.block else ()
    fuzzy = [
        sql("{s} AS s{i}", s=similarity(condition, terms, "a", "b"), i=i)
        for i, condition in enumerate(rule.fuzzy)
    ]
    where = all_of(
        [
            *(agrees(condition, terms) for condition in exact),
            *(sql("NOT ({met})", met=met(exception, terms)) for exception in rule.except_),
        ]
    )
    return sql(
        "SELECT p.l, p.r{fuzzy} FROM ({pairs}) AS p JOIN {records} AS a ON a.rid = p.l "
        "JOIN {records} AS b ON b.rid = p.r WHERE {where}",
        fuzzy=after_commas(fuzzy),
        pairs=candidates,
        records=ident(RECORDS),
        where=where,
    )


def _hits(plan: RulePlan) -> Sql:
    fuzzy = () if plan.pairs_by_key_alone else plan.rule.fuzzy
    thresholds = [
        sql("s{i} >= {threshold}", i=i, threshold=double(round(condition.precision, 9)))
        for i, condition in enumerate(fuzzy)
    ]
    return sql(
        "SELECT l, r, {bit} AS bit, CAST({mask} AS BIGINT) AS mask, {score} AS score, "
        "{words} AS similarities FROM {compared} WHERE {thresholds}",
        bit=plan.bit,
        mask=1 << plan.bit,
        score=_weakest(len(fuzzy)),
        words=_words(fuzzy),
        compared=ident(_COMPARED),
        thresholds=all_of(thresholds),
    )


def _weakest(count: int) -> Sql:
    scores = [sql("s{i}", i=i) for i in range(count)]
    if not scores:
        return double(1)
    return scores[0] if count == 1 else sql("least({scores})", scores=comma(scores))


def _words(fuzzy: Sequence[Condition]) -> Sql:
    """Return `last_name 0.93, street 0.88` as SQL: whole hundredths, rounded down so that 1.00 means equal."""
    if not fuzzy:
        return Sql("CAST(NULL AS VARCHAR)")
    parts = [
        sql(
            "{name} || CASE WHEN s{i} >= 1 THEN ' 1.00' ELSE ' 0.' || "
            "lpad(CAST(CAST(floor(s{i} * 100 + {nudge}) AS BIGINT) AS VARCHAR), 2, '0') END",
            name=literal(condition.attribute),
            i=i,
            # 0.29 * 100 is a hair below 29; similarities have nine digits, so this moves no other.
            nudge=double(1e-8),
        )
        for i, condition in enumerate(fuzzy)
    ]
    return sql("concat_ws(', ', {parts})", parts=comma(parts))


def all_edges(warehouse: Warehouse) -> None:
    """Create `identity_edges` with every rule that fired: the mode `all_rules`."""
    warehouse.create_table(
        EDGES,
        sql(
            "SELECT l, r, bit_or(mask) AS mask, max(score) AS score, "
            "max(similarities) AS similarities FROM {hits} GROUP BY l, r",
            hits=ident(_HITS),
        ),
    )


def first_rule_edges(warehouse: Warehouse, *, inside_bits: int, groups: str) -> None:
    """Create `identity_edges` as D365 does: table by table, rule by rule, one match for each.

    Pairs inside a table come from its deduplication rules alone. Across tables, each group of duplicates of
    the lower table takes the first rule that matches it with any table above, and there the most similar
    record (ties: the table ranked first, then the smallest record key), so records of an upper table are never
    joined by one of a lower table.

    Args:
        warehouse: the engine.
        inside_bits: rules with a smaller bit deduplicate inside a table.
        groups: the table `(rid, label)` of groups of duplicates.
    """
    warehouse.create_table(
        EDGES,
        sql(
            "WITH inside AS (SELECT l, r, mask, score, similarities FROM {hits} WHERE bit < {inside}), "
            "across AS (SELECT CASE WHEN a.table_no < b.table_no THEN h.l ELSE h.r END AS upper, "
            "CASE WHEN a.table_no < b.table_no THEN h.r ELSE h.l END AS lower, "
            "least(a.table_no, b.table_no) AS upper_no, "
            "CASE WHEN a.table_no < b.table_no THEN a.record_id ELSE b.record_id END AS upper_id, "
            "CASE WHEN a.table_no < b.table_no THEN b.record_id ELSE a.record_id END AS lower_id, "
            "h.bit, h.mask, h.score, h.similarities FROM {hits} AS h "
            "JOIN {records} AS a ON a.rid = h.l JOIN {records} AS b ON b.rid = h.r "
            "WHERE h.bit >= {inside} AND a.table_no <> b.table_no), "
            "chosen AS (SELECT upper, lower, mask, score, similarities FROM (SELECT c.*, row_number() OVER ("
            "PARTITION BY g.label ORDER BY c.bit, c.score DESC, c.upper_no, c.upper_id, c.lower_id) AS place "
            "FROM across AS c JOIN {groups} AS g ON g.rid = c.lower) AS ranked WHERE place = 1), "
            "both_kinds AS (SELECT l, r, mask, score, similarities FROM inside UNION ALL "
            "SELECT least(upper, lower) AS l, greatest(upper, lower) AS r, mask, score, similarities "
            "FROM chosen) SELECT l, r, bit_or(mask) AS mask, max(score) AS score, "
            "max(similarities) AS similarities FROM both_kinds GROUP BY l, r",
            hits=ident(_HITS),
            records=ident(RECORDS),
            groups=ident(groups),
            inside=inside_bits,
        ),
    )


def rule_reports(
    warehouse: Warehouse, plans: Sequence[RulePlan], blocks: Sequence[BlockReport]
) -> list[RuleReport]:
    """Return what each rule matched, and how many pairs no other rule did."""
    found = warehouse.rows(sql("SELECT mask, count(*) FROM {edges} GROUP BY mask", edges=ident(EDGES)))
    masks = [(int(str(mask)), int(str(count))) for mask, count in found]
    return [
        RuleReport(
            blocks=block,
            matched=sum(count for mask, count in masks if mask >> plan.bit & 1),
            alone=sum(count for mask, count in masks if mask == 1 << plan.bit),
        )
        for plan, block in zip(plans, blocks, strict=True)
    ]
