"""The identity stage of a run: records in, profiles' records, evidence and events out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from onefold.catalogue import TableDescription
from onefold.foundation.kernel import InvalidInput, counted
from onefold.foundation.warehouse import Sql, Warehouse, comma, ident, literal, sql
from onefold.identity.blocking import BlockReport, RulePlan, plan_rule
from onefold.identity.components import build_components
from onefold.identity.custom_ids import use_custom_ids
from onefold.identity.guards import CUTS, guard, guard_in_words
from onefold.identity.ids import INTERMEDIATE, IdRun, aliases, assign_ids, events, note_changes
from onefold.identity.mapping import TablePlan, plan_tables
from onefold.identity.matching import (
    ALWAYS_MASK,
    EDGES,
    RuleReport,
    all_edges,
    first_rule_edges,
    match,
    rule_reports,
)
from onefold.identity.members import build_members, profile_records, table_name
from onefold.identity.model import IdentityDefinition, Mode
from onefold.identity.pins import add_always, pinned_pairs
from onefold.identity.published import not_read
from onefold.identity.records import (
    RECORDS,
    Records,
    build_records,
    bypassed_values,
    drop_bypassed,
    over_table,
)
from onefold.identity.tables import (
    MATCH_BYPASSED,
    MATCH_EVIDENCE,
    MATCH_RULES,
    PROFILE_ALIASES,
    PROFILE_EVENTS,
    PROFILE_RECORDS,
)
from onefold.identity.terms import Terms
from onefold.runs import Outcome, StageContext, StageResult

_LABELS = "identity_labels"
_MOST_RULES = 62


@dataclass(frozen=True, slots=True)
class Resolution:
    """What matching found, before profiles are named.

    Attributes:
        cuts: pairs cut, by guard.
        unknown_pins: judged pairs of a record that is not there, by `always` and `never`.
    """

    tables: tuple[TablePlan, ...]
    plans: tuple[RulePlan, ...]
    terms: Terms
    records: Records
    blocks: tuple[BlockReport, ...]
    cuts: Mapping[str, int]
    people: int
    unknown_pins: Mapping[str, int]


def plan_rules(definition: IdentityDefinition, tables: Sequence[TablePlan]) -> list[RulePlan]:
    """Return the active rules with their bits: those inside tables first, in the order of the tables.

    Raises:
        InvalidInput: there are more rules than a mask has bits, or one has no key.
    """
    numbers = {table.table: table.number for table in tables}
    rules = definition.all_rules()
    if len(rules) > _MOST_RULES:
        message = f"{len(rules)} rules are more than the {_MOST_RULES} that one definition may have."
        raise InvalidInput(
            message, code="identity.too_many_rules", hint="Drop rules that match no pair alone."
        )
    inside = {
        rule.name: numbers[table] for table, found in definition.deduplication.items() for rule in found.rules
    }
    return [
        plan_rule(
            rule,
            bit=bit,
            inside=inside.get(rule.name),
            tables=[numbers[table] for table in rule.tables],
        )
        for bit, rule in enumerate(rules)
        if rule.active
    ]


def prepare(
    warehouse: Warehouse,
    definition: IdentityDefinition,
    descriptions: Mapping[str, TableDescription],
    *,
    only: Mapping[str, Sequence[str]] | None = None,
    bypassed_before: str | None = None,
) -> tuple[list[TablePlan], list[RulePlan], Terms, Records]:
    """Read the mapped tables into the records table, over-frequent values still in it."""
    columns = {
        mapped.table: warehouse.columns(mapped.table)
        for mapped in definition.map
        if mapped.table in descriptions
    }
    tables = plan_tables(definition, descriptions, columns)
    plans = plan_rules(definition, tables)
    terms = Terms(definition, tables)
    for plan in plans:
        for key in plan.passes:
            for part in key:
                terms.of(part)
    return (
        tables,
        plans,
        terms,
        build_records(warehouse, tables, terms, only=only, bypassed_before=bypassed_before),
    )


def resolve(
    warehouse: Warehouse, definition: IdentityDefinition, descriptions: Mapping[str, TableDescription]
) -> Resolution:
    """Find out which records are one person: creates the records, edges, cuts and members tables."""
    tables, plans, terms, records = prepare(warehouse, definition, descriptions)
    drop_bypassed(warehouse, terms, records)
    blocks = match(warehouse, plans, terms)
    if definition.mode is Mode.FIRST_RULE:
        _groups_of_duplicates(warehouse, plans)
        inside = min((plan.bit for plan in plans if plan.inside is None), default=_MOST_RULES)
        first_rule_edges(warehouse, inside_bits=inside, groups="identity_groups")
    else:
        all_edges(warehouse)
    always = pinned_pairs(warehouse, definition.always, tables)
    never = pinned_pairs(warehouse, definition.never, tables)
    add_always(warehouse, always.pairs)
    build_components(warehouse, nodes=RECORDS, edges=EDGES, into=_LABELS)
    trusted = [terms.of_attribute(attribute) for attribute in definition.guards.trusted]
    cuts = guard(
        warehouse,
        labels=_LABELS,
        never=never.pairs,
        trusted=trusted,
        max_records=definition.guards.max_records,
    )
    if any(cuts.values()):
        kept = sql(
            "SELECT e.l, e.r FROM {edges} AS e LEFT JOIN {cuts} AS c ON c.l = e.l AND c.r = e.r WHERE c.l IS NULL",
            edges=ident(EDGES),
            cuts=ident(CUTS),
        )
        warehouse.create_table("identity_kept", kept)
        build_components(warehouse, nodes=RECORDS, edges="identity_kept", into=_LABELS)
    people = build_members(warehouse, tables, _LABELS)
    unknown = {"always": always.unknown, "never": never.unknown}
    return Resolution(tuple(tables), tuple(plans), terms, records, tuple(blocks), cuts, people, unknown)


def _groups_of_duplicates(warehouse: Warehouse, plans: Sequence[RulePlan]) -> None:
    inside = [plan.bit for plan in plans if plan.inside is not None]
    warehouse.create_table(
        "identity_inside",
        sql("SELECT l, r FROM identity_hits WHERE bit <= {last}", last=max(inside, default=-1)),
    )
    build_components(warehouse, nodes=RECORDS, edges="identity_inside", into="identity_groups")


def evidence(resolution: Resolution, run_id: str) -> Sql:
    """Return the select of `match_evidence`."""
    names = [(1 << plan.bit, plan.name) for plan in resolution.plans] + [(ALWAYS_MASK, "always match")]
    reasons = comma(
        sql("CASE WHEN (e.mask & {mask}) <> 0 THEN {name} END", mask=mask, name=literal(name))
        for mask, name in names
    )
    return sql(
        "SELECT {left} AS left_source, a.record_id AS left_record, {right} AS right_source, "
        "b.record_id AS right_record, e.mask AS rule_mask, e.score, e.similarities, "
        "CASE WHEN c.reason IS NULL THEN 'match' ELSE 'cut' END AS verdict, "
        "coalesce(c.reason, concat_ws(', ', {reasons})) AS reason, {run} AS run_id FROM {edges} AS e "
        "JOIN {records} AS a ON a.rid = e.l JOIN {records} AS b ON b.rid = e.r "
        "LEFT JOIN {cuts} AS c ON c.l = e.l AND c.r = e.r",
        left=table_name(resolution.tables, Sql("a.table_no")),
        right=table_name(resolution.tables, Sql("b.table_no")),
        reasons=reasons,
        run=literal(run_id),
        edges=ident(EDGES),
        records=ident(RECORDS),
        cuts=ident(CUTS),
    )


@dataclass(frozen=True, slots=True)
class IdentityStage:
    """Resolves the records of the mapped tables into profiles.

    Attributes:
        definition: what to do.
        descriptions: the tables by name.
        needs: the stages that make the tables, and those that must be content with them.
    """

    definition: IdentityDefinition
    descriptions: Mapping[str, TableDescription]
    needs: frozenset[str]
    name: str = "identity"
    group: str = "identity"

    @property
    def fingerprint(self) -> str:
        """Changes with the definition and with how the mapped tables are described."""
        described = [repr(self.descriptions.get(mapped.table)) for mapped in self.definition.map]
        return "\n".join(["2", self.definition.model_dump_json(), *described])

    def run(self, context: StageContext) -> StageResult:
        """Match, cluster, name and publish."""
        with context.warehouse.in_any_order():
            return self._run(context)

    def _run(self, context: StageContext) -> StageResult:
        warehouse = context.warehouse
        missing = [
            mapped.table
            for mapped in self.definition.map
            if mapped.table in self.descriptions and not context.exists(mapped.table)
        ]
        if missing:
            raise not_read(missing)
        found = resolve(warehouse, self.definition, self.descriptions)
        context.progress(found.records.total, "matched")
        run = IdRun(
            run_id=context.run_id,
            now=context.now,
            has_previous=context.exists(PROFILE_RECORDS.name),
            has_aliases=context.exists(PROFILE_ALIASES.name),
        )
        profiles = assign_ids(warehouse, run)
        if self.definition.profile_ids.fields:
            use_custom_ids(warehouse, self.definition, found.tables, context.run_id)
        note_changes(warehouse, run)
        reports = rule_reports(warehouse, found.plans, found.blocks)
        happened = context.publish(PROFILE_EVENTS, events(run), append=True)
        context.publish(PROFILE_ALIASES, aliases(run))
        context.publish(MATCH_BYPASSED, bypassed_values(found.terms, found.records))
        pairs = context.publish(MATCH_EVIDENCE, evidence(found, context.run_id))
        self._publish_rules(context, found.plans, reports)
        records = context.publish(PROFILE_RECORDS, profile_records(self.definition, found.tables))
        _drop_intermediate(warehouse, found)
        cut = sum(found.cuts.values())
        messages = tuple(_messages(reports, found))
        return StageResult(
            outcome=Outcome.COMPLETED_WITH_WARNINGS if cut else Outcome.COMPLETED,
            rows_in=found.records.total,
            rows_out=records,
            messages=messages,
            figures={
                "people": profiles,
                "records": records,
                "duplicates_joined": records - profiles,
                "pairs": pairs,
                "pairs_cut": cut,
                "events": happened,
            },
        )

    def _publish_rules(
        self, context: StageContext, plans: Sequence[RulePlan], reports: Sequence[RuleReport]
    ) -> None:
        tables = [mapped.table for mapped in self.definition.map]
        rows = [
            {
                "rule": plan.name,
                "bit": plan.bit,
                "scope": "all tables" if plan.inside is None else tables[plan.inside],
                "keyed_records": report.blocks.keyed,
                "blocks": report.blocks.blocks,
                "largest_block": report.blocks.largest,
                "candidate_pairs": report.blocks.pairs,
                "capped_blocks": report.blocks.capped,
                "pairs_left_out": report.blocks.left_out,
                "matched_pairs": report.matched,
                "matched_alone": report.alone,
                "run_id": context.run_id,
            }
            for plan, report in zip(plans, reports, strict=True)
        ]
        schema = pa.schema(
            [
                (name, pa.string() if name in ("rule", "scope", "run_id") else pa.int64())
                for name in MATCH_RULES.column_names
            ]
        )
        context.warehouse.load_arrow("identity_rule_rows", pa.Table.from_pylist(rows, schema=schema))
        context.publish(MATCH_RULES, Sql("SELECT * FROM identity_rule_rows"))
        context.warehouse.drop("identity_rule_rows")


def _messages(reports: Sequence[RuleReport], found: Resolution) -> list[str]:
    messages = [
        f"Rule {report.blocks.rule!r} left {counted(report.blocks.left_out, 'pair')} uncompared in "
        f"{counted(report.blocks.capped, 'block')} over its limit (largest {report.blocks.largest:,})."
        for report in reports
        if report.blocks.left_out
    ]
    messages += [f"Rule {report.blocks.rule!r} matched no pair." for report in reports if not report.matched]
    messages += [
        f"Cut {counted(count, 'pair')}: {guard_in_words(reason)}."
        for reason, count in found.cuts.items()
        if count
    ]
    messages += [
        f"{counted(count, 'judged pair')} in `{pins}` left out: of a record that no mapped table has."
        for pins, count in found.unknown_pins.items()
        if count
    ]
    return messages


def _drop_intermediate(warehouse: Warehouse, found: Resolution) -> None:
    warehouse.drop(
        RECORDS,
        EDGES,
        CUTS,
        _LABELS,
        "identity_hits",
        "identity_kept",
        "identity_groups",
        "identity_inside",
        *INTERMEDIATE,
        *(over_table(term) for term in found.terms.all()),
    )
