"""What the match rules would compare, key by key, before they do: pairs, the largest block, and what each key adds.

The keys are looked at in the order of the rules. What a key adds is counted pair by pair up to a number of pairs, and
estimated from an even sample of them above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from onefold.catalogue import TableDescription
from onefold.foundation.warehouse import Sql, Warehouse, all_of, any_of, ident, sql, union_all
from onefold.identity.blocking import BlockReport, Blocks, RulePlan
from onefold.identity.matching import agrees, met
from onefold.identity.model import Blocking, BlockKey, IdentityDefinition
from onefold.identity.records import RECORDS, drop_bypassed
from onefold.identity.stage import prepare
from onefold.identity.terms import Terms

SAMPLE_PAIRS = 50_000
"""So many pairs of a key are scored; of more, an even sample of about so many."""
_SAMPLE = "identity_sample"
_SCORED = "identity_scored"


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What one key of one rule means in work, and what it adds to the keys before it.

    Attributes:
        key: the key in words, such as `postcode + sound of last_name`.
        blocks: its blocks and candidate pairs.
        marginal_pairs: candidate pairs that no key before gives.
        marginal_matches: pairs that the rule matches and no rule before, by its keys, does.
        marginal_recall: their share of the matches of all rules, from 0 to 1.
        is_estimate: whether the last three are estimated from a sample.
    """

    key: str
    blocks: BlockReport
    marginal_pairs: int
    marginal_matches: int
    marginal_recall: float
    is_estimate: bool

    def as_dict(self) -> dict[str, object]:
        """Return it as plain JSON values, the figures of its blocks among them."""
        plain = asdict(self)
        blocks = plain.pop("blocks")
        return {"rule": blocks.pop("rule"), "key": plain.pop("key"), **blocks, **plain}


def block_report(
    warehouse: Warehouse,
    definition: IdentityDefinition,
    descriptions: Mapping[str, TableDescription],
    *,
    sample_pairs: int = SAMPLE_PAIRS,
) -> list[KeyReport]:
    """Return what each key of each active rule would compare, and what it adds to those before it."""
    _, plans, terms, records = prepare(warehouse, definition, descriptions)
    drop_bypassed(warehouse, terms, records)
    keys = [_Key(warehouse, terms, plan, number) for plan in plans for number in range(len(plan.passes))]
    found = [key.report(keys[:place], sample_pairs) for place, key in enumerate(keys)]
    for key in keys:
        key.drop()
    matches = sum(report.marginal_matches for report in found)
    return [
        replace(report, marginal_recall=round(report.marginal_matches / matches, 6) if matches else 0.0)
        for report in found
    ]


