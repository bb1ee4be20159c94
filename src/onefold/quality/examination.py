"""Examine a table: its profile and all checks, in one pass over its rows besides the sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from onefold.catalogue import TableDescription
from onefold.foundation.kernel import InvalidInput, discover, nearest
from onefold.foundation.warehouse import Column, Sql, Warehouse, any_of, comma, ident, literal, sql
from onefold.quality.checks import ByAggregate, ByList, ByRow, BySelect, ByValue, Check, Probe, TableSubject
from onefold.quality.grade import CheckResult, score_of
from onefold.quality.model import Limits, QualityDefinition
from onefold.quality.profile import FieldProfile, figures, read_profile
from onefold.quality.sampling import Sample, take_sample, whole_number
from onefold.quality.subject import Subject, Survey

CHECKS = "onefold.quality.checks"
_DETAILS = 3
# One pass for any usual table; thousands of columns are split, as planning grows faster than their number.
_PIECES_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class TableExamination:
    """What one table showed."""

    table: TableDescription
    rows: int
    sampled: int
    fields: tuple[FieldProfile, ...]
    checks: tuple[CheckResult, ...]


def checks_of(definition: QualityDefinition) -> tuple[Check, ...]:
    """Return all checks, with the definition's settings.

    Raises:
        InvalidInput: the definition sets a check that does not exist, or sets it wrongly.
    """
    found = discover(CHECKS, Check)
    for kind in definition.checks:
        if kind not in found:
            message = f"There is no check {kind!r}."
            raise InvalidInput(message, code="quality.check_unknown", hint=nearest(kind, found))
    try:
        return tuple(
            check.model_validate(dict(definition.checks.get(kind, {}))) for kind, check in found.items()
        )
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(each) for each in problem["loc"])
        message = f"The settings of check {error.title} are wrong: {where}: {problem['msg']}."
        raise InvalidInput(message, code="quality.check_settings") from error


def own_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns that came with the data, without the ones Onefold adds."""
    return tuple(column for column in columns if not column.name.startswith("_"))


def examine(
    warehouse: Warehouse,
    table: TableDescription,
    definition: QualityDefinition,
    survey: Survey,
    *,
    sample: Sample | None = None,
) -> TableExamination:
    """Profile the table and run all checks on it.

    A `sample` taken before is used and left; without one it is drawn here and dropped afterwards.
    """
    columns = own_columns(warehouse.columns(table.name))
    drawn = sample or take_sample(warehouse, table, columns, survey, definition.sample_rows)
    try:
        return _examine(warehouse, table, columns, definition, survey, drawn)
    finally:
        if sample is None:
            warehouse.drop(drawn.name)


