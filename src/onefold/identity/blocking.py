"""Which pairs are compared at all: keys that records must share, counted before anything is compared.

A rule's exact conditions are its key. A rule without any derives keys from its fuzzy conditions, in passes: a
pair is a candidate when it shares the key of any pass. Blocks over the rule's limit are narrowed by a second
key, or, where equality alone decides, chained instead of paired; both are reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Sql, Warehouse, all_of, comma, ident, literal, sql, union_all
from onefold.identity.comparisons.date_tolerance import DateTolerance
from onefold.identity.comparisons.distance import Distance
from onefold.identity.comparisons.keys import ngram_keys, phonetic_key, prefix_key, token_keys
from onefold.identity.comparisons.number import Number
from onefold.identity.comparisons.token_set import TokenSet
from onefold.identity.model import Blocking, BlockKey, Condition, MatchRule
from onefold.identity.records import RECORDS
from onefold.identity.terms import Terms

_KEYLESS = (Number, DateTolerance, Distance)


@dataclass(frozen=True, slots=True)
class RulePlan:
    """A rule as it runs.

    Attributes:
        bit: its place in rule masks.
        inside: the number of the one table it deduplicates; None across tables.
        tables: the numbers of the tables it looks at; empty for all.
        passes: its blocking keys; a pair needs one of them.
        is_derived: whether the keys were derived because the rule has no exact condition.
    """

    bit: int
    rule: MatchRule
    inside: int | None
    tables: tuple[int, ...]
    passes: tuple[tuple[Blocking, ...], ...]
    is_derived: bool

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.name

    @property
    def pairs_by_key_alone(self) -> bool:
        """Whether sharing the key is all the rule asks."""
        return not self.rule.fuzzy and not self.rule.except_ and not self.rule.block


@dataclass(frozen=True, slots=True)
class BlockReport:
    """What a rule's keys mean in work, before any comparison.

    Attributes:
        keyed: records that have a key.
        blocks: keys that two or more records share.
        largest: records of the largest block.
        pairs: candidate pairs, over all passes, after narrowing (an upper bound: passes overlap).
        capped: blocks over the limit.
        left_out: pairs of capped blocks that are not compared.
    """

    rule: str
    keyed: int
    blocks: int
    largest: int
    pairs: int
    capped: int
    left_out: int


def plan_rule(
    rule: MatchRule, *, bit: int, inside: int | None = None, tables: Sequence[int] = ()
) -> RulePlan:
    """Return how the rule finds its candidate pairs.

    Raises:
        InvalidInput: it would compare everything with everything.
    """
    derived = False
    if rule.block:
        passes = rule.block
    elif rule.exact:
        passes = (tuple(Blocking(attribute=condition.attribute) for condition in rule.exact),)
    else:
        passes = _derived(rule)
        derived = True
    return RulePlan(bit, rule, inside, tuple(tables), passes, derived)


def _derived(rule: MatchRule) -> tuple[tuple[Blocking, ...], ...]:
    """Two conditions: sound of one with the beginning of the other, both ways. One: its sound, its beginning."""
    usable = [condition for condition in rule.fuzzy if not isinstance(condition.compare, _KEYLESS)]
    if not usable:
        message = f"Rule {rule.name!r} would compare every record with every other."
        hint = "Add a condition that must be exact (a postcode, a birth date), or give the rule a `block`."
        raise InvalidInput(message, code="identity.rule_unblocked", hint=hint, context={"rule": rule.name})
    if len(usable) == 1:
        return _alone(usable[0])
    first, second = usable[:2]
    return tuple(
        (
            Blocking(attribute=a.attribute, key=BlockKey.PHONETIC),
            Blocking(attribute=b.attribute, key=BlockKey.PREFIX, length=3),
        )
        for a, b in ((first, second), (second, first))
    )


def _alone(condition: Condition) -> tuple[tuple[Blocking, ...], ...]:
    if isinstance(condition.compare, TokenSet):
        return ((Blocking(attribute=condition.attribute, key=BlockKey.TOKENS),),)
    return (
        (Blocking(attribute=condition.attribute, key=BlockKey.PHONETIC),),
        (Blocking(attribute=condition.attribute, key=BlockKey.PREFIX, length=5),),
    )


class Blocks:
    """Builds the key tables and candidate pairs of one rule at a time."""

    def __init__(self, warehouse: Warehouse, terms: Terms) -> None:
        self._warehouse = warehouse
        self._terms = terms

    def build(self, plan: RulePlan, only: int | None = None) -> BlockReport:
        """Create `identity_keys_<bit>(key, rid)`: the keys worth pairing, one block per key, narrowed.

        Blocks of one record are gone, and so are blocks that stay over the limit. With `only`, the number of a pass,
        that pass alone counts, and the table is `identity_keys_<bit>_<pass>`.
        """
        keys = _named("all_keys", plan, only)
        keyed = self._warehouse.create_table(keys, self.keys(plan, only))
        sizes = _named("sizes", plan, only)
        self._warehouse.create_table(
            sizes,
            sql("SELECT key, count(*) AS n FROM {keys} GROUP BY key HAVING count(*) > 1", keys=ident(keys)),
        )
        limit = plan.rule.max_block
        ((blocks, largest, pairs, capped, over),) = self._warehouse.rows(
            sql(
                "SELECT count(*), coalesce(max(n), 0), "
                "CAST(coalesce(sum(CASE WHEN n <= {limit} THEN n * (n - 1) / 2.0 END), 0) AS DOUBLE), "
                "coalesce(sum(CASE WHEN n > {limit} THEN 1 ELSE 0 END), 0), "
                "CAST(coalesce(sum(CASE WHEN n > {limit} THEN n * (n - 1) / 2.0 END), 0) AS DOUBLE) "
                "FROM {sizes}",
                limit=limit,
                sizes=ident(sizes),
            )
        )
        kept = sql(
            "SELECT k.key, k.rid FROM {keys} AS k JOIN {sizes} AS s ON s.key = k.key WHERE s.n <= {limit}",
            keys=ident(keys),
            sizes=ident(sizes),
            limit=limit,
        )
        added = 0
        if (
            int(str(capped))
            and not plan.pairs_by_key_alone
            and (found := self._narrowed(plan, keys, sizes, only))
        ):
            narrowed, added = found
            kept = union_all([kept, narrowed])
        self._warehouse.create_table(_named("keys", plan, only), kept)
        if plan.pairs_by_key_alone:
            self._chain(plan, keys, sizes, only)
            added = int(float(str(over)))
        self._warehouse.drop(keys, sizes, _named("narrow", plan, only))
        return BlockReport(
            rule=plan.name,
            keyed=keyed,
            blocks=int(str(blocks)),
            largest=int(str(largest)),
            pairs=int(float(str(pairs))) + (0 if plan.pairs_by_key_alone else added),
            capped=int(str(capped)),
            left_out=max(0, int(float(str(over))) - added),
        )

    def pairs(self, plan: RulePlan, only: int | None = None) -> Sql:
        """Return the select of the candidate pairs `(l, r)`, `l < r`, after `build`."""
        pairs = sql(
            "SELECT a.rid AS l, b.rid AS r FROM {keys} AS a JOIN {keys} AS b ON a.key = b.key AND a.rid < b.rid",
            keys=ident(_named("keys", plan, only)),
        )
        return (
            sql("SELECT DISTINCT l, r FROM ({pairs}) AS d", pairs=pairs) if self._may_repeat(plan) else pairs
        )

    def _may_repeat(self, plan: RulePlan) -> bool:
        """Whether two records may share more than one key."""
        parts = [part for key in plan.passes for part in key]
        lists = any(part.key in (BlockKey.TOKENS, BlockKey.NGRAMS) for part in parts)
        wide = any(self._terms.of(self._part(plan, part)).width > 1 for part in parts)
        return len(plan.passes) > 1 or lists or wide

    def keys(self, plan: RulePlan, only: int | None = None) -> Sql:
        """Return the select of the rule's keys `(key, rid)`, every block in it."""
        selects = [
            self._pass(plan, number, key, alternatives)
            for number, key in enumerate(plan.passes)
            if only is None or number == only
            for alternatives in product(*(range(self._terms.of(self._part(plan, p)).width) for p in key))
        ]
        if len(selects) == 1:
            return selects[0]
        # Two alternatives of one record may give the same key.
        return sql("SELECT DISTINCT key, rid FROM ({keys}) AS k", keys=union_all(selects))

    def _part(self, plan: RulePlan, part: Blocking) -> Condition | Blocking:
        """A part stands for the rule's own condition on that attribute, with its chain, where there is one."""
        own = plan.rule.exact if part.key is BlockKey.EXACT else (*plan.rule.fuzzy, *plan.rule.exact)
        return next((condition for condition in own if condition.attribute == part.attribute), part)

    def _pass(self, plan: RulePlan, number: int, key: Sequence[Blocking], alternatives: Sequence[int]) -> Sql:
        scope = plan.tables if plan.inside is None else (plan.inside,)
        conditions: list[Sql] = []
        if scope:
            numbers = comma(literal(table) for table in scope)
            conditions.append(sql("t.table_no IN ({numbers})", numbers=numbers))
        scalars: list[Sql] = [literal(number)]
        lists: list[Sql] = []
        for part, alternative in zip(key, alternatives, strict=True):
            term = self._terms.of(self._part(plan, part))
            value = term.column(alternative, "t")
            conditions.append(sql("{value} IS NOT NULL", value=value))
            one, many = _key_of(part, value)
            scalars += [one] if one else []
            lists += [many] if many else []
        where = all_of(conditions)
        if not lists:
            return self._hashed(scalars, where)
        if len(lists) > 1:
            message = f"Rule {plan.name!r} has a blocking key with more than one list of tokens or n-grams."
            raise InvalidInput(
                message, code="identity.block_lists", hint="Give each its own pass: `block: [[...], [...]]`."
            )
        return sql(
            "SELECT of_hash({scalars}, token) AS key, rid FROM (SELECT {named}, t.rid, "
            "unnest({tokens}) AS token FROM {records} AS t WHERE {where}) AS u WHERE token IS NOT NULL",
            scalars=comma(ident(f"k{i}") for i in range(len(scalars))),
            named=comma(sql("{key} AS {name}", key=k, name=ident(f"k{i}")) for i, k in enumerate(scalars)),
            tokens=lists[0],
            records=ident(RECORDS),
            where=where,
        )

    def _hashed(self, scalars: Sequence[Sql], where: Sql) -> Sql:
        present = all_of([where, *(sql("{key} IS NOT NULL", key=key) for key in scalars[1:])])
        return sql(
            "SELECT of_hash({scalars}) AS key, t.rid FROM {records} AS t WHERE {present}",
            scalars=comma(scalars),
            records=ident(RECORDS),
            present=present,
        )

    def _narrowed(self, plan: RulePlan, keys: str, sizes: str, only: int | None) -> tuple[Sql, int] | None:
        """Split the blocks over the limit by a second key; drop what stays over. None without a second key."""
        second = self._second_key(plan)
        if second is None:
            return None
        narrow = _named("narrow", plan, only)
        split = union_all(
            sql(
                "SELECT of_hash(CAST(k.key AS VARCHAR), {value}) AS key, k.rid FROM {keys} AS k "
                "JOIN {sizes} AS s ON s.key = k.key JOIN {records} AS t ON t.rid = k.rid "
                "WHERE s.n > {limit} AND {value} IS NOT NULL",
                value=value,
                keys=ident(keys),
                sizes=ident(sizes),
                records=ident(RECORDS),
                limit=plan.rule.max_block,
            )
            for value in second
        )
        if len(second) > 1:
            split = sql("SELECT DISTINCT key, rid FROM ({split}) AS d", split=split)
        self._warehouse.create_table(narrow, split)
        fitting = sql(
            "SELECT key, count(*) AS n FROM {narrow} GROUP BY key HAVING count(*) > 1 AND count(*) <= {limit}",
            narrow=ident(narrow),
            limit=plan.rule.max_block,
        )
        ((pairs,),) = self._warehouse.rows(
            sql(
                "SELECT CAST(coalesce(sum(n * (n - 1) / 2.0), 0) AS DOUBLE) AS pairs FROM ({fitting}) AS f",
                fitting=fitting,
            )
        )
        select = sql(
            "SELECT n.key, n.rid FROM {narrow} AS n JOIN ({fitting}) AS f ON f.key = n.key",
            narrow=ident(narrow),
            fitting=fitting,
        )
        return select, int(float(str(pairs)))

    def _second_key(self, plan: RulePlan) -> list[Sql] | None:
        """Return the values that pairs of a large block must share too, one for each alternative.

        An exact condition that the key lacks loses nothing; the beginning of a fuzzy value, or of the value that
        an exception asks to be the same, loses the pairs that differ early: they are reported as left out.
        """
        keyed = {part.attribute for key in plan.passes for part in key if part.key is BlockKey.EXACT}
        for condition in plan.rule.exact:
            if condition.attribute not in keyed:
                term = self._terms.of(condition)
                return [term.column(k, "t") for k in range(term.width)]
        begun = [one for one in plan.rule.fuzzy if not isinstance(one.compare, _KEYLESS)]
        begun += [one for one in plan.rule.except_ if one.is_ == "different"]
        if not begun:
            return None
        term = self._terms.of(begun[0])
        return [sql("substr({value}, 1, 3)", value=term.column(k, "t")) for k in range(term.width)]

    def _chain(self, plan: RulePlan, keys: str, sizes: str, only: int | None) -> None:
        """Create `identity_chain_<bit>(l, r)`: large blocks, where equality alone decides, as a star.

        Its center is the record of the table ranked first with the smallest key.
        """
        members = sql(
            "SELECT k.key, k.rid, row_number() OVER (PARTITION BY k.key ORDER BY t.table_no, t.record_id, k.rid) "
            "AS place FROM {keys} AS k JOIN {sizes} AS s ON s.key = k.key JOIN {records} AS t ON t.rid = k.rid "
            "WHERE s.n > {limit}",
            keys=ident(keys),
            sizes=ident(sizes),
            records=ident(RECORDS),
            limit=plan.rule.max_block,
        )
        star = _named("star", plan, only)
        self._warehouse.create_table(star, members)
        self._warehouse.create_table(
            _named("chain", plan, only),
            sql(
                "SELECT least(c.rid, m.rid) AS l, greatest(c.rid, m.rid) AS r FROM {star} AS c "
                "JOIN {star} AS m ON m.key = c.key WHERE c.place = 1 AND m.place > 1",
                star=ident(star),
            ),
        )
        self._warehouse.drop(star)


def _named(what: str, plan: RulePlan, only: int | None) -> str:
    return f"identity_{what}_{plan.bit}" if only is None else f"identity_{what}_{plan.bit}_{only}"


def shares_key(warehouse: Warehouse, terms: Terms, plan: RulePlan) -> bool:
    """Return whether a records table of two records has a key of the rule in common."""
    ((most,),) = warehouse.rows(
        sql(
            "SELECT coalesce(max(n), 0) AS most FROM (SELECT key, count(DISTINCT rid) AS n FROM ({keys}) AS k "
            "GROUP BY key) AS s",
            keys=Blocks(warehouse, terms).keys(plan),
        )
    )
    return int(str(most)) > 1


def _key_of(part: Blocking, value: Sql) -> tuple[Sql | None, Sql | None]:
    """Return the key as one text, or as a list of texts."""
    match part.key:
        case BlockKey.EXACT:
            return value, None
        case BlockKey.PREFIX:
            return prefix_key(value, part.length), None
        case BlockKey.PHONETIC:
            return phonetic_key(value), None
        case BlockKey.TOKENS:
            return None, token_keys(value)
        case BlockKey.NGRAMS:
            return None, ngram_keys(value, part.length)
