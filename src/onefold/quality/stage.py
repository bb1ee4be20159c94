"""The run's quality stage: profile what changed, grade everything, decide whether the run goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from onefold.catalogue import TableDescription
from onefold.foundation.warehouse import TableRef, Warehouse, ident, sql
from onefold.quality.acceptance import Accepted, Below, Decision, decide
from onefold.quality.examination import examine, own_columns, recheck
from onefold.quality.grade import CheckResult, grade_table
from onefold.quality.model import QualityDefinition
from onefold.quality.profile import FieldProfile
from onefold.quality.readiness import readiness_of
from onefold.quality.sampling import Sample, take_sample
from onefold.quality.storage import Acceptance
from onefold.quality.subject import Survey, meaning_of, means
from onefold.quality.tables import (
    CHECKS,
    FIELDS,
    HISTORY,
    TABLES,
    Row,
    arrow,
    check_of,
    check_row,
    decision_columns,
    field_row,
    grade_columns,
    history_row,
    profile_of,
    readiness_columns,
)
from onefold.runs import Outcome, StageContext, StageResult

# Raise when profiles or checks change what they measure, so that unchanged tables are measured anew.
_METHOD = 1
_COMMON_SHAPE = 0.6


@dataclass(slots=True)
class _Known:
    """What is known of the tables: of earlier runs at first, of this one in the end."""

    fields: dict[str, list[FieldProfile]] = field(default_factory=dict)
    checks: dict[str, list[CheckResult]] = field(default_factory=dict)
    tables: dict[str, Row] = field(default_factory=dict)


class QualityStage:
    """Profiles and checks published tables, grades them and stops what depends on a table below its criteria.

    Publishes `quality_fields`, `quality_checks`, `quality_tables` and appends to `quality_history`.

    Args:
        tables: the published tables, described; those that do not exist yet are passed over.
        definition: the workspace's, or the shipped one.
        needs: the names of the stages that publish the tables.
        acceptances: gives the newest acceptance of each table by its name, when the stage runs.
        gates: the tables that something after this stage reads; only these stop it. None is all of them.
    """

    name = "quality"
    group = "quality"
    # Freshness changes with time alone, so the stage looks for itself.
    fingerprint = None

    def __init__(
        self,
        tables: Sequence[TableDescription],
        definition: QualityDefinition,
        *,
        needs: Iterable[str] = (),
        acceptances: Callable[[], Mapping[str, Acceptance]] = dict,
        gates: Iterable[str] | None = None,
    ) -> None:
        self._tables = tuple(tables)
        self._definition = definition
        self._needs = frozenset(needs)
        self._acceptances = acceptances
        self._gates = None if gates is None else frozenset(gates)

    @property
    def tolerates(self) -> frozenset[str]:
        """Every stage that it needs: a source that failed is graded as it last was."""
        return self._needs

    @property
    def needs(self) -> frozenset[str]:
        """The names of the stages whose tables it reads."""
        return self._needs

    def run(self, context: StageContext) -> StageResult:
        """Profile the tables that changed and decide for all."""
        tables = [table for table in self._tables if context.exists(table.name)]
        if not tables:
            return StageResult(Outcome.UNCHANGED)
        known = _read(context)
        prints = {table.name: self._print(table) for table in tables}
        before = context.state.get("prints")
        old_prints = before if isinstance(before, dict) else {}
        stale = [
            table
            for table in tables
            if context.full
            or context.changed(table.name)
            or table.name not in known.tables
            or old_prints.get(table.name) != prints[table.name]
        ]
        shapes = self._profile(context, tables, stale, known)
        profiled = {name for name, row in known.tables.items() if row.get("run_id") == context.run_id}
        was = {name: dict(row) for name, row in known.tables.items()}
        decisions = self._decide(context, tables, known)
        changed = bool(profiled) or was != known.tables
        if changed:
            self._publish(context, tables, profiled, known)
        state = {"prints": prints, "shapes": shapes}
        return _result(tables, decisions, known, profiled, state=state, changed=changed, gates=self._gates)

    def _print(self, table: TableDescription) -> str:
        """A text that changes when the table's description, the definition or our method does."""
        whole = f"{_METHOD}\n{table!r}\n{self._definition.model_dump_json()}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def _profile(
        self,
        context: StageContext,
        tables: Sequence[TableDescription],
        stale: Sequence[TableDescription],
        known: _Known,
    ) -> dict[str, str]:
        """Examine the stale tables, recheck the others, and return the shapes identifiers agree on."""
        warehouse = context.files
        columns = {table.name: warehouse.columns(table.name) for table in tables}
        survey = Survey(context.now, columns)
        samples: dict[str, Sample] = {}
        try:
            for table in stale:
                samples[table.name] = self._sample(warehouse, table, survey)
            shapes = agreed_shapes(tables, samples, known.fields)
            also = [
                table
                for table in tables
                if table.name not in samples and _speaks_of(table, _differing(context, shapes))
            ]
            for table in also:
                samples[table.name] = self._sample(warehouse, table, survey)
            survey = Survey(context.now, columns, shapes)
            for table in tables:
                if table.name in samples:
                    self._examine(context, table, survey, samples[table.name], known)
                else:
                    self._recheck(warehouse, table, survey, known)
        finally:
            warehouse.drop(*(sample.name for sample in samples.values()))
        for name in set(known.tables) - {table.name for table in tables}:
            known.tables.pop(name)
        return shapes

    def _sample(self, warehouse: Warehouse, table: TableDescription, survey: Survey) -> Sample:
        columns = own_columns(warehouse.columns(table.name))
        return take_sample(warehouse, table, columns, survey, self._definition.sample_rows)

    def _examine(
        self,
        context: StageContext,
        table: TableDescription,
        survey: Survey,
        sample: Sample,
        known: _Known,
    ) -> None:
        found = examine(context.files, table, self._definition, survey, sample=sample)
        context.progress(found.rows, table.name)
        known.fields[table.name] = list(found.fields)
        known.checks[table.name] = list(found.checks)
        known.tables[table.name] = {
            "table_name": table.name,
            "rows": found.rows,
            "sampled_rows": found.sampled,
            "profiled_at": context.now,
            "run_id": context.run_id,
        }

    def _recheck(self, warehouse: Warehouse, table: TableDescription, survey: Survey, known: _Known) -> None:
        fresh = {
            (each.check, each.field): each for each in recheck(warehouse, table, self._definition, survey)
        }
        known.checks[table.name] = [
            fresh.pop((each.check, each.field), each) for each in known.checks.get(table.name, [])
        ] + list(fresh.values())

    def _decide(
        self,
        context: StageContext,
        tables: Sequence[TableDescription],
        known: _Known,
    ) -> dict[str, Decision]:
        """Grade every table, complete its row and return what was decided."""
        acceptances = self._acceptances()
        decisions: dict[str, Decision] = {}
        for table in tables:
            fields, checks = known.fields.get(table.name, []), known.checks.get(table.name, [])
            grade = grade_table(checks, self._definition)
            decision = decide(
                grade,
                checks,
                self._definition,
                acceptances.get(table.name),
                table=table.name,
                now=context.now,
            )
            decisions[table.name] = decision
            known.tables[table.name] = {
                **known.tables[table.name],
                "system": table.system or table.name,
                "owner": table.owner,
                **grade_columns(grade),
                "reason": grade.reason,
                **decision_columns(decision),
                **readiness_columns(readiness_of(table.name, fields, checks, self._definition)),
            }
        return decisions

    def _publish(
        self,
        context: StageContext,
        tables: Sequence[TableDescription],
        profiled: set[str],
        known: _Known,
    ) -> None:
        names = [table.name for table in tables]
        checks = {name: known.checks.get(name, []) for name in names}
        _put(context, TABLES, [known.tables[name] for name in names])
        _put(
            context,
            FIELDS,
            [field_row(each, checks[name]) for name in names for each in known.fields.get(name, [])],
        )
        _put(context, CHECKS, [check_row(each) for name in names for each in checks[name]])
        history = [
            history_row(known.tables[name], context.run_id, context.now) for name in names if name in profiled
        ]
        if history:
            _put(context, HISTORY, history, append=True)