class _Key:
    """One pass of one rule.

    Attributes:
        shared: its table `(key, rid)` of the records that share a key.
    """

    def __init__(self, warehouse: Warehouse, terms: Terms, plan: RulePlan, number: int) -> None:
        self._warehouse = warehouse
        self._terms = terms
        self._plan = plan
        self._number = number
        self._blocks = Blocks(warehouse, terms)
        self.shared = f"identity_shared_{plan.bit}_{number}"

    def report(self, before: Sequence[_Key], sample_pairs: int) -> KeyReport:
        """Return what it gives and adds; its blocks stay for the keys after it."""
        built = self._blocks.build(self._plan, self._number)
        pairs = self._pairs()
        self._remember()
        ((total,),) = self._warehouse.rows(sql("SELECT count(*) FROM ({pairs}) AS p", pairs=pairs))
        every = max(1, -(-int(str(total)) // sample_pairs))
        # An even spread over both ends, the same in every run.
        spread = sql("(p.l * 7919 + p.r * 104729) % 1000003 % {every} = 0", every=every)
        self._warehouse.create_table(
            _SAMPLE, sql("SELECT p.l, p.r FROM ({pairs}) AS p WHERE {spread}", pairs=pairs, spread=spread)
        )
        sampled, fresh, matched = self._scored(before)
        self._warehouse.drop(_SAMPLE, _SCORED)
        scale = int(str(total)) / sampled if sampled else 0.0
        return KeyReport(
            key=" + ".join(_part_in_words(part) for part in self._plan.passes[self._number]),
            blocks=built,
            marginal_pairs=round(fresh * scale),
            marginal_matches=round(matched * scale),
            marginal_recall=0.0,
            is_estimate=every > 1,
        )

    def drop(self) -> None:
        """Drop its tables."""
        end = f"{self._plan.bit}_{self._number}"
        self._warehouse.drop(f"identity_keys_{end}", f"identity_chain_{end}", self.shared)

    def _pairs(self) -> Sql:
        pairs = self._blocks.pairs(self._plan, self._number)
        if not self._plan.pairs_by_key_alone:
            return pairs
        chain = ident(f"identity_chain_{self._plan.bit}_{self._number}")
        return union_all([pairs, sql("SELECT l, r FROM {chain}", chain=chain)])

    def _remember(self) -> None:
        """Keep which records share a key; a chained block joins all its records, whatever its size."""
        kept = sql(
            "SELECT key, rid FROM {keys}", keys=ident(f"identity_keys_{self._plan.bit}_{self._number}")
        )
        every = self._blocks.keys(self._plan, self._number)
        self._warehouse.create_table(self.shared, every if self._plan.pairs_by_key_alone else kept)

    def matches(self) -> Sql:
        """Return the condition that the rule matches the records `a` and `b`."""
        rule = self._plan.rule
        return all_of(
            [
                *(agrees(condition, self._terms) for condition in rule.when),
                *(sql("NOT ({met})", met=met(exception, self._terms)) for exception in rule.except_),
            ]
        )

    def _scored(self, before: Sequence[_Key]) -> tuple[int, int, int]:
        """Return of the sample: the pairs, those that no key before gives, those matched and never before."""
        given = [
            sql(
                "SELECT DISTINCT s.l, s.r, {number} AS k FROM {sample} AS s JOIN {keys} AS x ON x.rid = s.l "
                "JOIN {keys} AS y ON y.rid = s.r AND y.key = x.key",
                number=number,
                sample=ident(_SAMPLE),
                keys=ident(key.shared),
            )
            for number, key in enumerate(before)
        ]
        nothing = Sql("SELECT CAST(0 AS BIGINT) AS l, CAST(0 AS BIGINT) AS r, 0 AS k WHERE FALSE")
        self._warehouse.create_table(_SCORED, union_all(given) if given else nothing)
        earlier = [
            sql("(g.k = {number} AND {matches})", number=number, matches=key.matches())
            for number, key in enumerate(before)
        ]
        ((sampled, fresh, matched),) = self._warehouse.rows(
            sql(
                "WITH known AS (SELECT g.l, g.r, max(CASE WHEN {earlier} THEN 1 ELSE 0 END) AS found "
                "FROM {given} AS g JOIN {records} AS a ON a.rid = g.l JOIN {records} AS b ON b.rid = g.r "
                "GROUP BY g.l, g.r) "
                "SELECT count(*) AS sampled, coalesce(sum(CASE WHEN n.l IS NULL THEN 1 ELSE 0 END), 0) AS fresh, "
                "coalesce(sum(CASE WHEN coalesce(n.found, 0) = 0 AND {matches} THEN 1 ELSE 0 END), 0) AS matched "
                "FROM {sample} AS s JOIN {records} AS a ON a.rid = s.l JOIN {records} AS b ON b.rid = s.r "
                "LEFT JOIN known AS n ON n.l = s.l AND n.r = s.r",
                earlier=any_of(earlier),
                given=ident(_SCORED),
                records=ident(RECORDS),
                matches=self.matches(),
                sample=ident(_SAMPLE),
            )
        )
        return int(str(sampled)), int(str(fresh)), int(str(matched))


def _part_in_words(part: Blocking) -> str:
    match part.key:
        case BlockKey.EXACT:
            return part.attribute
        case BlockKey.PREFIX:
            return f"first {part.length} of {part.attribute}"
        case BlockKey.PHONETIC:
            return f"sound of {part.attribute}"
        case BlockKey.TOKENS:
            return f"a word of {part.attribute}"
        case BlockKey.NGRAMS:
            return f"{part.length} characters of {part.attribute}"