def _examine(
    warehouse: Warehouse,
    table: TableDescription,
    columns: tuple[Column, ...],
    definition: QualityDefinition,
    survey: Survey,
    sample: Sample,
) -> TableExamination:
    subjects = tuple(Subject(table, column, survey, sample.facts[column.name]) for column in columns)
    probes = _probes(TableSubject(table, columns, subjects, survey), definition)
    figure_pieces = [sql("count(*)")]
    for subject in subjects:
        figure_pieces += figures(subject, whole=sample.whole)
    follows = _follows(subjects, rows=0, present={})
    asked = [*figure_pieces, *(p for each in probes for p in _counts(each, exact=True, sampled=sample.whole))]
    counted = _aggregates(warehouse, table.name, [p for p in asked if p.text not in follows])
    values = iter([counted[piece.text] for piece in figure_pieces])
    rows = whole_number(next(values))
    profiles = tuple(
        read_profile(subject, position, rows, sample, values) for position, subject in enumerate(subjects)
    )
    present = {profile.field: profile.present for profile in profiles}
    in_sample: dict[str, object] = {}
    if not sample.whole:
        asked = [p for each in probes for p in _counts(each, exact=False, sampled=True)]
        in_sample = _aggregates(warehouse, sample.name, [p for p in asked if p.text not in follows])
        seen = {name: facts.present for name, facts in sample.facts.items()}
        in_sample |= _follows(subjects, rows=sample.rows, present=seen)
    tally = Tally(
        counted=counted | _follows(subjects, rows=rows, present=present),
        in_sample=in_sample,
        listed=_listed(warehouse, table.name, probes),
        present=present,
    )
    weights = {subject.column.name: subject.importance for subject in subjects}
    found = []
    for probe in probes:
        failing, checked, estimated = _measured(warehouse, probe, tally, sample)
        if checked == 0:
            continue
        result = _result(table.name, probe, failing, checked, weights.get(probe.field, 1))
        if estimated:
            result = replace(result, estimated=True, sentence=_about(result))
        if failing and probe.detail is not None:
            result = replace(result, sentence=_with_details(warehouse, probe, sample, result.sentence))
        found.append(result)
    return TableExamination(table, rows, sample.rows, profiles, tuple(found))


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted: aggregates by their SQL in table and sample, list counts by probe, values per field."""

    counted: Mapping[str, object]
    in_sample: Mapping[str, object]
    listed: Mapping[tuple[str, str], int]
    present: Mapping[str, int]


def _follows(subjects: Sequence[Subject], *, rows: int, present: Mapping[str, int]) -> dict[str, object]:
    """Return the aggregates that need no counting of their own, because the profile knows them."""
    known: dict[str, object] = {_among(sql("TRUE")).text: rows}
    for subject in subjects:
        count = present.get(subject.column.name, 0)
        known[_among(subject.present).text] = count
        absent = ByRow(sql("NOT {present}", present=subject.present), sql("TRUE"))
        known[_failing(absent).text] = rows - count
    return known


def _aggregates(warehouse: Warehouse, table: str, pieces: Sequence[Sql]) -> dict[str, object]:
    """Return each different aggregate's value by its text, in as few passes as can be."""
    different = list({piece.text: piece for piece in pieces}.values())
    found: dict[str, object] = {}
    for start in range(0, len(different), _PIECES_AT_ONCE):
        group = different[start : start + _PIECES_AT_ONCE]
        (row,) = warehouse.rows(sql("SELECT {pieces} FROM {table}", pieces=comma(group), table=ident(table)))
        found |= {piece.text: value for piece, value in zip(group, row, strict=True)}
    return found


def _listed(warehouse: Warehouse, table: str, probes: Sequence[Probe]) -> dict[tuple[str, str], int]:
    """Return the failing rows of each list probe by (check, field); probes on one text share a scan."""
    by_text: dict[Sql, list[tuple[Probe, frozenset[str]]]] = {}
    for probe in probes:
        if isinstance(probe.measure, ByList):
            for text, values in probe.measure.texts:
                by_text.setdefault(text, []).append((probe, values))
    found: dict[tuple[str, str], int] = {}
    for looked_at, asked in by_text.items():
        pairs = [
            sql("({i}, {value})", i=position, value=literal(value))
            for position, (_, values) in enumerate(asked)
            for value in sorted(values)
        ]
        if not pairs:
            continue
        counts = warehouse.rows(
            sql(
                "SELECT listed.i, count(*) FROM (SELECT {text} AS value FROM {table}) AS looked"
                " JOIN (VALUES {pairs}) AS listed(i, value) ON looked.value = listed.value GROUP BY 1",
                text=looked_at,
                table=ident(table),
                pairs=comma(pairs),
            )
        )
        for position, count in counts:
            probe = asked[whole_number(position)][0]
            place = (probe.name, probe.field)
            found[place] = found.get(place, 0) + whole_number(count)
    return found