def agreed_shapes(
    tables: Sequence[TableDescription],
    samples: Mapping[str, Sample],
    earlier: Mapping[str, Sequence[FieldProfile]],
) -> dict[str, str]:
    """Return the shape that most rows of all sources have, for each identifying meaning of several tables."""
    votes: dict[str, dict[str, int]] = {}
    voters: dict[str, set[str]] = {}
    for table in tables:
        sample = samples.get(table.name)
        if sample is not None:
            seen = [
                (meaning_of(table.attribute(name)), each.shape, each.shape_ratio, each.present)
                for name, each in sample.facts.items()
            ]
        else:
            seen = [
                (each.semantic_type, each.shape, each.shape_ratio, min(each.present, each.sampled))
                for each in earlier.get(table.name, ())
            ]
        for meaning, shape, share, present in seen:
            if meaning is None or shape is None or share < _COMMON_SHAPE or not means(meaning, "Identity"):
                continue
            counts = votes.setdefault(meaning, {})
            counts[shape] = counts.get(shape, 0) + present
            voters.setdefault(meaning, set()).add(table.name)
    return {
        meaning: max(sorted(counts), key=lambda shape: counts[shape])
        for meaning, counts in sorted(votes.items())
        if len(voters[meaning]) > 1
    }


def _differing(context: StageContext, shapes: Mapping[str, str]) -> set[str]:
    """Return the meanings whose agreed shape is not the one of the last run."""
    before = context.state.get("shapes")
    old = before if isinstance(before, dict) else {}
    return {meaning for meaning in {*shapes, *old} if shapes.get(meaning) != old.get(meaning)}


def _speaks_of(table: TableDescription, meanings: set[str]) -> bool:
    return any(meaning_of(attribute) in meanings for attribute in table.attributes)


def _read(context: StageContext) -> _Known:
    """Return what earlier runs published."""
    known = _Known()
    if not all(context.exists(table.name) for table in (FIELDS, CHECKS, TABLES)):
        return known
    warehouse = context.files
    for row in rows_of(warehouse, TABLES):
        known.tables[str(row["table_name"])] = row
    for row in rows_of(warehouse, FIELDS):
        known.fields.setdefault(str(row["table_name"]), []).append(profile_of(row))
    for row in rows_of(warehouse, CHECKS):
        known.checks.setdefault(str(row["table_name"]), []).append(check_of(row))
    for profiles in known.fields.values():
        profiles.sort(key=lambda profile: profile.position)
    return known


def rows_of(warehouse: Warehouse, table: TableRef) -> list[Row]:
    """Return the rows of a small table as mappings, in no particular order."""
    rows: list[Row] = warehouse.arrow(sql("SELECT * FROM {name}", name=ident(table.name))).to_pylist()
    return rows


def _put(context: StageContext, table: TableRef, rows: Sequence[Row], *, append: bool = False) -> None:
    name = f"_{table.name}_rows"
    context.files.load_arrow(name, arrow(table, rows))
    try:
        select = sql("SELECT * FROM {name}", name=ident(name))
        context.publish(table, select, append=append, engine=context.files)
    finally:
        context.files.drop(name)


def _result(
    tables: Sequence[TableDescription],
    decisions: Mapping[str, Decision],
    known: _Known,
    profiled: set[str],
    *,
    state: Mapping[str, object],
    changed: bool,
    gates: frozenset[str] | None,
) -> StageResult:
    messages, outcome = [], Outcome.COMPLETED if changed else Outcome.UNCHANGED
    for name, decision in decisions.items():
        if isinstance(decision, Accepted):
            who, why = decision.acceptance.accepted_by, decision.acceptance.reason
            messages.append(f"{name} is below its criteria and was accepted by {who}: {why}")
            if outcome is not Outcome.COMPLETED_WITH_ERRORS:
                outcome = Outcome.COMPLETED_WITH_WARNINGS
        elif isinstance(decision, Below) and (gates is None or name in gates):
            outcome = Outcome.COMPLETED_WITH_ERRORS
            messages.append(stopping_message(name, decision))
        elif isinstance(decision, Below):
            messages.append(
                f"{name} is not good enough: {'; '.join(decision.reasons)}. Nothing depends on it yet."
            )
            if outcome is not Outcome.COMPLETED_WITH_ERRORS:
                outcome = Outcome.COMPLETED_WITH_WARNINGS
    lights = [str(known.tables[table.name]["light"]) for table in tables]
    grades = [float(str(known.tables[table.name]["grade"])) for table in tables]
    rows = sum(int(str(known.tables[name]["rows"])) for name in profiled)
    return StageResult(
        outcome=outcome,
        rows_in=rows,
        rows_out=sum(len(known.fields.get(table.name, ())) for table in tables) if changed else 0,
        messages=tuple(messages),
        state=state,
        figures={
            **{light: lights.count(light) for light in ("green", "yellow", "red")},
            "lowest_grade": min(grades),
            "profiled": len(profiled),
        },
    )


def stopping_message(table: str, decision: Below) -> str:
    """Return which table stops the run, why, and how somebody accepts it."""
    lapsed = f" {decision.lapsed}" if decision.lapsed else ""
    return (
        f"{table} is not good enough: {'; '.join(decision.reasons)}.{lapsed} What depends on it stops. "
        f'To go on as it is: `onefold quality accept {table} --reason "..." --by NAME`.'
    )