def recheck(
    warehouse: Warehouse, table: TableDescription, definition: QualityDefinition, survey: Survey
) -> tuple[CheckResult, ...]:
    """Run only the checks that depend on more than the table's own rows: other tables, the time."""
    columns = own_columns(warehouse.columns(table.name))
    subjects = tuple(Subject(table, column, survey) for column in columns)
    weights = {subject.column.name: subject.importance for subject in subjects}
    found = []
    for check in checks_of(definition):
        for probe in _with_limits(
            check.table_probes(TableSubject(table, columns, subjects, survey)), table.name, definition
        ):
            if not isinstance(probe.measure, BySelect):
                continue
            failing, checked = _selected(warehouse, probe.measure)
            if checked:
                found.append(_result(table.name, probe, failing, checked, weights.get(probe.field, 1)))
    return tuple(found)


def _selected(warehouse: Warehouse, measure: BySelect) -> tuple[int, int]:
    ((failing, checked),) = warehouse.rows(measure.select)
    # Null: there is no row to measure, so there is nothing to say.
    return (0, 0) if failing is None else (whole_number(failing), whole_number(checked))


def _with_limits(probes: Sequence[Probe], table: str, definition: QualityDefinition) -> list[Probe]:
    """Return the probes with the limits the definition gives, without those it switches off."""
    found = []
    for probe in probes:
        limits = definition.limits_of(probe.name, table, probe.field, probe.limits)
        if limits is not None:
            found.append(replace(probe, limits=limits))
    return found


def _probes(table: TableSubject, definition: QualityDefinition) -> list[Probe]:
    """Return what to count, with the limits the definition gives."""
    found: list[Probe] = []
    for check in checks_of(definition):
        asked = [
            replace(probe, field=subject.column.name)
            for subject in table.subjects
            if check.applies_to(subject)
            for probe in check.probes(subject)
        ]
        found += _with_limits([*asked, *check.table_probes(table)], table.table.name, definition)
    return found


def _counts(probe: Probe, *, exact: bool, sampled: bool) -> list[Sql]:
    """Return the aggregates of a probe in a common pass: of exact probes, of sampled ones, or of both."""
    match probe.measure:
        case ByRow() as by_row:
            wanted = sampled if by_row.sampled else exact
            return [_failing(by_row), _among(by_row.among)] if wanted else []
        case ByList(among=among):
            return [_among(among)] if exact else []
        case ByAggregate() as aggregate:
            return list(aggregate.counts(whole=sampled)[:2]) if exact else []
        case BySelect() | ByValue():
            return []


def _failing(measure: ByRow) -> Sql:
    # CASE spares the dear condition where the cheap one has ruled a row out.
    return sql(
        "count(CASE WHEN {among} THEN CASE WHEN {failing} THEN 1 END END)",
        among=measure.among,
        failing=measure.failing,
    )


def _among(among: Sql) -> Sql:
    return sql("count(CASE WHEN {among} THEN 1 END)", among=among)


def _measured(warehouse: Warehouse, probe: Probe, tally: Tally, sample: Sample) -> tuple[int, int, bool]:
    """Return failing rows, rows looked at, and whether they are estimated."""
    counted = tally.counted
    match probe.measure:
        case ByRow() as by_row:
            estimated = by_row.sampled and not sample.whole
            where = tally.in_sample if estimated else counted
            failing = whole_number(where[_failing(by_row).text])
            checked = whole_number(where[_among(by_row.among).text])
            if not estimated:
                return failing, checked, False
            present = tally.present.get(probe.field, 0)
            return (_extrapolated(failing, checked, present), present, True)
        case ByList(among=among):
            failing = tally.listed.get((probe.name, probe.field), 0)
            return failing, whole_number(counted[_among(among).text]), False
        case ByAggregate() as aggregate:
            fails, looked, estimated = aggregate.counts(whole=sample.whole)
            return whole_number(counted[fails.text]), whole_number(counted[looked.text]), estimated
        case BySelect() as by_select:
            return (*_selected(warehouse, by_select), False)
        case ByValue() as by_value:
            return _judged(warehouse, by_value, sample, tally.present.get(probe.field, 0))


def _extrapolated(failing: int, looked_at: int, rows: int) -> int:
    return math.floor(failing / looked_at * rows + 0.5) if looked_at else 0


def _about(result: CheckResult) -> str:
    return f"About {result.sentence}" if result.failing else result.sentence


def _judged(warehouse: Warehouse, measure: ByValue, sample: Sample, present: int) -> tuple[int, int, bool]:
    """Judge distinct texts of the sample, the same ones each time, and extrapolate to all rows."""
    texts = warehouse.rows(
        sql(
            "SELECT value, count(*) FROM (SELECT {text} AS value FROM {sample}) WHERE value IS NOT NULL"
            " AND trim(value) <> '' GROUP BY value ORDER BY hash(value), value LIMIT {most}",
            text=measure.text,
            sample=ident(sample.name),
            most=measure.at_most + 1,
        )
    )
    complete = len(texts) <= measure.at_most
    texts = texts[: measure.at_most]
    verdicts = measure.fails([str(text) for text, _ in texts])
    looked_at = sum(whole_number(count) for _, count in texts)
    failing = sum(whole_number(count) for (_, count), fails in zip(texts, verdicts, strict=True) if fails)
    if complete and sample.whole:
        return failing, looked_at, False
    return _extrapolated(failing, looked_at, present), present, True


def _result(table: str, probe: Probe, failing: int, checked: int, importance: int) -> CheckResult:
    ratio = failing / checked
    say = probe.say or (lambda count: f"{round(count):,}")
    template = probe.sentence if failing else probe.fine
    return CheckResult(
        table=table,
        field=probe.field,
        check=probe.name,
        pillar=probe.pillar,
        severity=probe.severity,
        failing=failing,
        checked=checked,
        ratio=ratio,
        estimated=False,
        limits=probe.limits,
        light=probe.limits.light(ratio),
        # Within the expected age nothing is lost; a share of failing rows always loses a little.
        score=100.0 if probe.say and ratio <= probe.limits.yellow else score_of(ratio, probe.limits),
        weight=probe.severity.weight * importance,
        sentence=template.replace("{failing}", say(failing)).replace("{checked}", say(checked)),
        rule=f"{probe.wanted} {in_words(probe.limits, times=probe.say is not None)}",
        advice=probe.advice,
    )


def in_words(limits: Limits, *, times: bool = False) -> str:
    """Return the limits as a sentence; with `times` the ratio is a multiple of what is expected, not a share."""
    if times:
        return f"Good up to {limits.yellow:g} × the expected age, Check up to {limits.red:g} ×, Fix above."
    yellow, red = (f"{limit * 100:.6g} %" for limit in (limits.yellow, limits.red))
    good = f"Good up to {yellow} failing" if limits.yellow else "Good when none fails"
    if limits.red == limits.yellow:
        return f"{good}, else Fix."
    if limits.red >= 1:
        return f"{good}, else Check."
    return f"{good}, Check up to {red}, Fix above."


def _with_details(warehouse: Warehouse, probe: Probe, sample: Sample, sentence: str) -> str:
    """Add the commonest failing values of the sample to the sentence."""
    match probe.measure:
        case ByRow(failing, among):
            fails = sql("{among} AND ({failing})", among=among, failing=failing)
        case ByList(texts):
            fails = any_of(
                sql("{text} IN ({values})", text=text, values=comma(literal(each) for each in sorted(values)))
                for text, values in texts
            )
        case _:
            return sentence
    if probe.detail is None:
        return sentence
    values = warehouse.rows(
        sql(
            "SELECT {text} FROM {sample} WHERE {fails} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {most}",
            text=probe.detail.text,
            sample=ident(sample.name),
            fails=fails,
            most=_DETAILS + 1,
        )
    )
    phrase = probe.detail.phrase or (lambda value: value)
    words = [phrase(str(value)) for (value,) in values[:_DETAILS]]
    if len(values) > _DETAILS:
        words.append("…")
    return f"{sentence.rstrip('.')}: {', '.join(words)}." if words else sentence
